//! A wait put away, to be taken up by another process.
//!
//! It is everything that the poller knows of one wait: the job, how long it has been waited for, when
//! it last changed, when waiting ends, and how often to ask. Times are those of the wall, since
//! nothing else means anything to another process.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};

use crate::wait::{
    PollPolicy, Progress, WaitError, WaitErrorKind,
    observation::{JobState, Observation, Retry, Verdict, WaitSpan, last_look_limit},
    options::{self, WaitOptions},
    poll_policy::millis,
    time::{Now, Timestamp},
};
use crate::{
    error::Error,
    lookup::Outcome,
    model::{Job, JobStatus, ResultId},
    retry::RetryPolicy,
};

/// How many jobs a program is taken to look up together if it stores its waits itself.
const MANY: usize = 100_000;

/// The form that this version of the library writes.
const VERSION: u32 = 1;

/// A wait put away: give it to [`Client::resume`](crate::client::Client::resume), in this process or another.
///
/// It has the id of the job, how long it has been waited for, its last known status, the deadline and
/// the schedule; no credentials and no URL. It can be written in any format that serde knows. Store
/// it where the job's id is stored.
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
/// A ticket has a version. One that a later version of this library wrote in another form is refused
/// when it is read, with an error that says so.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Form", into = "Form")]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Ticket {
    pub(super) id: ResultId,
    pub(super) status: Option<JobStatus>,
    /// Unix time in milliseconds, as all times here.
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
    /// The first look after the deadline, if it failed.
    pub(super) late_since: Option<i64>,
}

/// A ticket as it is written.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
struct Form {
    version: u32,
    id: ResultId,
    status: Option<i64>,
    begun_unix_ms: i64,
    changed_unix_ms: i64,
    missing_since_unix_ms: Option<i64>,
    deadline_unix_ms: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next_poll_unix_ms: Option<i64>,
    #[serde(with = "millis")]
    #[cfg_attr(feature = "schemars", schemars(with = "u64"))]
    missing_grace_ms: Duration,
    schedule: PollPolicy,
    polls: u32,
    #[serde(default, skip_serializing_if = "is_zero")]
    failures: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    without_url_since_unix_ms: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rejected_since_unix_ms: Option<i64>,
    #[serde(default, skip_serializing_if = "is_zero")]
    rejections: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    late_since_unix_ms: Option<i64>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands out references"
)]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// Why what was read is no ticket.
#[derive(Debug)]
struct OtherVersion(u32);

impl fmt::Display for OtherVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the ticket has version {}, and this release of akool-faceswap reads version {VERSION}: \
             resume it with the release that wrote it, or wait for its id anew",
            self.0
        )
    }
}

impl TryFrom<Form> for Ticket {
    type Error = OtherVersion;

    fn try_from(form: Form) -> Result<Self, Self::Error> {
        if form.version != VERSION {
            return Err(OtherVersion(form.version));
        }
        Ok(Self {
            id: form.id,
            status: form.status.map(JobStatus::from_code),
            begun: form.begun_unix_ms,
            changed: form.changed_unix_ms,
            missing_since: form.missing_since_unix_ms,
            deadline: form.deadline_unix_ms,
            next_poll: form.next_poll_unix_ms,
            options: WaitOptions {
                schedule: form.schedule,
                missing_grace: form.missing_grace_ms,
            },
            polls: form.polls,
            failures: form.failures,
            without_url_since: form.without_url_since_unix_ms,
            rejected_since: form.rejected_since_unix_ms,
            rejections: form.rejections,
            late_since: form.late_since_unix_ms,
        })
    }
}

impl From<Ticket> for Form {
    fn from(ticket: Ticket) -> Self {
        Self {
            version: VERSION,
            id: ticket.id,
            status: ticket.status.and_then(JobStatus::code),
            begun_unix_ms: ticket.begun,
            changed_unix_ms: ticket.changed,
            missing_since_unix_ms: ticket.missing_since,
            deadline_unix_ms: ticket.deadline,
            next_poll_unix_ms: ticket.next_poll,
            missing_grace_ms: ticket.options.missing_grace,
            schedule: ticket.options.schedule,
            polls: ticket.polls,
            failures: ticket.failures,
            without_url_since_unix_ms: ticket.without_url_since,
            rejected_since_unix_ms: ticket.rejected_since,
            rejections: ticket.rejections,
            late_since_unix_ms: ticket.late_since,
        }
    }
}

