//! Answers that are not of the documented form: the vendor's servers are known, or must be
//! expected, to send each of these one day.

use std::{error::Error, fmt, str::FromStr};

use serde_json::{Map, Value, json};

/// One way in which an answer is odd; for [`Answer::odd`](crate::Answer::odd).
///
/// An oddity of a row is given to every row of the answer, or to the one of the id that the answer
/// is [for](crate::Answer::for_id). The text form is the name in [`name`](Self::name).
///
/// ```
/// use akool_faceswap_mock::{Answer, FakeAkool, Oddity};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let fake = FakeAkool::start()?;
/// for oddity in Oddity::ALL {
///     fake.push_answer(Answer::odd(oddity));
/// }
/// assert_eq!("status-text".parse(), Ok(Oddity::StatusText));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Oddity {
    /// The envelope's `code` in quotes.
    CodeText,
    /// The envelope's `code` as `1000.0`.
    CodeFloat,
    /// No `msg`.
    NoMessage,
    /// `msg` is null.
    NullMessage,
    /// A member of the envelope that nobody knows.
    UnknownMember,
    /// No `data`.
    NoData,
    /// `data` is null.
    NullData,
    /// `data` is `[]`.
    ListData,
    /// `result` is null.
    NullResult,
    /// `result` is `{}`.
    ObjectResult,
    /// A null among the rows.
    NullRow,
    /// A number among the rows.
    NumberRow,
    /// A row without `_id` among the rows.
    NamelessRow,
    /// `_id` as a number: the job is no longer to be told by it.
    NumberId,
    /// `faceswap_status` in quotes.
    StatusText,
    /// `faceswap_status` as `3.0`.
    StatusFloat,
    /// `faceswap_status` is null.
    NullStatus,
    /// No `faceswap_status`.
    NoStatus,
    /// `faceswap_status` is a word.
    StatusWord,
    /// `uid` in quotes.
    UidText,
    /// `uid` as `1000001.0`.
    UidFloat,
    /// `createdAt` as a number of milliseconds.
    CreatedAtNumber,
    /// `createdAt` is no date.
    CreatedAtWord,
    /// `video_duration` in quotes.
    DurationText,
    /// `url` is null.
    NullUrl,
    /// `url` is a list.
    ListUrl,
    /// All fields but `_id` and `faceswap_status` are null.
    NullFields,
    /// Only `_id` and `faceswap_status` are there.
    FewFields,
    /// Fields that nobody knows, one of them the failure reason of the sibling products.
    UnknownFields,
}

use Oddity as O;

const NAMES: [(Oddity, &str); 29] = [
    (O::CodeText, "code-text"),
    (O::CodeFloat, "code-float"),
    (O::NoMessage, "no-message"),
    (O::NullMessage, "null-message"),
    (O::UnknownMember, "unknown-member"),
    (O::NoData, "no-data"),
    (O::NullData, "null-data"),
    (O::ListData, "list-data"),
    (O::NullResult, "null-result"),
    (O::ObjectResult, "object-result"),
    (O::NullRow, "null-row"),
    (O::NumberRow, "number-row"),
    (O::NamelessRow, "nameless-row"),
    (O::NumberId, "number-id"),
    (O::StatusText, "status-text"),
    (O::StatusFloat, "status-float"),
    (O::NullStatus, "null-status"),
    (O::NoStatus, "no-status"),
    (O::StatusWord, "status-word"),
    (O::UidText, "uid-text"),
    (O::UidFloat, "uid-float"),
    (O::CreatedAtNumber, "created-at-number"),
    (O::CreatedAtWord, "created-at-word"),
    (O::DurationText, "duration-text"),
    (O::NullUrl, "null-url"),
    (O::ListUrl, "list-url"),
    (O::NullFields, "null-fields"),
    (O::FewFields, "few-fields"),
    (O::UnknownFields, "unknown-fields"),
];

impl Oddity {
    /// All of them, those of the envelope first.
    pub const ALL: [Self; NAMES.len()] = {
        let mut all = [O::CodeText; NAMES.len()];
        let mut at = 0;
        while at < NAMES.len() {
            all[at] = NAMES[at].0;
            at += 1;
        }
        all
    };

