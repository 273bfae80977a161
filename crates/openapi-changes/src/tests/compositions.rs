//! Compositions are compared in resolved form: the meaning of the whole counts, however it is
//! composed, and no part is judged alone.

use Group::{Breaking, Compatible, NeedsPerson};

use super::*;

const SCHEMA: &str = "/paths/~1jobs/get/responses/200/content/application~1json/schema";
const ENVELOPE: &str = "/components/schemas/Envelope";

fn in_response(rest: &str) -> String {
    format!("{SCHEMA}{rest}")
}

fn check(new: &Value, expected: &[(Group, Kind)]) -> Report {
    let report = documents(&BASE, new);
    let rows: Vec<_> = report
        .changes()
        .iter()
        .map(|row| (&row.subject, &row.what))
        .collect();
    assert_eq!(kinds(&report), expected, "{rows:#?}");
    report
}

#[test]
fn a_part_that_gives_a_field_another_type_contradicts_the_other() {
    let code = in_response("/allOf/1/properties/code");
    let report = check(
        &with(&code, json!({"type": "string"})),
        &[(Breaking, Kind::Contradiction)],
    );
    assert_eq!(only(&report).place, format!("{code}/type"));
    // The same type again, or a wider one, changes nothing.
    check(
        &with(&code, json!({"type": "integer"})),
        &[(Compatible, Kind::Rewritten)],
    );
    check(
        &with(&code, json!({"type": "number"})),
        &[(Compatible, Kind::Rewritten)],
    );
}

#[test]
fn a_part_that_narrows_a_field_is_a_change_of_the_whole() {
    let code = in_response("/allOf/1/properties/code");
    let narrowed = json!({"type": "integer", "enum": [1000]});
    let report = check(&with(&code, narrowed), &[(Breaking, Kind::ValuesListed)]);
    assert_eq!(only(&report).place, format!("{code}/enum"));
    let limited = json!({"type": "integer", "maximum": 1000});
    check(&with(&code, limited), &[(Breaking, Kind::LimitAdded)]);
}

#[test]
fn a_part_that_gives_data_another_form_contradicts_the_other() {
    let data = format!("{ENVELOPE}/properties/data");
    for other in [
        json!({"type": "string", "nullable": true}),
        json!({"type": "array", "items": {}}),
    ] {
        let report = documents(&BASE, &with(&data, other));
        assert!(
            kinds(&report).contains(&(Breaking, Kind::Contradiction)),
            "{report:#?}"
        );
    }
}

#[test]
fn a_part_that_allows_null_does_so_only_if_the_others_do() {
    let message = json!({"type": "string", "nullable": true});
    let own = with(&in_response("/allOf/1/properties/msg"), message);
    check(&own, &[(Compatible, Kind::Rewritten)]);
    let both = edited(&own, |new| {
        set(
            new,
            &format!("{ENVELOPE}/properties/msg/nullable"),
            json!(true),
        );
    });
    let rows = kinds(&documents(&BASE, &both));
    assert!(rows.contains(&(Breaking, Kind::Nullable)), "{rows:?}");
}

#[test]
fn a_part_may_require_what_another_one_declares() {
    let report = check(
        &with(&in_response("/allOf/1/required"), json!(["data"])),
        &[(Breaking, Kind::FieldRequired)],
    );
    assert!(
        only(&report).subject.starts_with("field `data` of"),
        "{report:#?}"
    );
    let required = with(&in_response("/allOf/1/required"), json!(["code"]));
    check(&required, &[(Compatible, Kind::Rewritten)]);
    let moved = edited(&required, |new| {
        drop(remove(new, &format!("{ENVELOPE}/required/0")));
    });
    check(&moved, &[(Compatible, Kind::Rewritten); 2]);
    check(
        &without(&format!("{ENVELOPE}/required/0")),
        &[(Breaking, Kind::FieldOptional)],
    );
}

#[test]
fn a_part_may_forbid_what_another_one_declares() {
    let new = with(&format!("{ENVELOPE}/additionalProperties"), json!(false));
    let rows = kinds(&documents(&BASE, &new));
    assert!(rows.contains(&(Breaking, Kind::Contradiction)), "{rows:?}");
}

/// The lists are equal; what they refer to is not.
#[test]
fn equal_lists_of_parts_are_followed() {
    let new = with(&format!("{ENVELOPE}/properties/code/type"), json!("string"));
    check(&new, &[(Breaking, Kind::TypeChanged)]);
}

#[test]
fn parts_may_be_nested_and_wrapped() {
    let parts = BASE.pointer(&in_response("/allOf")).unwrap().clone();
    for keyword in ["allOf", "oneOf", "anyOf"] {
        let wrapped = with(SCHEMA, json!({keyword: [{"allOf": parts}]}));
        // Generators turn an object that is alone in `oneOf` or `anyOf` into an enum.
        let renamed = usize::from(keyword != "allOf");
        let report = documents(&BASE, &wrapped);
        assert_eq!(report.count(Breaking), renamed, "{report:#?}");
        assert_eq!(report.count(NeedsPerson), 0, "{report:#?}");
        let inner = in_response(&format!("/{keyword}/0/allOf/-"));
        let narrowed = edited(&wrapped, |new| {
            set(
                new,
                &inner,
                json!({"properties": {"code": {"type": "string"}}}),
            );
        });
        let rows = kinds(&documents(&BASE, &narrowed));
        assert!(
            rows.contains(&(Breaking, Kind::Contradiction)),
            "{keyword}: {rows:?}"
        );
        let scalar = json!({keyword: [{"type": "integer"}]});
        let report = documents(&BASE, &with(&format!("{JOB}/properties/uid"), scalar));
        assert_eq!(
            report.count(Compatible),
            report.changes().len(),
            "{report:#?}"
        );
    }
}

