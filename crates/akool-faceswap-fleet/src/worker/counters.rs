//! Counters of a worker.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use serde_json::{Value, json};

use super::WorkerReport;

#[derive(Debug, Default)]
pub(super) struct Counter(AtomicU64);

impl Counter {
    pub(super) fn add(&self, amount: u64) {
        self.0.fetch_add(amount, Ordering::Relaxed);
    }

    fn set(&self, value: u64) {
        self.0.store(value, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Counts of one worker since its start. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct WorkerCounters(pub(super) Arc<Counts>);

#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) requests: Counter,
    pub(super) ids: Counter,
    pub(super) settled: Counter,
    pub(super) fenced: Counter,
    pub(super) expired: Counter,
    pub(super) given_back: Counter,
    pub(super) rate_limits: Counter,
    pub(super) database_errors: Counter,
    lag_ms: Counter,
}

impl WorkerCounters {
    /// Requests that were sent.
    pub fn requests(&self) -> u64 {
        self.0.requests.get()
    }

    /// Ids in all of them; divided by the requests, the batch size.
    pub fn ids(&self) -> u64 {
        self.0.ids.get()
    }

    /// Outcomes that were written.
    pub fn settled(&self) -> u64 {
        self.0.settled.get()
    }

    /// Jobs whose lease had ended before their result was written: 0 in a healthy fleet.
    pub fn fenced(&self) -> u64 {
        self.0.fenced.get()
    }

    /// Jobs that were claimed after another worker's lease ended.
    pub fn expired(&self) -> u64 {
        self.0.expired.get()
    }

    /// Jobs that were given back without a lookup.
    pub fn given_back(&self) -> u64 {
        self.0.given_back.get()
    }

    /// Rate limits that were met.
    pub fn rate_limits(&self) -> u64 {
        self.0.rate_limits.get()
    }

    /// Errors of the database that were retried.
    pub fn database_errors(&self) -> u64 {
        self.0.database_errors.get()
    }

    /// How late the last claim was: milliseconds since its first job was due.
    pub fn lag_ms(&self) -> u64 {
        self.0.lag_ms.get()
    }

    pub(super) fn set_lag_ms(&self, lag: u64) {
        self.0.lag_ms.set(lag);
    }

    pub(super) fn report(&self) -> WorkerReport {
        WorkerReport {
            requests: self.requests(),
            settled: self.settled(),
            fenced: self.fenced(),
        }
    }

    pub(super) fn to_json(&self) -> Value {
        json!({
            "requests": self.requests(),
            "ids": self.ids(),
            "settled": self.settled(),
            "fenced": self.fenced(),
            "expired": self.expired(),
            "given_back": self.given_back(),
            "rate_limits": self.rate_limits(),
            "database_errors": self.database_errors(),
            "lag_ms": self.lag_ms(),
        })
    }
}
