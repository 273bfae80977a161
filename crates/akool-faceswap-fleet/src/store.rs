//! The operations that a fleet needs from a database: one trait, two implementations.
//!
//! PostgreSQL is for many machines, SQLite for many processes of one machine. A store keeps rows, leases them
//! and counts the request budget, all by its own clock. The rules of waiting are not here.

#[cfg(feature = "postgres")]
pub mod postgres;
#[cfg(feature = "sqlite")]
pub mod sqlite;

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use akool_faceswap::{ResultId, Ticket};
use futures_util::future::BoxFuture;
use serde_json::{Map, Value};

use crate::{
    account::Account,
    error::{Error, ErrorKind},
    lane::Lane,
    outcome::{Outcome, OutcomeKind},
    stats::{Stats, WorkerStatus},
    submission::{SubmissionState, UnknownSubmission},
    tracking::Tracking,
};

/// The future of a store's answer.
pub type Answer<'a, T> = BoxFuture<'a, Result<T, Error>>;

/// The version of the schema that this release makes and needs. It also works with the next one.
pub const SCHEMA_VERSION: i32 = 2;

/// This release works with its own version of the schema and with the next one.
pub fn check_version(version: i32) -> Result<(), Error> {
    if version < SCHEMA_VERSION {
        return Err(Error::new(
            ErrorKind::Schema,
            format!("the schema has version {version}, and this release needs {SCHEMA_VERSION}"),
        )
        .with_advice("run `migrate` of this release, then start its workers"));
    }
    if version > SCHEMA_VERSION + 1 {
        return Err(Error::new(
            ErrorKind::Schema,
            format!(
                "the schema has version {version}, and this release knows {SCHEMA_VERSION} and {}",
                SCHEMA_VERSION + 1
            ),
        )
        .with_advice("deploy a newer release of akool-faceswap-fleet; a schema never goes back"));
    }
    Ok(())
}

/// Whether a request may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// One request may be sent, for the jobs that a claim finds from here on.
    Granted(Start),
    /// Nothing is due, the lane is held, or the budget is used: ask again after this time.
    Wait(Duration),
    /// The lane tracks nothing.
    Idle,
}

/// Where a claim begins to search. Default: at the first job.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Start(Option<SystemTime>);

/// Jobs that one worker holds until a time.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Needed to write to the jobs.
    pub token: String,
    /// By the database's clock.
    pub claimed_at_ms: i64,
    /// The jobs.
    pub jobs: Vec<ClaimedJob>,
}

impl Claim {
    /// The ids, as the database has them.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.jobs.iter().map(|job| job.id.as_str())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.jobs.len()
    }

    /// Whether nothing was due.
    pub fn is_empty(&self) -> bool {
        self.jobs.is_empty()
    }
}

/// One job of a claim: a row, which has what a ticket has.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the columns of the same names")]
pub struct ClaimedJob {
    pub id: String,
    pub due_at_ms: i64,
    pub status: Option<i64>,
    pub begun_at_ms: i64,
    pub changed_at_ms: i64,
    pub missing_since_ms: Option<i64>,
    pub deadline_ms: Option<i64>,
    pub polls: u32,
    pub faults: u32,
    pub terms: Option<String>,
    /// Another worker held it, and its lease ended.
    pub was_leased: bool,
}

impl ClaimedJob {
    /// The row as a ticket; an error says why it cannot be one.
    pub fn ticket(&self) -> Result<Ticket, String> {
        let id = ResultId::new(&self.id).map_err(|error| error.to_string())?;
        let mut form = self.terms().map_err(|error| error.to_string())?;
        let schedule = akool_faceswap::wait::PollPolicy::new();
        let schedule = serde_json::to_value(schedule).unwrap_or_default();
        form.entry("schedule").or_insert(schedule);
        form.entry("missing_grace_ms")
            .or_insert(MISSING_GRACE_MS.into());
        let columns = [
            ("version", 1.into()),
            ("id", id.as_str().into()),
            ("status", self.status.into()),
            ("begun_unix_ms", self.begun_at_ms.into()),
            ("changed_unix_ms", self.changed_at_ms.into()),
            ("missing_since_unix_ms", self.missing_since_ms.into()),
            ("deadline_unix_ms", self.deadline_ms.into()),
            ("polls", self.polls.into()),
            ("failures", self.faults.into()),
        ];
        form.extend(columns.map(|(name, value): (&str, Value)| (name.to_owned(), value)));
        serde_json::from_value(Value::Object(form)).map_err(|error| error.to_string())
    }

