//! Schemas made of schemas: `allOf`, `oneOf`, `anyOf`.
//!
//! A field may move between a schema and a part of its `allOf` without a change for anybody. So
//! the fields of both sides are gathered through the parts before one is called gone.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::comparison::{Comparison, Object};
use super::consequence;
use super::markdown::name;
use super::references::{resolve, target};
use super::schema;
use super::site::{Site, child};
use super::verdict::Verdict;

/// The most nested `allOf` that is looked into for fields.
const DEEPEST: usize = 16;

type Fields<'a> = BTreeMap<&'a str, (String, &'a Value)>;

/// The fields that each side has only through the parts of its `allOf`, with their places.
#[derive(Debug, Default)]
pub(super) struct Flat<'a> {
    old: Fields<'a>,
    new: Fields<'a>,
}

impl<'a> Flat<'a> {
    pub(super) fn of(
        comparison: &Comparison<'a>,
        site: &Site,
        old: &'a Object,
        new: &'a Object,
    ) -> Self {
        if old.get("allOf") == new.get("allOf") {
            return Self::default();
        }
        Self {
            old: fields_of_parts(comparison.old, old, &site.old),
            new: fields_of_parts(comparison.new, new, &site.new),
        }
    }

    /// Whether a part of either side has the field.
    pub(super) fn has(&self, field: &str) -> bool {
        self.old.contains_key(field) || self.new.contains_key(field)
    }

    /// Whether the field that one side tells in place is told by a part on the other side; if so,
    /// a row says it moved, and the two are compared.
    pub(super) fn moved(
        &self,
        comparison: &mut Comparison<'_>,
        site: &Site,
        field: &str,
        old: Option<&Value>,
        new: Option<&Value>,
    ) -> bool {
        let verdict = || {
            Verdict::compatible(
                "The field is still there, told in another place of the document; where it \
                 differs, rows of their own say so.",
            )
        };
        match (old, new) {
            (Some(old), None) => {
                let Some((at, part)) = self.new.get(field) else {
                    return false;
                };
                comparison.changed(
                    site,
                    "told by a part of `allOf` now",
                    Some(old),
                    None,
                    verdict(),
                );
                schema::compare(comparison, &site.moved_to(&site.old, at), old, part);
            }
            (None, Some(new)) => {
                let Some((at, part)) = self.old.get(field) else {
                    return false;
                };
                comparison.changed(
                    site,
                    "no longer told by a part of `allOf`",
                    None,
                    Some(new),
                    verdict(),
                );
                schema::compare(comparison, &site.moved_to(at, &site.new), part, new);
            }
            _ => return false,
        }
        true
    }
}

fn fields_of_parts<'a>(document: &'a Value, schema: &'a Object, at: &str) -> Fields<'a> {
    let mut fields = Fields::new();
    let mut seen = BTreeSet::new();
    for (at, part) in parts(schema, at) {
        gather(document, part, &at, DEEPEST, &mut seen, &mut fields);
    }
    fields
}

fn parts<'a>(schema: &'a Object, at: &str) -> Vec<(String, &'a Value)> {
    let at = child(at, "allOf");
    let list = schema.get("allOf").and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .enumerate()
        .map(|(index, part)| (child(&at, &index.to_string()), part))
        .collect()
}

fn gather<'a>(
    document: &'a Value,
    node: &'a Value,
    at: &str,
    depth: usize,
    seen: &mut BTreeSet<String>,
    fields: &mut Fields<'a>,
) {
    let Some((at, node)) = resolve(document, node, at) else {
        return;
    };
    let Some(schema) = node.as_object() else {
        return;
    };
    if depth == 0 || !seen.insert(at.clone()) {
        return;
    }
    if let Some(own) = schema.get("properties").and_then(Value::as_object) {
        let at = child(&at, "properties");
        for (field, value) in own {
            fields
                .entry(field)
                .or_insert_with(|| (child(&at, field), value));
        }
    }
    for (at, part) in parts(schema, &at) {
        gather(document, part, &at, depth - 1, seen, fields);
    }
}

/// Compares the parts of two schemas.
pub(super) fn compare(
    comparison: &mut Comparison<'_>,
    site: &Site,
    old: &Object,
    new: &Object,
    flat: &Flat<'_>,
) {
    for keyword in ["allOf", "oneOf", "anyOf"] {
        let at = site.step(keyword);
        let lists = comparison.lists(&at, old.get(keyword), new.get(keyword));
        if let Some((was, is)) = lists {
            compare_parts(comparison, &at, keyword, (was, is), |comparison, gone| {
                if keyword == "allOf" {
                    fields_of_part(comparison, site, (old, new), flat, gone);
                }
            });
        }
    }
}

/// One part without a counterpart: its index, and whether it is the newer side's.
#[derive(Debug, Clone, Copy)]
struct Lone {
    index: usize,
    is_new: bool,
}

