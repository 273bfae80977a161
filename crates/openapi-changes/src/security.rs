//! Credentials: the schemes, and which of them an operation asks for.

use serde_json::Value;

use crate::kind::{Kind, Usage};
use crate::walk::{Pair, Walk};

const KEY: &str = "security";

/// Compares the document's requirements, for operations without requirements of their own.
pub(crate) fn compare_document(walk: &mut Walk<'_>, document: &Pair<'_>) {
    let own = document.member(KEY);
    requirements(walk, &own, (own.old, own.new));
}

/// Compares the requirements of one operation, which replace the document's.
pub(crate) fn compare_operation(walk: &mut Walk<'_>, operation: &Pair<'_>) {
    let own = operation.member(KEY);
    let effective = (own.old.or(walk.old.get(KEY)), own.new.or(walk.new.get(KEY)));
    requirements(walk, &own, effective);
}

fn requirements(walk: &mut Walk<'_>, own: &Pair<'_>, (old, new): (Option<&Value>, Option<&Value>)) {
    if own.is_equal() {
        return;
    }
    let list = |value: Option<&Value>| match value {
        None => Some(Vec::new()),
        Some(value) => value.as_array().cloned(),
    };
    let (Some(was), Some(is)) = (list(old), list(new)) else {
        walk.malformed(own);
        return;
    };
    walk.compared(&own.at);
    if was.is_empty() != is.is_empty() {
        let kind = if is.is_empty() {
            Kind::CredentialsNotRequired
        } else {
            Kind::CredentialsRequired
        };
        walk.found(kind, own, Usage::default());
        return;
    }
    for way in was.iter().filter(|way| !is.contains(way)) {
        let way = Pair::new(own.at.clone(), Some(way), None);
        walk.found(Kind::CredentialRemoved, &way, Usage::default());
    }
    for way in is.iter().filter(|way| !was.contains(way)) {
        let way = Pair::new(own.at.clone(), None, Some(way));
        walk.found(Kind::CredentialAdded, &way, Usage::default());
    }
}

/// Compares the schemes that `security` chooses from.
pub(crate) fn compare_schemes<'a>(walk: &mut Walk<'a>, schemes: &Pair<'a>) {
    let unmatched = |_: &str, is_new| {
        if is_new {
            Kind::SchemeAdded
        } else {
            Kind::SchemeRemoved
        }
    };
    walk.entries(schemes, Usage::default(), unmatched, |walk, _, scheme| {
        if walk.are_objects(scheme) {
            for key in ["type", "in", "name", "scheme"] {
                walk.keyword(scheme, key, Usage::default(), |_| Kind::SchemeChanged);
            }
            walk.keyword(scheme, "description", Usage::default(), |_| {
                Kind::SchemeDescription
            });
            walk.rest(scheme, &["type", "in", "name", "scheme"]);
        }
    });
}