    /// The fields of the ticket that are not columns.
    fn terms(&self) -> Result<Map<String, Value>, serde_json::Error> {
        self.terms
            .as_deref()
            .map_or_else(|| Ok(Map::new()), serde_json::from_str)
    }
}

/// The default for how long the API may answer without a job.
const MISSING_GRACE_MS: u64 = 120_000;

/// The fields of a stored ticket that are columns, or that a row does not need.
pub(crate) const COLUMNS: [&str; 12] = [
    "version",
    "id",
    "status",
    "begun_unix_ms",
    "changed_unix_ms",
    "missing_since_unix_ms",
    "deadline_unix_ms",
    "timeout_ms",
    "next_poll_unix_ms",
    "polls",
    "failures",
    "tag",
];

/// The fields of a ticket, or of a caller's terms, that go into the column `terms`; `None` if none do.
pub(crate) fn rest(mut fields: Map<String, Value>) -> Option<String> {
    fields.retain(|name, value| !value.is_null() && !COLUMNS.contains(&name.as_str()));
    (!fields.is_empty()).then(|| Value::Object(fields).to_string())
}

/// A job that has not ended, with its own next time.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the columns of the same names")]
pub struct Upcoming {
    pub id: String,
    pub after: Duration,
    pub earliest: Duration,
    pub status: Option<i64>,
    pub changed_at_ms: i64,
    pub missing_since_ms: Option<i64>,
    pub polls: u32,
    pub faults: u32,
    pub terms: Option<String>,
}

impl Upcoming {
    /// A job as it was claimed, due again after this time.
    pub fn unchanged(job: &ClaimedJob, after: Duration) -> Self {
        Self {
            id: job.id.clone(),
            after,
            earliest: after / 2,
            status: job.status,
            changed_at_ms: job.changed_at_ms,
            missing_since_ms: job.missing_since_ms,
            polls: job.polls,
            faults: job.faults,
            terms: job.terms.clone(),
        }
    }

    /// A claimed job with the state of its ticket, due again after this time; it may join another request after
    /// `earliest`.
    pub fn observed(
        job: &ClaimedJob,
        ticket: &Ticket,
        after: Duration,
        earliest: Duration,
    ) -> Self {
        let Ok(Value::Object(mut form)) = serde_json::to_value(ticket) else {
            return Self::unchanged(job, after);
        };
        let number = |name: &str| form.get(name).and_then(Value::as_i64);
        let count = |name: &str| {
            number(name)
                .and_then(|n| u32::try_from(n).ok())
                .unwrap_or(0)
        };
        let upcoming = Self {
            id: job.id.clone(),
            after,
            earliest,
            status: number("status"),
            changed_at_ms: number("changed_unix_ms").unwrap_or(job.changed_at_ms),
            missing_since_ms: number("missing_since_unix_ms"),
            polls: count("polls"),
            faults: count("failures"),
            terms: None,
        };
        // Defaults stay absent, so that most rows are small.
        let terms = job.terms().unwrap_or_default();
        form.retain(|name, _| {
            !matches!(name.as_str(), "schedule" | "missing_grace_ms") || terms.contains_key(name)
        });
        Self {
            terms: rest(form),
            ..upcoming
        }
    }
}

/// A job whose wait has ended.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the columns of the same names")]
pub struct Settlement {
    pub id: String,
    pub kind: OutcomeKind,
    pub job: Option<String>,
    pub error: Option<String>,
    pub ticket: Option<String>,
}

/// What is known about an id.
#[derive(Clone, Debug)]
pub enum Peeked {
    /// It has ended; the outcome stays where it is.
    Settled(Box<Outcome>),
    /// It is tracked.
    Pending,
    /// It is not tracked, or its outcome has been taken.
    Absent,
}

/// How many requests the account may send.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Budget {
    /// The time between two requests; zero: no limit.
    pub interval: Duration,
    /// How many may be sent at once after a pause; at least 1.
    pub burst: u32,
}

/// Payloads of notifications: ids that were settled. Empty means that anything may have been.
pub type Hints = tokio::sync::mpsc::Receiver<Vec<String>>;

/// How many workers are listed.
const WORKERS: u32 = 100;

mod sealed {
    pub trait Sealed {}
}

