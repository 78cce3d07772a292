//! What operators see.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use async_trait::async_trait;
use bytes::Bytes;
use entente_model::{DeliveryId, Timestamp, WorkspaceRef};

use super::Sqlite;
use super::readers::at_once;
use super::run::{Run, limit};
use super::tx::{Sealed, Tx};
use super::writer::lock;
use crate::payload_keys::PayloadKey;
use crate::{
    COMMITS, Console, Counts, DeadLetter, LaneId, News, Plan, Queue, SYNCS, SetAside, StoreError, Unreadable,
};

const COUNTERS: &str = "select name, value from counter";
const UNROUTED: &str = "select count(*), min(accepted_at) from inbox";
const WAITING: &str = "select count(*) from outbox where work <> 3";
const DEAD_ROWS: &str = "select count(*) from dead where work <> 3";
const WEDGED_LANES: &str = "select count(*) from wedged";
const ASIDE_ROWS: &str = "select count(*) from aside";
const ASIDE_SINCE: &str = "select min(at) from aside";
const SET_ASIDE: &str = "insert into aside (id, workspace, reason, at) values (?1, ?2, ?3, ?4)";
const ASIDE: &str = "select workspace, reason, at from aside order by at desc, id desc limit ?1";
const DEAD: &str = "select id, lane, source_conversation, source, reason, died from dead \
     order by died desc, id desc limit ?1";
const REPLAY: &str = "insert into outbox (id, lane, seq, work, source_conversation, source, part, thread_conversation, \
     thread, accepted_at, not_before, reason, told) select id, lane, ?2, work, source_conversation, source, part, \
     thread_conversation, thread, accepted_at, ?3, reason, told from dead \
     where id = ?1 and exists (select 1 from payload p where p.id = ?1) returning lane";
const NOT_DEAD: &str = "delete from dead where id = ?1";

/// Something unreadable, sealed.
pub(super) struct SealedAside {
    workspace: WorkspaceRef,
    reason: String,
    sealed: Sealed,
}

impl SealedAside {
    /// Seals it; the key goes to `keys`.
    pub(super) fn seal(
        store: &Sqlite,
        thing: Unreadable,
        keys: &mut Vec<Arc<PayloadKey>>,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let Unreadable { workspace, reason, body } = thing;
        let (sealed, key) = store.seal(&body, now)?;
        keys.push(key);
        Ok(Self { workspace, reason, sealed })
    }
}

impl Tx<'_> {
    pub(super) fn set_aside(&mut self, thing: &SealedAside, now: Timestamp) -> Result<(), StoreError> {
        let workspace = self.workspace(&thing.workspace)?;
        self.insert_payload(&thing.sealed)?;
        self.conn.run(SET_ASIDE, (thing.sealed.row, workspace, &thing.reason, now.0))?;
        Ok(())
    }
}

#[async_trait]
impl Console for Sqlite {
    async fn counts(&self) -> Result<Counts, StoreError> {
        // What is not written yet is added; what is written between the two readings is counted twice this once.
        let counted = lock(&self.shared.counted).clone();
        let mut counts = self.read(|conn| {
            at_once(conn, |conn| {
                let number =
                    |sql| Ok::<u64, StoreError>(unsigned(conn.one(sql, [], |row| row.get(0))?.unwrap_or(0)));
                let unrouted =
                    conn.one(UNROUTED, [], |row| Ok((row.get(0)?, row.get::<_, Option<i64>>(1)?)))?;
                let (unrouted, since) = unrouted.unwrap_or_default();
                let mut counts = Counts {
                    unrouted: unsigned(unrouted),
                    unrouted_since: since.map(Timestamp),
                    waiting: number(WAITING)?,
                    dead: number(DEAD_ROWS)?,
                    wedged: number(WEDGED_LANES)?,
                    aside: number(ASIDE_ROWS)?,
                    aside_since: conn.one(ASIDE_SINCE, [], |row| row.get(0))?.flatten().map(Timestamp),
                    ..Counts::default()
                };
                let counters = conn.all(COUNTERS, [], |row| Ok((row.get::<_, String>(0)?, row.get(1)?)))?;
                for (name, value) in counters {
                    put(&mut counts, &name, unsigned(value));
                }
                Ok(counts)
            })
        })?;
        for (name, count) in [(COMMITS, &self.shared.commits), (SYNCS, &self.shared.syncs)] {
            counts.other.insert(name.to_owned(), count.load(Ordering::Relaxed));
        }
        for (name, by) in counted {
            *counts.other.entry(name).or_default() += by;
        }
        Ok(counts)
    }

