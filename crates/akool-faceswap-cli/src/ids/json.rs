//! Ids in JSON: this command's own lines, the API's answers, arrays of ids, exports of a database.
//!
//! An object has its id in `_id` or `id`; without one, the objects within it count. Anything unclear is refused with
//! its line.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::lines::Lines;
use super::text::{Found, ID_NAMES, Unclear};

/// How deeply ids may be nested. In the API's answer they are at depth 4.
const MOST_DEPTH: usize = 16;

/// The name in the first line of a tickets file.
const TICKETS_HEADER: &str = "akool_faceswap_tickets";

/// The names of lists of ids.
const LIST_NAMES: [&str; 3] = ["ids", "_ids", "result_ids"];

/// The ids of one or more JSON values. `None` if the text does not begin as JSON.
pub(super) fn ids<'a>(text: &'a str, lines: &Lines<'a>) -> Option<Result<Vec<Found<'a>>, Unclear>> {
    if !text.trim_start().starts_with(['[', '{']) {
        return None;
    }
    let mut reader = Reader {
        lines,
        found: Vec::new(),
        jobless: 0,
    };
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
    let read = values.try_for_each(|value| match value {
        Ok(value) => reader.read(value, true, 0),
        Err(error) => {
            let at = (error.line(), error.column());
            // The parser counts only LF as the end of a line.
            let line = text
                .split_inclusive('\n')
                .nth(at.0.saturating_sub(1))
                .map_or(1, |line| lines.number_of(line));
            Err(Unclear::new(line, format!("not JSON, column {}", at.1)))
        }
    });
    Some(read.map(|()| reader.found))
}

struct Reader<'a, 'l> {
    lines: &'l Lines<'a>,
    found: Vec<Found<'a>>,
    /// Submits without a job, which have no id.
    jobless: usize,
}

impl<'a> Reader<'a, '_> {
    /// Takes the ids of a value; `is_list` says whether a string here is an id.
    fn read(&mut self, value: &'a RawValue, is_list: bool, depth: usize) -> Result<(), Unclear> {
        if depth > MOST_DEPTH {
            return Err(self.unclear(value, "the JSON is nested too deeply"));
        }
        match value.get().as_bytes().first() {
            Some(b'[') => {
                let values: Vec<&'a RawValue> = self.parse(value)?;
                values
                    .into_iter()
                    .try_for_each(|value| self.read(value, is_list, depth + 1))
            }
            Some(b'{') => self.object(value, depth),
            Some(b'"') if is_list => self.take(value),
            _ if is_list => Err(self.unclear(value, "an id in JSON is a string")),
            _ => Ok(()),
        }
    }

    fn object(&mut self, value: &'a RawValue, depth: usize) -> Result<(), Unclear> {
        let Fields(fields) = self.parse(value)?;
        let mut named = fields
            .iter()
            .filter(|(name, _)| ID_NAMES.contains(&&**name));
        if let Some((_, id)) = named.next() {
            if named.any(|(_, other)| other.get() != id.get()) {
                return Err(self.unclear(value, "the object has two ids"));
            }
            return match id.get().as_bytes().first() {
                Some(b'"') => self.take(id),
                // The export of a database: {"$oid": "…"}.
                Some(b'{') => {
                    let Fields(inner) = self.parse(id)?;
                    match &inner[..] {
                        [(name, id)] if name == "$oid" => self.take(id),
                        _ => Err(self.unclear(id, "an id in JSON is a string")),
                    }
                }
                Some(b'n') if has_outcome(&fields) => {
                    self.jobless += 1;
                    Ok(())
                }
                _ => Err(self.unclear(id, "an id in JSON is a string")),
            };
        }
        if has_outcome(&fields) {
            self.jobless += 1;
            return Ok(());
        }
        let before = self.found.len() + self.jobless;
        for (name, inner) in &fields {
            self.read(inner, LIST_NAMES.contains(&&**name), depth + 1)?;
        }
        let has_none = self.found.len() + self.jobless == before;
        let is_header = || fields.iter().any(|(name, _)| name == TICKETS_HEADER);
        if has_none && depth == 0 && !is_header() {
            return Err(self.unclear(value, "the object has neither _id nor id"));
        }
        Ok(())
    }

    fn take(&mut self, value: &'a RawValue) -> Result<(), Unclear> {
        let id: String = self.parse(value)?;
        self.found
            .push((self.lines.number_of(value.get()), id.into()));
        Ok(())
    }

    fn parse<T: Deserialize<'a>>(&self, value: &'a RawValue) -> Result<T, Unclear> {
        serde_json::from_str(value.get())
            .map_err(|_| self.unclear(value, "an id in JSON is a string"))
    }

    fn unclear(&self, value: &RawValue, what: &str) -> Unclear {
        Unclear::new(self.lines.number_of(value.get()), what)
    }
}

