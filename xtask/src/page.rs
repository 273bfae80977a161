//! One page of the vendor's documentation: Markdown with one OpenAPI document in a fence.
//!
//! Every endpoint page has the same form: prose, sometimes a table of statuses, and a fence whose
//! info string names the operation, such as `yaml GET /path`. A page of any other form is refused
//! with the line concerned, because every later step relies on it. A whole document is accepted in
//! place of a page, too.

mod document;
mod fence;
mod statuses;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    operation::Operation,
    problem::{Problem, line_of},
};

/// One row of a page's status table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatusRow {
    /// The number on the wire.
    pub value: i64,
    /// What the page calls it.
    pub description: String,
}

/// The content of a page.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The title of the document: pages with the same title belong together.
    pub title: String,
    /// The operations that the page documents, with the path of the server before their paths.
    pub operations: Vec<Operation>,
    /// The OpenAPI document in YAML, exactly as written there.
    pub fence: String,
    /// The same document as a value.
    pub document: Value,
    /// The status table; empty if the page has none and its schemas need none.
    pub statuses: Vec<StatusRow>,
}

impl Page {
    /// Parses a page. `name` is how problems name it: a path or a URL.
    ///
    /// # Errors
    ///
    /// If it is not Markdown with exactly one fence that names an operation, if the fence does not
    /// hold an OpenAPI 3.0 document with that operation and no other, or if its schemas have a
    /// status that no table explains. Each names the line of the page.
    pub fn read(name: &str, bytes: &[u8]) -> Result<Self, Problem> {
        let text = &text(name, bytes)?;
        let fence = fence::find(name, text)?;
        let document = document::read(name, &fence.text, fence.line)?;
        document::check_operation(name, &fence, &document)?;
        let statuses = statuses::find(name, text)?;
        if statuses.is_empty()
            && let Some(field) = document::status_field(&document)
        {
            return Err(Problem::at(
                name,
                format!(
                    "no table `Status | Description` under a heading with \"Status\", but the \
                         document has the values of `{field}`"
                ),
            )
            .line(fence.line)
            .hint(
                "look at the page: if the table moved or was renamed, change \
                     xtask/src/page/statuses.rs",
            ));
        }
        Self::new(name, fence.text, document, statuses)
    }

    /// Reads a whole OpenAPI document. It has no status table.
    ///
    /// # Errors
    ///
    /// If it is not an OpenAPI 3.0 document with an operation.
    pub fn read_document(name: &str, bytes: &[u8]) -> Result<Self, Problem> {
        let text = text(name, bytes)?;
        let document = document::read(name, &text, 0)?;
        Self::new(name, text, document, Vec::new())
    }

    fn new(
        name: &str,
        fence: String,
        document: Value,
        statuses: Vec<StatusRow>,
    ) -> Result<Self, Problem> {
        let title = document.pointer("/info/title").and_then(Value::as_str);
        let Some(title) = title.map(str::to_owned) else {
            return Err(Problem::at(name, "the OpenAPI document has no info.title"));
        };
        let operations = Operation::of_document(&document);
        if operations.is_empty() {
            return Err(Problem::at(name, "the OpenAPI document has no operation"));
        }
        Ok(Self {
            title,
            operations,
            fence,
            document,
            statuses,
        })
    }
}

