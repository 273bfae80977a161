//! The walk's state: both documents, the differences found, and the places it has compared.
//!
//! Comparators emit a [`Kind`] for every difference that they know, and [`Kind::Unknown`] for
//! keywords that they do not know. They leave prose and mere rewriting to `remainder`, which goes
//! over every value of both documents again.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::kind::{Kind, Usage};
use crate::location::Location;
use crate::pointer;
use crate::roles::{Direction, Position, Roles};

pub(crate) type Object = Map<String, Value>;

/// Keys whose values are prose for people, wherever the specification allows them.
const PROSE: [&str; 6] = [
    "description",
    "summary",
    "example",
    "examples",
    "externalDocs",
    "tags",
];

pub(crate) fn is_prose(key: &str) -> bool {
    PROSE.contains(&key)
}

/// One place, and the value that each document has there.
#[derive(Debug, Clone)]
pub(crate) struct Pair<'a> {
    pub(crate) at: Location,
    pub(crate) old: Option<&'a Value>,
    pub(crate) new: Option<&'a Value>,
}

impl<'a> Pair<'a> {
    pub(crate) fn new(at: Location, old: Option<&'a Value>, new: Option<&'a Value>) -> Self {
        Self { at, old, new }
    }

    /// A value that only the older document has.
    pub(crate) fn removed(at: &str, value: &'a Value) -> Self {
        Self::new(Location::new(at, at), Some(value), None)
    }

    /// A value that only the newer document has.
    pub(crate) fn added(at: &str, value: &'a Value) -> Self {
        Self::new(Location::new(at, at), None, Some(value))
    }

    /// The values of one key, if these are objects.
    pub(crate) fn member(&self, key: &str) -> Self {
        let get = |value: Option<&'a Value>| value.and_then(|value| value.get(key));
        Self::new(self.at.step(key), get(self.old), get(self.new))
    }

    /// The keys of both objects, each once.
    pub(crate) fn keys(&self) -> BTreeSet<&'a str> {
        let objects = [self.old, self.new].into_iter().flatten();
        let keys = objects.filter_map(Value::as_object).flat_map(Map::keys);
        keys.map(String::as_str).collect()
    }

    pub(crate) fn is_equal(&self) -> bool {
        self.old == self.new
    }
}

/// One difference, not yet judged.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Difference {
    pub(crate) kind: Kind,
    pub(crate) at: Location,
    /// A pointer to what the row is about, if `at` does not say it: for `required`, to the field.
    pub(crate) about: Option<String>,
    pub(crate) old: Option<Value>,
    pub(crate) new: Option<Value>,
    pub(crate) usage: Usage,
}

/// How one operation uses the part that is being compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Use {
    pub(crate) direction: Direction,
    pub(crate) position: Option<Position>,
    pub(crate) optional: bool,
}

impl Use {
    /// The use of a whole body.
    pub(crate) fn whole(direction: Direction, position: Option<Position>) -> Self {
        Self {
            direction,
            position,
            optional: false,
        }
    }
}

