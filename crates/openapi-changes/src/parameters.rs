//! Parameters, matched by name, and the headers of responses, which have the same form.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::bodies;
use crate::kind::Kind;
use crate::location::Location;
use crate::operations::Operation;
use crate::pointer::{ancestors, child, resolve};
use crate::roles::Direction;
use crate::walk::{Object, Use, Walk, flag};

const KEY: &str = "parameters";

/// One parameter of an operation: where it is, and its value, which may be a reference.
struct Parameter<'a> {
    at: String,
    node: &'a Value,
    name: &'a str,
    location: &'a str,
}

/// Compares the parameters of an operation with those that its path gives to all operations.
pub(crate) fn compare<'a>(
    walk: &mut Walk<'a>,
    at: &Location,
    own: Operation<'_>,
    (old, new): (&'a Object, &'a Object),
    (old_item, new_item): (&'a Object, &'a Object),
) {
    let item = ancestors(&at.old).nth(1).unwrap_or_default();
    let shared = Location::new(item, item).step(KEY);
    let at = at.step(KEY);
    let was = (
        list(walk.old, &at.old, old),
        list(walk.old, &shared.old, old_item),
    );
    let is = (
        list(walk.new, &at.new, new),
        list(walk.new, &shared.new, new_item),
    );
    let ((Some(was), Some(old_shared)), (Some(is), Some(new_shared))) = (was, is) else {
        let _: Option<()> = walk.malformed(&at, (old.get(KEY), new.get(KEY)));
        let _: Option<()> = walk.malformed(&shared, (old_item.get(KEY), new_item.get(KEY)));
        return;
    };
    walk.compared(&at);
    walk.compared(&shared);
    let (was, is) = (merged(was, old_shared), merged(is, new_shared));
    // By name alone, a parameter that moves to another location is seen as the same one.
    let by_name =
        unique(&was, |parameter| parameter.name) && unique(&is, |parameter| parameter.name);
    let matches = |a: &Parameter<'_>, b: &Parameter<'_>| {
        a.name == b.name && (by_name || a.location == b.location)
    };
    let start = walk.roles.start(own.method, own.path, Direction::Sent);
    let used = |walk: &Walk<'_>, name: &str, node: &Value| Use {
        direction: Direction::Sent,
        position: walk.roles.parameter(start.as_ref(), name),
        optional: !is_required(node),
    };
    for old in &was {
        let usage = used(walk, old.name, old.node);
        if let Some(new) = is.iter().find(|new| matches(old, new)) {
            let at = Location::new(&old.at, &new.at);
            compare_one(walk, &at, (old.node, new.node), &usage);
        } else {
            let at = Location::new(&old.at, &old.at);
            let usage = walk.usage(&usage);
            walk.found(Kind::ParameterRemoved, &at, (Some(old.node), None), usage);
        }
    }
    for new in is
        .iter()
        .filter(|new| !was.iter().any(|old| matches(old, new)))
    {
        let resolved = resolve(walk.new, new.node, "").map_or(new.node, |(_, node)| node);
        let kind = if is_required(resolved) {
            Kind::ParameterAddedRequired
        } else {
            Kind::ParameterAddedOptional
        };
        let usage = used(walk, new.name, resolved);
        let usage = walk.usage(&usage);
        walk.found(
            kind,
            &Location::new(&new.at, &new.at),
            (None, Some(new.node)),
            usage,
        );
    }
}

/// All parameters of one list; nothing if two of them are the same.
fn list<'a>(document: &'a Value, at: &str, owner: &'a Object) -> Option<Vec<Parameter<'a>>> {
    let Some(list) = owner.get(KEY) else {
        return Some(Vec::new());
    };
    let parameter = |(index, node): (usize, &'a Value)| {
        let (_, resolved) = resolve(document, node, "")?;
        Some(Parameter {
            at: child(at, &index.to_string()),
            node,
            name: resolved.get("name")?.as_str()?,
            location: resolved.get("in")?.as_str()?,
        })
    };
    let list: Vec<_> = list
        .as_array()?
        .iter()
        .enumerate()
        .map(parameter)
        .collect::<Option<_>>()?;
    unique(&list, |parameter| (parameter.name, parameter.location)).then_some(list)
}

fn unique<'p, T: Ord>(list: &'p [Parameter<'_>], key: impl Fn(&'p Parameter<'_>) -> T) -> bool {
    list.iter().map(key).collect::<BTreeSet<_>>().len() == list.len()
}

/// The parameters of an operation override those of its path.
fn merged<'a>(mut own: Vec<Parameter<'a>>, shared: Vec<Parameter<'a>>) -> Vec<Parameter<'a>> {
    for parameter in shared {
        let key = |other: &Parameter<'_>| {
            (other.name, other.location) == (parameter.name, parameter.location)
        };
        if !own.iter().any(key) {
            own.push(parameter);
        }
    }
    own
}

pub(crate) fn is_required(node: &Value) -> bool {
    node.get("required") == Some(&Value::Bool(true))
}

/// Compares one parameter, or one header of a response.
pub(crate) fn compare_one<'a>(
    walk: &mut Walk<'a>,
    at: &Location,
    (old, new): (&'a Value, &'a Value),
    used: &Use,
) {
    let Some((at, old, new)) = walk.resolved_objects(at, old, new) else {
        return;
    };
    let both = (old, new);
    let usage = walk.usage(used);
    for key in ["name", "in", "style", "explode"] {
        walk.value(&at, key, both, usage, |_, _| Kind::ParameterMoved);
    }
    walk.value(&at, "required", both, usage, |old, new| {
        flag(old, new, Kind::ParameterRequired, Kind::ParameterOptional)
    });
    walk.value(&at, "deprecated", both, usage, |old, new| {
        flag(old, new, Kind::Deprecated, Kind::NotDeprecated)
    });
    bodies::compare_schema(walk, &at, both, used);
    let handled = [
        "name",
        "in",
        "style",
        "explode",
        "required",
        "deprecated",
        "schema",
    ];
    walk.rest(&at, both, &handled);
}
