//! Bugs of similar programs, each with its public report.

use Group::{Breaking, Compatible};

use super::*;

const SCHEMA: &str = "/paths/~1jobs/get/responses/200/content/application~1json/schema";
const PLAIN: &str = "/components/schemas/JobList/properties/result/items";

/// Asserts that there are rows, and that all of them are in the group.
fn all(old: &Value, new: &Value, group: Group) {
    for (old, new) in [(old, new), (new, old)] {
        let report = documents(old, new);
        let kinds = kinds(&report);
        assert!(!kinds.is_empty());
        assert!(kinds.iter().all(|(is, _)| *is == group), "{kinds:?}");
    }
}

/// <https://github.com/oasdiff/oasdiff/issues/766>
#[test]
fn a_field_that_moves_between_the_parts_of_an_all_of_is_no_change() {
    let moved = edited(&BASE, |new| {
        let data = remove(new, &format!("{SCHEMA}/allOf/1/properties/data"));
        set(new, "/components/schemas/Envelope/properties/data", data);
    });
    all(&BASE, &moved, Compatible);
}

/// <https://github.com/pb33f/openapi-changes/issues/150>
#[test]
fn an_all_of_that_becomes_one_schema_is_no_change() {
    let flat = edited(&BASE, |new| {
        let mut envelope = new["components"]["schemas"]["Envelope"].clone();
        envelope["properties"]["data"] = json!({"$ref": "#/components/schemas/JobList"});
        set(new, SCHEMA, envelope);
    });
    all(&BASE, &flat, Compatible);
}

/// <https://github.com/oasdiff/oasdiff/issues/314>
#[test]
fn a_field_that_may_be_absent_is_seen_within_every_composition() {
    for composition in ["allOf", "anyOf", "oneOf"] {
        let job = |required: Value| {
            let job = json!({"type": "object", "required": required,
                "properties": {"id": {"type": "string"}, "status": {"type": "integer"}}});
            with(PLAIN, json!({composition: [job]}))
        };
        let report = documents(&job(json!(["id", "status"])), &job(json!(["id"])));
        let kinds = kinds(&report);
        assert!(
            kinds.contains(&(Breaking, Kind::FieldOptional)),
            "{composition}: {kinds:?}"
        );
    }
}

/// <https://github.com/oasdiff/oasdiff/pull/930>
#[test]
fn an_alternative_that_becomes_a_component_is_the_same_alternative() {
    let role = json!({"type": "string", "enum": ["user", "admin"]});
    let inline = with(
        &format!("{JOB}/properties/role"),
        json!({"anyOf": [role, {"type": "integer"}]}),
    );
    let named = edited(&inline, |new| {
        set(new, "/components/schemas/Role", role.clone());
        let reference = json!({"$ref": "#/components/schemas/Role"});
        set(new, &format!("{JOB}/properties/role/anyOf/0"), reference);
    });
    let report = documents(&inline, &named);
    let kinds = kinds(&report);
    let removed = |kind: &(Group, Kind)| kind.1 == Kind::AlternativeRemoved;
    assert!(!kinds.iter().any(removed), "{kinds:?}");
}
