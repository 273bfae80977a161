//! Credentials: the schemes, and which of them an operation asks for.

use serde_json::Value;

use crate::kind::{Kind, Usage};
use crate::location::Location;
use crate::walk::{Object, Walk, keys};

const KEY: &str = "security";
const SCHEMES: &str = "securitySchemes";

/// Compares what is asked for where operations say nothing.
pub(crate) fn compare_document(walk: &mut Walk<'_>, at: &Location, (old, new): (&Object, &Object)) {
    let values = (old.get(KEY), new.get(KEY));
    requirements(walk, &at.step(KEY), values, values);
}

/// Compares what one operation asks for, in place of what the document does.
pub(crate) fn compare_operation(
    walk: &mut Walk<'_>,
    at: &Location,
    (old, new): (&Object, &Object),
) {
    let own = (old.get(KEY), new.get(KEY));
    let general = (walk.old.get(KEY), walk.new.get(KEY));
    let effective = (own.0.or(general.0), own.1.or(general.1));
    requirements(walk, &at.step(KEY), own, effective);
}

fn requirements(
    walk: &mut Walk<'_>,
    at: &Location,
    own: (Option<&Value>, Option<&Value>),
    (old, new): (Option<&Value>, Option<&Value>),
) {
    if own.0 == own.1 {
        return;
    }
    let list = |value: Option<&Value>| match value {
        None => Some(Vec::new()),
        Some(value) => value.as_array().cloned(),
    };
    let (Some(was), Some(is)) = (list(old), list(new)) else {
        let _: Option<()> = walk.malformed(at, own);
        return;
    };
    walk.compared(at);
    if was.is_empty() != is.is_empty() {
        let kind = if is.is_empty() {
            Kind::CredentialsNotRequired
        } else {
            Kind::CredentialsRequired
        };
        walk.found(kind, at, own, Usage::default());
        return;
    }
    for way in was.iter().filter(|way| !is.contains(way)) {
        walk.found(
            Kind::CredentialRemoved,
            at,
            (Some(way), None),
            Usage::default(),
        );
    }
    for way in is.iter().filter(|way| !was.contains(way)) {
        walk.found(
            Kind::CredentialAdded,
            at,
            (None, Some(way)),
            Usage::default(),
        );
    }
}

/// Compares the schemes that `security` chooses from.
pub(crate) fn compare_schemes(walk: &mut Walk<'_>, at: &Location, (old, new): (&Object, &Object)) {
    let at = at.step(SCHEMES);
    let Some((old, new)) = walk.objects(&at, (old.get(SCHEMES), new.get(SCHEMES))) else {
        return;
    };
    for scheme in keys(old, new) {
        let at = at.step(scheme);
        let values = (old.get(scheme), new.get(scheme));
        match values {
            (Some(_), Some(_)) => {
                let Some(both) = walk.objects(&at, values) else {
                    continue;
                };
                for key in ["type", "in", "name", "scheme"] {
                    walk.value(&at, key, both, Usage::default(), |_, _| Kind::SchemeChanged);
                }
                let key = "description";
                walk.value(&at, key, both, Usage::default(), |_, _| {
                    Kind::SchemeDescription
                });
                walk.rest(&at, both, &["type", "in", "name", "scheme"]);
            }
            (Some(_), None) => walk.found(Kind::SchemeRemoved, &at, values, Usage::default()),
            (None, _) => walk.found(Kind::SchemeAdded, &at, values, Usage::default()),
        }
    }
}
