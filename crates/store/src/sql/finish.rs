//! What the end of a row leaves behind.

use entente_model::{DeliveryId, Loss, MessageRef, Pair, Timestamp};
use rusqlite::Row as SqlRow;

use super::inbox::{DELETED, OURS};
use super::links::INTEREST_YES;
use super::overdue::BECAME;
use super::routed::{SealedPlan, work};
use super::run::Run;
use super::tx::Tx;
use crate::{Finish, Finished, LaneId, LaneKey, StoreError, UNKNOWN_OUTCOME, Work};

pub(super) const ROW: &str = "select lane, seq, work, source_conversation, source, part, begun_at is not null, told \
     from outbox where id = ?1";
/// The same of a row that goes.
const TAKE_ROW: &str = "delete from outbox where id = ?1 and lane = ?2 returning lane, seq, work, source_conversation, source, \
     part, begun_at is not null, told";
const HEAD: &str = "select id from outbox where lane = ?1 order by seq limit 1";
const DELETE_ROW: &str = "delete from outbox where id = ?1";
const RETRY: &str = "update outbox set begun_at = null, not_before = ?2, reason = ?3 where id = ?1";
const LOOK: &str = "update outbox set not_before = ?2, reason = ?3 where id = ?1";
const DIE: &str = "insert into dead (id, lane, seq, work, source_conversation, source, part, thread_conversation, \
     thread, accepted_at, reason, told, died) select id, lane, seq, work, source_conversation, source, part, \
     thread_conversation, thread, accepted_at, ?2, told, ?3 from outbox where id = ?1";
const OUR_MESSAGE: &str = "insert into message (conversation, name, version, flags, origin, at) \
     values (?1, ?2, ?3, 1, ?4, ?5) on conflict (conversation, name) do update set flags = flags | 1, \
     version = max(coalesce(version, excluded.version), excluded.version), origin = coalesce(excluded.origin, origin) \
     returning id";
const CHANGED: &str =
    "update message set version = max(coalesce(version, ?2), ?2), flags = flags | ?3 where id = ?1";
/// The counterpart of a part that is this message, or else its newest one.
const COUNTERPART: &str = "select target from counterpart where source = ?1 and lane = ?2 and part = ?3 \
     order by target = ?4 desc, made desc limit 1";
const ADD_COUNTERPART: &str = "insert into counterpart (source, lane, part, made, target, edits) select ?1, ?2, ?3, ?5, ?4, 0 \
     where not exists (select 1 from counterpart where source = ?1 and lane = ?2 and part = ?3 and target = ?4)";
const EDITED: &str =
    "update counterpart set edits = edits + 1 where source = ?1 and lane = ?2 and part = ?3 and target = ?4";
const DELETE_COUNTERPART: &str =
    "delete from counterpart where source = ?1 and lane = ?2 and part = ?3 and target = ?4";
const PAIRED: &str = "select id, low is not null from conversation where workspace = ?1 and name = ?2";
const OPENED: &str = "update conversation set low = ?2, high = ?3, interest = ?4, people = ?5 where id = ?1 and low is null \
     and not exists (select 1 from room where conversation = ?1) and not exists (select 1 from conversation o where o.low = ?2 and o.high = ?3 and o.workspace = ?6)";

/// A row of the outbox without its payload.
pub(super) struct Row {
    pub(super) lane: LaneId,
    pub(super) seq: i64,
    pub(super) work: Work,
    pub(super) source: Option<(i64, String)>,
    pub(super) part: u32,
    pub(super) begun: bool,
    /// What its sender was told last: 0 nothing, 1 that it waits, 2 that it died.
    pub(super) told: i64,
}

impl Row {
    /// Notices are not counted, and nobody is told about them.
    pub(super) fn counts(&self) -> bool {
        self.work != Work::Notice
    }
}

pub(super) fn read_row(row: &SqlRow<'_>) -> rusqlite::Result<Row> {
    let (conversation, name): (Option<i64>, Option<String>) = (row.get(3)?, row.get(4)?);
    Ok(Row {
        lane: LaneId(row.get(0)?),
        seq: row.get(1)?,
        work: work(row.get(2)?),
        source: conversation.zip(name),
        part: row.get(5)?,
        begun: row.get(6)?,
        told: row.get(7)?,
    })
}

/// How a row ends, with its payloads sealed.
pub(super) enum SealedFinish {
    Replaced(Vec<SealedPlan>),
    Other(Finish),
}

