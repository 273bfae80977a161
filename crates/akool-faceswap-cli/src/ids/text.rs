//! The formats of a list of ids: plain words, CSV with a header, JSON.
//!
//! The output of `--json` and `--csv` is such a list, and so is a column copied from a spreadsheet.
//! What is ambiguous is left as it is, and refused as an id with its line.

use std::borrow::Cow;

use serde_json::Value;

/// The names of ids in JSON and CSV.
const ID_NAMES: [&str; 2] = ["id", "_id"];

/// The candidates of `text` with their lines, counted from 1.
pub(super) fn parse(text: &str, has_comments: bool) -> Vec<(usize, Cow<'_, str>)> {
    // An editor's byte order mark is not part of the first id.
    let text = text.trim_start_matches('\u{feff}');
    json(text)
        .or_else(|| csv(text))
        .unwrap_or_else(|| words(text, has_comments))
}

/// The lines of `text`, whatever ends them: LF, CR LF, or CR alone.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n')
        .flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'))
}

/// Words between commas, semicolons and white space, with or without quotes.
fn words(text: &str, has_comments: bool) -> Vec<(usize, Cow<'_, str>)> {
    let is_separator = |c: char| matches!(c, ',' | ';') || c.is_whitespace();
    let mut found = Vec::new();
    for (index, line) in lines(text).enumerate() {
        // Concatenated files have marks in the middle.
        let line = line.trim_start_matches('\u{feff}');
        let words = line
            .split(is_separator)
            .filter(|word| !word.is_empty())
            .take_while(|word| !(has_comments && word.starts_with('#')));
        found.extend(words.map(|word| (index + 1, Cow::from(unquoted(word)))));
    }
    // A column with its header.
    let is_header = |(_, word): &(usize, Cow<str>)| is_id_name(word);
    if has_comments && found.len() > 1 && found.first().is_some_and(is_header) {
        found.remove(0);
    }
    found
}

/// A word without the pair of quotes around it.
fn unquoted(word: &str) -> &str {
    [('"', '"'), ('\'', '\''), ('\u{201c}', '\u{201d}')]
        .into_iter()
        .find_map(|(open, close)| word.strip_prefix(open)?.strip_suffix(close))
        .unwrap_or(word)
}

fn is_id_name(name: &str) -> bool {
    ID_NAMES.contains(&name.to_ascii_lowercase().as_str())
}

/// One or more JSON values: arrays of ids, or objects with an id. `None` if it is something else.
fn json(text: &str) -> Option<Vec<(usize, Cow<'_, str>)>> {
    if !text.trim_start().starts_with(['[', '{']) {
        return None;
    }
    let mut found = Vec::new();
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    loop {
        let begin = values.byte_offset();
        let Some(value) = values.next() else {
            return Some(found);
        };
        let blank = text[begin..].len() - text[begin..].trim_start().len();
        let line = lines(&text[..begin + blank]).count();
        collect(value.ok()?, line, &mut found)?;
    }
}

fn collect(value: Value, line: usize, found: &mut Vec<(usize, Cow<'_, str>)>) -> Option<()> {
    match value {
        Value::String(id) => found.push((line, id.into())),
        Value::Array(values) => {
            for value in values {
                collect(value, line, found)?;
            }
        }
        Value::Object(mut fields) => {
            let id = ID_NAMES.into_iter().find_map(|name| fields.remove(name))?;
            found.push((line, id.as_str()?.to_owned().into()));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => return None,
    }
    Some(())
}

/// A table whose header names a column of ids. `None` if it is something else.
fn csv(text: &str) -> Option<Vec<(usize, Cow<'_, str>)>> {
    let header = lines(text).next()?;
    let delimiter = [',', ';', '\t']
        .into_iter()
        .find(|delimiter| header.contains(*delimiter))?;
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(u8::try_from(delimiter).ok()?)
        .flexible(true)
        .from_reader(text.as_bytes());
    let column = reader
        .headers()
        .ok()?
        .iter()
        .position(|name| is_id_name(name.trim()))?;
    let mut found = Vec::new();
    for record in reader.into_records() {
        let record = record.ok()?;
        let line = record.position().map_or(0, csv::Position::line);
        let id = record.get(column).unwrap_or_default().trim();
        if !id.is_empty() {
            found.push((usize::try_from(line).unwrap_or(0), id.to_owned().into()));
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(usize, String)> {
        parse(text, true)
            .into_iter()
            .map(|(line, text)| (line, text.into_owned()))
            .collect()
    }

    fn ids(text: &str) -> Vec<String> {
        found(text).into_iter().map(|(_, id)| id).collect()
    }

    #[test]
    fn every_line_end_ends_a_comment() {
        assert_eq!(ids("a1 # first\rb2\r"), ["a1", "b2"]);
        assert_eq!(found("a1\r\n\r\nb2"), [(1, "a1".into()), (3, "b2".into())]);
    }

    #[test]
    fn files_with_marks_quotes_and_semicolons_are_understood() {
        assert_eq!(ids("\u{feff}a1\n\u{feff}b2\n"), ["a1", "b2"]);
        assert_eq!(ids("\"a1\"\n'b2'\n\u{201c}c3\u{201d}"), ["a1", "b2", "c3"]);
        assert_eq!(ids("a1;b2; \"c3\""), ["a1", "b2", "c3"]);
        // An unpaired quote is refused as an id.
        assert_eq!(ids("\"a1"), ["\"a1"]);
    }

    #[test]
    fn json_arrays_objects_and_lines_are_understood() {
        assert_eq!(ids(r#"["a1", "b2"]"#), ["a1", "b2"]);
        assert_eq!(
            ids("[\n  {\"_id\": \"a1\"},\n  {\"id\": \"b2\", \"url\": null}\n]"),
            ["a1", "b2"]
        );
        let lines =
            "{\"id\":\"a1\",\"outcome\":\"found\"}\n{\"id\":\"b2\",\"outcome\":\"missing\"}\n";
        assert_eq!(found(lines), [(1, "a1".into()), (2, "b2".into())]);
        // Without an id, or truncated, it is refused word by word.
        assert_eq!(ids(r#"{"job":"a1"}"#), [r#"{"job":"a1"}"#]);
        assert_eq!(ids(r#"["a1""#), [r#"["a1""#]);
    }

    #[test]
    fn the_column_of_ids_is_taken_from_a_csv_file() {
        let table = "id,outcome,url\na1,found,\"x,y\"\nb2,missing,\n";
        assert_eq!(found(table), [(2, "a1".into()), (3, "b2".into())]);
        assert_eq!(ids("status;_id\n3;a1\n4;b2\n"), ["a1", "b2"]);
        assert_eq!(ids("\u{feff}\"id\"\t\"n\"\na1\t1\n"), ["a1"]);
        assert_eq!(ids("id\na1\nb2\n"), ["a1", "b2"]);
        // A single word is an id.
        assert_eq!(ids("id"), ["id"]);
    }

    #[test]
    fn an_invisible_character_is_kept_and_refused_later() {
        assert_eq!(ids("a1\u{200b}\nb2"), ["a1\u{200b}", "b2"]);
    }
}
