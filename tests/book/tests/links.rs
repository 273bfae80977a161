//! Every link in the repository's Markdown leads to a file that exists, and to a heading in it. Links to the web
//! are not checked: tests make no requests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

/// All Markdown files of the repository, except what is built or vendored.
fn pages() -> Vec<PathBuf> {
    let mut pages = Vec::new();
    let mut open = vec![root()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            if path.is_dir() {
                if !["target", "node_modules", ".git"].contains(&name.as_str())
                    && !name.starts_with("mutants.out")
                {
                    open.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "md") {
                pages.push(path);
            }
        }
    }
    pages
}

/// What a page links to, and the names of its headings as GitHub and mdBook make them.
#[derive(Default)]
struct Page {
    links: Vec<String>,
    headings: Vec<String>,
}

fn read(text: &str) -> Page {
    let mut page = Page::default();
    let mut heading: Option<String> = None;
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                page.links.push(dest_url.into_string());
            }
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => {
                page.headings.extend(heading.take().map(|text| slug(&text)));
            }
            Event::Text(text) | Event::Code(text) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&text);
                }
            }
            _ => {}
        }
    }
    page
}

fn slug(heading: &str) -> String {
    heading
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || " -_".contains(*c))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

/// The links of the pages that lead nowhere.
fn broken(pages: &HashMap<PathBuf, Page>) -> Vec<String> {
    let mut broken = Vec::new();
    for (path, page) in pages {
        for link in &page.links {
            // Rustdoc checks links to Rust items.
            if link.contains("://") || link.starts_with("mailto:") || link.contains("::") {
                continue;
            }
            let (file, heading) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() {
                path.clone()
            } else {
                path.parent().unwrap().join(file)
            };
            let Ok(target) = target.canonicalize() else {
                broken.push(format!("{}: {link}", path.display()));
                continue;
            };
            let known = pages
                .get(&target)
                .is_none_or(|page| page.headings.iter().any(|known| known == heading));
            if !heading.is_empty() && !known {
                broken.push(format!("{}: {link}: no such heading", path.display()));
            }
        }
    }
    broken
}

#[test]
fn every_link_leads_somewhere() {
    let pages: HashMap<PathBuf, Page> = pages()
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            (path.canonicalize().unwrap(), read(&text))
        })
        .collect();
    let links: usize = pages.values().map(|page| page.links.len()).sum();
    assert!(links > 50, "only {links} links were found");
    let broken = broken(&pages);
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn links_to_missing_files_and_headings_are_found() {
    let readme = root().join("README.md");
    let page = read(
        "# A `b` c\n[1](#a-b-c) [2](#a) [3](README.md) [4](docs/none.md) [5](https://example.com/none)",
    );
    let mut found = broken(&HashMap::from([(readme, page)]));
    found.sort();
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].ends_with("#a: no such heading"), "{found:?}");
    assert!(found[1].ends_with("docs/none.md"), "{found:?}");
}

#[test]
fn every_page_of_the_book_is_listed_once_and_links_stay_inside() {
    let docs = root().join("docs");
    let summary = read(&fs::read_to_string(docs.join("SUMMARY.md")).unwrap());
    let listed: Vec<PathBuf> = summary
        .links
        .iter()
        .map(|link| docs.join(link).canonicalize().unwrap())
        .collect();
    for page in pages().into_iter().filter(|page| page.starts_with(&docs)) {
        let count = listed.iter().filter(|listed| **listed == page).count();
        let expected = usize::from(!page.ends_with("SUMMARY.md"));
        assert_eq!(count, expected, "{}", page.display());
        // Pages elsewhere are not in the book that mdBook builds, so there a link to one leads nowhere.
        for link in read(&fs::read_to_string(&page).unwrap()).links {
            let file = link.split('#').next().unwrap();
            let is_inside = page
                .parent()
                .unwrap()
                .join(file)
                .canonicalize()
                .is_ok_and(|target| target.starts_with(&docs));
            assert!(
                link.contains("://") || file.is_empty() || is_inside,
                "{}: {link}",
                page.display()
            );
        }
    }
}
