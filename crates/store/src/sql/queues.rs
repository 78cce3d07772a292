//! Lanes with work, as operators see them. Asked by people and not on the way of any message, so it may walk through what
//! waits.

use entente_model::Timestamp;
use rusqlite::{Connection, Row};

use super::Shared;
use super::names::{inbound, row, side};
use super::run::{Run, limit};
use crate::{LaneId, Queue, Side, StoreError};

const WEDGED: &str = "select lane, reason from wedged order by lane limit ?1";
/// Of each lane the row with the smallest number in order of planning; `SQLite` takes the other columns from that row.
const ROWS: &str = "select lane, min(seq), count(*), accepted_at, reason, not_before from outbox \
     where lane not in (select lane from wedged) group by lane order by accepted_at, lane limit ?1";
const ROWS_OF: &str = "select lane, min(seq), count(*), accepted_at, reason, not_before from outbox \
     where lane = ?1 group by lane";
const REPORTS: &str = "select conversation, min(id), count(*), accepted_at, '', null from inbox \
     where conversation * 2 not in (select lane from wedged) group by conversation order by accepted_at, 1 limit ?1";
const REPORTS_OF: &str = "select conversation, min(id), count(*), accepted_at, '', null from inbox \
     where conversation = ?1 group by conversation";

/// A lane and what waits in it.
struct Raw {
    waiting: u64,
    since: Timestamp,
    reason: String,
    next: Option<Timestamp>,
}

fn read(row: &Row<'_>) -> rusqlite::Result<(i64, Raw)> {
    let raw = Raw {
        waiting: row.get::<_, i64>(2)?.unsigned_abs(),
        since: Timestamp(row.get(3)?),
        reason: row.get(4)?,
        next: row.get::<_, Option<i64>>(5)?.map(Timestamp),
    };
    Ok((row.get(0)?, raw))
}

impl Shared {
    /// Those that stand first, then the longest-waiting.
    pub(super) fn queues(&self, conn: &Connection, max: usize) -> Result<Vec<Queue>, StoreError> {
        let wedged =
            conn.all(WEDGED, [limit(max)], |row| Ok((LaneId(row.get(0)?), row.get::<_, String>(1)?)))?;
        let mut found = Vec::new();
        for (lane, reason) in wedged {
            let of = match side(lane) {
                Side::Inbound => conn.one(REPORTS_OF, [row(lane)], read)?,
                Side::Outbound => conn.one(ROWS_OF, [lane.0], read)?,
            };
            let raw = match of {
                Some((_, raw)) => Raw { reason, next: None, ..raw },
                // What it stood for was given up; it stands all the same.
                None => Raw { waiting: 0, since: Timestamp::default(), reason, next: None },
            };
            found.push(self.queue(conn, lane, raw, true)?);
        }
        let mut waiting: Vec<(LaneId, Raw)> =
            conn.all(ROWS, [limit(max)], read)?.into_iter().map(|(lane, raw)| (LaneId(lane), raw)).collect();
        let reports = conn.all(REPORTS, [limit(max)], read)?;
        waiting.extend(reports.into_iter().map(|(conversation, raw)| (inbound(conversation), raw)));
        waiting.sort_by_key(|(lane, raw)| (raw.since, *lane));
        waiting.truncate(max.saturating_sub(found.len()));
        for (lane, raw) in waiting {
            found.push(self.queue(conn, lane, raw, false)?);
        }
        Ok(found)
    }

    fn queue(&self, conn: &Connection, lane: LaneId, raw: Raw, wedged: bool) -> Result<Queue, StoreError> {
        let Raw { waiting, since, reason, next } = raw;
        let key = self.names.lane_key(conn, lane)?;
        Ok(Queue { lane_id: lane, lane: key, waiting, since, reason, next, wedged })
    }
}
