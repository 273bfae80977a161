//! Credentials: the schemes, and which of them an operation asks for.

use serde_json::Value;

use super::comparison::{Comparison, Object, Pair, pairs};
use super::markdown::name;
use super::site::Site;
use super::verdict::Verdict;

const KEY: &str = "security";

/// Compares what the document asks for where operations say nothing.
pub(super) fn compare_document(
    comparison: &mut Comparison<'_>,
    site: &Site,
    old: &Object,
    new: &Object,
) {
    let at = site.step(KEY).called("credentials of all operations");
    requirements(comparison, &at, old.get(KEY), new.get(KEY), (None, None));
}

/// Compares what one operation asks for, in place of what the document does.
pub(super) fn compare_operation(
    comparison: &mut Comparison<'_>,
    site: &Site,
    old: &Object,
    new: &Object,
) {
    let at = site
        .step(KEY)
        .called(format!("credentials of {}", site.subject));
    let general = (comparison.old.get(KEY), comparison.new.get(KEY));
    requirements(comparison, &at, old.get(KEY), new.get(KEY), general);
}

fn requirements(
    comparison: &mut Comparison<'_>,
    site: &Site,
    old: Option<&Value>,
    new: Option<&Value>,
    general: (Option<&Value>, Option<&Value>),
) {
    if old == new {
        return;
    }
    let own = (old, new);
    let (was, is) = (old.or(general.0), new.or(general.1));
    if was == is {
        comparison.changed(
            site,
            "told in another place",
            old,
            new,
            Verdict::same_meaning(),
        );
        return;
    }
    let list = |value: Option<&Value>| match value {
        None => Some(Vec::new()),
        Some(value) => value.as_array().cloned(),
    };
    let (Some(was), Some(is)) = (list(was), list(is)) else {
        comparison.odd(site, own.0, own.1);
        return;
    };
    if was.is_empty() != is.is_empty() {
        let verdict = Verdict::person(if is.is_empty() {
            "The document no longer asks for credentials. The SDK goes on sending them, to the \
             configured origin only: decide whether it should."
        } else {
            "The document asks for credentials now. The SDK sends exactly one of API key and \
             bearer token with every call: see that this is what is asked for."
        });
        comparison.changed(site, "asked for or not", own.0, own.1, verdict);
        return;
    }
    let before = comparison.len();
    for way in was.iter().filter(|way| !is.contains(way)) {
        let verdict = Verdict::breaking(format!(
            "Users who authenticate with {} are refused (expect business code 1101 or HTTP 401) \
             until they change over to another way.",
            schemes(way)
        ));
        let what = format!("{} no longer accepted", schemes(way));
        comparison.changed(site, what, Some(way), None, verdict);
    }
    for way in is.iter().filter(|way| !was.contains(way)) {
        let verdict = Verdict::compatible(
            "One more way to authenticate; the SDK does not offer it until somebody adds it.",
        );
        let what = format!("{} accepted too", schemes(way));
        comparison.changed(site, what, None, Some(way), verdict);
    }
    if comparison.len() == before {
        comparison.reordered(site, &was, &is);
    }
}

/// The schemes that one way of authenticating combines.
fn schemes(way: &Value) -> String {
    let names: Vec<String> = way
        .as_object()
        .into_iter()
        .flat_map(Object::keys)
        .map(|scheme| name(scheme))
        .collect();
    if names.is_empty() {
        String::from("no credentials")
    } else {
        names.join(" and ")
    }
}

/// Compares the schemes that `security` chooses from.
pub(super) fn compare_schemes(
    comparison: &mut Comparison<'_>,
    site: &Site,
    old: Option<&Value>,
    new: Option<&Value>,
) {
    let Some((old, new)) = comparison.objects(site, old, new) else {
        return;
    };
    for (scheme, pair) in pairs(old, new) {
        let at = site
            .step(scheme)
            .called(format!("security scheme {}", name(scheme)));
        match pair {
            Pair::Both(old, new) => {
                if let Some((old, new)) = comparison.objects(&at, Some(old), Some(new)) {
                    compare_scheme(comparison, &at, old, new);
                }
            }
            Pair::Removed(value) => {
                let verdict = Verdict::breaking(format!(
                    "{} are refused (expect business code 1101 or HTTP 401) once the vendor stops \
                     taking them.",
                    users_of(value)
                ));
                comparison.changed(&at, "removed", Some(value), None, verdict);
            }
            Pair::Added(value) => {
                let verdict = Verdict::compatible(
                    "The SDK does not offer it until somebody adds it; the ways it knows stay.",
                );
                comparison.changed(&at, "added", None, Some(value), verdict);
            }
        }
    }
}

fn compare_scheme(comparison: &mut Comparison<'_>, site: &Site, old: &Object, new: &Object) {
    for key in ["type", "in", "name", "scheme"] {
        comparison.value(site, key, old, new, |_, _| {
            Verdict::breaking(
                "The SDK goes on sending the credential in the old way: users who authenticate \
                 with it are refused (expect business code 1101 or HTTP 401).",
            )
        });
    }
    comparison.value(site, "description", old, new, |_, _| {
        Verdict::person(
            "This text says which credential wins if both are sent, and where to get one. The SDK \
             sends exactly one: read whether that is still right.",
        )
    });
    comparison.rest(
        site,
        old,
        new,
        &["type", "in", "name", "scheme", "description"],
    );
}

fn users_of(scheme: &Value) -> &'static str {
    let text = |key| scheme.get(key).and_then(Value::as_str);
    match (text("type"), text("scheme")) {
        (Some("apiKey"), _) => "Clients built with an API key",
        (Some("http"), Some("bearer")) => "Clients built with a bearer token",
        _ => "Clients that authenticate with it",
    }
}
