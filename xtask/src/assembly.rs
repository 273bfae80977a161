//! Pages put together: one document and the lock that says what it was made of.
//!
//! A page is the same page as in the old lock if it has the same address or, taken from a file or
//! a mirror, documents the same operation.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{
    day::Day,
    lock::{Lock, LockedPage, sha256},
    merge,
    page::Page,
    problem::Problem,
    source::{self, Origin, Source},
};

/// Where the vendor keeps the face swap pages, for a tree that has no lock yet.
const VENDOR: &str = "https://docs.akool.com/ai-tools-suite/faceswap/";

/// The vendor's word as it is to be vendored.
pub(crate) struct Vendored {
    /// The text of `openapi/faceswap.yaml`.
    pub(crate) text: String,
    /// The same as a value.
    pub(crate) document: Value,
    /// Where it comes from.
    pub(crate) lock: Lock,
}

/// The value of a vendored document.
pub(crate) fn parse(text: &str) -> Result<Value, String> {
    serde_saphyr::from_str(text).map_err(|error| format!("not YAML: {}", error.without_snippet()))
}

/// One document and one lock of all pages: those of the old lock in its order, then new ones by
/// address.
pub(crate) fn assemble(
    old: Option<&Lock>,
    sources: &[Source],
    today: &Day,
) -> Result<Vendored, Problem> {
    let known = old.map_or(&[][..], |lock| &lock.pages);
    let mut pages: Vec<(String, Page, LockedPage)> = Vec::new();
    for source in sources {
        let name = source.origin.to_string();
        let page = Page::read(&name, &source.bytes)?;
        let before = known_page(known, &source.origin, &page);
        let url = match before {
            Some(before) => before.url.clone(),
            None => address(known, &source.origin)?,
        };
        // A page that took another's place under the same address.
        let before = before.or_else(|| known.iter().find(|known| known.url == url));
        let page_sha256 = sha256(&source.bytes);
        let fetched = before
            .filter(|before| before.page_sha256 == page_sha256)
            .map_or_else(|| today.clone(), |before| before.fetched.clone());
        if let Some((first, ..)) = pages.iter().find(|(.., locked)| locked.url == url) {
            return Err(
                Problem::new(format!("{first} and {name} are both the page {url}"))
                    .mend("give each page once"),
            );
        }
        let locked = LockedPage {
            url,
            page_sha256,
            fence_sha256: sha256(page.fence.as_bytes()),
            operations: vec![page.operation.clone()],
            fetched,
            statuses: page.statuses.clone(),
        };
        pages.push((name, page, locked));
    }
    all_given(known, &pages)?;
    let place = |url: &str| known.iter().position(|known| known.url == url);
    pages.sort_by_key(|(.., locked)| {
        let place = place(&locked.url).unwrap_or(known.len());
        (place, locked.url.clone())
    });

    let named: Vec<(&str, &Page)> = pages
        .iter()
        .map(|(name, page, _)| (name.as_str(), page))
        .collect();
    let text = merge::document(&named)?;
    let document = parse(&text).map_err(Problem::new)?;
    let locked = pages.into_iter().map(|(.., locked)| locked).collect();
    Ok(Vendored {
        lock: Lock::new(sha256(text.as_bytes()), locked),
        text,
        document,
    })
}

/// The page of the lock that a source is: by its address, else by its operation.
fn known_page<'a>(known: &'a [LockedPage], origin: &Origin, page: &Page) -> Option<&'a LockedPage> {
    let address = match origin {
        Origin::Url(url) => Some(url.as_str()),
        Origin::File(_) => None,
    };
    known
        .iter()
        .find(|known| Some(known.url.as_str()) == address)
        .or_else(|| {
            known
                .iter()
                .find(|known| known.operations.contains(&page.operation))
        })
}

/// The address of a page that the lock does not know: its own, or for a file (and for a server on
/// this machine) a neighbour of the first page's.
fn address(known: &[LockedPage], origin: &Origin) -> Result<String, Problem> {
    let file = match origin {
        Origin::Url(url) if url.scheme() == "https" => return Ok(url.to_string()),
        Origin::Url(url) => url.path().rsplit('/').next().unwrap_or_default().to_owned(),
        Origin::File(path) => path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default(),
    };
    let neighbour = known.first().map_or(VENDOR, |page| page.url.as_str());
    source::page_url(neighbour)
        .and_then(|url| url.join(&file).map_err(|error| error.to_string()))
        .map(|url| url.to_string())
        .map_err(|why| Problem::at(origin, format!("no address can be made of its name: {why}")))
}

/// The document cannot be made again without every page that it was made of.
fn all_given(known: &[LockedPage], pages: &[(String, Page, LockedPage)]) -> Result<(), Problem> {
    let given: BTreeSet<&str> = pages.iter().map(|(.., page)| page.url.as_str()).collect();
    let missing: Vec<&str> = known
        .iter()
        .map(|page| page.url.as_str())
        .filter(|url| !given.contains(url))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Problem::new(format!(
        "sources.lock also names {}: the document cannot be made again without",
        missing.join(", ")
    ))
    .mend(
        "give all pages: put them into one folder and use `--from FOLDER`, or repeat `--from`; to \
         give a page up, take its [[page]] out of openapi/sources.lock",
    ))
}
