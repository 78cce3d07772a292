//! Deliveries.

use async_trait::async_trait;
use entente_model::{DeliveryId, MessageRef, Timestamp};
use rusqlite::Connection;

use super::finish::SealedFinish;

use super::readers::at_once;
use super::routed::{SealedPlan, work};
use super::run::Run;
use super::tx::LeaseEffect;
use super::{Shared, Sqlite};
use crate::{
    Begin, Begun, Claim, Counterpart, Delivery, DeliveryState, Finish, Finished, Head, LaneKey, Outbox, Plan,
    StoreError,
};

const HEAD: &str = "select o.id, o.work, o.source_conversation, o.source, o.part, o.thread_conversation, o.thread, \
     o.accepted_at, o.attempts, o.begun_at, o.not_before, p.key, p.sealed \
     from outbox o join payload p on p.id = o.id where o.lane = ?1 order by o.seq limit 1";
const COUNTERPARTS: &str = "select c.part, c.edits, t.conversation, t.name from message s \
     join counterpart c on c.source = s.id and c.lane = ?3 join message t on t.id = c.target \
     where s.conversation = ?1 and s.name = ?2 order by c.part, c.made";
const ORIGIN: &str = "select o.conversation, o.name from message m join message o on o.id = m.origin \
     where m.conversation = ?1 and m.name = ?2";
const BEGIN: &str = "update outbox set begun_at = coalesce(begun_at, ?2), not_before = ?2, attempts = attempts + 1, \
     fingerprint = ?3 where id = ?1 and id = (select id from outbox where lane = ?4 order by seq limit 1)";
const LANE_OF: &str = "select lane from outbox where id = ?1";
const BEGUN: &str = "select id, fingerprint, begun_at from outbox where lane = ?1 order by seq limit 1";

#[async_trait]
impl Outbox for Sqlite {
    async fn head(&self, under: &Claim) -> Result<Option<Head>, StoreError> {
        self.shared.leases.check(under)?;
        self.read(|conn| at_once(conn, |conn| self.shared.head(conn, under)))
    }

    async fn begin(&self, under: &Claim, begin: Begin) -> Result<(), StoreError> {
        let claim = under.clone();
        let written = self.write_under(under, Vec::new(), move |tx| {
            let params = (begin.delivery.0, begin.at.0, begin.fingerprint, claim.lane.0);
            if tx.conn.run(BEGIN, params)? == 1 {
                return Ok(true);
            }
            let lane = tx.conn.one(LANE_OF, [begin.delivery.0], |row| row.get::<_, i64>(0))?;
            if lane == Some(claim.lane.0) {
                return Err(StoreError::Inconsistent { table: "outbox", column: "seq" });
            }
            tx.effects.leases.push(LeaseEffect::Revoke(claim, begin.at));
            Ok(false)
        });
        if written.await? { Ok(()) } else { Err(StoreError::LeaseLost) }
    }

    async fn finish(
        &self,
        under: &Claim,
        delivery: DeliveryId,
        finish: Finish,
        now: Timestamp,
    ) -> Result<Finished, StoreError> {
        self.shared.leases.check(under)?;
        let mut keys = Vec::new();
        let finish = match finish {
            Finish::Replaced(plans) => {
                SealedFinish::Replaced(SealedPlan::seal_all(self, plans, &mut keys, now)?)
            }
            other => SealedFinish::Other(other),
        };
        let (lane, key) = (under.lane, under.key.clone());
        self.write_under(under, keys, move |tx| tx.finish(lane, &key, delivery, finish, now)).await
    }

    async fn begun(&self, lane: &LaneKey) -> Result<Vec<Begun>, StoreError> {
        self.read(|conn| {
            let Some(lane) = self.shared.names.lane(conn, lane)? else { return Ok(Vec::new()) };
            let head = conn.one(BEGUN, [lane.0], |row| {
                let (fingerprint, at): (Option<[u8; 32]>, Option<i64>) = (row.get(1)?, row.get(2)?);
                let delivery = DeliveryId(row.get(0)?);
                Ok(fingerprint.zip(at).map(|(fingerprint, at)| Begun {
                    delivery,
                    fingerprint,
                    at: Timestamp(at),
                }))
            })?;
            Ok(head.flatten().into_iter().collect())
        })
    }

