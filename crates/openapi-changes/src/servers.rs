//! Servers: where the API is. Clients usually have the first of them as their default.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::kind::{Kind, Usage};
use crate::location::Location;
use crate::walk::{Object, Walk};

const KEY: &str = "servers";

/// Compares the servers of a document, a path or an operation.
pub(crate) fn compare(walk: &mut Walk<'_>, owner: &Location, (old, new): (&Object, &Object)) {
    let at = owner.step(KEY);
    let values = (old.get(KEY), new.get(KEY));
    if values.0 == values.1 {
        return;
    }
    let Some((old, new)) = walk.lists(&at, values) else {
        return;
    };
    let (Some(was), Some(is)) = (urls(old), urls(new)) else {
        let _: Option<()> = walk.malformed(&at, values);
        return;
    };
    walk.compared(&at);
    let place = |a: usize, b: usize| at.steps(&a.to_string(), &b.to_string());
    let (gone, come) = (without(&was, &is), without(&is, &was));
    let replaced = gone.len().min(come.len());
    let kept = was
        .iter()
        .enumerate()
        .filter_map(|(a, url)| Some((a, is.iter().position(|other| other == url)?)));
    let changed = std::iter::zip(gone.iter().copied(), come.iter().copied());
    for (a, b) in kept.chain(changed) {
        let at = place(a, b);
        if let Some(both) = walk.objects(&at, (Some(&old[a]), Some(&new[b]))) {
            walk.value(&at, "url", both, Usage::default(), |_, _| {
                Kind::ServerRemoved
            });
            walk.rest(&at, both, &["url"]);
        }
    }
    for &a in &gone[replaced..] {
        walk.found(
            Kind::ServerRemoved,
            &place(a, a),
            (Some(&old[a]), None),
            Usage::default(),
        );
    }
    let added = if owner.new.is_empty() {
        Kind::ServerAdded
    } else {
        Kind::OwnServerAdded
    };
    for &b in &come[replaced..] {
        walk.found(added, &place(b, b), (None, Some(&new[b])), Usage::default());
    }
    let first = (was.first(), is.first());
    if matches!(first, (Some(a), Some(b)) if a != b && (was.contains(b) || is.contains(a))) {
        walk.found(
            Kind::DefaultServer,
            &at,
            (old.first(), new.first()),
            Usage::default(),
        );
    }
}

/// The URLs of all servers, if each has one and none is listed twice.
fn urls(list: &[Value]) -> Option<Vec<&str>> {
    let urls: Vec<&str> = list
        .iter()
        .map(|server| server.get("url").and_then(Value::as_str))
        .collect::<Option<_>>()?;
    let distinct: BTreeSet<_> = urls.iter().collect();
    (distinct.len() == urls.len()).then_some(urls)
}

fn without(list: &[&str], other: &[&str]) -> Vec<usize> {
    (0..list.len())
        .filter(|&index| !other.contains(&list[index]))
        .collect()
}
