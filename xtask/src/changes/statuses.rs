//! The status table of the vendor's page: what each `faceswap_status` means.

use serde_json::Value;

use super::comparison::Comparison;
use super::verdict::Verdict;
use crate::page::StatusRow;

const PLACE: &str = "status table";

/// Compares the tables of two versions of the page, by value.
pub(super) fn compare(comparison: &mut Comparison<'_>, old: &[StatusRow], new: &[StatusRow]) {
    if old == new {
        return;
    }
    let before = comparison.len();
    let known = |rows: &[StatusRow], value| rows.iter().any(|row| row.value == value);
    for row in new.iter().filter(|row| !known(old, row.value)) {
        note(
            comparison,
            row.value,
            "added",
            None,
            Some(row),
            "The SDK reads it as an unknown status and does not take the job for finished, until \
             somebody adds a variant to `JobStatus`; no answer is lost. Find out whether it \
             is final.",
        );
    }
    for row in old.iter().filter(|row| !known(new, row.value)) {
        note(
            comparison,
            row.value,
            "removed",
            Some(row),
            None,
            "The variant stays in `JobStatus` and is no longer met, or only on older jobs. \
             Find out which value took its place: if it was final, waits no longer end by it.",
        );
    }
    let values: std::collections::BTreeSet<i64> = old
        .iter()
        .map(|row| row.value)
        .filter(|value| known(new, *value))
        .collect();
    for value in values {
        let of = |rows: &[StatusRow]| -> Vec<String> {
            rows.iter()
                .filter(|row| row.value == value)
                .map(|row| row.description.clone())
                .collect()
        };
        let (was, is) = (of(old), of(new));
        if was != is {
            row(
                comparison,
                value,
                "described in other words",
                Some(&told(was)),
                Some(&told(is)),
                Verdict::person(
                    "The SDK's name for this status, and whether it takes it for final, follow \
                     the old words: see whether the new ones mean the same.",
                ),
            );
        }
    }
    if comparison.len() == before {
        let list = |rows: &[StatusRow]| -> Value { rows.iter().map(|row| row.value).collect() };
        comparison.row(
            PLACE.to_owned(),
            PLACE,
            "rows in another order",
            Some(&list(old)),
            Some(&list(new)),
            Verdict::same_meaning(),
        );
    }
}

/// One description as text; several, of a value that stands in more than one row, as a list.
fn told(mut descriptions: Vec<String>) -> Value {
    match descriptions.len() {
        1 => Value::from(descriptions.swap_remove(0)),
        _ => Value::from(descriptions),
    }
}

fn note(
    comparison: &mut Comparison<'_>,
    value: i64,
    what: &str,
    old: Option<&StatusRow>,
    new: Option<&StatusRow>,
    consequence: &str,
) {
    let text = |row: &StatusRow| Value::from(row.description.as_str());
    let (old, new) = (old.map(text), new.map(text));
    row(
        comparison,
        value,
        what,
        old.as_ref(),
        new.as_ref(),
        Verdict::person(consequence),
    );
}

fn row(
    comparison: &mut Comparison<'_>,
    value: i64,
    what: &str,
    old: Option<&Value>,
    new: Option<&Value>,
    verdict: Verdict,
) {
    let subject = format!("status {value} in the page's table");
    comparison.row(PLACE.to_owned(), &subject, what, old, new, verdict);
}
