//! The report against the vendored documents: what users of the SDK read, and whether what is
//! generated agrees.

mod generated;

use std::sync::LazyLock;

use Group::{Breaking, Compatible, NeedsPerson};
use serde_json::{Value, json};

use super::*;
use crate::document;

static BASE: LazyLock<Value> =
    LazyLock::new(|| document::parse(include_str!("../../../openapi/faceswap.yaml")).unwrap());

const LOOKUP: &str = "/paths/~1api~1open~1v3~1faceswap~1result~1listbyids/get";
const SCHEMA: &str = "/paths/~1api~1open~1v3~1faceswap~1result~1listbyids/get/responses/200/content/application~1json/schema";
const ENVELOPE: &str = "/components/schemas/ApiResponse";
const ROW: &str = "/components/schemas/FaceswapResultDetail";

fn documents(new: &Value) -> Report {
    openapi_changes::compare(&BASE, new, &roles().unwrap())
}

/// The base with one value set or removed.
fn edited(pointer: &str, value: Option<Value>) -> Value {
    let mut document = BASE.clone();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let key = key.replace("~1", "/").replace("~0", "~");
    match (document.pointer_mut(parent).unwrap(), value) {
        (Value::Object(object), Some(value)) => drop(object.insert(key, value)),
        (Value::Object(object), None) => drop(object.remove(&key).unwrap()),
        (Value::Array(list), Some(value)) if key == "-" => list.push(value),
        (Value::Array(list), None) => drop(list.remove(key.parse().unwrap())),
        (other, _) => panic!("{parent} is {other}"),
    }
    document
}

#[test]
#[rustfmt::skip] // One line for each case.
fn users_read_what_a_change_does_to_them() {
    let field = |name: &str| format!("{ROW}/properties/{name}");
    let ids = format!("{LOOKUP}/parameters/0/schema");
    for (pointer, value, group, consequence) in [
        (field("_id"), None, Breaking, "every id is reported as missing"),
        (field("faceswap_status"), None, Breaking, "No job is ever seen to finish"),
        (field("url"), None, Breaking, "`Job::result_url()` is `None` for every job"),
        (field("createdAt"), None, Breaking, "expiry"),
        (field("uid"), None, Breaking, "Reads as absent"),
        (field("_id/type"), Some(json!("integer")), Breaking, "no job can be matched"),
        (field("faceswap_status/type"), Some(json!("string")), Breaking, "leaves its job unfinished"),
        (field("url/type"), Some(json!("object")), Breaking, "`Job::result_url()`"),
        (field("uid/type"), Some(json!("string")), Breaking, "reads as absent"),
        (field("createdAt/format"), None, Breaking, "RFC 3339"),
        (field("uid/format"), Some(json!("int32")), Compatible, "removed before generation"),
        (field("job_id"), Some(json!({"type": "string"})), Compatible, "unknown fields"),
        (field("faceswap_status/enum/-"), Some(json!(5)), NeedsPerson, "unknown status"),
        (field("faceswap_status/enum/3"), None, NeedsPerson, "variant stays"),
        (field("faceswap_status/enum"), None, NeedsPerson, "by hand"),
        (field("uid/nullable"), Some(json!(true)), Compatible, "`Option`"),
        (field("_id/nullable"), Some(json!(true)), Breaking, "cannot be matched"),
        ("/components/schemas/FaceswapResultList/properties/result/type".into(), Some(json!("string")), Breaking, "finds no jobs in the new form"),
        (format!("{ROW}/nullable"), Some(json!(true)), Breaking, "A row that is `null`"),
        (format!("{ROW}/required"), Some(json!(["_id"])), Compatible, "every field of a response is optional"),
        (field("url/maxLength"), Some(json!(10)), Compatible, "removed before generation"),
        (format!("{ENVELOPE}/properties/code"), None, Breaking, "Every response is an error"),
        (format!("{ENVELOPE}/properties/code/type"), Some(json!("string")), Breaking, "all calls fail"),
        (format!("{ENVELOPE}/required/0"), None, Breaking, "this field alone means success"),
        (format!("{ENVELOPE}/required/1"), None, Breaking, "lenient decoder"),
        (format!("{ENVELOPE}/properties/msg/nullable"), Some(json!(true)), Breaking, "lenient decoder"),
        (format!("{LOOKUP}/parameters/0"), None, Breaking, "Lookups send the ids in it"),
        (format!("{ids}/type"), Some(json!("array")), Breaking, "in the old form, as one string"),
        (format!("{ids}/maxLength"), Some(json!(1000)), Breaking, "2,499 characters"),
        ("/paths/~1api~1open~1v3~1faceswap~1result~1listbyids".into(), None, Breaking, "every lookup fails"),
        ("/servers/0/url".into(), Some(json!("https://b.example")), Breaking, "default base URL still points to the old server"),
        ("/info/version".into(), Some(json!("2.0.0")), NeedsPerson, "API version"),
        ("/security/0".into(), None, Breaking, "business code 1101"),
        ("/components/securitySchemes/ApiKeyAuth/name".into(), Some(json!("key")), Breaking, "in the old form"),
        ("/components/securitySchemes/BearerAuth/description".into(), Some(json!("x")), NeedsPerson, "which credential wins"),
    ] {
        let report = documents(&edited(&pointer, value.clone()));
        let rows: Vec<_> = report.changes().iter().map(|row| (row.group, row.consequence.as_str())).collect();
        let [(found, text)] = rows[..] else { panic!("{pointer}: one row expected: {rows:?}") };
        assert_eq!(found, group, "{pointer} = {value:?}: {text}");
        assert!(text.contains(consequence), "{pointer} = {value:?}: {text}");
    }
}

