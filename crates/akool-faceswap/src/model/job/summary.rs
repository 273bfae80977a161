//! The part of a job that is safe to pass on: no account, and a URL only at success.

use std::fmt;

use serde::Serialize;

#[cfg(feature = "wait")]
use crate::model::JobStatus;
use crate::model::{Job, ResultId};

/// One job for other programs: what a service answers, queues or stores.
///
/// It serialises to the keys of the command's `--json`, the same for every outcome: `id`, `outcome`
/// (`found`, `missing` or `error`), `status` and `status_code`, `url`, `created_at` and `expires_at`
/// (RFC 3339), and `error` (`kind`, `code`, `http_status`, `message`). Keys that do not apply are null.
///
/// It has neither the ids of the account nor the URL that the API fills in before the result exists; serialising the
/// [`Job`] itself gives the whole row. Made by [`Job::summary`], and by serialising
/// [`Results`](crate::lookup::Results), [`WaitResults`](crate::wait::WaitResults) and
/// [`WaitError`](crate::wait::WaitError).
///
/// ```
/// use akool_faceswap::Job;
///
/// let job: Job = serde_json::from_str(
///     r#"{"_id": "667d228400000000000a0001", "faceswap_status": 1, "uid": 7,
///         "url": "https://cdn.example/early.jpg"}"#,
/// )?;
/// assert_eq!(
///     serde_json::to_value(job.summary())?,
///     serde_json::json!({
///         "id": "667d228400000000000a0001",
///         "outcome": "found",
///         "status": "in_queue",
///         "status_code": 1,
///         "url": null,
///         "created_at": "2024-06-27T08:27:48.000Z",
///         "expires_at": "2024-07-04T08:27:48.000Z",
///         "error": null,
///     })
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// The URL leads to a person's face, and `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct JobSummary {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<ResultId>,
    outcome: &'static str,
    status: Option<&'static str>,
    status_code: Option<i64>,
    url: Option<String>,
    created_at: Option<String>,
    expires_at: Option<String>,
    error: Option<ErrorSummary>,
}

/// Why there is no result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub(crate) struct ErrorSummary {
    pub(crate) kind: &'static str,
    pub(crate) code: Option<i64>,
    pub(crate) http_status: Option<u16>,
    pub(crate) message: String,
}

impl Job {
    /// The part of this job that is safe to pass on: see [`JobSummary`].
    pub fn summary(&self) -> JobSummary {
        let rfc3339 = |time| humantime::format_rfc3339_millis(time).to_string();
        JobSummary {
            id: Some(self.id().clone()),
            outcome: "found",
            status: Some(self.status().as_str()),
            status_code: self.status().code(),
            url: self.result_url().map(str::to_owned),
            created_at: self.created_at().map(rfc3339),
            expires_at: self.expires_at().map(rfc3339),
            error: None,
        }
    }
}

impl JobSummary {
    /// An id without a job.
    pub(crate) fn without_job(id: Option<&ResultId>, outcome: &'static str) -> Self {
        Self {
            id: id.cloned(),
            outcome,
            status: None,
            status_code: None,
            url: None,
            created_at: None,
            expires_at: None,
            error: None,
        }
    }

    /// With the last known status of a job whose row is not available.
    #[cfg(feature = "wait")]
    pub(crate) fn with_status(mut self, status: Option<JobStatus>) -> Self {
        self.status = status.map(JobStatus::as_str);
        self.status_code = status.and_then(JobStatus::code);
        self
    }

    /// With the reason why there is no result.
    pub(crate) fn with_error(mut self, error: ErrorSummary) -> Self {
        self.error = Some(error);
        self
    }
}

impl fmt::Debug for JobSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JobSummary")
            .field("id", &self.id)
            .field("outcome", &self.outcome)
            .field("status", &self.status)
            .field("has_url", &self.url.is_some())
            .field("expires_at", &self.expires_at)
            .field("error", &self.error)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(row: &str) -> JobSummary {
        serde_json::from_str::<Job>(row).unwrap().summary()
    }

    #[test]
    fn it_has_the_url_only_at_success_and_no_account() {
        for status in [1, 2, 3, 4, 9] {
            let row = format!(
                r#"{{"_id":"a1","faceswap_status":{status},"uid":70770,"userId":"SECRET",
                    "url":"https://cdn.example/a.jpg"}}"#
            );
            let summary = summary(&row);
            let json = serde_json::to_string(&summary).unwrap();
            assert_eq!(json.contains("cdn.example"), status == 3, "{json}");
            assert!(
                !json.contains("SECRET") && !json.contains("70770"),
                "{json}"
            );
            assert!(!format!("{summary:?}").contains("cdn.example"));
        }
    }

    #[test]
    fn an_unknown_status_keeps_its_number_and_absent_values_are_null() {
        assert_eq!(
            serde_json::to_string(&summary(r#"{"_id":"a1","faceswap_status":9}"#)).unwrap(),
            concat!(
                r#"{"id":"a1","outcome":"found","status":"unknown","status_code":9,"url":null,"#,
                r#""created_at":null,"expires_at":null,"error":null}"#
            )
        );
    }
}
