//! The document that the client is generated from: the vendored documents and the supplement as
//! one, without what a client must not depend on, with the overlay applied.
//!
//! 1. Each vendored document has its own title and server. The path of the server is put before its
//!    paths, since the client has one base URL.
//! 2. The supplement adds what the vendored documents lack and never changes what they have.
//! 3. Closed enums, formats, limits, defaults, error responses and the required fields of answers
//!    are removed: a value or a missing field must never fail a whole answer, and the generated
//!    types must not change with them. Components that no operation uses are removed, too.
//! 4. The overlay changes single places.

mod loosen;

use std::{fmt, path::Path};

use enumset::EnumSet;
use roas_overlay::{
    apply::{Apply, ApplyOptions},
    v1_1::Overlay,
};
use serde_json::{Map, Value};

/// A file by name and text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct File {
    /// Its name within `openapi/`.
    pub(crate) name: String,
    /// Its text.
    pub(crate) text: String,
}

/// The vendored documents among the files in `openapi/`, in the order in which they are read: the one
/// about face swapping comes first and gives the client its name.
pub(crate) fn vendored(names: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut names: Vec<String> = names
        .into_iter()
        .filter(|name| {
            let is_yaml = Path::new(name).extension().is_some_and(|end| end == "yaml");
            is_yaml && name != "supplement.yaml" && name != "overlay.yaml"
        })
        .collect();
    names.sort_by_key(|name| (name != "faceswap.yaml", name.clone()));
    names
}

/// Why there is no document to generate from, in one line for the terminal.
#[derive(Debug)]
pub(crate) struct DocumentError(String);

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for DocumentError {}

fn error(file: &str, why: impl fmt::Display) -> DocumentError {
    DocumentError(format!("openapi/{file}: {why}"))
}

/// Reads YAML 1.2, as OpenAPI requires: `yes` and `no` are strings.
pub(crate) fn parse(text: &str) -> Result<Value, serde_saphyr::Error> {
    serde_saphyr::from_str_with_options(text, serde_saphyr::options! { strict_booleans: true })
}

/// The document that the client is generated from.
///
/// # Errors
///
/// If a text is not YAML of its kind, if two vendored documents contradict each other, or if an
/// action of the overlay matches nothing.
pub(crate) fn effective(
    vendored: &[File],
    supplement: &str,
    overlay: &str,
) -> Result<Value, DocumentError> {
    let mut document = combined(vendored, supplement)?;
    loosen::loosen(&mut document);
    loosen::remove_unused(&mut document);
    let overlay = parse(overlay).map_err(|e| error("overlay.yaml", format!("not YAML: {e}")))?;
    let overlay: Overlay = serde_json::from_value(overlay)
        .map_err(|e| error("overlay.yaml", format!("not an OpenAPI Overlay 1.1: {e}")))?;
    overlay
        .apply(&mut document, EnumSet::only(ApplyOptions::ErrorOnZeroMatch))
        .map_err(|e| {
            DocumentError(format!(
                "openapi/overlay.yaml does not fit the documents: {e}"
            ))
        })?;
    Ok(document)
}

/// The vendored documents and the supplement as one.
///
/// # Errors
///
/// As [`effective`].
pub(crate) fn combined(vendored: &[File], supplement: &str) -> Result<Value, DocumentError> {
    let mut document = Value::Null;
    for File { name, text } in vendored {
        let mut next = parse(text).map_err(|e| error(name, format!("not YAML: {e}")))?;
        prefix_paths(&mut next);
        if document.is_null() {
            document = next;
        } else {
            add_document(&mut document, &next).map_err(|pointer| {
                error(name, format!("{pointer} differs from an earlier document"))
            })?;
        }
    }
    let supplement =
        parse(supplement).map_err(|e| error("supplement.yaml", format!("not YAML: {e}")))?;
    supply(&mut document, &supplement);
    Ok(document)
}

/// Puts the path of the document's server before its paths.
pub(crate) fn prefix_paths(document: &mut Value) {
    let url = document.pointer("/servers/0/url").and_then(Value::as_str);
    let path = url.and_then(|url| {
        let (_, rest) = url.split_once("://")?;
        let (_, path) = rest.split_once('/')?;
        Some(format!("/{}", path.trim_matches('/')))
    });
    if let Some(prefix) = path.filter(|path| path != "/")
        && let Some(Value::Object(paths)) = document.get_mut("paths")
    {
        *paths = std::mem::take(paths)
            .into_iter()
            .map(|(path, item)| (format!("{prefix}{path}"), item))
            .collect();
    }
}

