//! Comma-separated values by RFC 4180: a line of names, then one for each id, ended by CRLF.
//!
//! Spreadsheets run a cell that begins like a formula, and these texts come from outside. Such a cell gets an
//! apostrophe in front, which makes it text; no id, time or URL of the API begins like one.

use std::{
    borrow::Cow,
    io::{self, Write},
};

use akool_faceswap::{ResultId, lookup::Outcome};
use csv::{ErrorKind, Terminator, WriterBuilder};

use super::{FileRecord, Record, terminal_safe::shown};

const COLUMNS: [&str; 11] = [
    "id",
    "outcome",
    "status",
    "status_code",
    "url",
    "created_at",
    "expires_at",
    "error_kind",
    "error_code",
    "error_http_status",
    "error_message",
];

/// Writes all `outcomes` below the names of the columns.
pub(crate) fn write_csv<'a>(
    out: &mut (impl Write + ?Sized),
    outcomes: impl IntoIterator<Item = (&'a ResultId, &'a Outcome)>,
) -> io::Result<()> {
    let mut csv = writer(out);
    csv.write_record(COLUMNS).map_err(io_error)?;
    for (id, outcome) in outcomes {
        let record = Record::new(id, outcome);
        write_cells(&mut csv, &cells(&record))?;
    }
    csv.flush()
}

/// Writes the names of the columns of [`write_csv_line`].
pub(crate) fn write_csv_header(
    out: &mut (impl Write + ?Sized),
    columns: &[&str],
) -> io::Result<()> {
    let mut csv = writer(out);
    let names = COLUMNS.iter().chain(columns);
    csv.write_record(names).map_err(io_error)?;
    csv.flush()
}

/// Writes one line: the record, and the `columns` that the command adds.
pub(crate) fn write_csv_line(
    out: &mut (impl Write + ?Sized),
    line: &FileRecord,
    columns: &[&str],
) -> io::Result<()> {
    let mut cells = cells(&line.record).to_vec();
    cells.extend(columns.iter().map(|column| match *column {
        "waited_seconds" => number(line.waited_seconds),
        _ => text(line.file.as_deref()),
    }));
    let mut csv = writer(out);
    write_cells(&mut csv, &cells)?;
    csv.flush()
}

fn writer<W: Write>(out: W) -> csv::Writer<W> {
    WriterBuilder::new()
        .terminator(Terminator::CRLF)
        .from_writer(out)
}

fn write_cells<W: Write>(csv: &mut csv::Writer<W>, cells: &[Cow<str>]) -> io::Result<()> {
    csv.write_record(cells.iter().map(|cell| cell.as_bytes()))
        .map_err(io_error)
}

fn cells<'a>(record: &'a Record<'a>) -> [Cow<'a, str>; COLUMNS.len()] {
    let error = record.error.as_ref();
    [
        text(Some(record.id)),
        text(Some(record.outcome)),
        text(record.status),
        number(record.status_code),
        text(record.url),
        text(record.created_at.as_deref()),
        text(record.expires_at.as_deref()),
        text(error.map(|error| error.kind)),
        number(error.and_then(|error| error.code)),
        number(error.and_then(|error| error.http_status)),
        text(error.map(|error| &*error.message)),
    ]
}

fn text(text: Option<&str>) -> Cow<'_, str> {
    let text = shown(text.unwrap_or_default());
    if text.starts_with(['=', '+', '-', '@']) {
        format!("'{text}").into()
    } else {
        text
    }
}

fn number(number: Option<impl ToString>) -> Cow<'static, str> {
    number.map_or(Cow::Borrowed(""), |number| number.to_string().into())
}

/// The error underneath: a closed pipe must be recognized.
fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use akool_faceswap::Job;
    use proptest::prelude::*;

    use super::{super::terminal_safe::is_unsafe, *};

    fn found(row: &serde_json::Value) -> (ResultId, Outcome) {
        let job: Job = serde_json::from_value(row.clone()).unwrap();
        (job.id().clone(), Outcome::Found(job))
    }

    fn written(outcomes: &[(ResultId, Outcome)]) -> String {
        let mut out = Vec::new();
        write_csv(&mut out, outcomes.iter().map(|(id, outcome)| (id, outcome))).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn names_first_then_one_line_for_each_id() {
        let outcomes = [
            found(&serde_json::json!({
                "_id": "667d228400000000000a0001", "faceswap_status": 3,
                "createdAt": "2024-06-27T08:27:48.006Z", "url": "https://cdn.example/a,\"b\".jpg"
            })),
            (ResultId::new("b2").unwrap(), Outcome::Missing),
        ];
        assert_eq!(
            written(&outcomes),
            "id,outcome,status,status_code,url,created_at,expires_at,\
             error_kind,error_code,error_http_status,error_message\r\n\
             667d228400000000000a0001,found,success,3,\"https://cdn.example/a,\"\"b\"\".jpg\",\
             2024-06-27T08:27:48.006Z,2024-07-04T08:27:48.006Z,,,,\r\n\
             b2,missing,,,,,,,,,\r\n"
        );
    }

    #[test]
    fn a_negative_number_is_a_number() {
        let outcome = found(&serde_json::json!({"_id": "a1", "faceswap_status": -2}));
        assert!(written(&[outcome]).ends_with("\r\na1,found,unknown,-2,,,,,,,\r\n"));
    }

    #[test]
    fn a_closed_pipe_is_recognized() {
        struct Closed;
        impl Write for Closed {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let outcome = (ResultId::new("a1").unwrap(), Outcome::Missing);
        let many = std::iter::repeat_n((&outcome.0, &outcome.1), 1_000);
        let error = write_csv(&mut Closed, many).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
    }

    proptest! {
        #[test]
        fn whatever_the_texts_every_line_has_every_cell_and_no_formula(
            id in "[=+@a-z-][-a-z0-9=+@._]{0,20}",
            url in prop::collection::vec(any::<char>(), 0..20),
        ) {
            prop_assume!(ResultId::new(id.as_str()).is_ok());
            let url: String = url.into_iter().collect();
            let outcome = found(&serde_json::json!({"_id": id, "faceswap_status": 3, "url": url}));
            let written = written(&[outcome]);
            let mut reader = csv::Reader::from_reader(written.as_bytes());
            let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
            prop_assert_eq!(rows.len(), 1);
            prop_assert_eq!(rows[0].len(), COLUMNS.len());
            prop_assert_eq!(rows[0][0].trim_start_matches('\''), id.trim_start_matches('\''));
            for cell in [&rows[0][0], &rows[0][4]] {
                prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{}", cell);
                prop_assert!(!cell.contains(is_unsafe), "{:?}", cell);
            }
        }
    }
}
