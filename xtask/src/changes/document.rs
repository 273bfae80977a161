//! The top of the document: its version, what it is called, and its components.

use serde_json::Value;

use super::comparison::{Comparison, Object, Pair, pairs};
use super::markdown::name;
use super::operations;
use super::parameters;
use super::payloads;
use super::references::{self, Room};
use super::schema;
use super::security;
use super::servers;
use super::site::Site;
use super::verdict::Verdict;

/// The version of the specification that the generator reads, patches aside.
const READABLE: &str = "3.0.";

/// Compares two whole documents.
pub(super) fn compare(comparison: &mut Comparison<'_>, old: &Value, new: &Value) {
    let site = Site::document();
    let Some((old, new)) = comparison.objects(&site, Some(old), Some(new)) else {
        return;
    };
    comparison.value(&site, "openapi", old, new, |_, new| {
        if new
            .and_then(Value::as_str)
            .is_some_and(|version| version.starts_with(READABLE))
        {
            Verdict::compatible("The generator reads every 3.0: users of the SDK notice nothing.")
        } else {
            Verdict::breaking(
                "The generator refuses everything but OpenAPI 3.0: releases made so far go on \
                 working, and no new one can be made from this document.",
            )
        }
    });
    info(comparison, &site, old, new);
    servers::compare(comparison, &site, old, new);
    security::compare_document(comparison, &site, old, new);
    operations::compare(comparison, &site, old, new);
    components(comparison, &site, old, new);
    comparison.rest(
        &site,
        old,
        new,
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

fn info(comparison: &mut Comparison<'_>, site: &Site, old: &Object, new: &Object) {
    let at = site.step("info").called("the API");
    let Some((old, new)) = comparison.objects(&at, old.get("info"), new.get("info")) else {
        return;
    };
    comparison.value(&at, "version", old, new, |_, _| {
        Verdict::person(
            "The generated client has it as its API version. The SDK does not send it, and \
             nothing breaks by it alone: ask what the vendor means by the new number.",
        )
    });
    comparison.value(&at, "title", old, new, |_, _| {
        Verdict::compatible("It stands in the raw client's documentation and nowhere else.")
    });
    comparison.rest(&at, old, new, &["version", "title"]);
}

fn components(comparison: &mut Comparison<'_>, site: &Site, old: &Object, new: &Object) {
    let at = site.step("components").called("the components");
    let Some((old, new)) = comparison.objects(&at, old.get("components"), new.get("components"))
    else {
        return;
    };
    let rooms: [(&str, &str, Room); 5] = [
        ("schemas", "", schema::in_place),
        ("parameters", "parameter ", parameters::in_place),
        ("headers", "header ", parameters::in_place),
        ("requestBodies", "body ", payloads::request_body),
        ("responses", "answer ", payloads::response),
    ];
    for (section, kind, room) in rooms {
        let at = at.step(section);
        if let Some((old, new)) = comparison.objects(&at, old.get(section), new.get(section)) {
            for (key, pair) in pairs(old, new) {
                let at = at.step(key).called(format!("{kind}{}", name(key)));
                component(comparison, &at, pair, room);
            }
        }
    }
    let schemes = "securitySchemes";
    security::compare_schemes(
        comparison,
        &at.step(schemes),
        old.get(schemes),
        new.get(schemes),
    );
    let handled: Vec<&str> = rooms.iter().map(|room| room.0).chain([schemes]).collect();
    comparison.rest(&at, old, new, &handled);
}

fn component(comparison: &mut Comparison<'_>, site: &Site, pair: Pair<'_>, room: Room) {
    match pair {
        Pair::Both(old, new) => references::compare(comparison, site, old, new, room),
        Pair::Removed(value) => {
            let verdict = if comparison.is_dangling(&site.old) {
                Verdict::breaking(
                    "Something in the document still refers to it, so the generator refuses the \
                     document: no release of the SDK can be made from it.",
                )
            } else {
                Verdict::compatible(
                    "No operation refers to it any more; where one did before, a row of its own \
                     says what it has now.",
                )
            };
            comparison.changed(site, "component removed", Some(value), None, verdict);
        }
        Pair::Added(value) => {
            let verdict = Verdict::compatible(
                "By itself it changes nothing; where an operation refers to it, a row of its own \
                 says so.",
            );
            comparison.changed(site, "component added", None, Some(value), verdict);
        }
    }
}
