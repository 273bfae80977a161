//! Which parts of a document are sent, which are received, and what they are to the SDK.
//!
//! The walk starts at the operations and follows references. It keeps a list of work instead of
//! recursing, and visits a place once for each distinct use, so that circles end and depth costs
//! no stack.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::operations::METHODS;
use super::references::{resolve, target};
use super::site::child;
use super::spot::Spot;
use super::verdict::Verdict;

/// How operations use one part of the document.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Use {
    /// Part of what clients send.
    pub(super) sent: bool,
    /// Part of what clients receive.
    pub(super) received: bool,
    /// What it is to the SDK.
    pub(super) spot: Option<Spot>,
    /// A field that may be left out wherever it is used.
    pub(super) optional: bool,
}

impl Use {
    /// Both directions at once are judged by the worse one; neither is nobody's business.
    pub(super) fn judge(self, sent: Verdict, received: Verdict) -> Verdict {
        match (self.sent, self.received) {
            (true, true) => Verdict::both(&sent, &received),
            (true, false) => sent,
            (false, true) => received,
            (false, false) => Verdict::compatible(
                "No operation uses this part in both versions: users of the SDK notice nothing.",
            ),
        }
    }

    /// The use of the field `name` of an object that is used like this.
    pub(super) fn field(self, name: &str) -> Self {
        Self {
            spot: self.spot.and_then(|spot| spot.field(name)),
            ..self
        }
    }

    /// What users of the older version meet in the newer one.
    fn in_both(self, newer: Self) -> Self {
        Self {
            sent: self.sent && newer.sent,
            received: self.received && newer.received,
            spot: first(self.spot, newer.spot),
            optional: self.optional && newer.optional,
        }
    }

    fn or(self, other: Self) -> Self {
        Self {
            sent: self.sent || other.sent,
            received: self.received || other.received,
            spot: first(self.spot, other.spot),
            optional: self.optional && other.optional,
        }
    }
}

fn first(a: Option<Spot>, b: Option<Spot>) -> Option<Spot> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        _ => a.or(b),
    }
}

/// The uses of all parts of one document that any operation reaches, by JSON pointer.
#[derive(Debug, Default)]
pub(super) struct Reach {
    uses: BTreeMap<String, Use>,
    dangling: BTreeSet<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// A schema: its keys are keywords of JSON Schema.
    Schema,
    /// A parameter, body, answer, media type or header, or a map or list of them.
    Carrier,
}

struct Work<'a> {
    pointer: String,
    node: &'a Value,
    kind: Kind,
    usage: Use,
}

impl Reach {
    pub(super) fn of(document: &Value) -> Self {
        let mut reach = Self::default();
        let mut work = starts(document);
        let mut seen = BTreeSet::new();
        while let Some(item) = work.pop() {
            let usage = with_parameter(item.node, item.kind, item.usage);
            if !seen.insert((item.pointer.clone(), item.kind, usage)) {
                continue;
            }
            reach
                .uses
                .entry(item.pointer.clone())
                .and_modify(|known| *known = known.or(usage))
                .or_insert(usage);
            if let Some(target) = target(item.node) {
                if let Some((pointer, node)) = resolve(document, item.node, &item.pointer) {
                    work.push(Work {
                        pointer,
                        node,
                        kind: item.kind,
                        usage,
                    });
                } else {
                    let pointer = target.strip_prefix('#').unwrap_or(target);
                    reach.dangling.insert(pointer.to_owned());
                }
                continue;
            }
            match item.kind {
                Kind::Schema => push_schema(&mut work, &item.pointer, item.node, usage),
                Kind::Carrier => push_carrier(&mut work, &item.pointer, item.node, usage),
            }
        }
        reach
    }

    pub(super) fn at(&self, pointer: &str) -> Use {
        self.uses.get(pointer).copied().unwrap_or_default()
    }

    /// The use that both documents have in common, each asked at its own place.
    pub(super) fn shared(old: &Self, old_at: &str, new: &Self, new_at: &str) -> Use {
        old.at(old_at).in_both(new.at(new_at))
    }

