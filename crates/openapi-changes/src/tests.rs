//! Reports on a small API: each kind of change is in its group, and none is lost.

mod compositions;
mod kinds;
mod never_silent;
mod remaining;
mod reported;
mod rows;
mod shapes;
mod subjects;
mod table;
mod verdicts;

use std::sync::LazyLock;

use serde_json::{Value, json};

use super::{Change, Group, Kind, Report, Roles, compare};

/// An API for jobs: an envelope by `allOf`, a list, a status.
static BASE: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("tests/jobs.json")).unwrap());

static ROLES: LazyLock<Roles> = LazyLock::new(|| {
    let roles = json!({
        "operation": [{
            "method": "get",
            "path": "/jobs",
            "role": "lookup",
            "sent": {"?ids": "ids"},
            "received": {"code": "code", "data.result[].id": "id"},
        }],
        "role": [
            {"name": "id", "consequences": {
                "field_removed": "No job can be matched.",
                "nullable": {"group": "breaking", "text": "A job without id is lost."},
            }},
            {"name": "code", "consequences": {"field_removed": "Every response is an error."}},
            {"name": "ids", "consequences": {"limit_added": "Send fewer ids."}},
            {"name": "lookup", "consequences": {"operation_removed": "Lookups get HTTP 404."}},
        ],
        "received": {"field_removed": "Reads as absent."},
    });
    serde_json::from_value(roles).unwrap()
});

/// The same API with the parts of the format that it does not use: a body that is sent,
/// alternatives, headers, shared parameters, a cycle, a component that nothing uses.
static RICH: LazyLock<Value> = LazyLock::new(|| {
    let mut document = BASE.clone();
    document["paths"]["/jobs/delete"] = json!({"post": {
        "operationId": "delete_results",
        "security": [{"ApiKeyAuth": []}],
        "servers": [{"url": "https://files.example.com"}, {"url": "https://eu.example.com"}],
        "parameters": [
            {"$ref": "#/components/parameters/Trace"},
            {"name": "page", "in": "query", "schema": {"type": "integer", "maximum": 10}},
        ],
        "requestBody": {"required": true, "content": {"application/json": {"schema": {
            "type": "object",
            "required": ["ids"],
            "properties": {
                "ids": {"type": "string", "maxLength": 100, "pattern": "^[^,]+$"},
                "mode": {"type": "string", "enum": ["soft", "hard"], "default": "soft"},
                "filter": {"$ref": "#/components/schemas/Filter"},
            },
        }}}},
        "responses": {
            "200": {
                "description": "Deleted",
                "headers": {"Retry-After": {"schema": {"type": "integer"}}},
                "content": {
                    "application/json": {"schema": {"$ref": "#/components/schemas/Envelope"}},
                    "text/plain": {"schema": {"type": "string"}},
                },
            },
            "429": {"$ref": "#/components/responses/TooMany"},
        },
    }});
    let components = &mut document["components"];
    components["parameters"] =
        json!({"Trace": {"name": "X-Trace", "in": "header", "schema": {"type": "string"}}});
    components["responses"] = json!({"TooMany": {"description": "Too many"}});
    components["schemas"]["Filter"] = json!({
        "oneOf": [
            {"$ref": "#/components/schemas/ByDate"},
            {"type": "object", "properties": {"all": {"type": "boolean"}}},
        ],
    });
    components["schemas"]["ByDate"] = json!({
        "type": "object",
        "properties": {
            "before": {"type": "string", "nullable": true, "minLength": 10},
            "or": {"$ref": "#/components/schemas/Filter"},
        },
        "additionalProperties": false,
    });
    components["schemas"]["Unused"] = json!({"type": "object", "properties": {"a": {}}});
    document
});

const LOOKUP: &str = "/paths/~1jobs/get";
const DELETE: &str = "/paths/~1jobs~1delete/post";
const JOB: &str = "/components/schemas/Job";

/// A place in the body that is sent.
fn body(rest: &str) -> String {
    format!("{DELETE}/requestBody/content/application~1json/schema{rest}")
}

fn field(name: &str) -> String {
    format!("{JOB}/properties/{name}")
}

fn documents(old: &Value, new: &Value) -> Report {
    compare(old, new, &ROLES)
}

fn kinds(report: &Report) -> Vec<(Group, Kind)> {
    let kind = |change: &Change| (change.group, change.kind.unwrap());
    report.changes().iter().map(kind).collect()
}

fn edited(document: &Value, edit: impl FnOnce(&mut Value)) -> Value {
    let mut document = document.clone();
    edit(&mut document);
    document
}

/// Puts `value` at `pointer`, whose parent must exist. `-` is the end of a list.
fn set(document: &mut Value, pointer: &str, value: Value) {
    let (parent, key) = split(pointer);
    match document.pointer_mut(&parent).unwrap() {
        Value::Object(object) => {
            object.insert(key, value);
        }
        Value::Array(list) if key == "-" => list.push(value),
        Value::Array(list) => list[key.parse::<usize>().unwrap()] = value,
        other => panic!("{parent} is {other}"),
    }
}

