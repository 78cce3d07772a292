//! Who works on which lane. Leases live in memory: one process at a time owns a store (an exclusive lock on a file says
//! so), and a new boot frees them all, so that a crash never leaves a lane locked on disk. Both stores use this table.
//!
//! Epochs carry the boot's number in their upper bits. A holder of an earlier boot, or one whose lease ran out and was
//! taken by another, therefore never matches.
//!
//! A write under a claim *enters* its lane before it is queued and *leaves* it after its commit. A lane with a write
//! under way is not handed out, so the next holder reads what the last one wrote.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use entente_model::Timestamp;
use tokio::sync::Notify;

use crate::{Claim, LaneId, LaneKey, Side, StoreError};

/// How far a boot's number is shifted in epochs and row ids. Leaves a million million rows a boot and eight million boots.
pub(crate) const BOOT_SHIFT: u32 = 40;

/// The table, and what is notified when a lane may have become claimable.
pub(crate) struct Leases {
    table: Mutex<Table>,
    woken: [Arc<Notify>; 2],
}

struct Table {
    lanes: HashMap<LaneId, Lane>,
    ready: [BTreeSet<(Timestamp, u64, LaneId)>; 2],
    held: [BTreeSet<(Timestamp, LaneId)>; 2],
    /// Orders lanes that became ready at the same instant.
    ticks: u64,
    epoch: i64,
}

struct Lane {
    key: LaneKey,
    epoch: i64,
    /// Until when it is held, while it is.
    held: Option<Timestamp>,
    /// Its entry among the ready ones.
    ready: Option<(Timestamp, u64)>,
    /// New work that came while it was held or wedged.
    missed: Option<Timestamp>,
    wedged: bool,
    /// Writes under a claim that are queued and not committed.
    writes: u32,
}

fn index(side: Side) -> usize {
    match side {
        Side::Inbound => 0,
        Side::Outbound => 1,
    }
}

impl Leases {
    /// An empty table of this boot.
    pub(crate) fn new(boot: i64) -> Self {
        Self {
            table: Mutex::new(Table {
                lanes: HashMap::new(),
                ready: Default::default(),
                held: Default::default(),
                ticks: 0,
                epoch: boot << BOOT_SHIFT,
            }),
            woken: Default::default(),
        }
    }

    /// Forgets everything, as a new boot does.
    pub(crate) fn reboot(&self, boot: i64) {
        let mut table = self.table();
        *table = Table {
            lanes: HashMap::new(),
            ready: Default::default(),
            held: Default::default(),
            ticks: 0,
            epoch: boot << BOOT_SHIFT,
        };
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is notified when a lane of this side may have become claimable.
    pub(crate) fn woken(&self, side: Side) -> Arc<Notify> {
        Arc::clone(&self.woken[index(side)])
    }

    fn notify(&self, side: Side) {
        self.woken[index(side)].notify_one();
    }

    /// New work at `at`. Only to be called once the work is committed.
    pub(crate) fn wake(&self, id: LaneId, key: &LaneKey, at: Timestamp) {
        let mut table = self.table();
        table.lane(id, key);
        table.wake(id, at);
        drop(table);
        self.notify(key.side());
    }

    /// Stops a lane, and frees it.
    pub(crate) fn wedge(&self, id: LaneId, key: &LaneKey) {
        let mut table = self.table();
        table.lane(id, key).wedged = true;
        table.free(id);
        table.unready(id);
    }

    /// Lets a lane go on, at once.
    pub(crate) fn unwedge(&self, id: LaneId, key: &LaneKey) {
        let mut table = self.table();
        table.lane(id, key).wedged = false;
        table.wake(id, Timestamp::default());
        drop(table);
        self.notify(key.side());
    }

    pub(crate) fn claim(&self, side: Side, max: usize, lease: Duration, now: Timestamp) -> Vec<Claim> {
        let mut table = self.table();
        while let Some(&(until, id)) = table.held[index(side)].first() {
            if until > now {
                break;
            }
            table.free(id);
            table.wake(id, until);
        }
        let mut chosen = Vec::new();
        for &(at, _, id) in &table.ready[index(side)] {
            if at > now || chosen.len() == max {
                break;
            }
            if table.lanes.get(&id).is_some_and(|lane| lane.writes == 0) {
                chosen.push(id);
            }
        }
        let until = now.plus(lease);
        chosen.into_iter().filter_map(|id| table.hold(id, until)).collect()
    }

    pub(crate) fn release(&self, claim: &Claim, ready_at: Option<Timestamp>) {
        let mut table = self.table();
        if !table.holds(claim) {
            return;
        }
        let missed = table.free(claim.lane);
        let at = match (missed, ready_at) {
            (Some(missed), Some(ready)) => Some(missed.min(ready)),
            (missed, ready) => missed.or(ready),
        };
        if let Some(at) = at {
            table.wake(claim.lane, at);
            drop(table);
            self.notify(claim.key.side());
        } else {
            table.forget_idle(claim.lane);
        }
    }

    /// Lets a claim end later.
    pub(crate) fn extend(&self, claim: &Claim, until: Timestamp) -> Result<(), StoreError> {
        let mut table = self.table();
        if !table.holds(claim) {
            return Err(StoreError::LeaseLost);
        }
        let before = table.lanes.get_mut(&claim.lane).and_then(|lane| lane.held.replace(until));
        let held = &mut table.held[index(claim.key.side())];
        held.extend([(until, claim.lane)]);
        if let Some(before) = before.filter(|before| *before != until) {
            held.remove(&(before, claim.lane));
        }
        Ok(())
    }

    /// Takes a claim away from its holder and makes the lane claimable at once. Does nothing to a claim that was lost.
    pub(crate) fn revoke(&self, claim: &Claim, at: Timestamp) {
        self.release(claim, Some(at));
    }

    pub(crate) fn next_ready(&self, side: Side) -> Option<Timestamp> {
        let table = self.table();
        let ready = table.ready[index(side)]
            .iter()
            .find(|(.., id)| table.lanes.get(id).is_some_and(|lane| lane.writes == 0))
            .map(|&(at, ..)| at);
        let freed = table.held[index(side)].first().map(|&(until, _)| until);
        match (ready, freed) {
            (Some(ready), Some(freed)) => Some(ready.min(freed)),
            (ready, freed) => ready.or(freed),
        }
    }

    /// Whether the claim still holds.
    pub(crate) fn check(&self, claim: &Claim) -> Result<(), StoreError> {
        if self.table().holds(claim) { Ok(()) } else { Err(StoreError::LeaseLost) }
    }

    /// The same, and keeps the lane from being handed out until [`Leases::leave`].
    pub(crate) fn enter(&self, claim: &Claim) -> Result<(), StoreError> {
        let mut table = self.table();
        if !table.holds(claim) {
            return Err(StoreError::LeaseLost);
        }
        if let Some(lane) = table.lanes.get_mut(&claim.lane) {
            lane.writes += 1;
        }
        Ok(())
    }

    /// The write that entered is committed or failed.
    pub(crate) fn leave(&self, id: LaneId) {
        let mut table = self.table();
        let Some(lane) = table.lanes.get_mut(&id) else { return };
        lane.writes = lane.writes.saturating_sub(1);
        if lane.writes == 0 && lane.ready.is_some() {
            let side = lane.key.side();
            drop(table);
            self.notify(side);
        } else {
            table.forget_idle(id);
        }
    }
}

impl Table {
    fn lane(&mut self, id: LaneId, key: &LaneKey) -> &mut Lane {
        self.lanes.entry(id).or_insert_with(|| Lane {
            key: key.clone(),
            epoch: 0,
            held: None,
            ready: None,
            missed: None,
            wedged: false,
            writes: 0,
        })
    }

