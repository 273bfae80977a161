//! The rows of the final pass, for differences that no comparator reports.

use Group::{Compatible, NeedsPerson};

use super::*;

const UNUSED: &str = "/components/schemas/Unused";

fn unused(key: &str, value: Value) -> Value {
    edited(&RICH, |document| {
        set(document, &format!("{UNUSED}/{key}"), value);
    })
}

#[test]
fn prose_is_distinguished_from_fields_with_prose_names() {
    let described = unused("description", json!("x"));
    assert_eq!(
        kinds(&documents(&RICH, &described)),
        [(Compatible, Kind::Wording)]
    );
    let field = unused("properties/description", json!({}));
    assert_eq!(
        kinds(&documents(&RICH, &field)),
        [(Compatible, Kind::Unused)]
    );
}

#[test]
fn another_reference_is_not_a_keyword_beside_one() {
    let to = |name: &str| {
        unused(
            "properties/a",
            json!({"$ref": format!("#/components/schemas/{name}")}),
        )
    };
    let report = documents(&to("Job"), &to("Envelope"));
    assert_eq!(kinds(&report), [(Compatible, Kind::Unused)]);
    assert_eq!(only(&report).place, format!("{UNUSED}/properties/a/$ref"));
}

#[test]
fn lists_of_objects_are_compared_by_index_unless_reordered() {
    let (text, titled) = (json!({"type": "string"}), json!({"title": "x"}));
    let list = |parts: &[&Value]| unused("allOf", json!(parts));
    let old = list(&[&text, &titled]);
    for (new, place) in [
        (list(&[&titled, &text]), "allOf"),
        (list(&[&text]), "allOf"),
        (list(&[&text, &json!("x")]), "allOf"),
        (list(&[&text, &json!({"title": "y"})]), "allOf/1/title"),
    ] {
        let report = documents(&old, &new);
        assert_eq!(only(&report).place, format!("{UNUSED}/{place}"));
        assert_eq!(only(&report).kind, Some(Kind::Unused));
    }
}

/// What a dangling reference should have reached may be any component.
#[test]
fn nothing_is_unused_where_a_reference_cannot_be_followed() {
    let broken = edited(&RICH, |document| {
        drop(remove(document, "/components/responses/TooMany"));
    });
    let report = documents(&RICH, &broken);
    let expected = [
        (Group::Breaking, Kind::DanglingReference),
        (Compatible, Kind::ComponentRemoved),
    ];
    assert_eq!(kinds(&report), expected);
    // The same dangling reference in both documents is no difference.
    let changed = edited(&broken, |document| {
        set(document, &format!("{UNUSED}/type"), json!("array"));
    });
    assert_eq!(
        kinds(&documents(&broken, &changed)),
        [(NeedsPerson, Kind::Unknown)]
    );
}
