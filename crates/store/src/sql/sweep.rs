//! Forgetting. Each step is a short transaction, so that a long sweep holds up nobody.

use std::collections::HashMap;

use entente_model::Timestamp;

use super::Sqlite;
use super::routed::UNREACT;
use super::run::Run;
use super::tx::{Sealed, Tx};
use crate::payload_keys::Retired;
use crate::{EXPIRED, StoreError};

const EXPIRED_DEAD: &str = "select id, work from dead where died < ?1 order by died, id limit ?2";
const DELETE_DEAD: &str = "delete from dead where id = ?1";
const EXPIRED_ASIDE: &str = "select id from aside where at < ?1 limit ?2";
const DELETE_ASIDE: &str = "delete from aside where id = ?1";
const EXPIRED_GRANTS: &str = "delete from consent where expires_at <= ?1";
/// Messages have their numbers in order of the time they were recorded, so the old ones are in front. Those that a report
/// in the inbox names are passed over.
const OLD_MESSAGES: &str = "select id, at, origin, exists (select 1 from inbox i \
     where i.conversation = m.conversation and i.message = m.id) from message m where id > ?1 order by id limit ?2";
const OLDEST_MESSAGE: &str = "select at from message order by id limit 1";
const DELETE_MESSAGE: &str = "delete from message where id = ?1";
const DELETE_SOURCE: &str = "delete from counterpart where source = ?1";
const DELETE_TARGET: &str = "delete from counterpart where source = ?1 and target = ?2";
const SURVIVORS: &str = "select id, sealed from payload where key = ?1 and id between ?2 and ?3 limit ?4";
const RESEAL: &str = "update payload set key = ?2, sealed = ?3 where id = ?1 and key = ?4";

/// How many rows one transaction touches at most.
const STEP: i64 = 1_000;

impl Sqlite {
    /// Forgets dead letters, things set aside and grants that are too old.
    pub(super) async fn forget_dead(&self, before: Timestamp, now: Timestamp) -> Result<(), StoreError> {
        loop {
            let more = self.write(move |tx| tx.forget_dead(before, now)).await?;
            if !more {
                return Ok(());
            }
        }
    }

    /// Forgets old messages and what joined them to others.
    pub(super) async fn forget_messages(&self, seen_before: Timestamp) -> Result<(), StoreError> {
        let oldest = self.read(|conn| conn.one(OLDEST_MESSAGE, [], |row| row.get(0).map(Timestamp)))?;
        if oldest.is_none_or(|at| at >= seen_before) {
            return Ok(());
        }
        let mut after = i64::MIN;
        loop {
            match self.write(move |tx| tx.forget_messages(seen_before, after)).await? {
                Some(last) => after = last,
                None => return Ok(()),
            }
        }
    }

    /// Seals anew what outlived its key's time, and destroys the keys that nothing needs any more.
    pub(super) async fn destroy_keys(&self, now: Timestamp) -> Result<(), StoreError> {
        let mut done = Vec::new();
        for retired in self.shared.keys.retired(now) {
            while self.reseal(retired).await? {}
            done.push(retired.number);
        }
        if done.is_empty() && !self.shared.keys.condemned() {
            return Ok(());
        }
        // In the writer thread, which is used to waiting for the disk.
        self.write(move |tx| {
            let destroyed = tx.shared.keys.destroy(&done);
            destroyed.map_err(|error| StoreError::Backend(Box::new(error)))
        })
        .await
    }

    /// Seals some rows of a retired key anew, each under a key of its own. `false` when there was none.
    async fn reseal(&self, retired: Retired) -> Result<bool, StoreError> {
        let Retired { number, first_row, last_row } = retired;
        let survivors = self.read(|conn| {
            conn.all(SURVIVORS, (number, first_row, last_row, STEP), |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?))
            })
        })?;
        if survivors.is_empty() {
            return Ok(false);
        }
        let mut keys = Vec::with_capacity(survivors.len());
        let mut rows = HashMap::with_capacity(survivors.len());
        for (row, sealed) in survivors {
            let plain = self.shared.open_payload(row, number, &sealed)?;
            let key = self.shared.keys.own().map_err(|error| StoreError::Backend(Box::new(error)))?;
            rows.insert(row, Sealed { row, key: key.number, bytes: key.seal(row, &plain) });
            keys.push(key);
        }
        self.write_sealed(keys, move |tx| {
            for sealed in rows.values() {
                let there = tx.conn.run(RESEAL, (sealed.row, sealed.key, &sealed.bytes, number))?;
                if there == 0 {
                    tx.effects.condemned.push(sealed.key);
                }
            }
            Ok(())
        })
        .await?;
        Ok(true)
    }
}

impl Tx<'_> {
    /// Whether there may be more.
    fn forget_dead(&mut self, before: Timestamp, now: Timestamp) -> Result<bool, StoreError> {
        let dead = self.conn.all(EXPIRED_DEAD, (before.0, STEP), |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)? != 3))
        })?;
        for (id, counts) in &dead {
            self.conn.run(DELETE_DEAD, [id])?;
            self.delete_payload(*id)?;
            if *counts {
                self.count("dropped_rows", 1);
                self.count(format!("dropped/{EXPIRED}"), 1);
            }
        }
        let aside = self.conn.all(EXPIRED_ASIDE, (before.0, STEP), |row| row.get::<_, i64>(0))?;
        for id in &aside {
            self.conn.run(DELETE_ASIDE, [id])?;
            self.delete_payload(*id)?;
        }
        self.conn.run(EXPIRED_GRANTS, [now.0])?;
        let full = |rows: usize| i64::try_from(rows).unwrap_or(i64::MAX) >= STEP;
        Ok(full(dead.len()) || full(aside.len()))
    }

    /// Where to go on; `None` when all that are left are younger.
    fn forget_messages(&mut self, seen_before: Timestamp, after: i64) -> Result<Option<i64>, StoreError> {
        let rows = self.conn.all(OLD_MESSAGES, (after, STEP), |row| {
            let origin: Option<i64> = row.get(2)?;
            Ok((row.get::<_, i64>(0)?, Timestamp(row.get(1)?), origin, row.get::<_, bool>(3)?))
        })?;
        let mut last = None;
        for (id, at, origin, named) in rows {
            if at >= seen_before {
                return Ok(None);
            }
            last = Some(id);
            if named {
                continue;
            }
            self.conn.run(DELETE_SOURCE, [id])?;
            self.conn.run(UNREACT, [id])?;
            if let Some(origin) = origin {
                self.conn.run(DELETE_TARGET, (origin, id))?;
            }
            self.conn.run(DELETE_MESSAGE, [id])?;
        }
        Ok(last)
    }
}
