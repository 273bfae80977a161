//! The reasons for which a wait ends without a result.

use std::fmt;

/// Why a wait ended without a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WaitErrorKind {
    /// The job itself failed; [`WaitError::job`](crate::wait::WaitError::job) has what the API said of it.
    JobFailed,
    /// The API has answered without this job for longer than the grace period.
    Missing,
    /// This client deleted the job; see [`Client::delete`](crate::client::Client::delete).
    Deleted,
    /// The wait's own deadline passed. The job may still be running.
    DeadlinePassed,
    /// The client was shut down. The job may still be running.
    ShutDown,
    /// [`WaitHandle::cancel`](crate::wait::WaitHandle::cancel) ended the wait. The job may still be
    /// running.
    Cancelled,
    /// A fault that no repetition can mend, such as refused credentials or a bill to pay;
    /// [`WaitError::error`](crate::wait::WaitError::error) says which. The job may still be running.
    Fault,
    /// The client waits for as many ids as it may; see
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
            Self::DeadlinePassed => "deadline_passed",
            Self::ShutDown => "shut_down",
            Self::Cancelled => "cancelled",
            Self::Fault => "fault",
            Self::TooManyIds => "too_many_ids",
        }
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
    fn a_kind_is_told_by_its_name() {
        use WaitErrorKind::{
            Cancelled, DeadlinePassed, Deleted, Fault, JobFailed, Missing, ShutDown, TooManyIds,
        };
        let kinds = [
            JobFailed,
            Missing,
            Deleted,
            DeadlinePassed,
            ShutDown,
            Cancelled,
            Fault,
            TooManyIds,
        ];
        let names = kinds.map(|kind| kind.to_string()).join(" ");
        assert_eq!(
            names,
            "job_failed missing deleted deadline_passed shut_down cancelled fault too_many_ids"
        );
    }
}
