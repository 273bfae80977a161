//! A job as a test describes it: its kind, outcome and schedule.

use std::time::{Duration, SystemTime};

use akool_faceswap_raw::ResultUrl;

/// The state of a job: the vendor's `faceswap_status`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum JobState {
    /// 1, In Queue.
    InQueue,
    /// 2, Processing.
    Processing,
    /// 3, Success.
    Success,
    /// 4, Failed.
    Failed,
    /// Any other number: a status that the vendor may add one day.
    Other(i64),
}

impl JobState {
    /// The number on the wire.
    pub fn code(self) -> i64 {
        match self {
            Self::InQueue => 1,
            Self::Processing => 2,
            Self::Success => 3,
            Self::Failed => 4,
            Self::Other(code) => code,
        }
    }
}

/// A job for a [`FakeAkool`](crate::FakeAkool).
///
/// By default it is created when you add it, is in the queue at its first lookup, processing at the
/// second, and has succeeded at the third.
///
/// ```
/// use std::time::Duration;
/// use akool_faceswap_mock::{FakeAkool, FakeJob};
///
/// # fn main() -> std::io::Result<()> {
/// let fake = FakeAkool::start()?;
/// let quick = fake.add_job(FakeJob::image().after_polls(0, 0));
/// let slow = fake.add_job(
///     FakeJob::video()
///         .after(Duration::from_secs(60), Duration::from_secs(2 * 3600))
///         .failing(),
/// );
/// assert_eq!((quick.len(), slow.len()), (24, 24));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct FakeJob {
    pub(crate) kind: Kind,
    pub(crate) id: Option<String>,
    pub(crate) created_at: Option<SystemTime>,
    pub(crate) url: Option<ResultUrl>,
    pub(crate) schedule: Schedule,
    pub(crate) outcome: JobState,
    pub(crate) missing_first: u32,
    pub(crate) alg_msg: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    Image,
    Video { seconds: f64 },
}

/// How a job reaches its outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Schedule {
    /// Queued for the first `queued` lookups, processing for the next `processing`.
    Polls { queued: u32, processing: u32 },
    /// Queued for `queued` from its creation, then processing for `processing`.
    Time {
        queued: Duration,
        processing: Duration,
    },
}

impl FakeJob {
    /// An image job.
    pub fn image() -> Self {
        Self::new(Kind::Image)
    }

    /// A video job, of 12.5 seconds.
    pub fn video() -> Self {
        Self::new(Kind::Video { seconds: 12.5 })
    }

    pub(crate) fn new(kind: Kind) -> Self {
        Self {
            kind,
            id: None,
            created_at: None,
            url: None,
            schedule: Schedule::Polls {
                queued: 1,
                processing: 1,
            },
            outcome: JobState::Success,
            missing_first: 0,
            alg_msg: None,
        }
    }

    /// The job's `_id`; default: 24 hex characters, like the vendor's, of which the first eight are
    /// the time of its creation in seconds.
    ///
    /// An id with a comma is never found, because lookups separate ids by commas.
    #[must_use]
    pub fn with_id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// When it was submitted; default: the fake's time when you add it.
    #[must_use]
    pub fn created_at(mut self, at: SystemTime) -> Self {
        self.created_at = Some(at);
        self
    }

    /// The `url` of its rows; default: a file that the fake serves.
    ///
    /// Like the vendor's, rows have it from the start, while the job is still queued. The fake's
    /// own files answer 403 until the job has succeeded, and from seven days after its creation.
    #[must_use]
    pub fn with_url(mut self, url: impl Into<String>) -> Self {
        self.url = Some(ResultUrl::from(url.into()));
        self
    }

    /// Ends as Failed; default: Success.
    #[must_use]
    pub fn failing(mut self) -> Self {
        self.outcome = JobState::Failed;
        self
    }

