//! Figures of a lane, for monitoring.

use std::time::Duration;

/// Figures of one lane at one moment; from [`Fleet::stats`](crate::Fleet::stats).
///
/// Counting takes a scan of the lane: ask every 15 seconds, not every 15 milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Stats {
    /// Jobs that are waited for.
    pub tracked: u64,
    /// Of those, jobs whose next lookup is due.
    pub due: u64,
    /// Of those, jobs that a worker holds.
    pub leased: u64,
    /// Of those, jobs whose worker did not bring them back in time.
    pub expired: u64,
    /// How long the first due job has been due.
    pub lag: Duration,
    /// Outcomes that nobody has taken.
    pub outcomes: u64,
    /// The age of the oldest of them.
    pub oldest_outcome: Duration,
    /// For how long requests are held back after a rate limit.
    pub held: Duration,
    /// The share of the burst that is used, from 0 to 1. At 1 requests wait for the budget.
    pub budget_used: f64,
    /// Submits whose end is not known, intents older than 5 minutes included.
    pub unknown_submits: u64,
    /// Workers seen within the last 30 seconds.
    pub workers: u64,
}
