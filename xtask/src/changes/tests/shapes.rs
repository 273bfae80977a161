//! References that move, composition that is told in another way, circles and great depth.

use super::*;

/// The base with `FaceswapResultDetail` under another name, in the component and in its use.
fn renamed() -> Value {
    let mut document = BASE.clone();
    let row = remove(&mut document, ROW);
    set(&mut document, "/components/schemas/Job", row);
    set(
        &mut document,
        "/components/schemas/FaceswapResultList/properties/result/items/$ref",
        json!("#/components/schemas/Job"),
    );
    document
}

fn groups(report: &Report) -> Vec<Group> {
    report.changes().iter().map(|change| change.group).collect()
}

#[test]
fn a_component_under_another_name_is_the_same_shape() {
    let report = documents(&BASE, &renamed());
    assert_eq!(groups(&report), [Group::Compatible; 3]);
    let row = &report
        .changes()
        .iter()
        .find(|change| change.place.ends_with("/$ref"))
        .unwrap();
    assert!(row.consequence.starts_with("Same shape in another place"));
}

#[test]
fn a_field_lost_on_the_way_to_another_name_is_found() {
    let mut new = renamed();
    remove(&mut new, "/components/schemas/Job/properties/url");
    let report = documents(&BASE, &new);
    let row = &report.changes()[0];
    assert_eq!(row.group, Group::Breaking);
    assert!(row.consequence.starts_with("`Job::result_url()` is `None`"));
    assert!(
        report.changes()[1..]
            .iter()
            .all(|change| change.group == Group::Compatible)
    );
    assert!(
        report
            .changes()
            .iter()
            .any(|change| change.consequence.contains("rows of their own say so"))
    );
}

#[test]
fn a_reference_to_nothing_stops_the_generator() {
    let pointer = "/components/schemas/FaceswapResultList/properties/result/items/$ref";
    for target in ["#/components/schemas/Nobody", "other.yaml#/Job"] {
        let report = documents(&BASE, &with(pointer, json!(target)));
        assert_eq!(only(&report).group, Group::Breaking);
        assert!(only(&report).consequence.contains("generator refuses"));
    }
}

#[test]
fn a_shape_told_in_place_equals_the_component_it_repeats() {
    let items = "/components/schemas/FaceswapResultList/properties/result/items";
    let row = BASE.pointer(ROW).unwrap().clone();
    let report = documents(&BASE, &with(items, row.clone()));
    assert_eq!(only(&report).group, Group::Compatible);
    let mut other = row;
    other["properties"]["_id"]["type"] = json!("integer");
    let report = documents(&BASE, &with(items, other));
    assert_eq!(groups(&report), [Group::Breaking, Group::Compatible]);
    assert!(
        report.changes()[0]
            .consequence
            .contains("every id comes back as missing")
    );
}

#[test]
fn keys_beside_a_reference_are_seen() {
    let report = documents(
        &BASE,
        &with(
            "/components/schemas/FaceswapResultList/properties/result/items/nullable",
            json!(true),
        ),
    );
    assert_eq!(only(&report).group, Group::NeedsPerson);
    assert!(only(&report).what.contains("beside a reference"));
}

const ANSWER: &str = "/responses/200/content/application~1json/schema";

#[test]
fn an_envelope_told_flat_instead_of_composed_loses_nothing() {
    let flat = json!({"type": "object", "required": ["code", "msg"], "properties": {
        "code": BASE.pointer("/components/schemas/ApiResponse/properties/code").unwrap(),
        "msg": BASE.pointer("/components/schemas/ApiResponse/properties/msg").unwrap(),
        "data": {"$ref": "#/components/schemas/FaceswapResultList"},
    }});
    let report = documents(&BASE, &with(&format!("{LOOKUP}{ANSWER}"), flat.clone()));
    let fields: Vec<_> = report
        .changes()
        .iter()
        .filter(|change| change.subject.starts_with("field"))
        .collect();
    assert!(
        fields
            .iter()
            .all(|change| change.group == Group::Compatible),
        "{fields:#?}"
    );

    let mut without_code = flat;
    remove(&mut without_code, "/properties/code");
    let report = documents(&BASE, &with(&format!("{LOOKUP}{ANSWER}"), without_code));
    let row = report
        .changes()
        .iter()
        .find(|change| change.subject.starts_with("field `code`"))
        .unwrap();
    assert_eq!(row.group, Group::Breaking);
    assert!(row.consequence.starts_with("Every answer is an error"));
}