    fn count(&self, name: &str, by: u64) {
        if by > 0 {
            *lock(&self.shared.counted).entry(name.to_owned()).or_default() += by;
        }
    }

    async fn set_aside(
        &self,
        workspace: &WorkspaceRef,
        reason: &str,
        body: Bytes,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let thing = Unreadable { workspace: workspace.clone(), reason: reason.to_owned(), body };
        let mut keys = Vec::new();
        let thing = SealedAside::seal(self, thing, &mut keys, now)?;
        self.write_sealed(keys, move |tx| tx.set_aside(&thing, now)).await
    }

    async fn aside(&self, max: usize) -> Result<Vec<SetAside>, StoreError> {
        self.read(|conn| {
            let rows = conn.all(ASIDE, [limit(max)], |row| {
                Ok((row.get::<_, i64>(0)?, row.get(1)?, Timestamp(row.get(2)?)))
            })?;
            rows.into_iter()
                .map(|(workspace, reason, at)| {
                    let workspace = self.shared.names.workspace_ref(conn, workspace)?;
                    Ok(SetAside { workspace, reason, at })
                })
                .collect()
        })
    }

    async fn dead(&self, max: usize) -> Result<Vec<DeadLetter>, StoreError> {
        self.read(|conn| {
            let rows = conn.all(DEAD, [limit(max)], |row| {
                let source: (Option<i64>, Option<String>) = (row.get(2)?, row.get(3)?);
                let lane = LaneId(row.get(1)?);
                Ok((DeliveryId(row.get(0)?), lane, source, row.get(4)?, Timestamp(row.get(5)?)))
            })?;
            rows.into_iter()
                .map(|(delivery, lane, (conversation, name), reason, at)| {
                    Ok(DeadLetter {
                        delivery,
                        lane: self.shared.names.lane_key(conn, lane)?,
                        source: self.shared.names.message(conn, conversation, name)?,
                        reason,
                        at,
                    })
                })
                .collect()
        })
    }

    async fn queues(&self, max: usize) -> Result<Vec<Queue>, StoreError> {
        self.read(|conn| at_once(conn, |conn| self.shared.queues(conn, max)))
    }

    async fn replay(&self, delivery: DeliveryId, now: Timestamp) -> Result<bool, StoreError> {
        self.write(move |tx| {
            let seq = tx.next_seq();
            let lane = tx.conn.one(REPLAY, (delivery.0, seq, now.0), |row| row.get(0).map(LaneId))?;
            let Some(lane) = lane else { return Ok(false) };
            tx.conn.run(NOT_DEAD, [delivery.0])?;
            let key = tx.shared.names.lane_key(tx.conn, lane)?;
            tx.wake(lane, &key, now);
            Ok(true)
        })
        .await
    }

    async fn news(&self, before: Timestamp, max: usize) -> Result<Vec<News>, StoreError> {
        self.read(|conn| at_once(conn, |conn| self.shared.news(conn, before, max)))
    }

    async fn told(&self, news: &News, notices: Vec<Plan>, now: Timestamp) -> Result<bool, StoreError> {
        self.tell(news, notices, now).await
    }

    async fn late(&self, before: Timestamp, max: usize) -> Result<Vec<News>, StoreError> {
        self.read(|conn| at_once(conn, |conn| self.shared.waits(conn, before, max, true)))
    }

    async fn sweep(
        &self,
        before: Timestamp,
        seen_before: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.forget_dead(before, now).await?;
        self.forget_messages(seen_before).await?;
        self.destroy_keys(now).await
    }
}

fn unsigned(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

/// Puts a stored counter where it belongs.
fn put(counts: &mut Counts, name: &str, value: u64) {
    match name.split_once('/') {
        Some(("dropped", reason)) => {
            counts.dropped.insert(reason.to_owned(), value);
        }
        Some(("other", name)) => {
            counts.other.insert(name.to_owned(), value);
        }
        _ => match name {
            "accepted" => counts.accepted = value,
            "planned" => counts.planned = value,
            "delivered" => counts.delivered = value,
            "dropped_rows" => counts.dropped_rows = value,
            _ => {}
        },
    }
}
