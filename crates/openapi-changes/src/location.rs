//! A place in both documents, and its name for a reader.

use serde_json::Value;

use crate::pointer::{child, tokens};
use crate::report::markdown::name;

/// Pointers into the older and the newer document. They differ where a list was reordered or a
/// reference changed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Location {
    pub(crate) old: String,
    pub(crate) new: String,
}

impl Location {
    pub(crate) fn new(old: impl Into<String>, new: impl Into<String>) -> Self {
        Self {
            old: old.into(),
            new: new.into(),
        }
    }

    /// One step down, by the same key in both documents.
    pub(crate) fn step(&self, key: &str) -> Self {
        self.steps(key, key)
    }

    /// One step down, by a different key in each document.
    pub(crate) fn steps(&self, old: &str, new: &str) -> Self {
        Self::new(child(&self.old, old), child(&self.new, new))
    }
}

/// Names of deeply nested parts grow with each level; beyond this the outer ones are left out.
const LONGEST_SUBJECT: usize = 160;

/// The name of what is at `pointer`: ``field `url` of `Job` ``. A last key that names no part
/// of its own, such as `type`, is left out.
pub(crate) fn subject(document: &Value, pointer: &str) -> String {
    let tokens = tokens(pointer);
    let keys: Vec<&str> = tokens.iter().map(String::as_str).collect();
    let (mut subject, mut rest) = match keys[..] {
        ["info", ..] => return String::from("the API"),
        ["servers", index, ..] => return of("server", &url(document, "", index), ""),
        ["security", ..] => return String::from("credentials of all operations"),
        ["paths", path, method, "security", ..] => {
            return format!("credentials of {}", operation(method, path));
        }
        ["components", "securitySchemes", scheme, ..] => return of("security scheme", scheme, ""),
        ["components", section, key, ref rest @ ..] => (of(component(section), key, ""), rest),
        ["components", ..] => return String::from("the components"),
        ["paths", path, method, ref rest @ ..] if is_method(method) => {
            (operation(method, path), rest)
        }
        ["paths", path, ref rest @ ..] => (of("path", path, ""), rest),
        _ => return String::from("the document"),
    };
    loop {
        let (kind, key, further) = match *rest {
            ["properties", field, ref further @ ..] => ("field", field.to_owned(), further),
            ["parameters", index, ref further @ ..] => {
                let walked = keys.len() - further.len();
                let at = keys[..walked]
                    .iter()
                    .fold(String::new(), |at, key| child(&at, key));
                ("parameter", parameter(document, &at, index), further)
            }
            ["servers", index, ref further @ ..] => {
                let walked = keys.len() - rest.len();
                let at = keys[..walked]
                    .iter()
                    .fold(String::new(), |at, key| child(&at, key));
                ("server", url(document, &at, index), further)
            }
            ["headers", header, ref further @ ..] => ("header", header.to_owned(), further),
            ["responses", status, ref further @ ..] => ("response", status.to_owned(), further),
            ["content", media_type, ref further @ ..] if !further.contains(&"schema") => {
                ("media type", media_type.to_owned(), further)
            }
            [key @ ("items" | "additionalProperties"), ref further @ ..] => {
                ("each of the", key.to_owned(), further)
            }
            ["requestBody", ref further @ ..] => {
                subject = format!("body of {subject}");
                rest = further;
                continue;
            }
            [_, ref further @ ..] => {
                rest = further;
                continue;
            }
            [] => return subject,
        };
        let owner = if subject.len() > LONGEST_SUBJECT {
            ""
        } else {
            subject.as_str()
        };
        subject = of(kind, &key, owner);
        rest = further;
    }
}

fn of(kind: &str, key: &str, owner: &str) -> String {
    let own = format!("{kind} {}", name(key));
    if owner.is_empty() {
        own.trim_start().to_owned()
    } else {
        format!("{own} of {owner}")
    }
}

fn component(section: &str) -> &str {
    match section {
        "schemas" => "",
        "parameters" => "parameter",
        "headers" => "header",
        "requestBodies" => "body",
        "responses" => "response",
        other => other,
    }
}

/// The keys of a path item that are operations.
pub(crate) const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

fn is_method(key: &str) -> bool {
    METHODS.contains(&key)
}

fn operation(method: &str, path: &str) -> String {
    name(&format!("{} {path}", method.to_uppercase()))
}

fn url(document: &Value, owner: &str, index: &str) -> String {
    let at = child(&format!("{owner}/servers"), index) + "/url";
    text(document, &at).unwrap_or(index).to_owned()
}

fn parameter(document: &Value, at: &str, index: &str) -> String {
    let name = document
        .pointer(at)
        .and_then(|node| crate::pointer::resolve(document, node, at))
        .and_then(|(_, node)| node.get("name")?.as_str());
    name.unwrap_or(index).to_owned()
}

fn text<'v>(document: &'v Value, pointer: &str) -> Option<&'v str> {
    document.pointer(pointer)?.as_str()
}