impl Ticket {
    /// A wait that starts at `now`, for a program that stores its waits itself.
    ///
    /// It has the default [`PollPolicy`], missing grace (2 minutes) and timeout (4 hours); change them
    /// with [`with_poll_policy`](Self::with_poll_policy),
    /// [`with_missing_grace`](Self::with_missing_grace) and [`with_deadline`](Self::with_deadline). To
    /// wait in this process use [`Client::wait`](crate::client::Client::wait).
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

    /// When the wait began, in whichever process that was.
    pub fn begun_at(&self) -> SystemTime {
        at(self.begun)
    }

    /// When the wait ends; `None` if it has no deadline.
    pub fn deadline(&self) -> Option<SystemTime> {
        self.deadline.map(at)
    }

    /// When the job is due to be looked up: after the initial delay of the poll policy at first, then
    /// as the last [`observe`](Self::observe) said.
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

    /// The same wait with another grace period for a job that the API does not return.
    #[must_use]
    pub fn with_missing_grace(mut self, grace: Duration) -> Self {
        self.options.missing_grace = grace;
        self
    }

    /// Applies what a lookup said, and says what to do next.
    ///
    /// This is for a program that stores its waits itself, for example as rows of a database that
    /// several processes share, and looks up what is due with
    /// [`Client::lookup`](crate::client::Client::lookup). It applies the same rules as
    /// [`Client::wait`](crate::client::Client::wait). Store the ticket after each call.
    ///
    /// `now` is when the lookup was sent. `jitter` is a random number from 0 to 1 that moves the
    /// interval by up to 10 %, so that waits do not stay in step; 0.5 leaves it as it is.
    ///
    /// ```
    /// # use akool_faceswap_mock::{FakeAkool, FakeJob};
    /// use std::time::SystemTime;
    /// use akool_faceswap::{Client, Ticket, wait::Next};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let fake = FakeAkool::start()?;
    /// # let id: akool_faceswap::ResultId = fake.add_job(FakeJob::image()).to_string().parse()?;
    /// # let client = Client::builder().base_url(fake.url()).api_key(fake.api_key()).build()?;
    /// let mut ticket = Ticket::new(id, SystemTime::now());
    /// let now = SystemTime::now();
    /// let results = client.lookup([ticket.id().clone()]).await?;
    /// for (_, outcome) in results.iter() {
    ///     match ticket.observe(outcome, now, 0.5) {
    ///         Next::Again { after, .. } => println!("look again in {after:?}"),
    ///         Next::Settled(Ok(job)) => println!("{}", job.status()),
    ///         Next::Settled(Err(error)) => println!("{error}"),
    ///         _ => {}
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn observe(&mut self, outcome: &Outcome, now: SystemTime, jitter: f64) -> Next {
        let now = Now::at(now);
        // The lookup has made its own retries already.
        let retry = |error: &Error| {
            let asked = error.retry_after().unwrap_or_default();
            Retry::BySchedule(RetryPolicy::default().capped(asked))
        };
        let observation = Observation::new(outcome.clone(), retry);
        let mut state = self.state(&now);
        state.update(&observation, now.timestamp);
        let options = self.options.clone();
        let deadline = self
            .deadline
            .map_or(Timestamp::NEVER, |deadline| now.timestamp_at(deadline));
        let late_since = (deadline <= now.timestamp)
            .then(|| self.late_since.unwrap_or(now.unix_millis(now.timestamp)));
        let begun = now.timestamp_at(self.begun);
        let span = WaitSpan {
            begun,
            deadline,
            last_look_ends: late_since.map_or(Timestamp::NEVER, |since| {
                now.timestamp_at(since)
                    .plus(last_look_limit(deadline.since(begun)))
            }),
            options: &options,
        };
        let verdict = state.verdict(&observation, span, now.timestamp, now.timestamp);
        let next = state.next_poll(&observation, span, now.timestamp, MANY, jitter);
        let next_at = verdict.is_none().then_some(next.at);
        *self = Self {
            late_since: late_since.filter(|_| verdict.is_none()),
            ..Self::from_state(self.id.clone(), &state, span, next_at, &now)
        };
        let Some(verdict) = verdict else {
            let after = next.at.since(now.timestamp);
            return Next::Again {
                after,
                earliest: after.saturating_sub(next.interval / 2),
            };
        };
        let (found, error) = match observation {
            Observation::Found(job) => (Some(Arc::unwrap_or_clone(job)), None),
            Observation::Missing => (None, None),
            Observation::Failed { error, .. } => (None, Some(error)),
        };
        let id = self.id.clone();
        let progress = Progress::new(id, &state, span.begun, None, error.clone(), now.timestamp);
        Next::Settled(match (verdict, found) {
            (Verdict::Succeeded, Some(job)) => Ok(job),
            (Verdict::JobFailed, Some(job)) => Err(WaitError::job_failed(job, progress)),
            (Verdict::Unsettled(kind), _) => {
                Err(WaitError::unsettled(kind, progress, self.clone(), error))
            }
            // A job that was not found has neither succeeded nor failed.
            (Verdict::Succeeded | Verdict::JobFailed, None) => Err(WaitError::unsettled(
                WaitErrorKind::Missing,
                progress,
                self.clone(),
                error,
            )),
        })
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

/// What to do after a lookup: from [`Ticket::observe`].
#[derive(Clone, Debug)]
#[non_exhaustive]
#[allow(
    clippy::large_enum_variant,
    reason = "it is made once for a lookup and taken apart at once"
)]
pub enum Next {
    /// The wait continues: look the job up again.
    #[non_exhaustive]
    Again {
        /// How long after `now` the job is due.
        after: Duration,
        /// How long after `now` it may already join a request that is sent for other jobs.
        earliest: Duration,
    },
    /// The wait has ended: with the job at success, or with the reason why there is no result.
    Settled(Result<Job, WaitError>),
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

/// A point on the wall; what no clock can express is the beginning of Unix time.
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

