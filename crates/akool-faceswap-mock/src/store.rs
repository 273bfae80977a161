//! The jobs a fake knows, and the rows it answers about them.

use std::{
    collections::{HashMap, HashSet},
    error::Error,
    fmt,
    time::SystemTime,
};

use akool_faceswap_raw::{ResultUrl, types::FaceswapResultDetail};

use crate::{
    job::{FakeJob, JobState, Kind, Schedule},
    object_id::ObjectIds,
    seeded::Seeded,
    wire_time,
};

/// The account all jobs belong to; seven digits, as the vendor's.
const UID: i64 = 1_000_001;

/// In which order the rows of an answer stand; the vendor's documentation promises none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RowOrder {
    /// Another seeded order in each answer, so that nobody comes to depend on one.
    #[default]
    Shuffled,
    /// The order in which the jobs were added.
    Insertion,
}

/// The fake has no job with this id: never added, or removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoSuchJob {
    id: String,
}

impl NoSuchJob {
    fn new(id: &str) -> Self {
        Self { id: id.to_owned() }
    }
}

impl fmt::Display for NoSuchJob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the fake has no job with the id {:?}: add it first, and use the id that add_job returns",
            self.id
        )
    }
}

impl Error for NoSuchJob {}

pub(crate) struct JobStore {
    jobs: HashMap<String, StoredJob>,
    added: u64,
    ids: ObjectIds,
    /// For the `NNNN` of a `job_id`.
    suffixes: Seeded,
    order: RowOrder,
    shuffling: Seeded,
}

struct StoredJob {
    /// Position in the order of insertion.
    position: u64,
    job_id: String,
    kind: Kind,
    created_at: SystemTime,
    url: ResultUrl,
    progress: Progress,
}

enum Progress {
    Scheduled {
        schedule: Schedule,
        outcome: JobState,
        polls: u32,
    },
    Pinned(JobState),
}

