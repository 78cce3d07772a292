//! Identifiers and chance: everything that looks random comes from the seed, so that a run can be repeated.

use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::rngs::StdRng;
use rand::{Rng as _, RngExt as _, SeedableRng as _};
use sha2::{Digest as _, Sha256};
use uuid::{Builder, Uuid};

/// The GUID that belongs to `what` under this seed: the same person has the same object id in every run.
pub(crate) fn guid(seed: u64, what: &str) -> String {
    Builder::from_random_bytes(first_16(&digest(seed, what))).into_uuid().to_string()
}

/// An opaque name that belongs to `what` under this seed, for ids such as `29:1…` that clients must not parse.
pub(crate) fn opaque(seed: u64, what: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(seed, what))
}

fn digest(seed: u64, what: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(seed.to_be_bytes());
    hash.update(what.as_bytes());
    hash.finalize().into()
}

fn first_16(bytes: &[u8; 32]) -> [u8; 16] {
    let mut out = [0; 16];
    out.copy_from_slice(&bytes[..16]);
    out
}

/// The seeded source of everything that must differ from call to call.
#[derive(Debug)]
pub(crate) struct Dice(Mutex<StdRng>);

impl Dice {
    /// Dice of their own stream, so that drawing here does not shift the dice of the faults.
    pub(crate) fn new(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed ^ 0x7ea3_5000)))
    }

    /// So many random bytes.
    pub(crate) fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut out = [0; N];
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(&mut out);
        out
    }

    /// A whole number below `below`; zero when there is none.
    pub(crate) fn below(&self, below: u64) -> u64 {
        if below == 0 {
            return 0;
        }
        self.0.lock().unwrap_or_else(PoisonError::into_inner).random_range(0..below)
    }

    /// A fresh GUID.
    pub(crate) fn uuid(&self) -> Uuid {
        Builder::from_random_bytes(self.bytes()).into_uuid()
    }

    /// A fresh secret of 256 bits, URL-safe.
    pub(crate) fn secret(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes::<32>())
    }
}
