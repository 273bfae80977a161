//! Lenient decoding of rows that the generated type could not read.
//!
//! The generated type is all or nothing: one status in quotes fails a hundred rows. Here the data is split into rows,
//! each row into fields, and each field is read separately. A field whose meaning is clear (`"3"`, `3.0`) is read with
//! a note; any other is absent with a note.
//!
//! None of this runs for an answer that is as documented.

use std::{borrow::Cow, fmt};

use akool_faceswap_raw::{ResultUrl, types::FaceswapResultDetail as Row};
use serde::{
    Deserialize,
    de::{MapAccess, Visitor},
};
use serde_json::{Map, Value, value::RawValue};

use crate::model::{Job, Note, ResultId};

/// A row read field by field.
#[derive(Debug)]
pub(crate) struct OddRow {
    pub(crate) row: Row,
    pub(crate) json: Value,
    pub(crate) notes: Vec<Note>,
}

/// Why a row is not a job, without its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable(pub(crate) &'static str);

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// Why an answer cannot be read: where, and what was expected there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DecodeError {
    /// A JSON path, `$` for the whole body.
    pub(crate) path: &'static str,
    pub(crate) problem: String,
    /// Whether the body ends too early, which another attempt may not meet.
    pub(crate) is_cut: bool,
}

impl DecodeError {
    pub(crate) fn new(path: &'static str, problem: impl Into<String>) -> Self {
        Self {
            path,
            problem: problem.into(),
            is_cut: false,
        }
    }

    /// A body that ends too early, or is empty.
    pub(crate) fn cut(problem: impl Into<String>) -> Self {
        Self {
            is_cut: true,
            ..Self::new("$", problem)
        }
    }
}

/// Reads one row.
pub(crate) fn job(json: Value) -> Result<Job, Unreadable> {
    let raw = serde_json::value::to_raw_value(&json)
        .map_err(|_| Unreadable("the row is nested too deeply"))?;
    let OddRow { row, notes, .. } = read_row(&raw)?;
    let id = ResultId::new(row.id.as_deref().unwrap_or_default())
        .map_err(|_| Unreadable("the _id of the row is not an id"))?;
    Ok(if notes.is_empty() {
        Job::from_row(id, row)
    } else {
        Job::from_odd_row(id, row, json, notes)
    })
}

/// Reads the rows in the `data` of an envelope, each separately.
pub(crate) fn rows(data: &RawValue) -> Result<Vec<Result<OddRow, Unreadable>>, DecodeError> {
    if is_empty(data) {
        return Ok(Vec::new());
    }
    let data: Pairs = serde_json::from_str(data.get())
        .map_err(|_| DecodeError::new("$.data", "expected an object"))?;
    let Some(result) = data.last("result").filter(|result| !is_empty(result)) else {
        return Ok(Vec::new());
    };
    let rows: Vec<&RawValue> = serde_json::from_str(result.get())
        .map_err(|_| DecodeError::new("$.data.result", "expected an array"))?;
    Ok(rows.into_iter().map(read_row).collect())
}

/// `null`, `[]`, `{}`, `""` and `false`: what servers have been seen to write for "nothing".
fn is_empty(value: &RawValue) -> bool {
    let mut bytes = value
        .get()
        .bytes()
        .filter(|byte| !byte.is_ascii_whitespace());
    match (bytes.next(), bytes.next()) {
        (Some(b'n' | b'f'), _) => true,
        (Some(b'['), second) => second == Some(b']'),
        (Some(b'{'), second) => second == Some(b'}'),
        (Some(b'"'), second) => second == Some(b'"'),
        _ => false,
    }
}

