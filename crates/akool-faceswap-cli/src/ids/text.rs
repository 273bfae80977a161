//! The formats of a list of ids: plain words, a table, CSV with a header, JSON.
//!
//! The output of this command is such a list, and so is a column copied from a spreadsheet. Ambiguous text is kept as
//! it is, and then refused as an id with its line.

use std::borrow::Cow;

use super::{json, lines::Lines};

/// The names of ids in JSON and CSV.
pub(super) const ID_NAMES: [&str; 2] = ["id", "_id"];

/// The form of this command's own CSV, to recognize its rows without a header.
const OWN_COLUMNS: usize = 11;
const OWN_OUTCOMES: [&str; 4] = ["found", "missing", "late", "error"];

/// The header of this command's own table.
const OWN_TABLE: [&str; 2] = ["ID", "STATUS"];

/// A candidate, and its line, counted from 1.
pub(super) type Found<'a> = (usize, Cow<'a, str>);

/// Why no ids can be taken from a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unclear {
    pub(super) line: usize,
    pub(super) what: String,
}

impl Unclear {
    pub(super) fn new(line: usize, what: impl Into<String>) -> Self {
        let what = what.into();
        Self { line, what }
    }
}

/// The candidates of a file.
pub(super) fn parse(text: &str) -> Result<Vec<Found<'_>>, Unclear> {
    let lines = Lines::of(text);
    if let Some(found) = json::ids(text, &lines) {
        return found;
    }
    if let Some(found) = csv(text, &lines) {
        return found;
    }
    Ok(words(&lines))
}

/// The candidates of an argument, which has neither comments nor headers.
pub(super) fn parse_argument(text: &str) -> Result<Vec<Found<'_>>, Unclear> {
    let text = text.trim_start_matches('\u{feff}');
    let words = || Ok(words_of(text).map(|word| (1, word.into())).collect());
    json::ids(text, &Lines::of(text)).unwrap_or_else(words)
}

/// The words of a line, without quotes.
fn words_of(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| matches!(c, ',' | ';') || c.is_whitespace())
        .filter(|word| !word.is_empty())
        .map(unquoted)
}

/// Words between commas, semicolons and white space; in a table the first of each line.
fn words<'a>(lines: &Lines<'a>) -> Vec<Found<'a>> {
    let mut found = Vec::new();
    let mut is_table = None;
    for (index, line) in lines.iter().enumerate() {
        let is_comment = |word: &&str| word.starts_with('#');
        let mut words: Vec<&str> = words_of(line)
            .take_while(|word| !is_comment(word))
            .collect();
        if let [first, _, ..] = &words[..]
            && is_list_mark(first)
        {
            words.remove(0);
        }
        if words.is_empty() {
            continue;
        }
        if *is_table.get_or_insert_with(|| words.starts_with(&OWN_TABLE)) {
            words.truncate(1);
        }
        found.extend(words.into_iter().map(|word| (index + 1, Cow::from(word))));
    }
    // A column with its header; concatenated files have it again.
    let is_header = |(_, word): &Found| is_id_name(word);
    if found.len() > 1 && found.first().is_some_and(is_header) {
        found.retain(|word| !is_header(word));
    }
    found
}

