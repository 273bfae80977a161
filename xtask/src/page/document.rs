//! What the fence holds: an `OpenAPI` 3.0 document with the info string's operation and no other.

use serde_json::Value;
use serde_saphyr::{MessageFormatter, UserMessageFormatter};

use super::fence::Fence;
use crate::{operation::Operation, problem::Problem};

/// The fence's document.
pub(super) fn read(name: &str, fence: &Fence) -> Result<Value, Problem> {
    let document: Value = serde_saphyr::from_str(&fence.text).map_err(|error| {
        let error = error.without_snippet();
        let line = error
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
        .line(fence.line + line)
    })?;
    version(name, fence, &document)?;
    operation(name, fence, &document)?;
    Ok(document)
}

fn version(name: &str, fence: &Fence, document: &Value) -> Result<(), Problem> {
    let version = match document.get("openapi") {
        Some(Value::String(version)) => version.clone(),
        Some(Value::Number(version)) => version.to_string(),
        _ => {
            return Err(Problem::at(
                name,
                "the fence's YAML has no `openapi: 3.0.x`: not an OpenAPI document",
            )
            .line(fence.line + 1));
        }
    };
    if version.starts_with("3.0.") {
        return Ok(());
    }
    // The key stands at the left margin of every block-style document; else the fence must do.
    let line = fence
        .text
        .lines()
        .position(|line| line.trim_start_matches(['"', '\'']).starts_with("openapi"))
        .unwrap_or(0);
    Err(Problem::at(
        name,
        format!("OpenAPI {version}: the generator takes 3.0.x only"),
    )
    .line(fence.line + 1 + line)
    .mend(
        "keep the vendored document; look for a progenitor release that takes this version, or \
         put a conversion to 3.0 before the merge (xtask/src/page/document.rs)",
    ))
}

fn operation(name: &str, fence: &Fence, document: &Value) -> Result<(), Problem> {
    let found = Operation::of_document(document);
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
    .mend("the page contradicts itself: ask the vendor, or wait for the page to be mended"))
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
        read("p.md", &fence).map_err(|problem| problem.to_string())
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
        assert!(error.contains("mend: "), "{error}");
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
