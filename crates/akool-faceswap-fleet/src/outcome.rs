//! How a wait ended, as stored in the database.

use std::{fmt, time::SystemTime};

use akool_faceswap::{Job, ResultId, Ticket};

/// Why a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OutcomeKind {
    /// The job succeeded.
    Success,
    /// The job itself failed.
    JobFailed,
    /// The API has answered without this job for longer than the grace period.
    Missing,
    /// The job succeeded, but the API has not given the URL of its result for a minute.
    NoResultUrl,
    /// The wait's own deadline passed. The job may still be running.
    DeadlinePassed,
    /// The API refuses the id, or the row in the database cannot be read.
    Fault,
    /// A kind that a newer release wrote.
    Other,
}

impl OutcomeKind {
    /// The name in the column `kind`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::JobFailed => "job_failed",
            Self::Missing => "missing",
            Self::NoResultUrl => "no_result_url",
            Self::DeadlinePassed => "deadline_passed",
            Self::Fault => "fault",
            Self::Other => "other",
        }
    }

    pub(crate) fn from_name(name: &str) -> Self {
        [
            Self::Success,
            Self::JobFailed,
            Self::Missing,
            Self::NoResultUrl,
            Self::DeadlinePassed,
            Self::Fault,
        ]
        .into_iter()
        .find(|kind| kind.as_str() == name)
        .unwrap_or(Self::Other)
    }
}

impl fmt::Display for OutcomeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How the wait for one job ended: exactly one for each job that was tracked.
///
/// `Debug` shows no URL. The job's result URL needs no credentials and leads to a person's face: the
/// database has it until the outcome is taken.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub(crate) seq: i64,
    pub(crate) id: ResultId,
    pub(crate) tag: Option<String>,
    pub(crate) kind: OutcomeKind,
    pub(crate) job: Option<Job>,
    pub(crate) error: Option<String>,
    pub(crate) ticket: Option<Ticket>,
    pub(crate) settled_at: SystemTime,
}

impl Outcome {
    /// The number of the outcome: later ones are higher, and none is used twice.
    pub fn seq(&self) -> i64 {
        self.seq
    }

    /// The job that was waited for.
    pub fn id(&self) -> &ResultId {
        &self.id
    }

    /// The tag that the job was tracked with.
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// Why the wait ended.
    pub fn kind(&self) -> OutcomeKind {
        self.kind
    }

    /// The job as the API last answered; only at [`OutcomeKind::Success`] and
    /// [`OutcomeKind::JobFailed`], and if workers [keep jobs](crate::Worker::keep_jobs).
    pub fn job(&self) -> Option<&Job> {
        self.job.as_ref()
    }

    /// What went wrong, for people; `None` at [`OutcomeKind::Success`].
    pub fn error(&self) -> Option<&str> {
        self.error.as_deref()
    }

    /// Resumes the wait, in this fleet or with a client; `None` if the job ended.
    pub fn ticket(&self) -> Option<&Ticket> {
        self.ticket.as_ref()
    }

    /// When it was written, by the database's clock.
    pub fn settled_at(&self) -> SystemTime {
        self.settled_at
    }
}

/// The columns of an outcome, in either database.
pub(crate) struct OutcomeRow {
    pub(crate) seq: i64,
    pub(crate) id: String,
    pub(crate) tag: Option<String>,
    pub(crate) kind: String,
    pub(crate) job: Option<String>,
    pub(crate) error: Option<String>,
    pub(crate) ticket: Option<String>,
    pub(crate) settled_at: SystemTime,
}

impl OutcomeRow {
    /// `None` for an invalid id, which no worker writes.
    pub(crate) fn read(self) -> Option<Outcome> {
        let parse =
            |text: &Option<String>| text.as_deref().and_then(|t| serde_json::from_str(t).ok());
        Some(Outcome {
            seq: self.seq,
            id: ResultId::new(&self.id).ok()?,
            tag: self.tag,
            kind: OutcomeKind::from_name(&self.kind),
            job: self
                .job
                .as_deref()
                .and_then(|text| serde_json::from_str(text).ok()),
            error: self.error,
            ticket: parse(&self.ticket),
            settled_at: self.settled_at,
        })
    }
}
