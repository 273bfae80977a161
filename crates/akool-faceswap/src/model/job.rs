//! One job as users see it: a row of an answer, with what its fields mean.
//!
//! Only `_id` and the status of a row are dependable, so every other accessor returns an `Option`. Fields are private:
//! fields that the vendor adds arrive in [`Job::extra`], and may get accessors later without breaking anyone.

mod json;
mod note;
mod summary;

use std::time::{Duration, SystemTime};

use akool_faceswap_raw::types::FaceswapResultDetail as Row;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::model::{JobStatus, ResultId};

pub use note::Note;
pub(crate) use summary::ErrorSummary;
pub use summary::JobSummary;

/// How long a result lives after its job's creation: 7 days.
///
/// Source: <https://docs.akool.com/ai-tools-suite/faceswap>. Afterwards the file server has been
/// seen to answer 403.
pub const RESULT_LIFETIME: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// 9999-12-24T23:59:59Z as Unix time.
const LAST_CREATION: Duration = Duration::from_secs(253_401_695_999);

/// Whether a job is about an image or a video.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Media {
    /// The result is an image.
    Image,
    /// The result is a video.
    Video,
}

/// One job, as one answer showed it.
///
/// ```
/// use akool_faceswap::{JobStatus, Job};
///
/// let job: Job = serde_json::from_str(
///     r#"{"_id": "64dae65a00000000000a0002", "faceswap_status": 1,
///         "url": "https://cdn.example/final_b-2.jpg"}"#,
/// )?;
/// assert_eq!(job.status(), JobStatus::InQueue);
/// // The API fills in the URL long before the file exists.
/// assert_eq!(job.result_url(), None);
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// As JSON a job is the row as it was received, including unknown fields, account ids and an early URL. To pass a job
/// on to others, use its [`summary`](Self::summary). `Debug` shows no URL.
#[derive(Clone)]
pub struct Job {
    id: ResultId,
    row: Row,
    /// The row as received, if some of it did not have the documented type.
    odd: Option<Box<Odd>>,
}

#[derive(Clone)]
struct Odd {
    json: Value,
    notes: Vec<Note>,
}

impl Job {
    /// A job whose row the generated type could read.
    pub(crate) fn from_row(id: ResultId, row: Row) -> Self {
        Self { id, row, odd: None }
    }

    /// A job whose row has an invalid part; `json` is the row as received.
    pub(crate) fn from_odd_row(id: ResultId, row: Row, json: Value, notes: Vec<Note>) -> Self {
        Self {
            id,
            row,
            odd: Some(Box::new(Odd { json, notes })),
        }
    }

    /// The id that results are looked up by: `_id`.
    pub fn id(&self) -> &ResultId {
        &self.id
    }

    /// The id alone, without a copy.
    pub fn into_id(self) -> ResultId {
        self.id
    }

    /// The status of the job.
    pub fn status(&self) -> JobStatus {
        self.row
            .faceswap_status
            .map_or(JobStatus::ABSENT, JobStatus::from_code)
    }

    /// Whether the job has ended, successfully or not, and will not change any more.
    pub fn is_terminal(&self) -> bool {
        self.status().is_terminal()
    }

    /// Whether the job has succeeded. Its URL may still be missing: see
    /// [`result_url`](Self::result_url).
    pub fn is_success(&self) -> bool {
        self.status() == JobStatus::Success
    }

    /// The URL of the result, only at [`JobStatus::Success`].
    ///
    /// The link needs no credentials, leads to a person's face, and expires at [`expires_at`](Self::expires_at): fetch
    /// it before that, and do not log it.
    pub fn result_url(&self) -> Option<&str> {
        match self.status() {
            JobStatus::Success => self.preallocated_url(),
            _ => None,
        }
    }

    /// The URL that the API filled in, whatever the status: before [`JobStatus::Success`] no file exists there.
    pub fn preallocated_url(&self) -> Option<&str> {
        let url = self.row.url.as_ref()?.as_str();
        (!url.is_empty()).then_some(url)
    }

