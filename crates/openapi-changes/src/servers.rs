//! Servers: where the API is. Clients usually take the first as their default.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::kind::{Kind, Usage};
use crate::walk::{Pair, Walk};

/// Compares the servers of a document, a path or an operation.
pub(crate) fn compare<'a>(walk: &mut Walk<'a>, owner: &Pair<'a>) {
    let servers = owner.member("servers");
    if servers.is_equal() {
        return;
    }
    let Some((old, new)) = walk.lists(&servers) else {
        return;
    };
    let (Some(was), Some(is)) = (urls(old), urls(new)) else {
        walk.malformed(&servers);
        return;
    };
    walk.compared(&servers.at);
    let pair = |a: Option<usize>, b: Option<usize>| {
        let index = |own: Option<usize>, other| own.or(other).unwrap_or_default().to_string();
        let at = servers.at.steps(&index(a, b), &index(b, a));
        Pair::new(at, a.map(|a| &old[a]), b.map(|b| &new[b]))
    };
    let (gone, come) = (without(&was, &is), without(&is, &was));
    let kept = was.iter().enumerate();
    let kept = kept.filter_map(|(a, url)| Some((a, is.iter().position(|other| other == url)?)));
    let replaced = std::iter::zip(gone.iter().copied(), come.iter().copied());
    for (a, b) in kept.chain(replaced) {
        let server = pair(Some(a), Some(b));
        if walk.are_objects(&server) {
            walk.keyword(&server, "url", Usage::default(), |_| Kind::ServerRemoved);
            walk.rest(&server, &["url"]);
        }
    }
    for &a in gone.iter().skip(come.len()) {
        walk.found(Kind::ServerRemoved, &pair(Some(a), None), Usage::default());
    }
    let is_document = owner.at.new.is_empty();
    let added = if is_document {
        Kind::ServerAdded
    } else {
        Kind::OwnServerAdded
    };
    for &b in come.iter().skip(gone.len()) {
        walk.found(added, &pair(None, Some(b)), Usage::default());
    }
    let first = (was.first(), is.first());
    if matches!(first, (Some(a), Some(b)) if a != b && (was.contains(b) || is.contains(a))) {
        let first = Pair::new(servers.at, old.first(), new.first());
        walk.found(Kind::DefaultServer, &first, Usage::default());
    }
}

/// The URLs of all servers, if each has one and none is listed twice.
fn urls(list: &[Value]) -> Option<Vec<&str>> {
    let urls = list.iter().map(|server| server.get("url")?.as_str());
    let urls: Vec<&str> = urls.collect::<Option<_>>()?;
    let distinct: BTreeSet<_> = urls.iter().collect();
    (distinct.len() == urls.len()).then_some(urls)
}

fn without(list: &[&str], other: &[&str]) -> Vec<usize> {
    let is_new = |&index: &usize| !other.contains(&list[index]);
    (0..list.len()).filter(is_new).collect()
}