/// What programs do with jobs: track them, wait for their outcomes, and take the outcomes.
pub trait Jobs: sealed::Sealed + Send + Sync {
    #[doc(hidden)]
    fn track<'a>(&'a self, lane: &'a Lane, jobs: &'a [Tracking]) -> Answer<'a, u64>;
    #[doc(hidden)]
    fn untrack<'a>(&'a self, lane: &'a Lane, ids: &'a [ResultId]) -> Answer<'a, u64>;
    #[doc(hidden)]
    fn take<'a>(
        &'a self,
        lane: &'a Lane,
        max: u32,
        ids: Option<&'a [ResultId]>,
    ) -> Answer<'a, Vec<Outcome>>;
    #[doc(hidden)]
    fn peek<'a>(&'a self, lane: &'a Lane, ids: &'a [ResultId])
    -> Answer<'a, Vec<(String, Peeked)>>;
    #[doc(hidden)]
    fn hint<'a>(&'a self, lane: &'a Lane, ids: &'a [ResultId]) -> Answer<'a, u64>;
    #[doc(hidden)]
    fn listen<'a>(&'a self, lane: &'a Lane) -> Answer<'a, Option<Hints>>;
    /// How often a waiter polls without notifications.
    #[doc(hidden)]
    fn poll_interval(&self) -> Duration;
}

/// What workers do: take requests of the budget, claim jobs, and write back the result for each.
pub trait Leases: sealed::Sealed + Send + Sync {
    #[doc(hidden)]
    fn enter<'a>(&'a self, lane: &'a Lane, account: &'a Account, budget: Budget) -> Answer<'a, ()>;
    #[doc(hidden)]
    fn forget_account<'a>(&'a self, lane: &'a Lane) -> Answer<'a, ()>;
    #[doc(hidden)]
    fn slot<'a>(&'a self, lane: &'a Lane, ids: u32) -> Answer<'a, Slot>;
    #[doc(hidden)]
    fn charge<'a>(&'a self, lane: &'a Lane, requests: i32) -> Answer<'a, ()>;
    #[doc(hidden)]
    fn claim<'a>(
        &'a self,
        lane: &'a Lane,
        start: Start,
        max: u32,
        lease: Duration,
    ) -> Answer<'a, Claim>;
    #[doc(hidden)]
    fn again<'a>(&'a self, lane: &'a Lane, token: &'a str, jobs: &'a [Upcoming])
    -> Answer<'a, u64>;
    #[doc(hidden)]
    fn settle<'a>(
        &'a self,
        lane: &'a Lane,
        token: &'a str,
        jobs: &'a [Settlement],
        notify: bool,
    ) -> Answer<'a, u64>;
    #[doc(hidden)]
    fn hold<'a>(&'a self, lane: &'a Lane, time: Duration) -> Answer<'a, ()>;
}

/// The submit journal.
pub trait Journal: sealed::Sealed + Send + Sync {
    #[doc(hidden)]
    fn intend<'a>(
        &'a self,
        lane: &'a Lane,
        token: &'a str,
        digest: Option<&'a str>,
        tag: Option<&'a str>,
    ) -> Answer<'a, bool>;
    #[doc(hidden)]
    fn settle_submission<'a>(
        &'a self,
        lane: &'a Lane,
        token: &'a str,
        state: SubmissionState,
        id: Option<&'a ResultId>,
    ) -> Answer<'a, bool>;
    #[doc(hidden)]
    fn resolve<'a>(
        &'a self,
        lane: &'a Lane,
        token: &'a str,
        id: &'a ResultId,
    ) -> Answer<'a, Option<SubmissionState>>;
    #[doc(hidden)]
    fn unknown_submissions<'a>(
        &'a self,
        lane: &'a Lane,
        older: Duration,
    ) -> Answer<'a, Vec<UnknownSubmission>>;
}

/// Figures, heartbeats, and cleaning up.
pub trait Monitoring: sealed::Sealed + Send + Sync {
    #[doc(hidden)]
    fn stats<'a>(&'a self, lane: &'a Lane) -> Answer<'a, Stats>;
    #[doc(hidden)]
    fn workers<'a>(&'a self, lane: &'a Lane) -> Answer<'a, Vec<WorkerStatus>>;
    #[doc(hidden)]
    fn beat<'a>(&'a self, lane: &'a Lane, worker: &'a str, counters: &'a Value) -> Answer<'a, ()>;
    #[doc(hidden)]
    fn sweep<'a>(&'a self, lane: &'a Lane) -> Answer<'a, Option<u64>>;
}

/// A database with the fleet's rows. It is implemented only here.
///
/// Use [`Fleet`](crate::Fleet) and [`Worker`](crate::Worker) instead.
pub trait Store: Jobs + Leases + Journal + Monitoring + fmt::Debug {}

impl<T: Jobs + Leases + Journal + Monitoring + fmt::Debug> Store for T {}
