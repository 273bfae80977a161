//! Schemas: the type, the values and the fields of what is sent and received.
//!
//! Both sides are compared as what they come to (see [`shape`]): a part of `allOf` that narrows
//! what another part says is a change of the whole.

mod limits;
mod merged;
mod shape;

use std::collections::BTreeSet;

use serde_json::Value;

use crate::kind::{Kind, Usage};
use crate::location::Location;
use crate::pointer::{ancestors, child, is_recursive, target};
use crate::roles::Direction;
use crate::walk::{Difference, Use, Walk, is_prose};
use limits::Limit;
use merged::Merged;
use shape::{Alternative, Node, Shape, names};

/// Deeper than any sane document, shallow enough for every stack.
const DEEPEST: usize = 64;

/// Compares two schemas, either of which may be a reference.
pub(crate) fn compare<'a>(
    walk: &mut Walk<'a>,
    at: &Location,
    old: &'a Value,
    new: &'a Value,
    used: &Use,
) {
    let node = |at: &str, value| {
        vec![Node {
            at: at.to_owned(),
            value,
        }]
    };
    compare_nodes(
        walk,
        &node(&at.old, old),
        &node(&at.new, new),
        used,
        DEEPEST,
    );
}

/// Compares two schemas, each of which is written in one or more places, all of which hold.
fn compare_nodes<'a>(
    walk: &mut Walk<'a>,
    old: &[Node<'a>],
    new: &[Node<'a>],
    used: &Use,
    depth: usize,
) {
    let at = Location::new(&old[0].at, &new[0].at);
    let whole = (Some(old[0].value), Some(new[0].value));
    let usage = walk.usage(used);
    let values =
        |nodes: &[Node<'a>]| -> Vec<&Value> { nodes.iter().map(|node| node.value).collect() };
    let (was, is) = (Shape::new(walk.old, old), Shape::new(walk.new, new));
    if depth == 0 || was.has_too_many || is.has_too_many {
        walk.incomplete = true;
        if values(old) != values(new) {
            walk.found(Kind::TooDeep, &at, whole, usage);
        }
        return;
    }
    let key = |shape: &Shape<'_>| -> BTreeSet<String> {
        shape.pieces().map(|piece| piece.at.clone()).collect()
    };
    walk.incomplete |= !was.dangling.is_empty() || !is.dangling.is_empty();
    if values(&was.dangling) != values(&is.dangling) {
        walk.found(Kind::DanglingReference, &at, whole, usage);
        return;
    }
    if names(walk.old, old) != names(walk.new, new) {
        walk.found(Kind::TypeRenamed, &at, whole, usage);
    }
    walk.incomplete |= !was.malformed.is_empty() || !is.malformed.is_empty();
    if values(&was.malformed) != values(&is.malformed) {
        walk.found(Kind::Unknown, &at, whole, usage);
    }
    let pieces = was.pieces().chain(is.pieces());
    walk.compared.extend(pieces.map(|piece| piece.at.clone()));
    if !walk.visited.insert((key(&was), key(&is), used.clone())) {
        return;
    }
    match (&was.alternatives[..], &is.alternatives[..]) {
        ([old], [new]) => compare_merged(walk, &at, old, new, used, depth),
        ([_], _) | (_, [_]) => walk.found(Kind::TypeChanged, &at, whole, usage),
        (old, new) => compare_alternatives(walk, &at, old, new, used, depth),
    }
}

/// Compares the alternatives of `oneOf` and `anyOf`: equal ones, then those that refer to the same
/// place, then what is left, in order.
fn compare_alternatives<'a>(
    walk: &mut Walk<'a>,
    at: &Location,
    old: &[Alternative<'a>],
    new: &[Alternative<'a>],
    used: &Use,
    depth: usize,
) {
    let usage = walk.usage(used);
    let (mut was, mut is): (Vec<_>, Vec<_>) = ((0..old.len()).collect(), (0..new.len()).collect());
    let arms = |one: &Alternative<'a>| {
        one.arms
            .iter()
            .map(|(_, arm)| arm.value)
            .collect::<Vec<_>>()
    };
    let targets = |one: &Alternative<'a>| -> Option<Vec<&str>> {
        one.arms.iter().map(|(_, arm)| target(arm.value)).collect()
    };
    let mut matched = take_matches(&mut was, &mut is, |a, b| arms(&old[a]) == arms(&new[b]));
    matched.extend(take_matches(&mut was, &mut is, |a, b| {
        targets(&old[a]).is_some() && targets(&old[a]) == targets(&new[b])
    }));
    let both = was.len().min(is.len());
    matched.extend(std::iter::zip(was.drain(..both), is.drain(..both)));
    matched.sort_unstable();
    let keywords = |one: &Alternative<'a>| {
        one.arms
            .iter()
            .map(|(keyword, _)| *keyword)
            .collect::<Vec<_>>()
    };
    let in_order = matched.is_sorted_by_key(|(_, b)| *b);
    if !in_order
        || matched
            .iter()
            .any(|&(a, b)| keywords(&old[a]) != keywords(&new[b]))
    {
        let list = |one: &Alternative<'a>| {
            let arm = one.arms.first().map_or("", |(_, arm)| arm.at.as_str());
            ancestors(arm).nth(1).unwrap_or_default().to_owned()
        };
        let at = Location::new(list(&old[0]), list(&new[0]));
        let value = |document: &Value, at: &str| document.pointer(at).cloned();
        let values = (value(walk.old, &at.old), value(walk.new, &at.new));
        walk.found(
            Kind::AlternativesReordered,
            &at,
            (values.0.as_ref(), values.1.as_ref()),
            usage,
        );
    }
    for (a, b) in matched {
        compare_merged(walk, at, &old[a], &new[b], used, depth);
    }
    let lone = |one: &Alternative<'a>| {
        let arm = one.arms.last().map(|(_, arm)| arm.clone());
        arm.map(|arm| (Location::new(&arm.at, &arm.at), arm.value))
    };
    for (at, value) in was.into_iter().filter_map(|index| lone(&old[index])) {
        walk.found(Kind::AlternativeRemoved, &at, (Some(value), None), usage);
    }
    for (at, value) in is.into_iter().filter_map(|index| lone(&new[index])) {
        walk.found(Kind::AlternativeAdded, &at, (None, Some(value)), usage);
    }
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

