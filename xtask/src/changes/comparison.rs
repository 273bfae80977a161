//! The walk's notebook: both documents, how their parts are used, and the rows found so far.
//!
//! Rooms compare the keys they know and leave the others to [`Comparison::rest`]; the helpers for
//! objects and lists make a row by themselves where a part has not the form it should have, so
//! that no room has to think of it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::{Map, Value};

use super::markdown::{excerpts, name};
use super::reach::{Reach, Use};
use super::report::{Change, Report};
use super::site::Site;
use super::verdict::Verdict;

/// Keys whose values are prose for people, wherever the specification allows them.
const PROSE: [&str; 6] = [
    "description",
    "summary",
    "example",
    "examples",
    "externalDocs",
    "tags",
];

static EMPTY: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);

pub(super) type Object = Map<String, Value>;

/// One entry of two maps or lists, matched by its key.
#[derive(Debug, Clone, Copy)]
pub(super) enum Pair<'a> {
    /// Only in the older document.
    Removed(&'a Value),
    /// Only in the newer document.
    Added(&'a Value),
    /// In both, equal or not.
    Both(&'a Value, &'a Value),
}

pub(super) struct Comparison<'a> {
    pub(super) old: &'a Value,
    pub(super) new: &'a Value,
    old_reach: Reach,
    new_reach: Reach,
    changes: Vec<Change>,
    /// Pairs of reference targets at different places, and whether they were found to differ.
    pub(super) targets: BTreeMap<(String, String), bool>,
}

impl<'a> Comparison<'a> {
    pub(super) fn new(old: &'a Value, new: &'a Value) -> Self {
        Self {
            old,
            new,
            old_reach: Reach::of(old),
            new_reach: Reach::of(new),
            changes: Vec::new(),
            targets: BTreeMap::new(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.changes.len()
    }

    pub(super) fn into_report(self) -> Report {
        Report::new(self.changes)
    }

    /// How both versions use what stands at `site`.
    pub(super) fn usage(&self, site: &Site) -> Use {
        Reach::shared(&self.old_reach, &site.old, &self.new_reach, &site.new)
    }

    /// Whether the newer document refers to `pointer` although nothing is there.
    pub(super) fn is_dangling(&self, pointer: &str) -> bool {
        self.new_reach.is_dangling(pointer)
    }

    /// A row about `site`, with the value before and after where there is one.
    pub(super) fn changed(
        &mut self,
        site: &Site,
        what: impl Into<String>,
        old: Option<&Value>,
        new: Option<&Value>,
        verdict: Verdict,
    ) {
        let place = if new.is_none() && old.is_some() {
            &site.old
        } else {
            &site.new
        };
        self.row(place.clone(), &site.subject, what, old, new, verdict);
    }

    /// A row about a place that is in neither document.
    pub(super) fn row(
        &mut self,
        place: String,
        subject: &str,
        what: impl Into<String>,
        old: Option<&Value>,
        new: Option<&Value>,
        verdict: Verdict,
    ) {
        let (old, new) = excerpts(old, new);
        self.changes.push(Change {
            group: verdict.group,
            place,
            subject: subject.to_owned(),
            what: what.into(),
            old,
            new,
            consequence: verdict.consequence,
        });
    }

    /// A row about the value of `key` in two objects, if it differs.
    pub(super) fn value(
        &mut self,
        site: &Site,
        key: &str,
        old: &Object,
        new: &Object,
        verdict: impl FnOnce(Option<&Value>, Option<&Value>) -> Verdict,
    ) {
        let (old, new) = (old.get(key), new.get(key));
        if old != new {
            let verdict = verdict(old, new);
            let what = format!("{} {}", name(key), happened(old, new));
            self.changed(&site.step(key), what, old, new, verdict);
        }
    }

    /// Rows for all differing keys that the caller has not handled: prose is compatible, and
    /// everything else is for a person.
    pub(super) fn rest(&mut self, site: &Site, old: &Object, new: &Object, handled: &[&str]) {
        for (key, _) in pairs(old, new) {
            if handled.contains(&key) {
                continue;
            }
            if PROSE.contains(&key) {
                self.wording(site, key, old, new);
            } else {
                self.value(site, key, old, new, |_, _| Verdict::unknown());
            }
        }
    }

    fn wording(&mut self, site: &Site, key: &str, old: &Object, new: &Object) {
        let (before, after) = (old.get(key), new.get(key));
        if before != after {
            let what = format!("wording only, {} {}", name(key), happened(before, after));
            self.changed(&site.step(key), what, before, after, Verdict::wording());
        }
    }

    /// Both values as objects, one that is absent as an empty one; nothing if they are equal.
    ///
    /// Values that are no objects, and empty objects that come or go, are rows by themselves.
    pub(super) fn objects<'v>(
        &mut self,
        site: &Site,
        old: Option<&'v Value>,
        new: Option<&'v Value>,
    ) -> Option<(&'v Object, &'v Object)> {
        if old == new {
            return None;
        }
        let pair = match (old, new) {
            (Some(Value::Object(old)), Some(Value::Object(new))) => Some((old, new)),
            (None, Some(Value::Object(new))) if !new.is_empty() => Some((&*EMPTY, new)),
            (Some(Value::Object(old)), None) if !old.is_empty() => Some((old, &*EMPTY)),
            _ => None,
        };
        if pair.is_none() {
            self.odd(site, old, new);
        }
        pair
    }

    /// Both values as lists, with the same rules as [`Self::objects`].
    pub(super) fn lists<'v>(
        &mut self,
        site: &Site,
        old: Option<&'v Value>,
        new: Option<&'v Value>,
    ) -> Option<(&'v [Value], &'v [Value])> {
        if old == new {
            return None;
        }
        let pair = match (old, new) {
            (Some(Value::Array(old)), Some(Value::Array(new))) => Some((&old[..], &new[..])),
            (None, Some(Value::Array(new))) if !new.is_empty() => Some((&[][..], &new[..])),
            (Some(Value::Array(old)), None) if !old.is_empty() => Some((&old[..], &[][..])),
            _ => None,
        };
        if pair.is_none() {
            self.odd(site, old, new);
        }
        pair
    }

