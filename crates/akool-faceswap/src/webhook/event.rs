//! What a delivery says: which job reached which status.

use std::{borrow::Cow, time::SystemTime};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    WebhookError, WebhookErrorKind,
    envelope::{object, text},
};
use crate::model::{JobStatus, ResultId};

/// What a webhook delivery says about a job.
///
/// It is a hint: look the job up before you act on it. The payload also carries a URL, which this
/// type does not keep: for most statuses no file exists there, and a lookup gives the valid URL.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct WebhookEvent {
    id: ResultId,
    status: JobStatus,
    job_type: Option<String>,
    timestamp: SystemTime,
}

#[derive(Deserialize)]
struct Payload<'a> {
    #[serde(borrow, rename = "_id")]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    status: Option<&'a RawValue>,
    #[serde(borrow, rename = "type")]
    job_type: Option<&'a RawValue>,
}

impl WebhookEvent {
    /// `None` if the payload is not a JSON object.
    pub(super) fn parse(
        payload: &[u8],
        timestamp: SystemTime,
    ) -> Option<Result<Self, WebhookError>> {
        let payload: Payload<'_> = object(payload)?;
        let id = payload.id.and_then(text);
        let Some(id) = id.and_then(|id| ResultId::new(id).ok()) else {
            return Some(Err(WebhookError::new(
                WebhookErrorKind::InvalidPayload,
                "the webhook's payload has no valid `_id`",
            )));
        };
        Some(Ok(Self {
            id,
            status: payload.status.map_or(JobStatus::ABSENT, status),
            job_type: payload.job_type.and_then(text).map(Cow::into_owned),
            timestamp,
        }))
    }

    /// The job.
    pub fn id(&self) -> &ResultId {
        &self.id
    }

    /// The status that AKOOL reports. 2, 3 and 4 are documented; other values are kept.
    pub fn status(&self) -> JobStatus {
        self.status
    }

    /// The payload's `type`, such as `faceswap`; AKOOL's other products send webhooks, too.
    pub fn job_type(&self) -> Option<&str> {
        self.job_type.as_deref()
    }

    /// When the delivery was signed, by AKOOL's clock.
    pub fn timestamp(&self) -> SystemTime {
        self.timestamp
    }

    /// A key that is equal for repeated deliveries of the same event, such as
    /// `667d2284dca9e468ba8ead23:3`.
    ///
    /// AKOOL repeats a delivery until it is answered with 200, and sends one for each status of a
    /// job. So the key is the job and the status; the timestamp, which may differ between
    /// repetitions, is not part of it. Use it as the unique key of the table in which you store
    /// events, and keep rows at least as long as the replay window.
    pub fn dedup_key(&self) -> String {
        match self.status.code() {
            Some(code) => format!("{}:{code}", self.id),
            None => format!("{}:", self.id),
        }
    }
}

/// A whole number, as a number or in a string; anything else is an unknown status.
fn status(value: &RawValue) -> JobStatus {
    let number = text(value).and_then(|text| {
        let whole = text.trim_end_matches('0').strip_suffix('.');
        whole.unwrap_or(&text).parse().ok()
    });
    number.map_or(JobStatus::ABSENT, JobStatus::from_code)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(payload: &str) -> WebhookEvent {
        let parsed = WebhookEvent::parse(payload.as_bytes(), SystemTime::UNIX_EPOCH);
        parsed.unwrap().unwrap()
    }

    #[test]
    fn a_status_may_be_spelled_in_several_ways() {
        for (json, code) in [
            ("3", Some(3)),
            ("\"3\"", Some(3)),
            ("3.0", Some(3)),
            ("10", Some(10)),
            ("10.00", Some(10)),
            ("-1", Some(-1)),
            ("3.5", None),
            ("1e400", None),
            ("\"done\"", None),
            ("null", None),
            ("[3]", None),
        ] {
            let event = event(&format!(r#"{{"_id":"a","status":{json}}}"#));
            assert_eq!(event.status().code(), code, "{json}");
        }
        assert_eq!(event(r#"{"_id":"a"}"#).status(), JobStatus::ABSENT);
    }

    #[test]
    fn repetitions_have_one_key_and_other_events_another() {
        let first = event(r#"{"_id":"a","status":3,"type":"faceswap","url":"https://x"}"#);
        let again = event(r#"{"status":"3","_id":"a"}"#);
        assert_eq!(first.dedup_key(), again.dedup_key());
        for other in [
            r#"{"_id":"a","status":2}"#,
            r#"{"_id":"a"}"#,
            r#"{"_id":"b","status":3}"#,
            // An id may contain a colon, and a key still has one meaning.
            r#"{"_id":"a:3","status":3}"#,
            r#"{"_id":"a:3"}"#,
        ] {
            assert_ne!(first.dedup_key(), event(other).dedup_key(), "{other}");
        }
        assert_eq!(first.dedup_key(), "a:3");
    }

    #[test]
    fn anything_but_an_object_is_none() {
        for payload in ["", "[]", r#"["a",3,"faceswap"]"#, "\"a\"", "{", "{}}"] {
            let parsed = WebhookEvent::parse(payload.as_bytes(), SystemTime::UNIX_EPOCH);
            assert_eq!(parsed, None, "{payload}");
        }
    }

    #[test]
    fn an_object_without_a_valid_id_is_named_and_not_quoted() {
        for payload in [
            "{}",
            r#"{"_id":null}"#,
            r#"{"_id":""}"#,
            r#"{"_id":"PLANTED one"}"#,
            r#"{"_id":{"$oid":"PLANTED"}}"#,
            r#"{"_id":"20240627082748003-5746"}"#,
        ] {
            let parsed = WebhookEvent::parse(payload.as_bytes(), SystemTime::UNIX_EPOCH);
            let error = parsed.unwrap().unwrap_err();
            assert_eq!(error.kind(), WebhookErrorKind::InvalidPayload);
            assert_eq!(
                error.to_string(),
                "the webhook's payload has no valid `_id`"
            );
        }
    }
}
