//! The top of the document: its version, what it is called, and its components.

use serde_json::Value;

use crate::kind::{Kind, Usage};
use crate::location::Location;
use crate::operations;
use crate::security;
use crate::servers;
use crate::walk::{Object, Walk, keys};

/// The version of the specification that is understood, patches aside.
const SUPPORTED: &str = "3.0.";

/// The sections of `components` whose parts are compared where operations refer to them.
const REFERRED: [&str; 5] = [
    "schemas",
    "parameters",
    "headers",
    "requestBodies",
    "responses",
];

/// Compares two whole documents.
pub(crate) fn compare(walk: &mut Walk<'_>) {
    let at = Location::new("", "");
    let Some((old, new)) = walk.objects(&at, (Some(walk.old), Some(walk.new))) else {
        return;
    };
    let both = (old, new);
    walk.value(&at, "openapi", both, Usage::default(), |_, new| {
        let supported = |version: &str| version.starts_with(SUPPORTED);
        if new.and_then(Value::as_str).is_some_and(supported) {
            Kind::SpecVersion
        } else {
            Kind::SpecVersionUnsupported
        }
    });
    info(walk, &at, both);
    servers::compare(walk, &at, both);
    security::compare_document(walk, &at, both);
    operations::compare(walk, &at, both);
    components(walk, &at, both);
    let handled = [
        "openapi",
        "info",
        "servers",
        "security",
        "paths",
        "components",
    ];
    walk.rest(&at, both, &handled);
}

fn info(walk: &mut Walk<'_>, at: &Location, (old, new): (&Object, &Object)) {
    let at = at.step("info");
    let Some(both) = walk.objects(&at, (old.get("info"), new.get("info"))) else {
        return;
    };
    walk.value(&at, "version", both, Usage::default(), |_, _| {
        Kind::ApiVersion
    });
    walk.value(&at, "title", both, Usage::default(), |_, _| Kind::ApiTitle);
    walk.rest(&at, both, &["version", "title"]);
}

fn components(walk: &mut Walk<'_>, at: &Location, (old, new): (&Object, &Object)) {
    let at = at.step("components");
    let Some(both) = walk.objects(&at, (old.get("components"), new.get("components"))) else {
        return;
    };
    for section in REFERRED {
        let at = at.step(section);
        let Some((old, new)) = walk.objects(&at, (both.0.get(section), both.1.get(section))) else {
            continue;
        };
        for key in keys(old, new) {
            let kind = match (old.get(key), new.get(key)) {
                (Some(_), None) => Kind::ComponentRemoved,
                (None, _) => Kind::ComponentAdded,
                _ => continue,
            };
            let values = (old.get(key), new.get(key));
            walk.found(kind, &at.step(key), values, Usage::default());
        }
    }
    security::compare_schemes(walk, &at, both);
    let handled: Vec<&str> = REFERRED.into_iter().chain(["securitySchemes"]).collect();
    walk.rest(&at, both, &handled);
}
