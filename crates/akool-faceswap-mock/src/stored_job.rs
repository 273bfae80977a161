//! One job in the store: its state, what has been reported, and its row.

use std::{
    num::NonZeroU64,
    time::{Duration, SystemTime},
};

use akool_faceswap_raw::{ResultUrl, types::FaceswapResultDetail};

use crate::{
    files,
    job::{FakeJob, JobState, Kind, Schedule},
    timestamps,
};

/// The account of all jobs; seven digits, like the vendor's.
const UID: i64 = 1_000_001;

/// A million of these must fit into memory, so nothing is stored that can be computed.
pub(crate) struct StoredJob {
    /// Position in the order of insertion.
    pub(crate) position: u64,
    created_at: SystemTime,
    kind: Kind,
    url: Option<Box<ResultUrl>>,
    alg_msg: Option<Box<str>>,
    progress: Progress,
    missing_first: u32,
    /// How many lookups did not find it.
    missed: u32,
    /// The `NNNN` of its `job_id`.
    suffix: u32,
    /// How many requests had been received when an answer reported its end.
    end_reported: Option<NonZeroU64>,
}

enum Progress {
    Scheduled {
        schedule: Schedule,
        outcome: JobState,
        polls: u32,
    },
    Pinned(JobState),
}

/// Whether a file is available.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum File {
    NotYet,
    Available(Kind),
    Expired,
}

/// What comes next for the webhooks of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Follow {
    /// Report this status.
    Changed(JobState),
    /// Look again after this much of the fake's time.
    Wait(Duration),
    /// Nothing more: the job was removed.
    Gone,
}

impl StoredJob {
    pub(crate) fn new(job: FakeJob, created_at: SystemTime, position: u64, suffix: u32) -> Self {
        Self {
            position,
            created_at,
            kind: job.kind,
            url: job.url.map(Box::new),
            alg_msg: job.alg_msg.map(Into::into),
            progress: Progress::Scheduled {
                schedule: job.schedule,
                outcome: job.outcome,
                polls: 0,
            },
            missing_first: job.missing_first,
            missed: 0,
            suffix,
            end_reported: None,
        }
    }