    /// Ends as Failed, with this text as the row's `alg_msg`, where a reason for a failure has been
    /// seen.
    ///
    /// ```
    /// use akool_faceswap_mock::{FakeAkool, FakeJob};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let fake = FakeAkool::start()?;
    /// let id = fake.add_job(FakeJob::image().failing_with("generate temp file error"));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn failing_with(mut self, alg_msg: impl Into<String>) -> Self {
        self.alg_msg = Some(alg_msg.into());
        self.failing()
    }

    /// Has no row in its first `polls` lookups, as if it were too new; default: 0.
    ///
    /// A life cycle by lookups starts after them.
    ///
    /// ```
    /// use akool_faceswap_mock::{FakeAkool, FakeJob};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let fake = FakeAkool::start()?;
    /// let late = fake.add_job(FakeJob::image().missing_first(3));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn missing_first(mut self, polls: u32) -> Self {
        self.missing_first = polls;
        self
    }

    /// Never has a row, like an id that the vendor does not know.
    #[must_use]
    pub fn missing(self) -> Self {
        self.missing_first(u32::MAX)
    }

    /// In the queue for its first `queued` lookups, processing for the next `processing`, then at
    /// its outcome; default: 1 and 1.
    ///
    /// A lookup counts if its answer contains the job: not if the request is refused or gets a
    /// [scripted answer](crate::Answer) instead.
    #[must_use]
    pub fn after_polls(mut self, queued: u32, processing: u32) -> Self {
        self.schedule = Schedule::Polls { queued, processing };
        self
    }

    /// In the queue for `queued` after its creation, then processing for `processing`, then at its
    /// outcome, by the fake's [clock](crate::Clock).
    #[must_use]
    pub fn after(mut self, queued: Duration, processing: Duration) -> Self {
        self.schedule = Schedule::Time { queued, processing };
        self
    }
}

impl Schedule {
    /// The state of a job at its `poll`th lookup (from 1), `age` after its creation.
    pub(crate) fn state(self, poll: u32, age: Duration, outcome: JobState) -> JobState {
        let (queued, started) = match self {
            Self::Polls { queued, processing } => {
                (poll <= queued, poll <= queued.saturating_add(processing))
            }
            Self::Time { queued, processing } => {
                (age < queued, age < queued.saturating_add(processing))
            }
        };
        if queued {
            JobState::InQueue
        } else if started {
            JobState::Processing
        } else {
            outcome
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NO_AGE: Duration = Duration::ZERO;

    #[test]
    fn polls_move_a_job() {
        let schedule = Schedule::Polls {
            queued: 2,
            processing: 1,
        };
        let states: Vec<i64> = (1..=5)
            .map(|poll| schedule.state(poll, NO_AGE, JobState::Failed).code())
            .collect();
        assert_eq!(states, [1, 1, 2, 4, 4]);
    }

    #[test]
    fn age_moves_a_job() {
        let schedule = Schedule::Time {
            queued: Duration::from_secs(10),
            processing: Duration::from_secs(20),
        };
        let at = |seconds| {
            schedule
                .state(1, Duration::from_secs(seconds), JobState::Success)
                .code()
        };
        assert_eq!([at(0), at(9), at(10), at(29), at(30)], [1, 1, 2, 2, 3]);
    }

    #[test]
    fn a_schedule_may_be_endless() {
        let polls = Schedule::Polls {
            queued: 1,
            processing: u32::MAX,
        };
        assert_eq!(
            polls.state(u32::MAX, NO_AGE, JobState::Success),
            JobState::Processing
        );
        let time = Schedule::Time {
            queued: Duration::ZERO,
            processing: Duration::MAX,
        };
        let age = Duration::from_secs(1 << 40);
        assert_eq!(time.state(1, age, JobState::Success), JobState::Processing);
    }

    #[test]
    fn debug_does_not_show_the_url() {
        let job = FakeJob::image().with_url("https://planted.example/face.jpeg");
        assert!(!format!("{job:?}").contains("planted"));
    }
}
