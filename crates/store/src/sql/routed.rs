//! What became of arrivals, and the rows that are planned from them.

use std::sync::Arc;

use bytes::Bytes;
use entente_model::{DeliveryId, MessageRef, Timestamp};

use super::Sqlite;
use super::finish::{ROW, Row, read_row};
use super::inbox::{DELETED, SILENT};
use super::run::Run;
use super::tx::{Sealed, Tx};
use crate::payload_keys::PayloadKey;
use crate::{LaneId, LaneKey, Plan, ReactionsNow, Routed, SeenNow, Settled, StoreError, Work};

const DONE: &str = "delete from inbox where conversation = ?1 and id = ?2 returning has_body";
const SEEN: &str = "insert into message (conversation, name, version, flags, at) values (?1, ?2, ?3, ?4, ?5) \
     on conflict (conversation, name) do update set version = excluded.version, flags = (flags & 1) | excluded.flags";
pub(super) const UNREACT: &str = "delete from reaction where message = ?1";
const REACT: &str = "insert or ignore into reaction (message, account, emoji) values (?1, ?2, ?3)";
const MARK: &str = "update conversation set mark = ?2, mark_at = ?3 \
     where id = ?1 and (mark_at is null or mark_at <= ?3)";
const BACKFILL: &str = "update member set backfill_at = ?3, backfill_message = ?4, backfill_told = ?5 \
     where link = ?1 and conversation = ?2 and live = 1";
const ADD_ROW: &str = "insert into outbox (id, lane, seq, work, source_conversation, source, part, \
     thread_conversation, thread, accepted_at, not_before, told) \
     values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
const WAITS: &str = "select exists (select 1 from outbox where lane = ?1)";

/// A plan whose payload is sealed.
pub(super) struct SealedPlan {
    plan: Plan,
    payload: Sealed,
}

impl SealedPlan {
    /// Seals the payloads of plans; keeps the keys that did in `keys`.
    pub(super) fn seal_all(
        store: &Sqlite,
        plans: Vec<Plan>,
        keys: &mut Vec<Arc<PayloadKey>>,
        now: Timestamp,
    ) -> Result<Vec<Self>, StoreError> {
        let seal = |mut plan: Plan| {
            if matches!(plan.lane, LaneKey::Reports(_)) {
                return Err(StoreError::Inconsistent { table: "outbox", column: "lane" });
            }
            let (payload, key) = store.seal(&std::mem::take(&mut plan.payload), now)?;
            keys.push(key);
            Ok(Self { plan, payload })
        };
        plans.into_iter().map(seal).collect()
    }
}

impl Sqlite {
    /// Gives a payload its row and seals it there.
    pub(super) fn seal(
        &self,
        plain: &Bytes,
        now: Timestamp,
    ) -> Result<(Sealed, Arc<PayloadKey>), StoreError> {
        let ticket = self.shared.keys.ticket(now);
        let (row, key) = ticket.map_err(|error| StoreError::Backend(Box::new(error)))?;
        Ok((Sealed { row, key: key.number, bytes: key.seal(row, plain) }, key))
    }
}

