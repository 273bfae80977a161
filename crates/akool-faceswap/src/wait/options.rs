//! The options of a wait: how often to poll, how long a job may be missing, when to give up.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use crate::limits::Timeout;
use crate::wait::{
    PollPolicy, Ticket,
    observation::{JobState, LATE_LOOK_LIMIT, WaitSpan, last_look_limit},
    ticket,
    time::{Now, Timestamp},
};

/// How long a wait lasts by default: jobs may take up to three hours.
pub(super) const TIMEOUT: Duration = Duration::from_secs(4 * 60 * 60);

/// How long the API may answer without a job by default.
pub(super) const MISSING_GRACE: Duration = Duration::from_secs(2 * 60);

/// What all waits that were started together share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct WaitOptions {
    pub(super) schedule: PollPolicy,
    pub(super) missing_grace: Duration,
}

impl Default for WaitOptions {
    fn default() -> Self {
        Self {
            schedule: PollPolicy::default(),
            missing_grace: MISSING_GRACE,
        }
    }
}

/// What a wait starts with; if it is resumed, what was known before.
#[derive(Clone, Debug)]
pub(super) struct Start {
    pub(super) options: Arc<WaitOptions>,
    pub(super) begun: Timestamp,
    pub(super) deadline: Timestamp,
    /// How long the last look may take.
    pub(super) last_look: Duration,
    pub(super) state: JobState,
}

impl Start {
    pub(super) fn new(options: Arc<WaitOptions>, begun: Timestamp, deadline: Timestamp) -> Self {
        Self {
            options,
            begun,
            deadline,
            last_look: last_look_limit(deadline.since(begun)),
            state: JobState::new(begun),
        }
    }

    pub(super) fn span(&self) -> WaitSpan<'_> {
        WaitSpan {
            begun: self.begun,
            deadline: self.deadline,
            last_look_ends: Timestamp::NEVER,
            options: &self.options,
        }
    }
}

/// The options that a caller has set; the others are the defaults, or the ticket's.
#[derive(Clone, Debug, Default)]
pub(super) struct Options {
    pub(super) schedule: Option<PollPolicy>,
    pub(super) missing_grace: Option<Duration>,
    pub(super) end: Option<End>,
}

/// When a wait times out.
#[derive(Clone, Copy, Debug)]
pub(super) enum End {
    After(Timeout),
    At(SystemTime),
}

impl Options {
    /// The start of waits for ids.
    pub(super) fn start(&self, now: &Now) -> Start {
        let deadline = self
            .end
            .unwrap_or(End::After(TIMEOUT.into()))
            .timestamp(now);
        let default = WaitOptions::default();
        let options = WaitOptions {
            schedule: self.schedule.clone().unwrap_or(default.schedule),
            missing_grace: self.missing_grace.unwrap_or(default.missing_grace),
        };
        Start::new(Arc::new(options), now.timestamp, deadline)
    }

    /// The start of a resumed wait.
    pub(super) fn resume(&self, ticket: &Ticket, now: &Now) -> Start {
        // A time in the future was written by a clock that is ahead of this one.
        let past = |timestamp: Timestamp| timestamp.min(now.timestamp);
        let state = ticket.state(now);
        let state = JobState {
            changed: past(state.changed),
            missing_since: state.missing_since.map(past),
            // The cause of earlier failures may be gone.
            failures: 0,
            rejections: 0,
            rejected_since: None,
            without_url_since: None,
            ..state
        };
        let begun = past(now.timestamp_at(ticket.begun));
        let deadline = match self.end {
            Some(end) => end.timestamp(now),
            None => ticket
                .deadline
                .map_or(Timestamp::NEVER, |deadline| now.timestamp_at(deadline)),
        };
        let last_look = if self.end.is_some() {
            last_look_limit(deadline.since(now.timestamp))
        } else if deadline <= now.timestamp {
            LATE_LOOK_LIMIT
        } else {
            last_look_limit(deadline.since(begun))
        };
        let options = WaitOptions {
            schedule: self
                .schedule
                .clone()
                .unwrap_or(ticket.options.schedule.clone()),
            missing_grace: self.missing_grace.unwrap_or(ticket.options.missing_grace),
        };
        Start {
            options: Arc::new(options),
            begun,
            deadline,
            last_look,
            state,
        }
    }
}

impl End {
    fn timestamp(self, now: &Now) -> Timestamp {
        match self {
            Self::After(limit) => limit
                .duration()
                .map_or(Timestamp::NEVER, |limit| now.timestamp.plus(limit)),
            Self::At(time) => now.timestamp_at(ticket::unix_millis(time)),
        }
    }
}

/// The setters that all kinds of waits share. The type needs a method `options(&mut self)`, which returns
/// `None` once the wait has started.
macro_rules! setters {
    ($type:ty) => {
        impl $type {
            /// How long to wait, from the start of the wait. Default: 4 hours, since a job may take up
            /// to three.
            ///
            /// At the deadline the job is looked up once more. This may take a tenth of the timeout, but at
            /// least 1 s and at most 5 s. Then the wait ends with
            /// [`DeadlinePassed`](crate::wait::WaitErrorKind::DeadlinePassed) and a ticket. The job is not
            /// touched. [`Timeout::Disabled`](crate::limits::Timeout::Disabled), or `None`, waits without a
            /// limit. If you set both `timeout` and [`deadline`](Self::deadline), the last call counts.
            ///
            /// Source of the three hours: the vendor's submit answers.
            pub fn timeout(mut self, limit: impl Into<crate::limits::Timeout>) -> Self {
                if let Some(options) = self.options() {
                    options.end = Some($crate::wait::options::End::After(limit.into()));
                }
                self
            }

            /// When to stop waiting, by the wall clock; `None` waits without a limit. If you set both
            /// [`timeout`](Self::timeout) and `deadline`, the last call counts.
            pub fn deadline(mut self, deadline: impl Into<Option<std::time::SystemTime>>) -> Self {
                if let Some(options) = self.options() {
                    options.end = Some(deadline.into().map_or(
                        $crate::wait::options::End::After(crate::limits::Timeout::Disabled),
                        $crate::wait::options::End::At,
                    ));
                }
                self
            }

            /// How often to look the job up. Default: [`PollPolicy::new`](crate::wait::PollPolicy::new).
            pub fn poll_policy(mut self, policy: crate::wait::PollPolicy) -> Self {
                if let Some(options) = self.options() {
                    options.schedule = Some(policy);
                }
                self
            }

            /// How long the API may answer without the job before the wait ends with
            /// [`Missing`](crate::wait::WaitErrorKind::Missing). Default: 2 minutes.
            ///
            /// The API gives the same answer for a job that was submitted a moment ago and for an unknown id.
            pub fn missing_grace(mut self, grace: std::time::Duration) -> Self {
                if let Some(options) = self.options() {
                    options.missing_grace = Some(grace);
                }
                self
            }
        }
    };
}
pub(super) use setters;
