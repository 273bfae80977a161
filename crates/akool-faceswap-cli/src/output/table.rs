//! A table for people: one row for each id, in the order given.
//!
//! As many columns are side by side as fit the terminal; the rest of a row follows below it,
//! indented. So nothing is ever cut, least of all a URL that somebody wants to copy. Libraries for
//! tables cut or wrap cells instead.

use std::{
    borrow::Cow,
    io::{self, Write},
    iter,
    time::{Duration, SystemTime},
};

use akool_faceswap::{Job, JobStatus, ResultId, lookup::Outcome};
use anstyle::Style;
use unicode_width::UnicodeWidthStr as _;

use super::{style, terminal_safe::shown, time::relative};

const HEADINGS: [&str; COLUMNS] = ["ID", "STATUS", "CREATED", "EXPIRES", "RESULT"];
const COLUMNS: usize = 5;
const GAP: &str = "  ";
const NOTHING: &str = "-";

/// A result that expires sooner than this is highlighted.
const SOON: Duration = Duration::from_secs(24 * 60 * 60);

type Row<'a> = [Cell<'a>; COLUMNS];

struct Cell<'a> {
    text: Cow<'a, str>,
    style: Style,
    /// Precedes the text if no heading is above it.
    verb: &'static str,
}

/// Writes the table of `outcomes` at the time `now`, in lines of `width` columns.
pub(crate) fn write_table<'a>(
    out: &mut (impl Write + ?Sized),
    outcomes: impl IntoIterator<Item = (&'a ResultId, &'a Outcome)>,
    now: SystemTime,
    width: Option<usize>,
) -> io::Result<()> {
    let headings = HEADINGS.map(|heading| Cell::new(heading, style::HEADING));
    let rows: Vec<Row> = iter::once(headings)
        .chain(
            outcomes
                .into_iter()
                .map(|(id, outcome)| row(id, outcome, now)),
        )
        .collect();
    let mut widths = [0; COLUMNS];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.text.width().max(*width);
        }
    }
    let beside = fitting(&widths, width.unwrap_or(usize::MAX));
    for (n, row) in rows.iter().enumerate() {
        let (line, below) = row.split_at(beside);
        write_line(out, line, &widths)?;
        // The cells below a row have no heading.
        for cell in below.iter().filter(|cell| n > 0 && cell.text != NOTHING) {
            let Cell { text, style, verb } = cell;
            writeln!(out, "{GAP}{style}{verb}{text}{style:#}")?;
        }
    }
    Ok(())
}

/// How many columns fit side by side: at least one.
fn fitting(widths: &[usize], available: usize) -> usize {
    let ends = widths.iter().scan(0_usize, |end, width| {
        *end += width + GAP.len();
        Some(*end - GAP.len())
    });
    ends.take_while(|end| *end <= available).count().max(1)
}

fn write_line(
    out: &mut (impl Write + ?Sized),
    cells: &[Cell],
    widths: &[usize; COLUMNS],
) -> io::Result<()> {
    for (n, (cell, width)) in cells.iter().zip(widths).enumerate() {
        let Cell { text, style, .. } = cell;
        write!(out, "{style}{text}{style:#}")?;
        if n + 1 < cells.len() {
            let padding = width - text.width();
            write!(out, "{:padding$}{GAP}", "")?;
        }
    }
    writeln!(out)
}

impl<'a> Cell<'a> {
    fn new(text: impl Into<Cow<'a, str>>, style: Style) -> Self {
        Self {
            text: text.into(),
            style,
            verb: "",
        }
    }

    fn nothing() -> Self {
        Self::new(NOTHING, style::PAST)
    }
}

