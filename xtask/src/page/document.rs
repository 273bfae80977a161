//! The content of a page's fence: an OpenAPI 3.0 document that needs no other file.

use serde_json::Value;
use serde_saphyr::{MessageFormatter, UserMessageFormatter};

use super::fence::Fence;
use crate::{document, operation::Operation, problem::Problem};

/// The document in a text whose first line is the one after `line` of the page.
pub(super) fn read(name: &str, text: &str, line: usize) -> Result<Value, Problem> {
    let document = document::parse(text).map_err(|error| {
        if let Some(problem) = escaped(name, text, line) {
            return problem;
        }
        let error = error.without_snippet();
        let at = error
            .location()
            .and_then(|location| usize::try_from(location.line()).ok())
            .unwrap_or(0);
        Problem::at(
            name,
            format!(
                "the OpenAPI document is not YAML: {}",
                UserMessageFormatter.format_message(error)
            ),
        )
        .line(line + at)
    })?;
    if has_empty_reference(&document)
        && let Some(problem) = escaped(name, text, line)
    {
        return Err(problem);
    }
    version(name, text, line, &document)?;
    if let Some(number) = document
        .pointer("/info/version")
        .filter(|version| version.is_number())
    {
        let at = text
            .lines()
            .position(|line| line.trim_start().starts_with("version:"));
        return Err(Problem::at(
            name,
            format!("info.version must be a string, and YAML reads it as the number {number}"),
        )
        .line(line + 1 + at.unwrap_or(0))
        .hint(
            "ask the vendor to put it in quotes; until then use a copy with quotes: `--from FILE`",
        ));
    }
    if let Some(reference) = external_reference(&document) {
        let at = text.lines().position(|line| line.contains(reference));
        return Err(Problem::at(
            name,
            format!("the reference `{reference}` points to another file"),
        )
        .line(line + 1 + at.unwrap_or(0))
        .hint("look for the vendor's whole document and give its URL: `--from URL.yaml`"));
    }
    Ok(document)
}

/// The problem of a text that was copied out of HTML with its escapes: `&#39;` for a quote. YAML may
/// read such an escape as an anchor without a value, so its own errors would mislead.
fn escaped(name: &str, text: &str, line: usize) -> Option<Problem> {
    let (at, escape) = text.lines().enumerate().find_map(|(at, line)| {
        let escapes = ["&#39;", "&#x27;", "&apos;", "&quot;", "&#34;", "&#x22;"];
        let escape = escapes.into_iter().find(|escape| line.contains(escape))?;
        Some((at, escape))
    })?;
    let what = format!("the OpenAPI document is escaped as HTML: it has `{escape}` for a quote");
    Some(
        Problem::at(name, what)
            .line(line + 1 + at)
            .hint("use the page's Markdown, whose URL ends in .md, and not its HTML"),
    )
}

/// Whether the value of a `$ref` is not a string.
fn has_empty_reference(value: &Value) -> bool {
    match value {
        Value::Object(map) => map.iter().any(|(key, value)| {
            key == "$ref" && !value.is_string() && !value.is_object() || has_empty_reference(value)
        }),
        Value::Array(items) => items.iter().any(has_empty_reference),
        _ => false,
    }
}

/// The first `$ref` that points out of the document.
fn external_reference(value: &Value) -> Option<&str> {
    match value {
        Value::Object(map) => map.iter().find_map(|(key, value)| match value {
            Value::String(text) if key == "$ref" && !text.starts_with('#') => Some(text.as_str()),
            value => external_reference(value),
        }),
        Value::Array(items) => items.iter().find_map(external_reference),
        _ => None,
    }
}

fn version(name: &str, text: &str, line: usize, document: &Value) -> Result<(), Problem> {
    let version = match document.get("openapi") {
        Some(Value::String(version)) => version.clone(),
        Some(Value::Number(version)) => version.to_string(),
        _ => {
            return Err(
                Problem::at(name, "no `openapi: 3.0.x`: not an OpenAPI document").line(line + 1),
            );
        }
    };
    if version.starts_with("3.0.") {
        return Ok(());
    }
    // The key is at the left margin of every block-style document; otherwise take the first line.
    let at = text
        .lines()
        .position(|line| line.trim_start_matches(['"', '\'']).starts_with("openapi"))
        .unwrap_or(0);
    Err(Problem::at(
        name,
        format!("OpenAPI {version}: the generator takes 3.0.x only"),
    )
    .line(line + 1 + at)
    .hint(
        "keep the vendored document; look for a progenitor release that takes this version, or \
         put a conversion to 3.0 before the merge (xtask/src/page/document.rs)",
    ))
}

/// Checks that the document has the operation that the fence names, and no other.
pub(super) fn check_operation(name: &str, fence: &Fence, document: &Value) -> Result<(), Problem> {
    let found = Operation::named(document);
    if found == [fence.operation.clone()] {
        return Ok(());
    }
    let has = if found.is_empty() {
        "no operation".to_owned()
    } else {
        let found: Vec<String> = found.iter().map(|o| format!("`{o}`")).collect();
        found.join(", ")
    };
    Err(Problem::at(
        name,
        format!(
            "the info string says `{}`, but the document has {has}",
            fence.operation
        ),
    )
    .line(fence.line)
    .hint("the page contradicts itself: ask the vendor, or wait until the page is fixed"))
}

