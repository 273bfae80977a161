//! What is known of a job while it is waited for.

use std::time::Duration;

use crate::wait::{observation::JobState, time::Timestamp};
use crate::{
    error::{Error, WaitErrorKind},
    metrics::WaitMetrics,
    model::{JobStatus, ResultId},
};

/// What is known of a job that is waited for.
///
/// It has no URL: before a job succeeded there is nothing behind the one that the API fills in.
#[derive(Clone, Debug)]
pub struct Progress {
    pub(super) id: ResultId,
    pub(super) status: Option<JobStatus>,
    pub(super) waited: Duration,
    pub(super) unchanged_for: Duration,
    pub(super) missing_for: Option<Duration>,
    pub(super) polls: u32,
    pub(super) next_poll_in: Option<Duration>,
    pub(super) last_error: Option<Error>,
}

impl Progress {
    pub(super) fn new(
        id: ResultId,
        state: &JobState,
        begun: Timestamp,
        next_poll: Option<Timestamp>,
        last_error: Option<Error>,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            status: state.status,
            waited: now.since(begun),
            unchanged_for: now.since(state.changed),
            missing_for: state.missing_since.map(|since| now.since(since)),
            polls: state.polls,
            next_poll_in: next_poll.map(|next| next.since(now)),
            last_error,
        }
    }

    /// The job.
    pub fn id(&self) -> &ResultId {
        &self.id
    }

    /// The last status that the API told, if it has told one.
    pub fn status(&self) -> Option<JobStatus> {
        self.status
    }

    /// How long the job has been waited for, in this process and those before it.
    pub fn waited(&self) -> Duration {
        self.waited
    }

    /// How long the job has been as it is, as far as the poller has seen.
    pub fn unchanged_for(&self) -> Duration {
        self.unchanged_for
    }

    /// How long the API has been answering without this job; `None` if its last answer had it, or if
    /// there was no answer yet.
    pub fn missing_for(&self) -> Option<Duration> {
        self.missing_for
    }

    /// How many answers there were about this job, lookups that failed included.
    pub fn polls(&self) -> u32 {
        self.polls
    }

    /// How long until the job is looked up again; `None` while that is under way.
    pub fn next_poll_in(&self) -> Option<Duration> {
        self.next_poll_in
    }

    /// Why the last lookup failed, until one succeeds. The wait goes on all the same.
    pub fn last_error(&self) -> Option<&Error> {
        self.last_error.as_ref()
    }

    /// The numbers of a wait that ended now; `error` is why it has no result.
    pub(super) fn measure(&self, error: Option<WaitErrorKind>) -> WaitMetrics {
        WaitMetrics {
            error,
            duration: self.waited,
            polls: self.polls,
        }
    }
}

/// What is known of many jobs that are waited for together; from
/// [`WaitEach::progress`](super::WaitEach::progress).
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct GroupProgress {
    /// The jobs that were given.
    pub total: usize,
    /// The jobs whose outcome there is, taken from the stream or not.
    pub settled: usize,
    /// The jobs that were queued when last seen.
    pub in_queue: usize,
    /// The jobs that were being worked on when last seen.
    pub processing: usize,
    /// The jobs with a status that this version of the library does not know.
    pub unknown: usize,
    /// The jobs that the last answer was without.
    pub missing: usize,
    /// The jobs about which there was no answer yet.
    pub unseen: usize,
    /// Of all these, the jobs whose last lookup failed.
    pub failing: usize,
    /// The job that has been waited for longest, and how long.
    pub oldest: Option<(ResultId, Duration)>,
    /// How long until the next of them is looked up; `None` while all lookups are under way or
    /// nothing is waited for.
    pub next_poll_in: Option<Duration>,
    /// One of the errors of those in trouble.
    pub last_error: Option<Error>,
}

impl GroupProgress {
    /// The jobs that have no outcome yet.
    pub fn waiting(&self) -> usize {
        self.total - self.settled
    }

    pub(super) fn count(&mut self, progress: &Progress) {
        match (progress.missing_for, progress.status) {
            (Some(_), _) => self.missing += 1,
            (None, None) => self.unseen += 1,
            (None, Some(JobStatus::InQueue)) => self.in_queue += 1,
            (None, Some(JobStatus::Processing)) => self.processing += 1,
            (None, Some(_)) => self.unknown += 1,
        }
        if let Some(error) = &progress.last_error {
            self.failing += 1;
            self.last_error.get_or_insert_with(|| error.clone());
        }
        if self
            .oldest
            .as_ref()
            .is_none_or(|(_, waited)| *waited < progress.waited)
        {
            self.oldest = Some((progress.id.clone(), progress.waited));
        }
        self.next_poll_in = match (self.next_poll_in, progress.next_poll_in) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
    }
}
