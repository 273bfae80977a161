//! One keyword at a time, across all pieces of two schemas.

use std::collections::BTreeSet;

use serde_json::Value;

use super::shape::{Alternative, Node, Piece};
use crate::location::Location;
use crate::pointer::child;
use crate::walk::Use;

/// How a schema is used, and how much deeper the walk may go.
#[derive(Debug, Clone)]
pub(super) struct Scope {
    pub(super) used: Use,
    pub(super) depth: usize,
}

/// A keyword whose value does not have the form that the specification requires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Malformed;

/// The types that are allowed; `None` if every type is.
pub(super) type Types<'a> = Result<Option<BTreeSet<&'a str>>, Malformed>;

pub(super) struct Merged<'p, 'a> {
    at: &'p Location,
    old: &'p [Piece<'a>],
    new: &'p [Piece<'a>],
    pub(super) scope: &'p Scope,
}

impl<'p, 'a> Merged<'p, 'a> {
    pub(super) fn new(
        at: &'p Location,
        old: &'p Alternative<'a>,
        new: &'p Alternative<'a>,
        scope: &'p Scope,
    ) -> Self {
        let (old, new) = (&old.pieces, &new.pieces);
        Self {
            at,
            old,
            new,
            scope,
        }
    }

    /// The keywords of either side.
    pub(super) fn keys(&self) -> BTreeSet<&'a str> {
        let pieces = self.old.iter().chain(self.new);
        pieces
            .flat_map(|piece| piece.schema.keys())
            .map(String::as_str)
            .collect()
    }

    /// The values that each side has for a keyword.
    pub(super) fn values(&self, key: &str) -> (Vec<&'a Value>, Vec<&'a Value>) {
        let values = |pieces: &[Piece<'a>]| {
            pieces
                .iter()
                .filter_map(|piece| piece.schema.get(key))
                .collect()
        };
        (values(self.old), values(self.new))
    }

    /// The same as one value for each side: a list if the pieces say different things.
    pub(super) fn excerpts(&self, key: &str) -> (Option<Value>, Option<Value>) {
        let one = |values: Vec<&Value>| {
            let mut distinct: Vec<&Value> = Vec::new();
            for value in values {
                if !distinct.contains(&value) {
                    distinct.push(value);
                }
            }
            match distinct[..] {
                [] => None,
                [only] => Some(only.clone()),
                _ => Some(distinct.into_iter().cloned().collect()),
            }
        };
        let (old, new) = self.values(key);
        (one(old), one(new))
    }

    /// Where a keyword is written, preferably with a value that the other side does not have.
    pub(super) fn place(&self, key: &str) -> Location {
        let pick = |own: &[Piece<'a>], other: &[Piece<'a>], at: &str| {
            let has = |piece: &&Piece<'a>| piece.schema.contains_key(key);
            let differs = |piece: &&Piece<'a>| {
                let value = piece.schema.get(key);
                value.is_some() && !other.iter().any(|other| other.schema.get(key) == value)
            };
            let piece = own
                .iter()
                .find(differs)
                .or_else(|| own.iter().find(has))
                .or(own.first());
            child(piece.map_or(at, |piece| &piece.at), key)
        };
        Location::new(
            pick(self.old, self.new, &self.at.old),
            pick(self.new, self.old, &self.at.new),
        )
    }

    /// Whether each side consists of more than one schema.
    pub(super) fn are_composed(&self) -> (bool, bool) {
        (self.old.len() > 1, self.new.len() > 1)
    }

    /// The schemas that each side has under a keyword.
    pub(super) fn nodes(&self, key: &str) -> (Vec<Node<'a>>, Vec<Node<'a>>) {
        let nodes = |pieces: &[Piece<'a>]| {
            let node =
                |piece: &Piece<'a>| Some(Node::new(child(&piece.at, key), piece.schema.get(key)?));
            pieces.iter().filter_map(node).collect()
        };
        (nodes(self.old), nodes(self.new))
    }

    /// Whether a keyword is written where the schema is used, not in a component.
    pub(super) fn is_inside(&self, key: &str) -> bool {
        let place = self.place(key);
        let (old, new) = self.values(key);
        (old.is_empty() || place.old.starts_with(&self.at.old))
            && (new.is_empty() || place.new.starts_with(&self.at.new))
    }

    /// The fields of either side.
    pub(super) fn fields(&self) -> BTreeSet<&'a str> {
        let both = self.old.iter().chain(self.new);
        fields(both).map(String::as_str).collect()
    }

    /// Whether each side has fields.
    pub(super) fn has_fields(&self) -> (bool, bool) {
        let any = |pieces: &'p [Piece<'a>]| fields(pieces.iter()).next().is_some();
        (any(self.old), any(self.new))
    }

    /// The schemas that each side has for a field.
    pub(super) fn field(&self, name: &str) -> (Vec<Node<'a>>, Vec<Node<'a>>) {
        (field_nodes(self.old, name), field_nodes(self.new, name))
    }

    /// Whether each side requires a field.
    pub(super) fn required(&self, field: &str) -> (bool, bool) {
        let (old, new) = self.values("required");
        let has = |values: &[&Value]| names(values).is_some_and(|names| names.contains(field));
        (has(&old), has(&new))
    }

    /// Whether a piece of each side forbids a field that another one declares.
    pub(super) fn forbidden(&self, field: &str) -> (bool, bool) {
        let forbids = |piece: &Piece<'a>| {
            let declares = |fields: &Value| fields.get(field).is_some();
            piece.schema.get("additionalProperties") == Some(&Value::Bool(false))
                && !piece.schema.get("properties").is_some_and(declares)
        };
        (self.old.iter().any(forbids), self.new.iter().any(forbids))
    }

    /// Whether each side allows `null`. `None` if the keyword is not a boolean.
    pub(super) fn nullable(&self) -> (Option<bool>, Option<bool>) {
        (nullable(self.old), nullable(self.new))
    }
}

