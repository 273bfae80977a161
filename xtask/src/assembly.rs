//! Assembles pages into the vendored documents and the lock that names their sources.
//!
//! Pages with the same `info.title` make one document, in a file named after the title. A page is
//! the same page as in the old lock if it has the same URL or, taken from a file or a mirror,
//! documents the same operation.

use std::collections::BTreeSet;

use serde_json::Value;
use toml::value::Datetime;

use crate::{
    document::{self, File},
    lock::{Lock, LockedDocument, LockedPage, sha256},
    merge,
    page::Page,
    problem::Problem,
    source::{self, Origin, Source},
};

/// Where the vendor keeps the face swap pages, for a tree that has no lock yet.
const VENDOR: &str = "https://docs.akool.com/ai-tools-suite/faceswap/";

/// The document that the client takes its name from.
pub(crate) const FIRST: &str = "faceswap.yaml";

/// The documents to vendor, and their lock.
pub(crate) struct Vendored {
    /// The documents as files of `openapi/`, and as values.
    pub(crate) documents: Vec<(File, Value)>,
    /// Where they come from.
    pub(crate) lock: Lock,
}

impl Vendored {
    /// The files alone.
    pub(crate) fn files(&self) -> Vec<File> {
        self.documents
            .iter()
            .map(|(file, _)| file.clone())
            .collect()
    }
}

/// The value of a vendored document.
pub(crate) fn parse(text: &str) -> Result<Value, String> {
    document::parse(text).map_err(|error| format!("not YAML: {}", error.without_snippet()))
}

/// A page with its entry for the lock.
struct NamedPage {
    name: String,
    page: Page,
    locked: LockedPage,
}

/// The documents and the lock of all pages: those of the old lock in its order, then new ones by
/// URL.
pub(crate) fn assemble(
    old: Option<&Lock>,
    sources: &[Source],
    today: Datetime,
) -> Result<Vendored, Problem> {
    let known = old.map_or(&[][..], |lock| &lock.pages);
    let mut pages = Vec::new();
    for source in sources {
        let page = named_page(known, source, today)?;
        let same = |other: &&NamedPage| other.locked.url == page.locked.url;
        if let Some(NamedPage { name: first, .. }) = pages.iter().find(same) {
            return Err(Problem::new(format!(
                "{first} and {} are both the page {}",
                page.name, page.locked.url
            ))
            .hint("give each page once"));
        }
        pages.push(page);
    }
    require_all(known, &pages)?;
    let place = |url: &str| known.iter().position(|known| known.url == url);
    pages.sort_by_key(|page| {
        let place = place(&page.locked.url).unwrap_or(known.len());
        (place, page.locked.url.clone())
    });
    name_documents(known, &mut pages)?;

    let files: BTreeSet<String> = pages
        .iter()
        .map(|page| page.locked.document.clone())
        .collect();
    let mut documents = Vec::new();
    for name in document::vendored(files) {
        let named: Vec<(&str, &Page)> = pages
            .iter()
            .filter(|page| page.locked.document == name)
            .map(|page| (page.name.as_str(), &page.page))
            .collect();
        let text = merge::document(&named)?;
        let value = parse(&text).map_err(Problem::new)?;
        documents.push((File { name, text }, value));
    }
    let locked = documents.iter().map(|(file, _)| LockedDocument {
        file: file.name.clone(),
        sha256: sha256(file.text.as_bytes()),
    });
    Ok(Vendored {
        lock: Lock::new(
            locked.collect(),
            pages.into_iter().map(|page| page.locked).collect(),
        ),
        documents,
    })
}

fn named_page(
    known: &[LockedPage],
    source: &Source,
    today: Datetime,
) -> Result<NamedPage, Problem> {
    let name = source.origin.to_string();
    let page = if source.origin.is_document() {
        Page::read_document(&name, &source.bytes)?
    } else {
        Page::read(&name, &source.bytes)?
    };
    let before = known_page(known, &source.origin, &page);
    let url = match before {
        Some(before) => before.url.clone(),
        None => url(known, &source.origin)?,
    };
    // Another page may have taken its place at the same URL.
    let before = before.or_else(|| known.iter().find(|known| known.url == url));
    let page_sha256 = sha256(&source.bytes);
    let fetched = before
        .filter(|before| before.page_sha256 == page_sha256)
        .map_or(today, |before| before.fetched);
    Ok(NamedPage {
        locked: LockedPage {
            url,
            document: String::new(),
            page_sha256,
            fence_sha256: sha256(page.fence.as_bytes()),
            operations: page.operations.clone(),
            fetched,
            statuses: page.statuses.clone(),
        },
        name,
        page,
    })
}

