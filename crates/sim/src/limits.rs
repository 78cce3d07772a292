//! The vendors' rate limits as token buckets. On by default; a factor scales all of them for load runs and is printed
//! beside every figure measured with it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

/// Token buckets by key.
#[derive(Debug)]
pub struct Limits {
    factor: f64,
    buckets: Mutex<HashMap<String, Bucket>>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    tokens: f64,
    at: Timestamp,
}

impl Limits {
    /// `factor` multiplies every rate and burst; 1 is what the vendor documents.
    pub fn new(factor: f64) -> Self {
        Self { factor, buckets: Mutex::new(HashMap::new()) }
    }

    /// The factor in force.
    pub fn factor(&self) -> f64 {
        self.factor
    }

    /// Takes one token from the bucket `key` of `per_second` tokens a second holding at most `burst`.
    ///
    /// # Errors
    /// The time until a token will be there.
    pub fn take(&self, key: &str, per_second: f64, burst: f64, now: Timestamp) -> Result<(), Duration> {
        let (rate, burst) = (per_second * self.factor, (burst * self.factor).max(1.0));
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = match buckets.get_mut(key) {
            Some(bucket) => bucket,
            None => buckets.entry(key.to_owned()).or_insert(Bucket { tokens: burst, at: now }),
        };
        let passed = now.duration_since(bucket.at).as_secs_f64().max(0.0);
        bucket.tokens = passed.mul_add(rate, bucket.tokens).min(burst);
        bucket.at = now;
        if bucket.tokens >= 1.0 {
            bucket.tokens -= 1.0;
            return Ok(());
        }
        Err(Duration::from_secs_f64((1.0 - bucket.tokens) / rate))
    }
}
