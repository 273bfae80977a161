//! One operation of the API: `METHOD /path`.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::document;

/// The keys of an `OpenAPI` path item that are operations.
const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// A method and a path; displayed and stored as `GET /path`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Operation {
    method: String,
    path: String,
}

impl Operation {
    /// `method` in any case; `None` if it is not a method of OpenAPI or `path` does not begin with `/`.
    pub fn new(method: &str, path: &str) -> Option<Self> {
        (is_method(&method.to_ascii_lowercase()) && path.starts_with('/')).then(|| Self {
            method: method.to_ascii_uppercase(),
            path: path.to_owned(),
        })
    }

    /// The method in capitals.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The path.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The operation in a document; `None` if the document does not have it.
    pub(crate) fn item<'a>(&self, document: &'a Value) -> Option<&'a Value> {
        let path = document.get("paths")?.get(&self.path)?;
        path.get(self.method.to_ascii_lowercase())
    }

    /// The operations of a document, in its order, with the path of the server before their paths.
    pub fn of_document(document: &Value) -> Vec<Self> {
        let mut document = document.clone();
        document::prefix_paths(&mut document);
        Self::named(&document)
    }

    /// The operations of a document, in its order, with their paths as written there.
    pub fn named(document: &Value) -> Vec<Self> {
        let Some(paths) = document.get("paths").and_then(Value::as_object) else {
            return Vec::new();
        };
        paths
            .iter()
            .filter_map(|(path, item)| Some((path, item.as_object()?)))
            .flat_map(|(path, item)| {
                item.keys().filter(|key| is_method(key)).map(|key| Self {
                    method: key.to_ascii_uppercase(),
                    path: path.clone(),
                })
            })
            .collect()
    }
}

/// Whether a key of a path item is an operation (and not, say, `parameters`).
pub(crate) fn is_method(key: &str) -> bool {
    METHODS.contains(&key)
}

impl FromStr for Operation {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split(' ').collect::<Vec<_>>()[..] {
            [method, path]
                if path.starts_with('/')
                    && method.chars().all(|c| c.is_ascii_uppercase())
                    && is_method(&method.to_ascii_lowercase()) =>
            {
                Ok(Self {
                    method: method.to_owned(),
                    path: path.to_owned(),
                })
            }
            _ => Err(format!("`{text}` is not of the form `METHOD /path`")),
        }
    }
}

impl TryFrom<String> for Operation {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Operation> for String {
    fn from(operation: Operation) -> Self {
        operation.to_string()
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_displays() {
        for text in ["GET /a", "DELETE /a/{b}"] {
            assert_eq!(text.parse::<Operation>().unwrap().to_string(), text);
        }
        for text in [
            "", "GET", "get /a", "GET a", "FETCH /a", "GET  /a", "GET /a b",
        ] {
            assert!(text.parse::<Operation>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_path_item_has_other_keys_too() {
        let document = serde_json::json!({"paths": {
            "/b": {"parameters": [], "post": {}, "get": {}},
            "/a": {"summary": "", "x-get": {}, "delete": {}},
        }});
        let found: Vec<String> = Operation::of_document(&document)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(found, ["POST /b", "GET /b", "DELETE /a"]);
        let prefixed = serde_json::json!({
            "servers": [{"url": "https://a.example/b/c"}],
            "paths": {"/d": {"get": {}}},
        });
        assert_eq!(
            Operation::of_document(&prefixed),
            ["GET /b/c/d".parse().unwrap()]
        );
        assert!(Operation::of_document(&Value::Null).is_empty());
    }
}