    fn ticket() -> Ticket {
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

    /// What was written by this version must be read by every later one.
    #[test]
    fn the_written_form_is_this() {
        let text = r#"{"version":1,"id":"667d228400000000000a0001","status":2,"begun_unix_ms":1719476868006,"changed_unix_ms":1719476869000,"missing_since_unix_ms":null,"deadline_unix_ms":1719487668006,"missing_grace_ms":120000,"schedule":{"first_after_ms":0,"shortest_ms":2000,"growth_percent":10},"polls":7}"#;
        assert_eq!(serde_json::to_string(&ticket()).unwrap(), text);
        assert_eq!(serde_json::from_str::<Ticket>(text).unwrap(), ticket());
    }

    #[test]
    fn what_is_no_ticket_of_this_version_is_refused_with_the_reason() {
        let text = serde_json::to_string(&ticket()).unwrap();
        let later = text.replace("\"version\":1", "\"version\":2");
        let error = serde_json::from_str::<Ticket>(&later).unwrap_err();
        assert!(error.to_string().contains("version 2"), "{error}");
        let job_id = text.replace("667d228400000000000a0001", "20240627082748003-5746");
        let error = serde_json::from_str::<Ticket>(&job_id).unwrap_err();
        assert!(error.to_string().contains("job_id"), "{error}");
    }

    #[test]
    fn its_times_can_be_read() {
        let ticket = ticket();
        let millis = |time: SystemTime| time.duration_since(UNIX_EPOCH).unwrap().as_millis();
        assert_eq!(millis(ticket.begun_at()), 1_719_476_868_006);
        assert_eq!(ticket.deadline().map(millis), Some(1_719_487_668_006));
        let moved = ticket.with_deadline(UNIX_EPOCH + Duration::from_secs(5));
        assert_eq!(moved.deadline, Some(5000));
        assert_eq!(unix_millis(at(-5)), -5);
    }

    proptest! {
        #[test]
        fn no_time_that_a_ticket_says_makes_a_panic(begun: i64, deadline: Option<i64>) {
            let ticket = Ticket { begun, deadline, ..ticket() };
            let _ = (ticket.begun_at(), ticket.deadline());
            let text = serde_json::to_string(&ticket).unwrap();
            prop_assert_eq!(serde_json::from_str::<Ticket>(&text).unwrap(), ticket);
        }
    }
}
