//! Answers that deviate from the documented form. Each deviation is a row of [`TABLE`]: its name,
//! which part of the answer it changes, and how.

use std::{error::Error, fmt, str::FromStr};

use serde_json::{Map, Value, json};

/// One way in which an answer deviates from the documented form; for
/// [`Answer::malformed`](crate::Answer::malformed).
///
/// A deviation of a row applies to every row of the answer, or only to the row of the id that the
/// answer is [for](crate::Answer::for_id). The text form is its [`name`](Self::name).
///
/// ```
/// use akool_faceswap_mock::{Answer, FakeAkool, Malformed};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let fake = FakeAkool::start()?;
/// for malformed in Malformed::ALL {
///     fake.push_answer(Answer::malformed(malformed));
/// }
/// assert_eq!("status-text".parse(), Ok(Malformed::StatusAsString));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Malformed {
    /// The envelope's `code` is a string.
    CodeAsString,
    /// The envelope's `code` is `1000.0`.
    CodeAsFloat,
    /// `msg` is absent.
    MessageAbsent,
    /// `msg` is null.
    MessageNull,
    /// The envelope has an unknown member.
    UnknownMember,
    /// `data` is absent.
    DataAbsent,
    /// `data` is null.
    DataNull,
    /// `data` is `[]`.
    DataAsList,
    /// `result` is null.
    ResultNull,
    /// `result` is `{}`.
    ResultAsObject,
    /// One more row, which is null.
    RowNull,
    /// One more row, which is a number.
    RowAsNumber,
    /// One more row, which has no `_id`.
    RowWithoutId,
    /// `_id` is a number, so the row cannot be matched to a job.
    IdAsNumber,
    /// `faceswap_status` is a string such as `"3"`.
    StatusAsString,
    /// `faceswap_status` is a float such as `3.0`.
    StatusAsFloat,
    /// `faceswap_status` is null.
    StatusNull,
    /// `faceswap_status` is absent.
    StatusAbsent,
    /// `faceswap_status` is a word.
    StatusAsWord,
    /// `uid` is a string.
    UidAsString,
    /// `uid` is `1000001.0`.
    UidAsFloat,
    /// `createdAt` is a number of milliseconds.
    CreatedAtAsNumber,
    /// `createdAt` is a string that is not a date.
    CreatedAtAsWord,
    /// `video_duration` is a string.
    DurationAsString,
    /// `url` is null.
    UrlNull,
    /// `url` is a list.
    UrlAsList,
    /// All fields but `_id` and `faceswap_status` are null.
    OtherFieldsNull,
    /// All fields but `_id` and `faceswap_status` are absent.
    OtherFieldsAbsent,
    /// The row has unknown fields, among them the failure reason of sibling products.
    UnknownFields,
}