fn remove(document: &mut Value, pointer: &str) -> Value {
    let (parent, key) = split(pointer);
    match document.pointer_mut(&parent).unwrap() {
        Value::Object(object) => object.remove(&key).unwrap(),
        Value::Array(list) => list.remove(key.parse().unwrap()),
        other => panic!("{parent} is {other}"),
    }
}

fn split(pointer: &str) -> (String, String) {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    (parent.to_owned(), key.replace("~1", "/").replace("~0", "~"))
}

/// The base with one value set.
fn with(pointer: &str, value: Value) -> Value {
    edited(&BASE, |document| set(document, pointer, value))
}

/// The base without one value.
fn without(pointer: &str) -> Value {
    edited(&BASE, |document| drop(remove(document, pointer)))
}

fn only(report: &Report) -> &Change {
    let [change] = report.changes() else {
        panic!("one change expected: {:#?}", report.changes());
    };
    change
}

#[test]
fn a_document_equals_itself() {
    let report = documents(&RICH, &RICH);
    assert!(report.is_empty());
    assert!(report.to_markdown().contains("No differences"));
}

#[test]
fn a_new_value_a_new_field_and_another_server_go_to_their_groups() {
    let new = edited(&BASE, |new| {
        set(new, &format!("{JOB}/properties/status/enum/-"), json!(5));
        set(
            new,
            &format!("{JOB}/properties/job_id"),
            json!({"type": "string"}),
        );
        set(new, "/servers/0/url", json!("https://b.example"));
    });
    let report = documents(&BASE, &new);
    let rows: Vec<_> = report
        .changes()
        .iter()
        .map(|change| (change.group, format!("{}: {}", change.subject, change.what)))
        .collect();
    let expected = [
        (Group::Breaking, "server `https://b.example`: `url` changed"),
        (Group::Compatible, "field `job_id` of `Job`: added"),
        (
            Group::NeedsPerson,
            "field `status` of `Job`: enum value added",
        ),
    ];
    assert_eq!(rows, expected.map(|(group, text)| (group, text.to_owned())));
    let text = report.to_markdown();
    assert!(text.contains("\n1 breaking, 1 compatible, 1 for a person to look at.\n"));
    for heading in [
        "## Breaking (1)",
        "## Compatible (1)",
        "## Needs a person (1)",
    ] {
        assert!(text.contains(heading), "{text}");
    }
    assert!(text.contains("`\"https://api.example.com\"` → `\"https://b.example\"`"));
    assert!(!text.contains("None."), "{text}");
    let title = documents(&BASE, &with("/info/title", json!("x"))).to_markdown();
    assert_eq!(title.matches("\n\nNone.\n").count(), 2, "{title}");
}

#[test]
fn rows_of_the_caller_are_sorted_in() {
    let mut report = documents(&BASE, &with("/info/title", json!("x")));
    let mut row = only(&report).clone();
    row.group = Group::Breaking;
    row.place = String::from("generated.rs");
    report.extend([row]);
    let places: Vec<_> = report
        .changes()
        .iter()
        .map(|change| change.place.as_str())
        .collect();
    assert_eq!(places, ["generated.rs", "/info/title"]);
}

#[test]
fn nothing_in_the_documents_can_break_the_layout() {
    let nasty = "a|b`c``\n# heading\r\n- item\u{2028}<b>\u{202e}";
    let new = edited(&BASE, |new| {
        set(new, "/info/title", json!(nasty));
        set(new, "/info/description", json!(nasty));
        new["components"]["schemas"]["Job"]["properties"][nasty] = json!({"type": "string"});
        new["paths"][nasty] = json!({});
    });
    let report = documents(&BASE, &new);
    assert_eq!(report.changes().len(), 4);
    let text = report.to_markdown();
    let bullets = text.lines().filter(|line| line.starts_with("- ")).count();
    let headings = text.lines().filter(|line| line.starts_with('#')).count();
    assert_eq!((bullets, headings), (4, 4), "{text}");
    assert!(!text.contains(['\r', '\u{2028}', '\u{202e}']));
}

#[test]
fn the_order_of_keys_does_not_change_the_report() {
    fn reversed(value: &Value) -> Value {
        match value {
            Value::Object(object) => object
                .iter()
                .rev()
                .map(|(key, value)| (key.clone(), reversed(value)))
                .collect(),
            Value::Array(list) => list.iter().map(reversed).collect(),
            other => other.clone(),
        }
    }
    let mut new = with("/info/version", json!("1.1.0"));
    set(&mut new, &format!("{JOB}/properties/new"), json!({}));
    remove(&mut new, &format!("{JOB}/properties/url"));
    assert!(documents(&BASE, &reversed(&BASE)).is_empty());
    let rows = |report: &Report| -> Vec<_> {
        report
            .changes()
            .iter()
            .map(|change| (change.group, change.place.clone(), change.what.clone()))
            .collect()
    };
    let turned = documents(&reversed(&BASE), &reversed(&new));
    assert_eq!(rows(&documents(&BASE, &new)), rows(&turned));
    assert_eq!(turned.changes().len(), 3);
}