impl Tx<'_> {
    pub(super) fn head_of(&self, lane: LaneId) -> Result<Option<DeliveryId>, StoreError> {
        self.conn.one(HEAD, [lane.0], |row| row.get(0).map(DeliveryId))
    }

    pub(super) fn finish(
        &mut self,
        lane: LaneId,
        key: &LaneKey,
        id: DeliveryId,
        finish: SealedFinish,
        now: Timestamp,
    ) -> Result<Finished, StoreError> {
        let finish = match finish {
            // How nearly every row ends.
            SealedFinish::Other(Finish::Delivered { message, losses, at }) => {
                let row = self.conn.one(TAKE_ROW, (id.0, lane.0), read_row)?;
                let Some(row) = row else { return Ok(Finished::Settled) };
                self.delete_payload(id.0)?;
                self.delivered(&row, key, message.as_ref(), &losses, at, now)?;
                return Ok(Finished::Written);
            }
            other => other,
        };
        let row = self.conn.one(ROW, [id.0], read_row)?.filter(|row| row.lane == lane);
        let Some(row) = row else { return Ok(Finished::Settled) };
        match finish {
            SealedFinish::Replaced(plans) => self.replace(id, &row, key, plans, now)?,
            SealedFinish::Other(Finish::RetryAt { at, reason }) => {
                self.conn.run(RETRY, (id.0, at.0, reason))?;
            }
            SealedFinish::Other(Finish::LookAt { at }) => {
                self.conn.run(LOOK, (id.0, at.0, UNKNOWN_OUTCOME))?;
            }
            SealedFinish::Other(Finish::Dead { reason }) => {
                self.conn.run(DIE, (id.0, reason, now.0))?;
                self.conn.run(DELETE_ROW, [id.0])?;
                self.became(&row)?;
            }
            SealedFinish::Other(Finish::Dropped(reason)) => {
                self.delete_row(id)?;
                if row.counts() {
                    self.count("dropped_rows", 1);
                    self.count(format!("dropped/{}", reason.name()), 1);
                }
            }
            SealedFinish::Other(Finish::Delivered { .. } | Finish::Replaced(_)) => {
                return Err(StoreError::Inconsistent { table: "outbox", column: "lane" });
            }
        }
        Ok(Finished::Written)
    }

    pub(super) fn delete_row(&mut self, id: DeliveryId) -> Result<(), StoreError> {
        self.conn.run(DELETE_ROW, [id.0])?;
        self.delete_payload(id.0)
    }

    /// Notes what became of a row, if it was told of.
    fn became(&mut self, row: &Row) -> Result<(), StoreError> {
        if row.told > 0
            && let Some((conversation, name)) = &row.source
        {
            self.conn.run(BECAME, (row.lane.0, conversation, name))?;
        }
        Ok(())
    }

    /// Records everything that a delivered row leaves behind, which was taken away.
    pub(super) fn delivered(
        &mut self,
        row: &Row,
        key: &LaneKey,
        message: Option<&MessageRef>,
        losses: &[Loss],
        at: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if row.counts() {
            self.count("delivered", 1);
        }
        for loss in losses {
            self.count(format!("other/loss_{}", loss.name()), 1);
        }
        self.became(row)?;
        let source = match &row.source {
            Some((conversation, name)) => Some(self.message(*conversation, name, now)?),
            None => None,
        };
        let target = match message {
            Some(message) => Some(self.ours(message, source, key, at, now)?),
            None => None,
        };
        let Some(source) = source else { return Ok(()) };
        let slot = |target: i64| (source, row.lane.0, row.part, target);
        let before = match row.work {
            Work::Notice | Work::Send | Work::React => None,
            Work::Edit | Work::Delete => {
                let params = (source, row.lane.0, row.part, target);
                self.conn.one(COUNTERPART, params, |row| row.get::<_, i64>(0))?
            }
        };
        match (row.work, before, target) {
            (Work::Edit, Some(before), target) if target.is_none_or(|target| target == before) => {
                self.conn.run(EDITED, slot(before))?;
                self.conn.run(CHANGED, (before, at.0, 0))?;
            }
            (Work::Send | Work::Edit, _, Some(target)) => {
                let made = self.shared.keys.row();
                self.conn.run(ADD_COUNTERPART, (source, row.lane.0, row.part, target, made))?;
            }
            (Work::Delete, Some(gone), _) => {
                self.conn.run(DELETE_COUNTERPART, slot(gone))?;
                self.conn.run(CHANGED, (gone, at.0, DELETED))?;
            }
            (Work::Notice | Work::React, ..) | (_, _, None) | (Work::Delete, None, _) => {}
        }
        Ok(())
    }

    /// Records that a message is ours, and the conversation of a direct lane.
    fn ours(
        &mut self,
        message: &MessageRef,
        source: Option<i64>,
        key: &LaneKey,
        at: Timestamp,
        now: Timestamp,
    ) -> Result<i64, StoreError> {
        const { assert!(OURS == 1, "as the statement says") };
        let workspace = self.workspace(&message.conversation.workspace)?;
        let found = self.conn.one(PAIRED, (workspace, message.conversation.id.as_str()), |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, bool>(1)?))
        })?;
        let (conversation, paired) = match found {
            Some(found) => found,
            None => (self.add_conversation(&message.conversation)?, false),
        };
        if let LaneKey::Direct(pair, there) = key
            && !paired
            && message.conversation.workspace == *there
        {
            self.opened(conversation, *pair, workspace)?;
        }
        let params = (conversation, message.id.as_str(), at.0, source, now.0);
        self.conn
            .one(OUR_MESSAGE, params, |row| row.get(0))?
            .ok_or(StoreError::Inconsistent { table: "message", column: "id" })
    }

    /// Remembers a conversation as a pair's, unless the pair has one there or the conversation is another pair's.
    fn opened(&mut self, conversation: i64, pair: Pair, workspace: i64) -> Result<(), StoreError> {
        let [low, high] = pair.both();
        let params =
            (conversation, low.0.as_bytes(), high.0.as_bytes(), INTEREST_YES, self.people, workspace);
        self.conn.run(OPENED, params)?;
        Ok(())
    }
}
