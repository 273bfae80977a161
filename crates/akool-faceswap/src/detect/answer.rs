//! Reads a detector's body, in whichever envelope it comes.
//!
//! There are three: `error_code` with `faces_obj`, `success` with `persons`, and the envelope of all
//! other endpoints, in which a gateway refuses a key. Every body is searched for all of them.

use serde_json::Value;

use crate::{
    error::{Error, ErrorKind},
    model::lenient::DecodeError,
    transport::exchange::RawResponse,
};

/// What the body says: the requested field, as sent, or why it is missing.
#[derive(Debug, PartialEq)]
pub(super) enum Said {
    /// The faces or persons, still to be read.
    Found(Value),
    /// Business code and message of the envelope of all other endpoints.
    Business(i64, String),
    /// The detector's own message, such as that it cannot read the input.
    Refused(String),
    /// The place that cannot be read, and why.
    Unreadable(&'static str, String),
}

impl Said {
    /// The requested field, or the error that the answer means.
    pub(super) fn found(self, response: &RawResponse) -> Result<Value, Error> {
        let refused = |message| {
            Err(Error::new(ErrorKind::Api, message)
                .with_http_status(response.status)
                .with_retry_after(response.retry_after)
                .with_reached(true)
                .with_advice(
                    "check that the input is a picture or video that AKOOL can fetch and read",
                ))
        };
        match self {
            Self::Found(found) => Ok(found),
            Self::Business(code, msg) => {
                response.check(code, &msg)?;
                Ok(Value::Null)
            }
            Self::Refused(msg) => {
                let msg = response.snippet(msg.as_bytes());
                refused(match msg.as_str() {
                    "" => "the detection failed".to_owned(),
                    msg => format!("the detection failed: {msg:?}"),
                })
            }
            Self::Unreadable(path, problem) => {
                Err(response.undecodable(&DecodeError::new(path, problem)))
            }
        }
    }
}

/// Looks for the field `wanted` and for every form of a refusal.
pub(super) fn read(body: &[u8], wanted: &'static str) -> Said {
    let text = String::from_utf8_lossy(body);
    let text = text.trim_start_matches('\u{feff}');
    let mut fields = match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(fields)) => fields,
        Ok(_) => return Said::Unreadable("$", "expected an object".into()),
        Err(error) => {
            // The parser's own message could quote the body.
            let what = if error.is_eof() {
                "the body ends too early"
            } else {
                "not JSON"
            };
            let place = format!("{what}, line {} column {}", error.line(), error.column());
            return Said::Unreadable("$", place);
        }
    };
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    match fields.get("code").and_then(integer) {
        Some(1000) => {
            if let Some(Value::Object(data)) = fields.remove("data") {
                fields.extend(data);
            }
        }
        Some(code) => return Said::Business(code, text(fields.get("msg"))),
        None => {}
    }
    let error_code = fields.get("error_code").and_then(integer);
    if error_code.is_some_and(|code| code != 0) {
        return Said::Refused(text(fields.get("error_msg")));
    }
    if fields.get("success") == Some(&Value::Bool(false)) {
        return Said::Refused(text(fields.get("error")));
    }
    let is_success = error_code.is_some() || fields.get("success") == Some(&Value::Bool(true));
    match fields.remove(wanted) {
        Some(found) => Said::Found(found),
        None if is_success => Said::Found(Value::Null),
        None => Said::Unreadable("$", format!("{wanted} is missing")),
    }
}

/// A whole number, in quotes or with a fraction of zero, too.
fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::String(text) => text.trim().parse().ok(),
        #[expect(clippy::cast_possible_truncation, reason = "it is whole and small")]
        value => value.as_i64().or_else(|| {
            let number = value.as_f64()?;
            (number.fract() == 0.0 && number.abs() < 1e9).then_some(number as i64)
        }),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn each_envelope_is_understood() {
        let unreadable = |problem: &str| Said::Unreadable("$", problem.into());
        for (body, wanted, expected) in [
            (
                r#"{"error_code":0,"error_msg":"SUCCESS","faces_obj":{}}"#,
                "faces_obj",
                Said::Found(json!({})),
            ),
            (
                r#"{"error_code":"0","faces_obj":{"0":1}}"#,
                "faces_obj",
                Said::Found(json!({"0": 1})),
            ),
            (r#"{"error_code":0}"#, "faces_obj", Said::Found(Value::Null)),
            // Neither is a code.
            (
                r#"{"error_code":0.5,"faces_obj":1}"#,
                "faces_obj",
                Said::Found(json!(1)),
            ),
            (
                r#"{"error_code":1e12,"faces_obj":1}"#,
                "faces_obj",
                Said::Found(json!(1)),
            ),
            (r#"{"faces_obj":{}}"#, "faces_obj", Said::Found(json!({}))),
            (
                r#"{"error_code":1,"error_msg":"no shape","faces_obj":{}}"#,
                "faces_obj",
                Said::Refused("no shape".into()),
            ),
            (
                r#"{"error_code":7.0,"faces_obj":{}}"#,
                "faces_obj",
                Said::Refused(String::new()),
            ),
            (
                r#"{"success":true,"frame_count":1,"persons":[]}"#,
                "persons",
                Said::Found(json!([])),
            ),
            (r#"{"success":true}"#, "persons", Said::Found(Value::Null)),
            (
                r#"{"success":false,"error":"frame_urls is required"}"#,
                "persons",
                Said::Refused("frame_urls is required".into()),
            ),
            (
                r#"{"code":1101,"msg":"bad token"}"#,
                "faces_obj",
                Said::Business(1101, "bad token".into()),
            ),
            (
                r#"{"code":1000,"msg":"OK","data":{"error_code":0,"faces_obj":{"5":{}}}}"#,
                "faces_obj",
                Said::Found(json!({"5": {}})),
            ),
            (
                r#"{"code":1000,"msg":"OK"}"#,
                "faces_obj",
                unreadable("faces_obj is missing"),
            ),
            ("{}", "persons", unreadable("persons is missing")),
            ("[]", "persons", unreadable("expected an object")),
            (
                "",
                "persons",
                unreadable("the body ends too early, line 1 column 0"),
            ),
            ("<html>", "persons", unreadable("not JSON, line 1 column 1")),
        ] {
            assert_eq!(read(body.as_bytes(), wanted), expected, "{body}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(body in any::<Vec<u8>>()) {
            let _ = read(&body, "faces_obj");
        }
    }
}