fn fields<'p, 'a: 'p>(
    pieces: impl Iterator<Item = &'p Piece<'a>>,
) -> impl Iterator<Item = &'a String> {
    let properties = pieces.filter_map(|piece| piece.schema.get("properties")?.as_object());
    properties.flat_map(|fields| fields.keys())
}

fn field_nodes<'a>(pieces: &[Piece<'a>], field: &str) -> Vec<Node<'a>> {
    let node = |piece: &Piece<'a>| {
        let value = piece.schema.get("properties")?.as_object()?.get(field)?;
        Some(Node::new(
            child(&child(&piece.at, "properties"), field),
            value,
        ))
    };
    pieces.iter().filter_map(node).collect()
}

/// The types that all pieces allow.
pub(super) fn types<'a>(values: &[&'a Value]) -> Types<'a> {
    let mut allowed: Option<BTreeSet<&str>> = None;
    for value in values {
        let own: BTreeSet<&str> = match value.as_str().ok_or(Malformed)? {
            // Every integer is a number.
            "number" => BTreeSet::from(["integer", "number"]),
            own @ ("integer" | "string" | "boolean" | "array" | "object") => BTreeSet::from([own]),
            _ => return Err(Malformed),
        };
        allowed = Some(match allowed {
            None => own,
            Some(before) => before.intersection(&own).copied().collect(),
        });
    }
    Ok(allowed)
}

/// A type without `nullable` excludes `null`. So does a schema around others that names no type,
/// unless it says `nullable` itself: that is how vendors write it.
fn nullable(pieces: &[Piece<'_>]) -> Option<bool> {
    let mut all = true;
    let mut typed = false;
    for piece in pieces {
        let own = match piece.schema.get("nullable") {
            None => false,
            Some(value) => value.as_bool()?,
        };
        let is_typed = piece.schema.contains_key("type");
        let wraps = ["allOf", "oneOf", "anyOf"]
            .iter()
            .any(|key| piece.schema.contains_key(*key));
        if own && wraps && !is_typed {
            return Some(true);
        }
        if is_typed || own {
            typed = true;
            all &= own;
        }
    }
    Some(typed && all)
}

/// The values that all lists of `enum` have in common; `None` if there are no lists.
pub(super) fn listed<'a>(values: &[&'a Value]) -> Result<Option<Vec<&'a Value>>, Malformed> {
    let mut listed: Option<Vec<&Value>> = None;
    for value in values {
        let own = value.as_array().ok_or(Malformed)?;
        listed = Some(match listed {
            None => own.iter().collect(),
            Some(before) => before
                .into_iter()
                .filter(|value| own.contains(value))
                .collect(),
        });
    }
    Ok(listed)
}

/// A keyword that is `true` if any piece says so; `None` if a value is not a boolean.
pub(super) fn flag(values: &[&Value]) -> Option<bool> {
    let values: Option<Vec<bool>> = values.iter().map(|value| value.as_bool()).collect();
    Some(values?.contains(&true))
}

/// All names of all lists of `required`; `None` if one is not a list of names.
pub(super) fn names<'a>(values: &[&'a Value]) -> Option<BTreeSet<&'a str>> {
    let lists: Option<Vec<&Vec<Value>>> = values.iter().map(|value| value.as_array()).collect();
    lists?.into_iter().flatten().map(Value::as_str).collect()
}
