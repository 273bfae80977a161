//! Paths and their operations.

use crate::bodies;
use crate::kind::{Kind, Usage};
use crate::location::METHODS;
use crate::parameters;
use crate::roles::{Direction, Position};
use crate::security;
use crate::servers;
use crate::walk::{Pair, Walk, flag};

/// Compares the paths of two documents.
pub(crate) fn compare<'a>(walk: &mut Walk<'a>, paths: &Pair<'a>) {
    if !walk.are_objects(paths) {
        return;
    }
    for path in paths.keys() {
        let item = paths.member(path);
        if !path.starts_with('/') {
            walk.malformed(&item);
            continue;
        }
        let kind = match (item.old, item.new) {
            (Some(_), Some(_)) => {
                if walk.are_objects(&item) {
                    path_item(walk, path, &item);
                }
                continue;
            }
            (_, None) => Kind::OperationRemoved,
            (None, _) => Kind::OperationAdded,
        };
        let methods = METHODS
            .iter()
            .filter(|method| item.keys().contains(**method));
        let role = methods
            .filter_map(|method| walk.roles.of_operation(method, path))
            .min();
        walk.found(kind, &item, with_role(role));
    }
}

fn with_role(sent_role: Option<usize>) -> Usage {
    Usage {
        sent_role,
        ..Usage::default()
    }
}

fn path_item<'a>(walk: &mut Walk<'a>, path: &str, item: &Pair<'a>) {
    for method in METHODS {
        let pair = item.member(method);
        let kind = match (pair.old, pair.new) {
            (Some(_), Some(_)) => {
                if walk.are_objects(&pair) {
                    operation(walk, (method, path), &pair, item);
                }
                continue;
            }
            (Some(_), None) => Kind::OperationRemoved,
            (None, Some(_)) => Kind::OperationAdded,
            (None, None) => continue,
        };
        let role = with_role(walk.roles.of_operation(method, path));
        walk.found(kind, &pair, role);
    }
    servers::compare(walk, item);
    let handled: Vec<&str> = METHODS
        .into_iter()
        .chain(["parameters", "servers"])
        .collect();
    walk.rest(item, &handled);
}

fn operation<'a>(
    walk: &mut Walk<'a>,
    (method, path): (&str, &str),
    pair: &Pair<'a>,
    item: &Pair<'a>,
) {
    let start = |walk: &Walk<'a>, direction| -> Option<Position> {
        walk.roles.start(method, path, direction)
    };
    let role = with_role(walk.roles.of_operation(method, path));
    walk.keyword(pair, "operationId", role, |_| Kind::OperationId);
    walk.keyword(pair, "deprecated", role, |flagged| {
        flag(flagged, Kind::Deprecated, Kind::NotDeprecated)
    });
    let (sent, received) = (
        start(walk, Direction::Sent),
        start(walk, Direction::Received),
    );
    parameters::compare(walk, pair, item, sent.as_ref());
    bodies::compare_requests(walk, &pair.member("requestBody"), sent);
    bodies::compare_responses(walk, &pair.member("responses"), received);
    security::compare_operation(walk, pair);
    servers::compare(walk, pair);
    walk.rest(
        pair,
        &[
            "operationId",
            "deprecated",
            "parameters",
            "requestBody",
            "responses",
            "security",
            "servers",
        ],
    );
}
