//! What is known about a job while it is waited for.

use std::time::Duration;

use serde::{Serialize, Serializer};

use crate::wait::{observation::JobState, time::Timestamp};
use crate::{
    error::{Error, WaitErrorKind},
    metrics::WaitMetrics,
    model::{JobStatus, ResultId},
};

/// What is known about a job that is waited for.
///
/// It has no URL: before a job has succeeded, the URL that the API returns leads nowhere. It serialises with
/// durations in seconds.
#[derive(Clone, Debug, Serialize)]
pub struct Progress {
    pub(super) id: ResultId,
    #[serde(serialize_with = "name")]
    pub(super) status: Option<JobStatus>,
    #[serde(rename = "waited_seconds", serialize_with = "seconds")]
    pub(super) waited: Duration,
    #[serde(rename = "unchanged_for_seconds", serialize_with = "seconds")]
    pub(super) unchanged_for: Duration,
    #[serde(rename = "missing_for_seconds", serialize_with = "maybe_seconds")]
    pub(super) missing_for: Option<Duration>,
    pub(super) polls: u32,
    #[serde(rename = "next_poll_in_seconds", serialize_with = "maybe_seconds")]
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

    /// The status in the API's last answer about the job; `None` if there was none yet.
    pub fn status(&self) -> Option<JobStatus> {
        self.status
    }

    /// How long the job has been waited for, in this process and those before it.
    pub fn waited(&self) -> Duration {
        self.waited
    }

    /// How long the job has been in its present state, as far as lookups have seen.
    pub fn unchanged_for(&self) -> Duration {
        self.unchanged_for
    }

    /// How long the API has been answering without this job; `None` if its last answer had it, or if
    /// there was no answer yet.
    pub fn missing_for(&self) -> Option<Duration> {
        self.missing_for
    }

    /// The number of lookups of this job, failed ones included.
    pub fn polls(&self) -> u32 {
        self.polls
    }

    /// How long until the job is looked up again; `None` while a lookup is in flight.
    pub fn next_poll_in(&self) -> Option<Duration> {
        self.next_poll_in
    }

    /// Why the last lookup failed; `None` once a lookup has succeeded. The wait continues regardless.
    pub fn last_error(&self) -> Option<&Error> {
        self.last_error.as_ref()
    }

    /// The metrics of a wait that ended now; `error` is why it has no result.
    pub(super) fn measure(&self, error: Option<WaitErrorKind>) -> WaitMetrics {
        WaitMetrics {
            error,
            duration: self.waited,
            polls: self.polls,
        }
    }
}

/// What is known about many jobs that are waited for together; from
/// [`WaitEach::progress`](super::WaitEach::progress).
///
/// Every job is counted once: as settled, or by what its last lookup showed. It serialises with
/// durations in seconds.
#[derive(Clone, Debug, Default, Serialize)]
pub struct GroupProgress {
    pub(super) total: usize,
    pub(super) settled: usize,
    pub(super) in_queue: usize,
    pub(super) processing: usize,
    pub(super) unknown: usize,
    pub(super) missing: usize,
    pub(super) unseen: usize,
    pub(super) failing: usize,
    #[serde(serialize_with = "oldest")]
    pub(super) oldest: Option<(ResultId, Duration)>,
    #[serde(rename = "next_poll_in_seconds", serialize_with = "maybe_seconds")]
    pub(super) next_poll_in: Option<Duration>,
    pub(super) last_error: Option<Error>,
}

impl GroupProgress {
    /// The number of jobs.
    pub fn total(&self) -> usize {
        self.total
    }

    /// The jobs that have an outcome, taken from the stream or not.
    pub fn settled(&self) -> usize {
        self.settled
    }

    /// The jobs that have no outcome yet.
    pub fn waiting(&self) -> usize {
        self.total - self.settled
    }

    /// The jobs that were queued when last seen.
    pub fn in_queue(&self) -> usize {
        self.in_queue
    }

    /// The jobs that were processing when last seen.
    pub fn processing(&self) -> usize {
        self.processing
    }

    /// The jobs whose last status this version of the library does not know, or that have succeeded
    /// without a URL so far.
    pub fn unknown(&self) -> usize {
        self.unknown
    }

    /// The jobs that the last answer omitted.
    pub fn missing(&self) -> usize {
        self.missing
    }

    /// The jobs that no lookup has been answered about yet.
    pub fn unseen(&self) -> usize {
        self.unseen
    }

    /// Of all these, the jobs whose last lookup failed.
    pub fn failing(&self) -> usize {
        self.failing
    }

    /// The job that has been waited for longest, and how long.
    pub fn oldest(&self) -> Option<(&ResultId, Duration)> {
        self.oldest.as_ref().map(|(id, waited)| (id, *waited))
    }

    /// How long until the next of them is looked up; `None` while all lookups are in flight, or once
    /// no job is waited for.
    pub fn next_poll_in(&self) -> Option<Duration> {
        self.next_poll_in
    }

    /// One of the errors of the jobs whose last lookup failed.
    pub fn last_error(&self) -> Option<&Error> {
        self.last_error.as_ref()
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

fn seconds<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    // Rounded to milliseconds: nothing here is more precise.
    serializer.serialize_f64((duration.as_secs_f64() * 1000.0).round() / 1000.0)
}

#[expect(clippy::ref_option, reason = "serde hands out references")]
fn maybe_seconds<S: Serializer>(
    duration: &Option<Duration>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match duration {
        Some(duration) => seconds(duration, serializer),
        None => serializer.serialize_none(),
    }
}

#[expect(clippy::ref_option, reason = "serde hands out references")]
fn name<S: Serializer>(status: &Option<JobStatus>, serializer: S) -> Result<S::Ok, S::Error> {
    status.map(JobStatus::as_str).serialize(serializer)
}

#[expect(clippy::ref_option, reason = "serde hands out references")]
fn oldest<S: Serializer>(
    oldest: &Option<(ResultId, Duration)>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Oldest<'a> {
        id: &'a ResultId,
        #[serde(serialize_with = "seconds")]
        waited_seconds: Duration,
    }
    let oldest = oldest.as_ref().map(|(id, waited)| Oldest {
        id,
        waited_seconds: *waited,
    });
    oldest.serialize(serializer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_serialises_in_seconds_and_by_name() {
        let progress = Progress {
            id: ResultId::new("a1").unwrap(),
            status: Some(JobStatus::InQueue),
            waited: Duration::from_micros(1_500_400),
            unchanged_for: Duration::ZERO,
            missing_for: None,
            polls: 3,
            next_poll_in: Some(Duration::from_secs(2)),
            last_error: None,
        };
        assert_eq!(
            serde_json::to_string(&progress).unwrap(),
            concat!(
                r#"{"id":"a1","status":"in_queue","waited_seconds":1.5,"#,
                r#""unchanged_for_seconds":0.0,"missing_for_seconds":null,"polls":3,"#,
                r#""next_poll_in_seconds":2.0,"last_error":null}"#
            )
        );
        let mut group = GroupProgress::default();
        group.count(&progress);
        let json = serde_json::to_value(&group).unwrap();
        assert_eq!(json["in_queue"], 1);
        assert_eq!(json["oldest"]["waited_seconds"], 1.5);
        // Of two that have been waited for equally long, the first stays.
        let other = ResultId::new("b2").unwrap();
        group.count(&Progress {
            id: other,
            ..progress
        });
        assert_eq!(group.oldest().map(|(id, _)| id.as_str()), Some("a1"));
        assert_eq!(json["next_poll_in_seconds"], 2.0);
    }
}
