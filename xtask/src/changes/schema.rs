//! Schemas: the type, the values and the fields of what is sent and received.

use serde_json::Value;

use super::comparison::{Comparison, Object, Pair, pairs};
use super::composition::{self, Flat};
use super::consequence;
use super::constraints;
use super::markdown::name;
use super::references;
use super::site::Site;
use super::verdict::Verdict;

/// The keywords this room and its neighbours know; all others fall to the catch-all.
const KNOWN: [&str; 13] = [
    "type",
    "format",
    "nullable",
    "deprecated",
    "default",
    "enum",
    "required",
    "properties",
    "items",
    "additionalProperties",
    "allOf",
    "oneOf",
    "anyOf",
];

/// Compares two schemas, either of which may be a reference.
pub(super) fn compare(comparison: &mut Comparison<'_>, site: &Site, old: &Value, new: &Value) {
    references::compare(comparison, site, old, new, in_place);
}

/// Compares two schemas that are told in place.
pub(super) fn in_place(comparison: &mut Comparison<'_>, site: &Site, old: &Object, new: &Object) {
    let usage = comparison.usage(site);
    comparison.value(site, "type", old, new, |_, _| consequence::retyped(usage));
    comparison.value(site, "format", old, new, |old, new| {
        consequence::reformatted(usage, old.is_some(), new.is_some())
    });
    comparison.value(site, "nullable", old, new, |old, new| {
        flag(
            old,
            new,
            consequence::may_be_null(usage),
            consequence::never_null(usage),
        )
    });
    comparison.value(site, "deprecated", old, new, |old, new| {
        flag(
            old,
            new,
            consequence::deprecated(true),
            consequence::deprecated(false),
        )
    });
    comparison.value(site, "default", old, new, |_, _| {
        Verdict::person(
            "What the vendor takes for granted when nothing is said is another value: requests \
             that leave it out, as those of the SDK do, may do something else than before.",
        )
    });
    constraints::compare(comparison, site, old, new);
    values(comparison, site, old, new);
    let flat = Flat::of(comparison, site, old, new);
    required(comparison, site, old, new, &flat);
    fields(comparison, site, old, new, &flat);
    nested(comparison, site, old, new, "items");
    additional(comparison, site, old, new);
    composition::compare(comparison, site, old, new, &flat);
    let handled: Vec<&str> = KNOWN.into_iter().chain(constraints::keywords()).collect();
    comparison.rest(site, old, new, &handled);
}

/// The judgement of a keyword that is `true`, `false`, or absent for `false`.
pub(super) fn flag(
    old: Option<&Value>,
    new: Option<&Value>,
    set: Verdict,
    unset: Verdict,
) -> Verdict {
    let truth = |value: Option<&Value>| value.map_or(Some(false), Value::as_bool);
    match (truth(old), truth(new)) {
        (Some(false), Some(true)) => set,
        (Some(true), Some(false)) => unset,
        (Some(_), Some(_)) => Verdict::same_meaning(),
        _ => Verdict::unknown(),
    }
}

fn values(comparison: &mut Comparison<'_>, site: &Site, old: &Object, new: &Object) {
    let usage = comparison.usage(site);
    let at = site.step("enum");
    let (was, is) = (old.get("enum"), new.get("enum"));
    if was.is_none() != is.is_none() {
        let what = if is.is_some() {
            "the allowed values are listed now"
        } else {
            "the allowed values are no longer listed"
        };
        let verdict = consequence::enum_as_a_whole(usage, is.is_some());
        comparison.changed(&at, what, was, is, verdict);
    } else if let Some((old, new)) = comparison.lists(&at, was, is) {
        let (removed, added) = comparison.elements(&at, old, new);
        for value in removed {
            let verdict = consequence::enum_value_removed(usage);
            comparison.changed(&at, "enum value removed", Some(value), None, verdict);
        }
        for value in added {
            let verdict = consequence::enum_value_added(usage);
            comparison.changed(&at, "enum value added", None, Some(value), verdict);
        }
    }
}

