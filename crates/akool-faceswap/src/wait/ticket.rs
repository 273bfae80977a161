//! A stored wait, which another process can resume.
//!
//! It holds everything that the poller knows about one wait: the job, when the wait began, when the job last
//! changed, the deadline, and the poll policy. Its times are wall-clock times: a monotonic clock means nothing
//! to another process. [`form`] is its serialised form; [`observe`] is for programs that look jobs up
//! themselves.

mod form;
mod observe;

use std::{
    fmt,
    hash::{Hash, Hasher},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};

use crate::model::{JobStatus, ResultId};
use crate::wait::{
    PollPolicy,
    observation::{JobState, WaitSpan},
    options::{self, WaitOptions},
    time::{Now, Timestamp},
};
use form::Form;
pub use observe::Next;

/// A stored wait: give it to [`Client::resume`](crate::client::Client::resume), in this process or another.
///
/// It has the id of the job, how long it has been waited for, its last known status, the deadline and the poll
/// policy; no credentials and no URL. You can serialise it in any format that serde supports. Store it where
/// you store the job's id.
///
/// ```
/// # use akool_faceswap_mock::{FakeAkool, FakeJob};
/// use akool_faceswap::{Client, Ticket};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let fake = FakeAkool::start()?;
/// # let id: akool_faceswap::ResultId = fake.add_job(FakeJob::image()).to_string().parse()?;
/// # let client = Client::builder().base_url(fake.url()).api_key(fake.api_key()).build()?;
/// let stored = serde_json::to_string(&client.wait(id).start().ticket())?;
///
/// // After a restart:
/// let ticket: Ticket = serde_json::from_str(&stored)?;
/// let job = client.resume(ticket).await?;
/// # assert!(job.result_url().is_some());
/// # Ok(())
/// # }
/// ```
///
/// A ticket has a version. If a later release of this library wrote it in another form, reading it fails with
/// an error that says so.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Form", into = "Form")]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Ticket {
    pub(super) id: ResultId,
    pub(super) status: Option<JobStatus>,
    /// Unix time in milliseconds, like all times here.
    pub(super) begun: i64,
    pub(super) changed: i64,
    pub(super) missing_since: Option<i64>,
    pub(super) deadline: Option<i64>,
    pub(super) next_poll: Option<i64>,
    pub(super) options: WaitOptions,
    pub(super) polls: u32,
    pub(super) failures: u32,
    pub(super) without_url_since: Option<i64>,
    pub(super) rejected_since: Option<i64>,
    pub(super) rejections: u32,
    /// When the first look after the deadline was sent, if it failed.
    pub(super) late_since: Option<i64>,
}

impl Ticket {
    /// A wait that starts at `now`, for a program that stores its waits itself.
    ///
    /// It has the default [`PollPolicy`], missing grace (2 minutes) and timeout (4 hours); change them with
    /// [`with_poll_policy`](Self::with_poll_policy), [`with_missing_grace`](Self::with_missing_grace) and
    /// [`with_deadline`](Self::with_deadline). To wait in this process, use
    /// [`Client::wait`](crate::client::Client::wait).
    pub fn new(id: ResultId, now: SystemTime) -> Self {
        let begun = unix_millis(now);
        let timeout = i64::try_from(options::TIMEOUT.as_millis()).unwrap_or(i64::MAX);
        Self {
            id,
            status: None,
            begun,
            changed: begun,
            missing_since: None,
            deadline: Some(begun.saturating_add(timeout)),
            next_poll: None,
            options: WaitOptions::default(),
            polls: 0,
            failures: 0,
            without_url_since: None,
            rejected_since: None,
            rejections: 0,
            late_since: None,
        }
    }

    /// The job that is waited for.
    pub fn id(&self) -> &ResultId {
        &self.id
    }

    /// The last known status; `None` if no lookup has found the job yet.
    pub fn status(&self) -> Option<JobStatus> {
        self.status
    }

    /// When the wait began, in this process or an earlier one.
    pub fn begun_at(&self) -> SystemTime {
        at(self.begun)
    }

    /// When the wait ends; `None` if it has no deadline.
    pub fn deadline(&self) -> Option<SystemTime> {
        self.deadline.map(at)
    }

    /// When the job is due to be looked up: at first after the initial delay of the poll policy, then as the
    /// last [`observe`](Self::observe) said.
    pub fn next_poll(&self) -> SystemTime {
        let first = || {
            let delay = self.options.schedule.first().as_millis();
            let delay = i64::try_from(delay).unwrap_or(i64::MAX);
            self.begun.saturating_add(delay)
        };
        at(self.next_poll.unwrap_or_else(first))
    }

