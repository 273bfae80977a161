//! The alternatives of `oneOf` and `anyOf`: matched, then compared in pairs.

use super::compare_merged;
use super::merged::{Merged, Scope};
use super::shape::{Alternative, Node};
use crate::kind::Kind;
use crate::location::Location;
use crate::pointer::{ancestors, target};
use crate::walk::{Pair, Walk};

/// Compares two lists of alternatives in pairs: equal ones, then those that refer to the same place,
/// then the others in order.
pub(super) fn compare<'a>(
    walk: &mut Walk<'a>,
    at: &Location,
    old: &[Alternative<'a>],
    new: &[Alternative<'a>],
    scope: &Scope,
) {
    let usage = walk.usage(&scope.used);
    let (mut was, mut is): (Vec<_>, Vec<_>) = ((0..old.len()).collect(), (0..new.len()).collect());
    let mut matched = take_matches(&mut was, &mut is, |a, b| old[a].has_same_arms(&new[b]));
    matched.extend(take_matches(&mut was, &mut is, |a, b| {
        let targets = (targets(&old[a]), targets(&new[b]));
        targets.0.is_some() && targets.0 == targets.1
    }));
    let both = was.len().min(is.len());
    matched.extend(std::iter::zip(was.drain(..both), is.drain(..both)));
    matched.sort_unstable();
    let in_order = matched.is_sorted_by_key(|(_, b)| *b);
    if !in_order
        || matched
            .iter()
            .any(|&(a, b)| old[a].keywords() != new[b].keywords())
    {
        let list = |one: &Alternative<'a>| {
            let arm = one.arms.first().map_or("", |(_, arm)| arm.at.as_str());
            ancestors(arm).nth(1).unwrap_or_default().to_owned()
        };
        let at = Location::new(list(&old[0]), list(&new[0]));
        let values = (walk.old.pointer(&at.old), walk.new.pointer(&at.new));
        walk.found(
            Kind::AlternativesReordered,
            &Pair::new(at, values.0, values.1),
            usage,
        );
    }
    for (a, b) in matched {
        compare_merged(walk, &Merged::new(at, &old[a], &new[b], scope));
    }
    for arm in was.into_iter().filter_map(|index| arm(&old[index])) {
        walk.found(
            Kind::AlternativeRemoved,
            &Pair::removed(&arm.at, arm.value),
            usage,
        );
    }
    for arm in is.into_iter().filter_map(|index| arm(&new[index])) {
        walk.found(
            Kind::AlternativeAdded,
            &Pair::added(&arm.at, arm.value),
            usage,
        );
    }
}

/// The part that distinguishes an alternative.
fn arm<'a>(one: &Alternative<'a>) -> Option<Node<'a>> {
    one.arms.last().map(|(_, arm)| arm.clone())
}

/// The places that an alternative refers to, if it consists of references.
fn targets<'a>(one: &Alternative<'a>) -> Option<Vec<&'a str>> {
    one.arms.iter().map(|(_, arm)| target(arm.value)).collect()
}

/// Removes the indices of the pairs for which `same` holds from both lists, and returns the pairs.
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
