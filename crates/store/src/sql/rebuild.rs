//! What a new boot makes of the rows it finds: every lane that has work is claimable, wedged lanes stand, and texts whose
//! keys are gone are given up.

use entente_model::Timestamp;
use rusqlite::Connection;

use super::Shared;
use super::names::{inbound, side};
use super::run::Run;
use crate::{LaneId, LaneKey, Side, StoreError};

const REPORTED: &str = "select conversation, min(accepted_at) from inbox group by conversation order by 2, 1";
const HEADS: &str = "select lane, min(seq), not_before from outbox group by lane order by 3, 1";
const WEDGED: &str = "select lane from wedged";

const LOSE: &str = "create temp table lost (key integer primary key)";
const LOST: &str = "insert into lost (key) values (?1)";
/// A row whose text is gone cannot be sent; a report whose text is gone becomes a pointer and is fetched.
const GIVE_UP: &str = "
    begin immediate;
    insert into dead (id, lane, seq, work, source_conversation, source, part, thread_conversation, thread,
            accepted_at, reason, told, died)
        select o.id, lane, seq, work, source_conversation, source, part, thread_conversation, thread,
            accepted_at, 'the key of its text is gone', told, accepted_at
        from outbox o join payload p on p.id = o.id where p.key in (select key from lost);
    insert or replace into through (lane, conversation, source, died)
        select lane, source_conversation, source, 1 from outbox o join payload p on p.id = o.id
        where p.key in (select key from lost) and told > 0 and source is not null;
    delete from outbox where id in (select id from payload where key in (select key from lost));
    update inbox set has_body = 0 where id in (select id from payload where key in (select key from lost));
    delete from payload where key in (select key from lost);
    drop table lost;
    commit;";

/// Gives up the texts of keys that are not in the file any more, as after a restored backup.
pub(super) fn give_up(conn: &Connection, lost: &[i64]) -> Result<(), StoreError> {
    if lost.is_empty() {
        return Ok(());
    }
    tracing::warn!(keys = lost.len(), "keys of texts are gone; what they sealed is given up");
    conn.execute_batch(LOSE)?;
    for key in lost {
        conn.run(LOST, [key])?;
    }
    Ok(conn.execute_batch(GIVE_UP)?)
}

/// Fills the table of leases.
pub(super) fn leases(conn: &Connection, shared: &Shared) -> Result<(), StoreError> {
    let reported = conn.all(REPORTED, [], |row| Ok((inbound(row.get(0)?), Timestamp(row.get(1)?))))?;
    let heads = conn.all(HEADS, [], |row| Ok((LaneId(row.get(0)?), Timestamp(row.get(2)?))))?;
    let wedged = conn.all(WEDGED, [], |row| row.get(0).map(LaneId))?;
    for (lane, at) in reported.into_iter().chain(heads) {
        shared.leases.wake(lane, &key(conn, shared, lane)?, at);
    }
    for lane in wedged {
        shared.leases.wedge(lane, &key(conn, shared, lane)?);
    }
    Ok(())
}

fn key(conn: &Connection, shared: &Shared, lane: LaneId) -> Result<LaneKey, StoreError> {
    let key = shared.names.lane_key(conn, lane)?;
    debug_assert_eq!(key.side() == Side::Inbound, side(lane) == Side::Inbound);
    Ok(key)
}
