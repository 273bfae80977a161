#![doc = include_str!("../README.md")]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod bodies;
mod document;
mod kind;
mod location;
mod operations;
mod parameters;
mod pointer;
mod remainder;
mod report;
mod roles;
mod schema;
mod security;
mod servers;
mod verdict;
mod walk;

#[cfg(test)]
mod tests;

use serde_json::Value;

pub use kind::Kind;
pub use report::{Change, Group, Report};
pub use roles::Roles;

use location::{Location, subject};
use report::markdown::name;
use walk::{Difference, Walk};

/// Compares two versions of a document. `roles` describe the client whose users read the report.
///
/// The report is empty if and only if the two versions are equal.
pub fn compare(old: &Value, new: &Value, roles: &Roles) -> Report {
    let mut walk = Walk::new(old, new, roles);
    document::compare(&mut walk);
    remainder::compare(&mut walk);
    let documents = (old, new);
    let differences = std::mem::take(&mut walk.differences);
    Report::new(
        differences
            .into_iter()
            .map(|difference| change(difference, documents, roles))
            .collect(),
    )
}

/// The row for one difference.
fn change(difference: Difference, documents: (&Value, &Value), roles: &Roles) -> Change {
    let Difference {
        kind,
        at,
        about,
        old,
        new,
        usage,
    } = difference;
    let verdict = verdict::judge(kind, usage, roles);
    let is_removed = new.is_none() && old.is_some();
    let Location {
        old: old_at,
        new: new_at,
    } = at;
    let (document, place) = if is_removed {
        (documents.0, old_at.clone())
    } else {
        (documents.1, new_at)
    };
    let what = verdict::phrase(kind).map_or_else(
        || {
            let key = pointer::tokens(&place).pop().unwrap_or_default();
            let happened = match (&old, &new) {
                (None, _) => "added",
                (_, None) => "removed",
                _ => "changed",
            };
            if key.bytes().all(|byte| byte.is_ascii_digit()) {
                happened.to_owned()
            } else {
                format!("{} {happened}", name(&key))
            }
        },
        str::to_owned,
    );
    let subject = subject(document, about.as_deref().unwrap_or(&place));
    let old_place = Some(old_at).filter(|at| *at != place && old.is_some());
    let values = (old.as_ref(), new.as_ref());
    Change {
        kind: Some(kind),
        old_place,
        ..Change::new(
            verdict.group,
            place,
            subject,
            what,
            values,
            verdict.consequence,
        )
    }
}
