//! Parameters, matched by name, and the headers of responses, which have the same form.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::kind::Kind;
use crate::location::Location;
use crate::pointer::{child, resolve};
use crate::roles::{Direction, Position};
use crate::schema;
use crate::walk::{Pair, Use, Walk, flag};

const KEY: &str = "parameters";

/// One parameter of an operation: where it is, and its value, which may be a reference.
struct Parameter<'a> {
    at: String,
    node: &'a Value,
    name: &'a str,
    location: &'a str,
}

/// Compares the parameters of an operation, including those that its path item gives to all operations.
pub(crate) fn compare<'a>(
    walk: &mut Walk<'a>,
    operation: &Pair<'a>,
    item: &Pair<'a>,
    start: Option<&Position>,
) {
    let (own, shared) = (operation.member(KEY), item.member(KEY));
    let was = merged(
        walk.old,
        (&own.at.old, own.old),
        (&shared.at.old, shared.old),
    );
    let is = merged(
        walk.new,
        (&own.at.new, own.new),
        (&shared.at.new, shared.new),
    );
    let (Some(was), Some(is)) = (was, is) else {
        walk.malformed(&own);
        walk.malformed(&shared);
        return;
    };
    walk.compared(&own.at);
    walk.compared(&shared.at);
    // By name alone, a parameter that moves to another location is seen as the same one.
    let by_name = unique(&was, |one| one.name) && unique(&is, |one| one.name);
    let same = |a: &Parameter<'_>, b: &Parameter<'_>| {
        a.name == b.name && (by_name || a.location == b.location)
    };
    let used = |walk: &Walk<'_>, parameter: &Parameter<'_>| Use {
        direction: Direction::Sent,
        position: walk.roles.parameter(start, parameter.name),
        optional: false,
    };
    for old in &was {
        let used = used(walk, old);
        if let Some(new) = is.iter().find(|new| same(old, new)) {
            let at = Location::new(&old.at, &new.at);
            compare_one(walk, &Pair::new(at, Some(old.node), Some(new.node)), &used);
        } else {
            let usage = walk.usage(&used);
            walk.found(
                Kind::ParameterRemoved,
                &Pair::removed(&old.at, old.node),
                usage,
            );
        }
    }
    for new in &is {
        if was.iter().any(|old| same(old, new)) {
            continue;
        }
        let resolved = resolve(walk.new, new.node, "").map_or(new.node, |(_, node)| node);
        let kind = if is_required(resolved) {
            Kind::ParameterAddedRequired
        } else {
            Kind::ParameterAddedOptional
        };
        let usage = walk.usage(&used(walk, new));
        walk.found(kind, &Pair::added(&new.at, new.node), usage);
    }
}

/// The parameters of an operation, and those of its path that it does not override. `None` if two
/// of them cannot be distinguished.
fn merged<'a>(
    document: &'a Value,
    (own_at, own): (&str, Option<&'a Value>),
    (shared_at, shared): (&str, Option<&'a Value>),
) -> Option<Vec<Parameter<'a>>> {
    let mut all = list(document, own_at, own)?;
    for parameter in list(document, shared_at, shared)? {
        if !all.iter().any(|own| own.key() == parameter.key()) {
            all.push(parameter);
        }
    }
    Some(all)
}

fn list<'a>(document: &'a Value, at: &str, list: Option<&'a Value>) -> Option<Vec<Parameter<'a>>> {
    let list: &[Value] = match list {
        None => &[],
        Some(list) => list.as_array()?,
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
        .iter()
        .enumerate()
        .map(parameter)
        .collect::<Option<_>>()?;
    unique(&list, |one| (one.name, one.location)).then_some(list)
}

impl<'a> Parameter<'a> {
    fn key(&self) -> (&'a str, &'a str) {
        (self.name, self.location)
    }
}

fn unique<'p, T: Ord>(list: &'p [Parameter<'_>], key: impl Fn(&'p Parameter<'_>) -> T) -> bool {
    list.iter().map(key).collect::<BTreeSet<_>>().len() == list.len()
}

pub(crate) fn is_required(node: &Value) -> bool {
    node.get("required") == Some(&Value::Bool(true))
}

/// Compares one parameter, or one header of a response.
pub(crate) fn compare_one<'a>(walk: &mut Walk<'a>, parameter: &Pair<'a>, used: &Use) {
    let Some(parameter) = walk.resolved(parameter) else {
        return;
    };
    let usage = walk.usage(used);
    for key in ["name", "in", "style", "explode"] {
        walk.keyword(&parameter, key, usage, |_| Kind::ParameterMoved);
    }
    walk.keyword(&parameter, "required", usage, |required| {
        flag(required, Kind::ParameterRequired, Kind::ParameterOptional)
    });
    walk.keyword(&parameter, "deprecated", usage, |deprecated| {
        flag(deprecated, Kind::Deprecated, Kind::NotDeprecated)
    });
    schema::compare(walk, &parameter.member("schema"), used);
    let handled = [
        "name",
        "in",
        "style",
        "explode",
        "required",
        "deprecated",
        "schema",
    ];
    walk.rest(&parameter, &handled);
}
