//! Parameters: matched by name, judged as what clients send.

use std::collections::BTreeSet;

use serde_json::Value;

use super::comparison::{Comparison, Object};
use super::consequence;
use super::reach::Use;
use super::references::{self, resolve};
use super::schema;
use super::site::Site;
use super::spot::Spot;
use super::verdict::Verdict;

/// Compares the parameters of an operation, or those that a path gives to all of its operations.
pub(super) fn compare_lists(
    comparison: &mut Comparison<'_>,
    site: &Site,
    old: Option<&Value>,
    new: Option<&Value>,
) {
    let Some((old, new)) = comparison.lists(site, old, new) else {
        return;
    };
    let Some((was, is)) = keys(comparison, old, new) else {
        comparison.odd(site, Some(&Value::from(old)), Some(&Value::from(new)));
        return;
    };
    let before = comparison.len();
    for (index, key) in was.iter().enumerate() {
        let found = is.iter().position(|other| other == key);
        let at = site
            .steps(&index, &found.unwrap_or(index))
            .part("parameter", &key.0);
        if let Some(found) = found {
            references::compare(comparison, &at, &old[index], &new[found], in_place);
        } else {
            let verdict = removed(&key.0);
            comparison.changed(&at, "removed", Some(&old[index]), None, verdict);
        }
    }
    for (index, key) in is.iter().enumerate().filter(|(_, key)| !was.contains(key)) {
        let at = site.steps(&index, &index).part("parameter", &key.0);
        let node = &new[index];
        let parameter = resolve(comparison.new, node, &at.new).map_or(node, |(_, node)| node);
        let required = parameter.get("required") == Some(&Value::Bool(true));
        let (what, verdict) = if required {
            (
                "added, required",
                Verdict::breaking(
                    "Requests of the SDK do not carry it: they are refused until a release sends \
                     it.",
                ),
            )
        } else {
            (
                "added, optional",
                Verdict::compatible("The SDK does not send it, and need not."),
            )
        };
        comparison.changed(&at, what, None, Some(node), verdict);
    }
    if comparison.len() == before {
        comparison.reordered(site, old, new);
    }
}

/// Name and, where names alone are not enough, location of each parameter.
type Key = (String, String);

fn keys(comparison: &Comparison<'_>, old: &[Value], new: &[Value]) -> Option<(Vec<Key>, Vec<Key>)> {
    let was = list_keys(comparison.old, old)?;
    let is = list_keys(comparison.new, new)?;
    let by_name = |keys: &[Key]| -> Vec<Key> {
        keys.iter()
            .map(|(name, _)| (name.clone(), String::new()))
            .collect()
    };
    let unique = |keys: &[Key]| keys.iter().collect::<BTreeSet<_>>().len() == keys.len();
    // By name alone, a parameter that moves to another location is seen as the same one.
    [(by_name(&was), by_name(&is)), (was, is)]
        .into_iter()
        .find(|(was, is)| unique(was) && unique(is))
}

fn list_keys(document: &Value, list: &[Value]) -> Option<Vec<Key>> {
    list.iter()
        .map(|node| {
            let (_, parameter) = resolve(document, node, "")?;
            let text = |key| Some(parameter.get(key)?.as_str()?.to_owned());
            Some((text("name")?, text("in")?))
        })
        .collect()
}

fn removed(parameter: &str) -> Verdict {
    Verdict::breaking(match Spot::parameter(parameter) {
        Some(_) => {
            "Lookups send the ids in it, and nobody reads them any more: lookups are refused, or \
             every id comes back as missing."
        }
        None => "What the SDK sends in it is no longer read, or the request is refused.",
    })
}

/// Compares one parameter, or one header of an answer.
pub(super) fn in_place(comparison: &mut Comparison<'_>, site: &Site, old: &Object, new: &Object) {
    let usage = comparison.usage(site);
    comparison.value(site, "name", old, new, |_, _| {
        moved(
            usage,
            "The SDK goes on sending the old name, which nobody reads any more.",
        )
    });
    comparison.value(site, "in", old, new, |_, _| {
        moved(
            usage,
            "The SDK goes on sending it in the old location, where nobody looks any more: expect \
             its requests to be refused.",
        )
    });
    comparison.value(site, "required", old, new, |old, new| {
        schema::flag(
            old,
            new,
            consequence::must_be_there(usage),
            usage.judge(
                Verdict::compatible(
                    "It may be left out now; what the SDK sends is still accepted.",
                ),
                Verdict::person("Answers may lack it now: see whether the SDK relies on it."),
            ),
        )
    });
    for key in ["style", "explode"] {
        comparison.value(site, key, old, new, |_, _| {
            moved(
                usage,
                "Values with more than one part are written in another way now; the SDK goes on \
                 writing them in the old one.",
            )
        });
    }
    comparison.value(site, "deprecated", old, new, |old, new| {
        schema::flag(
            old,
            new,
            consequence::deprecated(true),
            consequence::deprecated(false),
        )
    });
    super::payloads::schema_of(comparison, site, old, new);
    comparison.rest(
        site,
        old,
        new,
        &[
            "name",
            "in",
            "required",
            "style",
            "explode",
            "deprecated",
            "schema",
        ],
    );
}

/// The judgement of a parameter that is looked for elsewhere, or in another form.
fn moved(usage: Use, consequence: &str) -> Verdict {
    usage.judge(
        Verdict::breaking(consequence),
        Verdict::person(
            "A header of an answer is told in another way: see whether the SDK reads it.",
        ),
    )
}
