//! The overlap of the supplement and the vendored documents.
//!
//! The vendored document wins: the client is generated from it. Its parts must be removed from the
//! supplement; until then `regen` reports how the two differ, and the check fails.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::{
    assembly::parse,
    changes::{self, Report, Snapshot},
    document::{self, File},
    operation::Operation,
    problem::Problem,
    tree::Tree,
};

/// What the supplement and a vendored document both have.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Overlap {
    /// The operations.
    pub(crate) operations: Vec<Operation>,
    /// The components; of those that the supplement completes, the shared properties.
    pub(crate) components: Vec<String>,
}

impl Overlap {
    pub(crate) fn is_empty(&self) -> bool {
        self.operations.is_empty() && self.components.is_empty()
    }

    /// What to remove from the supplement, in one line.
    pub(crate) fn names(&self) -> String {
        let operations = self
            .operations
            .iter()
            .map(|operation| format!("`{operation}`"));
        let components = self
            .components
            .iter()
            .map(|component| format!("`{component}`"));
        operations.chain(components).collect::<Vec<_>>().join(", ")
    }
}

/// The supplement and the vendored documents, each as one value.
pub(crate) struct Documents {
    vendored: Value,
    supplement: Value,
}

impl Documents {
    /// Reads the tree's supplement, to be compared with these vendored documents.
    ///
    /// # Errors
    ///
    /// If one of them cannot be read, or two vendored documents contradict each other.
    pub(crate) fn read(tree: &Tree, vendored: &[File]) -> Result<Self, Problem> {
        let path = tree.supplement();
        let supplement =
            parse(&tree.read(&path)?).map_err(|why| Problem::at(tree.name(&path), why))?;
        let vendored =
            document::combined(vendored, "{}").map_err(|error| Problem::new(error.to_string()))?;
        Ok(Self {
            vendored,
            supplement,
        })
    }

    /// The operations of the supplement, with the vendor's page of each.
    pub(crate) fn operations(&self) -> Vec<(Operation, Option<&str>)> {
        Operation::named(&self.supplement)
            .into_iter()
            .map(|operation| {
                let url = operation
                    .item(&self.supplement)
                    .and_then(|item| item.pointer("/externalDocs/url"))
                    .and_then(Value::as_str);
                (operation, url)
            })
            .collect()
    }

    /// What both have.
    pub(crate) fn overlap(&self) -> Overlap {
        let mut operations = Operation::named(&self.supplement);
        operations.retain(|operation| operation.item(&self.vendored).is_some());
        let mut components = Vec::new();
        let schemas = |document: &Value| match document.pointer("/components/schemas") {
            Some(Value::Object(schemas)) => schemas.clone(),
            _ => Map::new(),
        };
        let vendored = schemas(&self.vendored);
        for (name, ours) in schemas(&self.supplement) {
            let Some(theirs) = vendored.get(&name) else {
                continue;
            };
            let known = |property: &&String| {
                theirs
                    .get("properties")
                    .and_then(|all| all.get(property.as_str()))
                    .is_some()
            };
            match ours.get("properties").and_then(Value::as_object) {
                Some(ours) if !ours.keys().all(|property| known(&property)) => {
                    let both = ours.keys().filter(known);
                    components.extend(both.map(|property| format!("{name}.{property}")));
                }
                _ => components.push(name),
            }
        }
        Overlap {
            operations,
            components,
        }
    }

    /// How the vendor's form of the operations that both have differs from the supplement's.
    ///
    /// # Errors
    ///
    /// If `roles.toml` is invalid.
    pub(crate) fn compare(&self, operations: &[Operation]) -> Result<Report, Problem> {
        let ours = excerpt(&self.supplement, &self.vendored, operations);
        let theirs = excerpt(&self.vendored, &self.supplement, operations);
        changes::compare(
            &Snapshot {
                document: &ours,
                statuses: &[],
            },
            &Snapshot {
                document: &theirs,
                statuses: &[],
            },
        )
    }
}

/// These operations of a document with the components that they use, which may be in the other
/// document; without prose, which is in our own words and differs everywhere.
fn excerpt(document: &Value, other: &Value, operations: &[Operation]) -> Value {
    let mut paths = Map::new();
    for operation in operations {
        if let Some(item) = operation.item(document) {
            let path = paths.entry(operation.path()).or_insert_with(|| json!({}));
            path[operation.method().to_ascii_lowercase()] = item.clone();
        }
    }
    let mut paths = Value::Object(paths);
    remove_prose(&mut paths);
    let mut schemas = Map::new();
    let mut wanted = BTreeSet::new();
    references(&paths, &mut wanted);
    while let Some(name) = wanted.pop_first() {
        let pointer = format!("/components/schemas/{name}");
        let schema = document
            .pointer(&pointer)
            .or_else(|| other.pointer(&pointer));
        if let Some(schema) = schema
            && !schemas.contains_key(&name)
        {
            let mut schema = schema.clone();
            remove_prose(&mut schema);
            references(&schema, &mut wanted);
            schemas.insert(name, schema);
        }
    }
    json!({"openapi": "3.0.3", "paths": paths, "components": {"schemas": schemas}})
}

/// The names of the components that a value refers to.
fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => members.iter().for_each(|(key, value)| match value {
            Value::String(text) if key == "$ref" => {
                found.extend(
                    text.strip_prefix("#/components/schemas/")
                        .map(str::to_owned),
                );
            }
            value => references(value, found),
        }),
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

fn remove_prose(value: &mut Value) {
    const PROSE: &[&str] = &[
        "description",
        "example",
        "examples",
        "externalDocs",
        "operationId",
        "security",
        "summary",
        "tags",
        "title",
    ];
    match value {
        Value::Object(members) => {
            members.retain(|key, value| {
                // A property may have one of these names; then it is a schema.
                !key.starts_with("x-") && (!PROSE.contains(&key.as_str()) || is_schema(value))
            });
            members.values_mut().for_each(remove_prose);
        }
        Value::Array(items) => items.iter_mut().for_each(remove_prose),
        _ => {}
    }
}

fn is_schema(value: &Value) -> bool {
    ["type", "$ref", "allOf", "anyOf", "oneOf"]
        .iter()
        .any(|key| value.get(key).is_some())
}