    /// A part that is not of the form that the specification asks for.
    pub(super) fn odd(&mut self, site: &Site, old: Option<&Value>, new: Option<&Value>) {
        let key = site.new.rsplit('/').next().unwrap_or_default();
        self.changed(
            site,
            format!("{} {} as a whole", name(key), happened(old, new)),
            old,
            new,
            Verdict::unknown(),
        );
    }

    /// Elements of two lists that only one of them holds, order and repeats aside. If there are
    /// none, the lists still differ, and that is a row by itself.
    pub(super) fn elements<'v>(
        &mut self,
        site: &Site,
        old: &'v [Value],
        new: &'v [Value],
    ) -> (Vec<&'v Value>, Vec<&'v Value>) {
        let without = |list: &'v [Value], other: &[Value]| -> Vec<&'v Value> {
            list.iter().filter(|item| !other.contains(item)).collect()
        };
        let (removed, added) = (without(old, new), without(new, old));
        if removed.is_empty() && added.is_empty() {
            self.reordered(site, old, new);
        }
        (removed, added)
    }

    /// A list that says the same in another order, or says something twice.
    pub(super) fn reordered(&mut self, site: &Site, old: &[Value], new: &[Value]) {
        self.changed(
            site,
            "list told in another order, or with repeats",
            Some(&Value::from(old)),
            Some(&Value::from(new)),
            Verdict::same_meaning(),
        );
    }
}

/// What happened to a value, as a word.
pub(super) fn happened(old: Option<&Value>, new: Option<&Value>) -> &'static str {
    match (old, new) {
        (None, _) => "added",
        (_, None) => "removed",
        _ => "changed",
    }
}

/// The entries of two objects: first those of the older one, then those that are new.
pub(super) fn pairs<'v>(
    old: &'v Object,
    new: &'v Object,
) -> impl Iterator<Item = (&'v str, Pair<'v>)> {
    let known = old.iter().map(|(key, value)| {
        let pair = new
            .get(key)
            .map_or(Pair::Removed(value), |now| Pair::Both(value, now));
        (key.as_str(), pair)
    });
    let fresh = new
        .iter()
        .filter(|(key, _)| !old.contains_key(*key))
        .map(|(key, value)| (key.as_str(), Pair::Added(value)));
    known.chain(fresh)
}
