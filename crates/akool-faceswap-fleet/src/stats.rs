//! Figures of a lane and of its workers, for monitoring.

use std::time::Duration;

use serde_json::{Map, Value};

/// Figures of one lane at one moment; from [`Fleet::stats`](crate::Fleet::stats).
///
/// Counting takes a scan of the lane: ask every 15 seconds, not every 15 milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Stats {
    /// Tracked jobs.
    pub tracked: u64,
    /// Of those, jobs that are due and that no worker holds.
    pub due: u64,
    /// Of those, jobs that a worker holds.
    pub leased: u64,
    /// Of those, jobs whose lease ended before their worker wrote a result.
    pub expired: u64,
    /// How long the first due job has been due.
    pub lag: Duration,
    /// Outcomes that have not been taken.
    pub outcomes: u64,
    /// The age of the oldest of them.
    pub oldest_outcome: Duration,
    /// How much longer a rate limit pauses all requests.
    pub held: Duration,
    /// The share of the burst that is used, from 0 to 1. At 1 requests wait for the budget.
    pub budget_used: f64,
    /// Submits of unknown outcome, with intents older than 5 minutes.
    pub unknown_submits: u64,
    /// Workers seen within the last 30 seconds.
    pub workers: u64,
}

/// A worker that has not reported for this long counts as gone.
const RUNNING: Duration = Duration::from_secs(30);

/// A worker as the database knows it; from [`Fleet::workers`](crate::Fleet::workers).
///
/// Workers report every 10 s. Counts begin at the worker's start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WorkerStatus {
    /// Its [name](crate::Worker::name).
    pub name: String,
    /// How long ago it reported, by the database's clock.
    pub last_seen: Duration,
    /// Lookup requests that were sent.
    pub requests: u64,
    /// Ids in all of them.
    pub ids: u64,
    /// Outcomes that were written.
    pub settled: u64,
    /// Writes that came after the lease and were refused.
    pub fenced: u64,
    /// Jobs that were claimed after another worker's lease ended.
    pub expired: u64,
    /// Jobs that were given back without a lookup.
    pub given_back: u64,
    /// Rate limits that were met.
    pub rate_limits: u64,
    /// Errors of the database that were retried.
    pub database_errors: u64,
    /// How late its last claim was.
    pub lag: Duration,
}

impl WorkerStatus {
    /// `counters` is what the worker reported; its release may be another one.
    pub(crate) fn new(name: String, seen_ms: i64, counters: &str) -> Self {
        let counters: Map<String, Value> = serde_json::from_str(counters).unwrap_or_default();
        let count = |name: &str| counters.get(name).and_then(Value::as_u64).unwrap_or(0);
        Self {
            name,
            last_seen: Duration::from_millis(u64::try_from(seen_ms).unwrap_or(0)),
            requests: count("requests"),
            ids: count("ids"),
            settled: count("settled"),
            fenced: count("fenced"),
            expired: count("expired"),
            given_back: count("given_back"),
            rate_limits: count("rate_limits"),
            database_errors: count("database_errors"),
            lag: Duration::from_millis(count("lag_ms")),
        }
    }

    /// Whether it reported within the last 30 seconds.
    pub fn is_running(&self) -> bool {
        self.last_seen <= RUNNING
    }
}
