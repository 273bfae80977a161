//! Rows as people read them: the subject, what happened, the values and the place.

use super::*;
use crate::location::subject;

fn field(name: &str) -> String {
    format!("{JOB}/properties/{name}")
}

#[test]
fn a_row_shows_its_values_its_consequence_and_its_place() {
    let place = field("new");
    let without = &*BASE;
    let with_field = with(&place, json!({}));
    let described = with(&field("uid/description"), json!("x"));
    for (old, new, row) in [
        (
            &with_field,
            without,
            format!(
                "- **field `new` of `Job`: removed**, was `{{}}`  \n  Reads as absent.  \n  At `{place}`\n"
            ),
        ),
        (
            without,
            &with_field,
            format!(
                "- **field `new` of `Job`: added**: `{{}}`  \n  Released clients ignore it. A regenerated \
                 client has a field for it.  \n  At `{place}`\n"
            ),
        ),
        (
            without,
            &described,
            format!(
                "- **field `uid` of `Job`: `description` changed**: `\"User unique ID\"` → `\"x\"` (at `{}`)\n",
                field("uid/description")
            ),
        ),
    ] {
        let text = documents(old, new).to_markdown();
        assert!(text.contains(&row), "{row}\nis not in:\n{text}");
        assert_eq!(text.matches("\nNone.\n").count(), 2, "{text}");
    }
}

/// Lists may be reordered, so a row names the place in both documents.
#[test]
fn a_row_has_its_older_place_where_that_is_another() {
    let list = format!("{LOOKUP}/parameters");
    let page = |kind: &str| json!({"name": "page", "in": "query", "schema": {"type": kind}});
    let ids = BASE.pointer(&format!("{list}/0")).unwrap().clone();
    let old = with(&list, json!([ids, page("integer")]));
    let report = documents(&old, &with(&list, json!([page("string"), ids])));
    let row = &report.changes()[0];
    assert_eq!(row.kind, Some(Kind::TypeChanged));
    assert_eq!(row.place, format!("{list}/0/schema/type"));
    assert_eq!(row.old_place, Some(format!("{list}/1/schema/type")));
    let report = documents(&old, &with(&list, json!([ids, page("string")])));
    assert_eq!(only(&report).old_place, None);
}

#[test]
fn the_parts_of_lists_and_maps_are_named() {
    for (kind, key) in [("array", "items"), ("object", "additionalProperties")] {
        let of = |inner: &str| with(&field("all"), json!({"type": kind, key: {"type": inner}}));
        let report = documents(&of("string"), &of("integer"));
        let row = only(&report);
        assert_eq!(
            row.subject,
            format!("each of the `{key}` of field `all` of `Job`")
        );
        assert_eq!(row.what, "`type` changed");
    }
}

#[test]
fn every_place_has_a_name() {
    let document = json!({"servers": [{"url": "https://a.example"}, {}]});
    for (pointer, name) in [
        ("/servers/0/url", "server `https://a.example`"),
        ("/servers/1/url", "server `1`"),
        ("/components/headers/H/schema", "header `H`"),
        ("/components/requestBodies/B/required", "body `B`"),
        ("/components/links/L", "links `L`"),
        (
            "/paths/~1a/get/parameters/0/name",
            "parameter `0` of `GET /a`",
        ),
        (
            "/paths/~1a/get/responses/200/headers/H",
            "header `H` of response `200` of `GET /a`",
        ),
        ("/paths/~1a/summary", "path `/a`"),
        ("/paths/~1a/get/security/0", "credentials of `GET /a`"),
        ("/tags/0", "the document"),
    ] {
        assert_eq!(subject(&document, pointer), name, "{pointer}");
    }
}

/// A name of 160 bytes is still part of the name inside it, a longer one is not.
#[test]
fn the_outer_names_of_a_deep_place_are_left_out() {
    let (job, outer) = ("j".repeat(100), "f".repeat(46));
    let longest = format!("field `{outer}` of `{job}`");
    assert_eq!(longest.len(), 160);
    let inner = format!("/components/schemas/{job}/properties/{outer}/properties/x");
    assert_eq!(subject(&BASE, &inner), format!("field `x` of {longest}"));
    assert_eq!(
        subject(&BASE, &format!("{inner}/properties/y")),
        "field `y`"
    );
}