/// Whether an entry may be `null` can depend on how the list is written.
#[test]
fn a_list_that_becomes_a_composition_may_be_generated_differently() {
    let result = "/components/schemas/JobList/properties/result";
    let list = BASE.pointer(result).unwrap();
    for composed in [
        json!({"allOf": [list]}),
        json!({"allOf": [list, {"type": "array"}]}),
    ] {
        let composed = with(result, composed);
        for report in [documents(&BASE, &composed), documents(&composed, &BASE)] {
            assert!(
                kinds(&report).contains(&(Breaking, Kind::TypeRenamed)),
                "{report:#?}"
            );
        }
    }
}

/// `allOf` with one reference is how vendors write something beside it.
#[test]
fn a_reference_in_a_composition_of_one_may_have_keywords_beside_it() {
    let data = in_response("/allOf/1/properties/data");
    let list = json!({"$ref": "#/components/schemas/JobList"});
    for keyword in ["allOf", "oneOf", "anyOf"] {
        let described = json!({keyword: [list], "description": "Jobs"});
        check(&with(&data, described), &[(Compatible, Kind::Rewritten)]);
        let nullable = json!({keyword: [list], "nullable": true});
        let rows = kinds(&documents(&BASE, &with(&data, nullable)));
        assert!(
            rows.contains(&(Compatible, Kind::Nullable)),
            "{keyword}: {rows:?}"
        );
        let closed = json!({keyword: [list], "maxProperties": 1});
        let rows = kinds(&documents(&BASE, &with(&data, closed)));
        assert!(
            rows.contains(&(Breaking, Kind::LimitAdded)),
            "{keyword}: {rows:?}"
        );
    }
}

#[test]
fn an_envelope_written_flat_loses_nothing() {
    let property = |name: &str| {
        BASE.pointer(&format!("{ENVELOPE}/properties/{name}"))
            .unwrap()
    };
    let flat = json!({"type": "object", "required": ["code", "msg"], "properties": {
        "code": property("code"),
        "msg": property("msg"),
        "data": {"$ref": "#/components/schemas/JobList"},
    }});
    let report = documents(&BASE, &with(SCHEMA, flat.clone()));
    assert!(
        report.changes().iter().all(|row| row.group == Compatible),
        "{report:#?}"
    );

    let without_code = edited(&flat, |flat| drop(remove(flat, "/properties/code")));
    let report = documents(&BASE, &with(SCHEMA, without_code));
    let row = &report.changes()[0];
    assert_eq!(
        (row.kind, row.consequence.as_str()),
        (Some(Kind::FieldRemoved), "Every response is an error.")
    );
}

#[test]
fn a_removed_part_takes_its_fields_along() {
    let report = documents(&BASE, &without(&in_response("/allOf/0")));
    let lost: Vec<_> = report
        .changes()
        .iter()
        .filter(|row| row.kind == Some(Kind::FieldRemoved))
        .map(|row| row.subject.split(" of ").next().unwrap())
        .collect();
    assert_eq!(lost, ["field `code`", "field `msg`"]);
}

/// A part is merged into every alternative.
#[test]
fn alternatives_are_compared_together_with_what_is_around_them() {
    let uid = format!("{JOB}/properties/uid");
    let of = |kinds: [&str; 2]| json!({"oneOf": [{"type": kinds[0]}, {"type": kinds[1]}]});
    check(
        &with(&uid, of(["integer", "string"])),
        &[(Breaking, Kind::TypeChanged)],
    );
    let old = with(&uid, of(["integer", "string"]));
    let compare_with = |schema: Value| kinds(&documents(&old, &with(&uid, schema)));
    let reordered = documents(&old, &with(&uid, of(["string", "integer"])));
    assert_eq!(
        kinds(&reordered),
        [(NeedsPerson, Kind::AlternativesReordered)]
    );
    assert_eq!(only(&reordered).what, "alternatives reordered");
    assert_eq!(
        compare_with(of(["integer", "boolean"])),
        [(Breaking, Kind::TypeChanged)]
    );
    let three = json!({"oneOf": [{"type": "integer"}, {"type": "string"}, {"type": "boolean"}]});
    assert_eq!(compare_with(three), [(NeedsPerson, Kind::AlternativeAdded)]);
    let around = json!({"type": "integer", "oneOf": of(["integer", "string"])["oneOf"]});
    assert!(compare_with(around).contains(&(Breaking, Kind::Contradiction)));
    let any = json!({"anyOf": of(["integer", "string"])["oneOf"]});
    assert!(compare_with(any).contains(&(NeedsPerson, Kind::AlternativesReordered)));
}