/// Compares two schemas without alternatives, keyword by keyword.
fn compare_merged<'a>(
    walk: &mut Walk<'a>,
    at: &Location,
    old: &Alternative<'a>,
    new: &Alternative<'a>,
    used: &Use,
    depth: usize,
) {
    let merged = Merged::new(at, &old.pieces, &new.pieces);
    types(walk, &merged, used);
    values(walk, &merged, used);
    required(walk, &merged, used);
    fields(walk, &merged, used, depth);
    items(walk, &merged, used, depth);
    additional(walk, &merged, used, depth);
    for key in merged.keys() {
        let (was, is) = merged.values(key);
        let kind = match key {
            "type"
            | "nullable"
            | "enum"
            | "required"
            | "properties"
            | "items"
            | "additionalProperties" => continue,
            // Their parts are compared as what they come to.
            "allOf" | "oneOf" | "anyOf" if was.iter().chain(&is).all(|value| value.is_array()) => {
                continue;
            }
            key if is_prose(key) || same_values(&was, &is) => continue,
            key => match Limit::of(key) {
                Some(limit) => limit.change(&was, &is),
                None => Some(match key {
                    "format" if was.is_empty() => Kind::FormatAdded,
                    "format" => Kind::FormatChanged,
                    "default" => Kind::Default,
                    "deprecated" => match (flag(&was), flag(&is)) {
                        (Some(false), Some(true)) => Kind::Deprecated,
                        (Some(true), Some(false)) => Kind::NotDeprecated,
                        (Some(_), Some(_)) => Kind::Rewritten,
                        _ => Kind::Unknown,
                    },
                    _ => Kind::Unknown,
                }),
            },
        };
        if let Some(kind) = kind {
            emit(walk, &merged, key, kind, used);
        }
    }
}

fn emit(walk: &mut Walk<'_>, merged: &Merged<'_, '_>, key: &str, kind: Kind, used: &Use) {
    let (old, new) = merged.excerpts(key);
    let usage = walk.usage(used);
    walk.found(
        kind,
        &merged.place(key),
        (old.as_ref(), new.as_ref()),
        usage,
    );
}

fn same_values(old: &[&Value], new: &[&Value]) -> bool {
    old.iter().all(|value| new.contains(value)) && new.iter().all(|value| old.contains(value))
}

/// A keyword that is `true` if any place says so.
fn flag(values: &[&Value]) -> Option<bool> {
    let values: Option<Vec<bool>> = values.iter().map(|value| value.as_bool()).collect();
    Some(values?.contains(&true))
}

