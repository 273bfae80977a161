//! `cargo xtask pages`: the pages about face swapping in the vendor's index, and which of them are
//! vendored, described in the supplement, or neither.
//!
//! The index, `llms.txt`, is Markdown with a list of `[title](URL): text`, pages first and whole
//! OpenAPI documents at the end. A line that looks like an entry but cannot be read is shown,
//! because it may be the page that you look for.

use std::{collections::BTreeSet, io, path::Path};

use pulldown_cmark::{Event, LinkType, Options, Parser, Tag, TagEnd};

use crate::{
    lock::{Lock, LockedPage},
    operation::Operation,
    problem::{Lines, Problem},
    source,
    supplement::Documents,
    tree::Tree,
};

/// Where the vendor keeps the index.
pub const INDEX: &str = "https://docs.akool.com/llms.txt";

/// One page of the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What the vendor calls it.
    pub title: String,
    /// Where it is.
    pub url: String,
    /// The operation that its text names, as in `POST /path`.
    pub operation: Option<Operation>,
}

impl Entry {
    fn is_about_face_swap(&self) -> bool {
        let title: String = self
            .title
            .to_lowercase()
            .chars()
            .filter(|c| c.is_alphanumeric())
            .collect();
        [
            "/faceswap/",
            "/face-detection/",
            "faceswap.",
            "face-detection.",
        ]
        .iter()
        .any(|part| self.url.contains(part))
            || ["faceswap", "facedetection", "detectfaces"]
                .iter()
                .any(|part| title.contains(part))
    }

    /// Whether it is an OpenAPI document and not a page.
    fn is_document(&self) -> bool {
        is_document(&self.url)
    }
}

/// The parsed index.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Index {
    /// The pages, in the vendor's order.
    pub entries: Vec<Entry>,
    /// Lines that look like entries but are not: number and text.
    pub unread: Vec<(usize, String)>,
}

impl Index {
    /// Reads the index's text.
    pub fn parse(text: &str) -> Self {
        let mut index = Self::default();
        let mut read = BTreeSet::new();
        let mut lines = Lines::of(text.as_bytes());
        // The link that an item begins with, while it is open.
        let mut entry: Option<Entry> = None;
        let mut at_start = false;
        // The text of an item after its link.
        let mut rest: Option<String> = None;
        let events = Parser::new_ext(text, Options::empty()).into_offset_iter();
        for (event, range) in events {
            match event {
                Event::Start(Tag::Item) => {
                    at_start = true;
                    rest = None;
                }
                Event::Start(Tag::Paragraph) => {}
                Event::Start(Tag::Link {
                    link_type: LinkType::Inline,
                    dest_url,
                    ..
                }) if at_start => {
                    at_start = false;
                    if is_page(&dest_url) {
                        read.insert(lines.at(range.start));
                        entry = Some(Entry {
                            title: String::new(),
                            url: dest_url.to_string(),
                            operation: None,
                        });
                    }
                }
                Event::Text(part) | Event::Code(part) => {
                    at_start = false;
                    if let Some(entry) = &mut entry {
                        entry.title.push_str(&part);
                    } else if let Some(rest) = &mut rest {
                        rest.push_str(&part);
                    }
                }
                Event::End(TagEnd::Link) if entry.is_some() => {
                    index.entries.extend(entry.take());
                    rest = Some(String::new());
                }
                Event::End(TagEnd::Item) => {
                    if let (Some(rest), Some(last)) = (rest.take(), index.entries.last_mut()) {
                        let words: Vec<&str> = rest.split_whitespace().collect();
                        last.operation = words
                            .windows(2)
                            .find_map(|pair| Operation::new(pair[0], pair[1]));
                    }
                }
                _ => at_start = false,
            }
        }
        index.unread = text
            .lines()
            .enumerate()
            .map(|(number, line)| (number + 1, line.trim()))
            .filter(|(number, line)| looks_like_an_entry(line) && !read.contains(number))
            .map(|(number, line)| (number, line.to_owned()))
            .collect();
        index
    }
}

fn is_page(url: &str) -> bool {
    has_extension(url, "md") || is_document(url)
}

fn is_document(url: &str) -> bool {
    has_extension(url, "yaml") || has_extension(url, "yml")
}