impl Tx<'_> {
    pub(super) fn routed(
        &mut self,
        (conversation, at): (i64, &LaneKey),
        routed: Routed,
        plans: Vec<SealedPlan>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        for arrival in routed.done {
            let had_body = self.conn.one(DONE, (conversation, arrival.0), |row| row.get::<_, bool>(0))?;
            if had_body == Some(true) {
                self.delete_payload(arrival.0)?;
            }
        }
        for settled in routed.settled {
            self.settle(&settled, now)?;
        }
        for SeenNow { message, version, deleted, silent } in routed.seen {
            let flags = if deleted { DELETED } else { 0 } | if silent { SILENT } else { 0 };
            self.conn.run(SEEN, (conversation, message.as_str(), version.0, flags, now.0))?;
        }
        for now_so in routed.reactions {
            self.react(conversation, &now_so, now)?;
        }
        if let Some((message, at)) = routed.mark {
            self.conn.run(MARK, (conversation, message.as_str(), at.0))?;
        }
        if let Some((link, backfill)) = routed.backfill {
            let at = backfill.as_ref().map(|backfill| backfill.at.0);
            let message = backfill.as_ref().and_then(|backfill| backfill.message.as_ref());
            let told = backfill.as_ref().and_then(|backfill| backfill.told);
            let row = (
                link.0.as_bytes(),
                conversation,
                at,
                message.map(entente_model::MessageId::as_str),
                told.map(|at| at.0),
            );
            self.conn.run(BACKFILL, row)?;
        }
        for plan in plans {
            // What is planned is mostly about what was reported, so where that was need not be looked up.
            let near = match (at, &plan.plan.source) {
                (LaneKey::Reports(at), Some(source)) if source.conversation == *at => Some(conversation),
                _ => None,
            };
            self.plan_near(plan, near, now)?;
        }
        if let Some(link) = routed.shown {
            self.show(link)?;
        }
        for reason in routed.drops {
            self.count(format!("dropped/{}", reason.name()), 1);
        }
        Ok(())
    }

    fn react(
        &mut self,
        conversation: i64,
        ReactionsNow { message, all }: &ReactionsNow,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let message = self.message(conversation, message.as_str(), now)?;
        self.conn.run(UNREACT, [message])?;
        for (account, emoji) in all {
            self.conn.run(REACT, (message, account.as_str(), emoji.as_str()))?;
        }
        Ok(())
    }

    fn settle(&mut self, settled: &Settled, now: Timestamp) -> Result<(), StoreError> {
        let Some(row) = self.conn.one(ROW, [settled.delivery.0], read_row)? else { return Ok(()) };
        if !row.begun {
            return Ok(());
        }
        let key = self.shared.names.lane_key(self.conn, row.lane)?;
        let lane = row.lane;
        self.delete_row(settled.delivery)?;
        self.delivered(&row, &key, Some(&settled.message), &[], settled.at, now)?;
        if self.waits(lane)? {
            self.wake(lane, &key, now);
        }
        Ok(())
    }

    /// Whether a lane has rows.
    fn waits(&self, lane: LaneId) -> Result<bool, StoreError> {
        Ok(self.conn.one(WAITS, [lane.0], |row| row.get(0))?.unwrap_or(false))
    }

    /// Appends a row to its lane and wakes it.
    pub(super) fn plan(&mut self, plan: SealedPlan, now: Timestamp) -> Result<(), StoreError> {
        self.plan_near(plan, None, now)
    }

    /// The same of a row whose source is in a conversation that may be known.
    fn plan_near(&mut self, plan: SealedPlan, source: Option<i64>, now: Timestamp) -> Result<(), StoreError> {
        let key = plan.plan.lane.clone();
        let lane = self.lane(&key)?;
        let seq = self.next_seq();
        self.insert_row(lane, seq, (plan, source), 0, now)?;
        self.wake(lane, &key, now);
        Ok(())
    }

    /// Puts rows where the head of their lane was: everything in front of it is gone, so they count down from there.
    pub(super) fn replace(
        &mut self,
        head: DeliveryId,
        row: &Row,
        key: &LaneKey,
        plans: Vec<SealedPlan>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let same = plans.iter().all(|plan| plan.plan.lane == *key);
        if !same || self.head_of(row.lane)? != Some(head) {
            return Err(StoreError::Inconsistent { table: "outbox", column: "lane" });
        }
        self.delete_row(head)?;
        if row.counts() {
            self.count("planned", -1);
        }
        let first = row.seq + 1 - i64::try_from(plans.len()).unwrap_or(i64::MAX);
        for (seq, plan) in (first..).zip(plans) {
            self.insert_row(row.lane, seq, (plan, None), row.told, now)?;
        }
        Ok(())
    }

    fn insert_row(
        &mut self,
        lane: LaneId,
        seq: i64,
        (sealed, source): (SealedPlan, Option<i64>),
        told: i64,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let SealedPlan { plan, payload } = sealed;
        self.insert_payload(&payload)?;
        let source = match source {
            Some(source) => Some(source),
            None => self.reference(plan.source.as_ref(), None)?,
        };
        let thread = self.reference(plan.thread.as_ref(), plan.source.as_ref().zip(source))?;
        self.conn.run(
            ADD_ROW,
            (
                payload.row,
                lane.0,
                seq,
                work_code(plan.work),
                source,
                plan.source.as_ref().map(|message| message.id.as_str()),
                plan.part,
                thread,
                plan.thread.as_ref().map(|message| message.id.as_str()),
                plan.accepted_at.0,
                now.0,
                if plan.work == Work::Notice { 0 } else { told },
            ),
        )?;
        if plan.work != Work::Notice {
            self.count("planned", 1);
        }
        Ok(())
    }

    /// The number of a message's conversation, which may be one that was just looked up.
    fn reference(
        &mut self,
        message: Option<&MessageRef>,
        near: Option<(&MessageRef, i64)>,
    ) -> Result<Option<i64>, StoreError> {
        match (message, near) {
            (None, _) => Ok(None),
            (Some(message), Some((other, id))) if other.conversation == message.conversation => Ok(Some(id)),
            (Some(message), _) => Ok(Some(self.conversation(&message.conversation)?)),
        }
    }
}

pub(super) fn work_code(work: Work) -> i64 {
    match work {
        Work::Send => 0,
        Work::Edit => 1,
        Work::Delete => 2,
        Work::React => 4,
        Work::Notice => 3,
    }
}

pub(super) fn work(code: i64) -> Work {
    match code {
        0 => Work::Send,
        1 => Work::Edit,
        2 => Work::Delete,
        4 => Work::React,
        _ => Work::Notice,
    }
}
