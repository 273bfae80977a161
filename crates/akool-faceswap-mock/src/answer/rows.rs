//! The normal answer with rows that were not requested, or malformed ones.

use bytes::Bytes;
use http::{Response, header::CONTENT_LENGTH};
use serde_json::{Map, Value, json};

use super::malformed::{self, Malformed};
use crate::rng::Rng;

/// What happens to the rows of the normal answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RowFault {
    /// Each row twice.
    Duplicates,
    /// A row of a job that was not requested, before the others.
    Foreign,
    /// Another `faceswap_status`.
    Status(i64),
    /// This deviation, or a random one each time.
    Malformed(Option<Malformed>),
}

impl RowFault {
    /// Applies the fault; an answer that is not an envelope stays unchanged.
    pub(crate) fn apply(
        self,
        mut normal: Response<Bytes>,
        only_for: Option<&str>,
        rng: &mut Rng,
    ) -> Response<Bytes> {
        let envelope: Result<Map<String, Value>, _> = serde_json::from_slice(normal.body());
        if let Ok(mut envelope) = envelope {
            self.change(&mut envelope, only_for, rng);
            if let Ok(body) = serde_json::to_vec(&envelope) {
                normal.headers_mut().remove(CONTENT_LENGTH);
                *normal.body_mut() = body.into();
            }
        }
        normal
    }

    fn change(self, envelope: &mut Map<String, Value>, only_for: Option<&str>, rng: &mut Rng) {
        match self {
            Self::Status(code) => {
                for row in malformed::rows_for(envelope, only_for) {
                    row.insert("faceswap_status".to_owned(), json!(code));
                }
            }
            Self::Duplicates => {
                let repeated: Vec<Value> = malformed::rows_for(envelope, only_for)
                    .map(|row| Value::Object(row.clone()))
                    .collect();
                if let Some(rows) = malformed::rows(envelope) {
                    rows.extend(repeated);
                }
            }
            Self::Foreign => {
                let first = malformed::rows_for(envelope, None).next().cloned();
                let mut foreign = first.unwrap_or_default();
                let id = format!("{:08x}{:016x}", 0x667d_2284, rng.bits());
                foreign.insert("_id".to_owned(), json!(id));
                foreign.insert("faceswap_status".to_owned(), json!(3));
                if let Some(rows) = malformed::rows(envelope) {
                    rows.insert(0, Value::Object(foreign));
                }
            }
            Self::Malformed(malformed) => {
                let all = Malformed::ALL;
                let drawn = rng.below(u32::try_from(all.len()).unwrap_or(0));
                let malformed = malformed.or_else(|| all.get(drawn as usize).copied());
                if let Some(malformed) = malformed {
                    malformed.apply(envelope, only_for);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(fault: RowFault, only_for: Option<&str>) -> Value {
        let body = r#"{"code":1000,"data":{"result":[{"_id":"a","faceswap_status":1},{"_id":"b","faceswap_status":2}]}}"#;
        let normal = Response::new(Bytes::from_static(body.as_bytes()));
        let response = fault.apply(normal, only_for, &mut Rng::new(1));
        serde_json::from_slice(response.body()).unwrap()
    }

    fn ids(answer: &Value) -> Vec<&str> {
        let rows = answer["data"]["result"].as_array().unwrap();
        rows.iter()
            .map(|row| row["_id"].as_str().unwrap())
            .collect()
    }

    #[test]
    fn rows_are_repeated() {
        let answer = changed(RowFault::Duplicates, None);
        assert_eq!(ids(&answer), ["a", "b", "a", "b"]);
        assert_eq!(
            ids(&changed(RowFault::Duplicates, Some("b"))),
            ["a", "b", "b"]
        );
    }

    #[test]
    fn a_foreign_row_is_a_success_that_was_not_requested() {
        let answer = changed(RowFault::Foreign, None);
        let foreign = ids(&answer)[0];
        assert_eq!(foreign.len(), 24);
        assert_eq!(ids(&answer)[1..], ["a", "b"]);
        assert_eq!(answer["data"]["result"][0]["faceswap_status"], 3);
    }

    #[test]
    fn the_status_of_one_row_can_be_replaced() {
        let answer = changed(RowFault::Status(7), Some("b"));
        let rows = &answer["data"]["result"];
        assert_eq!(rows[0]["faceswap_status"], 1);
        assert_eq!(rows[1]["faceswap_status"], 7);
    }

    #[test]
    fn other_answers_stay_unchanged() {
        let page = Response::new(Bytes::from_static(b"<html>"));
        let after = RowFault::Duplicates.apply(page, None, &mut Rng::new(0));
        assert_eq!(after.body(), "<html>");
    }
}