    /// Its name in a [`FaultRule`](crate::FaultRule), such as `status-text`.
    pub fn name(self) -> &'static str {
        let named = NAMES.iter().find(|(oddity, _)| *oddity == self);
        named.map_or("", |(_, name)| name)
    }

    /// Makes the rows odd, or the envelope.
    pub(crate) fn apply(self, envelope: &mut Map<String, Value>, only_for: Option<&str>) {
        match self {
            O::CodeText => change(envelope, "code", |code| json!(code.to_string())),
            O::CodeFloat => change(envelope, "code", |code| json!(code.as_f64())),
            O::NoMessage => drop(envelope.remove("msg")),
            O::NullMessage => drop(envelope.insert("msg".to_owned(), Value::Null)),
            O::UnknownMember => drop(envelope.insert("trace".to_owned(), json!({"id": "x"}))),
            O::NoData => drop(envelope.remove("data")),
            O::NullData => drop(envelope.insert("data".to_owned(), Value::Null)),
            O::ListData => drop(envelope.insert("data".to_owned(), json!([]))),
            O::NullResult => drop(envelope.insert("data".to_owned(), json!({"result": null}))),
            O::ObjectResult => drop(envelope.insert("data".to_owned(), json!({"result": {}}))),
            O::NullRow => add_row(envelope, Value::Null),
            O::NumberRow => add_row(envelope, json!(7)),
            O::NamelessRow => add_row(envelope, json!({"faceswap_status": 3})),
            _ => {
                for row in rows_for(envelope, only_for) {
                    self.apply_to_row(row);
                }
            }
        }
    }

    fn apply_to_row(self, row: &mut Map<String, Value>) {
        const STATUS: &str = "faceswap_status";
        match self {
            O::NumberId => drop(row.insert("_id".to_owned(), json!(12_345))),
            O::StatusText => change(row, STATUS, |status| json!(status.to_string())),
            O::StatusFloat => change(row, STATUS, |status| json!(status.as_f64())),
            O::NullStatus => drop(row.insert(STATUS.to_owned(), Value::Null)),
            O::NoStatus => drop(row.remove(STATUS)),
            O::StatusWord => drop(row.insert(STATUS.to_owned(), json!("done"))),
            O::UidText => change(row, "uid", |uid| json!(uid.to_string())),
            O::UidFloat => change(row, "uid", |uid| json!(uid.as_f64())),
            O::CreatedAtNumber => {
                drop(row.insert("createdAt".to_owned(), json!(1_719_476_868_006_i64)));
            }
            O::CreatedAtWord => drop(row.insert("createdAt".to_owned(), json!("yesterday"))),
            O::DurationText => change(row, "video_duration", |time| json!(time.to_string())),
            O::NullUrl => drop(row.insert("url".to_owned(), Value::Null)),
            O::ListUrl => change(row, "url", |url| json!([url])),
            O::NullFields => {
                for (name, value) in row.iter_mut() {
                    if name != "_id" && name != STATUS {
                        *value = Value::Null;
                    }
                }
            }
            O::FewFields => row.retain(|name, _| name == "_id" || name == STATUS),
            O::UnknownFields => {
                row.insert("faceswap_fail_reason".to_owned(), json!("no face"));
                row.insert("x_new".to_owned(), json!({"deep": [1, {"er": null}]}));
            }
            // Of the envelope.
            _ => {}
        }
    }
}

/// The rows of an answer that belong to this id, or all.
pub(crate) fn rows_for<'a>(
    envelope: &'a mut Map<String, Value>,
    only_for: Option<&str>,
) -> impl Iterator<Item = &'a mut Map<String, Value>> {
    let rows = rows(envelope).map(Vec::as_mut_slice).unwrap_or_default();
    rows.iter_mut()
        .filter_map(Value::as_object_mut)
        .filter(move |row| {
            let id = row.get("_id").and_then(Value::as_str);
            only_for.is_none_or(|only| id == Some(only))
        })
}

/// The list of rows, if the answer has one.
pub(crate) fn rows(envelope: &mut Map<String, Value>) -> Option<&mut Vec<Value>> {
    envelope.get_mut("data")?.get_mut("result")?.as_array_mut()
}

fn add_row(envelope: &mut Map<String, Value>, row: Value) {
    if let Some(rows) = rows(envelope) {
        rows.insert(0, row);
    }
}

/// Replaces a value that is there.
fn change(object: &mut Map<String, Value>, name: &str, by: impl FnOnce(&Value) -> Value) {
    if let Some(value) = object.get_mut(name) {
        *value = by(value);
    }
}

impl fmt::Display for Oddity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Oddity {
    type Err = UnknownOddity;

    fn from_str(text: &str) -> Result<Self, UnknownOddity> {
        NAMES
            .iter()
            .find(|(_, name)| *name == text)
            .map(|(oddity, _)| *oddity)
            .ok_or(UnknownOddity)
    }
}

/// The text is the name of no [`Oddity`]; the message lists those that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownOddity;

impl fmt::Display for UnknownOddity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no such oddity; there are")?;
        for (at, (_, name)) in NAMES.iter().enumerate() {
            write!(f, "{} {name}", if at == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

impl Error for UnknownOddity {}

#[cfg(test)]
mod tests {
    use super::*;

    fn envelope() -> Map<String, Value> {
        let row = |id| {
            json!({"_id": id, "faceswap_status": 3, "uid": 1_000_001, "url": "u",
                "createdAt": "2024-06-27T08:27:48.006Z", "video_duration": 12.5})
        };
        let envelope = json!({"code": 1000, "msg": "OK", "data": {"result": [row("a"), row("b")]}});
        envelope.as_object().unwrap().clone()
    }

    #[test]
    fn every_oddity_is_one_and_no_two_are_alike() {
        let mut seen = vec![json!(envelope()).to_string()];
        for oddity in Oddity::ALL {
            let mut odd = envelope();
            oddity.apply(&mut odd, None);
            let odd = json!(odd).to_string();
            assert!(!seen.contains(&odd), "{oddity}");
            seen.push(odd);
        }
    }

    #[test]
    fn names_are_unique_and_come_back() {
        for oddity in Oddity::ALL {
            assert_eq!(oddity.to_string().parse(), Ok(oddity));
        }
        let message = "strange".parse::<Oddity>().unwrap_err().to_string();
        assert!(message.contains("code-text, code-float"), "{message}");
    }

    #[test]
    fn an_oddity_may_be_for_one_row() {
        let mut odd = envelope();
        Oddity::StatusFloat.apply(&mut odd, Some("b"));
        let statuses: Vec<String> = rows_for(&mut odd, None)
            .map(|row| row["faceswap_status"].to_string())
            .collect();
        assert_eq!(statuses, ["3", "3.0"]);
    }

    #[test]
    fn answers_without_rows_are_left_alone() {
        for mut refusal in [json!({"code": 1003, "msg": ""}), json!({"data": []})] {
            let refusal = refusal.as_object_mut().unwrap();
            let before = refusal.clone();
            Oddity::NullRow.apply(refusal, None);
            Oddity::NumberId.apply(refusal, None);
            assert_eq!(*refusal, before);
        }
    }
}
