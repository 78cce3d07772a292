//! The keys of what messages say. A text that was delivered must not be readable from a freed page, a log or a copy of
//! the database, not even with the master key; so texts are sealed under keys of their own, which are destroyed.
//!
//! One key serves about 30 seconds of messages. It dies when no row names it; rows that outlive their epoch are sealed
//! anew by [`crate::Console::sweep`], each under a key of its own, which dies with the row. A key costs no sync of its
//! own at low load, and at most two every 30 seconds at any load.
//!
//! The keys are not in the database but beside it, in slots of a file that is no part of any backup. Each slot is sealed
//! by the master key. A slot is written and synced before the first row that needs it commits (the writer thread sees to
//! that), and overwritten with random bytes, and synced, when its key dies. After a crash a slot that no row names is
//! dead, so every order of events leaves either a row with its key or no row.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use entente_model::Timestamp;

use crate::key_file::sync_folder;
use crate::leases::BOOT_SHIFT;
use crate::seal::{MasterKey, Place, SealKey};

/// How long one key serves new rows.
pub(crate) const EPOCH: Duration = Duration::from_secs(30);
const SLOT: usize = 128;
/// Nonce, key, tag and the master key's number.
const SEALED: usize = 1 + 24 + 32 + 16;

/// A key of payloads. Holding it keeps it from being destroyed.
pub(crate) struct PayloadKey {
    /// Never used again, by no boot; negative for the key of a single row.
    pub(crate) number: i64,
    key: SealKey,
}

impl PayloadKey {
    pub(crate) fn seal(&self, row: i64, plain: &[u8]) -> Vec<u8> {
        let mut sealed = Vec::new();
        self.key.seal(&place(&row.to_be_bytes()), plain, &mut sealed);
        sealed
    }

    pub(crate) fn open(&self, row: i64, sealed: &[u8]) -> Option<Vec<u8>> {
        self.key.open(&place(&row.to_be_bytes()), sealed)
    }
}

fn place(row: &[u8]) -> Place<'_> {
    Place { table: "payload", column: "sealed", row }
}

/// The rows that a retired key may have sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Retired {
    pub(crate) number: i64,
    pub(crate) first_row: i64,
    pub(crate) last_row: i64,
}

/// The file and what is in it.
pub(crate) struct PayloadKeys {
    master: MasterKey,
    inner: Mutex<Inner>,
}

struct Inner {
    file: Arc<File>,
    slots: usize,
    free: Vec<usize>,
    keys: HashMap<i64, (usize, Arc<PayloadKey>)>,
    current: Option<(Arc<PayloadKey>, Timestamp, i64)>,
    retired: Vec<Retired>,
    /// Keys of single rows that are gone.
    condemned: Vec<i64>,
    next: i64,
    /// Keys that may not be on the disk yet.
    unsynced: Vec<i64>,
    sync_failed: bool,
}

impl PayloadKeys {
    /// Opens or makes the file. Keys that no row names (`named`) are destroyed at once.
    pub(crate) fn open(
        path: &Path,
        master: MasterKey,
        boot: i64,
        named: &std::collections::HashSet<i64>,
    ) -> io::Result<Self> {
        let new = !path.exists();
        let file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)?;
        if new {
            file.sync_all()?;
            sync_folder(path)?;
        }
        let size = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
        let mut inner = Inner {
            file: Arc::new(file),
            slots: size.div_ceil(SLOT),
            free: Vec::new(),
            keys: HashMap::new(),
            current: None,
            retired: Vec::new(),
            condemned: Vec::new(),
            next: boot << BOOT_SHIFT,
            unsynced: Vec::new(),
            sync_failed: false,
        };
        let mut dead = Vec::new();
        for slot in 0..inner.slots {
            let mut bytes = [0; SLOT];
            let read = inner.file.read_at(&mut bytes, offset(slot))?;
            match read_slot(&master, &bytes[..read]) {
                Some(key) if named.contains(&key.number) => {
                    if key.number > 0 {
                        inner.retired.push(Retired {
                            number: key.number,
                            first_row: i64::MIN,
                            last_row: i64::MAX,
                        });
                    }
                    inner.keys.insert(key.number, (slot, Arc::new(key)));
                }
                Some(key) => {
                    dead.push(key.number);
                    inner.keys.insert(key.number, (slot, Arc::new(key)));
                }
                None => inner.free.push(slot),
            }
        }
        inner.free.reverse();
        let keys = Self { master, inner: Mutex::new(inner) };
        keys.destroy(&dead)?;
        Ok(keys)
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A number for a row that needs no key.
    pub(crate) fn row(&self) -> i64 {
        self.inner().number()
    }

    /// A number for a row and the key that its payload is to be sealed with. The writer syncs a new key before it
    /// commits.
    pub(crate) fn ticket(&self, now: Timestamp) -> io::Result<(i64, Arc<PayloadKey>)> {
        let mut inner = self.inner();
        inner.retire(now);
        let key = if let Some((key, ..)) = &inner.current {
            Arc::clone(key)
        } else {
            let key = inner.create(&self.master, false)?;
            let first = inner.next;
            inner.current = Some((Arc::clone(&key), now, first));
            key
        };
        Ok((inner.number(), key))
    }

    /// A key for one row alone.
    pub(crate) fn own(&self) -> io::Result<Arc<PayloadKey>> {
        self.inner().create(&self.master, true)
    }

    pub(crate) fn get(&self, number: i64) -> Option<Arc<PayloadKey>> {
        self.inner().keys.get(&number).map(|(_, key)| Arc::clone(key))
    }

