//! Bodies that are sent and responses that are received, with their media types and headers.

use crate::kind::Kind;
use crate::location::Location;
use crate::operations::Operation;
use crate::parameters::{compare_one, is_required};
use crate::pointer::resolve;
use crate::roles::{Direction, Position};
use crate::schema;
use crate::walk::{Object, Use, Walk, flag, keys};

const JSON: &str = "application/json";

/// Compares the bodies of requests; either may be absent.
pub(crate) fn compare_requests<'a>(
    walk: &mut Walk<'a>,
    at: &Location,
    own: Operation<'_>,
    (old, new): (&'a Object, &'a Object),
) {
    let at = at.step("requestBody");
    let used = whole(
        walk.roles.start(own.method, own.path, Direction::Sent),
        Direction::Sent,
    );
    let usage = walk.usage(&used);
    let values = (old.get("requestBody"), new.get("requestBody"));
    match values {
        (Some(old), Some(new)) => {
            let Some((at, old, new)) = walk.resolved_objects(&at, old, new) else {
                return;
            };
            walk.value(&at, "required", (old, new), usage, |old, new| {
                flag(old, new, Kind::BodyRequired, Kind::BodyOptional)
            });
            content(walk, &at, (old, new), &used);
            walk.rest(&at, (old, new), &["required", "content"]);
        }
        (None, Some(body)) => {
            let body = resolve(walk.new, body, "").map_or(body, |(_, body)| body);
            let kind = if is_required(body) {
                Kind::BodyAddedRequired
            } else {
                Kind::BodyAddedOptional
            };
            walk.found(kind, &at, values, usage);
        }
        (Some(_), None) => walk.found(Kind::BodyRemoved, &at, values, usage),
        (None, None) => {}
    }
}

fn whole(position: Option<Position>, direction: Direction) -> Use {
    Use {
        direction,
        position,
        optional: false,
    }
}

/// Compares the responses of an operation, by status.
pub(crate) fn compare_responses<'a>(
    walk: &mut Walk<'a>,
    at: &Location,
    own: Operation<'_>,
    (old, new): (&'a Object, &'a Object),
) {
    let at = at.step("responses");
    let position = walk.roles.start(own.method, own.path, Direction::Received);
    let used = whole(position, Direction::Received);
    let Some((old, new)) = walk.objects(&at, (old.get("responses"), new.get("responses"))) else {
        return;
    };
    for status in keys(old, new) {
        let at = at.step(status);
        let values = (old.get(status), new.get(status));
        let kind = match values {
            (Some(old), Some(new)) => {
                response(walk, &at, (old, new), &used);
                continue;
            }
            (Some(_), None) if status.starts_with('2') || status == "default" => {
                Kind::SuccessRemoved
            }
            (Some(_), None) => Kind::ErrorResponseRemoved,
            (None, _) => Kind::ResponseAdded,
        };
        let usage = walk.usage(&used);
        walk.found(kind, &at, values, usage);
    }
}

fn response<'a>(
    walk: &mut Walk<'a>,
    at: &Location,
    (old, new): (&'a serde_json::Value, &'a serde_json::Value),
    used: &Use,
) {
    let Some((at, old, new)) = walk.resolved_objects(at, old, new) else {
        return;
    };
    headers(walk, &at, (old, new));
    content(walk, &at, (old, new), used);
    walk.rest(&at, (old, new), &["headers", "content"]);
}

fn headers<'a>(walk: &mut Walk<'a>, at: &Location, (old, new): (&'a Object, &'a Object)) {
    let at = at.step("headers");
    let Some((old, new)) = walk.objects(&at, (old.get("headers"), new.get("headers"))) else {
        return;
    };
    let used = whole(None, Direction::Received);
    for header in keys(old, new) {
        let at = at.step(header);
        let values = (old.get(header), new.get(header));
        let kind = match values {
            (Some(old), Some(new)) => {
                compare_one(walk, &at, (old, new), &used);
                continue;
            }
            (Some(_), None) => Kind::HeaderRemoved,
            (None, _) => Kind::HeaderAdded,
        };
        let usage = walk.usage(&used);
        walk.found(kind, &at, values, usage);
    }
}

fn content<'a>(
    walk: &mut Walk<'a>,
    at: &Location,
    (old, new): (&'a Object, &'a Object),
    used: &Use,
) {
    let at = at.step("content");
    let Some((old, new)) = walk.objects(&at, (old.get("content"), new.get("content"))) else {
        return;
    };
    for media_type in keys(old, new) {
        let at = at.step(media_type);
        let values = (old.get(media_type), new.get(media_type));
        let kind = match values {
            (Some(_), Some(_)) => {
                if let Some(both) = walk.objects(&at, values) {
                    compare_schema(walk, &at, both, used);
                    walk.rest(&at, both, &["schema"]);
                }
                continue;
            }
            (Some(_), None) if media_type == JSON => Kind::JsonRemoved,
            (Some(_), None) => Kind::MediaTypeRemoved,
            (None, _) => Kind::MediaTypeAdded,
        };
        let usage = walk.usage(used);
        walk.found(kind, &at, values, usage);
    }
}

/// Compares the value of `schema`, which may be absent on either side.
pub(crate) fn compare_schema<'a>(
    walk: &mut Walk<'a>,
    at: &Location,
    (old, new): (&'a Object, &'a Object),
    used: &Use,
) {
    let at = at.step("schema");
    let values = (old.get("schema"), new.get("schema"));
    let kind = match values {
        (Some(old), Some(new)) => return schema::compare(walk, &at, old, new, used),
        (Some(_), None) => Kind::SchemaRemoved,
        (None, Some(_)) => Kind::SchemaAdded,
        (None, None) => return,
    };
    let usage = walk.usage(used);
    walk.found(kind, &at, values, usage);
}
