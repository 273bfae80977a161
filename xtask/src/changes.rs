//! What changed between two versions of the vendor's documentation, and what that does to users of
//! the SDK.
//!
//! The crate `openapi-changes` compares the documents; `roles.toml` says what the SDK depends on. The
//! status table of the page is compared here.

use std::collections::BTreeSet;

pub use openapi_changes::{Change, Group, Report};

use openapi_changes::Roles;
use serde_json::Value;

use crate::{page::StatusRow, problem::Problem};

const PLACE: &str = "status table";

/// One version of the documentation: the document before the overlay, and the page's table.
#[derive(Debug, Clone, Copy)]
pub struct Snapshot<'a> {
    /// The `OpenAPI` document as published, every keyword kept.
    pub document: &'a Value,
    /// The rows of the page's status table, in the page's order.
    pub statuses: &'a [StatusRow],
}

/// Compares two versions; the report is empty if and only if they are equal.
///
/// # Errors
///
/// If `roles.toml` is invalid.
pub fn compare(old: &Snapshot<'_>, new: &Snapshot<'_>) -> Result<Report, Problem> {
    let mut report = openapi_changes::compare(old.document, new.document, &roles()?);
    report.extend(statuses(old.statuses, new.statuses));
    Ok(report)
}

/// What the SDK depends on.
///
/// # Errors
///
/// If `roles.toml` is invalid.
pub fn roles() -> Result<Roles, Problem> {
    let invalid = |why: String| Problem::at("xtask/roles.toml", why);
    let roles: Roles = toml::from_str(include_str!("../roles.toml"))
        .map_err(|error| invalid(error.message().to_owned()))?;
    let undefined = roles.undefined();
    if undefined.is_empty() {
        Ok(roles)
    } else {
        Err(invalid(format!(
            "undefined roles: {}",
            undefined.join(", ")
        )))
    }
}

/// The differences between two versions of the table, by value.
fn statuses(old: &[StatusRow], new: &[StatusRow]) -> Vec<Change> {
    let values: BTreeSet<i64> = old.iter().chain(new).map(|row| row.value).collect();
    let of = |rows: &[StatusRow], value| -> Vec<String> {
        let rows = rows.iter().filter(|row| row.value == value);
        rows.map(|row| row.description.clone()).collect()
    };
    let mut changes = Vec::new();
    for value in values {
        let (was, is) = (of(old, value), of(new, value));
        let (what, consequence) = match (was.is_empty(), is.is_empty()) {
            (true, _) => (
                "added",
                "The SDK reads it as an unknown status and does not treat the job as finished, until \
                 somebody adds a variant to `JobStatus`. No response is lost. Find out whether it is \
                 final.",
            ),
            (_, true) => (
                "removed",
                "The variant stays in `JobStatus` and is no longer seen, except perhaps on older jobs. Find \
                 out which value replaced it: if it was final, waits no longer end with it.",
            ),
            _ if was != is => (
                "described differently",
                "The SDK's name for this status, and whether it is final, follow the old \
                 description: check whether the new one means the same.",
            ),
            _ => continue,
        };
        let subject = format!("status {value} in the page's table");
        let (was, is) = (text(was), text(is));
        let values = (was.as_ref(), is.as_ref());
        changes.push(Change::new(
            Group::NeedsPerson,
            PLACE,
            subject,
            what,
            values,
            consequence,
        ));
    }
    if changes.is_empty() && old != new {
        let order = |rows: &[StatusRow]| -> Value { rows.iter().map(|row| row.value).collect() };
        let (was, is) = (order(old), order(new));
        let values = (Some(&was), Some(&is));
        let consequence = "The meaning is the same as before.";
        changes.push(Change::new(
            Group::Compatible,
            PLACE,
            PLACE,
            "rows reordered",
            values,
            consequence,
        ));
    }
    changes
}

/// One description as a string; several, if a value has more than one row, as a list.
fn text(mut descriptions: Vec<String>) -> Option<Value> {
    match descriptions.len() {
        0 => None,
        1 => Some(Value::from(descriptions.swap_remove(0))),
        _ => Some(Value::from(descriptions)),
    }
}

#[cfg(test)]
mod tests;