/// Adds the paths and components of another vendored document.
///
/// # Errors
///
/// The JSON pointer of what both define, but not equally.
fn add_document(document: &mut Value, other: &Value) -> Result<(), String> {
    let mut sections = vec!["/paths".to_owned()];
    if let Some(Value::Object(components)) = other.get("components") {
        // Credentials are the caller's, so generation never looks at their schemes.
        let names = components.keys().filter(|name| *name != "securitySchemes");
        sections.extend(names.map(|name| format!("/components/{name}")));
    }
    for section in sections {
        let Some(Value::Object(items)) = other.pointer(&section) else {
            continue;
        };
        let known = members(document, &section).ok_or_else(|| section.clone())?;
        for (name, item) in items {
            let before = known.entry(name.clone()).or_insert_with(|| item.clone());
            if before != item {
                return Err(format!(
                    "{section}/{}",
                    name.replace('~', "~0").replace('/', "~1")
                ));
            }
        }
    }
    Ok(())
}

/// The mapping at a pointer, created if it is missing; `None` if something else is there.
fn members<'a>(document: &'a mut Value, pointer: &str) -> Option<&'a mut Map<String, Value>> {
    let mut members = document.as_object_mut()?;
    for key in pointer.split('/').skip(1) {
        let entry = members
            .entry(key)
            .or_insert_with(|| Value::Object(Map::new()));
        members = entry.as_object_mut()?;
    }
    Some(members)
}

/// Adds what the vendored documents lack: operations, components, and properties of components.
fn supply(document: &mut Value, supplement: &Value) {
    for (section, also) in [
        ("/paths", None),
        ("/components/schemas", Some("properties")),
    ] {
        let (Some(Value::Object(items)), Some(known)) =
            (supplement.pointer(section), members(document, section))
        else {
            continue;
        };
        for (name, item) in items {
            let Some(before) = known.get_mut(name) else {
                known.insert(name.clone(), item.clone());
                continue;
            };
            let (before, item) = match also {
                None => (Some(before), Some(item)),
                Some(key) => (before.get_mut(key), item.get(key)),
            };
            if let (Some(Value::Object(before)), Some(Value::Object(item))) = (before, item) {
                for (key, value) in item {
                    before.entry(key.clone()).or_insert_with(|| value.clone());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn file(name: &str, document: &Value) -> File {
        File {
            name: name.to_owned(),
            text: document.to_string(),
        }
    }

    #[test]
    fn a_servers_path_goes_before_the_paths() {
        for (url, path) in [
            ("https://a.example", "/x"),
            ("https://a.example/", "/x"),
            ("https://a.example/b/c/", "/b/c/x"),
            ("/relative", "/x"),
        ] {
            let mut document = json!({"servers": [{"url": url}], "paths": {"/x": {}}});
            prefix_paths(&mut document);
            assert_eq!(document["paths"], json!({path: {}}), "{url}");
        }
    }

    #[test]
    fn documents_and_supplement_become_one_and_the_vendor_wins() {
        let first = json!({"paths": {"/a": {"get": {"x": 1}}}, "components": {"schemas": {
            "Row": {"required": ["id"], "properties": {"id": {"type": "string"}}},
        }}});
        let second = json!({
            "servers": [{"url": "https://a.example/p"}],
            "paths": {"/b": {"get": {}}},
            "components": {
                "schemas": {"Other": {}}, "parameters": {"P": {}}, "securitySchemes": {"K": {}},
            },
        });
        let supplement = json!({
            "paths": {"/a": {"get": {"x": 2}, "post": {}}, "/p/b": {"get": {"x": 2}}, "/c": {}},
            "components": {"schemas": {
                "Row": {"required": [], "properties": {"id": {"type": "integer"}, "more": {}}},
                "Own": {},
            }},
        });
        let files = [file("a.yaml", &first), file("b.yaml", &second)];
        assert_eq!(
            combined(&files, &supplement.to_string()).unwrap(),
            json!({
                "paths": {"/a": {"get": {"x": 1}, "post": {}}, "/p/b": {"get": {}}, "/c": {}},
                "components": {
                    "schemas": {
                        "Row": {
                            "required": ["id"],
                            "properties": {"id": {"type": "string"}, "more": {}},
                        },
                        "Other": {},
                        "Own": {},
                    },
                    "parameters": {"P": {}},
                },
            })
        );
        let contradicting = json!({"components": {"schemas": {"Row": {"type": "object"}}}});
        let error = combined(&[files[0].clone(), file("c.yaml", &contradicting)], "{}");
        assert_eq!(
            error.unwrap_err().to_string(),
            "openapi/c.yaml: /components/schemas/Row differs from an earlier document"
        );
    }

    #[test]
    fn plain_words_are_text_in_every_file() {
        let words = "a: [yes, No, on, OFF, y]\n";
        let expected = json!({"a": ["yes", "No", "on", "OFF", "y"]});
        assert_eq!(parse(words).unwrap(), expected);
        assert_eq!(
            parse("a: [true, False]").unwrap(),
            json!({"a": [true, false]})
        );
    }

    #[test]
    fn vendored_files_are_yaml_files_and_face_swapping_comes_first() {
        let names = [
            "z.yaml",
            "overlay.yaml",
            "faceswap.yaml",
            "supplement.yaml",
            "a.yaml",
            "a.md",
        ];
        let found = vendored(names.map(str::to_owned));
        assert_eq!(found, ["faceswap.yaml", "a.yaml", "z.yaml"]);
    }
}
