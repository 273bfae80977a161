//! What a lookup came to, on one line: the notation of the table.
//!
//! - An error is `KIND STATUS CODE AGAIN SERVER`: the kind, the HTTP status, the business code (each
//!   `-` if there is none), `retry` or `stop`, and `reached` where the server may have seen the
//!   request, else `unreached`. What there is besides follows: `auth`, `billing`, `rate` or `input`;
//!   `wait=` the seconds of `Retry-After` to the nearest ten, or `long` for a year and more; `at=`
//!   the JSON path.
//! - Outcomes are one item for each id: `a=success`, `a=unknown(5)`, `a=missing`, or `a=[ERROR]`;
//!   an exclamation mark for each note on the row. Then the rows that were not expected: `+repeated`,
//!   `+not_asked`, `+unreadable`, each with its number if there are more.

use std::{collections::BTreeMap, time::Duration};

use akool_faceswap::{
    Error, JobStatus,
    lookup::{Outcome, Results, UnexpectedReason},
};

use super::planted::letter;

/// The verdict on a lookup.
pub(crate) fn verdict(outcome: &Result<Results, Error>) -> String {
    match outcome {
        Ok(results) => of_results(results),
        Err(error) => of_error(error),
    }
}

fn of_results(results: &Results) -> String {
    let mut items: Vec<String> = results
        .iter()
        .map(|(id, outcome)| {
            let letter = letter(id.as_str());
            match outcome {
                Outcome::Missing => format!("{letter}=missing"),
                Outcome::Failed(error) => format!("{letter}=[{}]", of_error(error)),
                Outcome::Found(job) => {
                    let status = match job.status() {
                        JobStatus::Unknown(_) => job
                            .status()
                            .code()
                            .map_or("unknown".to_owned(), |code| format!("unknown({code})")),
                        known => known.as_str().to_owned(),
                    };
                    format!("{letter}={status}{}", "!".repeat(job.notes().len()))
                }
            }
        })
        .collect();
    let mut unexpected = BTreeMap::<&str, usize>::new();
    for row in results.unexpected() {
        let reason = match row.reason() {
            UnexpectedReason::NotAsked => "not_asked",
            UnexpectedReason::Repeated => "repeated",
            UnexpectedReason::Unreadable => "unreadable",
            _ => "another",
        };
        *unexpected.entry(reason).or_default() += 1;
    }
    items.extend(unexpected.into_iter().map(|(reason, count)| match count {
        1 => format!("+{reason}"),
        count => format!("+{count}_{reason}"),
    }));
    items.join(" ")
}

fn of_error(error: &Error) -> String {
    let or_dash = |number: Option<String>| number.unwrap_or_else(|| "-".to_owned());
    let mut items = vec![
        error.kind().to_string(),
        or_dash(error.http_status().map(|status| status.to_string())),
        or_dash(error.business_code().map(|code| code.code().to_string())),
        if error.is_retryable() {
            "retry"
        } else {
            "stop"
        }
        .to_owned(),
        if error.may_have_reached_server() {
            "reached"
        } else {
            "unreached"
        }
        .to_owned(),
    ];
    for (holds, word) in [
        (error.is_auth(), "auth"),
        (error.is_billing(), "billing"),
        (error.is_rate_limit(), "rate"),
        (error.is_invalid_input(), "input"),
    ] {
        if holds {
            items.push(word.to_owned());
        }
    }
    if let Some(delay) = error.retry_after() {
        items.push(format!("wait={}", to_the_nearest_ten(delay)));
    }
    if let Some(path) = error.json_path() {
        items.push(format!("at={path}"));
    }
    items.join(" ")
}

fn to_the_nearest_ten(delay: Duration) -> String {
    const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);
    if delay >= YEAR {
        return "long".to_owned();
    }
    ((delay.as_secs() + 5) / 10 * 10).to_string()
}