    /// The same wait with another deadline, or with none.
    ///
    /// ```
    /// # use std::time::{Duration, SystemTime};
    /// # fn later(ticket: akool_faceswap::Ticket) -> akool_faceswap::Ticket {
    /// ticket.with_deadline(SystemTime::now() + Duration::from_secs(3600))
    /// # }
    /// ```
    #[must_use]
    pub fn with_deadline(mut self, deadline: impl Into<Option<SystemTime>>) -> Self {
        self.deadline = deadline.into().map(unix_millis);
        self
    }

    /// The same wait with another poll policy.
    #[must_use]
    pub fn with_poll_policy(mut self, policy: PollPolicy) -> Self {
        self.options.schedule = policy;
        self
    }

    /// The same wait with another missing grace: how long the API may answer without the job.
    #[must_use]
    pub fn with_missing_grace(mut self, grace: Duration) -> Self {
        self.options.missing_grace = grace;
        self
    }

    pub(super) fn from_state(
        id: ResultId,
        state: &JobState,
        span: WaitSpan<'_>,
        next_poll: Option<Timestamp>,
        now: &Now,
    ) -> Self {
        let unix_millis = |timestamp| now.unix_millis(timestamp);
        Self {
            id,
            status: state.status,
            begun: unix_millis(span.begun),
            changed: unix_millis(state.changed),
            missing_since: state.missing_since.map(unix_millis),
            deadline: span.deadline.if_ever().map(unix_millis),
            next_poll: next_poll.map(unix_millis),
            options: span.options.clone(),
            polls: state.polls,
            failures: state.failures,
            without_url_since: state.without_url_since.map(unix_millis),
            rejected_since: state.rejected_since.map(unix_millis),
            rejections: state.rejections,
            late_since: None,
        }
    }

    pub(super) fn state(&self, now: &Now) -> JobState {
        JobState {
            status: self.status,
            changed: now.timestamp_at(self.changed),
            missing_since: self.missing_since.map(|since| now.timestamp_at(since)),
            polls: self.polls,
            failures: self.failures,
            without_url_since: self.without_url_since.map(|since| now.timestamp_at(since)),
            rejected_since: self.rejected_since.map(|since| now.timestamp_at(since)),
            rejections: self.rejections,
        }
    }
}

impl Hash for Ticket {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (&self.id, self.begun, self.deadline).hash(state);
    }
}

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ticket")
            .field("id", &self.id)
            .field("status", &self.status)
            .field("polls", &self.polls)
            .finish_non_exhaustive()
    }
}

/// A wall-clock time, or the Unix epoch if the clock cannot express it.
fn at(unix_millis: i64) -> SystemTime {
    let distance = Duration::from_millis(unix_millis.unsigned_abs());
    if unix_millis < 0 {
        UNIX_EPOCH.checked_sub(distance)
    } else {
        UNIX_EPOCH.checked_add(distance)
    }
    .unwrap_or(UNIX_EPOCH)
}

pub(super) fn unix_millis(time: SystemTime) -> i64 {
    let now = Now::at(time);
    now.unix_millis(now.timestamp)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    pub(super) fn ticket() -> Ticket {
        Ticket {
            id: ResultId::new("667d228400000000000a0001").unwrap(),
            status: Some(JobStatus::Processing),
            begun: 1_719_476_868_006,
            changed: 1_719_476_869_000,
            missing_since: None,
            deadline: Some(1_719_487_668_006),
            next_poll: None,
            options: WaitOptions::default(),
            polls: 7,
            failures: 0,
            without_url_since: None,
            rejected_since: None,
            rejections: 0,
            late_since: None,
        }
    }

    #[test]
    fn its_times_can_be_read() {
        let ticket = ticket();
        let millis = |time: SystemTime| time.duration_since(UNIX_EPOCH).unwrap().as_millis();
        assert_eq!(millis(ticket.begun_at()), 1_719_476_868_006);
        assert_eq!(ticket.deadline().map(millis), Some(1_719_487_668_006));
        assert_eq!(ticket.status(), Some(JobStatus::Processing));
        let hash = |ticket: &Ticket| {
            let mut state = std::hash::DefaultHasher::new();
            ticket.hash(&mut state);
            state.finish()
        };
        let later = Ticket {
            begun: 1,
            ..ticket.clone()
        };
        assert!(hash(&ticket) == hash(&ticket.clone()) && hash(&ticket) != hash(&later));
        let moved = ticket.with_deadline(UNIX_EPOCH + Duration::from_secs(5));
        assert_eq!(moved.deadline, Some(5000));
        assert_eq!(unix_millis(at(-5)), -5);
    }

    proptest! {
        #[test]
        fn no_time_in_a_ticket_causes_a_panic(begun: i64, deadline: Option<i64>) {
            let ticket = Ticket { begun, deadline, ..ticket() };
            let _ = (ticket.begun_at(), ticket.deadline());
            let text = serde_json::to_string(&ticket).unwrap();
            prop_assert_eq!(serde_json::from_str::<Ticket>(&text).unwrap(), ticket);
        }
    }
}
