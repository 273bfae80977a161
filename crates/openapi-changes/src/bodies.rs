//! Bodies of requests, and responses, with their media types and headers.

use serde_json::Value;

use crate::kind::Kind;
use crate::parameters::{compare_one, is_required};
use crate::pointer::resolve;
use crate::roles::{Direction, Position};
use crate::schema;
use crate::walk::{Difference, Pair, Use, Walk, flag};

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
    let unmatched = |status: &str, is_new| match status {
        _ if is_new => Kind::ResponseAdded,
        status if status.starts_with('2') || status == "default" => Kind::SuccessRemoved,
        _ => Kind::ErrorResponseRemoved,
    };
    let usage = walk.usage(&used);
    walk.entries(responses, usage, unmatched, |walk, _, response| {
        if let Some(response) = walk.resolved(response) {
            headers(walk, &response.member("headers"));
            content(walk, &response.member("content"), &used);
            walk.rest(&response, &["headers", "content"]);
        }
    });
}

fn headers<'a>(walk: &mut Walk<'a>, headers: &Pair<'a>) {
    let used = Use::whole(Direction::Received, None);
    let unmatched = |_: &str, is_new| {
        if is_new {
            Kind::HeaderAdded
        } else {
            Kind::HeaderRemoved
        }
    };
    let usage = walk.usage(&used);
    walk.entries(headers, usage, unmatched, |walk, _, header| {
        compare_one(walk, header, &used);
    });
}

fn content<'a>(walk: &mut Walk<'a>, content: &Pair<'a>, used: &Use) {
    if !walk.are_objects(content) {
        return;
    }
    let usage = walk.usage(used);
    let has = |map: Option<&'a Value>, key: &str| map.is_some_and(|map| map.get(key).is_some());
    let (shared, unmatched): (Vec<&str>, Vec<&str>) = (content.keys().into_iter())
        .partition(|key| has(content.old, key) && has(content.new, key));
    let (removed, mut added): (Vec<&str>, Vec<&str>) =
        unmatched.into_iter().partition(|key| has(content.old, key));
    for key in shared {
        body(walk, &content.member(key), used);
    }
    for key in removed {
        let pair = content.member(key);
        // The same media type with another parameter, such as a charset, or in another case.
        if let Some(at) = added
            .iter()
            .position(|other| essence(other) == essence(key))
        {
            let other = added.remove(at);
            let renamed = Pair::new(
                content.at.steps(key, other),
                pair.old,
                content.member(other).new,
            );
            walk.emit(Difference {
                kind: Kind::Rewritten,
                at: renamed.at.clone(),
                about: None,
                old: Some(key.into()),
                new: Some(other.into()),
                usage,
            });
            body(walk, &renamed, used);
            continue;
        }
        let has_json = content
            .keys()
            .into_iter()
            .any(|other| has(content.new, other) && essence(other) == JSON);
        let kind = if essence(key) == JSON && !has_json {
            Kind::JsonRemoved
        } else {
            Kind::MediaTypeRemoved
        };
        walk.found(kind, &pair, usage);
    }
    for key in added {
        walk.found(Kind::MediaTypeAdded, &content.member(key), usage);
    }
}

/// Compares the body of one media type.
fn body<'a>(walk: &mut Walk<'a>, media_type: &Pair<'a>, used: &Use) {
    if walk.are_objects(media_type) {
        schema::compare(walk, &media_type.member("schema"), used);
        walk.rest(media_type, &["schema"]);
    }
}

/// The media type without its parameters.
fn essence(media_type: &str) -> String {
    let essence = media_type.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}