fn types(walk: &mut Walk<'_>, merged: &Merged<'_, '_>, used: &Use) {
    let (was, is) = merged.values("type");
    let kind = match merged.types() {
        (Ok(old), Ok(new)) if old == new => None,
        (Ok(_), Ok(Some(new))) if new.is_empty() => Some(Kind::Contradiction),
        (Err(_), Err(_)) if same_values(&was, &is) => None,
        _ => Some(Kind::TypeChanged),
    };
    if let Some(kind) = kind {
        emit(walk, merged, "type", kind, used);
    }
    let (was, is) = merged.values("nullable");
    let kind = match merged.nullable() {
        (Some(old), Some(new)) if old == new => return,
        (Some(_), Some(true)) => Kind::Nullable,
        (Some(_), Some(false)) => Kind::NotNullable,
        _ if same_values(&was, &is) => return,
        _ => Kind::Unknown,
    };
    let inside = merged.is_inside("nullable");
    let used = Use {
        // A component that allows `null` is generated as another type, wherever it is used.
        optional: used.optional && inside,
        ..used.clone()
    };
    emit(walk, merged, "nullable", kind, &used);
}

fn values(walk: &mut Walk<'_>, merged: &Merged<'_, '_>, used: &Use) {
    let key = "enum";
    let (was, is) = merged.values(key);
    let (Ok(old), Ok(new)) = (merged::listed(&was), merged::listed(&is)) else {
        if !same_values(&was, &is) {
            emit(walk, merged, key, Kind::Unknown, used);
        }
        return;
    };
    let usage = walk.usage(used);
    match (old, new) {
        (None, None) => {}
        (None, Some(_)) => emit(walk, merged, key, Kind::ValuesListed, used),
        (Some(_), None) => emit(walk, merged, key, Kind::ValuesNotListed, used),
        (Some(old), Some(new)) => {
            if old.is_empty() != new.is_empty() {
                let kind = if new.is_empty() {
                    Kind::Contradiction
                } else {
                    Kind::TypeChanged
                };
                emit(walk, merged, key, kind, used);
                return;
            }
            let at = merged.place(key);
            for value in old.iter().filter(|value| !new.contains(value)) {
                walk.found(Kind::ValueRemoved, &at, (Some(value), None), usage);
            }
            for value in new.iter().filter(|value| !old.contains(value)) {
                walk.found(Kind::ValueAdded, &at, (None, Some(value)), usage);
            }
        }
    }
}

/// The use of the field `name` of a schema that is used like this.
fn field_use(walk: &Walk<'_>, used: &Use, name: &str, optional: bool) -> Use {
    Use {
        direction: used.direction,
        position: walk.roles.field(used.position.as_ref(), name),
        optional,
    }
}

fn required(walk: &mut Walk<'_>, merged: &Merged<'_, '_>, used: &Use) {
    let key = "required";
    let (was, is) = merged.values(key);
    let (Some(old), Some(new)) = (merged::names(&was), merged::names(&is)) else {
        if !same_values(&was, &is) {
            emit(walk, merged, key, Kind::Unknown, used);
        }
        return;
    };
    for name in old.symmetric_difference(&new) {
        let (had, has) = (merged.old_nodes(name), merged.new_nodes(name));
        let place = merged.place(key);
        // A field that comes or goes says by itself that it is required.
        if had.is_empty() != has.is_empty() {
            let owners =
                [&place.old, &place.new].map(|at| ancestors(at).nth(1).unwrap_or_default());
            let beside = |node: &&Node<'_>| {
                ancestors(&node.at)
                    .nth(2)
                    .is_some_and(|at| owners.contains(&at))
            };
            if had.iter().chain(&has).any(|node| beside(&node)) {
                walk.explained
                    .extend([place.old.clone(), place.new.clone()]);
            }
            continue;
        }
        let is_now = new.contains(name);
        let usage = walk.usage(&field_use(walk, used, name, false));
        let owner = merged.place("properties");
        let value = Some(Value::from(*name));
        walk.emit(Difference {
            kind: if is_now {
                Kind::FieldRequired
            } else {
                Kind::FieldOptional
            },
            at: place,
            about: Some(
                has.first()
                    .map_or_else(|| child(&owner.new, name), |node| node.at.clone()),
            ),
            old: value.clone().filter(|_| !is_now),
            new: value.filter(|_| is_now),
            usage,
        });
    }
}

