//! What is known about one id, for machines: the same fields in every format.

use std::borrow::Cow;

use akool_faceswap::{Error, Job, ResultId, error::BusinessCode, lookup::Outcome};
use serde::Serialize;

use crate::verbosity::reason;

use super::time::rfc3339;

/// What is known about one id; fields that do not apply are `None`.
#[derive(Debug, Serialize)]
pub(crate) struct Record<'a> {
    pub(super) id: &'a str,
    pub(super) outcome: &'static str,
    pub(super) status: Option<&'static str>,
    pub(super) status_code: Option<i64>,
    pub(super) url: Option<&'a str>,
    pub(super) created_at: Option<String>,
    pub(super) expires_at: Option<String>,
    pub(super) error: Option<Fault<'a>>,
}

/// What a command that saves results adds.
#[derive(Debug, Serialize)]
pub(crate) struct FileRecord<'a> {
    #[serde(flatten)]
    pub(crate) record: Record<'a>,
    /// Only for commands that wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) waited_seconds: Option<f64>,
    /// Where the result is on the disk.
    pub(crate) file: Option<Cow<'a, str>>,
}

/// Why there is no result.
#[derive(Debug, Serialize)]
pub(super) struct Fault<'a> {
    pub(super) kind: &'static str,
    pub(super) code: Option<i64>,
    pub(super) http_status: Option<u16>,
    pub(super) message: Cow<'a, str>,
}

impl<'a> Record<'a> {
    pub(crate) fn new(id: &'a ResultId, outcome: &'a Outcome) -> Self {
        match outcome {
            Outcome::Found(job) => Self::found(job),
            Outcome::Missing => Self::without_job(id, "missing"),
            Outcome::Failed(error) => Self {
                error: Some(Fault::new(error)),
                ..Self::without_job(id, "error")
            },
        }
    }

    pub(crate) fn found(job: &'a Job) -> Self {
        Self {
            id: job.id().as_str(),
            outcome: "found",
            status: Some(job.status().as_str()),
            status_code: job.status().code(),
            url: job.result_url(),
            created_at: job.created_at().and_then(rfc3339),
            expires_at: job.expires_at().and_then(rfc3339),
            error: None,
        }
    }

    pub(crate) fn without_job(id: &'a ResultId, outcome: &'static str) -> Self {
        Self {
            id: id.as_str(),
            outcome,
            status: None,
            status_code: None,
            url: None,
            created_at: None,
            expires_at: None,
            error: None,
        }
    }

    /// With the reason why there is no result; `cause` is the library's error behind it.
    pub(crate) fn because(
        self,
        kind: &'static str,
        message: &'a str,
        cause: Option<&Error>,
    ) -> Self {
        let error = Some(Fault {
            kind,
            code: cause.and_then(Error::business_code).map(BusinessCode::code),
            http_status: cause.and_then(Error::http_status),
            message: message.into(),
        });
        Self { error, ..self }
    }
}

impl<'a> Fault<'a> {
    fn new(error: &'a Error) -> Self {
        Self {
            kind: error.kind().as_str(),
            code: error.business_code().map(BusinessCode::code),
            http_status: error.http_status(),
            message: reason(error),
        }
    }
}
