//! The walk's state: both documents, the differences found, and the places it has compared.
//!
//! Comparators emit a [`Kind`] for every difference that they know. Keywords they do not know are
//! [`Kind::Unknown`], so that a person looks at them. Prose and different ways to write the same
//! are left to the `remainder`, which looks at every value of both documents once more.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde_json::{Map, Value};

use crate::kind::{Kind, Usage};
use crate::location::Location;
use crate::pointer;
use crate::roles::{Direction, Position, Roles};

pub(crate) type Object = Map<String, Value>;

static EMPTY: LazyLock<Object> = LazyLock::new(Map::new);

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

/// One difference, before anybody judges it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Difference {
    pub(crate) kind: Kind,
    pub(crate) at: Location,
    /// What the row is about if `at` does not say it, as a pointer: of `required` a field.
    pub(crate) about: Option<String>,
    pub(crate) old: Option<Value>,
    pub(crate) new: Option<Value>,
    pub(crate) usage: Usage,
}

/// How the part under the walk is used by one operation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Use {
    pub(crate) direction: Direction,
    pub(crate) position: Option<Position>,
    pub(crate) optional: bool,
}

pub(crate) struct Walk<'a> {
    pub(crate) old: &'a Value,
    pub(crate) new: &'a Value,
    pub(crate) roles: &'a Roles,
    pub(crate) differences: Vec<Difference>,
    /// Places whose every keyword was compared: what differs below without a difference in
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

    /// Adds a difference, or how one that is known already is used elsewhere.
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
    pub(crate) fn found(
        &mut self,
        kind: Kind,
        at: &Location,
        (old, new): (Option<&Value>, Option<&Value>),
        usage: Usage,
    ) {
        self.emit(Difference {
            kind,
            at: at.clone(),
            about: None,
            old: old.cloned(),
            new: new.cloned(),
            usage,
        });
    }

    /// Compares the value of `key` in two objects; `kind` says what it is if they differ.
    pub(crate) fn value(
        &mut self,
        at: &Location,
        key: &str,
        (old, new): (&Object, &Object),
        usage: Usage,
        kind: impl FnOnce(Option<&Value>, Option<&Value>) -> Kind,
    ) {
        let values = (old.get(key), new.get(key));
        if values.0 != values.1 {
            let kind = kind(values.0, values.1);
            self.found(kind, &at.step(key), values, usage);
        }
    }

    /// Hands all keys that the caller has not handled to a person, prose aside.
    pub(crate) fn rest(&mut self, at: &Location, (old, new): (&Object, &Object), handled: &[&str]) {
        for key in keys(old, new) {
            if !handled.contains(&key) && !is_prose(key) {
                self.value(at, key, (old, new), Usage::default(), |_, _| Kind::Unknown);
            }
        }
    }

    /// Both values as objects, an absent one as an empty one. Values of another form, and empty
    /// objects that come or go, are differences in themselves.
    pub(crate) fn objects<'v>(
        &mut self,
        at: &Location,
        (old, new): (Option<&'v Value>, Option<&'v Value>),
    ) -> Option<(&'v Object, &'v Object)> {
        match (old, new) {
            (Some(Value::Object(old)), Some(Value::Object(new))) => Some((old, new)),
            (None, Some(Value::Object(new))) if !new.is_empty() => Some((&*EMPTY, new)),
            (Some(Value::Object(old)), None) if !old.is_empty() => Some((old, &*EMPTY)),
            _ => self.malformed(at, (old, new)),
        }
    }

    /// Both values as lists, with the same rules as [`Self::objects`].
    pub(crate) fn lists<'v>(
        &mut self,
        at: &Location,
        (old, new): (Option<&'v Value>, Option<&'v Value>),
    ) -> Option<(&'v [Value], &'v [Value])> {
        match (old, new) {
            (Some(Value::Array(old)), Some(Value::Array(new))) => Some((old, new)),
            (None, Some(Value::Array(new))) if !new.is_empty() => Some((&[], new)),
            (Some(Value::Array(old)), None) if !old.is_empty() => Some((old, &[])),
            _ => self.malformed(at, (old, new)),
        }
    }

    /// A part that does not have the form that the specification asks for.
    pub(crate) fn malformed<T>(
        &mut self,
        at: &Location,
        (old, new): (Option<&Value>, Option<&Value>),
    ) -> Option<T> {
        self.incomplete |= old.is_some() || new.is_some();
        if old != new {
            self.found(Kind::Unknown, at, (old, new), Usage::default());
        }
        None
    }

    /// Both values with their references followed. One that leads nowhere is a difference, unless
    /// both documents have it.
    pub(crate) fn resolved(
        &mut self,
        at: &Location,
        old: &'a Value,
        new: &'a Value,
    ) -> Option<(Location, &'a Value, &'a Value)> {
        let was = pointer::resolve(self.old, old, &at.old);
        let is = pointer::resolve(self.new, new, &at.new);
        if let (Some((old_at, old)), Some((new_at, new))) = (&was, &is) {
            return Some((Location::new(old_at, new_at), old, new));
        }
        self.incomplete = true;
        if was.is_some() || is.is_some() || old != new {
            self.found(
                Kind::DanglingReference,
                at,
                (Some(old), Some(new)),
                Usage::default(),
            );
        }
        None
    }

    /// [`Self::resolved`] as objects, which are then taken as compared.
    pub(crate) fn resolved_objects(
        &mut self,
        at: &Location,
        old: &'a Value,
        new: &'a Value,
    ) -> Option<(Location, &'a Object, &'a Object)> {
        let (at, old, new) = self.resolved(at, old, new)?;
        let (old, new) = self.objects(&at, (Some(old), Some(new)))?;
        self.compared(&at);
        Some((at, old, new))
    }

    pub(crate) fn compared(&mut self, at: &Location) {
        self.compared.extend([at.old.clone(), at.new.clone()]);
    }
}

/// The keys of two objects, each once.
pub(crate) fn keys<'v>(old: &'v Object, new: &'v Object) -> impl Iterator<Item = &'v str> {
    let fresh = new.keys().filter(|key| !old.contains_key(*key));
    old.keys().chain(fresh).map(String::as_str)
}

/// What a keyword that is `true`, `false`, or absent for `false`, has become.
pub(crate) fn flag(old: Option<&Value>, new: Option<&Value>, set: Kind, unset: Kind) -> Kind {
    let truth = |value: Option<&Value>| value.map_or(Some(false), Value::as_bool);
    match (truth(old), truth(new)) {
        (Some(false), Some(true)) => set,
        (Some(true), Some(false)) => unset,
        (Some(_), Some(_)) => Kind::Rewritten,
        _ => Kind::Unknown,
    }
}