fn has_extension(url: &str, extension: &str) -> bool {
    source::page_url(url).is_ok_and(|url| {
        Path::new(url.path())
            .extension()
            .is_some_and(|end| end == extension)
    })
}

fn looks_like_an_entry(line: &str) -> bool {
    line.starts_with(['-', '*', '+', '['])
        && line
            .trim_start_matches(['-', '*', '+', ' '])
            .starts_with('[')
        || line.contains("docs.akool.com/")
}

/// Runs the command: the list on `out`, a line for the download on `progress`. `from` is where the
/// index is: a file or a URL, such as [`INDEX`].
///
/// # Errors
///
/// If the index cannot be read, or has no face swap page at all.
pub fn run(
    tree: &Tree,
    from: &str,
    out: &mut dyn io::Write,
    progress: &mut dyn io::Write,
) -> Result<(), Problem> {
    let path = tree.lock();
    let lock = tree
        .read_if_any(&path)?
        .map(|text| Lock::parse(&tree.name(&path), &text))
        .transpose()?;
    let sources = source::read_all(&source::origins(from)?, progress)?;
    let [index] = &sources[..] else {
        return Err(Problem::at(from, "a folder; the index is one file"));
    };
    let text =
        std::str::from_utf8(&index.bytes).map_err(|_| Problem::at(from, "not UTF-8 text"))?;
    let index = Index::parse(text);
    let pages: Vec<&Entry> = index
        .entries
        .iter()
        .filter(|entry| entry.is_about_face_swap())
        .collect();
    if pages.is_empty() {
        return Err(Problem::at(
            from,
            format!(
                "no face swap page among its {} readable and {} unreadable entries",
                index.entries.len(),
                index.unread.len()
            ),
        )
        .hint(
            "check that this is the vendor's index: lines `- [title](https://…/page.md): text`",
        ));
    }
    let documents = Documents::read(tree, &tree.vendored()?)?;
    let known = Known {
        lock: lock.as_ref(),
        supplement: documents.operations(),
    };
    list(&known, &pages, &index.unread, out)
        .map_err(|error| Problem::new(format!("the list cannot be written: {error}")))
}

/// What the tree has of the vendor's pages.
struct Known<'a> {
    lock: Option<&'a Lock>,
    supplement: Vec<(Operation, Option<&'a str>)>,
}

impl Known<'_> {
    fn pages(&self) -> &[LockedPage] {
        self.lock.map_or(&[][..], |lock| &lock.pages)
    }

    /// Whether a page is vendored, described in the supplement, or neither.
    fn state(&self, entry: &Entry) -> &'static str {
        let is_page = |url: &str| without_extension(url) == without_extension(&entry.url);
        let is_operation = |operation: &Operation| Some(operation) == entry.operation.as_ref();
        let mut pages = self.pages().iter();
        if pages.any(|page| is_page(&page.url) || page.operations.iter().any(is_operation)) {
            return "vendored  ";
        }
        let mut supplement = self.supplement.iter();
        if supplement.any(|(operation, url)| is_operation(operation) || url.is_some_and(is_page)) {
            return "supplement";
        }
        if entry.is_document() {
            "document  "
        } else {
            "neither   "
        }
    }
}

fn without_extension(url: &str) -> &str {
    url.strip_suffix(".md").unwrap_or(url)
}