/// The page's text with `\n` line ends. Bytes that are not UTF-8, and HTML, are refused.
fn text(name: &str, bytes: &[u8]) -> Result<String, Problem> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        Problem::at(name, "not UTF-8 text").line(line_of(before, before.len()))
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let start = text.trim_start();
    let is_html = ["<!doctype", "<html", "<?xml"].iter().any(|tag| {
        start
            .get(..tag.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(tag))
    });
    if is_html {
        return Err(
            Problem::at(name, "an HTML page, where the page's Markdown is needed")
                .line(line_of(text.as_bytes(), text.len() - start.len()))
                .hint("take the URL that ends in `.md`"),
        );
    }
    Ok(text.replace("\r\n", "\n").replace('\r', "\n"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FENCE: &str = "\
````yaml GET /a
openapi: 3.0.3
info: {title: t, version: '1'}
paths:
  /a:
    get: {responses: {}}
````
";

    fn read(text: &str) -> Result<Page, String> {
        Page::read("p.md", text.as_bytes()).map_err(|problem| problem.to_string())
    }

    #[test]
    fn a_page_is_operation_document_and_statuses() {
        let page = read(&format!(
            "# T\n\n## Status\n\n| Status | Description |\n|-|-|\n| 1 | New |\n\n{FENCE}"
        ))
        .unwrap();
        assert_eq!(page.operations, ["GET /a".parse().unwrap()]);
        assert_eq!(page.title, "t");
        assert_eq!(page.document["openapi"], "3.0.3");
        assert_eq!(
            page.statuses,
            [StatusRow {
                value: 1,
                description: "New".to_owned()
            }]
        );
    }

    #[test]
    fn any_line_ends_give_the_same_page() {
        let page = read(FENCE).unwrap();
        for ends in ["\r\n", "\r"] {
            assert_eq!(read(&FENCE.replace('\n', ends)).unwrap(), page, "{ends:?}");
        }
    }

    #[test]
    fn html_is_distinguished_from_markdown() {
        for html in [
            "<!DOCTYPE html><p>",
            "\n <html lang=en>",
            "\u{feff}<?xml ?>",
        ] {
            let error = read(html).unwrap_err();
            assert!(error.contains("an HTML page"), "{error}");
        }
        assert!(read("\n\n<html>").unwrap_err().starts_with("p.md:3: "));
        assert!(read(&format!("<div>\n\n{FENCE}\n</div>")).is_ok());
    }

    #[test]
    fn a_whole_document_is_kept_verbatim() {
        let yaml = "openapi: 3.0.3\ninfo: {title: t, version: '1'}\n\
                    servers: [{url: 'https://a.example/x/'}]\n\
                    paths: {/a: {get: {}, post: {}}, /b: {get: {}}}\n";
        let page = Page::read_document("a.yaml", yaml.as_bytes()).unwrap();
        assert_eq!(page.fence, yaml);
        let operations: Vec<String> = page.operations.iter().map(ToString::to_string).collect();
        assert_eq!(operations, ["GET /x/a", "POST /x/a", "GET /x/b"]);
        for (from, to, error) in [
            ("3.0.3", "3.1.0", "a.yaml:1: OpenAPI 3.1.0"),
            (
                "title: t, ",
                "",
                "a.yaml: the OpenAPI document has no info.title",
            ),
            (
                "paths:",
                "x-paths:",
                "a.yaml: the OpenAPI document has no operation",
            ),
            ("info:", "[", "a.yaml:3: "),
        ] {
            let found = Page::read_document("a.yaml", yaml.replace(from, to).as_bytes());
            let found = found.unwrap_err().to_string();
            assert!(found.starts_with(error), "{found}");
        }
    }

    #[test]
    fn bytes_that_are_not_text_are_refused_with_their_line() {
        let error = Page::read("p.md", b"a\nb\xff").unwrap_err().to_string();
        assert_eq!(error, "p.md:2: not UTF-8 text");
    }

    #[test]
    fn a_status_enum_needs_a_table() {
        let fence = FENCE.replace(
            "{responses: {}}",
            "{responses: {}, x: {job_status: {type: integer, enum: [1]}}}",
        );
        let error = read(&fence).unwrap_err();
        assert!(error.starts_with("p.md:1: no table"), "{error}");
        assert!(error.contains("`job_status`"), "{error}");
        let table = "## Status\n\n| Status | Description |\n|-|-|\n| 1 | New |\n\n";
        assert!(read(&format!("{table}{fence}")).is_ok());
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC*") {
            let _ = read(&text);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
            let _ = Page::read("p.md", &bytes);
        }

        /// Texts made of parts of pages get further into the parser than random ones.
        #[test]
        fn any_arrangement_is_read_or_refused(parts in proptest::collection::vec(
            prop_oneof![
                Just("````yaml GET /a\n"), Just("```yaml GET /a\r\n"), Just("````\n"), Just("```"),
                Just("openapi: 3.0.3\n"), Just("paths:\n"), Just("  /a:\n"), Just("    get: {}\n"),
                Just("## Status\n"), Just("| Status | Description |\n"), Just("| --- | --- |\n"),
                Just("| 1 | In Queue |\n"), Just("> "), Just("* "), Just("\t"), Just("&*a"),
                Just("\n"), Just("[x]: <"), Just("<html>"), Just("ü"), Just("\0"),
            ], 0..40,
        )) {
            let _ = read(&parts.concat());
        }

        #[test]
        fn the_fence_is_kept_verbatim(
            before in "[a-z #*\n]{0,40}", line in "[ -_a-~ü]{0,30}", after in "[a-z #*\n]{0,40}",
        ) {
            let fence = FENCE.replace("paths:", &format!("# {line}\npaths:"));
            let page = read(&format!("{before}\n\n{fence}\n{after}")).unwrap();
            let lines: Vec<&str> = fence.lines().collect();
            prop_assert_eq!(page.fence, lines[1..lines.len() - 1].join("\n") + "\n");
        }
    }
}