/// `-`, `*` and `1.` before the items of a list.
fn is_list_mark(word: &str) -> bool {
    matches!(word, "-" | "*" | "+")
        || word
            .strip_suffix(['.', ')'])
            .is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
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

/// `Result ID` and `result_id`, too, above a column.
fn is_column_name(name: &str) -> bool {
    let is_letter = |c: &char| c.is_ascii_alphanumeric();
    let letters: String = name
        .to_ascii_lowercase()
        .chars()
        .filter(is_letter)
        .collect();
    is_id_name(name.trim()) || letters == "resultid"
}

/// A table whose header names a column of ids, or rows as this command prints them. `None` if it is
/// something else.
fn csv<'a>(text: &'a str, lines: &Lines<'a>) -> Option<Result<Vec<Found<'a>>, Unclear>> {
    // A spreadsheet's `sep=;` is not needed: the header shows the delimiter.
    let begins = |line: &&str| {
        let line = line.trim();
        !line.is_empty() && !line.starts_with('#') && !line.to_ascii_lowercase().starts_with("sep=")
    };
    let header = lines.iter().find(begins)?;
    let delimiter = [',', ';', '\t']
        .into_iter()
        .find(|delimiter| header.contains(*delimiter))?;
    let offset = header.as_ptr().addr() - text.as_ptr().addr();
    let mut records = csv::ReaderBuilder::new()
        .delimiter(u8::try_from(delimiter).ok()?)
        .comment(Some(b'#'))
        .has_headers(false)
        .flexible(true)
        .from_reader(&text.as_bytes()[offset..])
        .into_records();
    let first = records.next()?.ok()?;
    let mut columns = first
        .iter()
        .enumerate()
        .filter(|(_, name)| is_column_name(name));
    let column = columns.next();
    if column.is_some() && columns.next().is_some() {
        let line = lines.number_of(header);
        return Some(Err(Unclear::new(line, "two columns have the name of ids")));
    }
    let is_own = |record: &csv::StringRecord| {
        record.len() >= OWN_COLUMNS && record.get(1).is_some_and(|it| OWN_OUTCOMES.contains(&it))
    };
    let mut found = Vec::new();
    let rows = column.is_none().then_some(Ok(first.clone()));
    for record in rows.into_iter().chain(records) {
        let record = record.ok()?;
        if column.is_none() && !is_own(&record) {
            return None;
        }
        let id = record.get(column.map_or(0, |(column, _)| column));
        let id = without_apostrophe(id.unwrap_or_default().trim());
        // Concatenated files have the header again.
        if !id.is_empty() && !is_column_name(id) {
            let begin = record.position().map_or(0, csv::Position::byte);
            let begin = offset + usize::try_from(begin).unwrap_or(0);
            let blank = text[begin..].len() - text[begin..].trim_start().len();
            found.push((lines.number_at(begin + blank), id.to_owned().into()));
        }
    }
    Some(Ok(found))
}

/// A cell without the apostrophe that keeps a spreadsheet from running it.
fn without_apostrophe(cell: &str) -> &str {
    cell.strip_prefix('\'')
        .filter(|rest| rest.starts_with(['=', '+', '-', '@']))
        .unwrap_or(cell)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(usize, String)> {
        parse(text)
            .unwrap()
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
    fn files_with_quotes_and_semicolons_are_understood() {
        assert_eq!(ids("\"a1\"\n'b2'\n\u{201c}c3\u{201d}"), ["a1", "b2", "c3"]);
        assert_eq!(ids("a1;b2; \"c3\""), ["a1", "b2", "c3"]);
        // An unpaired quote is refused as an id.
        assert_eq!(ids("\"a1"), ["\"a1"]);
    }

    #[test]
    fn the_marks_of_a_list_are_no_ids() {
        for list in [
            "- a1\n- b2\n",
            "* a1\n+ b2",
            "1. a1\n2. b2",
            "9) a1\n10) b2",
        ] {
            assert_eq!(ids(list), ["a1", "b2"], "{list:?}");
        }
        // Alone, or behind an id, it is refused or looked up.
        assert_eq!(ids("-\na1 - b2"), ["-", "a1", "-", "b2"]);
    }

    #[test]
    fn the_first_column_of_our_own_table_is_taken() {
        let table = "ID  STATUS   CREATED   EXPIRES  RESULT\na1  success  just now  in 6 d   x\nb2  missing\n";
        assert_eq!(ids(table), ["a1", "b2"]);
    }

    #[test]
    fn the_column_of_ids_is_taken_from_a_csv_file() {
        let table = "id,outcome,url\na1,found,\"x,y\"\nb2,missing,\n";
        assert_eq!(found(table), [(2, "a1".into()), (3, "b2".into())]);
        assert_eq!(ids("status;_id\n3;a1\n4;b2\n"), ["a1", "b2"]);
        assert_eq!(ids("\"id\"\t\"n\"\na1\t1\n"), ["a1"]);
        assert_eq!(ids("name,Result ID\nx,a1\n"), ["a1"]);
        assert_eq!(ids("id\na1\nb2\n"), ["a1", "b2"]);
        // A single word is an id.
        assert_eq!(ids("id"), ["id"]);
    }

    /// <https://github.com/rap2hpoutre/fast-excel/issues/327>,
    /// <https://github.com/whitfin/s3-concat/issues/3>
    #[test]
    fn lines_before_a_header_and_repeated_headers_are_skipped() {
        for (text, lines) in [
            ("\n\nid,outcome\na1,found\n\nb2,found\n", [4, 6]),
            ("# exported\rid,outcome\ra1,found\rb2,found\r", [3, 4]),
            ("sep=;\r\nid;outcome\r\na1;found\r\nb2;found\r\n", [3, 4]),
            (
                "id,outcome\na1,found\nid,outcome,file\nb2,found,x\n",
                [2, 4],
            ),
            ("id\na1\nid\nb2\n", [2, 4]),
        ] {
            let expected = [(lines[0], "a1".into()), (lines[1], "b2".into())];
            assert_eq!(found(text), expected, "{text:?}");
        }
    }

    #[test]
    fn our_own_rows_need_no_header() {
        let rows = "a1,missing,,,,,,,,,\r\nb2,found,success,3,https://x.example,,,,,,\r\n";
        assert_eq!(ids(rows), ["a1", "b2"]);
        // These are ids.
        assert_eq!(ids("a1,missing"), ["a1", "missing"]);
    }

    #[test]
    fn a_cell_that_was_kept_from_running_is_read_back() {
        assert_eq!(
            ids("id,outcome\n'-a1,found\n'=b2,found\n'c3,found"),
            ["-a1", "=b2", "'c3"]
        );
    }

    /// <https://github.com/C2FO/fast-csv/issues/276>
    #[test]
    fn two_columns_of_ids_are_refused() {
        let unclear = parse("\nid,_id\n1,a1\n").unwrap_err();
        assert_eq!(unclear.line, 2);
        assert_eq!(unclear.what, "two columns have the name of ids");
    }

    #[test]
    fn an_invisible_character_is_kept_and_refused_later() {
        assert_eq!(ids("a1\u{200b}\nb2"), ["a1\u{200b}", "b2"]);
    }
}
