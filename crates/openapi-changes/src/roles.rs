//! What one client does with the API: which operations it calls, which fields it depends on, and
//! what a change there does to its users. Data, so that nothing else here knows an API.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::kind::Kind;
use crate::report::Group;

/// What is known of the client whose users read the report.
///
/// Deserialize it from TOML, YAML or JSON, or leave it at its default: then every field counts the
/// same, and the sentences speak of "the client".
///
/// ```
/// let roles: openapi_changes::Roles = serde_json::from_value(serde_json::json!({
///     "operation": [{
///         "method": "get", "path": "/jobs",
///         "sent": {"?ids": "ids"},
///         "received": {"data.jobs[].id": "id"},
///     }],
///     "role": [
///         {"name": "id", "consequences": {
///             "field_removed": "No answer can be matched with its request.",
///             "nullable": {"group": "needs_person", "text": "See whether a job without id can be."},
///         }},
///         {"name": "ids"},
///     ],
///     "received": {"field_added_optional": "Kept among the unknown fields."},
/// })).unwrap();
/// assert!(roles.undefined().is_empty());
/// ```
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Roles {
    /// The operations that the client calls.
    #[serde(rename = "operation")]
    operations: Vec<Operation>,
    /// The most important role first: where a schema is used in more than one place, the first
    /// role decides.
    #[serde(rename = "role")]
    ranks: Vec<Role>,
    /// What changes do where nothing is sent or received: servers, credentials, operations.
    document: Consequences,
    /// What changes of requests do to fields without a role, or whose role does not say.
    sent: Consequences,
    /// What changes of responses do to fields without a role, or whose role does not say.
    received: Consequences,
}

/// An operation that the client calls, with the roles of the fields it depends on. A field is
/// written as `data.jobs[].id`, the whole body as an empty text, a parameter as `?name`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Operation {
    method: String,
    path: String,
    /// The role of the operation itself.
    #[serde(default)]
    role: Option<String>,
    #[serde(default)]
    sent: BTreeMap<String, String>,
    #[serde(default)]
    received: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Role {
    name: String,
    #[serde(default)]
    consequences: Consequences,
}

type Consequences = BTreeMap<Kind, Consequence>;

/// A sentence in place of the general one, and a group where that differs too.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum Consequence {
    Text(String),
    Judged { group: Group, text: String },
}

/// Whether a change concerns requests, responses, or neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Direction {
    Neither,
    Sent,
    Received,
}

/// A place inside a body that has, or leads to, a role. Outside of those the client depends on
/// nothing in particular, and it is not tracked where the walk is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position {
    operation: usize,
    direction: Direction,
    path: String,
}

impl Roles {
    /// The names of roles that operations give to fields, or to themselves, and that are not
    /// defined: typing errors, which would otherwise have no effect in silence.
    pub fn undefined(&self) -> Vec<&str> {
        let given = self.operations.iter().flat_map(|operation| {
            let fields = operation.sent.values().chain(operation.received.values());
            fields.chain(&operation.role)
        });
        given
            .filter(|name| self.rank(name).is_none())
            .map(String::as_str)
            .collect()
    }

    /// The method (in lower case) and path of each operation that the client calls.
    pub fn operations(&self) -> impl Iterator<Item = (&str, &str)> {
        self.operations
            .iter()
            .map(|operation| (operation.method.as_str(), operation.path.as_str()))
    }

    /// The rank of the role of an operation.
    pub(crate) fn of_operation(&self, method: &str, path: &str) -> Option<usize> {
        let operation = self.find(method, path)?;
        self.rank(self.operations[operation].role.as_ref()?)
    }

    /// Where the walk of one body, or of the parameters, starts.
    pub(crate) fn start(&self, method: &str, path: &str, direction: Direction) -> Option<Position> {
        self.existing(Position {
            operation: self.find(method, path)?,
            direction,
            path: String::new(),
        })
    }

    /// The place of the parameter `name`.
    pub(crate) fn parameter(&self, at: Option<&Position>, name: &str) -> Option<Position> {
        self.step(at, &format!("?{name}"), "")
    }

    /// The place of the field `name`.
    pub(crate) fn field(&self, at: Option<&Position>, name: &str) -> Option<Position> {
        self.step(at, name, ".")
    }

    /// The place of the items of a list.
    pub(crate) fn items(&self, at: Option<&Position>) -> Option<Position> {
        self.step(at, "[]", "")
    }

    fn step(&self, at: Option<&Position>, key: &str, separator: &str) -> Option<Position> {
        let at = at?;
        let separator = if at.path.is_empty() { "" } else { separator };
        self.existing(Position {
            path: format!("{}{separator}{key}", at.path),
            ..at.clone()
        })
    }

    /// The rank of the role that this very place has.
    pub(crate) fn rank_at(&self, at: Option<&Position>) -> Option<usize> {
        let at = at?;
        self.rank(self.places(at).get(&at.path)?)
    }

    /// What the client's users notice, if the data says it.
    pub(crate) fn consequence(
        &self,
        kind: Kind,
        direction: Direction,
        rank: Option<usize>,
    ) -> Option<&Consequence> {
        let general = match direction {
            Direction::Neither => &self.document,
            Direction::Sent => &self.sent,
            Direction::Received => &self.received,
        };
        rank.and_then(|rank| self.ranks.get(rank)?.consequences.get(&kind))
            .or_else(|| general.get(&kind))
    }

    fn existing(&self, at: Position) -> Option<Position> {
        let leads_to = |path: &String| path.starts_with(&at.path);
        self.places(&at).keys().any(leads_to).then_some(at)
    }

    fn places(&self, at: &Position) -> &BTreeMap<String, String> {
        let operation = &self.operations[at.operation];
        if at.direction == Direction::Received {
            &operation.received
        } else {
            &operation.sent
        }
    }

    fn find(&self, method: &str, path: &str) -> Option<usize> {
        self.operations
            .iter()
            .position(|operation| operation.method == method && operation.path == path)
    }

    fn rank(&self, name: &str) -> Option<usize> {
        self.ranks.iter().position(|role| role.name == name)
    }
}