fn read_row(raw: &RawValue) -> Result<OddRow, Unreadable> {
    let pairs: Pairs =
        serde_json::from_str(raw.get()).map_err(|_| Unreadable("the row is not an object"))?;
    let mut fields = Fields::new(&pairs);
    let row = Row {
        id: fields.take("_id", string),
        faceswap_status: fields.take("faceswap_status", integer),
        url: fields.take("url", string).map(ResultUrl::from),
        created_at: fields.take("createdAt", string),
        image: fields.take("image", integer),
        job_id: fields.take("job_id", string),
        uid: fields.take("uid", integer),
        user_id: fields.take("userId", string),
        faceswap_type: fields.take("faceswap_type", integer),
        faceswap_quality: fields.take("faceswap_quality", integer),
        deduction_status: fields.take("deduction_status", integer),
        deduction_duration: fields.take("deduction_duration", number),
        update_time: fields.take("update_time", number),
        video_duration: fields.take("video_duration", number),
        extra: fields.rest(),
        ..Row::default()
    };
    if row.id.as_deref().unwrap_or_default().is_empty() {
        return Err(Unreadable("the row has no _id"));
    }
    if pairs
        .0
        .iter()
        .any(|(name, _)| name.starts_with(UNREADABLE_NAME))
    {
        fields.note("(row)", "the name of a field is not a text");
    }
    if raw.get().contains('\u{fffd}') {
        fields.note("(row)", "text that is not UTF-8 was replaced");
    }
    Ok(OddRow {
        row,
        json: Value::Object(fields.json),
        notes: fields.notes,
    })
}

/// Reads the fields of one row.
struct Fields<'a> {
    pairs: &'a Pairs<'a>,
    taken: Vec<&'static str>,
    notes: Vec<Note>,
    json: Map<String, Value>,
}

impl<'a> Fields<'a> {
    fn new(pairs: &'a Pairs<'a>) -> Self {
        Self {
            pairs,
            taken: Vec::with_capacity(16),
            notes: Vec::new(),
            json: Map::new(),
        }
    }

    fn note(&mut self, field: &str, problem: &'static str) {
        self.notes.push(Note::new(field, problem));
    }

    fn take<T>(&mut self, field: &'static str, read: Read<T>) -> Option<T> {
        self.taken.push(field);
        if self.pairs.count(field) > 1 {
            self.note(field, "appears more than once; the last was taken");
        }
        let raw = self.pairs.last(field)?;
        self.keep(field, raw);
        if raw.get() == "null" {
            return None;
        }
        match read(raw) {
            Ok((value, None)) => Some(value),
            Ok((value, Some(oddity))) => {
                self.note(field, oddity);
                Some(value)
            }
            Err(problem) => {
                self.note(field, problem);
                None
            }
        }
    }

    /// The fields that were not taken.
    fn rest(&mut self) -> Map<String, Value> {
        let mut rest = Map::new();
        for (name, raw) in &self.pairs.0 {
            if self.taken.contains(&name.as_ref()) {
                continue;
            }
            if let Some(value) = self.keep(name, raw) {
                rest.insert(name.clone().into_owned(), value);
            }
        }
        rest
    }

    /// Keeps the value as received, if a [`Value`] can represent it.
    fn keep(&mut self, name: &str, raw: &RawValue) -> Option<Value> {
        if let Ok(value) = serde_json::from_str::<Value>(raw.get()) {
            self.json.insert(name.to_owned(), value.clone());
            Some(value)
        } else {
            self.note(
                "(row)",
                "a field is nested too deeply or has a number out of range",
            );
            None
        }
    }
}

