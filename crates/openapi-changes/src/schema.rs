//! Schemas: the type, the values and the fields of what is sent and received.
//!
//! Both sides are resolved before they are compared (see [`shape`]): if one part of `allOf` narrows
//! another, that is a change of the whole.

mod alternatives;
mod fields;
mod keywords;
mod limits;
mod merged;
mod shape;

use std::collections::BTreeSet;

use serde_json::Value;

use crate::kind::Kind;
use crate::location::Location;
use crate::walk::{Pair, Use, Walk};
use merged::{Merged, Scope};
use shape::{Node, Shape, names};

/// Deeper than any sane document, shallow enough for every stack.
const DEEPEST: usize = 64;

/// Compares two schemas, either of which may be a reference, or absent.
pub(crate) fn compare<'a>(walk: &mut Walk<'a>, schema: &Pair<'a>, used: &Use) {
    let kind = match (schema.old, schema.new) {
        (Some(old), Some(new)) => {
            let scope = Scope {
                used: used.clone(),
                depth: DEEPEST,
            };
            let (old, new) = (
                Node::new(&schema.at.old, old),
                Node::new(&schema.at.new, new),
            );
            return compare_nodes(walk, &[old], &[new], &scope);
        }
        (Some(_), None) => Kind::SchemaRemoved,
        (None, Some(_)) => Kind::SchemaAdded,
        (None, None) => return,
    };
    let usage = walk.usage(used);
    walk.found(kind, schema, usage);
}

/// Compares two schemas, each of which may be written in several places that all apply.
fn compare_nodes<'a>(walk: &mut Walk<'a>, old: &[Node<'a>], new: &[Node<'a>], scope: &Scope) {
    let at = Location::new(&old[0].at, &new[0].at);
    let whole = Pair::new(at, Some(old[0].value), Some(new[0].value));
    let usage = walk.usage(&scope.used);
    let (was, is) = (Shape::new(walk.old, old), Shape::new(walk.new, new));
    if scope.depth == 0 || was.has_too_many || is.has_too_many {
        walk.incomplete = true;
        if differ(old, new) {
            walk.found(Kind::TooDeep, &whole, usage);
        }
        return;
    }
    for unusable in [&was.dangling, &is.dangling, &was.malformed, &is.malformed] {
        walk.incomplete |= !unusable.is_empty();
    }
    if differ(&was.dangling, &is.dangling) {
        walk.found(Kind::DanglingReference, &whole, usage);
        return;
    }
    if differ(&was.malformed, &is.malformed) {
        walk.found(Kind::Unknown, &whole, usage);
    }
    if names(walk.old, old) != names(walk.new, new) {
        walk.found(Kind::TypeRenamed, &whole, usage);
    }
    let places = |shape: &Shape<'_>| -> BTreeSet<String> {
        shape.pieces().map(|piece| piece.at.clone()).collect()
    };
    let (old_places, new_places) = (places(&was), places(&is));
    walk.compared
        .extend(old_places.iter().chain(&new_places).cloned());
    if !walk
        .visited
        .insert((old_places, new_places, scope.used.clone()))
    {
        return;
    }
    match (&was.alternatives[..], &is.alternatives[..]) {
        ([old], [new]) => compare_merged(walk, &Merged::new(&whole.at, old, new, scope)),
        ([_], _) | (_, [_]) => walk.found(Kind::TypeChanged, &whole, usage),
        (old, new) => alternatives::compare(walk, &whole.at, old, new, scope),
    }
}

fn differ(old: &[Node<'_>], new: &[Node<'_>]) -> bool {
    let values = |nodes: &[Node<'_>]| -> Vec<Value> {
        nodes.iter().map(|node| node.value.clone()).collect()
    };
    values(old) != values(new)
}

/// Compares two schemas without alternatives.
fn compare_merged<'a>(walk: &mut Walk<'a>, merged: &Merged<'_, 'a>) {
    keywords::compare(walk, merged);
    fields::compare(walk, merged);
}