fn has_outcome(fields: &[(Cow<str>, &RawValue)]) -> bool {
    fields.iter().any(|(name, _)| name == "outcome")
}

/// The fields of an object in order; a name may appear twice.
struct Fields<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Names;

        impl<'de> Visitor<'de> for Names {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                let mut fields = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, _>()? {
                    fields.push((name.into(), value));
                }
                Ok(Fields(fields))
            }
        }

        deserializer.deserialize_map(Names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Result<Vec<(usize, String)>, String> {
        let found = ids(text, &Lines::of(text)).unwrap();
        let found = found.map_err(|unclear| format!("{}: {}", unclear.line, unclear.what))?;
        Ok(found
            .into_iter()
            .map(|(line, id)| (line, id.into_owned()))
            .collect())
    }

    fn taken(text: &str) -> Vec<String> {
        let found = found(text).unwrap();
        found.into_iter().map(|(_, id)| id).collect()
    }

    #[test]
    fn arrays_objects_and_lines_are_understood() {
        assert_eq!(taken(r#"["a1", ["b2"]]"#), ["a1", "b2"]);
        assert_eq!(taken(r#"{"ids": ["a1", "b2"], "n": 2}"#), ["a1", "b2"]);
        let lines =
            "{\"id\":\"a1\",\"outcome\":\"found\"}\r\n{\"id\":\"b2\",\"outcome\":\"missing\"}\r\n";
        assert_eq!(found(lines), Ok(vec![(1, "a1".into()), (2, "b2".into())]));
    }

    #[test]
    fn every_id_has_its_own_line() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["[", r#"{"_id": "a1"},"#, "", r#"{"id":"#, r#""b2"}"#, "]"].join(end);
            assert_eq!(
                found(&text),
                Ok(vec![(2, "a1".into()), (5, "b2".into())]),
                "{end:?}"
            );
        }
    }

    #[test]
    fn answers_of_the_api_and_exports_of_a_database_are_understood() {
        let answer = r#"{"code":1000,"msg":"OK","data":{"result":[
            {"_id":"a1","job_id":"20240627082748003-1","url":"https://cdn.example/x"},{"_id":"b2"}]}}"#;
        assert_eq!(taken(answer), ["a1", "b2"]);
        let exported = r#"{"_id":{"$oid":"a1"},"n":1} {"_id":{"$oid":"b2"}}"#;
        assert_eq!(taken(exported), ["a1", "b2"]);
    }

    #[test]
    fn a_submit_without_a_job_is_no_id_and_no_error() {
        let swaps = concat!(
            r#"{"outcome":"accepted","token":"t","job_id":"j","id":"a1"}"#,
            r#"{"outcome":"unknown","token":"t","job_id":null,"id":null}"#,
            r#"{"outcome":"refused","token":"t","error":{"kind":"api"}}"#,
        );
        assert_eq!(taken(swaps), ["a1"]);
        let tickets = concat!(
            "{\"akool_faceswap_tickets\":{\"version\":1}}\n",
            "{\"submit\":{\"token\":\"t\",\"outcome\":\"intended\",\"id\":null}}\n",
            "{\"submit\":{\"token\":\"t\",\"outcome\":\"accepted\",\"id\":\"a1\"}}\n",
            "{\"waiting\":{\"version\":1,\"id\":\"a1\",\"polls\":0}}\n",
            "{\"settled\":{\"id\":\"b2\",\"outcome\":\"success\"}}\n",
        );
        assert_eq!(taken(tickets), ["a1", "a1", "b2"]);
    }

    #[test]
    fn unclear_json_is_refused_with_its_line() {
        for (text, expected) in [
            ("[\"a1\",\n1]", "2: an id in JSON is a string"),
            ("[\"a1\",\nnull]", "2: an id in JSON is a string"),
            ("{\"id\":\n7}", "2: an id in JSON is a string"),
            ("\n{\"job\":\"a1\"}", "2: the object has neither _id nor id"),
            // <https://github.com/jqlang/jq/issues/1887>
            (r#"{"id":"a1","id":"b2"}"#, "1: the object has two ids"),
            (r#"{"id":"1","_id":"b2"}"#, "1: the object has two ids"),
            ("[\"a1\",\r\n\"b2\",]", "2: not JSON, column 6"),
            ("[\"a1\"", "1: not JSON, column 5"),
            ("[a1]", "1: not JSON, column 2"),
        ] {
            assert_eq!(found(text), Err(expected.into()), "{text}");
        }
        let deep = |depth| format!("{}\"a1\"{}", "[".repeat(depth), "]".repeat(depth));
        assert!(found(&deep(MOST_DEPTH)).is_ok());
        assert_eq!(
            found(&deep(1_000_000)),
            Err("1: the JSON is nested too deeply".into())
        );
        // The same id twice is accepted.
        assert_eq!(taken(r#"{"id":"a1","_id":"a1"}"#), ["a1"]);
    }
}
