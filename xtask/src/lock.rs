//! `openapi/sources.lock`: the pages that the vendored documents were made from.
//!
//! It holds everything that the offline check needs to know about the pages: hashes, operations and
//! the status table. Unknown keys and versions are errors, because an older command that ignored
//! them would write the file without them.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use toml::value::Datetime;

use crate::{
    operation::Operation,
    page::StatusRow,
    problem::{Problem, line_of},
    source::page_url,
};

/// The version that this command reads and writes.
const VERSION: u32 = 2;

const HEADER: &str = "\
# Where the vendored documents come from. Written by `cargo xtask regen`; do not edit.\n\n";

/// The lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    version: u32,
    /// The vendored documents.
    #[serde(rename = "document")]
    pub documents: Vec<LockedDocument>,
    /// The pages, in the order in which they are merged.
    #[serde(rename = "page")]
    pub pages: Vec<LockedPage>,
}

/// One vendored document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedDocument {
    /// Its file in `openapi/`.
    pub file: String,
    /// SHA-256 of the file with `\n` line ends.
    pub sha256: String,
}

/// One page as it was fetched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedPage {
    /// Where it is fetched from.
    pub url: String,
    /// The file of the document that it belongs to.
    pub document: String,
    /// SHA-256 of the page's bytes.
    pub page_sha256: String,
    /// SHA-256 of its OpenAPI document as it is written there.
    pub fence_sha256: String,
    /// The operations that it documents.
    pub operations: Vec<Operation>,
    /// The day (UTC) on which these bytes were first fetched.
    pub fetched: Datetime,
    /// Its status table.
    #[serde(default, rename = "status", skip_serializing_if = "Vec::is_empty")]
    pub statuses: Vec<StatusRow>,
}

impl Lock {
    /// A lock of the current version.
    pub fn new(documents: Vec<LockedDocument>, pages: Vec<LockedPage>) -> Self {
        Self {
            version: VERSION,
            documents,
            pages,
        }
    }

    /// Reads the lock's text; `name` is how problems name the file.
    ///
    /// # Errors
    ///
    /// If it is not TOML of this form, of another version, names no page, names a page or a document
    /// twice, lacks the document of a page, or has a URL that `regen` does not fetch from.
    pub fn parse(name: &str, text: &str) -> Result<Self, Problem> {
        #[derive(Deserialize)]
        struct Version {
            version: i64,
        }
        let restore = format!("git restore {name}");
        let broken = |error: &toml::de::Error| {
            let problem = Problem::at(name, error.message().replace('\n', " "));
            let start = error.span().map_or(0, |span| span.start);
            problem.line(line_of(text.as_bytes(), start)).hint(&restore)
        };
        let version: Version = toml::from_str(text).map_err(|error| broken(&error))?;
        if version.version != i64::from(VERSION) {
            return Err(Problem::at(
                name,
                format!(
                    "version {}, but this command knows only {VERSION}",
                    version.version
                ),
            )
            .hint(
                "use the xtask of the commit that wrote it, or raise VERSION in xtask/src/lock.rs",
            ));
        }
        let lock: Self = toml::from_str(text).map_err(|error| broken(&error))?;
        if lock.pages.is_empty() {
            return Err(Problem::at(name, "names no page").hint(restore));
        }
        for (index, page) in lock.pages.iter().enumerate() {
            page_url(&page.url).map_err(|why| Problem::at(name, why).hint(&restore))?;
            for other in &lock.pages[..index] {
                if other.url == page.url || other.operations == page.operations {
                    return Err(
                        Problem::at(name, format!("`{}` is listed twice", page.url)).hint(restore)
                    );
                }
            }
        }
        let mut files: Vec<&str> = lock
            .documents
            .iter()
            .map(|document| &*document.file)
            .collect();
        files.sort_unstable();
        let mut used: Vec<&str> = lock.pages.iter().map(|page| &*page.document).collect();
        used.sort_unstable();
        used.dedup();
        if files != used {
            let what = format!("lists the documents {files:?}, but its pages make {used:?}");
            return Err(Problem::at(name, what).hint(restore));
        }
        Ok(lock)
    }

