//! The jobs of a fake, and the rows of lookups.

use std::{
    collections::{HashMap, HashSet},
    error::Error,
    fmt,
    time::SystemTime,
};

use akool_faceswap_raw::types::FaceswapResultDetail;
use bytes::Bytes;

pub(crate) use crate::stored_job::Follow;
use crate::{
    answer::script::Missing,
    files,
    job::{FakeJob, JobState},
    object_id::ObjectIds,
    rng::Rng,
    stored_job::{File, StoredJob},
};

/// The order of the rows in an answer; the vendor documents none.
///
/// ```
/// use akool_faceswap_mock::{FakeAkool, RowOrder};
///
/// # fn main() -> std::io::Result<()> {
/// let fake = FakeAkool::builder().row_order(RowOrder::Insertion).start()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RowOrder {
    /// A new seeded order in each answer, so that no client depends on one.
    #[default]
    Shuffled,
    /// The order in which the jobs were added.
    Insertion,
}

/// The fake has no job with this id: it was never added, or it was removed.
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
    /// Boxed, because up to half of a large map is unused.
    jobs: HashMap<Box<str>, Box<StoredJob>>,
    added: u64,
    ids: ObjectIds,
    /// For the `NNNN` of a `job_id`.
    suffixes: Rng,
    order: RowOrder,
    shuffling: Rng,
    asked_after_terminal: AskedAfterTerminal,
}

/// Ids that were looked up after their end had been reported.
#[derive(Clone, Debug, Default)]
pub(crate) struct AskedAfterTerminal {
    pub(crate) times: u64,
    /// The first of them.
    pub(crate) example: Option<String>,
}

/// One lookup.
pub(crate) struct Lookup<'a> {
    pub(crate) ids: &'a [String],
    pub(crate) now: SystemTime,
    pub(crate) base_url: &'a str,
    /// Which jobs have no row although they exist.
    pub(crate) missing: &'a [Missing],
    /// The request's number, from 1.
    pub(crate) request: u64,
    /// How many requests had been received when the answer was made; `None` if a fault keeps the
    /// client from reading the answer.
    pub(crate) reported_at: Option<u64>,
}