    /// Whether an operation refers to `pointer` and nothing is there.
    pub(super) fn is_dangling(&self, pointer: &str) -> bool {
        self.dangling.contains(pointer)
    }
}

/// Parameters, bodies and answers of all operations.
fn starts(document: &Value) -> Vec<Work<'_>> {
    let mut work = Vec::new();
    let paths = entries(document.get("paths"));
    for (path, item) in paths {
        let at = child("/paths", path);
        push_sent(&mut work, &at, item, "parameters");
        for method in METHODS {
            if let Some(operation) = item.get(method) {
                let at = child(&at, method);
                push_sent(&mut work, &at, operation, "parameters");
                push_sent(&mut work, &at, operation, "requestBody");
                if let Some(node) = operation.get("responses") {
                    work.push(Work {
                        pointer: child(&at, "responses"),
                        node,
                        kind: Kind::Carrier,
                        usage: Use {
                            received: true,
                            spot: Some(Spot::Envelope),
                            ..Use::default()
                        },
                    });
                }
            }
        }
    }
    work
}

fn push_sent<'a>(work: &mut Vec<Work<'a>>, at: &str, owner: &'a Value, key: &str) {
    if let Some(node) = owner.get(key) {
        work.push(Work {
            pointer: child(at, key),
            node,
            kind: Kind::Carrier,
            usage: Use {
                sent: true,
                ..Use::default()
            },
        });
    }
}

fn with_parameter(node: &Value, kind: Kind, usage: Use) -> Use {
    match (kind, node.get("in"), node.get("name")) {
        (Kind::Carrier, Some(Value::String(_)), Some(Value::String(name))) => Use {
            spot: Spot::parameter(name),
            ..usage
        },
        _ => usage,
    }
}

fn push_carrier<'a>(work: &mut Vec<Work<'a>>, pointer: &str, node: &'a Value, usage: Use) {
    let mut push = |key: &str, node: &'a Value| {
        let (kind, usage) = match key {
            "schema" => (Kind::Schema, usage),
            "headers" => (
                Kind::Carrier,
                Use {
                    spot: None,
                    ..usage
                },
            ),
            _ => (Kind::Carrier, usage),
        };
        work.push(Work {
            pointer: child(pointer, key),
            node,
            kind,
            usage,
        });
    };
    match node {
        Value::Object(object) => {
            for (key, node) in object {
                if !matches!(key.as_str(), "example" | "examples" | "links") {
                    push(key, node);
                }
            }
        }
        Value::Array(list) => {
            for (index, node) in list.iter().enumerate() {
                push(&index.to_string(), node);
            }
        }
        _ => {}
    }
}

fn push_schema<'a>(work: &mut Vec<Work<'a>>, pointer: &str, node: &'a Value, usage: Use) {
    let mut push = |pointer: String, node: &'a Value, usage: Use| {
        work.push(Work {
            pointer,
            node,
            kind: Kind::Schema,
            usage,
        });
    };
    let required: BTreeSet<&str> = node
        .get("required")
        .and_then(Value::as_array)
        .map(|names| names.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let at = child(pointer, "properties");
    for (name, field) in entries(node.get("properties")) {
        let usage = Use {
            optional: !required.contains(name.as_str()),
            ..usage.field(name)
        };
        push(child(&at, name), field, usage);
    }
    for (key, spot) in [
        ("items", usage.spot.and_then(Spot::items)),
        ("additionalProperties", None),
        ("not", None),
    ] {
        if let Some(schema) = node.get(key) {
            let usage = Use {
                spot,
                optional: false,
                ..usage
            };
            push(child(pointer, key), schema, usage);
        }
    }
    for key in ["allOf", "oneOf", "anyOf"] {
        let parts = node.get(key).and_then(Value::as_array);
        for (index, part) in parts.into_iter().flatten().enumerate() {
            push(child(&child(pointer, key), &index.to_string()), part, usage);
        }
    }
}

fn entries(node: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    node.and_then(Value::as_object)
        .into_iter()
        .flat_map(Map::iter)
}