    /// The lock's text.
    ///
    /// # Errors
    ///
    /// None in practice; the serialiser returns a `Result`.
    pub fn to_toml(&self) -> Result<String, Problem> {
        let body = toml::to_string(self)
            .map_err(|error| Problem::new(format!("the lock cannot be written: {error}")))?;
        Ok(format!("{HEADER}{body}"))
    }

    /// The status tables of all pages as one, without repeated rows.
    pub fn statuses(&self) -> Vec<StatusRow> {
        let mut rows: Vec<StatusRow> = Vec::new();
        for row in self.pages.iter().flat_map(|page| &page.statuses) {
            if !rows.contains(row) {
                rows.push(row.clone());
            }
        }
        rows
    }
}

/// SHA-256 in lowercase hex, as `sha256sum` prints it.
pub fn sha256(bytes: &[u8]) -> String {
    use std::fmt::Write as _;

    Sha256::digest(bytes)
        .iter()
        .fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lock() -> Lock {
        let page = |name: &str| LockedPage {
            url: format!("https://docs.example/{name}.md"),
            document: "faceswap.yaml".to_owned(),
            page_sha256: sha256(b"page"),
            fence_sha256: sha256(b"fence"),
            operations: vec![format!("GET /{name}").parse().unwrap()],
            fetched: "2026-01-02".parse().unwrap(),
            statuses: vec![StatusRow {
                value: 1,
                description: "In \"Queue\"".to_owned(),
            }],
        };
        let document = LockedDocument {
            file: "faceswap.yaml".to_owned(),
            sha256: sha256(b"document"),
        };
        Lock::new(vec![document], vec![page("a"), page("b")])
    }

    fn error(text: &str) -> String {
        Lock::parse("sources.lock", text).unwrap_err().to_string()
    }

    #[test]
    fn reads_what_it_writes() {
        let text = lock().to_toml().unwrap();
        assert_eq!(
            Lock::parse("sources.lock", &text).unwrap(),
            lock(),
            "{text}"
        );
        assert!(text.contains("fetched = 2026-01-02"), "{text}");
        assert!(text.contains("operations = [\"GET /a\"]"), "{text}");
        assert_eq!(lock().statuses().len(), 1);
    }

    #[test]
    fn a_hash_is_what_sha256sum_prints() {
        let known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256(b"abc"), known);
    }

    #[test]
    fn unknown_keys_and_versions_are_errors() {
        let text = lock().to_toml().unwrap();
        let unknown = text.replacen("page_sha256", "page_sha512", 1);
        let found = error(&unknown);
        assert!(found.contains("page_sha512"), "{found}");
        let line = 1 + unknown.lines().position(|l| l.contains("sha512")).unwrap();
        assert!(
            found.starts_with(&format!("sources.lock:{line}: ")),
            "{found}"
        );
        let found = error(&text.replace("version = 2", "version = 3\nnew = 1"));
        assert!(
            found.contains("version 3, but this command knows only 2"),
            "{found}"
        );
        assert!(error("").contains("version"));
        assert!(error("version = 2\n[").starts_with("sources.lock:2: "));
    }

    #[test]
    fn documents_are_those_of_the_pages() {
        let text = lock().to_toml().unwrap();
        let other = text.replacen("document = \"faceswap.yaml\"", "document = \"b.yaml\"", 1);
        assert!(
            error(&other).contains("its pages make"),
            "{}",
            error(&other)
        );
        let unused = text.replacen(
            "[[page]]",
            "[[document]]\nfile = 'b'\nsha256 = ''\n[[page]]",
            1,
        );
        assert!(
            error(&unused).contains("lists the documents"),
            "{}",
            error(&unused)
        );
        assert!(error(&text.replace("2026-01-02", "2026-13-02")).contains("sources.lock:"));
    }

    #[test]
    fn pages_are_named_once_and_can_be_fetched() {
        let text = lock().to_toml().unwrap();
        assert!(error(&text.replace("/b.md", "/a.md")).contains("/a.md` is listed twice"));
        assert!(error(&text.replace("GET /b", "GET /a")).contains("/b.md` is listed twice"));
        assert!(error(&text.replace("https://docs", "http://docs")).contains("http"));
        assert!(error("version = 2\ndocument = []\npage = []\n").contains("no page"));
    }
}
