//! The reasons for which a wait ends without a result.

use std::fmt;

use serde::{Serialize, Serializer};

/// Why a wait ended without a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WaitErrorKind {
    /// The job itself failed; [`WaitError::job`](crate::wait::WaitError::job) has what the API said about it.
    JobFailed,
    /// The API has answered without this job for longer than the grace period.
    Missing,
    /// This client deleted the job; see [`Client::delete`](crate::client::Client::delete).
    Deleted,
    /// The job has succeeded, but the API has not given the URL of its result for a minute.
    NoResultUrl,
    /// The wait's own deadline passed. The job may still be running.
    DeadlinePassed,
    /// The client was shut down. The job may still be running.
    ShutDown,
    /// [`WaitHandle::cancel`](crate::wait::WaitHandle::cancel) ended the wait. The job may still be
    /// running.
    Cancelled,
    /// Lookups cannot succeed; [`WaitError::error`](crate::wait::WaitError::error) says why. Refused
    /// credentials, a missing payment or an invalid id end a wait at once. A refused certificate, HTML in place
    /// of the API, and HTTP 400, 403, 404 and the like end it after at least 5 attempts over one minute, or
    /// over 10 minutes if the API has answered about the job before. The job may still be running.
    Fault,
    /// The client already waits for the maximum number of ids; see
    /// [`ClientBuilder::max_tracked_ids`](crate::client::ClientBuilder::max_tracked_ids).
    TooManyIds,
}

impl WaitErrorKind {
    /// A name for machines, such as `deadline_passed`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::JobFailed => "job_failed",
            Self::Missing => "missing",
            Self::Deleted => "deleted",
            Self::NoResultUrl => "no_result_url",
            Self::DeadlinePassed => "deadline_passed",
            Self::ShutDown => "shut_down",
            Self::Cancelled => "cancelled",
            Self::Fault => "fault",
            Self::TooManyIds => "too_many_ids",
        }
    }
}

/// As the name that [`as_str`](Self::as_str) gives.
impl Serialize for WaitErrorKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl fmt::Display for WaitErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_name() {
        use WaitErrorKind::{
            Cancelled, DeadlinePassed, Deleted, Fault, JobFailed, Missing, NoResultUrl, ShutDown,
            TooManyIds,
        };
        let kinds = [
            JobFailed,
            Missing,
            Deleted,
            NoResultUrl,
            DeadlinePassed,
            ShutDown,
            Cancelled,
            Fault,
            TooManyIds,
        ];
        let names = kinds.map(|kind| kind.to_string()).join(" ");
        assert_eq!(
            names,
            "job_failed missing deleted no_result_url deadline_passed shut_down cancelled fault too_many_ids"
        );
    }
}