#[test]
fn a_part_of_all_of_that_goes_takes_its_fields_along() {
    let report = documents(&BASE, &without(&format!("{LOOKUP}{ANSWER}/allOf/0")));
    let breaking: Vec<_> = report
        .changes()
        .iter()
        .filter(|change| change.group == Group::Breaking)
        .map(|change| change.subject.split(" of ").next().unwrap())
        .collect();
    assert_eq!(breaking, ["field `code`", "field `msg`"]);
}

/// Two documents whose components form a chain, each referring twice to the next, and in a circle
/// at the end; the newer one has other names and one difference at the far end.
#[test]
fn circles_and_doubled_chains_end() {
    fn chain(prefix: &str, end: &str) -> Value {
        let mut document = BASE.clone();
        let name = |index: usize| format!("{prefix}{index}");
        let to = |index: usize| json!({"$ref": format!("#/components/schemas/{}", name(index))});
        for index in 0..8 {
            let next = if index == 7 { 0 } else { index + 1 };
            document["components"]["schemas"][name(index)] = json!({
                "allOf": [to(next), to(next)],
                "properties": {"a": to(next), "b": to(next), "c": {"type": if index == 7 { end } else { "string" }}},
            });
        }
        set(&mut document, &field_data(), to(0));
        document
    }
    fn field_data() -> String {
        format!("{LOOKUP}{ANSWER}/allOf/1/properties/data")
    }
    let report = documents(&chain("A", "string"), &chain("B", "integer"));
    assert!(
        report
            .changes()
            .iter()
            .any(|change| change.group == Group::Breaking
                && change.place.ends_with("/B7/properties/c/type"))
    );
    // Each component once, not each way to it.
    assert!(report.changes().len() < 100, "{}", report.changes().len());
}

#[test]
fn great_depth_is_handed_to_a_person() {
    let deep = |end: &str| {
        let mut schema = json!({"type": end});
        for _ in 0..90 {
            schema = json!({"type": "array", "items": schema});
        }
        with(&format!("{ROW}/properties/deep"), schema)
    };
    let report = documents(&deep("string"), &deep("integer"));
    assert_eq!(only(&report).group, Group::NeedsPerson);
    assert!(only(&report).what.contains("deeper down"));
}

#[test]
fn parameters_are_matched_by_name_not_by_place() {
    let list = format!("{LOOKUP}/parameters");
    let page = json!({"name": "page", "in": "query", "schema": {"type": "integer"}});
    let ids = BASE.pointer(&format!("{list}/0")).unwrap().clone();
    let old = with(&list, json!([ids, page]));
    assert_eq!(
        only(&documents(&old, &with(&list, json!([page, ids])))).group,
        Group::Compatible
    );
    // The same name in two locations: told apart by location.
    let header = json!({"name": "page", "in": "header", "schema": {"type": "integer"}});
    let both = with(&list, json!([ids, page, header]));
    assert!(
        only(&documents(&old, &both))
            .what
            .contains("added, optional")
    );
    // A name that stands twice cannot be matched.
    let twice = with(&list, json!([ids, page, page]));
    assert_eq!(only(&documents(&old, &twice)).group, Group::NeedsPerson);
}

#[test]
fn another_default_server_is_seen() {
    let old = json!([{"url": "https://a.example"}, {"url": "https://b.example"}]);
    let new = json!([{"url": "https://b.example"}, {"url": "https://a.example"}]);
    let report = documents(&with("/servers", old), &with("/servers", new));
    assert_eq!(only(&report).group, Group::NeedsPerson);
    assert!(only(&report).what.contains("comes first"));
}