    fn holds(&self, claim: &Claim) -> bool {
        self.lanes.get(&claim.lane).is_some_and(|lane| lane.held.is_some() && lane.epoch == claim.epoch)
    }

    /// Makes a lane ready at `at` if it was not ready earlier; remembers the work if the lane is held or wedged.
    fn wake(&mut self, id: LaneId, at: Timestamp) {
        let Some(lane) = self.lanes.get_mut(&id) else { return };
        if lane.held.is_some() || lane.wedged {
            lane.missed = Some(lane.missed.map_or(at, |missed| missed.min(at)));
            return;
        }
        let ready = &mut self.ready[index(lane.key.side())];
        if let Some((earlier, tick)) = lane.ready {
            if earlier <= at {
                return;
            }
            ready.remove(&(earlier, tick, id));
        }
        self.ticks += 1;
        lane.ready = Some((at, self.ticks));
        ready.insert((at, self.ticks, id));
    }

    fn unready(&mut self, id: LaneId) {
        let Some(lane) = self.lanes.get_mut(&id) else { return };
        if let Some((at, tick)) = lane.ready.take() {
            self.ready[index(lane.key.side())].remove(&(at, tick, id));
        }
    }

    fn hold(&mut self, id: LaneId, until: Timestamp) -> Option<Claim> {
        self.unready(id);
        self.epoch += 1;
        let lane = self.lanes.get_mut(&id)?;
        lane.epoch = self.epoch;
        lane.held = Some(until);
        lane.missed = None;
        self.held[index(lane.key.side())].insert((until, id));
        Some(Claim { lane: id, key: lane.key.clone(), epoch: lane.epoch, until })
    }

    /// Ends a hold; returns the work that came meanwhile.
    fn free(&mut self, id: LaneId) -> Option<Timestamp> {
        let lane = self.lanes.get_mut(&id)?;
        if let Some(until) = lane.held.take() {
            self.held[index(lane.key.side())].remove(&(until, id));
        }
        lane.missed.take()
    }

    fn forget_idle(&mut self, id: LaneId) {
        if self.lanes.get(&id).is_some_and(|lane| {
            lane.held.is_none() && lane.ready.is_none() && !lane.wedged && lane.writes == 0
        }) {
            self.lanes.remove(&id);
        }
    }
}