    /// When the job was created: `createdAt`, or else the time that the id contains.
    ///
    /// ```
    /// # use akool_faceswap::Job;
    /// let job: Job = serde_json::from_str(
    ///     r#"{"_id": "667d228400000000000a0001", "createdAt": "2024-06-27T08:27:48.006Z"}"#,
    /// )?;
    /// let created = job.created_at().unwrap().duration_since(std::time::UNIX_EPOCH).unwrap();
    /// assert_eq!(created.as_millis(), 1_719_476_868_006);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn created_at(&self) -> Option<SystemTime> {
        self.row
            .created_at
            .as_deref()
            .and_then(|text| humantime::parse_rfc3339(text).ok())
            // A result that expires after the year 9999 could not be formatted again.
            .filter(|time| {
                time.duration_since(SystemTime::UNIX_EPOCH)
                    .is_ok_and(|since| since <= LAST_CREATION)
            })
            .or_else(|| self.id.created_at())
    }

    /// When the result is deleted: [`RESULT_LIFETIME`] after the creation.
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.created_at()?.checked_add(RESULT_LIFETIME)
    }

    /// Whether the result has been deleted by `now`.
    ///
    /// `false` if the creation time is not known; [`expires_at`](Self::expires_at) is then `None`.
    pub fn is_expired_at(&self, now: SystemTime) -> bool {
        self.expires_at().is_some_and(|expiry| expiry <= now)
    }

    /// Whether it is an image or a video, if known.
    ///
    /// Not documented: `image` has been seen to be 1 for image jobs, and a video has a duration.
    pub fn media(&self) -> Option<Media> {
        if self.row.image == Some(1) {
            Some(Media::Image)
        } else if self.video_duration().is_some_and(|seconds| seconds > 0.0) {
            Some(Media::Video)
        } else {
            None
        }
    }

    /// Why the job failed, if the answer says so; only at [`JobStatus::Failed`].
    ///
    /// Best effort, because no field for a reason is documented: `alg_msg` has been reported for face
    /// swaps, and sibling products of the vendor send `error_msg`, `faceswap_fail_reason`,
    /// `error_reason`, `message` or `fail_reason`. The first non-empty text is returned.
    pub fn failure_reason(&self) -> Option<&str> {
        if self.status() != JobStatus::Failed {
            return None;
        }
        let fields = [
            "alg_msg",
            "error_msg",
            "faceswap_fail_reason",
            "error_reason",
            "message",
            "fail_reason",
        ];
        fields
            .into_iter()
            .filter_map(|field| self.extra().get(field)?.as_str())
            .find(|reason| !reason.trim().is_empty())
    }

    /// The `job_id`, for people and support requests; results are never looked up by it.
    pub fn job_id(&self) -> Option<&str> {
        self.row.job_id.as_deref()
    }

    /// The length of the video in seconds; 0 for images.
    pub fn video_duration(&self) -> Option<f64> {
        self.row.video_duration
    }

    /// The duration that was charged for, as the API writes it. Its unit is not documented.
    pub fn deduction_duration(&self) -> Option<f64> {
        self.row.deduction_duration
    }

    /// The API's `deduction_status`: the state of the charge. Its values are not documented.
    pub fn deduction_status(&self) -> Option<i64> {
        self.row.deduction_status
    }

    /// The API's `faceswap_type`. Its values are not documented.
    pub fn faceswap_type(&self) -> Option<i64> {
        self.row.faceswap_type
    }

    /// The API's `faceswap_quality`. Its values are not documented.
    pub fn faceswap_quality(&self) -> Option<i64> {
        self.row.faceswap_quality
    }

    /// The API's `update_time`: 0 while queued. Its unit is not documented.
    pub fn update_time(&self) -> Option<f64> {
        self.row.update_time
    }

    /// The number of the account that the job belongs to.
    pub fn uid(&self) -> Option<i64> {
        self.row.uid
    }

    /// The id of the account that the job belongs to.
    pub fn user_id(&self) -> Option<&str> {
        self.row.user_id.as_deref()
    }

    /// The fields that the vendor's pages do not declare, as received.
    pub fn extra(&self) -> &Map<String, Value> {
        &self.row.extra
    }

    /// What was invalid in the row; empty for nearly every row.
    ///
    /// An invalid field affects only itself: it is read if its meaning is clear (a number in quotes), otherwise it is
    /// absent. Serialising the job gives the row as received.
    pub fn notes(&self) -> &[Note] {
        self.odd.as_ref().map_or(&[], |odd| &odd.notes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(json: &str) -> Job {
        serde_json::from_str(json).unwrap()
    }

    const QUEUED: &str = r#"{"faceswap_type":1,"faceswap_quality":2,"faceswap_status":1,
        "deduction_status":1,"image":1,"video_duration":0,"deduction_duration":0,"update_time":0,
        "_id":"64dae65a00000000000a0002","userId":"64d985c500000000000a0003","uid":100002,
        "url":"https://cdn.example/final_b-2.jpg","createdAt":"2023-08-15T02:43:38.536Z"}"#;

    #[test]
    fn every_declared_field_has_an_accessor() {
        let job = job(QUEUED);
        assert_eq!(job.id().as_str(), "64dae65a00000000000a0002");
        assert_eq!(job.status(), JobStatus::InQueue);
        assert!(!job.is_terminal());
        assert_eq!(job.result_url(), None);
        assert_eq!(
            job.preallocated_url(),
            Some("https://cdn.example/final_b-2.jpg")
        );
        assert_eq!(job.media(), Some(Media::Image));
        assert_eq!(
            (job.faceswap_type(), job.faceswap_quality()),
            (Some(1), Some(2))
        );
        assert_eq!(
            (job.deduction_status(), job.deduction_duration()),
            (Some(1), Some(0.0))
        );
        assert_eq!(
            (job.update_time(), job.video_duration()),
            (Some(0.0), Some(0.0))
        );
        assert_eq!(job.uid(), Some(100_002));
        assert_eq!(job.user_id(), Some("64d985c500000000000a0003"));
        assert_eq!(job.job_id(), None);
        assert!(job.extra().is_empty() && job.notes().is_empty());
    }

    #[test]
    fn each_accessor_reads_its_own_field() {
        let job = job(
            r#"{"_id":"a","faceswap_type":11,"faceswap_quality":12,"deduction_status":13,
                "deduction_duration":1.5,"video_duration":2.5,"update_time":3.5,"uid":14,
                "job_id":"j","userId":"u","later":true}"#,
        );
        assert_eq!(
            (job.faceswap_type(), job.faceswap_quality()),
            (Some(11), Some(12))
        );
        assert_eq!((job.deduction_status(), job.uid()), (Some(13), Some(14)));
        assert_eq!(
            (job.deduction_duration(), job.video_duration()),
            (Some(1.5), Some(2.5))
        );
        assert_eq!((job.update_time(), job.extra().len()), (Some(3.5), 1));
        assert_eq!((job.job_id(), job.user_id()), (Some("j"), Some("u")));
    }

    #[test]
    fn the_result_url_is_returned_only_at_success() {
        for (status, expected) in [
            ("1", None),
            ("2", None),
            ("3", Some("https://cdn.example/a.png")),
            ("4", None),
            ("5", None),
            ("null", None),
        ] {
            let job = job(&format!(
                r#"{{"_id":"a","faceswap_status":{status},"url":"https://cdn.example/a.png"}}"#
            ));
            assert_eq!(job.result_url(), expected, "{status}");
            assert!(job.preallocated_url().is_some());
        }
        assert_eq!(
            job(r#"{"_id":"a","faceswap_status":3,"url":""}"#).result_url(),
            None
        );
        assert_eq!(job(r#"{"_id":"a","faceswap_status":3}"#).result_url(), None);
    }

    #[test]
    fn a_result_lives_seven_days_from_its_creation() {
        let job = job(QUEUED);
        let expiry = job.expires_at().unwrap();
        assert_eq!(
            humantime::format_rfc3339_millis(expiry).to_string(),
            "2023-08-22T02:43:38.536Z"
        );
        let second = Duration::from_secs(1);
        assert!(!job.is_expired_at(expiry - second));
        assert!(job.is_expired_at(expiry));
        assert!(job.is_expired_at(expiry + second));
    }

    #[test]
    fn the_creation_time_falls_back_to_the_id() {
        let of = |json: &str| {
            job(json)
                .created_at()
                .map(|time| humantime::format_rfc3339(time).to_string())
        };
        let from_id = Some("2024-06-27T08:27:48Z".to_owned());
        assert_eq!(of(r#"{"_id":"667d228400000000000a0001"}"#), from_id);
        let odd = r#"{"_id":"667d228400000000000a0001","createdAt":"yesterday"}"#;
        assert_eq!(of(odd), from_id);
        assert_eq!(of(r#"{"_id":"opaque","createdAt":"yesterday"}"#), None);
        let absurd = job(r#"{"_id":"opaque","createdAt":"9999-12-31T23:59:59Z"}"#);
        assert_eq!((absurd.created_at(), absurd.expires_at()), (None, None));
        let _ = format!("{absurd:?}");
        assert!(!job(r#"{"_id":"opaque"}"#).is_expired_at(SystemTime::now()));
    }

    #[test]
    fn a_video_has_a_duration() {
        assert_eq!(
            job(r#"{"_id":"a","video_duration":3.2}"#).media(),
            Some(Media::Video)
        );
        assert_eq!(
            job(r#"{"_id":"a","image":0,"video_duration":0}"#).media(),
            None
        );
        assert_eq!(job(r#"{"_id":"a"}"#).media(), None);
    }

    #[test]
    fn a_failure_reason_is_given_only_for_failed_jobs() {
        let of = |status: u8, field: &str| {
            job(&format!(
                r#"{{"_id":"a","faceswap_status":{status},"{field}":"no face"}}"#
            ))
            .failure_reason()
            .map(str::to_owned)
        };
        assert_eq!(of(4, "alg_msg").as_deref(), Some("no face"));
        assert_eq!(of(4, "faceswap_fail_reason").as_deref(), Some("no face"));
        assert_eq!(of(4, "error_reason").as_deref(), Some("no face"));
        assert_eq!(of(3, "error_reason"), None);
        assert_eq!(of(4, "other"), None);
    }

    #[test]
    fn only_status_3_is_a_success() {
        for (status, is_success) in [(1, false), (2, false), (3, true), (4, false), (9, false)] {
            let job = job(&format!(r#"{{"_id":"a","faceswap_status":{status}}}"#));
            assert_eq!(job.is_success(), is_success, "{status}");
        }
    }
}
