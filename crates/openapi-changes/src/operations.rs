//! Paths and their operations.

use serde_json::Value;

use crate::bodies;
use crate::kind::{Kind, Usage};
use crate::location::{Location, METHODS};
use crate::parameters;
use crate::security;
use crate::servers;
use crate::walk::{Object, Walk, flag, keys};

/// The operation that a part of the walk belongs to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Operation<'o> {
    pub(crate) method: &'o str,
    pub(crate) path: &'o str,
}

/// Compares the paths of two documents.
pub(crate) fn compare<'a>(
    walk: &mut Walk<'a>,
    at: &Location,
    (old, new): (&'a Object, &'a Object),
) {
    let at = at.step("paths");
    let Some((old, new)) = walk.objects(&at, (old.get("paths"), new.get("paths"))) else {
        return;
    };
    for path in keys(old, new) {
        let at = at.step(path);
        let values = (old.get(path), new.get(path));
        match values {
            _ if !path.starts_with('/') => {
                let _: Option<()> = walk.malformed(&at, values);
            }
            (Some(_), Some(_)) => {
                if let Some(both) = walk.objects(&at, values) {
                    path_item(walk, &at, path, both);
                }
            }
            (Some(item), None) => {
                let role = |method| walk.roles.of_operation(method, path);
                let role = methods(item).filter_map(role).min();
                walk.found(Kind::OperationRemoved, &at, values, with_role(role));
            }
            (None, _) => walk.found(Kind::OperationAdded, &at, values, Usage::default()),
        }
    }
}

/// The methods of a path item.
pub(crate) fn methods(item: &Value) -> impl Iterator<Item = &'static str> {
    METHODS
        .into_iter()
        .filter(|method| item.get(method).is_some())
}

fn with_role(sent_role: Option<usize>) -> Usage {
    Usage {
        sent_role,
        ..Usage::default()
    }
}

fn path_item<'a>(
    walk: &mut Walk<'a>,
    at: &Location,
    path: &str,
    (old, new): (&'a Object, &'a Object),
) {
    for method in METHODS {
        let values = (old.get(method), new.get(method));
        let at = at.step(method);
        let role = with_role(walk.roles.of_operation(method, path));
        match values {
            (Some(_), Some(_)) => {
                if let Some(both) = walk.objects(&at, values) {
                    let own = Operation { method, path };
                    operation(walk, &at, own, both, (old, new));
                }
            }
            (Some(_), None) => walk.found(Kind::OperationRemoved, &at, values, role),
            (None, Some(_)) => walk.found(Kind::OperationAdded, &at, values, role),
            (None, None) => {}
        }
    }
    servers::compare(walk, at, (old, new));
    let handled: Vec<&str> = METHODS
        .into_iter()
        .chain(["parameters", "servers"])
        .collect();
    walk.rest(at, (old, new), &handled);
}

fn operation<'a>(
    walk: &mut Walk<'a>,
    at: &Location,
    own: Operation<'_>,
    both: (&'a Object, &'a Object),
    items: (&'a Object, &'a Object),
) {
    let role = with_role(walk.roles.of_operation(own.method, own.path));
    walk.value(at, "operationId", both, role, |_, _| Kind::OperationId);
    walk.value(at, "deprecated", both, role, |old, new| {
        flag(old, new, Kind::Deprecated, Kind::NotDeprecated)
    });
    parameters::compare(walk, at, own, both, items);
    bodies::compare_requests(walk, at, own, both);
    bodies::compare_responses(walk, at, own, both);
    security::compare_operation(walk, at, both);
    servers::compare(walk, at, both);
    let handled = [
        "operationId",
        "deprecated",
        "parameters",
        "requestBody",
        "responses",
        "security",
        "servers",
    ];
    walk.rest(at, both, &handled);
}