impl JobStore {
    pub(crate) fn new(mut rng: Rng, order: RowOrder) -> Self {
        Self {
            jobs: HashMap::new(),
            added: 0,
            ids: ObjectIds::new(rng.split()),
            suffixes: rng.split(),
            order,
            shuffling: rng.split(),
            asked_after_terminal: AskedAfterTerminal::default(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.jobs.len()
    }

    /// Reserves room, so that a large population does not reallocate repeatedly.
    pub(crate) fn reserve(&mut self, jobs: usize) {
        self.jobs.reserve(jobs);
    }

    /// Adds a job and returns its id; a job with the same id is replaced.
    pub(crate) fn add(&mut self, mut job: FakeJob, now: SystemTime) -> String {
        let created_at = job.created_at.unwrap_or(now);
        let id = job.id.take().unwrap_or_else(|| self.ids.next(created_at));
        self.added += 1;
        let suffix = self.suffixes.below(10_000);
        let stored = StoredJob::new(job, created_at, self.added, suffix);
        self.jobs.insert(id.as_str().into(), Box::new(stored));
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
        job.pin(state);
        Ok(())
    }

    /// Whether the file of a job is available; `None` if there is no such job.
    pub(crate) fn file(&self, id: &str, now: SystemTime) -> Option<File> {
        self.jobs.get(id).map(|job| job.file(now))
    }

    /// The bytes of a job's file, available or not.
    pub(crate) fn file_bytes(&self, id: &str) -> Result<Bytes, NoSuchJob> {
        let job = self.jobs.get(id).ok_or_else(|| NoSuchJob::new(id))?;
        Ok(files::bytes(id, job.kind()))
    }

    /// What webhooks report next about a job.
    pub(crate) fn follow(&mut self, id: &str, now: SystemTime, reported: JobState) -> Follow {
        let job = self.jobs.get_mut(id);
        job.map_or(Follow::Gone, |job| job.follow(now, reported))
    }

    /// The URL of a job's result, available or not.
    pub(crate) fn result_url(&self, id: &str, base_url: &str) -> Option<String> {
        let job = self.jobs.get(id)?;
        Some(job.url(id, base_url).into_string())
    }

    pub(crate) fn job_id(&self, id: &str) -> Option<String> {
        self.jobs.get(id).map(|job| job.job_id())
    }

    pub(crate) fn asked_after_terminal(&self) -> &AskedAfterTerminal {
        &self.asked_after_terminal
    }

    /// One row for each known id, even if it is requested twice; counts as a lookup of each.
    pub(crate) fn look_up(&mut self, lookup: &Lookup<'_>) -> Vec<FaceswapResultDetail> {
        let mut seen = HashSet::with_capacity(lookup.ids.len());
        let mut rows = Vec::with_capacity(lookup.ids.len());
        for id in lookup.ids {
            let Some(job) = self.jobs.get_mut(id.as_str()) else {
                continue;
            };
            if !seen.insert(id.as_str()) {
                continue;
            }
            if job.is_asked_after_terminal(lookup.request) {
                self.asked_after_terminal.times += 1;
                let example = &mut self.asked_after_terminal.example;
                example.get_or_insert_with(|| id.clone());
            }
            let missing = lookup.missing.iter();
            let first = missing
                .filter(|missing| missing.only_for.as_ref().is_none_or(|only| only == id))
                .map(|missing| missing.first)
                .max();
            if job.is_missed(first.unwrap_or(0)) {
                continue;
            }
            let state = job.next_state(lookup.now);
            if let Some(reported_at) = lookup.reported_at
                && matches!(state, JobState::Success | JobState::Failed)
            {
                job.report_end(reported_at);
            }
            rows.push((job.position, job.row(id, state, lookup.base_url)));
        }
        match self.order {
            RowOrder::Insertion => rows.sort_by_key(|&(position, _)| position),
            RowOrder::Shuffled => self.shuffling.shuffle(&mut rows),
        }
        rows.into_iter().map(|(_, row)| row).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    const NOW: SystemTime = UNIX_EPOCH;

    fn store(order: RowOrder) -> JobStore {
        JobStore::new(Rng::new(0), order)
    }

    fn look_up(store: &mut JobStore, ids: &[String]) -> Vec<FaceswapResultDetail> {
        store.look_up(&Lookup {
            ids,
            now: NOW,
            base_url: "http://fake",
            missing: &[],
            request: 1,
            reported_at: Some(1),
        })
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
        let id = store.add(job, NOW);
        let rows = look_up(&mut store, std::slice::from_ref(&id));
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
        let id = store.add(FakeJob::video().after_polls(0, 1), NOW);
        let rows = look_up(&mut store, std::slice::from_ref(&id));
        assert_eq!(rows[0].faceswap_status, Some(2));
        assert_eq!(rows[0].deduction_duration, Some(0.0));
        let rows = look_up(&mut store, &[id]);
        assert_eq!(rows[0].faceswap_status, Some(3));
        assert_eq!(rows[0].image, Some(0));
        assert_eq!(rows[0].deduction_duration, Some(12.5));
        assert_eq!(rows[0].update_time, None);
    }

    #[test]
    fn only_known_ids_have_rows_and_each_has_one() {
        let mut store = store(RowOrder::Insertion);
        let first = store.add(FakeJob::image(), NOW);
        let second = store.add(FakeJob::image(), NOW);
        let job_id = look_up(&mut store, std::slice::from_ref(&first))[0]
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
        assert_eq!(ids_of(&look_up(&mut store, &asked)), [first, second]);
    }

    #[test]
    fn shuffling_changes_the_order_and_keeps_every_row() {
        let mut store = store(RowOrder::Shuffled);
        let ids: Vec<String> = (0..20).map(|_| store.add(FakeJob::image(), NOW)).collect();
        let mut rows = ids_of(&look_up(&mut store, &ids));
        assert_ne!(rows, ids);
        rows.sort_unstable();
        let mut sorted = ids;
        sorted.sort_unstable();
        assert_eq!(rows, sorted);
    }

    #[test]
    fn lookups_after_the_end_are_counted() {
        let mut store = store(RowOrder::Insertion);
        let ids = [
            store.add(FakeJob::image().after_polls(0, 0), NOW),
            store.add(FakeJob::image(), NOW),
        ];
        let mut ask = |request, reported_at| {
            store.look_up(&Lookup {
                ids: &ids,
                now: NOW,
                base_url: "",
                missing: &[],
                request,
                reported_at,
            });
            store.asked_after_terminal().times
        };
        // The first answer had a fault; of the next two requests the second was received before
        // the first was answered.
        assert_eq!(ask(1, None), 0);
        assert_eq!(ask(2, Some(3)), 0);
        assert_eq!(ask(3, Some(3)), 0);
        assert_eq!(ask(4, Some(4)), 2);
        assert_eq!(ask(5, Some(5)), 4);
        assert_eq!(store.asked_after_terminal().example.as_ref(), Some(&ids[0]));
    }

    #[test]
    fn jobs_may_be_missing_at_first() {
        let mut store = store(RowOrder::Insertion);
        let ids = [
            store.add(FakeJob::image(), NOW),
            store.add(FakeJob::image(), NOW),
        ];
        let missing = [Missing {
            first: 2,
            only_for: Some(ids[1].clone()),
        }];
        let mut ask = || {
            let rows = store.look_up(&Lookup {
                ids: &ids,
                now: NOW,
                base_url: "",
                missing: &missing,
                request: 1,
                reported_at: None,
            });
            rows.iter()
                .map(|row| row.faceswap_status.unwrap())
                .collect::<Vec<_>>()
        };
        assert_eq!(ask(), [1]);
        assert_eq!(ask(), [2]);
        assert_eq!(ask(), [3, 1], "its life cycle starts when it is found");
    }

    #[test]
    fn a_job_can_be_pinned_replaced_and_removed() {
        let mut store = store(RowOrder::Insertion);
        let id = store.add(FakeJob::image(), NOW);
        store.pin(&id, JobState::Other(5)).unwrap();
        let asked = [id.clone()];
        assert_eq!(look_up(&mut store, &asked)[0].faceswap_status, Some(5));
        store.add(FakeJob::image().with_id(&*id), NOW);
        assert_eq!(look_up(&mut store, &asked)[0].faceswap_status, Some(1));
        store.remove(&id).unwrap();
        assert!(look_up(&mut store, &asked).is_empty());
        assert!(store.remove(&id).is_err());
        assert!(store.pin(&id, JobState::Failed).is_err());
    }
}