/// Vendors compose envelopes like this; a contradiction must never pass as compatible.
#[test]
fn a_part_of_the_response_that_contradicts_another_is_breaking() {
    let code = format!("{SCHEMA}/allOf/1/properties/code");
    let data = format!("{ENVELOPE}/properties/data");
    for (pointer, value, group) in [
        (&code, json!({"type": "string"}), Breaking),
        (
            &code,
            json!({"type": "integer", "enum": [1000]}),
            NeedsPerson,
        ),
        (&data, json!({"type": "string", "nullable": true}), Breaking),
        (&data, json!({"type": "array", "items": {}}), Breaking),
    ] {
        let report = documents(&edited(pointer, Some(value.clone())));
        assert!(report.count(group) > 0, "{value}: {report:#?}");
    }
}

/// A role on a field that does not exist would silently have no effect.
#[test]
fn every_role_is_given_to_something_in_the_documents() {
    let file = |name: &str, text: &str| document::File {
        name: name.to_owned(),
        text: text.to_owned(),
    };
    let vendored = [file(
        "faceswap.yaml",
        include_str!("../../../openapi/faceswap.yaml"),
    )];
    let all =
        document::combined(&vendored, include_str!("../../../openapi/supplement.yaml")).unwrap();
    let table: toml::Table = toml::from_str(include_str!("../../roles.toml")).unwrap();
    let operations = table["operation"].as_array().unwrap();
    assert_eq!(roles().unwrap().operations().count(), 10);
    for operation in operations {
        let text = |key: &str| operation[key].as_str().unwrap();
        let node = &all["paths"][text("path")][text("method")];
        assert!(node.is_object(), "{operation}");
        for (direction, schema) in [
            (
                "received",
                "/responses/200/content/application~1json/schema",
            ),
            ("sent", "/requestBody/content/application~1json/schema"),
        ] {
            let fields = operation.get(direction).and_then(toml::Value::as_table);
            for (path, _) in fields.into_iter().flatten() {
                let found = if let Some(name) = path.strip_prefix('?') {
                    let parameters = node["parameters"].as_array().unwrap();
                    parameters.iter().any(|one| one["name"] == *name)
                } else {
                    let steps = path.split(['.', '[']).filter(|step| !step.is_empty());
                    has(
                        &all,
                        node.pointer(schema).unwrap(),
                        &steps.collect::<Vec<_>>(),
                    )
                };
                assert!(
                    found,
                    "{} {}: nothing at {path}",
                    text("method"),
                    text("path")
                );
            }
        }
    }
}

/// Whether a schema has the field at the end of these steps (`]` for the items of a list).
fn has(document: &Value, schema: &Value, steps: &[&str]) -> bool {
    if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
        return has(document, document.pointer(&target[1..]).unwrap(), steps);
    }
    let parts = schema.get("allOf").and_then(Value::as_array);
    let in_part = parts
        .into_iter()
        .flatten()
        .any(|part| has(document, part, steps));
    let inner = match steps {
        [] => return true,
        ["]", ..] => schema.get("items"),
        [name, ..] => schema
            .get("properties")
            .and_then(|fields| fields.get(*name)),
    };
    in_part || inner.is_some_and(|inner| has(document, inner, &steps[1..]))
}

#[test]
fn each_change_of_the_status_table_is_one_row() {
    let rows = |rows: &[(i64, &str)]| -> Vec<StatusRow> {
        let row = |(value, description): &(i64, &str)| StatusRow {
            value: *value,
            description: (*description).to_owned(),
        };
        rows.iter().map(row).collect()
    };
    let old = rows(&[(1, "In Queue"), (4, "Failed")]);
    for (new, what, group) in [
        (
            &[(1, "In Queue"), (4, "Failed"), (5, "Gone")][..],
            "status 5 in the page's table: added",
            NeedsPerson,
        ),
        (
            &[(1, "In Queue")],
            "status 4 in the page's table: removed",
            NeedsPerson,
        ),
        (
            &[(1, "In Queue"), (4, "Refused")],
            "status 4 in the page's table: described differently",
            NeedsPerson,
        ),
        (
            &[(4, "Failed"), (1, "In Queue")],
            "status table: rows reordered",
            Compatible,
        ),
    ] {
        let new = rows(new);
        let snapshot = |statuses| Snapshot {
            document: &BASE,
            statuses,
        };
        let report = compare(&snapshot(&old), &snapshot(&new)).unwrap();
        let [row] = report.changes() else {
            panic!("{report:#?}")
        };
        assert_eq!((row.group, row.place.as_str()), (group, "status table"));
        assert_eq!(format!("{}: {}", row.subject, row.what), what);
        assert!(
            compare(&snapshot(&new), &snapshot(&new))
                .unwrap()
                .is_empty()
        );
    }
}
