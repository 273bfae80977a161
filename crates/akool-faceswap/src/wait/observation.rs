//! The rules of waiting for one job: what one lookup means for a wait, and when the next one is due.
//!
//! Nothing here reads a clock, draws a random number or sends anything. The tracker applies these
//! rules to every job in memory, and [`Ticket::observe`](crate::wait::Ticket::observe) applies them
//! to a wait that is stored elsewhere, such as a row of a database.

use std::{sync::Arc, time::Duration};

use crate::wait::{
    WaitErrorKind, error::ends_a_wait, options::WaitOptions, poll_policy::jittered, time::Timestamp,
};
use crate::{
    error::Error,
    lookup::Outcome,
    model::{Job, JobStatus},
};

/// When an id is looked up again after a lookup failed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Retry {
    /// After this time, whatever the poll policy says.
    After(Duration),
    /// As the poll policy says, but not before this time has passed.
    BySchedule(Duration),
}

/// What one lookup says about one id, in a form that all its waiters share.
#[derive(Debug)]
pub(super) enum Observation {
    Found(Arc<Job>),
    Missing,
    Failed { error: Error, retry: Retry },
}

impl Observation {
    pub(super) fn new(outcome: Outcome, retry: impl FnOnce(&Error) -> Retry) -> Self {
        match outcome {
            Outcome::Found(job) => Self::Found(Arc::new(job)),
            Outcome::Missing => Self::Missing,
            Outcome::Failed(error) => Self::Failed {
                retry: retry(&error),
                error,
            },
        }
    }
}

/// What lookups have shown about one job so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct JobState {
    pub(super) status: Option<JobStatus>,
    /// When the job last changed, as far as lookups have seen; at first, the begin of the wait.
    pub(super) changed: Timestamp,
    pub(super) missing_since: Option<Timestamp>,
    /// Answers about this job, failed lookups included.
    pub(super) polls: u32,
    /// Failed lookups since the last one that succeeded.
    pub(super) failures: u32,
}

/// What one wait adds to the state of its job.
#[derive(Clone, Copy, Debug)]
pub(super) struct WaitSpan<'a> {
    pub(super) begun: Timestamp,
    pub(super) deadline: Timestamp,
    pub(super) options: &'a WaitOptions,
}

/// How an observation ends a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Succeeded,
    JobFailed,
    Unsettled(WaitErrorKind),
}

/// When a job is looked up next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NextPoll {
    pub(super) at: Timestamp,
    /// The interval of the poll policy that led to it, with jitter.
    pub(super) interval: Duration,
}

impl JobState {
    pub(super) fn new(begun: Timestamp) -> Self {
        Self {
            status: None,
            changed: begun,
            missing_since: None,
            polls: 0,
            failures: 0,
        }
    }

    /// Records an observation. Returns whether it differs from the one before.
    pub(super) fn update(&mut self, observation: &Observation, now: Timestamp) -> bool {
        self.polls = self.polls.saturating_add(1);
        if let Observation::Failed { .. } = observation {
            self.failures = self.failures.saturating_add(1);
            return self.failures == 1;
        }
        let was_failing = std::mem::take(&mut self.failures) > 0;
        let was_missing = self.missing_since.is_some();
        let is_change = if let Observation::Found(job) = observation {
            self.missing_since = None;
            let before = self.status.replace(job.status());
            // The first sighting is no progress of the job.
            if was_missing || before.is_some_and(|before| before != job.status()) {
                self.changed = now;
            }
            was_missing || before != Some(job.status())
        } else {
            self.missing_since.get_or_insert(now);
            !was_missing
        };
        is_change || was_failing
    }

    /// How the observation that was just recorded ends a wait; `None` if the wait continues.
    pub(super) fn verdict(
        &self,
        observation: &Observation,
        wait: WaitSpan<'_>,
        now: Timestamp,
    ) -> Option<Verdict> {
        match observation {
            Observation::Found(job) if job.status() == JobStatus::Success => {
                return Some(Verdict::Succeeded);
            }
            Observation::Found(job) if job.is_terminal() => return Some(Verdict::JobFailed),
            Observation::Failed { error, .. } if ends_a_wait(error) => {
                return Some(Verdict::Unsettled(WaitErrorKind::Fault));
            }
            // It says nothing about the job, so it is not the last look of a wait that is late.
            Observation::Failed { .. } => return None,
            Observation::Missing if self.grace_ends(wait) <= now => {
                return Some(Verdict::Unsettled(WaitErrorKind::Missing));
            }
            Observation::Found(_) | Observation::Missing => {}
        }
        (wait.deadline <= now).then_some(Verdict::Unsettled(WaitErrorKind::DeadlinePassed))
    }

    /// When a wait that continues wants its job looked up again. `jitter` is from 0 to 1; 0.5 leaves
    /// the interval as it is.
    pub(super) fn next_poll(
        &self,
        observation: &Observation,
        wait: WaitSpan<'_>,
        now: Timestamp,
        jitter: f64,
    ) -> NextPoll {
        let policy = &wait.options.schedule;
        let interval = jittered(policy.interval(now.since(self.changed)), jitter);
        let at = match observation {
            Observation::Failed {
                retry: Retry::After(delay),
                ..
            } => now.plus(*delay),
            Observation::Failed {
                retry: Retry::BySchedule(at_least),
                ..
            } => now.plus(interval.max(*at_least)),
            _ => now.plus(interval).min(self.grace_ends(wait)),
        };
        NextPoll {
            at: at.max(now),
            interval,
        }
    }

    /// When the API has answered without the job for too long; never while it is not missing.
    fn grace_ends(&self, wait: WaitSpan<'_>) -> Timestamp {
        // A wait that joins one that was resumed has a grace period of its own.
        self.missing_since.map_or(Timestamp::NEVER, |since| {
            since.max(wait.begun).plus(wait.options.missing_grace)
        })
    }
}
