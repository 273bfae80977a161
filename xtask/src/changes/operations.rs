//! Paths and their operations.

use serde_json::Value;

use super::comparison::{Comparison, Object, Pair, happened, pairs};
use super::consequence;
use super::markdown::name;
use super::parameters;
use super::payloads;
use super::schema;
use super::security;
use super::servers;
use super::site::Site;
use super::verdict::Verdict;

/// The keys of a path item that are operations.
pub(super) const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// The end of the path that every lookup asks.
const LOOKUP: &str = "/faceswap/result/listbyids";

/// Compares the paths of two documents.
pub(super) fn compare(comparison: &mut Comparison<'_>, site: &Site, old: &Object, new: &Object) {
    let at = site.step("paths");
    let Some((old, new)) = comparison.objects(&at, old.get("paths"), new.get("paths")) else {
        return;
    };
    for (path, pair) in pairs(old, new) {
        let at = at.step(path).called(format!("path {}", name(path)));
        if !path.starts_with('/') {
            let (old, new) = sides(pair);
            if old != new {
                comparison.odd(&at, old, new);
            }
            continue;
        }
        match pair {
            Pair::Both(old, new) => {
                if let Some((old, new)) = comparison.objects(&at, Some(old), Some(new)) {
                    path_item(comparison, &at, path, old, new);
                }
            }
            Pair::Removed(item) => {
                let what = format!("removed{}", methods(item));
                comparison.changed(&at, what, Some(item), None, removed(path));
            }
            Pair::Added(item) => {
                let what = format!("added{}", methods(item));
                comparison.changed(&at, what, None, Some(item), added());
            }
        }
    }
}

fn sides(pair: Pair<'_>) -> (Option<&Value>, Option<&Value>) {
    match pair {
        Pair::Removed(old) => (Some(old), None),
        Pair::Added(new) => (None, Some(new)),
        Pair::Both(old, new) => (Some(old), Some(new)),
    }
}

fn methods(item: &Value) -> String {
    let methods: Vec<String> = METHODS
        .into_iter()
        .filter(|method| item.get(method).is_some())
        .map(str::to_uppercase)
        .collect();
    if methods.is_empty() {
        String::new()
    } else {
        format!(" ({})", methods.join(", "))
    }
}

fn removed(path: &str) -> Verdict {
    Verdict::breaking(if path.ends_with(LOOKUP) {
        "Lookups get HTTP 404: `client.lookup(ids)` fails for every id, and waits run into their \
         deadline."
    } else {
        "Calls of the SDK to it get HTTP 404 (or 405)."
    })
}

fn added() -> Verdict {
    Verdict::compatible("Nobody calls it yet; a regenerated raw client has a method for it.")
}

fn path_item(comparison: &mut Comparison<'_>, site: &Site, path: &str, old: &Object, new: &Object) {
    for method in METHODS {
        let subject = name(&format!("{} {path}", method.to_uppercase()));
        let at = site.step(method).called(subject);
        match (old.get(method), new.get(method)) {
            (Some(was), Some(is)) => {
                if let Some((was, is)) = comparison.objects(&at, Some(was), Some(is)) {
                    operation(comparison, &at, was, is);
                }
            }
            (Some(was), None) => {
                let verdict = removed(path);
                comparison.changed(&at, "operation removed", Some(was), None, verdict);
            }
            (None, Some(is)) => {
                comparison.changed(&at, "operation added", None, Some(is), added());
            }
            (None, None) => {}
        }
    }
    let key = "parameters";
    parameters::compare_lists(comparison, &site.step(key), old.get(key), new.get(key));
    servers::compare(comparison, site, old, new);
    let handled: Vec<&str> = METHODS.into_iter().chain([key, "servers"]).collect();
    comparison.rest(site, old, new, &handled);
}

fn operation(comparison: &mut Comparison<'_>, site: &Site, old: &Object, new: &Object) {
    comparison.value(site, "operationId", old, new, |old, new| {
        Verdict::person(format!(
            "The name of an operation was {} by the vendor. The raw client's method is named \
             after it, or after the overlay where that gives a name: hold the two together, so \
             that the method users of the raw client call keeps its name.",
            happened(old, new)
        ))
    });
    let key = "parameters";
    parameters::compare_lists(comparison, &site.step(key), old.get(key), new.get(key));
    let key = "requestBody";
    let body = site.step(key);
    let subject = format!("body of {}", site.subject);
    payloads::compare_request_bodies(
        comparison,
        &body.called(subject),
        old.get(key),
        new.get(key),
    );
    let key = "responses";
    payloads::compare_responses(comparison, &site.step(key), old.get(key), new.get(key));
    security::compare_operation(comparison, site, old, new);
    servers::compare(comparison, site, old, new);
    comparison.value(site, "deprecated", old, new, |old, new| {
        schema::flag(
            old,
            new,
            consequence::deprecated(true),
            consequence::deprecated(false),
        )
    });
    comparison.rest(
        site,
        old,
        new,
        &[
            "operationId",
            "parameters",
            "requestBody",
            "responses",
            "security",
            "servers",
            "deprecated",
        ],
    );
}
