//! Bodies that are sent and answers that are received, with their media types and headers.

use serde_json::Value;

use super::comparison::{Comparison, Object, Pair, happened, pairs};
use super::parameters;
use super::references;
use super::schema;
use super::site::Site;
use super::verdict::Verdict;

const JSON: &str = "application/json";

/// Compares the body of a request; it may be absent on either side.
pub(super) fn compare_request_bodies(
    comparison: &mut Comparison<'_>,
    site: &Site,
    old: Option<&Value>,
    new: Option<&Value>,
) {
    match (old, new) {
        (Some(old), Some(new)) => references::compare(comparison, site, old, new, request_body),
        (None, Some(body)) => {
            let required = references::resolve(comparison.new, body, &site.new)
                .is_some_and(|(_, body)| body.get("required") == Some(&Value::Bool(true)));
            let verdict = if required {
                Verdict::breaking("The SDK sends none: these requests are refused from now on.")
            } else {
                Verdict::compatible("The SDK sends none, and need not.")
            };
            comparison.changed(site, "added", None, Some(body), verdict);
        }
        (Some(body), None) => {
            let verdict = Verdict::breaking(
                "What the SDK sends in it is no longer read, or the request is refused.",
            );
            comparison.changed(site, "removed", Some(body), None, verdict);
        }
        (None, None) => {}
    }
}

/// Compares two bodies of requests, told in place.
pub(super) fn request_body(
    comparison: &mut Comparison<'_>,
    site: &Site,
    old: &Object,
    new: &Object,
) {
    comparison.value(site, "required", old, new, |old, new| {
        schema::flag(
            old,
            new,
            Verdict::breaking("Requests without a body, as the SDK may send, are refused."),
            Verdict::compatible("The body may be left out; what the SDK sends is still accepted."),
        )
    });
    content(comparison, site, old, new);
    comparison.rest(site, old, new, &["required", "content"]);
}

/// Compares the answers of an operation, by status code.
pub(super) fn compare_responses(
    comparison: &mut Comparison<'_>,
    site: &Site,
    old: Option<&Value>,
    new: Option<&Value>,
) {
    let Some((old, new)) = comparison.objects(site, old, new) else {
        return;
    };
    let owner = site.clone();
    for (code, pair) in pairs(old, new) {
        let at = owner.step(code).part("answer", code);
        match pair {
            Pair::Both(old, new) => references::compare(comparison, &at, old, new, response),
            Pair::Removed(value) => {
                let verdict = if code.starts_with('2') || code == "default" {
                    Verdict::breaking(
                        "Success is no longer told this way: what the SDK waits for may not come, \
                         and a raw client generated from this document has no type for it.",
                    )
                } else {
                    Verdict::compatible(
                        "The SDK reads the body of every answer, whatever its status: nothing \
                         changes if this one still comes.",
                    )
                };
                comparison.changed(&at, "removed", Some(value), None, verdict);
            }
            Pair::Added(value) => {
                let verdict = Verdict::person(
                    "Released versions read the body of every answer, whatever its status, so \
                     none is lost. The generator fails on two typed error answers: the overlay \
                     may have to take this one away.",
                );
                comparison.changed(&at, "added", None, Some(value), verdict);
            }
        }
    }
}

/// Compares two answers, told in place.
pub(super) fn response(comparison: &mut Comparison<'_>, site: &Site, old: &Object, new: &Object) {
    headers(comparison, site, old, new);
    content(comparison, site, old, new);
    comparison.rest(site, old, new, &["headers", "content"]);
}

fn headers(comparison: &mut Comparison<'_>, site: &Site, old: &Object, new: &Object) {
    let key = "headers";
    let at = site.step(key);
    let Some((old, new)) = comparison.objects(&at, old.get(key), new.get(key)) else {
        return;
    };
    for (header, pair) in pairs(old, new) {
        let at = at.step(header).part("header", header);
        match pair {
            Pair::Both(old, new) => {
                references::compare(comparison, &at, old, new, parameters::in_place);
            }
            Pair::Removed(value) => {
                let verdict = Verdict::person(
                    "The SDK reads `Retry-After` alone, and does without it where it is missing. \
                     See whether the vendor put the information elsewhere.",
                );
                comparison.changed(&at, "removed", Some(value), None, verdict);
            }
            Pair::Added(value) => {
                let verdict = Verdict::compatible("The SDK passes over headers it does not know.");
                comparison.changed(&at, "added", None, Some(value), verdict);
            }
        }
    }
}

fn content(comparison: &mut Comparison<'_>, site: &Site, old: &Object, new: &Object) {
    let usage = comparison.usage(site);
    let at = site.step("content");
    let Some((old, new)) = comparison.objects(&at, old.get("content"), new.get("content")) else {
        return;
    };
    for (media_type, pair) in pairs(old, new) {
        let at = at.step(media_type);
        let media = at.clone().part("media type", media_type);
        match pair {
            Pair::Both(old, new) => {
                if let Some((old, new)) = comparison.objects(&media, Some(old), Some(new)) {
                    schema_of(comparison, &at, old, new);
                    comparison.rest(&media, old, new, &["schema"]);
                }
            }
            Pair::Removed(value) => {
                let received = if media_type == JSON {
                    Verdict::breaking(
                        "Answers are no longer documented as JSON, which is all that the SDK \
                         reads: if they are not, every call ends in an error.",
                    )
                } else {
                    Verdict::compatible("The SDK reads JSON alone: nothing changes for it.")
                };
                let sent =
                    Verdict::breaking("The SDK goes on sending this form: expect a refusal.");
                let verdict = usage.judge(sent, received);
                comparison.changed(&media, "removed", Some(value), None, verdict);
            }
            Pair::Added(value) => {
                let verdict = usage.judge(
                    Verdict::person(
                        "What the SDK sends is still accepted. The generator takes one form of a \
                         body at most: the overlay may have to take this one away.",
                    ),
                    Verdict::compatible("The SDK goes on reading JSON, which is still there."),
                );
                comparison.changed(&media, "added", None, Some(value), verdict);
            }
        }
    }
}

/// Compares the value of `schema`, which may be absent on either side.
pub(super) fn schema_of(comparison: &mut Comparison<'_>, site: &Site, old: &Object, new: &Object) {
    let at = site.step("schema");
    match (old.get("schema"), new.get("schema")) {
        (Some(old), Some(new)) => schema::compare(comparison, &at, old, new),
        (old, new) if old != new => {
            let verdict = if new.is_none() {
                Verdict::breaking(
                    "The form is no longer told, and the generator needs it: no release of the \
                     SDK can be made from this document without help of the overlay.",
                )
            } else {
                Verdict::person(
                    "The form is told for the first time: hold it against what the SDK sends and \
                     reads.",
                )
            };
            let what = format!("its form (`schema`) {}", happened(old, new));
            comparison.changed(&at, what, old, new, verdict);
        }
        _ => {}
    }
}
