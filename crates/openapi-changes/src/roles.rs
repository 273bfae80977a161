//! What one client does with the API: which operations it calls, which fields it depends on, and
//! what a change there does to its users. These are data: the rest of the crate knows no particular API.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::kind::Kind;
use crate::report::Group;

/// Describes the client whose users read the report.
///
/// Deserialize it from TOML, YAML or JSON, or use the default: then all fields are equally important,
/// and the sentences speak of "the client".
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
///             "nullable": {"group": "needs_person", "text": "Check whether a job may lack its id."},
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
    /// Consequences for parts that are neither sent nor received: servers, credentials, operations.
    document: Consequences,
    /// Consequences in requests, for fields without a role, or whose role gives none.
    sent: Consequences,
    /// Consequences in responses, for fields without a role, or whose role gives none.
    received: Consequences,
}

/// An operation that the client calls, with the roles of the fields it depends on. A field is
/// written as `data.jobs[].id`, the whole body as an empty string, a parameter as `?name`.
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

/// A sentence in place of the general one, with a group if that differs, too.
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

/// A place inside a body that has a role or leads to one. Elsewhere the client depends on nothing
/// in particular, so the walk keeps no position.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position {
    operation: usize,
    direction: Direction,
    path: String,
}

impl Roles {
    /// The names of roles that operations give to fields, or to themselves, and that are not
    /// defined: typos, which would otherwise silently have no effect.
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

    /// The rank of the role of exactly this place.
    pub(crate) fn rank_at(&self, at: Option<&Position>) -> Option<usize> {
        let at = at?;
        self.rank(self.places(at).get(&at.path)?)
    }

    /// The consequence for the client's users, if one is given.
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