fn compare_parts<'a>(
    comparison: &mut Comparison<'a>,
    site: &Site,
    keyword: &str,
    (old, new): (&[Value], &[Value]),
    mut lone_part: impl FnMut(&mut Comparison<'a>, Lone),
) {
    let (mut was, mut is): (Vec<_>, Vec<_>) = ((0..old.len()).collect(), (0..new.len()).collect());
    // Equal parts first, then references to the same place, then what is left, in order.
    take_matches(&mut was, &mut is, |a, b| old[a] == new[b]);
    if was.is_empty() && is.is_empty() {
        comparison.reordered(site, old, new);
        return;
    }
    let mut matched = take_matches(&mut was, &mut is, |a, b| {
        target(&old[a]).is_some() && target(&old[a]) == target(&new[b])
    });
    let both = was.len().min(is.len());
    matched.extend(std::iter::zip(was.drain(..both), is.drain(..both)));
    for (a, b) in matched {
        schema::compare(comparison, &site.steps(&a, &b), &old[a], &new[b]);
    }
    let usage = comparison.usage(&parent(site));
    for index in was {
        let verdict = usage.judge(
            match keyword {
                "allOf" => Verdict::person(
                    "Less is asked for than before, or fields are no longer read: see the rows of \
                     its fields.",
                ),
                _ => {
                    Verdict::breaking("Requests of this form, which the SDK may send, are refused.")
                }
            },
            Verdict::person(
                "Answers have one shape less: see the rows of its fields, and whether the \
                 generated type still decodes what comes.",
            ),
        );
        let at = site.steps(&index, &index);
        let what = format!("one part of {} removed", name(keyword));
        comparison.changed(&at, what, Some(&old[index]), None, verdict);
        lone_part(
            comparison,
            Lone {
                index,
                is_new: false,
            },
        );
    }
    for index in is {
        let verdict = usage.judge(
            match keyword {
                "allOf" => Verdict::breaking(
                    "More is asked for than before: requests that lack it are refused.",
                ),
                _ => Verdict::compatible("One more form is accepted; what the SDK sends still is."),
            },
            match keyword {
                "allOf" => Verdict::compatible(
                    "Answers carry more than before; released versions pass over what they do not \
                     know.",
                ),
                _ => Verdict::person(
                    "Answers may come in a form that released versions do not know: those go \
                     through the slower salvage path.",
                ),
            },
        );
        let at = site.steps(&index, &index);
        let what = format!("one part of {} added", name(keyword));
        comparison.changed(&at, what, None, Some(&new[index]), verdict);
        lone_part(
            comparison,
            Lone {
                index,
                is_new: true,
            },
        );
    }
}

fn parent(site: &Site) -> Site {
    let up = |pointer: &str| {
        pointer
            .rsplit_once('/')
            .map_or(String::new(), |(parent, _)| parent.to_owned())
    };
    site.moved_to(&up(&site.old), &up(&site.new))
}

/// Takes the pairs out of both lists of indices that `same` holds for.
fn take_matches(
    was: &mut Vec<usize>,
    is: &mut Vec<usize>,
    same: impl Fn(usize, usize) -> bool,
) -> Vec<(usize, usize)> {
    let mut matched = Vec::new();
    was.retain(|&a| {
        let found = is.iter().position(|&b| same(a, b));
        if let Some(at) = found {
            matched.push((a, is.remove(at)));
        }
        found.is_none()
    });
    matched
}

/// Rows for the fields that come or go with a part of `allOf`, unless the other side has them.
fn fields_of_part(
    comparison: &mut Comparison<'_>,
    site: &Site,
    (old, new): (&Object, &Object),
    flat: &Flat<'_>,
    lone: Lone,
) {
    let usage = comparison.usage(site);
    let (document, own, other, other_flat, at) = if lone.is_new {
        (comparison.new, new, old, &flat.old, &site.new)
    } else {
        (comparison.old, old, new, &flat.new, &site.old)
    };
    let Some((at, part)) = parts(own, at).into_iter().nth(lone.index) else {
        return;
    };
    let mut fields = Fields::new();
    gather(
        document,
        part,
        &at,
        DEEPEST,
        &mut BTreeSet::new(),
        &mut fields,
    );
    let in_place = other.get("properties").and_then(Value::as_object);
    for (field, (at, value)) in fields {
        if other_flat.contains_key(field) || in_place.is_some_and(|own| own.contains_key(field)) {
            continue;
        }
        let place = site.moved_to(&at, &at).part("field", field);
        let usage = usage.field(field);
        if lone.is_new {
            let verdict = consequence::field_added(usage, false);
            comparison.changed(&place, "added", None, Some(value), verdict);
        } else {
            let verdict = consequence::field_removed(usage);
            comparison.changed(&place, "removed", Some(value), None, verdict);
        }
    }
}
