//! The outcome of a submit as one JSON object: `outcome`, `token` and `job_id`, then the keys of
//! `wait --json`.

use std::io::{self, Write};

use akool_faceswap::{
    Error, ResultId,
    error::BusinessCode,
    submit::{SubmitError, SubmitToken},
};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use crate::{output::write_line, wait::Settlement};

/// The keys that every object has, in their order.
const KEYS: [&str; 12] = [
    "outcome",
    "token",
    "job_id",
    "id",
    "status",
    "status_code",
    "url",
    "created_at",
    "expires_at",
    "error",
    "waited_seconds",
    "file",
];

/// A submit that AKOOL accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Accepted {
    pub(crate) id: ResultId,
    pub(crate) token: SubmitToken,
    pub(crate) job_id: Option<Box<str>>,
}

impl Accepted {
    /// The object of a job whose end is not waited for.
    pub(super) fn write_json(&self, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
        self.write(out, Map::new())
    }

    /// The object of a job whose wait has ended.
    pub(crate) fn write_json_of(
        &self,
        settlement: &Settlement,
        out: &mut (impl Write + ?Sized),
    ) -> io::Result<()> {
        match settlement.write_record(|record| serde_json::to_value(record))? {
            Value::Object(object) => self.write(out, object),
            _ => self.write(out, Map::new()),
        }
    }

    fn write(
        &self,
        out: &mut (impl Write + ?Sized),
        mut object: Map<String, Value>,
    ) -> io::Result<()> {
        object.insert("outcome".to_owned(), json!("accepted"));
        object.insert("token".to_owned(), json!(self.token));
        object.insert("job_id".to_owned(), json!(self.job_id));
        object.insert("id".to_owned(), json!(self.id));
        write_line(out, &Ordered(object))
    }
}

/// The object of a submit that returned no id.
pub(super) fn write_error(
    out: &mut (impl Write + ?Sized),
    outcome: &str,
    error: &SubmitError,
    message: &str,
) -> io::Result<()> {
    let object = json!({
        "outcome": outcome,
        "token": error.token(),
        "job_id": error.job_id(),
        "error": {
            "kind": error.kind().as_str(),
            "code": error.business_code().map(BusinessCode::code),
            "http_status": error.error().and_then(Error::http_status),
            "message": message,
        },
    });
    write_object(out, object)
}

/// The object of a submit of an earlier run, whose outcome is not known.
pub(super) fn write_unknown(
    out: &mut (impl Write + ?Sized),
    token: &SubmitToken,
    message: &str,
) -> io::Result<()> {
    let error = json!({"kind": "unknown", "code": null, "http_status": null, "message": message});
    write_object(
        out,
        json!({"outcome": "unknown", "token": token, "error": error}),
    )
}

fn write_object(out: &mut (impl Write + ?Sized), object: Value) -> io::Result<()> {
    match object {
        Value::Object(object) => write_line(out, &Ordered(object)),
        other => write_line(out, &other),
    }
}

/// An object that has all of [`KEYS`], in that order, before any others.
struct Ordered(Map<String, Value>);

impl Serialize for Ordered {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let first = KEYS.map(|key| (key, self.0.get(key).unwrap_or(&Value::Null)));
        let others = self.0.iter().map(|(key, value)| (&**key, value));
        let others = others.filter(|(key, _)| !KEYS.contains(key));
        serializer.collect_map(first.into_iter().chain(others))
    }
}
