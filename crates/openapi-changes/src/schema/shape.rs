//! A schema in resolved form: its references followed and its `allOf` merged, so that schemas of the
//! same meaning are equal, however they are composed.
//!
//! A shape is a list of alternatives (one, unless there is `oneOf` or `anyOf`), and an alternative is
//! a list of pieces that all apply. A piece is a schema in the document without the schemas that it
//! refers to. Nothing is copied: every keyword keeps the place where it is written.

use std::collections::{BTreeSet, VecDeque};

use serde_json::Value;

use crate::pointer::{chain, child, resolve, target};
use crate::walk::{Object, is_prose};

/// The most alternatives that are compared.
const MOST_ALTERNATIVES: usize = 32;

/// A schema where it is used: itself, or a reference.
#[derive(Debug, Clone)]
pub(super) struct Node<'a> {
    pub(super) at: String,
    pub(super) value: &'a Value,
}

impl<'a> Node<'a> {
    pub(super) fn new(at: impl Into<String>, value: &'a Value) -> Self {
        let at = at.into();
        Self { at, value }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Piece<'a> {
    pub(super) at: String,
    pub(super) schema: &'a Object,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Alternative<'a> {
    pub(super) pieces: Vec<Piece<'a>>,
    /// The parts of `oneOf` and `anyOf` that were chosen, with the keyword.
    pub(super) arms: Vec<(&'static str, Node<'a>)>,
}

impl Alternative<'_> {
    pub(super) fn has_same_arms(&self, other: &Self) -> bool {
        let arms = |one: &Self| -> Vec<Value> {
            one.arms.iter().map(|(_, arm)| arm.value.clone()).collect()
        };
        arms(self) == arms(other)
    }

    pub(super) fn keywords(&self) -> Vec<&'static str> {
        self.arms.iter().map(|(keyword, _)| *keyword).collect()
    }
}

#[derive(Debug, Clone, Default)]
pub(super) struct Shape<'a> {
    pub(super) alternatives: Vec<Alternative<'a>>,
    /// References to nothing.
    pub(super) dangling: Vec<Node<'a>>,
    /// Schemas that are not objects.
    pub(super) malformed: Vec<Node<'a>>,
    pub(super) has_too_many: bool,
}

impl<'a> Shape<'a> {
    /// Resolves these nodes, which all apply.
    pub(super) fn new(document: &'a Value, nodes: &[Node<'a>]) -> Self {
        Self::within(document, nodes, &BTreeSet::new())
    }

    fn within(document: &'a Value, nodes: &[Node<'a>], outer: &BTreeSet<String>) -> Self {
        let mut shape = Self::default();
        let mut base = Alternative::default();
        let mut choices = Vec::new();
        let mut seen = outer.clone();
        let mut queue: VecDeque<_> = nodes.iter().cloned().collect();
        while let Some(node) = queue.pop_front() {
            let Some((at, value)) = resolve(document, node.value, &node.at) else {
                shape.dangling.push(node);
                continue;
            };
            if !seen.insert(at.clone()) {
                continue;
            }
            let Some(schema) = value.as_object() else {
                shape.malformed.push(node);
                continue;
            };
            for keyword in ["allOf", "oneOf", "anyOf"] {
                let parts = parts(schema, &at, keyword);
                if keyword == "allOf" || parts.len() == 1 {
                    queue.extend(parts);
                } else if !parts.is_empty() {
                    choices.push((keyword, parts));
                }
            }
            base.pieces.push(Piece { at, schema });
        }
        shape.alternatives.push(base);
        for (keyword, arms) in choices {
            shape.choose(document, keyword, &arms, &seen);
        }
        shape
    }

    /// Each alternative so far with each of the arms.
    fn choose(
        &mut self,
        document: &'a Value,
        keyword: &'static str,
        arms: &[Node<'a>],
        outer: &BTreeSet<String>,
    ) {
        let mut chosen = Vec::new();
        for arm in arms {
            let mut inner = Self::within(document, std::slice::from_ref(arm), outer);
            self.dangling.append(&mut inner.dangling);
            self.malformed.append(&mut inner.malformed);
            self.has_too_many |= inner.has_too_many;
            for alternative in inner.alternatives {
                for before in &self.alternatives {
                    let mut both = before.clone();
                    both.pieces.extend(alternative.pieces.iter().cloned());
                    both.arms.push((keyword, arm.clone()));
                    both.arms.extend(alternative.arms.iter().cloned());
                    chosen.push(both);
                }
            }
        }
        if chosen.len() > MOST_ALTERNATIVES {
            self.has_too_many = true;
        } else {
            self.alternatives = chosen;
        }
    }

    pub(super) fn pieces(&self) -> impl Iterator<Item = &Piece<'a>> {
        self.alternatives.iter().flat_map(|one| &one.pieces)
    }
}

fn parts<'a>(schema: &'a Object, at: &str, keyword: &str) -> Vec<Node<'a>> {
    let at = child(at, keyword);
    let list = schema.get(keyword).and_then(Value::as_array);
    let node =
        |(index, value): (usize, &'a Value)| Node::new(child(&at, &index.to_string()), value);
    list.into_iter().flatten().enumerate().map(node).collect()
}

/// What the generated type of these nodes is named after: the references that they consist of, and
/// the compositions of one part around them that generators do not look through.
pub(super) fn names<'a>(document: &'a Value, nodes: &[Node<'a>]) -> BTreeSet<Vec<&'a str>> {
    let mut names = BTreeSet::new();
    for node in nodes {
        let mut value = node.value;
        let mut name = Vec::new();
        // `allOf` with one part is the usual way to write something beside a reference.
        while let Some((keyword, inner)) = wrapped(value) {
            value = inner;
            let kind = inner.get("type").and_then(Value::as_str);
            let is_scalar = matches!(kind, Some("string" | "integer" | "number" | "boolean"));
            let is_transparent = keyword == "allOf" || is_scalar;
            if target(inner).is_none() && !is_transparent {
                name.push(keyword);
            }
        }
        let says_nothing = |schema: &Object| schema.keys().all(|key| is_prose(key));
        if nodes.len() == 1 || !value.as_object().is_some_and(says_nothing) {
            name.extend(chain(document, value));
            names.insert(name);
        }
    }
    names
}

/// The part of a schema that is nothing but a composition of one part, with the keyword.
fn wrapped(value: &Value) -> Option<(&str, &Value)> {
    let says_something = |(key, _): &(&String, &Value)| !is_prose(key) && *key != "nullable";
    let mut keys = value.as_object()?.iter().filter(says_something);
    let (key, parts) = keys.next()?;
    let is_composition = ["allOf", "oneOf", "anyOf"].contains(&key.as_str());
    match parts.as_array()?.as_slice() {
        [only] if is_composition && keys.next().is_none() => Some((key, only)),
        _ => None,
    }
}
