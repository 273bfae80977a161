//! The keywords about what is inside a value: fields, items, undeclared fields.

use serde_json::Value;

use super::compare_nodes;
use super::keywords::{found, same_values};
use super::merged::{self, Merged, Scope};
use super::shape::Node;
use crate::kind::{Kind, Usage};
use crate::location::Location;
use crate::pointer::{ancestors, child, is_recursive, target};
use crate::roles::{Direction, Position};
use crate::walk::{Difference, Pair, Use, Walk};

/// Compares all keywords about what is inside.
pub(super) fn compare<'a>(walk: &mut Walk<'a>, merged: &Merged<'_, 'a>) {
    required(walk, merged);
    properties(walk, merged);
    items(walk, merged);
    additional(walk, merged);
}

/// The use of something inside.
fn inside(merged: &Merged<'_, '_>, position: Option<Position>, optional: bool) -> Scope {
    Scope {
        used: Use {
            direction: merged.scope.used.direction,
            position,
            optional,
        },
        depth: merged.scope.depth - 1,
    }
}

fn of_field(walk: &Walk<'_>, merged: &Merged<'_, '_>, name: &str, optional: bool) -> Scope {
    let position = walk.roles.field(merged.scope.used.position.as_ref(), name);
    inside(merged, position, optional)
}

fn required(walk: &mut Walk<'_>, merged: &Merged<'_, '_>) {
    let key = "required";
    let (was, is) = merged.values(key);
    let (Some(old), Some(new)) = (merged::names(&was), merged::names(&is)) else {
        if !same_values(&was, &is) {
            found(walk, merged, key, Kind::Unknown);
        }
        return;
    };
    for name in old.symmetric_difference(&new) {
        let (had, has) = merged.field(name);
        let place = merged.place(key);
        // The row of a field that was added or removed covers this.
        if had.is_empty() != has.is_empty() {
            let owner = |at: &str| ancestors(at).nth(1).unwrap_or_default().to_owned();
            let owners = [owner(&place.old), owner(&place.new)];
            let is_beside = |node: &Node<'_>| owners.contains(&owner(&owner(&node.at)));
            if had.iter().chain(&has).any(is_beside) {
                walk.explained.extend([place.old, place.new]);
            }
            continue;
        }
        let is_now = new.contains(name);
        let usage = walk.usage(&of_field(walk, merged, name, false).used);
        let fields = merged.place("properties");
        let (nodes, fields) = if is_now {
            (has, fields.new)
        } else {
            (had, fields.old)
        };
        let field = nodes.first().map(|node| node.at.clone());
        let value = Some(Value::from(*name));
        walk.emit(Difference {
            kind: if is_now {
                Kind::FieldRequired
            } else {
                Kind::FieldOptional
            },
            at: place,
            about: Some(field.unwrap_or_else(|| child(&fields, name))),
            old: value.clone().filter(|_| !is_now),
            new: value.filter(|_| is_now),
            usage,
        });
    }
}

fn properties<'a>(walk: &mut Walk<'a>, merged: &Merged<'_, 'a>) {
    let key = "properties";
    let (was, is) = merged.values(key);
    let malformed = was.iter().chain(&is).any(|value| !value.is_object());
    if malformed && !same_values(&was, &is) {
        found(walk, merged, key, Kind::Unknown);
    }
    let (had, has) = merged.has_fields();
    if had != has {
        // A schema without fields is generated as a map or a value, not as a struct.
        found(walk, merged, key, Kind::TypeChanged);
    }
    for name in merged.fields() {
        let (old, new) = merged.field(name);
        let (was_required, is_required) = merged.required(name);
        let scope = of_field(walk, merged, name, !was_required && !is_required);
        let usage = walk.usage(&scope.used);
        if old.is_empty() || new.is_empty() {
            for node in old {
                unmatched(
                    walk,
                    Kind::FieldRemoved,
                    &Pair::removed(&node.at, node.value),
                    usage,
                );
            }
            let kind = if is_required {
                Kind::FieldAddedRequired
            } else {
                Kind::FieldAddedOptional
            };
            for node in new {
                unmatched(walk, kind, &Pair::added(&node.at, node.value), usage);
            }
            continue;
        }
        compare_nodes(walk, &old, &new, &scope);
        let forbidden = merged.forbidden(name);
        if forbidden.0 != forbidden.1 {
            let at = Location::new(&old[0].at, &new[0].at);
            let kind = if forbidden.1 {
                Kind::Contradiction
            } else {
                Kind::TypeChanged
            };
            walk.found(
                kind,
                &Pair::new(at, Some(old[0].value), Some(new[0].value)),
                usage,
            );
        }
    }
}

/// A field that only one of the documents has.
fn unmatched(walk: &mut Walk<'_>, kind: Kind, field: &Pair<'_>, usage: Usage) {
    walk.found(kind, field, usage);
    let document = if field.old.is_some() {
        walk.old
    } else {
        walk.new
    };
    let value = field.old.or(field.new);
    if value.is_some_and(|value| is_recursive(document, value, &field.at.new)) {
        walk.found(Kind::Recursion, field, usage);
    }
}

fn items<'a>(walk: &mut Walk<'a>, merged: &Merged<'_, 'a>) {
    let (old, new) = merged.nodes("items");
    if old.is_empty() != new.is_empty() {
        found(walk, merged, "items", Kind::TypeChanged);
    } else if !old.is_empty() {
        let refers = |nodes: &[Node<'_>]| nodes.iter().all(|node| target(node.value).is_some());
        let (was_composed, is_composed) = merged.are_composed();
        if refers(&old) != refers(&new) || was_composed != is_composed {
            // Generators, and what prepares documents for them, may look for `null` among the
            // entries only where neither the list nor its entries are composed.
            found(walk, merged, "items", Kind::TypeRenamed);
        }
        let position = walk.roles.items(merged.scope.used.position.as_ref());
        compare_nodes(walk, &old, &new, &inside(merged, position, false));
    }
}

fn additional<'a>(walk: &mut Walk<'a>, merged: &Merged<'_, 'a>) {
    let key = "additionalProperties";
    let (was, is) = merged.values(key);
    let (mut old, mut new) = merged.nodes(key);
    old.retain(|node| node.value.is_object());
    new.retain(|node| node.value.is_object());
    if !old.is_empty() && !new.is_empty() {
        compare_nodes(walk, &old, &new, &inside(merged, None, false));
    }
    let is_open = |values: &[&Value]| !values.contains(&&Value::Bool(false));
    let is_known = |value: &&Value| value.is_boolean() || value.is_object();
    let kind = match (is_open(&was), is_open(&is)) {
        _ if !was.iter().chain(&is).all(is_known) => {
            if same_values(&was, &is) {
                return;
            }
            Kind::Unknown
        }
        (true, false) => Kind::UndeclaredForbidden,
        (false, true) => Kind::UndeclaredAllowed,
        _ if old.is_empty() == new.is_empty() => return,
        // The generated type has one more field, or one less.
        _ if merged.scope.used.direction == Direction::Sent => Kind::TypeChanged,
        _ => Kind::Unknown,
    };
    found(walk, merged, key, kind);
}
