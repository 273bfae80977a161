//! The top level of the document: its version, its title and its components.

use serde_json::Value;

use crate::kind::{Kind, Usage};
use crate::location::Location;
use crate::operations;
use crate::security;
use crate::servers;
use crate::walk::{Pair, Walk};

/// The supported version of the specification, without the patch number.
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
    let document = Pair::new(Location::new("", ""), Some(walk.old), Some(walk.new));
    if !walk.are_objects(&document) {
        return;
    }
    walk.keyword(&document, "openapi", Usage::default(), |pair| {
        let version = pair.new.and_then(Value::as_str);
        if version.is_some_and(|version| version.starts_with(SUPPORTED)) {
            Kind::SpecVersion
        } else {
            Kind::SpecVersionUnsupported
        }
    });
    let info = document.member("info");
    if walk.are_objects(&info) {
        walk.keyword(&info, "version", Usage::default(), |_| Kind::ApiVersion);
        walk.keyword(&info, "title", Usage::default(), |_| Kind::ApiTitle);
        walk.rest(&info, &["version", "title"]);
    }
    servers::compare(walk, &document);
    security::compare_document(walk, &document);
    operations::compare(walk, &document.member("paths"));
    components(walk, &document.member("components"));
    walk.rest(
        &document,
        &[
            "openapi",
            "info",
            "servers",
            "security",
            "paths",
            "components",
        ],
    );
}

fn components<'a>(walk: &mut Walk<'a>, components: &Pair<'a>) {
    if !walk.are_objects(components) {
        return;
    }
    for section in REFERRED {
        let section = components.member(section);
        if !walk.are_objects(&section) {
            continue;
        }
        for key in section.keys() {
            let pair = section.member(key);
            let kind = match (pair.old, pair.new) {
                (Some(_), Some(_)) => continue,
                (_, None) => Kind::ComponentRemoved,
                (None, _) => Kind::ComponentAdded,
            };
            walk.found(kind, &pair, Usage::default());
        }
    }
    security::compare_schemes(walk, &components.member("securitySchemes"));
    let handled: Vec<&str> = REFERRED.into_iter().chain(["securitySchemes"]).collect();
    walk.rest(components, &handled);
}