/// The first field named `*_status` that has an enum.
pub(super) fn status_field(document: &Value) -> Option<&str> {
    match document {
        Value::Object(map) => map.iter().find_map(|(key, value)| {
            if key.ends_with("_status") && value.get("enum").is_some() {
                return Some(key.as_str());
            }
            status_field(value)
        }),
        Value::Array(items) => items.iter().find_map(status_field),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(yaml: &str) -> Result<Value, String> {
        let fence = Fence {
            operation: "GET /a".parse().unwrap(),
            text: yaml.to_owned(),
            line: 20,
        };
        read("p.md", &fence.text, fence.line)
            .and_then(|document| check_operation("p.md", &fence, &document).map(|()| document))
            .map_err(|problem| problem.to_string())
    }

    #[test]
    fn plain_yes_and_no_are_text() {
        let document = of("openapi: 3.0.3\npaths: {/a: {get: {summary: no, x: [yes, off, true]}}}");
        let operation = document.unwrap()["paths"]["/a"]["get"].clone();
        assert_eq!(operation["summary"], "no");
        assert_eq!(operation["x"], serde_json::json!(["yes", "off", true]));
    }

    #[test]
    fn a_reference_to_another_file_is_refused_with_its_line() {
        let error = of("openapi: 3.0.3\npaths:\n  /a:\n    get:\n      $ref: 'b.yaml#/c'\n");
        let error = error.unwrap_err();
        assert!(
            error.starts_with("p.md:25: the reference `b.yaml#/c`"),
            "{error}"
        );
        let within = of("openapi: 3.0.3\npaths: {/a: {get: {x: {$ref: '#/b'}}}}");
        assert!(within.is_ok());
    }

    /// <https://github.com/publiccodenet/publiccode.yml/pull/14>
    #[test]
    fn a_version_that_yaml_reads_as_a_number_is_refused() {
        let with = |version: &str| {
            of(&format!(
                "openapi: 3.0.3\ninfo:\n  version: {version}\npaths: {{/a: {{get: {{}}}}}}"
            ))
        };
        let error = with("1.10").unwrap_err();
        assert!(
            error.starts_with("p.md:23: info.version ") && error.contains("as the number 1.1\n"),
            "{error}"
        );
        assert!(with("'1.10'").is_ok() && with("1.10.0").is_ok());
    }

    #[test]
    fn a_document_escaped_as_html_is_named_as_such() {
        let error = of("openapi: 3.0.3\npaths:\n  /a:\n    get:\n      $ref: &#39;#/b&#39;\n");
        let error = error.unwrap_err();
        assert!(error.starts_with("p.md:25: "), "{error}");
        assert!(
            error.contains("escaped as HTML") && error.contains(".md"),
            "{error}"
        );
        // Prose may show an escape.
        let prose = of("openapi: 3.0.3\npaths: {/a: {get: {description: 'write &quot; so'}}}");
        assert!(prose.is_ok());
    }

    #[test]
    fn broken_yaml_has_the_line_of_the_page() {
        let error = of("openapi: 3.0.3\npaths:\n  /a:\n  get: [\n").unwrap_err();
        assert!(error.contains("is not YAML"), "{error}");
        let line: usize = error.split(':').nth(1).unwrap().parse().unwrap();
        assert!((24..=25).contains(&line), "{error}");
        let error = of("openapi: 3.0.3\ninfo: a\ninfo: b\n").unwrap_err();
        assert!(error.starts_with("p.md:23: "), "{error}");
        assert!(!error.contains("line 3"), "{error}");
    }

    #[test]
    fn other_versions_are_refused_with_what_to_do() {
        let error = of("\nopenapi: 3.1.0\npaths: {/a: {get: {}}}").unwrap_err();
        assert!(error.starts_with("p.md:22: OpenAPI 3.1.0"), "{error}");
        assert!(error.contains("takes 3.0.x only"), "{error}");
        assert!(error.contains("hint: "), "{error}");
        assert!(of("openapi: 3.1").unwrap_err().contains("OpenAPI 3.1:"));
        assert!(of("swagger: '2.0'").unwrap_err().starts_with("p.md:21: "));
        assert!(of("- a").unwrap_err().contains("not an OpenAPI document"));
    }

    #[test]
    fn the_info_string_and_the_document_agree() {
        let with = |paths: &str| of(&format!("openapi: 3.0.0\npaths: {paths}"));
        assert!(with("{/a: {parameters: [], get: {}}}").is_ok());
        for (paths, has) in [
            ("{}", "has no operation"),
            ("{/a: {post: {}}}", "has `POST /a`"),
            ("{/b: {get: {}}}", "has `GET /b`"),
            ("{/a: {get: {}, post: {}}}", "has `GET /a`, `POST /a`"),
            ("{/a: {get: {}}, /b: {get: {}}}", "has `GET /a`, `GET /b`"),
        ] {
            let error = with(paths).unwrap_err();
            assert!(error.starts_with("p.md:20: the info string"), "{error}");
            assert!(error.contains(has), "{error}");
        }
    }
}
