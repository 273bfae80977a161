//! The rules of waiting for one job: what one lookup means for a wait, and when the next one is due.
//!
//! Nothing here reads a clock, draws a random number or sends anything. The tracker applies these
//! rules to every job in memory, and [`Ticket::observe`](crate::wait::Ticket::observe) applies them
//! to a wait that is stored elsewhere, such as a row of a database.

use std::{sync::Arc, time::Duration};

use crate::wait::{
    WaitErrorKind,
    error::{Hope, hope},
    options::WaitOptions,
    poll_policy::{Load, jittered},
    time::Timestamp,
};
use crate::{
    error::Error,
    lookup::Outcome,
    model::{Job, JobStatus},
};

/// How long a succeeded job may have no URL before the wait ends.
const URL_PATIENCE: Duration = Duration::from_secs(60);

/// The longest interval between lookups of a succeeded job without a URL.
const URL_INTERVAL: Duration = Duration::from_secs(5);

/// How long the last look of a wait that is resumed after its deadline may take, retries included: often many
/// are resumed at once, and none has been looked up yet.
pub(super) const LATE_LOOK_LIMIT: Duration = Duration::from_secs(30);

/// The longest pause after a failed last look.
const LAST_LOOK_INTERVAL: Duration = Duration::from_secs(2);

/// A wait ends once this many lookups in a row were rejected ...
const MIN_REJECTIONS: u32 = 5;

/// ... over at least this time, if the API has never answered about the job: the settings are wrong;
const REJECTED_AT_FIRST: Duration = Duration::from_secs(60);

/// ... or this time, if it has: a proxy or gateway may be down for a while.
const REJECTED_LATER: Duration = Duration::from_secs(10 * 60);

/// How long the last look of a wait may take after its deadline, retries included: a tenth of the
/// timeout, but at least 1 s, which a lookup may need, and at most 5 s.
pub(super) fn last_look_limit(timeout: Duration) -> Duration {
    (timeout / 10).clamp(Duration::from_secs(1), Duration::from_secs(5))
}

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
    /// When the job last changed, as far as lookups have seen; at first, the start of the wait.
    pub(super) changed: Timestamp,
    pub(super) missing_since: Option<Timestamp>,
    /// Answers about this job, failed lookups included.
    pub(super) polls: u32,
    /// Failed lookups since the last one that succeeded.
    pub(super) failures: u32,
    /// When the job was first seen at success without a URL.
    pub(super) without_url_since: Option<Timestamp>,
    /// The first lookup since the last success that was rejected in a way that time rarely cures.
    pub(super) rejected_since: Option<Timestamp>,
    pub(super) rejections: u32,
}

