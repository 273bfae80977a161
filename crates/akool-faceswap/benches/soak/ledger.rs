//! Counts what was started and how it ended, and records violations.

use std::sync::{
    Mutex,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use akool_faceswap::{
    Job,
    wait::{WaitError, WaitErrorKind},
};

use crate::{
    jobs::{End, Wanted},
    server::Requests,
};

/// How many violations are kept; all are counted.
const SHOWN: usize = 20;

#[derive(Debug, Default)]
pub struct Ledger {
    pub requests: Requests,
    pub begun: AtomicU64,
    pub settled: AtomicU64,
    pub timed_out: AtomicU64,
    pub shut_down: AtomicU64,
    pub dropped: AtomicU64,
    pub resumed: AtomicU64,
    pub lookups: AtomicU64,
    pub hints: AtomicU64,
    pub violations: AtomicU64,
    pub shown: Mutex<Vec<String>>,
}

impl Ledger {
    pub fn violation(&self, problem: String) {
        self.violations.fetch_add(1, Relaxed);
        let mut shown = self.shown.lock().unwrap();
        if shown.len() < SHOWN {
            shown.push(problem);
        }
    }

    pub fn begin(&self, waits: usize) {
        self.begun.fetch_add(waits as u64, Relaxed);
    }

    pub fn drop_waits(&self, waits: usize) {
        self.dropped.fetch_add(waits as u64, Relaxed);
    }

    /// Counts the outcome of a wait, and checks it against the job.
    pub fn settle(&self, wanted: &Wanted, outcome: &Result<Job, WaitError>) {
        let id = match outcome {
            Ok(job) => job.id(),
            Err(error) => error.id(),
        };
        if *id != wanted.id {
            self.violation(format!("{} has the outcome of {id}", wanted.id));
        }
        let kind = outcome.as_ref().err().map(WaitError::kind);
        let is_true = match kind {
            None => wanted.end() == End::Success && wanted.is_over(),
            Some(WaitErrorKind::JobFailed) => wanted.end() == End::Failed && wanted.is_over(),
            Some(WaitErrorKind::Missing) => wanted.end() == End::Missing,
            Some(WaitErrorKind::DeadlinePassed | WaitErrorKind::ShutDown) => true,
            Some(_) => false,
        };
        if !is_true {
            self.violation(format!("{id}, {:?}, ended with {kind:?}", wanted.end()));
        }
        let counter = match kind {
            Some(WaitErrorKind::DeadlinePassed) => &self.timed_out,
            Some(WaitErrorKind::ShutDown) => &self.shut_down,
            _ => &self.settled,
        };
        counter.fetch_add(1, Relaxed);
    }
}