pub(crate) struct Walk<'a> {
    pub(crate) old: &'a Value,
    pub(crate) new: &'a Value,
    pub(crate) roles: &'a Roles,
    pub(crate) differences: Vec<Difference>,
    /// Places where every keyword was compared: what differs below them and is not in
    /// `differences` means the same.
    pub(crate) compared: BTreeSet<String>,
    /// Places whose difference a row about another place explains.
    pub(crate) explained: BTreeSet<String>,
    /// Pairs of schemas that were compared already, as the places of their pieces.
    pub(crate) visited: BTreeSet<(BTreeSet<String>, BTreeSet<String>, Use)>,
    /// Something could not be followed, so places that were not reached may still be used.
    pub(crate) incomplete: bool,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(old: &'a Value, new: &'a Value, roles: &'a Roles) -> Self {
        Self {
            old,
            new,
            roles,
            differences: Vec::new(),
            compared: BTreeSet::new(),
            explained: BTreeSet::new(),
            visited: BTreeSet::new(),
            incomplete: false,
        }
    }

    pub(crate) fn usage(&self, of: &Use) -> Usage {
        let role = self.roles.rank_at(of.position.as_ref());
        let received = of.direction == Direction::Received;
        Usage {
            sent: of.direction == Direction::Sent,
            received,
            optional: of.optional,
            sent_role: role.filter(|_| !received),
            received_role: role.filter(|_| received),
        }
    }

    /// Adds a difference. If it is already known, adds its usage to the known one.
    pub(crate) fn emit(&mut self, difference: Difference) {
        let same = |known: &Difference| {
            (known.kind, &known.at, &known.about)
                == (difference.kind, &difference.at, &difference.about)
                && (&known.old, &known.new) == (&difference.old, &difference.new)
        };
        match self.differences.iter_mut().find(|known| same(known)) {
            Some(known) => known.usage = known.usage.or(difference.usage),
            None => self.differences.push(difference),
        }
    }

    /// Adds a difference between two values, either of which may be absent.
    pub(crate) fn found(&mut self, kind: Kind, pair: &Pair<'_>, usage: Usage) {
        self.emit(Difference {
            kind,
            at: pair.at.clone(),
            about: None,
            old: pair.old.cloned(),
            new: pair.new.cloned(),
            usage,
        });
    }

    /// Compares the values of `key`; if they differ, `kind` says what the difference is.
    pub(crate) fn keyword(
        &mut self,
        owner: &Pair<'_>,
        key: &str,
        usage: Usage,
        kind: impl FnOnce(&Pair<'_>) -> Kind,
    ) {
        let pair = owner.member(key);
        if !pair.is_equal() {
            self.found(kind(&pair), &pair, usage);
        }
    }

    /// Compares the entries of two maps. `both` compares an entry that both have; `unmatched` gives
    /// the kind of an entry that only the newer map has (`true`), or only the older one (`false`).
    pub(crate) fn entries(
        &mut self,
        maps: &Pair<'a>,
        usage: Usage,
        unmatched: impl Fn(&str, bool) -> Kind,
        mut both: impl FnMut(&mut Self, &str, &Pair<'a>),
    ) {
        if !self.are_objects(maps) {
            return;
        }
        for key in maps.keys() {
            let pair = maps.member(key);
            if pair.old.is_some() && pair.new.is_some() {
                both(self, key, &pair);
            } else {
                self.found(unmatched(key, pair.new.is_some()), &pair, usage);
            }
        }
    }

    /// Reports the keys that the caller has not handled as unknown, prose aside.
    pub(crate) fn rest(&mut self, owner: &Pair<'_>, handled: &[&str]) {
        for key in owner.keys() {
            if !handled.contains(&key) && !is_prose(key) {
                self.keyword(owner, key, Usage::default(), |_| Kind::Unknown);
            }
        }
    }

    /// Whether both values are objects; one may be absent. Reports values of any other type, and
    /// empty objects that were added or removed.
    pub(crate) fn are_objects(&mut self, pair: &Pair<'_>) -> bool {
        let are = match (pair.old, pair.new) {
            (Some(Value::Object(_)), Some(Value::Object(_))) => true,
            (None, Some(Value::Object(one))) | (Some(Value::Object(one)), None) => !one.is_empty(),
            _ => false,
        };
        if !are {
            self.malformed(pair);
        }
        are
    }

    /// Both values as lists, with the same rules as [`Self::are_objects`].
    pub(crate) fn lists(&mut self, pair: &Pair<'a>) -> Option<(&'a [Value], &'a [Value])> {
        match (pair.old, pair.new) {
            (Some(Value::Array(old)), Some(Value::Array(new))) => return Some((old, new)),
            (None, Some(Value::Array(new))) if !new.is_empty() => return Some((&[], new)),
            (Some(Value::Array(old)), None) if !old.is_empty() => return Some((old, &[])),
            _ => self.malformed(pair),
        }
        None
    }

    /// Reports a part that does not have the form that the specification requires.
    pub(crate) fn malformed(&mut self, pair: &Pair<'_>) {
        self.incomplete |= pair.old.is_some() || pair.new.is_some();
        if !pair.is_equal() {
            self.found(Kind::Unknown, pair, Usage::default());
        }
    }

    /// Both values with their references followed, if both are objects; they are marked as compared.
    /// Reports a reference to nothing, unless both documents have it.
    pub(crate) fn resolved(&mut self, pair: &Pair<'a>) -> Option<Pair<'a>> {
        let was = pointer::resolve(self.old, pair.old?, &pair.at.old);
        let is = pointer::resolve(self.new, pair.new?, &pair.at.new);
        let (Some((old_at, old)), Some((new_at, new))) = (&was, &is) else {
            self.incomplete = true;
            if was.is_some() || is.is_some() || !pair.is_equal() {
                self.found(Kind::DanglingReference, pair, Usage::default());
            }
            return None;
        };
        let resolved = Pair::new(Location::new(old_at, new_at), Some(old), Some(new));
        if !self.are_objects(&resolved) {
            return None;
        }
        self.compared(&resolved.at);
        Some(resolved)
    }

    pub(crate) fn compared(&mut self, at: &Location) {
        self.compared.extend([at.old.clone(), at.new.clone()]);
    }
}

/// The kind of a change in a keyword that is `true` or `false`, where absent means `false`.
pub(crate) fn flag(pair: &Pair<'_>, set: Kind, unset: Kind) -> Kind {
    let truth = |value: Option<&Value>| value.map_or(Some(false), Value::as_bool);
    match (truth(pair.old), truth(pair.new)) {
        (Some(false), Some(true)) => set,
        (Some(true), Some(false)) => unset,
        (Some(_), Some(_)) => Kind::Rewritten,
        _ => Kind::Unknown,
    }
}
