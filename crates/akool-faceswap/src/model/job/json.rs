//! A job as JSON, which is the row as received, and as debug output, which contains no URL.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::model::job::Job;
use crate::model::lenient;

/// Shows no text from the API except the id: any other could contain a URL.
impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job")
            .field("id", &self.id)
            .field("status", &self.status())
            .field(
                "created_at",
                &self
                    .created_at()
                    .map(|time| humantime::format_rfc3339_millis(time).to_string()),
            )
            .field("has_url", &self.preallocated_url().is_some())
            .field("extra_fields", &self.extra().len())
            .field("notes", &self.notes())
            .finish_non_exhaustive()
    }
}

/// Equal if the received rows are equal.
impl PartialEq for Job {
    fn eq(&self, other: &Self) -> bool {
        // The generated type has no equality; its JSON form is compared.
        serde_json::to_value(self).ok() == serde_json::to_value(other).ok()
    }
}

/// The row as received, without declared fields that were null.
impl Serialize for Job {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Some(odd) = &self.odd {
            return odd.json.serialize(serializer);
        }
        // The generated type writes a duration of 0 as 0.0.
        let mut row = serde_json::to_value(&self.row).map_err(serde::ser::Error::custom)?;
        for field in ["video_duration", "deduction_duration", "update_time"] {
            if let Some(value) = row.get_mut(field)
                && let Some(whole) = value.as_f64().and_then(lenient::whole)
            {
                *value = whole.into();
            }
        }
        row.serialize(serializer)
    }
}

/// Accepts any row that has an `_id`; invalid fields become [`notes`](Job::notes).
impl<'de> Deserialize<'de> for Job {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Value::deserialize(deserializer)?;
        lenient::job(json).map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for Job {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Job".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        akool_faceswap_raw::types::FaceswapResultDetail::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_json_it_is_the_row_as_received() {
        for row in [
            r#"{"faceswap_type":1,"faceswap_status":1,"deduction_status":1,"image":1,
                "video_duration":0,"_id":"64dae65a00000000000a0002","uid":100002,
                "url":"https://cdn.example/b.jpg","createdAt":"2023-08-15T02:43:38.536Z"}"#,
            r#"{"_id":"a","later":{"deep":[1,null]},"faceswap_status":3}"#,
            r#"{"_id":7,"faceswap_status":"3","uid":1.5}"#,
        ] {
            let sent: Value = serde_json::from_str(row).unwrap();
            let job: Job = serde_json::from_value(sent.clone()).unwrap();
            assert_eq!(
                normal(serde_json::to_value(&job).unwrap()),
                normal(sent),
                "{row}"
            );
            let again: Job = serde_json::from_str(&serde_json::to_string(&job).unwrap()).unwrap();
            assert_eq!(again, job);
        }
    }

    /// Whole floats as integers: `0` and `0.0` are the same number.
    fn normal(value: Value) -> Value {
        match value {
            Value::Number(number) => {
                let float = number.as_f64().unwrap();
                Value::from(float)
            }
            Value::Object(map) => map.into_iter().map(|(k, v)| (k, normal(v))).collect(),
            other => other,
        }
    }

    #[test]
    fn a_note_names_the_field_and_the_problem() {
        let job: Job = serde_json::from_str(r#"{"_id":"a","uid":"7"}"#).unwrap();
        let note = &job.notes()[0];
        assert_eq!(
            (note.field(), note.problem()),
            ("uid", "a number in quotes; read as the number")
        );
        assert_eq!(
            note.to_string(),
            "uid: a number in quotes; read as the number"
        );
        assert_eq!(job.uid(), Some(7));
    }

    #[test]
    fn debug_output_has_no_url() {
        let shown = format!(
            "{:?}",
            serde_json::from_str::<Job>(
                r#"{"_id":"a","faceswap_status":3,"url":"https://cdn.example/SECRET",
                "createdAt":"https://cdn.example/SECRET","other":"https://cdn.example/SECRET"}"#
            )
            .unwrap()
        );
        assert!(!shown.contains("SECRET"), "{shown}");
        assert!(shown.contains("Success"), "{shown}");
    }
}
