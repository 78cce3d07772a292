//! Who has to be told that a message waits, died, or went through after all.

use entente_model::{DeliveryId, Timestamp};
use rusqlite::Connection;

use super::run::{Run, limit};
use super::tx::Tx;
use super::{Shared, Sqlite};
use crate::{LaneId, LaneKey, Overdue, OverdueState, StoreError};

/// Of each lane the row with the smallest number in order of planning; `SQLite` takes the other columns from that row.
const OVERDUE: &str = "with late as ( \
         select id, lane, seq, accepted_at, source_conversation, source, reason, 0 as dead from outbox \
         where told = 0 and work <> 3 and source is not null and accepted_at < ?1 \
         union all \
         select id, lane, seq, accepted_at, source_conversation, source, reason, 1 as dead from dead \
         where told = 0 and work <> 3 and source is not null), \
     oldest as (select id, lane, min(seq) as seq, accepted_at, source_conversation, source, reason, dead from late \
         group by lane order by accepted_at, seq limit ?2) \
     select o.id, o.lane, o.source_conversation, o.source, o.reason, o.dead, w.reason, p.key, p.sealed \
     from oldest o left join wedged w on w.lane = o.lane left join payload p on p.id = o.id \
     order by o.accepted_at, o.seq";
const PLACE: &str =
    "select lane, seq from outbox where id = ?1 union all select lane, seq from dead where id = ?1";
const TOLD: &str = "update outbox set told = 1 where lane = ?1 and seq >= ?2 and work <> 3 and told = 0";
const TOLD_DEAD: &str = "update dead set told = 1 where lane = ?1 and seq >= ?2 and work <> 3 and told = 0";
const THROUGH: &str = "delete from through where lane in (select lane from through t where not exists \
     (select 1 from outbox o where o.lane = t.lane and o.told = 1) order by lane limit ?1) returning lane";
const ANY_THROUGH: &str = "select exists (select 1 from through)";

struct RawOverdue {
    delivery: DeliveryId,
    lane: LaneId,
    source: (Option<i64>, Option<String>),
    reason: String,
    dead: bool,
    wedged: Option<String>,
    payload: Option<(i64, Vec<u8>)>,
}

impl Shared {
    pub(super) fn overdue(
        &self,
        conn: &Connection,
        before: Timestamp,
        max: usize,
    ) -> Result<Vec<Overdue>, StoreError> {
        let rows = conn.all(OVERDUE, (before.0, limit(max)), |row| {
            let payload: (Option<i64>, Option<Vec<u8>>) = (row.get(7)?, row.get(8)?);
            Ok(RawOverdue {
                delivery: DeliveryId(row.get(0)?),
                lane: LaneId(row.get(1)?),
                source: (row.get(2)?, row.get(3)?),
                reason: row.get(4)?,
                dead: row.get(5)?,
                wedged: row.get(6)?,
                payload: payload.0.zip(payload.1),
            })
        })?;
        rows.into_iter().map(|row| self.resolve(conn, row)).collect()
    }

    fn resolve(&self, conn: &Connection, row: RawOverdue) -> Result<Overdue, StoreError> {
        let source = self.names.message(conn, row.source.0, row.source.1)?;
        let payload = match row.payload {
            Some((key, sealed)) => self.open_payload(row.delivery.0, key, &sealed)?,
            // Its key was lost, which is why it is dead.
            None => bytes::Bytes::new(),
        };
        Ok(Overdue {
            delivery: row.delivery,
            lane: self.names.lane_key(conn, row.lane)?,
            lane_id: row.lane,
            source: source.ok_or(StoreError::Inconsistent { table: "outbox", column: "source" })?,
            reason: row.wedged.filter(|_| !row.dead).unwrap_or(row.reason),
            payload,
            state: if row.dead { OverdueState::Dead } else { OverdueState::Waiting },
        })
    }
}

impl Tx<'_> {
    pub(super) fn told(&mut self, delivery: DeliveryId) -> Result<(), StoreError> {
        let place =
            self.conn.one(PLACE, [delivery.0], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))?;
        let Some(place) = place else { return Ok(()) };
        self.conn.run(TOLD, place)?;
        self.conn.run(TOLD_DEAD, place)?;
        Ok(())
    }
}

impl Sqlite {
    pub(super) async fn through(&self, max: usize) -> Result<Vec<LaneKey>, StoreError> {
        // Nearly always there is none, and then nothing need be written.
        if !self.read(|conn| Ok(conn.one(ANY_THROUGH, [], |row| row.get(0))?.unwrap_or(false)))? {
            return Ok(Vec::new());
        }
        self.write(move |tx| {
            let mut lanes = tx.conn.all(THROUGH, [limit(max)], |row| row.get(0).map(LaneId))?;
            lanes.sort_unstable();
            lanes.into_iter().map(|lane| tx.shared.names.lane_key(tx.conn, lane)).collect()
        })
        .await
    }
}