fn list(
    known: &Known<'_>,
    pages: &[&Entry],
    unread: &[(usize, String)],
    out: &mut dyn io::Write,
) -> io::Result<()> {
    for page in pages {
        write!(out, "{}  {}  ({})", known.state(page), page.url, page.title)?;
        if let Some(operation) = &page.operation {
            write!(out, "  {operation}")?;
        }
        writeln!(out)?;
    }
    for page in known.pages() {
        if !pages.iter().any(|entry| entry.url == page.url) {
            writeln!(out, "vendored, but no longer in the index  {}", page.url)?;
        }
    }
    if !unread.is_empty() {
        writeln!(out, "\ncould not be read as entries:")?;
        for (number, line) in unread {
            writeln!(out, "  line {number}: {line}")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
# AKOOL

> Documentation

## Docs

- [Get result](https://docs.akool.com/ai-tools-suite/faceswap/get-result.md): look up
- [Face Swap Plus](https://docs.akool.com/other/plus.md)
* [Live `faceswap`](https://docs.akool.com/live.md): with [a link](https://docs.akool.com/x.md)
- [Avatar](https://docs.akool.com/avatar/list.md): no face
- [Broken](https://docs.akool.com/ai-tools-suite/faceswap/broken.md: no bracket
- [Old](https://docs.akool.com/faceswap/old.html): not Markdown
- https://docs.akool.com/faceswap/bare.md
- just text
";

    fn parsed() -> Index {
        Index::parse(TEXT)
    }

    #[test]
    fn entries_are_list_items_that_begin_with_a_page() {
        let index = parsed();
        let found: Vec<(&str, &str)> = index
            .entries
            .iter()
            .map(|entry| (entry.title.as_str(), entry.url.rsplit('/').next().unwrap()))
            .collect();
        let expected = [
            ("Get result", "get-result.md"),
            ("Face Swap Plus", "plus.md"),
            ("Live faceswap", "live.md"),
            ("Avatar", "list.md"),
        ];
        assert_eq!(found, expected);
        assert_eq!(Index::parse(&TEXT.replace('\n', "\r\n")), index);
    }

    #[test]
    fn lines_that_look_like_entries_are_not_lost() {
        let lines: Vec<usize> = parsed().unread.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [11, 12, 13]);
    }

    #[test]
    fn the_text_of_an_entry_may_name_its_operation() {
        let text = "\
- [A](https://docs.akool.com/faceswap/a.md): Swaps faces. `POST /api/a`
- [B](https://docs.akool.com/faceswap/b.md): post /api/b
- [C](https://docs.akool.com/faceswap/c.md)
## OpenAPI Specs
- [faceswap](https://docs.akool.com/openapi/faceswap.yaml)
";
        let entries = Index::parse(text).entries;
        let operations: Vec<Option<String>> = entries
            .iter()
            .map(|entry| entry.operation.as_ref().map(ToString::to_string))
            .collect();
        let operation = |text: &str| Some(text.to_owned());
        assert_eq!(
            operations,
            [
                operation("POST /api/a"),
                operation("POST /api/b"),
                None,
                None
            ]
        );
        assert!(entries[3].is_document() && entries[3].is_about_face_swap());
    }

    #[test]
    fn the_list_says_what_is_vendored_and_what_the_supplement_has() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("openapi")).unwrap();
        let page = |file: &str| {
            format!(
                "[[page]]\nurl = \"https://docs.akool.com/ai-tools-suite/faceswap/{file}\"\n\
                 document = \"faceswap.yaml\"\npage_sha256 = \"\"\nfence_sha256 = \"\"\n\
                 operations = [\"GET /{file}\"]\nfetched = 2026-01-01\n"
            )
        };
        let lock = format!(
            "version = 2\n[[document]]\nfile = \"faceswap.yaml\"\nsha256 = \"\"\n{}{}",
            page("get-result.md"),
            page("gone.md")
        );
        let tree = Tree::new(folder.path());
        std::fs::write(tree.lock(), lock).unwrap();
        std::fs::write(tree.document("faceswap.yaml"), "paths: {}").unwrap();
        std::fs::write(
            tree.supplement(),
            "paths: {/plus: {post: {externalDocs: {url: 'https://docs.akool.com/other/plus'}}}}",
        )
        .unwrap();
        let from = folder.path().join("llms.txt");
        std::fs::write(&from, TEXT).unwrap();
        let from = from.to_str().unwrap();
        let mut out = Vec::new();
        run(&tree, from, &mut out, &mut Vec::new()).unwrap();
        let out = String::from_utf8(out).unwrap();
        let lines: Vec<&str> = out.lines().collect();
        assert!(lines[0].starts_with("vendored    https://"), "{out}");
        assert!(lines[0].ends_with("get-result.md  (Get result)"), "{out}");
        assert!(lines[1].starts_with("supplement  https://"), "{out}");
        assert!(lines[2].starts_with("neither     https://"), "{out}");
        assert!(lines[3].contains("no longer in the index"), "{out}");
        assert!(lines[3].ends_with("gone.md"), "{out}");
        assert!(lines[6].starts_with("  line 11: - [Broken]("), "{out}");
        assert!(!out.contains("Avatar"), "{out}");

        std::fs::write(from, "<html>").unwrap();
        let error = run(&tree, from, &mut Vec::new(), &mut Vec::new()).unwrap_err();
        assert!(error.to_string().contains("no face swap page"), "{error}");
    }
}
