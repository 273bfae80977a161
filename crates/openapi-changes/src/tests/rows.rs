//! Rows as people read them: the subject, what happened, the values and the place.

use super::*;

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
    let report = documents(&BASE, &with(&list, json!([page("string"), ids])));
    let added = only(&report);
    assert_eq!(added.place, format!("{list}/0"));
    assert_eq!(added.old_place, None);
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