fn row<'a>(id: &'a ResultId, outcome: &'a Outcome, now: SystemTime) -> Row<'a> {
    let without_job = |status, style| {
        [
            Cell::new(id.as_str(), style::PLAIN),
            Cell::new(status, style),
            Cell::nothing(),
            Cell::nothing(),
            Cell::nothing(),
        ]
    };
    match outcome {
        Outcome::Found(job) => [
            Cell::new(id.as_str(), style::PLAIN),
            status(job),
            created(job, now),
            expires(job, now),
            result(job, now),
        ],
        Outcome::Missing => without_job("missing", style::DOUBTFUL),
        Outcome::Failed(_) => without_job("error", style::BAD),
    }
}

fn status(job: &Job) -> Cell<'static> {
    match (job.status(), job.status().code()) {
        (JobStatus::InQueue, _) => Cell::new("in queue", style::PENDING),
        (JobStatus::Processing, _) => Cell::new("processing", style::PENDING),
        (JobStatus::Success, _) => Cell::new("success", style::GOOD),
        (JobStatus::Failed, _) => Cell::new("failed", style::BAD),
        (_, Some(code)) => Cell::new(format!("unknown ({code})"), style::DOUBTFUL),
        (_, None) => Cell::new("unknown", style::DOUBTFUL),
    }
}

fn created(job: &Job, now: SystemTime) -> Cell<'static> {
    job.created_at().map_or_else(Cell::nothing, |created| Cell {
        verb: "created ",
        ..Cell::new(relative(created, now), style::PLAIN)
    })
}

fn expires(job: &Job, now: SystemTime) -> Cell<'static> {
    let Some(expiry) = job.expires_at() else {
        return Cell::nothing();
    };
    let words = relative(expiry, now);
    if job.is_expired_at(now) {
        return Cell::new(format!("expired {words}"), style::PAST);
    }
    let is_soon = job.result_url().is_some() && job.is_expired_at(now + SOON);
    Cell {
        verb: "expires ",
        ..Cell::new(
            words,
            if is_soon {
                style::DOUBTFUL
            } else {
                style::PLAIN
            },
        )
    }
}

