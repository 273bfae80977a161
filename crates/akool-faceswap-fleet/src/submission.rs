//! The submit journal: each intent, and how it ended.
//!
//! The intent is committed before the first byte of a submit is sent. A submit whose answer was lost is
//! *unknown* and is never repeated. Its callback URL carries a token, so a webhook delivered to any machine
//! resolves it for all.

use std::{fmt, time::SystemTime};

/// What is known about a submit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SubmissionState {
    /// Recorded before it was sent; nothing else is known.
    Intended,
    /// The API accepted it and returned an id: the job is tracked.
    Accepted,
    /// It surely created no job.
    Refused,
    /// It may have created a job that is paid for. Never repeat it.
    Unknown,
}

impl SubmissionState {
    /// The name in the column `state`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Intended => "intended",
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Intended, Self::Accepted, Self::Refused, Self::Unknown]
            .into_iter()
            .find(|state| state.as_str() == name)
    }
}

impl fmt::Display for SubmissionState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A submit of unknown outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownSubmission {
    /// The token in its callback URL.
    pub token: String,
    /// [`Unknown`](SubmissionState::Unknown), or an intent that was never settled.
    pub state: SubmissionState,
    /// The caller's digest of the request.
    pub digest: Option<String>,
    /// The tag that the job will have.
    pub tag: Option<String>,
    /// When it was intended, by the database's clock.
    pub created_at: SystemTime,
}