/// Reads one field: the value and what was wrong with it, or why it is absent.
type Read<T> = fn(&RawValue) -> Result<(T, Option<&'static str>), &'static str>;

pub(crate) fn string(raw: &RawValue) -> Result<(String, Option<&'static str>), &'static str> {
    let text = raw.get();
    if text.starts_with('"') {
        return serde_json::from_str(text)
            .map(|text| (text, None))
            .map_err(|_| "not a text; taken as absent");
    }
    if text.starts_with(|c: char| c == '-' || c.is_ascii_digit()) {
        return Ok((
            text.to_owned(),
            Some("a number in place of a text; taken as its digits"),
        ));
    }
    Err("not a text; taken as absent")
}

pub(crate) fn integer(raw: &RawValue) -> Result<(i64, Option<&'static str>), &'static str> {
    const ABSENT: &str = "not an integer; taken as absent";
    let (text, quoted) = unquoted(raw).ok_or(ABSENT)?;
    if let Ok(integer) = text.parse::<i64>() {
        return Ok((integer, quoted));
    }
    let float: f64 = text.parse().map_err(|_| ABSENT)?;
    whole(float)
        .map(|integer| {
            (
                integer,
                Some("a float in place of an integer; read as the integer"),
            )
        })
        .ok_or(ABSENT)
}

/// `float` as an integer, if it is one that a float represents exactly.
pub(crate) fn whole(float: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the range was checked, and there is no fraction"
    )]
    (float.fract() == 0.0 && float.abs() <= EXACT).then_some(float as i64)
}

fn number(raw: &RawValue) -> Result<(f64, Option<&'static str>), &'static str> {
    const ABSENT: &str = "not a number; taken as absent";
    let (text, quoted) = unquoted(raw).ok_or(ABSENT)?;
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok((number, quoted)),
        _ => Err(ABSENT),
    }
}

/// The text of a number, with or without quotes.
fn unquoted(raw: &RawValue) -> Option<(Cow<'_, str>, Option<&'static str>)> {
    let text = raw.get();
    if !text.starts_with('"') {
        return Some((text.into(), None));
    }
    let text: String = serde_json::from_str(text).ok()?;
    let trimmed = text.trim();
    // Rust reads "inf" and "nan" as floats; JSON has no such numbers.
    trimmed
        .starts_with(|c: char| c == '-' || c.is_ascii_digit())
        .then(|| {
            (
                trimmed.to_owned().into(),
                Some("a number in quotes; read as the number"),
            )
        })
}

/// The members of an object in order, including repeated names.
pub(crate) struct Pairs<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Pairs<'a> {
    pub(crate) fn last(&self, name: &str) -> Option<&'a RawValue> {
        self.0
            .iter()
            .rev()
            .find(|(candidate, _)| candidate == name)
            .map(|(_, value)| *value)
    }

    fn count(&self, name: &str) -> usize {
        self.0
            .iter()
            .filter(|(candidate, _)| candidate == name)
            .count()
    }
}

impl<'de> Deserialize<'de> for Pairs<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Pairs<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs<'de>, A::Error> {
                let mut pairs = Vec::new();
                while let Some((name, value)) = map.next_entry::<&RawValue, _>()? {
                    pairs.push((member_name(name), value));
                }
                Ok(Pairs(pairs))
            }
        }

        deserializer.deserialize_map(Members)
    }
}

/// The prefix of a member's name that is not valid text; the raw name follows.
const UNREADABLE_NAME: char = '\u{fffd}';

/// A member's name, borrowed if it has no escapes.
fn member_name(raw: &RawValue) -> Cow<'_, str> {
    #[derive(Deserialize)]
    struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

    match serde_json::from_str(raw.get()) {
        Ok(Name(name)) => name,
        Err(_) => format!("{UNREADABLE_NAME}{}", raw.get()).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_servers_write_for_nothing_is_empty() {
        for (text, expected) in [
            ("null", true),
            ("false", true),
            ("[ ]", true),
            ("{ }", true),
            (r#""""#, true),
            ("true", false),
            ("0", false),
            ("[1]", false),
            (r#"{"a":1}"#, false),
            (r#""a""#, false),
        ] {
            let raw: &RawValue = serde_json::from_str(text).unwrap();
            assert_eq!(is_empty(raw), expected, "{text}");
        }
    }

    #[test]
    fn a_number_in_quotes_is_a_number_and_a_word_is_not() {
        for (text, expected) in [
            ("7", Some(("7", false))),
            (r#"" 7 ""#, Some(("7", true))),
            (r#""-7""#, Some(("-7", true))),
            (r#""nan""#, None),
            (r#""inf""#, None),
        ] {
            let raw: &RawValue = serde_json::from_str(text).unwrap();
            let read = unquoted(raw);
            let read = read
                .as_ref()
                .map(|(number, oddity)| (&**number, oddity.is_some()));
            assert_eq!(read, expected, "{text}");
        }
    }

    #[test]
    fn a_member_that_comes_twice_is_counted_and_the_last_is_taken() {
        let pairs: Pairs = serde_json::from_str(r#"{"a":1,"b":2,"a":3}"#).unwrap();
        assert_eq!(
            (pairs.count("a"), pairs.count("b"), pairs.count("c")),
            (2, 1, 0)
        );
        assert_eq!(pairs.last("a").unwrap().get(), "3");
    }

    #[test]
    fn a_row_that_is_no_job_says_why() {
        for (row, expected) in [("[]", "not an object"), ("{}", "no _id")] {
            let error = serde_json::from_str::<Job>(row).unwrap_err().to_string();
            assert!(error.contains(expected), "{row}: {error}");
        }
    }
}
