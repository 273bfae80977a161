//! Servers: where the vendor says the API is. The SDK has the first of them as its default.

use std::collections::BTreeSet;

use serde_json::Value;

use super::comparison::{Comparison, Object};
use super::markdown::name;
use super::site::Site;
use super::verdict::Verdict;

const KEY: &str = "servers";

/// Compares the servers of a document, a path or an operation.
pub(super) fn compare(comparison: &mut Comparison<'_>, owner: &Site, old: &Object, new: &Object) {
    let is_document = owner.new.is_empty();
    let site = owner.step(KEY);
    let Some((old, new)) = comparison.lists(&site, old.get(KEY), new.get(KEY)) else {
        return;
    };
    let (Some(was), Some(is)) = (urls(old), urls(new)) else {
        comparison.odd(&site, Some(&Value::from(old)), Some(&Value::from(new)));
        return;
    };
    let before = comparison.len();
    let gone: Vec<usize> = without(&was, &is);
    let come: Vec<usize> = without(&is, &was);
    let changed: Vec<_> = std::iter::zip(&gone, &come).collect();
    for &(&a, &b) in &changed {
        let at = subject(&site, owner, a, b, was[a]);
        server(comparison, &at, &old[a], &new[b]);
    }
    for &index in &gone[changed.len()..] {
        let at = subject(&site, owner, index, index, was[index]);
        comparison.changed(&at, "removed", Some(&old[index]), None, moved_away());
    }
    for &index in &come[changed.len()..] {
        let at = subject(&site, owner, index, index, is[index]);
        let verdict = if is_document {
            Verdict::compatible(
                "The SDK goes on using the one it has; users may name the new one as base URL.",
            )
        } else {
            Verdict::person(
                "This part of the API has a server of its own, and the SDK has one base URL for \
                 all: calls go to the old server until somebody decides.",
            )
        };
        comparison.changed(&at, "added", None, Some(&new[index]), verdict);
    }
    for (a, url) in was.iter().enumerate() {
        if let Some(b) = is.iter().position(|other| other == url) {
            let at = subject(&site, owner, a, b, url);
            server(comparison, &at, &old[a], &new[b]);
        }
    }
    let first = (was.first(), is.first());
    let default_moved =
        matches!(first, (Some(a), Some(b)) if a != b && (was.contains(b) || is.contains(a)));
    if default_moved {
        let verdict = Verdict::person(
            "The first server is the one that the SDK uses by default: released versions go on \
             using the old one. Decide whether the next release moves.",
        );
        comparison.changed(
            &site,
            "another server comes first",
            old.first(),
            new.first(),
            verdict,
        );
    } else if comparison.len() == before {
        comparison.reordered(&site, old, new);
    }
}

fn subject(site: &Site, owner: &Site, a: usize, b: usize, url: &str) -> Site {
    let at = site.steps(&a, &b);
    if owner.new.is_empty() {
        at.called(format!("server {}", name(url)))
    } else {
        at.called(owner.subject.clone()).part("server", url)
    }
}

/// The URLs of all servers, if each has one and none stands twice.
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

fn server(comparison: &mut Comparison<'_>, site: &Site, old: &Value, new: &Value) {
    if let Some((old, new)) = comparison.objects(site, Some(old), Some(new)) {
        comparison.value(site, "url", old, new, |_, _| moved_away());
        comparison.rest(site, old, new, &["url"]);
    }
}

fn moved_away() -> Verdict {
    Verdict::breaking(
        "The SDK's default base URL still points to the old server, and credentials go to the \
         configured origin only: nothing follows the move by itself. Once the old server is \
         switched off, every call ends in a connection error or HTTP 404 until users set the base \
         URL or take a new release.",
    )
}