impl JobStore {
    pub(crate) fn new(mut seeded: Seeded, order: RowOrder) -> Self {
        Self {
            jobs: HashMap::new(),
            added: 0,
            ids: ObjectIds::new(seeded.split()),
            suffixes: seeded.split(),
            order,
            shuffling: seeded.split(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.jobs.len()
    }

    /// Adds a job and returns its id; a job with the same id is replaced.
    pub(crate) fn add(&mut self, job: FakeJob, now: SystemTime, base_url: &str) -> String {
        let created_at = job.created_at.unwrap_or(now);
        let id = job.id.unwrap_or_else(|| self.ids.next(created_at));
        let url = job.url.unwrap_or_else(|| {
            let suffix = match job.kind {
                Kind::Image => "jpeg",
                Kind::Video { .. } => "mp4",
            };
            ResultUrl::from(format!("{base_url}/files/{id}.{suffix}"))
        });
        let job_id = format!(
            "{}-{:04}",
            wire_time::job_id_stamp(created_at),
            self.suffixes.below(10_000)
        );
        self.added += 1;
        let stored = StoredJob {
            position: self.added,
            job_id,
            kind: job.kind,
            created_at,
            url,
            progress: Progress::Scheduled {
                schedule: job.schedule,
                outcome: job.outcome,
                polls: 0,
            },
        };
        self.jobs.insert(id.clone(), stored);
        id
    }

    pub(crate) fn remove(&mut self, id: &str) -> Result<(), NoSuchJob> {
        self.jobs
            .remove(id)
            .map(drop)
            .ok_or_else(|| NoSuchJob::new(id))
    }

    pub(crate) fn pin(&mut self, id: &str, state: JobState) -> Result<(), NoSuchJob> {
        let job = self.jobs.get_mut(id).ok_or_else(|| NoSuchJob::new(id))?;
        job.progress = Progress::Pinned(state);
        Ok(())
    }

    /// One row for each known id, however often it is asked for; counts as a lookup of each.
    pub(crate) fn look_up(&mut self, ids: &[String], now: SystemTime) -> Vec<FaceswapResultDetail> {
        let mut seen = HashSet::with_capacity(ids.len());
        let mut rows = Vec::with_capacity(ids.len());
        for id in ids {
            if seen.insert(id.as_str())
                && let Some(job) = self.jobs.get_mut(id)
            {
                rows.push((job.position, job.row(id, now)));
            }
        }
        match self.order {
            RowOrder::Insertion => rows.sort_by_key(|&(position, _)| position),
            RowOrder::Shuffled => self.shuffling.shuffle(&mut rows),
        }
        rows.into_iter().map(|(_, row)| row).collect()
    }
}

impl StoredJob {
    fn state(&mut self, now: SystemTime) -> JobState {
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

    /// The fields of a real answer of 2024, and `update_time` as a documented sample has it: 0
    /// while queued. What it becomes later is not documented, and the finished job of the real
    /// answer went without it.
    fn row(&mut self, id: &str, now: SystemTime) -> FaceswapResultDetail {
        let state = self.state(now);
        let (image, video_duration) = match self.kind {
            Kind::Image => (1, 0.0),
            Kind::Video { seconds } => (0, seconds),
        };
        let deducted = state == JobState::Success;
        FaceswapResultDetail {
            id: Some(id.to_owned()),
            job_id: Some(self.job_id.clone()),
            faceswap_status: Some(state.code()),
            url: Some(self.url.clone()),
            created_at: Some(wire_time::rfc3339(self.created_at)),
            uid: Some(UID),
            image: Some(image),
            video_duration: Some(video_duration),
            deduction_duration: Some(if deducted { video_duration } else { 0.0 }),
            update_time: (state == JobState::InQueue).then_some(0.0),
            deduction_status: None,
            faceswap_quality: None,
            faceswap_type: None,
            user_id: None,
            extra: serde_json::Map::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    const NOW: SystemTime = UNIX_EPOCH;

    fn store(order: RowOrder) -> JobStore {
        JobStore::new(Seeded::new(0), order)
    }

    fn ids_of(rows: &[FaceswapResultDetail]) -> Vec<String> {
        rows.iter().filter_map(|row| row.id.clone()).collect()
    }

    #[test]
    fn a_queued_row_looks_like_the_vendors() {
        let mut store = store(RowOrder::Insertion);
        let created_at = UNIX_EPOCH + Duration::from_millis(1_719_476_868_006);
        let job = FakeJob::image()
            .created_at(created_at)
            .with_url("https://cdn.example/a.jpeg");
        let id = store.add(job, NOW, "http://fake");
        let rows = store.look_up(std::slice::from_ref(&id), created_at);
        let mut row = serde_json::to_value(&rows[0]).unwrap();
        let job_id = row.as_object_mut().unwrap().remove("job_id").unwrap();
        let (stamp, suffix) = job_id.as_str().unwrap().split_once('-').unwrap();
        assert_eq!((stamp, suffix.len()), ("20240627082748006", 4));
        assert_eq!(
            row,
            serde_json::json!({
                "_id": id, "createdAt": "2024-06-27T08:27:48.006Z", "deduction_duration": 0.0,
                "faceswap_status": 1, "image": 1, "uid": 1_000_001, "update_time": 0.0,
                "url": "https://cdn.example/a.jpeg", "video_duration": 0.0,
            })
        );
    }

    #[test]
    fn a_finished_video_has_been_paid_for() {
        let mut store = store(RowOrder::Insertion);
        let id = store.add(FakeJob::video().after_polls(0, 1), NOW, "http://fake");
        let rows = store.look_up(std::slice::from_ref(&id), NOW);
        assert_eq!(rows[0].faceswap_status, Some(2));
        assert_eq!(rows[0].deduction_duration, Some(0.0));
        let rows = store.look_up(&[id], NOW);
        assert_eq!(rows[0].faceswap_status, Some(3));
        assert_eq!(rows[0].image, Some(0));
        assert_eq!(rows[0].deduction_duration, Some(12.5));
        assert_eq!(rows[0].update_time, None);
    }

    #[test]
    fn only_known_ids_have_rows_and_each_has_one() {
        let mut store = store(RowOrder::Insertion);
        let first = store.add(FakeJob::image(), NOW, "http://fake");
        let second = store.add(FakeJob::image(), NOW, "http://fake");
        let job_id = store.look_up(std::slice::from_ref(&first), NOW)[0]
            .job_id
            .clone()
            .unwrap();
        let asked = [
            second.clone(),
            "unknown".to_owned(),
            job_id,
            first.clone(),
            second.clone(),
        ];
        assert_eq!(ids_of(&store.look_up(&asked, NOW)), [first, second]);
    }

    #[test]
    fn shuffled_rows_are_all_there_in_another_order() {
        let mut store = store(RowOrder::Shuffled);
        let ids: Vec<String> = (0..20)
            .map(|_| store.add(FakeJob::image(), NOW, "http://fake"))
            .collect();
        let mut rows = ids_of(&store.look_up(&ids, NOW));
        assert_ne!(rows, ids);
        rows.sort_unstable();
        let mut sorted = ids;
        sorted.sort_unstable();
        assert_eq!(rows, sorted);
    }

    #[test]
    fn a_job_can_be_pinned_replaced_and_removed() {
        let mut store = store(RowOrder::Insertion);
        let id = store.add(FakeJob::image(), NOW, "http://fake");
        store.pin(&id, JobState::Other(5)).unwrap();
        let asked = [id.clone()];
        assert_eq!(store.look_up(&asked, NOW)[0].faceswap_status, Some(5));
        store.add(FakeJob::image().with_id(&*id), NOW, "http://fake");
        assert_eq!(store.look_up(&asked, NOW)[0].faceswap_status, Some(1));
        store.remove(&id).unwrap();
        assert!(store.look_up(&asked, NOW).is_empty());
        assert!(store.remove(&id).is_err());
        assert!(store.pin(&id, JobState::Failed).is_err());
    }
}
