//! Bodies that are sent and responses that are received, with their media types and headers.

use crate::kind::Kind;
use crate::parameters::{compare_one, is_required};
use crate::pointer::resolve;
use crate::roles::{Direction, Position};
use crate::schema;
use crate::walk::{Pair, Use, Walk, flag};

const JSON: &str = "application/json";

/// Compares the bodies of requests; either may be absent.
pub(crate) fn compare_requests<'a>(walk: &mut Walk<'a>, body: &Pair<'a>, start: Option<Position>) {
    let used = Use::whole(Direction::Sent, start);
    let usage = walk.usage(&used);
    match (body.old, body.new) {
        (Some(_), Some(_)) => {
            if let Some(body) = walk.resolved(body) {
                walk.keyword(&body, "required", usage, |required| {
                    flag(required, Kind::BodyRequired, Kind::BodyOptional)
                });
                content(walk, &body.member("content"), &used);
                walk.rest(&body, &["required", "content"]);
            }
        }
        (None, Some(new)) => {
            let new = resolve(walk.new, new, "").map_or(new, |(_, new)| new);
            let kind = if is_required(new) {
                Kind::BodyAddedRequired
            } else {
                Kind::BodyAddedOptional
            };
            walk.found(kind, body, usage);
        }
        (Some(_), None) => walk.found(Kind::BodyRemoved, body, usage),
        (None, None) => {}
    }
}

/// Compares the responses of an operation, by status.
pub(crate) fn compare_responses<'a>(
    walk: &mut Walk<'a>,
    responses: &Pair<'a>,
    start: Option<Position>,
) {
    let used = Use::whole(Direction::Received, start);
    let lone = |status: &str, is_new| match status {
        _ if is_new => Kind::ResponseAdded,
        status if status.starts_with('2') || status == "default" => Kind::SuccessRemoved,
        _ => Kind::ErrorResponseRemoved,
    };
    let usage = walk.usage(&used);
    walk.entries(responses, usage, lone, |walk, _, response| {
        if let Some(response) = walk.resolved(response) {
            headers(walk, &response.member("headers"));
            content(walk, &response.member("content"), &used);
            walk.rest(&response, &["headers", "content"]);
        }
    });
}

fn headers<'a>(walk: &mut Walk<'a>, headers: &Pair<'a>) {
    let used = Use::whole(Direction::Received, None);
    let lone = |_: &str, is_new| {
        if is_new {
            Kind::HeaderAdded
        } else {
            Kind::HeaderRemoved
        }
    };
    let usage = walk.usage(&used);
    walk.entries(headers, usage, lone, |walk, _, header| {
        compare_one(walk, header, &used);
    });
}

fn content<'a>(walk: &mut Walk<'a>, content: &Pair<'a>, used: &Use) {
    let lone = |media_type: &str, is_new| match media_type {
        _ if is_new => Kind::MediaTypeAdded,
        JSON => Kind::JsonRemoved,
        _ => Kind::MediaTypeRemoved,
    };
    let usage = walk.usage(used);
    walk.entries(content, usage, lone, |walk, _, media_type| {
        if walk.are_objects(media_type) {
            schema::compare(walk, &media_type.member("schema"), used);
            walk.rest(media_type, &["schema"]);
        }
    });
}