/// What one wait adds to the state of its job.
#[derive(Clone, Copy, Debug)]
pub(super) struct WaitSpan<'a> {
    pub(super) begun: Timestamp,
    pub(super) deadline: Timestamp,
    /// Until when a failed last look is retried; `NEVER` before the first.
    pub(super) last_look_ends: Timestamp,
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
            without_url_since: None,
            rejected_since: None,
            rejections: 0,
        }
    }

    /// Whether the API has ever answered about this job.
    fn was_answered(&self) -> bool {
        self.status.is_some() || self.missing_since.is_some()
    }

    /// Records an observation. Returns whether it differs from the one before.
    pub(super) fn update(&mut self, observation: &Observation, now: Timestamp) -> bool {
        self.polls = self.polls.saturating_add(1);
        if let Observation::Failed { error, .. } = observation {
            self.failures = self.failures.saturating_add(1);
            let is_rejection = match hope(error) {
                Hope::Little => true,
                Hope::LittleAtFirst => !self.was_answered(),
                Hope::None | Hope::Good => false,
            };
            if is_rejection {
                self.rejections = self.rejections.saturating_add(1);
                self.rejected_since.get_or_insert(now);
            }
            return self.failures == 1;
        }
        self.rejections = 0;
        self.rejected_since = None;
        let was_failing = std::mem::take(&mut self.failures) > 0;
        let was_missing = self.missing_since.is_some();
        let is_change = if let Observation::Found(job) = observation {
            self.missing_since = None;
            if is_without_url(job) {
                self.without_url_since.get_or_insert(now);
            } else {
                self.without_url_since = None;
            }
            let before = self.status.replace(job.status());
            // Seeing the job for the first time is not a change of the job.
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

    /// How the observation that was just recorded ends a wait; `None` if the wait continues. `sent` is
    /// when its lookup was sent.
    pub(super) fn verdict(
        &self,
        observation: &Observation,
        wait: WaitSpan<'_>,
        sent: Timestamp,
        now: Timestamp,
    ) -> Option<Verdict> {
        let unsettled = |kind| Some(Verdict::Unsettled(kind));
        match observation {
            Observation::Found(job) if is_without_url(job) => {
                let patience = self.without_url_since?.plus(URL_PATIENCE);
                if patience <= now {
                    return unsettled(WaitErrorKind::NoResultUrl);
                }
            }
            Observation::Found(job) if job.status() == JobStatus::Success => {
                return Some(Verdict::Succeeded);
            }
            Observation::Found(job) if job.is_terminal() => return Some(Verdict::JobFailed),
            Observation::Failed { error, .. } => {
                if hope(error) == Hope::None || self.is_rejected(now) {
                    return unsettled(WaitErrorKind::Fault);
                }
                // It says nothing about the job, so the last look of a late wait is retried.
                if wait.last_look_ends > now {
                    return None;
                }
            }
            Observation::Missing if self.grace_ends(wait) <= now => {
                return unsettled(WaitErrorKind::Missing);
            }
            Observation::Found(_) | Observation::Missing => {}
        }
        // A lookup that was sent before the deadline may have missed an end before the deadline.
        (wait.deadline <= sent).then_some(Verdict::Unsettled(WaitErrorKind::DeadlinePassed))
    }

    /// Whether lookups have been rejected for so long that there is no point in waiting longer.
    fn is_rejected(&self, now: Timestamp) -> bool {
        let limit = if self.was_answered() {
            REJECTED_LATER
        } else {
            REJECTED_AT_FIRST
        };
        self.rejections >= MIN_REJECTIONS
            && self
                .rejected_since
                .is_some_and(|since| since.plus(limit) <= now)
    }

    /// When a wait that continues polls its job again. `load` says what a lookup costs and may bring. `jitter`
    /// is from 0 to 1; 0.5 leaves the interval unchanged.
    pub(super) fn next_poll(
        &self,
        observation: &Observation,
        wait: WaitSpan<'_>,
        now: Timestamp,
        load: Load,
        jitter: f64,
    ) -> NextPoll {
        let mut interval = wait
            .options
            .schedule
            .interval(now.since(self.changed), load);
        if self.without_url_since.is_some() {
            interval = interval.min(URL_INTERVAL);
        }
        if wait.deadline <= now {
            interval = interval.min(LAST_LOOK_INTERVAL);
        }
        let interval = jittered(interval, jitter);
        // The last look is at the deadline.
        let scheduled = now.plus(interval);
        let scheduled = if wait.deadline > now {
            scheduled.min(wait.deadline)
        } else {
            scheduled
        };
        let at = match observation {
            Observation::Failed {
                retry: Retry::After(delay),
                ..
            } => now.plus(*delay),
            Observation::Failed {
                retry: Retry::BySchedule(at_least),
                ..
            } => scheduled.max(now.plus(*at_least)),
            _ => scheduled.min(self.grace_ends(wait)),
        };
        NextPoll {
            at: at.max(now),
            interval,
        }
    }

    /// When the missing grace ends; never while the job is not missing.
    fn grace_ends(&self, wait: WaitSpan<'_>) -> Timestamp {
        // A wait that joins a resumed one has its own missing grace.
        self.missing_since.map_or(Timestamp::NEVER, |since| {
            since.max(wait.begun).plus(wait.options.missing_grace)
        })
    }
}

/// Whether the job has succeeded and its URL is not filled in yet.
fn is_without_url(job: &Job) -> bool {
    job.status() == JobStatus::Success && job.result_url().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Timestamp {
        crate::wait::time::Now::at(std::time::UNIX_EPOCH)
            .timestamp
            .plus(Duration::from_secs(seconds))
    }

    fn found(status: i64) -> Observation {
        let row = format!(r#"{{"_id":"a","faceswap_status":{status},"url":"https://a.example/"}}"#);
        Observation::Found(Arc::new(serde_json::from_str(&row).unwrap()))
    }

    fn failed() -> Observation {
        Observation::Failed {
            error: Error::new(crate::error::ErrorKind::Transport, ""),
            retry: Retry::After(Duration::ZERO),
        }
    }

    #[test]
    fn an_observation_that_differs_from_the_last_is_a_change() {
        let mut state = JobState::new(at(0));
        // Each with whether it is a change, and when the job last changed.
        for (n, (observation, is_change, changed)) in [
            (found(1), true, 0),
            (found(1), false, 0),
            (failed(), true, 0),
            (failed(), false, 0),
            (found(1), true, 0),
            (found(2), true, 6),
            (found(2), false, 6),
            (Observation::Missing, true, 6),
            (Observation::Missing, false, 6),
            (found(2), true, 10),
            (failed(), true, 10),
            (Observation::Missing, true, 10),
        ]
        .into_iter()
        .enumerate()
        {
            let seen = state.update(&observation, at(n as u64 + 1));
            assert_eq!((seen, state.changed), (is_change, at(changed)), "{n}");
        }
        assert_eq!((state.polls, state.failures), (12, 0));
    }
}