    pub(crate) fn pin(&mut self, state: JobState) {
        self.progress = Progress::Pinned(state);
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    /// Counts a lookup that does not find it; false if this lookup finds it.
    pub(crate) fn is_missed(&mut self, first: u32) -> bool {
        let first = first.max(self.missing_first);
        let missing = self.missed < first;
        if missing && first < u32::MAX {
            self.missed += 1;
        }
        missing
    }

    /// Whether its end had been reported before the request with this number was received.
    pub(crate) fn is_asked_after_terminal(&self, request: u64) -> bool {
        self.end_reported
            .is_some_and(|reported| reported.get() < request)
    }

    /// Records that an answer reported its end when `requests` requests had been received.
    pub(crate) fn report_end(&mut self, requests: u64) {
        if self.end_reported.is_none() {
            self.end_reported = NonZeroU64::new(requests);
        }
    }

    /// Whether its file is available, without counting a lookup.
    pub(crate) fn file(&self, now: SystemTime) -> File {
        let age = now.duration_since(self.created_at).unwrap_or_default();
        if self.state(now) != JobState::Success {
            File::NotYet
        } else if age >= files::LIFETIME {
            File::Expired
        } else {
            File::Available(self.kind)
        }
    }

    /// Its status, without counting a lookup.
    fn state(&self, now: SystemTime) -> JobState {
        let age = now.duration_since(self.created_at).unwrap_or_default();
        match &self.progress {
            Progress::Pinned(state) => *state,
            Progress::Scheduled {
                schedule,
                outcome,
                polls,
            } => schedule.state((*polls).max(1), age, *outcome),
        }
    }

    /// What webhooks report after the status `reported`; a job that advances by lookups moves to
    /// its next status.
    pub(crate) fn follow(&mut self, now: SystemTime, reported: JobState) -> Follow {
        let state = self.state(now);
        if state != reported {
            return Follow::Changed(state);
        }
        let age = now.duration_since(self.created_at).unwrap_or_default();
        let Progress::Scheduled {
            schedule,
            outcome,
            polls,
        } = &mut self.progress
        else {
            return Follow::Wait(Duration::MAX);
        };
        match *schedule {
            Schedule::Polls { queued, processing } => {
                let next = if state == JobState::InQueue {
                    queued
                } else {
                    queued.saturating_add(processing)
                };
                if next == u32::MAX {
                    return Follow::Wait(Duration::MAX);
                }
                *polls = next + 1;
                Follow::Changed(schedule.state(*polls, age, *outcome))
            }
            Schedule::Time { queued, processing } => {
                let ends = [queued, queued.saturating_add(processing)];
                let next = ends.into_iter().find(|end| *end > age);
                Follow::Wait(next.map_or(Duration::MAX, |end| end.saturating_sub(age)))
            }
        }
    }

    /// The `url` of its rows.
    pub(crate) fn url(&self, id: &str, base_url: &str) -> ResultUrl {
        self.url.as_deref().cloned().unwrap_or_else(|| {
            let name = files::name(id, self.kind);
            ResultUrl::from(format!("{base_url}{}{name}", files::FOLDER))
        })
    }

    /// The `job_id` of its rows.
    pub(crate) fn job_id(&self) -> String {
        let stamp = timestamps::job_id_stamp(self.created_at);
        format!("{stamp}-{:04}", self.suffix)
    }

    /// Counts a lookup and returns the status.
    pub(crate) fn next_state(&mut self, now: SystemTime) -> JobState {
        match &mut self.progress {
            Progress::Pinned(state) => *state,
            Progress::Scheduled {
                schedule,
                outcome,
                polls,
            } => {
                *polls = polls.saturating_add(1);
                let age = now.duration_since(self.created_at).unwrap_or_default();
                schedule.state(*polls, age, *outcome)
            }
        }
    }

    /// The fields of a real answer from 2024, and `update_time` as in a documented sample: 0 while
    /// queued. Its later values are not documented, and the finished job of the real answer did not
    /// have it.
    pub(crate) fn row(&self, id: &str, state: JobState, base_url: &str) -> FaceswapResultDetail {
        let (image, video_duration) = match self.kind {
            Kind::Image => (1, 0.0),
            Kind::Video { seconds } => (0, seconds),
        };
        let mut extra = serde_json::Map::new();
        if let (JobState::Failed, Some(alg_msg)) = (state, &self.alg_msg) {
            extra.insert("alg_msg".to_owned(), (**alg_msg).into());
        }
        let deducted = state == JobState::Success;
        FaceswapResultDetail {
            id: Some(id.to_owned()),
            job_id: Some(self.job_id()),
            faceswap_status: Some(state.code()),
            url: Some(self.url(id, base_url)),
            created_at: Some(timestamps::rfc3339(self.created_at)),
            uid: Some(UID),
            image: Some(image),
            video_duration: Some(video_duration),
            deduction_duration: Some(if deducted { video_duration } else { 0.0 }),
            update_time: (state == JobState::InQueue).then_some(0.0),
            extra,
            ..FaceswapResultDetail::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    fn stored(job: FakeJob) -> StoredJob {
        StoredJob::new(job, UNIX_EPOCH, 1, 7)
    }

    #[test]
    fn a_stored_job_is_small() {
        let size = size_of::<StoredJob>();
        assert!(size <= 144, "{size} bytes for each of a million jobs");
    }

    #[test]
    fn a_file_is_available_from_success_for_seven_days() {
        let mut job = stored(FakeJob::image().after_polls(0, 1));
        assert_eq!(job.file(UNIX_EPOCH), File::NotYet);
        job.next_state(UNIX_EPOCH);
        assert_eq!(job.file(UNIX_EPOCH), File::NotYet);
        job.next_state(UNIX_EPOCH);
        let last = UNIX_EPOCH + files::LIFETIME - Duration::from_nanos(1);
        assert_eq!(job.file(last), File::Available(Kind::Image));
        assert_eq!(job.file(UNIX_EPOCH + files::LIFETIME), File::Expired);
        job.pin(JobState::Failed);
        assert_eq!(job.file(UNIX_EPOCH), File::NotYet);
    }

    #[test]
    fn a_job_that_is_done_at_its_first_lookup_has_its_file_before() {
        let job = stored(FakeJob::image().after_polls(0, 0));
        assert_eq!(job.file(UNIX_EPOCH), File::Available(Kind::Image));
    }

    #[test]
    fn a_job_is_missing_at_first() {
        let mut job = stored(FakeJob::image().missing_first(1));
        let missed: Vec<bool> = [0, 3, 3, 3].map(|first| job.is_missed(first)).to_vec();
        assert_eq!(missed, [true, true, true, false]);
        let mut never = stored(FakeJob::image().missing());
        assert!((0..10).all(|_| never.is_missed(0)));
    }

    #[test]
    fn only_requests_after_the_answer_are_too_late() {
        let mut job = stored(FakeJob::image());
        assert!(!job.is_asked_after_terminal(1));
        // The answer was made when five requests had been received.
        job.report_end(5);
        job.report_end(9);
        assert!(!job.is_asked_after_terminal(5));
        assert!(job.is_asked_after_terminal(6));
    }
}
