//! References: what they point to, and what it means when they point elsewhere.
//!
//! A reference that stays is not followed: what it points to is compared at its own place. One
//! that moves is, so that a component under a new name is not taken for a new shape.

use serde_json::Value;

use super::comparison::{Comparison, Object, happened};
use super::markdown::name;
use super::site::Site;
use super::verdict::Verdict;

/// The longest chain of references that is followed.
const LONGEST_CHAIN: usize = 16;

/// A room that compares two values of one kind.
pub(super) type Room = fn(&mut Comparison<'_>, &Site, &Object, &Object);

/// Where the reference `node` points to, if it is one.
pub(super) fn target(node: &Value) -> Option<&str> {
    node.get("$ref").and_then(Value::as_str)
}

/// What `node` stands for, with its pointer: itself (which is at `at`), or what its reference, or
/// a chain of them, points to. Nothing if that is no place in this document.
pub(super) fn resolve<'v>(
    document: &'v Value,
    node: &'v Value,
    at: &str,
) -> Option<(String, &'v Value)> {
    let (mut at, mut node) = (at.to_owned(), node);
    for _ in 0..LONGEST_CHAIN {
        let Some(target) = target(node) else {
            return Some((at, node));
        };
        let pointer = target.strip_prefix('#')?;
        node = document.pointer(pointer)?;
        pointer.clone_into(&mut at);
    }
    None
}

/// Compares two values, one or both of which may be references.
pub(super) fn compare(
    comparison: &mut Comparison<'_>,
    site: &Site,
    old: &Value,
    new: &Value,
    room: Room,
) {
    if old == new {
        return;
    }
    if site.is_too_deep() {
        comparison.changed(
            site,
            "differs, deeper down than this report looks",
            Some(old),
            Some(new),
            Verdict::unknown(),
        );
        return;
    }
    let (was, is) = (target(old), target(new));
    if was.is_none() && is.is_none() {
        if let Some((old, new)) = comparison.objects(site, Some(old), Some(new)) {
            room(comparison, site, old, new);
        }
        return;
    }
    if was != is {
        moved(comparison, site, old, new, room);
    }
    beside(comparison, site, old, new);
}

/// A reference that points elsewhere, or stands for what was told in place, or the reverse.
fn moved(comparison: &mut Comparison<'_>, site: &Site, old: &Value, new: &Value, room: Room) {
    let resolved = (
        resolve(comparison.old, old, &site.old),
        resolve(comparison.new, new, &site.new),
    );
    let verdict = match resolved {
        (Some((old_at, old)), Some((new_at, new))) => {
            let target = site.moved_to(&old_at, &new_at);
            if differ(comparison, &target, old, new, room) {
                Verdict::compatible(
                    "The move by itself changes nothing; where the two shapes differ, rows of \
                     their own say so.",
                )
            } else {
                Verdict::compatible(
                    "Same shape in another place: users of the SDK notice nothing. A generated \
                     type of the raw client may get another name.",
                )
            }
        }
        _ => Verdict::breaking(
            "The reference points to nothing in this document, so the generator refuses it: no \
             release of the SDK can be made from it.",
        ),
    };
    match (target(old), target(new)) {
        (Some(_), Some(_)) => {
            let what = "reference points elsewhere";
            let key = "$ref";
            comparison.changed(&site.step(key), what, old.get(key), new.get(key), verdict);
        }
        (was, _) => {
            let what = if was.is_some() {
                "told in place now, no longer by reference"
            } else {
                "told by reference now"
            };
            comparison.changed(site, what, Some(old), Some(new), verdict);
        }
    }
}

/// Compares what two references point to, once for each pair of places: circles end, and a shape
/// used in many places is reported once.
fn differ(
    comparison: &mut Comparison<'_>,
    site: &Site,
    old: &Value,
    new: &Value,
    room: Room,
) -> bool {
    if old == new {
        return false;
    }
    if site.old == site.new {
        // Compared at its own place.
        return true;
    }
    let key = (site.old.clone(), site.new.clone());
    if let Some(known) = comparison.targets.get(&key) {
        return *known;
    }
    comparison.targets.insert(key.clone(), false);
    let before = comparison.len();
    if let (Value::Object(old), Value::Object(new)) = (old, new) {
        room(comparison, site, old, new);
    } else {
        comparison.odd(site, Some(old), Some(new));
    }
    let differ = comparison.len() > before;
    comparison.targets.insert(key, differ);
    differ
}

/// Keys beside a reference, which `OpenAPI` 3.0 ignores and later versions do not.
fn beside(comparison: &mut Comparison<'_>, site: &Site, old: &Value, new: &Value) {
    // What is told in place belongs to the comparison of the shapes.
    let keys = |node: &Value| match node {
        Value::Object(object) if object.contains_key("$ref") => object.clone(),
        _ => Object::new(),
    };
    let (old, new) = (keys(old), keys(new));
    for (key, pair) in super::comparison::pairs(&old, &new) {
        let (old, new) = (old.get(key), new.get(key));
        if key == "$ref" || matches!(pair, super::comparison::Pair::Both(a, b) if a == b) {
            continue;
        }
        comparison.changed(
            &site.step(key),
            format!("{} beside a reference {}", name(key), happened(old, new)),
            old,
            new,
            Verdict::person(
                "OpenAPI 3.0 ignores what stands beside a reference, and so does the generator: \
                 find out what the vendor means by it.",
            ),
        );
    }
}