fn result(job: &Job, now: SystemTime) -> Cell<'_> {
    if let Some(reason) = job.failure_reason() {
        return Cell::new(shown(reason), style::PLAIN);
    }
    match job.result_url() {
        Some(_) if job.is_expired_at(now) => Cell::new("deleted after 7 days", style::PAST),
        Some(url) => Cell::new(shown(url), style::PLAIN),
        None if job.status() == JobStatus::Success => {
            Cell::new("no URL in the answer", style::DOUBTFUL)
        }
        None => Cell::nothing(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    /// An hour after the creation of the jobs below.
    fn soon() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_719_476_868 + 3_600)
    }

    fn job(fields: &str) -> (ResultId, Outcome) {
        let row = format!(r#"{{"_id": "667d228400000000000a0001", {fields}}}"#);
        let job: Job = serde_json::from_str(&row).unwrap();
        (job.id().clone(), Outcome::Found(job))
    }

    fn styled(outcomes: &[(ResultId, Outcome)], now: SystemTime, width: Option<usize>) -> String {
        let mut out = Vec::new();
        let outcomes = outcomes.iter().map(|(id, outcome)| (id, outcome));
        write_table(&mut out, outcomes, now, width).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn table(
        outcomes: &[(ResultId, Outcome)],
        now: SystemTime,
        width: Option<usize>,
    ) -> Vec<String> {
        anstream::adapter::strip_str(&styled(outcomes, now, width))
            .to_string()
            .lines()
            .map(str::to_owned)
            .collect()
    }

    const URL: &str = r#""url": "https://cdn.example/a.jpg""#;

    fn mixed() -> [(ResultId, Outcome); 3] {
        [
            job(&format!(r#""faceswap_status": 3, {URL}"#)),
            job(&format!(r#""faceswap_status": 2, {URL}"#)),
            (ResultId::new("short").unwrap(), Outcome::Missing),
        ]
    }

    #[test]
    fn columns_are_aligned() {
        let whole = [
            "ID                        STATUS      CREATED  EXPIRES      RESULT",
            "667d228400000000000a0001  success     1 h ago  in 6 d 23 h  https://cdn.example/a.jpg",
            "667d228400000000000a0001  processing  1 h ago  in 6 d 23 h  -",
            "short                     missing     -        -            -",
        ];
        assert_eq!(table(&mixed(), soon(), None), whole);
        assert_eq!(table(&mixed(), soon(), Some(whole[1].len())), whole);
    }

    #[test]
    fn cells_that_do_not_fit_go_below_and_are_never_cut() {
        assert_eq!(
            table(&mixed(), soon(), Some(80)),
            [
                "ID                        STATUS      CREATED  EXPIRES",
                "667d228400000000000a0001  success     1 h ago  in 6 d 23 h",
                "  https://cdn.example/a.jpg",
                "667d228400000000000a0001  processing  1 h ago  in 6 d 23 h",
                "short                     missing     -        -",
            ]
        );
        assert_eq!(
            table(&mixed(), soon(), Some(40)),
            [
                "ID                        STATUS",
                "667d228400000000000a0001  success",
                "  created 1 h ago",
                "  expires in 6 d 23 h",
                "  https://cdn.example/a.jpg",
                "667d228400000000000a0001  processing",
                "  created 1 h ago",
                "  expires in 6 d 23 h",
                "short                     missing",
            ]
        );
        assert_eq!(
            table(&mixed(), soon(), Some(1))[..3],
            ["ID", "667d228400000000000a0001", "  success"]
        );
    }

    #[test]
    fn wide_characters_count_as_their_columns() {
        let failed = job(r#""faceswap_status": 4, "error_reason": "顔が見つかりません""#);
        let width = table(std::slice::from_ref(&failed), soon(), None)[1].width();
        assert_eq!(
            table(std::slice::from_ref(&failed), soon(), Some(width)).len(),
            2
        );
        assert_eq!(table(&[failed], soon(), Some(width - 1)).len(), 3);
    }

    #[test]
    fn an_expired_url_is_not_shown() {
        let now = soon() + 9 * DAY;
        let row = &table(
            &[job(&format!(r#""faceswap_status": 3, {URL}"#))],
            now,
            None,
        )[1];
        assert!(
            row.contains("  9 d ago  expired 2 d ago  deleted after 7 days"),
            "{row}"
        );
        assert!(!row.contains("https://"), "{row}");
    }

    #[test]
    fn a_status_has_its_colour_and_a_result_that_expires_soon_too() {
        let success = [job(&format!(r#""faceswap_status": 3, {URL}"#))];
        let yellow = style::DOUBTFUL;
        let fresh = styled(&success, soon(), None);
        assert!(
            fresh.contains(&format!("{0}success{0:#}", style::GOOD)),
            "{fresh:?}"
        );
        assert!(!fresh.contains(&yellow.to_string()), "{fresh:?}");
        let old = styled(&success, soon() + 6 * DAY, None);
        assert!(
            old.contains(&format!("{yellow}in 23 h 0 min{yellow:#}")),
            "{old:?}"
        );
    }

    #[test]
    fn the_reason_of_a_failure_has_no_control_characters() {
        let failed = job(r#""faceswap_status": 4, "error_reason": "no face\u001b[2J found""#);
        let row = &table(&[failed], soon(), None)[1];
        assert!(row.contains("  failed  "), "{row}");
        assert!(row.ends_with("no face\u{fffd}[2J found"), "{row}");
    }

    #[test]
    fn a_success_without_a_url_is_reported() {
        let row = &table(&[job(r#""faceswap_status": 3"#)], soon(), None)[1];
        assert!(row.ends_with("  no URL in the answer"), "{row}");
    }

    #[test]
    fn an_unknown_status_keeps_its_number() {
        let row = &table(&[job(r#""faceswap_status": 5"#)], soon(), None)[1];
        assert!(row.contains("  unknown (5)  "), "{row}");
    }
}
