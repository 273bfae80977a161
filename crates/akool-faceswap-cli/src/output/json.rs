//! One JSON object a line for every id, always with the same keys.

use std::io::{self, Write};

use akool_faceswap::{BusinessCode, Error, Job, Outcome, ResultId};
use serde::Serialize;

use super::time::rfc3339;

#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    outcome: &'static str,
    status: Option<&'static str>,
    status_code: Option<i64>,
    url: Option<&'a str>,
    created_at: Option<String>,
    expires_at: Option<String>,
    error: Option<Fault<'a>>,
}

#[derive(Serialize)]
struct Fault<'a> {
    kind: &'static str,
    code: Option<i64>,
    http_status: Option<u16>,
    message: &'a str,
}

/// Writes what is known of one id.
pub(crate) fn write_line(
    out: &mut (impl Write + ?Sized),
    id: &ResultId,
    outcome: &Outcome,
) -> io::Result<()> {
    let line = match outcome {
        Outcome::Found(job) => Line::found(job),
        Outcome::Missing => Line::without_job(id, "missing"),
        Outcome::Failed(error) => Line {
            error: Some(Fault::new(error)),
            ..Line::without_job(id, "error")
        },
    };
    serde_json::to_writer(&mut *out, &line)?;
    out.write_all(b"\n")
}

impl<'a> Line<'a> {
    fn found(job: &'a Job) -> Self {
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

    fn without_job(id: &'a ResultId, outcome: &'static str) -> Self {
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
}

impl<'a> Fault<'a> {
    fn new(error: &'a Error) -> Self {
        Self {
            kind: error.kind().as_str(),
            code: error.business_code().map(BusinessCode::code),
            http_status: error.http_status(),
            message: error.message(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(row: &str) -> String {
        let job: Job = serde_json::from_str(row).unwrap();
        let mut out = Vec::new();
        write_line(&mut out, &job.id().clone(), &Outcome::Found(job)).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_job_is_one_line_with_its_url_only_at_success() {
        let success = r#"{"_id": "667d228400000000000a0001", "faceswap_status": 3,
            "createdAt": "2024-06-27T08:27:48.006Z", "url": "https://cdn.example/a\nb.jpg"}"#;
        assert_eq!(
            line(success),
            concat!(
                r#"{"id":"667d228400000000000a0001","outcome":"found","status":"success","#,
                r#""status_code":3,"url":"https://cdn.example/a\nb.jpg","#,
                r#""created_at":"2024-06-27T08:27:48.006Z","#,
                r#""expires_at":"2024-07-04T08:27:48.006Z","error":null}"#,
                "\n"
            )
        );
        let queued = success.replace("\"faceswap_status\": 3", "\"faceswap_status\": 1");
        assert!(line(&queued).contains(r#""status":"in_queue","status_code":1,"url":null,"#));
    }

    #[test]
    fn what_is_not_known_is_null() {
        assert_eq!(
            line(r#"{"_id": "a1"}"#),
            concat!(
                r#"{"id":"a1","outcome":"found","status":"unknown","status_code":null,"#,
                r#""url":null,"created_at":null,"expires_at":null,"error":null}"#,
                "\n"
            )
        );
    }

    #[test]
    fn the_end_of_time_is_no_time() {
        let line = line(r#"{"_id": "a1", "createdAt": "9999-12-31T00:00:00Z"}"#);
        assert!(
            line.contains(r#""created_at":null,"expires_at":null"#),
            "{line}"
        );
    }
}