/// The page of the lock that a source is: by its URL, otherwise by its operations.
fn known_page<'a>(known: &'a [LockedPage], origin: &Origin, page: &Page) -> Option<&'a LockedPage> {
    let url = match origin {
        Origin::Url(url) => Some(url.as_str()),
        Origin::File(_) => None,
    };
    known
        .iter()
        .find(|known| Some(known.url.as_str()) == url)
        .or_else(|| {
            known
                .iter()
                .find(|known| known.operations == page.operations)
        })
}

/// The URL of a page that the lock does not know: its own; for a file, or a server on this machine,
/// one beside the first page's.
fn url(known: &[LockedPage], origin: &Origin) -> Result<String, Problem> {
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
        .map_err(|why| Problem::at(origin, format!("its name gives no URL: {why}")))
}

/// Refuses to drop a page: a document cannot be rebuilt without all of its pages.
fn require_all(known: &[LockedPage], pages: &[NamedPage]) -> Result<(), Problem> {
    let given: BTreeSet<&str> = pages.iter().map(|page| page.locked.url.as_str()).collect();
    let missing: Vec<&str> = known
        .iter()
        .map(|page| page.url.as_str())
        .filter(|url| !given.contains(url))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Problem::new(format!(
        "sources.lock also names {}; the documents cannot be built without it",
        missing.join(", ")
    ))
    .hint(
        "give all pages: put them into one folder and use `--from FOLDER`, or repeat `--from`; to \
         drop a page, delete its [[page]] from openapi/sources.lock",
    ))
}

/// Assigns each page to a document: the one with the same title. If the vendor changes a title, the
/// file keeps its name.
fn name_documents(known: &[LockedPage], pages: &mut [NamedPage]) -> Result<(), Problem> {
    let mut files: Vec<(String, String)> = Vec::new();
    for index in 0..pages.len() {
        let title = pages[index].page.title.clone();
        if !files.iter().any(|(known, _)| *known == title) {
            let is_free = |file: &String| files.iter().all(|(_, taken)| taken != file);
            let before = pages
                .iter()
                .filter(|page| page.page.title == title)
                .find_map(|page| known.iter().find(|known| known.url == page.locked.url))
                .map(|known| known.document.clone())
                .filter(is_free);
            let file = before.or_else(|| file_name(&title).filter(is_free));
            let file = file.ok_or_else(|| {
                Problem::at(
                    &pages[index].name,
                    format!("info.title {title:?} gives no unused file name"),
                )
            })?;
            files.push((title.clone(), file));
        }
        let file = files.iter().find(|(known, _)| *known == title);
        let file = file.map(|(_, file)| file.clone()).unwrap_or_default();
        pages[index].locked.document = file;
    }
    Ok(())
}

/// The vendor names files after the API: `Face Detection API` is `face-detection.yaml`.
fn file_name(title: &str) -> Option<String> {
    let words: Vec<String> = title
        .split(|c: char| !c.is_ascii_alphanumeric())
        .map(str::to_ascii_lowercase)
        .filter(|word| !word.is_empty() && word != "api")
        .collect();
    match words.join("-").as_str() {
        "" | "supplement" | "overlay" => None,
        "face-swap" => Some(FIRST.to_owned()),
        name => Some(format!("{name}.yaml")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_after_the_api() {
        for (title, file) in [
            ("Face Swap API", Some("faceswap.yaml")),
            ("Face Detection API", Some("face-detection.yaml")),
            ("Live: Avatar 2", Some("live-avatar-2.yaml")),
            ("../x API", Some("x.yaml")),
            ("API", None),
            ("Overlay", None),
            ("Supplement API", None),
            ("換臉", None),
        ] {
            assert_eq!(file_name(title).as_deref(), file, "{title}");
        }
    }
}
