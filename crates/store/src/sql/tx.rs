//! One transaction among others of its group, and what it does to memory once it is committed.

use std::borrow::Cow;

use entente_model::Timestamp;
use rusqlite::Connection;

use super::Shared;
use super::run::Run;
use crate::{Claim, LaneId, LaneKey, StoreError};

const DELETE_PAYLOAD: &str = "delete from payload where id = ?1 returning key";
const INSERT_PAYLOAD: &str = "insert into payload (id, key, sealed) values (?1, ?2, ?3)";

/// Order numbers are this far apart, so that the rows that replace the head of a lane fit in front of the next one.
pub(super) const GAP: i64 = 1 << 10;

pub(super) struct Tx<'a> {
    pub(super) conn: &'a Connection,
    pub(super) shared: &'a Shared,
    pub(super) effects: Effects,
    /// The version of the people, with the changes of this group so far.
    pub(super) people: i64,
    pub(super) last_seq: &'a mut i64,
}

/// What follows from a commit.
#[derive(Default)]
pub(super) struct Effects {
    pub(super) counts: Vec<(Cow<'static, str>, i64)>,
    pub(super) leases: Vec<LeaseEffect>,
    /// Keys of single rows that are gone.
    pub(super) condemned: Vec<i64>,
    /// Rows of `workspace` and `lane` that were looked up or made.
    pub(super) workspaces: Vec<(entente_model::WorkspaceRef, i64)>,
    pub(super) lanes: Vec<(LaneKey, i64)>,
}

pub(super) enum LeaseEffect {
    Wake(LaneId, LaneKey, Timestamp),
    Wedge(LaneId, LaneKey),
    Unwedge(LaneId, LaneKey),
    Revoke(Claim, Timestamp),
}

/// A payload that the caller sealed.
pub(super) struct Sealed {
    pub(super) row: i64,
    pub(super) key: i64,
    pub(super) bytes: Vec<u8>,
}

impl Tx<'_> {
    pub(super) fn count(&mut self, name: impl Into<Cow<'static, str>>, by: i64) {
        if by != 0 {
            self.effects.counts.push((name.into(), by));
        }
    }

    pub(super) fn wake(&mut self, id: LaneId, key: &LaneKey, at: Timestamp) {
        self.effects.leases.push(LeaseEffect::Wake(id, key.clone(), at));
    }

    /// The next place in order of planning.
    pub(super) fn next_seq(&mut self) -> i64 {
        *self.last_seq += GAP;
        *self.last_seq
    }

    pub(super) fn insert_payload(&self, sealed: &Sealed) -> Result<(), StoreError> {
        self.conn.run(INSERT_PAYLOAD, (sealed.row, sealed.key, &sealed.bytes))?;
        Ok(())
    }

    pub(super) fn delete_payload(&mut self, row: i64) -> Result<(), StoreError> {
        let key = self.conn.one(DELETE_PAYLOAD, [row], |row| row.get::<_, i64>(0))?;
        self.effects.condemned.extend(key.filter(|key| *key < 0));
        Ok(())
    }
}