fn required(
    comparison: &mut Comparison<'_>,
    site: &Site,
    old: &Object,
    new: &Object,
    flat: &Flat<'_>,
) {
    let usage = comparison.usage(site);
    let at = site.step("required");
    let Some((was, is)) = comparison.lists(&at, old.get("required"), new.get("required")) else {
        return;
    };
    // A field that comes or goes says by itself that it is required.
    let stays = |field: &str| has_field(old, field) == has_field(new, field) || flat.has(field);
    let (removed, added) = comparison.elements(&at, was, is);
    for (list, is_required) in [(removed, false), (added, true)] {
        for value in list {
            let (gone, come) = if is_required {
                (None, Some(value))
            } else {
                (Some(value), None)
            };
            let Some(field) = value.as_str() else {
                comparison.odd(&at, gone, come);
                continue;
            };
            if !stays(field) {
                continue;
            }
            let (what, verdict) = if is_required {
                (
                    "has to be there now",
                    consequence::must_be_there(usage.field(field)),
                )
            } else {
                (
                    "may be left out now",
                    consequence::may_be_absent(usage.field(field)),
                )
            };
            let at = at.clone().part("field", field);
            comparison.changed(&at, what, gone, come, verdict);
        }
    }
}

fn has_field(schema: &Object, field: &str) -> bool {
    schema
        .get("properties")
        .is_some_and(|fields| fields.get(field).is_some())
}

fn requires(schema: &Object, field: &str) -> bool {
    schema
        .get("required")
        .and_then(Value::as_array)
        .is_some_and(|names| names.iter().any(|name| name == field))
}

fn fields(
    comparison: &mut Comparison<'_>,
    site: &Site,
    old: &Object,
    new: &Object,
    flat: &Flat<'_>,
) {
    let usage = comparison.usage(site);
    let at = site.step("properties");
    let Some((was, is)) = comparison.objects(&at, old.get("properties"), new.get("properties"))
    else {
        return;
    };
    for (field, pair) in pairs(was, is) {
        let at = at.step(field).part("field", field);
        match pair {
            Pair::Both(old, new) => compare(comparison, &at, old, new),
            Pair::Removed(value) => {
                if flat.moved(comparison, &at, field, Some(value), None) {
                    continue;
                }
                let verdict = consequence::field_removed(usage.field(field));
                let what = with_required("removed", requires(old, field));
                comparison.changed(&at, what, Some(value), None, verdict);
            }
            Pair::Added(value) => {
                if flat.moved(comparison, &at, field, None, Some(value)) {
                    continue;
                }
                let required = requires(new, field);
                let verdict = consequence::field_added(usage.field(field), required);
                let what = with_required("added", required);
                comparison.changed(&at, what, None, Some(value), verdict);
            }
        }
    }
}

fn with_required(what: &str, required: bool) -> String {
    if required {
        format!("{what}, required")
    } else {
        what.to_owned()
    }
}

/// A schema inside a schema, under one keyword.
fn nested(comparison: &mut Comparison<'_>, site: &Site, old: &Object, new: &Object, key: &str) {
    let at = site.step(key).part("each of the", key);
    match (old.get(key), new.get(key)) {
        (Some(old), Some(new)) => compare(comparison, &at, old, new),
        (old, new) if old != new => {
            let verdict = consequence::retyped(comparison.usage(site));
            let what = format!("{} {}", name(key), super::comparison::happened(old, new));
            comparison.changed(&at, what, old, new, verdict);
        }
        _ => {}
    }
}

fn additional(comparison: &mut Comparison<'_>, site: &Site, old: &Object, new: &Object) {
    let key = "additionalProperties";
    if let (Some(old @ Value::Object(_)), Some(new @ Value::Object(_))) =
        (old.get(key), new.get(key))
    {
        let at = site.step(key).part("undeclared", "fields");
        compare(comparison, &at, old, new);
        return;
    }
    let usage = comparison.usage(site);
    comparison.value(site, key, old, new, |old, new| {
        let open = |value: Option<&Value>| value.map_or(Some(true), Value::as_bool);
        match (open(old), open(new)) {
            (Some(true), Some(false)) => usage.judge(
                Verdict::breaking("Requests with a field that is not declared are refused."),
                Verdict::compatible(
                    "Released versions read it as before. A regenerated raw client would refuse \
                     an answer with a field that nobody declared, unless the overlay opens it.",
                ),
            ),
            (Some(false), Some(true)) => usage.judge(
                Verdict::compatible("More is accepted than before; what the SDK sends still is."),
                Verdict::breaking(
                    "A generated type that refuses undeclared fields sends an answer with one \
                     through the slower salvage path.",
                ),
            ),
            (Some(_), Some(_)) => Verdict::same_meaning(),
            _ => Verdict::unknown(),
        }
    });
}