    /// Makes new keys durable. Called before every commit; does nothing, and says so, if there is none. Nobody waits for
    /// the disk but the caller.
    pub(crate) fn sync(&self) -> io::Result<bool> {
        let mut inner = self.inner();
        if inner.unsynced.is_empty() {
            return Ok(false);
        }
        let new = std::mem::take(&mut inner.unsynced);
        let file = Arc::clone(&inner.file);
        // A sync that failed may have dropped what was written before it, so it is written again.
        let written = if std::mem::take(&mut inner.sync_failed) {
            inner.write_again(&self.master, &new)
        } else {
            Ok(())
        };
        drop(inner);
        let done = written.and_then(|()| file.sync_data());
        if done.is_err() {
            let mut inner = self.inner();
            inner.unsynced.extend(new);
            inner.sync_failed = true;
        }
        done.map(|()| true)
    }

    /// The row of this key is gone. Does nothing to keys of many rows.
    pub(crate) fn condemn(&self, number: i64) {
        if number < 0 {
            self.inner().condemned.push(number);
        }
    }

    /// Keys that serve no new row and that nobody holds: whatever they sealed is committed or was given up.
    pub(crate) fn retired(&self, now: Timestamp) -> Vec<Retired> {
        let mut inner = self.inner();
        inner.retire(now);
        let idle = |retired: &&Retired| {
            inner.keys.get(&retired.number).is_some_and(|(_, key)| Arc::strong_count(key) == 1)
        };
        inner.retired.iter().filter(idle).copied().collect()
    }

    /// Whether a key was condemned.
    pub(crate) fn condemned(&self) -> bool {
        !self.inner().condemned.is_empty()
    }

    /// Destroys the keys that were condemned, and these. Nobody waits for the disk but the caller.
    pub(crate) fn destroy(&self, numbers: &[i64]) -> io::Result<()> {
        let mut inner = self.inner();
        let mut dead = std::mem::take(&mut inner.condemned);
        dead.extend_from_slice(numbers);
        let file = Arc::clone(&inner.file);
        let overwritten = inner.overwrite(&dead);
        drop(inner);
        let done = overwritten.and_then(|any| if any { file.sync_data() } else { Ok(()) });
        let mut inner = self.inner();
        match done {
            Ok(()) => inner.forget(&dead),
            Err(_) => inner.condemned.append(&mut dead),
        }
        done
    }
}

impl Inner {
    fn number(&mut self) -> i64 {
        self.next += 1;
        self.next
    }

    /// Ends the current key's epoch if it is over.
    fn retire(&mut self, now: Timestamp) {
        if let Some((key, since, first_row)) = &self.current
            && now.since(*since) >= EPOCH
        {
            self.retired.push(Retired { number: key.number, first_row: *first_row, last_row: self.next });
            self.current = None;
        }
    }

    fn create(&mut self, master: &MasterKey, own: bool) -> io::Result<Arc<PayloadKey>> {
        let number = self.number();
        let key = PayloadKey { number: if own { -number } else { number }, key: SealKey::random() };
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots += 1;
            self.slots - 1
        });
        if let Err(error) = self.file.write_all_at(&write_slot(master, &key), offset(slot)) {
            self.free.push(slot);
            return Err(error);
        }
        self.unsynced.push(key.number);
        let key = Arc::new(key);
        self.keys.insert(key.number, (slot, Arc::clone(&key)));
        Ok(key)
    }

    /// Writes the slots of these keys once more, of those that live.
    fn write_again(&self, master: &MasterKey, numbers: &[i64]) -> io::Result<()> {
        let slots = numbers.iter().filter_map(|number| self.keys.get(number));
        for (slot, key) in slots {
            self.file.write_all_at(&write_slot(master, key), offset(*slot))?;
        }
        Ok(())
    }

    /// Overwrites the slots of these keys; returns whether there was any.
    fn overwrite(&self, numbers: &[i64]) -> io::Result<bool> {
        let slots = numbers.iter().filter_map(|number| self.keys.get(number));
        let mut any = false;
        for (slot, _) in slots {
            let mut noise = [0; SLOT];
            rand::fill(&mut noise[..]);
            self.file.write_all_at(&noise, offset(*slot))?;
            any = true;
        }
        Ok(any)
    }

    /// Forgets keys whose slots are overwritten for good.
    fn forget(&mut self, numbers: &[i64]) {
        for number in numbers {
            if let Some((slot, _)) = self.keys.remove(number) {
                self.free.push(slot);
            }
        }
        self.unsynced.retain(|number| !numbers.contains(number));
        self.retired.retain(|retired| !numbers.contains(&retired.number));
    }
}

fn offset(slot: usize) -> u64 {
    (slot as u64) * (SLOT as u64)
}

/// Number, sealed key, and noise to the end.
fn write_slot(master: &MasterKey, key: &PayloadKey) -> [u8; SLOT] {
    let mut bytes = [0; SLOT];
    rand::fill(&mut bytes[..]);
    let number = key.number.to_be_bytes();
    bytes[..8].copy_from_slice(&number);
    bytes[8..8 + SEALED].copy_from_slice(&master.seal(&slot_place(&number), key.key.bytes()));
    bytes
}

fn read_slot(master: &MasterKey, bytes: &[u8]) -> Option<PayloadKey> {
    let number = *bytes.first_chunk::<8>()?;
    let plain = master.open(&slot_place(&number), bytes.get(8..8 + SEALED)?)?;
    Some(PayloadKey { number: i64::from_be_bytes(number), key: SealKey::new(plain.try_into().ok()?) })
}

fn slot_place(number: &[u8]) -> Place<'_> {
    Place { table: "payload_keys", column: "key", row: number }
}

#[cfg(test)]
mod tests;