/// The part of an answer that a deviation changes.
#[derive(Clone, Copy)]
enum Part {
    /// A member of the envelope.
    Envelope(&'static str),
    /// A field of each selected row.
    Row(&'static str),
    /// All fields of each selected row but `_id` and `faceswap_status`.
    OtherFields,
    /// The list of rows, which gets another row in front.
    Rows,
}

/// How that part changes.
#[derive(Clone, Copy)]
enum Patch {
    Absent,
    /// This JSON text.
    Set(&'static str),
    /// The members of this JSON object are added next to it.
    Add(&'static str),
    /// The existing value as a string, a float, or the only element of a list.
    AsString,
    AsFloat,
    AsList,
}

use Malformed as M;
use Part::{Envelope, OtherFields, Row, Rows};
use Patch::{Absent, Add, AsFloat, AsList, AsString, Set};

const STATUS: &str = "faceswap_status";

const TABLE: [(Malformed, &str, Part, Patch); 29] = [
    (M::CodeAsString, "code-text", Envelope("code"), AsString),
    (M::CodeAsFloat, "code-float", Envelope("code"), AsFloat),
    (M::MessageAbsent, "no-message", Envelope("msg"), Absent),
    (M::MessageNull, "null-message", Envelope("msg"), Set("null")),
    (
        M::UnknownMember,
        "unknown-member",
        Envelope("code"),
        Add(r#"{"trace": {"id": "x"}}"#),
    ),
    (M::DataAbsent, "no-data", Envelope("data"), Absent),
    (M::DataNull, "null-data", Envelope("data"), Set("null")),
    (M::DataAsList, "list-data", Envelope("data"), Set("[]")),
    (
        M::ResultNull,
        "null-result",
        Envelope("data"),
        Set(r#"{"result": null}"#),
    ),
    (
        M::ResultAsObject,
        "object-result",
        Envelope("data"),
        Set(r#"{"result": {}}"#),
    ),
    (M::RowNull, "null-row", Rows, Set("null")),
    (M::RowAsNumber, "number-row", Rows, Set("7")),
    (
        M::RowWithoutId,
        "nameless-row",
        Rows,
        Set(r#"{"faceswap_status": 3}"#),
    ),
    (M::IdAsNumber, "number-id", Row("_id"), Set("12345")),
    (M::StatusAsString, "status-text", Row(STATUS), AsString),
    (M::StatusAsFloat, "status-float", Row(STATUS), AsFloat),
    (M::StatusNull, "null-status", Row(STATUS), Set("null")),
    (M::StatusAbsent, "no-status", Row(STATUS), Absent),
    (
        M::StatusAsWord,
        "status-word",
        Row(STATUS),
        Set(r#""done""#),
    ),
    (M::UidAsString, "uid-text", Row("uid"), AsString),
    (M::UidAsFloat, "uid-float", Row("uid"), AsFloat),
    (
        M::CreatedAtAsNumber,
        "created-at-number",
        Row("createdAt"),
        Set("1719476868006"),
    ),
    (
        M::CreatedAtAsWord,
        "created-at-word",
        Row("createdAt"),
        Set(r#""yesterday""#),
    ),
    (
        M::DurationAsString,
        "duration-text",
        Row("video_duration"),
        AsString,
    ),
    (M::UrlNull, "null-url", Row("url"), Set("null")),
    (M::UrlAsList, "list-url", Row("url"), AsList),
    (M::OtherFieldsNull, "null-fields", OtherFields, Set("null")),
    (M::OtherFieldsAbsent, "few-fields", OtherFields, Absent),
    (
        M::UnknownFields,
        "unknown-fields",
        Row("_id"),
        Add(r#"{"faceswap_fail_reason": "no face", "x_new": {"deep": [1, {"er": null}]}}"#),
    ),
];

impl Malformed {
    /// All deviations, those of the envelope first.
    pub const ALL: [Self; TABLE.len()] = {
        let mut all = [M::CodeAsString; TABLE.len()];
        let mut at = 0;
        while at < TABLE.len() {
            all[at] = TABLE[at].0;
            at += 1;
        }
        all
    };

    /// Its name in a [`FaultRule`](crate::FaultRule), such as `status-text`.
    pub fn name(self) -> &'static str {
        let entry = TABLE.iter().find(|(malformed, ..)| *malformed == self);
        entry.map_or("", |(_, name, ..)| name)
    }

    /// Changes the envelope, or the rows of this id (of all ids if none is given).
    pub(crate) fn apply(self, envelope: &mut Map<String, Value>, only_for: Option<&str>) {
        let entry = TABLE.iter().find(|(malformed, ..)| *malformed == self);
        let Some(&(_, _, part, patch)) = entry else {
            return;
        };
        match part {
            Envelope(name) => patch.apply(envelope, name),
            Rows => {
                if let (Some(rows), Set(row)) = (rows(envelope), patch) {
                    rows.insert(0, parsed(row));
                }
            }
            Row(name) => rows_for(envelope, only_for).for_each(|row| patch.apply(row, name)),
            OtherFields => {
                for row in rows_for(envelope, only_for) {
                    let names: Vec<String> = row.keys().cloned().collect();
                    let others = names
                        .iter()
                        .filter(|name| *name != "_id" && *name != STATUS);
                    others.for_each(|name| patch.apply(row, name));
                }
            }
        }
    }
}

impl Patch {
    /// Changes the member `name` of `object`; a value that is absent is not converted.
    fn apply(self, object: &mut Map<String, Value>, name: &str) {
        let converted = match (self, object.get(name)) {
            (Absent, _) => {
                object.remove(name);
                None
            }
            (Add(members), _) => {
                if let Value::Object(members) = parsed(members) {
                    object.extend(members);
                }
                None
            }
            (Set(value), _) => Some(parsed(value)),
            (AsString, Some(value)) => Some(json!(value.to_string())),
            (AsFloat, Some(value)) => Some(json!(value.as_f64())),
            (AsList, Some(value)) => Some(json!([value])),
            (AsString | AsFloat | AsList, None) => None,
        };
        if let Some(value) = converted {
            object.insert(name.to_owned(), value);
        }
    }
}

/// A constant of [`TABLE`].
fn parsed(json: &str) -> Value {
    serde_json::from_str(json).unwrap_or_default()
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

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Malformed {
    type Err = UnknownMalformed;

    fn from_str(text: &str) -> Result<Self, UnknownMalformed> {
        let entry = TABLE.iter().find(|(_, name, ..)| *name == text);
        entry
            .map(|(malformed, ..)| *malformed)
            .ok_or(UnknownMalformed)
    }
}

/// The text is not the name of a [`Malformed`]; the message lists the names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownMalformed;

impl fmt::Display for UnknownMalformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no such deviation; accepted:")?;
        for (at, (_, name, ..)) in TABLE.iter().enumerate() {
            write!(f, "{} {name}", if at == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

impl Error for UnknownMalformed {}

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
    fn every_deviation_changes_the_answer_and_no_two_are_alike() {
        let mut seen = vec![json!(envelope()).to_string()];
        for malformed in Malformed::ALL {
            let mut changed = envelope();
            malformed.apply(&mut changed, None);
            let changed = json!(changed).to_string();
            assert!(!seen.contains(&changed), "{malformed}");
            seen.push(changed);
        }
    }

    #[test]
    fn names_are_unique_and_parse_back() {
        for malformed in Malformed::ALL {
            assert_eq!(malformed.to_string().parse(), Ok(malformed));
        }
        let message = "strange".parse::<Malformed>().unwrap_err().to_string();
        assert!(message.contains("code-text, code-float"), "{message}");
    }

    #[test]
    fn a_deviation_can_be_limited_to_one_row() {
        let mut changed = envelope();
        Malformed::StatusAsFloat.apply(&mut changed, Some("b"));
        let statuses: Vec<String> = rows_for(&mut changed, None)
            .map(|row| row["faceswap_status"].to_string())
            .collect();
        assert_eq!(statuses, ["3", "3.0"]);
    }

    #[test]
    fn answers_without_rows_are_left_alone() {
        for mut refusal in [json!({"code": 1003, "msg": ""}), json!({"data": []})] {
            let refusal = refusal.as_object_mut().unwrap();
            let before = refusal.clone();
            Malformed::RowNull.apply(refusal, None);
            Malformed::IdAsNumber.apply(refusal, None);
            assert_eq!(*refusal, before);
        }
    }
}
