//! The document that the client is generated from: the vendored documents and the supplement as
//! one, without what a client must not depend on, with the overlay applied.
//!
//! 1. Each vendored document is one of the vendor's, with a title and a server of its own. The
//!    path of the server is put before its paths, since the client has one base URL.
//! 2. The supplement adds what the vendored documents lack and never changes what they have.
//! 3. Closed enums, formats, limits, defaults, error responses and the required fields of answers
//!    are removed: a value or a missing field must never fail a whole answer, and the generated
//!    types must not change with them. Components that no operation uses are removed, too.
//! 4. The overlay makes the deviations that concern single places.

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

/// Of the files in `openapi/`, the vendored documents in the order in which they are read: the one
/// about face swapping is the first and gives the client its name.
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

/// Why the documents give none to generate from, in one line for the terminal.
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

/// Reads YAML 1.2, as OpenAPI wants it: `yes` and `no` are strings.
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
    loosen(&mut document);
    remove_unused(&mut document);
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
                error(
                    name,
                    format!("{pointer} is not what an earlier document says"),
                )
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
/// The JSON pointer of what both have and do not say equally.
fn add_document(document: &mut Value, other: &Value) -> Result<(), String> {
    for section in ["/paths", "/components/schemas"] {
        let Some(Value::Object(items)) = other.pointer(section) else {
            continue;
        };
        let Some(Value::Object(known)) = document.pointer_mut(section) else {
            return Err(section.to_owned());
        };
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

/// Adds what the vendored documents lack: operations, components, and properties of components.
fn supply(document: &mut Value, supplement: &Value) {
    for (section, also) in [("paths", None), ("components/schemas", Some("properties"))] {
        let Some(Value::Object(items)) = supplement.pointer(&format!("/{section}")) else {
            continue;
        };
        let mut known = &mut *document;
        for key in section.split('/') {
            let Value::Object(members) = known else {
                return;
            };
            known = members
                .entry(key)
                .or_insert_with(|| Value::Object(Map::new()));
        }
        let Value::Object(known) = known else { return };
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

/// What a schema may say of values; the generator would make closed types of it.
const LIMITS: &[&str] = &[
    "default",
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "pattern",
    "uniqueItems",
];

/// The fields by which an answer says whether it succeeded: every answer has the one of its kind.
const DISCRIMINATORS: &[&str] = &["code", "error_code", "success"];

/// Removes what a client must not depend on.
fn loosen(document: &mut Value) {
    let mut answers = Vec::new();
    if let Some(Value::Object(paths)) = document.get_mut("paths") {
        for operation in paths.values_mut().filter_map(Value::as_object_mut) {
            for operation in operation.values_mut() {
                if let Some(Value::Object(responses)) = operation.get_mut("responses") {
                    responses.retain(|status, _| status == "200");
                }
                each_schema(operation, &mut |schema| {
                    schema.retain(|key, _| !LIMITS.contains(&key.as_str()));
                });
                for body in ["/requestBody/content", "/responses/200/content"] {
                    if let Some(Value::Object(content)) = operation.pointer_mut(body) {
                        *content = std::mem::take(content)
                            .into_iter()
                            .map(|(kind, body)| (media_type(&kind), body))
                            .collect();
                    }
                }
                if let Some(schema) =
                    operation.pointer_mut("/responses/200/content/application~1json/schema")
                {
                    answers.extend(loosen_answer(schema, true));
                }
            }
        }
    }
    let Some(schemas) = document.pointer_mut("/components/schemas") else {
        return;
    };
    if let Value::Object(schemas) = &mut *schemas {
        for schema in schemas.values_mut() {
            each_schema(schema, &mut |schema| {
                schema.retain(|key, _| !LIMITS.contains(&key.as_str()));
            });
        }
    }
    let mut done = Vec::new();
    while let Some(found) = answers.pop() {
        if !done.contains(&found)
            && let Some(schema) = schemas.get_mut(&found.component)
        {
            answers.extend(loosen_answer(schema, found.is_answer));
            done.push(found);
        }
    }
}

/// The media type without its parameters, such as a charset.
fn media_type(kind: &str) -> String {
    kind.split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase()
}

/// Removes the components that no operation refers to, such as the schemas of error responses.
fn remove_unused(document: &mut Value) {
    let mut wanted = Vec::new();
    if let Some(paths) = document.get("paths") {
        references(paths, &mut wanted);
    }
    let Some(Value::Object(schemas)) = document.pointer_mut("/components/schemas") else {
        return;
    };
    let mut used = Vec::new();
    while let Some(name) = wanted.pop() {
        if !used.contains(&name)
            && let Some(schema) = schemas.get(&name)
        {
            references(schema, &mut wanted);
            used.push(name);
        }
    }
    schemas.retain(|name, _| used.contains(name));
}

/// The components that a value refers to.
fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            found.extend(component(members));
            members.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

/// A component that an answer refers to.
#[derive(PartialEq, Eq)]
struct Reference {
    component: String,
    /// Whether it is the answer itself, or a part of its allOf, not something inside.
    is_answer: bool,
}

/// Makes everything in an answer optional but what says whether it succeeded. Returns the
/// components that it refers to.
fn loosen_answer(schema: &mut Value, is_answer: bool) -> Vec<Reference> {
    let mut found = Vec::new();
    let Value::Object(schema) = schema else {
        return found;
    };
    if let Some(component) = component(schema) {
        return vec![Reference {
            component,
            is_answer,
        }];
    }
    for key in ["allOf", "anyOf", "oneOf"] {
        if let Some(Value::Array(parts)) = schema.get_mut(key) {
            for part in parts {
                found.extend(loosen_answer(part, is_answer));
            }
        }
    }
    let declared = schema.remove("required").unwrap_or_default();
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        let is_required = |name: &&String| {
            is_answer
                && (DISCRIMINATORS.contains(&name.as_str())
                    || *name == "msg"
                        && declared
                            .as_array()
                            .is_some_and(|all| all.contains(&"msg".into())))
        };
        let required: Vec<Value> = properties
            .keys()
            .filter(is_required)
            .cloned()
            .map(Value::from)
            .collect();
        for (name, property) in &mut *properties {
            if !required.contains(&Value::from(name.as_str())) {
                make_nullable(property);
            }
            found.extend(loosen_answer(property, false));
        }
        if !required.is_empty() {
            schema.insert("required".to_owned(), required.into());
        }
    }
    for key in ["items", "additionalProperties"] {
        if let Some(inner) = schema.get_mut(key) {
            found.extend(loosen_answer(inner, false));
        }
    }
    found
}

/// Null is an absent list, map or value; an entry of a list of values may be null, too.
fn make_nullable(property: &mut Value) {
    let Value::Object(property) = property else {
        return;
    };
    if component(property).is_some() {
        return;
    }
    property.insert("nullable".to_owned(), true.into());
    if let Some(Value::Object(items)) = property.get_mut("items")
        && component(items).is_none()
        && !items.contains_key("properties")
    {
        items.insert("nullable".to_owned(), true.into());
    }
}

/// The component that a schema refers to.
fn component(schema: &Map<String, Value>) -> Option<String> {
    let reference = schema.get("$ref")?.as_str()?;
    Some(reference.strip_prefix("#/components/schemas/")?.to_owned())
}

/// Calls `f` with every schema in a value. Names of properties are not taken for keywords.
fn each_schema(value: &mut Value, f: &mut dyn FnMut(&mut Map<String, Value>)) {
    match value {
        Value::Object(members) => {
            f(members);
            for (key, member) in members {
                match (key.as_str(), member) {
                    ("properties", Value::Object(properties)) => {
                        for property in properties.values_mut() {
                            each_schema(property, f);
                        }
                    }
                    ("example" | "examples", _) => {}
                    (_, member) => each_schema(member, f),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| each_schema(item, f)),
        _ => {}
    }
}
