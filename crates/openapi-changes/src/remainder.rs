//! A final pass over every value of both documents, so that no difference is lost: each that no row
//! covers yet gets a row.
//!
//! A difference that is left where every keyword was compared does not change the meaning. Prose is
//! wording. A part that no operation reaches is unused. Anything else is unknown and needs a person.

use std::collections::BTreeSet;
use std::ops::Bound;

use serde_json::Value;

use crate::kind::{Kind, Usage};
use crate::location::Location;
use crate::pointer::{ancestors, child, target, tokens};
use crate::walk::{Pair, Walk, is_prose};

/// Adds the differences that the comparators did not report.
pub(crate) fn compare(walk: &mut Walk<'_>) {
    let places = walk.differences.iter().flat_map(|difference| {
        let at = &difference.at;
        [
            (difference.old.is_some(), &at.old),
            (difference.new.is_some(), &at.new),
        ]
    });
    let known = places
        .filter(|(has, _)| *has)
        .map(|(_, at)| at)
        .chain(&walk.explained)
        .cloned()
        .collect();
    let mut found = Vec::new();
    Remainder { walk, known }.visit("", Some(walk.old), Some(walk.new), false, &mut found);
    for (kind, at, old, new) in found {
        walk.found(
            kind,
            &Pair::new(Location::new(&at, &at), old, new),
            Usage::default(),
        );
    }
}

struct Remainder<'w, 'a> {
    walk: &'w Walk<'a>,
    /// The places of all rows so far.
    known: BTreeSet<String>,
}

type Found<'a> = (Kind, String, Option<&'a Value>, Option<&'a Value>);

impl<'a> Remainder<'_, 'a> {
    fn visit(
        &self,
        at: &str,
        old: Option<&'a Value>,
        new: Option<&'a Value>,
        beside_reference: bool,
        found: &mut Vec<Found<'a>>,
    ) {
        if old == new || self.known.contains(at) {
            return;
        }
        let is_reference =
            |value: Option<&Value>| value.is_some_and(|value| target(value).is_some());
        let refers = is_reference(old) || is_reference(new);
        match (old, new) {
            // Another way to write the whole.
            (Some(_), Some(_)) if is_reference(old) != is_reference(new) => {
                found.push((self.kind(at, beside_reference), at.to_owned(), old, new));
            }
            (Some(Value::Object(old)), Some(Value::Object(new))) => {
                let fresh = new.keys().filter(|key| !old.contains_key(*key));
                for key in old.keys().chain(fresh) {
                    self.visit(&child(at, key), old.get(key), new.get(key), refers, found);
                }
            }
            (Some(Value::Array(old)), Some(Value::Array(new))) if is_matched_by_index(old, new) => {
                for (index, (old, new)) in std::iter::zip(old, new).enumerate() {
                    self.visit(
                        &child(at, &index.to_string()),
                        Some(old),
                        Some(new),
                        false,
                        found,
                    );
                }
            }
            (Some(Value::Object(parts)), None) | (None, Some(Value::Object(parts)))
                if self.knows_more(at) && !self.is_reached(at) =>
            {
                for (key, part) in parts {
                    let (old, new) = if old.is_some() {
                        (Some(part), None)
                    } else {
                        (None, Some(part))
                    };
                    self.visit(&child(at, key), old, new, false, found);
                }
            }
            _ if self.knows_more(at) => {}
            _ => found.push((self.kind(at, beside_reference), at.to_owned(), old, new)),
        }
    }

    /// Whether this place is part of what operations use in both versions.
    fn is_reached(&self, at: &str) -> bool {
        ancestors(at).any(|at| self.walk.compared.contains(at))
    }

    /// Whether there is a row below this place.
    fn knows_more(&self, at: &str) -> bool {
        let below = format!("{at}/");
        let after = (Bound::Included(below.as_str()), Bound::Unbounded);
        let next = self.known.range::<str, _>(after).next();
        next.is_some_and(|known| known.starts_with(&below))
    }

    fn kind(&self, at: &str, beside_reference: bool) -> Kind {
        let tokens = tokens(at);
        let key = tokens.last().map_or("", String::as_str);
        let owner = tokens.iter().rev().nth(1).map_or("", String::as_str);
        if is_prose(key) && owner != "properties" {
            Kind::Wording
        } else if beside_reference && key != "$ref" {
            Kind::BesideReference
        } else if self.is_reached(at) {
            Kind::Rewritten
        } else if at.starts_with("/components/") && !self.walk.incomplete {
            Kind::Unused
        } else {
            Kind::Unknown
        }
    }
}

/// Whether the entries correspond by index: two lists of as many objects, and not merely reordered.
fn is_matched_by_index(old: &[Value], new: &[Value]) -> bool {
    old.len() == new.len()
        && old.iter().chain(new).all(Value::is_object)
        && !(old.iter().all(|value| new.contains(value))
            && new.iter().all(|value| old.contains(value)))
}
