//! A table for people: one row for each id, in the order that was asked.

use std::{
    borrow::Cow,
    io::{self, Write},
    time::SystemTime,
};

use akool_faceswap::{FaceswapStatus, Job, Outcome, ResultId};

use super::time::{in_words, to_the_second};

const HEADINGS: [&str; COLUMNS] = ["ID", "STATUS", "CREATED (UTC)", "EXPIRES", "RESULT"];
const COLUMNS: usize = 5;
const NOTHING: &str = "-";

type Row<'a> = [Cow<'a, str>; COLUMNS];

/// Writes the table of `outcomes` as they are at `now`.
pub(crate) fn write_table<'a>(
    out: &mut (impl Write + ?Sized),
    outcomes: impl IntoIterator<Item = (&'a ResultId, &'a Outcome)>,
    now: SystemTime,
) -> io::Result<()> {
    let rows: Vec<Row> = std::iter::once(HEADINGS.map(Cow::Borrowed))
        .chain(
            outcomes
                .into_iter()
                .map(|(id, outcome)| row(id, outcome, now)),
        )
        .collect();
    let mut widths = [0; COLUMNS];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    for [cells @ .., last] in &rows {
        for (cell, width) in cells.iter().zip(widths) {
            write!(out, "{cell:width$}  ")?;
        }
        writeln!(out, "{last}")?;
    }
    Ok(())
}

fn row<'a>(id: &'a ResultId, outcome: &'a Outcome, now: SystemTime) -> Row<'a> {
    let without_job = |status| {
        [
            id.as_str().into(),
            Cow::Borrowed(status),
            NOTHING.into(),
            NOTHING.into(),
            NOTHING.into(),
        ]
    };
    match outcome {
        Outcome::Found(job) => [
            id.as_str().into(),
            status(job),
            job.created_at()
                .and_then(to_the_second)
                .map_or(NOTHING.into(), Into::into),
            expires(job, now),
            result(job, now),
        ],
        Outcome::Missing => without_job("missing"),
        Outcome::Failed(_) => without_job("error"),
    }
}

fn status(job: &Job) -> Cow<'static, str> {
    match (job.status(), job.status().code()) {
        (FaceswapStatus::InQueue, _) => "in queue".into(),
        (FaceswapStatus::Unknown(_), Some(code)) => format!("unknown ({code})").into(),
        (status, _) => status.as_str().into(),
    }
}

fn expires(job: &Job, now: SystemTime) -> Cow<'static, str> {
    let Some(expiry) = job.expires_at() else {
        return NOTHING.into();
    };
    match expiry.duration_since(now) {
        Ok(left) if !left.is_zero() => format!("in {}", in_words(left)).into(),
        _ => "expired".into(),
    }
}

fn result(job: &Job, now: SystemTime) -> Cow<'_, str> {
    if let Some(reason) = job.failure_reason() {
        return shown(reason);
    }
    match job.result_url() {
        Some(_) if job.is_expired_at(now) => "deleted after 7 days".into(),
        Some(url) => shown(url),
        None if job.status() == FaceswapStatus::Success => "no link in the answer".into(),
        None => NOTHING.into(),
    }
}

/// A text of the API's without what would move a terminal's cursor or change its colours.
fn shown(text: &str) -> Cow<'_, str> {
    if text.contains(char::is_control) {
        text.replace(char::is_control, "\u{fffd}").into()
    } else {
        text.into()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// An hour after the creation of the jobs below.
    fn soon() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_719_476_868 + 3_600)
    }

    fn job(fields: &str) -> (ResultId, Outcome) {
        let row = format!(r#"{{"_id": "667d228400000000000a0001", {fields}}}"#);
        let job: Job = serde_json::from_str(&row).unwrap();
        (job.id().clone(), Outcome::Found(job))
    }

    fn table(outcomes: &[(ResultId, Outcome)], now: SystemTime) -> Vec<String> {
        let mut out = Vec::new();
        let outcomes = outcomes.iter().map(|(id, outcome)| (id, outcome));
        write_table(&mut out, outcomes, now).unwrap();
        let text = String::from_utf8(out).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    const URL: &str = r#""url": "https://cdn.example/a.jpg""#;

    #[test]
    fn columns_stand_below_each_other() {
        let outcomes = [
            job(&format!(r#""faceswap_status": 3, {URL}"#)),
            job(&format!(r#""faceswap_status": 2, {URL}"#)),
            (ResultId::new("short").unwrap(), Outcome::Missing),
        ];
        assert_eq!(
            table(&outcomes, soon()),
            [
                "ID                        STATUS      CREATED (UTC)        EXPIRES      RESULT",
                "667d228400000000000a0001  success     2024-06-27 08:27:48  in 6 d 23 h  \
                 https://cdn.example/a.jpg",
                "667d228400000000000a0001  processing  2024-06-27 08:27:48  in 6 d 23 h  -",
                "short                     missing     -                    -            -",
            ]
        );
    }

    #[test]
    fn an_expired_result_is_not_handed_out() {
        let now = soon() + Duration::from_secs(7 * 86_400);
        let row = &table(&[job(&format!(r#""faceswap_status": 3, {URL}"#))], now)[1];
        assert!(row.contains("  expired  deleted after 7 days"), "{row}");
        assert!(!row.contains("https://"), "{row}");
    }

    #[test]
    fn a_failed_job_says_why_if_it_can_without_touching_the_terminal() {
        let failed = job(r#""faceswap_status": 4, "error_reason": "no face\u001b[2J found""#);
        let row = &table(&[failed], soon())[1];
        assert!(row.contains("  failed  "), "{row}");
        assert!(row.ends_with("no face\u{fffd}[2J found"), "{row}");
    }

    #[test]
    fn a_success_without_a_link_is_said_to_have_none() {
        let row = &table(&[job(r#""faceswap_status": 3"#)], soon())[1];
        assert!(row.ends_with("  no link in the answer"), "{row}");
    }

    #[test]
    fn a_status_of_later_keeps_its_number() {
        let row = &table(&[job(r#""faceswap_status": 5"#)], soon())[1];
        assert!(row.contains("  unknown (5)  "), "{row}");
    }
}
