//! A wait put away, to be taken up by another process.
//!
//! It is everything that the poller knows of one wait: the job, how long it has been waited for, when
//! it last changed, when waiting ends, and how often to ask. Times are those of the wall, since
//! nothing else means anything to another process.

use std::{
    fmt,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};

use crate::model::{JobStatus, ResultId};
use crate::wait::{
    PollPolicy,
    poll_policy::millis,
    time::{Moment, Now},
};

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
    pub(super) missing_grace: Duration,
    pub(super) schedule: PollPolicy,
    pub(super) polls: u32,
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
    #[serde(with = "millis")]
    #[cfg_attr(feature = "schemars", schemars(with = "u64"))]
    missing_grace_ms: Duration,
    schedule: PollPolicy,
    polls: u32,
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
            missing_grace: form.missing_grace_ms,
            schedule: form.schedule,
            polls: form.polls,
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
            missing_grace_ms: ticket.missing_grace,
            schedule: ticket.schedule,
            polls: ticket.polls,
        }
    }
}

impl Ticket {
    /// The job that is waited for.
    pub fn id(&self) -> &ResultId {
        &self.id
    }

    /// The last known status, if the API has told one.
    pub fn status(&self) -> Option<JobStatus> {
        self.status
    }

    /// When the wait began, in whichever process that was.
    pub fn begun_at(&self) -> SystemTime {
        at(self.begun)
    }

    /// When waiting ends, if it ever does.
    pub fn deadline(&self) -> Option<SystemTime> {
        self.deadline.map(at)
    }

    /// The same wait with another deadline, for one whose deadline has passed.
    ///
    /// ```
    /// # use std::time::{Duration, SystemTime};
    /// # fn later(ticket: akool_faceswap::Ticket) -> akool_faceswap::Ticket {
    /// ticket.with_deadline(SystemTime::now() + Duration::from_secs(3600))
    /// # }
    /// ```
    #[must_use]
    pub fn with_deadline(mut self, deadline: SystemTime) -> Self {
        self.deadline = Some(unix_millis(deadline));
        self
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
    Now {
        moment: Moment::NEVER,
        wall: time,
    }
    .unix_millis(Moment::NEVER)
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
            missing_grace: Duration::from_secs(120),
            schedule: PollPolicy::new(),
            polls: 7,
        }
    }

    /// What was written by this version must be read by every later one.
    #[test]
    fn the_written_form_is_this() {
        let text = r#"{"version":1,"id":"667d228400000000000a0001","status":2,"begun_unix_ms":1719476868006,"changed_unix_ms":1719476869000,"missing_since_unix_ms":null,"deadline_unix_ms":1719487668006,"missing_grace_ms":120000,"schedule":{"first_after_ms":0,"shortest_ms":2000,"growth_percent":10,"longest_ms":30000},"polls":7}"#;
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