    async fn plan(&self, plans: Vec<Plan>, now: Timestamp) -> Result<(), StoreError> {
        let mut keys = Vec::new();
        let plans = SealedPlan::seal_all(self, plans, &mut keys, now)?;
        self.write_sealed(keys, move |tx| plans.into_iter().try_for_each(|plan| tx.plan(plan, now))).await
    }
}

/// A head as it is read, its texts still sealed.
struct RawHead {
    delivery: Delivery,
    source: Option<(i64, String)>,
    thread: Option<(i64, String)>,
    key: i64,
    sealed: Vec<u8>,
}

fn read_head(row: &rusqlite::Row<'_>) -> rusqlite::Result<RawHead> {
    let source: (Option<i64>, Option<String>) = (row.get(2)?, row.get(3)?);
    let thread: (Option<i64>, Option<String>) = (row.get(5)?, row.get(6)?);
    let not_before = Timestamp(row.get(10)?);
    let state = match row.get::<_, Option<i64>>(9)? {
        Some(at) => DeliveryState::Begun { at: Timestamp(at), not_before },
        None => DeliveryState::Planned { not_before },
    };
    Ok(RawHead {
        delivery: Delivery {
            id: DeliveryId(row.get(0)?),
            work: work(row.get(1)?),
            source: None,
            part: row.get(4)?,
            payload: bytes::Bytes::new(),
            accepted_at: Timestamp(row.get(7)?),
            attempts: row.get(8)?,
            state,
        },
        source: source.0.zip(source.1),
        thread: thread.0.zip(thread.1),
        key: row.get(11)?,
        sealed: row.get(12)?,
    })
}

impl Shared {
    fn head(&self, conn: &Connection, under: &Claim) -> Result<Option<Head>, StoreError> {
        let Some(raw) = conn.one(HEAD, [under.lane.0], read_head)? else { return Ok(None) };
        let mut delivery = raw.delivery;
        delivery.payload = self.open_payload(delivery.id.0, raw.key, &raw.sealed)?;
        let counterparts = match &raw.source {
            Some((conversation, name)) => self.counterparts(conn, *conversation, name, under)?,
            None => Vec::new(),
        };
        delivery.source = match raw.source {
            Some((conversation, name)) => self.names.message(conn, Some(conversation), Some(name))?,
            None => None,
        };
        let thread = match raw.thread {
            Some((conversation, name)) => self.thread(conn, conversation, &name, under)?,
            None => None,
        };
        Ok(Some(Head { delivery, counterparts, thread }))
    }

    fn counterparts(
        &self,
        conn: &Connection,
        conversation: i64,
        name: &str,
        under: &Claim,
    ) -> Result<Vec<Counterpart>, StoreError> {
        let rows = conn.all(COUNTERPARTS, (conversation, name, under.lane.0), |row| {
            Ok((row.get(0)?, row.get(1)?, row.get::<_, i64>(2)?, row.get::<_, String>(3)?))
        })?;
        rows.into_iter()
            .map(|(part, edits, conversation, name)| {
                let conversation = self.names.conversation_ref(conn, conversation)?;
                Ok(Counterpart { part, message: MessageRef { conversation, id: name.into() }, edits })
            })
            .collect()
    }

    /// What a message is where the lane leads: itself where it stands there, what it became, what it was made from, or what else
    /// was made from that.
    fn thread(
        &self,
        conn: &Connection,
        conversation: i64,
        name: &str,
        under: &Claim,
    ) -> Result<Option<MessageRef>, StoreError> {
        let itself = self.names.message(conn, Some(conversation), Some(name.to_owned()))?;
        if let Some(itself) = itself.filter(|itself| under.key.leads_to(itself)) {
            return Ok(Some(itself));
        }
        if let Some(first) = self.counterparts(conn, conversation, name, under)?.into_iter().next() {
            return Ok(Some(first.message));
        }
        let origin = conn.one(ORIGIN, (conversation, name), |row| Ok((row.get(0)?, row.get(1)?)))?;
        let Some((conversation, name)) = origin else { return Ok(None) };
        let (row, id): (i64, String) = (conversation, name);
        let origin = self.names.message(conn, Some(row), Some(id.clone()))?;
        if let Some(origin) = origin.filter(|origin| under.key.leads_to(origin)) {
            return Ok(Some(origin));
        }
        // Both were made from the same message, which stands in a third place.
        Ok(self.counterparts(conn, row, &id, under)?.into_iter().next().map(|third| third.message))
    }
}
