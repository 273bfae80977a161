//! The report against the vendored document: each kind of change in its group, and none lost.

mod kinds;
mod never_silent;
mod shapes;

use std::sync::LazyLock;

use serde_json::{Value, json};

use super::{Change, Group, Report, Snapshot, compare};
use crate::page::StatusRow;

/// The vendored document as it is.
static BASE: LazyLock<Value> = LazyLock::new(|| {
    serde_saphyr::from_str(include_str!("../../../openapi/faceswap.yaml")).unwrap()
});

/// The vendored document and, beside it, the parts of the format that it does not use yet: a body
/// that is sent, alternatives, headers, shared parameters, a circle, a component used by nobody.
static RICH: LazyLock<Value> = LazyLock::new(|| {
    let mut document = BASE.clone();
    document["paths"]["/api/open/v3/faceswap/result/delbyids"] = json!({"post": {
        "operationId": "delete_results",
        "security": [{"ApiKeyAuth": []}],
        "servers": [{"url": "https://files.akool.com"}, {"url": "https://eu.akool.com"}],
        "parameters": [
            {"$ref": "#/components/parameters/Trace"},
            {"name": "page", "in": "query", "schema": {"type": "integer", "maximum": 10}},
        ],
        "requestBody": {"required": true, "content": {"application/json": {"schema": {
            "type": "object",
            "required": ["_ids"],
            "properties": {
                "_ids": {"type": "string", "maxLength": 100, "pattern": "^[^,]+$"},
                "mode": {"type": "string", "enum": ["soft", "hard"], "default": "soft"},
                "filter": {"$ref": "#/components/schemas/Filter"},
            },
        }}}},
        "responses": {
            "200": {
                "description": "Deleted",
                "headers": {"Retry-After": {"schema": {"type": "integer"}}},
                "content": {
                    "application/json": {"schema": {"$ref": "#/components/schemas/ApiResponse"}},
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

const LOOKUP: &str = "/paths/~1api~1open~1v3~1faceswap~1result~1listbyids/get";
const ROW: &str = "/components/schemas/FaceswapResultDetail";

fn statuses(rows: &[(i64, &str)]) -> Vec<StatusRow> {
    rows.iter()
        .map(|(value, description)| StatusRow {
            value: *value,
            description: (*description).to_owned(),
        })
        .collect()
}

fn documents(old: &Value, new: &Value) -> Report {
    let snapshot = |document| Snapshot {
        document,
        statuses: &[],
    };
    compare(&snapshot(old), &snapshot(new))
}

/// Puts `value` at `pointer`, whose parent must be there. A list takes `-` for its end.
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
        Value::Object(object) => object.shift_remove(&key).unwrap(),
        Value::Array(list) => list.remove(key.parse().unwrap()),
        other => panic!("{parent} is {other}"),
    }
}

fn split(pointer: &str) -> (String, String) {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    (parent.to_owned(), key.replace("~1", "/").replace("~0", "~"))
}

/// The base with one value put somewhere.
fn with(pointer: &str, value: Value) -> Value {
    let mut document = BASE.clone();
    set(&mut document, pointer, value);
    document
}

/// The base with one value taken away.
fn without(pointer: &str) -> Value {
    let mut document = BASE.clone();
    remove(&mut document, pointer);
    document
}

fn only(report: &Report) -> &Change {
    let [change] = report.changes() else {
        panic!("one change expected: {:#?}", report.changes());
    };
    change
}

#[test]
fn the_vendored_document_equals_itself() {
    let rows = statuses(&[(1, "In Queue"), (2, "Processing")]);
    let snapshot = Snapshot {
        document: &BASE,
        statuses: &rows,
    };
    let report = compare(&snapshot, &snapshot);
    assert!(report.is_empty());
    assert!(report.to_markdown().contains("No differences"));
}

#[test]
fn a_fifth_status_a_new_field_and_another_server_go_to_their_groups() {
    let mut new = BASE.clone();
    set(
        &mut new,
        &format!("{ROW}/properties/faceswap_status/enum/-"),
        json!(5),
    );
    set(
        &mut new,
        &format!("{ROW}/properties/job_id"),
        json!({"type": "string"}),
    );
    set(
        &mut new,
        "/servers/0/url",
        json!("https://api.akool.example"),
    );
    let (four, five) = (
        statuses(&[(4, "Failed")]),
        statuses(&[(4, "Failed"), (5, "Cancelled")]),
    );
    let report = compare(
        &Snapshot {
            document: &BASE,
            statuses: &four,
        },
        &Snapshot {
            document: &new,
            statuses: &five,
        },
    );
    let rows: Vec<_> = report
        .changes()
        .iter()
        .map(|change| (change.group, format!("{}: {}", change.subject, change.what)))
        .collect();
    let expected = [
        (
            Group::Breaking,
            "server `https://openapi.akool.com`: `url` changed",
        ),
        (
            Group::Compatible,
            "field `job_id` of `FaceswapResultDetail`: added",
        ),
        (
            Group::NeedsPerson,
            "field `faceswap_status` of `FaceswapResultDetail`: enum value added",
        ),
        (Group::NeedsPerson, "status 5 in the page's table: added"),
    ];
    assert_eq!(rows, expected.map(|(group, text)| (group, text.to_owned())));
    let text = report.to_markdown();
    assert!(text.contains("\n1 breaking, 1 compatible, 2 for a person to look at.\n"));
    for heading in [
        "## Breaking (1)",
        "## Compatible (1)",
        "## Needs a person (2)",
    ] {
        assert!(text.contains(heading), "{text}");
    }
    assert!(text.contains("`\"https://openapi.akool.com\"` → `\"https://api.akool.example\"`"));
}

#[test]
fn nothing_in_the_documents_can_break_the_layout() {
    let nasty = "a|b`c``\n# heading\r\n- item\u{2028}<b>\u{202e}";
    let mut new = BASE.clone();
    set(&mut new, "/info/title", json!(nasty));
    set(&mut new, "/info/description", json!(nasty));
    new.pointer_mut(&format!("{ROW}/properties"))
        .unwrap()
        .as_object_mut()
        .unwrap()
        .insert(nasty.to_owned(), json!({"type": "string"}));
    new["paths"][nasty] = json!({});
    let (old_rows, new_rows) = (statuses(&[(1, "a")]), statuses(&[(1, nasty)]));
    let report = compare(
        &Snapshot {
            document: &BASE,
            statuses: &old_rows,
        },
        &Snapshot {
            document: &new,
            statuses: &new_rows,
        },
    );
    assert_eq!(report.changes().len(), 5);
    let text = report.to_markdown();
    let bullets = text.lines().filter(|line| line.starts_with("- ")).count();
    let headings = text.lines().filter(|line| line.starts_with('#')).count();
    assert_eq!((bullets, headings), (5, 4), "{text}");
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
    set(&mut new, &format!("{ROW}/properties/new"), json!({}));
    remove(&mut new, &format!("{ROW}/properties/url"));
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
