//! What changed between two versions of the vendor's `OpenAPI` document, and what that does to
//! users of the SDK.
//!
//! Both documents are walked as plain JSON values, never through a typed model, so that keywords
//! nobody thought of are seen too. Each room knows one kind of place in the document; whatever a
//! room does not know by name falls to `Comparison::rest`, which hands it to a person. A
//! difference therefore cannot get lost: tests hold every changed leaf against the rows.
//!
//! What is sent (parameters, bodies) and what is received (answers) follow opposite rules. Which
//! parts of a document are used in which direction is worked out once per document, by `reach`.
//!
//! ```
//! use serde_json::json;
//! use xtask::changes::{Group, Snapshot, compare};
//!
//! let old = json!({"openapi": "3.0.3", "servers": [{"url": "https://openapi.akool.com"}]});
//! let new = json!({"openapi": "3.0.3", "servers": [{"url": "https://api.akool.example"}]});
//! let report = compare(
//!     &Snapshot { document: &old, statuses: &[] },
//!     &Snapshot { document: &new, statuses: &[] },
//! );
//! assert_eq!(report.changes()[0].group, Group::Breaking);
//! assert_eq!(report.changes()[0].place, "/servers/0/url");
//! ```

mod comparison;
mod composition;
mod consequence;
mod constraints;
mod document;
mod markdown;
mod operations;
mod parameters;
mod payloads;
mod reach;
mod references;
mod report;
mod schema;
mod security;
mod servers;
mod site;
mod spot;
mod statuses;
mod verdict;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;

use serde_json::Value;

use crate::page::StatusRow;
use comparison::Comparison;
pub use report::{Change, Group, Report};
use site::Site;
use verdict::Verdict;

/// One version of what the vendor says: the document before the overlay, and the page's table.
#[derive(Debug, Clone, Copy)]
pub struct Snapshot<'a> {
    /// The `OpenAPI` document as published, every keyword kept.
    pub document: &'a Value,
    /// The rows of the page's status table, in the page's order.
    pub statuses: &'a [StatusRow],
}

/// Compares two versions; the report is empty if and only if they are equal.
pub fn compare(old: &Snapshot<'_>, new: &Snapshot<'_>) -> Report {
    let mut comparison = Comparison::new(old.document, new.document);
    if old.document != new.document {
        document::compare(&mut comparison, old.document, new.document);
        if comparison.is_empty() {
            // Not known to happen, and tests look for it; silence would be the worst answer.
            comparison.changed(
                &Site::document(),
                "differs in a way that no rule describes",
                Some(old.document),
                Some(new.document),
                Verdict::unknown(),
            );
        }
    }
    statuses::compare(&mut comparison, old.statuses, new.statuses);
    comparison.into_report()
}