fn fields<'a>(walk: &mut Walk<'a>, merged: &Merged<'_, 'a>, used: &Use, depth: usize) {
    let key = "properties";
    let (was, is) = merged.values(key);
    let malformed = |values: &[&Value]| values.iter().any(|value| !value.is_object());
    if (malformed(&was) || malformed(&is)) && !same_values(&was, &is) {
        emit(walk, merged, key, Kind::Unknown, used);
    }
    if merged.has_fields().0 != merged.has_fields().1 {
        // What has no fields is generated as a map or a value, not as a struct.
        emit(walk, merged, key, Kind::TypeChanged, used);
    }
    for name in merged.fields() {
        let (old, new) = (merged.old_nodes(name), merged.new_nodes(name));
        let (was_required, is_required) = merged.required(name);
        let used = field_use(walk, used, name, !was_required && !is_required);
        let usage = walk.usage(&used);
        if !old.is_empty() && !new.is_empty() {
            compare_nodes(walk, &old, &new, &used, depth - 1);
            let forbidden = merged.forbidden(name);
            if forbidden.0 != forbidden.1 {
                let at = Location::new(&old[0].at, &new[0].at);
                let whole = (Some(old[0].value), Some(new[0].value));
                let kind = if forbidden.1 {
                    Kind::Contradiction
                } else {
                    Kind::TypeChanged
                };
                walk.found(kind, &at, whole, usage);
            }
            continue;
        }
        for node in old {
            lone_field(walk, &node, (true, Kind::FieldRemoved), usage);
        }
        for node in new {
            let kind = if is_required {
                Kind::FieldAddedRequired
            } else {
                Kind::FieldAddedOptional
            };
            lone_field(walk, &node, (false, kind), usage);
        }
    }
}

/// A field that only one of the documents has.
fn lone_field(walk: &mut Walk<'_>, node: &Node<'_>, (is_old, kind): (bool, Kind), usage: Usage) {
    let at = Location::new(&node.at, &node.at);
    let (document, values) = if is_old {
        (walk.old, (Some(node.value), None))
    } else {
        (walk.new, (None, Some(node.value)))
    };
    walk.found(kind, &at, values, usage);
    if is_recursive(document, node.value, &node.at) {
        walk.found(Kind::Recursion, &at, values, usage);
    }
}

fn items<'a>(walk: &mut Walk<'a>, merged: &Merged<'_, 'a>, used: &Use, depth: usize) {
    let (old, new) = merged.nodes("items");
    if !old.is_empty() && !new.is_empty() {
        let refers = |nodes: &[Node<'_>]| nodes.iter().all(|node| target(node.value).is_some());
        if refers(&old) != refers(&new) {
            // Generators may allow `null` for an entry that is not a plain reference.
            emit(walk, merged, "items", Kind::TypeRenamed, used);
        }
        let used = Use {
            position: walk.roles.items(used.position.as_ref()),
            optional: false,
            ..used.clone()
        };
        compare_nodes(walk, &old, &new, &used, depth - 1);
    } else if old.is_empty() != new.is_empty() {
        emit(walk, merged, "items", Kind::TypeChanged, used);
    }
}

fn additional<'a>(walk: &mut Walk<'a>, merged: &Merged<'_, 'a>, used: &Use, depth: usize) {
    let key = "additionalProperties";
    let (was, is) = merged.values(key);
    let schemas = |nodes: Vec<Node<'a>>| -> Vec<Node<'a>> {
        nodes
            .into_iter()
            .filter(|node| node.value.is_object())
            .collect()
    };
    let (old, new) = merged.nodes(key);
    let (old, new) = (schemas(old), schemas(new));
    if !old.is_empty() && !new.is_empty() {
        let used = Use {
            position: None,
            optional: false,
            ..used.clone()
        };
        compare_nodes(walk, &old, &new, &used, depth - 1);
    }
    let open = |values: &[&Value]| !values.contains(&&Value::Bool(false));
    let known = |values: &[&Value]| {
        values
            .iter()
            .all(|value| value.is_boolean() || value.is_object())
    };
    let kind = match (open(&was), open(&is)) {
        _ if !known(&was) || !known(&is) => {
            if same_values(&was, &is) {
                return;
            }
            Kind::Unknown
        }
        (true, false) => Kind::UndeclaredForbidden,
        (false, true) => Kind::UndeclaredAllowed,
        // The generated type has one more field.
        _ if old.is_empty() != new.is_empty() && used.direction == Direction::Sent => {
            Kind::TypeChanged
        }
        _ if old.is_empty() != new.is_empty() => Kind::Unknown,
        _ => return,
    };
    emit(walk, merged, key, kind, used);
}
