//! Every difference has a row: random edits, checked against a simple comparison of values.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::Map;

use super::*;
use crate::pointer::child;

/// Keywords that are known, and some that are not.
const KEYS: [&str; 40] = [
    "type",
    "format",
    "required",
    "nullable",
    "deprecated",
    "enum",
    "properties",
    "items",
    "allOf",
    "oneOf",
    "anyOf",
    "not",
    "additionalProperties",
    "maxLength",
    "minimum",
    "pattern",
    "uniqueItems",
    "default",
    "title",
    "description",
    "example",
    "$ref",
    "parameters",
    "requestBody",
    "responses",
    "content",
    "headers",
    "security",
    "servers",
    "operationId",
    "schema",
    "in",
    "name",
    "scheme",
    "style",
    "post",
    "url",
    "tags",
    "x-internal",
    "200",
];

#[derive(Debug, Clone)]
enum Edit {
    Replace(Index, Value),
    Insert(Index, String, Value),
    Remove(Index),
    /// Copies one part of the document over another.
    Copy(Index, Index),
    Reverse(Index),
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-3i64..9).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        select(
            &[
                "string",
                "integer",
                "ids",
                "query",
                "3.1.0",
                "#/components/schemas/Envelope",
                "#/components/schemas/Job",
                "#/nowhere",
                "`|\n"
            ][..]
        )
        .prop_map(Value::from),
        Just(json!({"$ref": "#/components/schemas/JobList"})),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map(select(&KEYS[..]), inner, 0..4).prop_map(|entries| {
                entries
                    .into_iter()
                    .map(|(key, value)| (key.to_owned(), value))
                    .collect::<Map<_, _>>()
                    .into()
            }),
        ]
    })
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        (any::<Index>(), value()).prop_map(|(at, value)| Edit::Replace(at, value)),
        (any::<Index>(), select(&KEYS[..]), value()).prop_map(|(at, key, value)| Edit::Insert(
            at,
            key.to_owned(),
            value
        )),
        any::<Index>().prop_map(Edit::Remove),
        (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Edit::Copy(from, to)),
        any::<Index>().prop_map(Edit::Reverse),
    ]
}

/// The pointers of all values inside `value`, itself left out.
fn pointers(value: &Value) -> Vec<String> {
    fn walk(at: &str, value: &Value, found: &mut Vec<String>) {
        let mut visit = |key: &str, value: &Value| {
            let at = child(at, key);
            found.push(at.clone());
            walk(&at, value, found);
        };
        match value {
            Value::Object(object) => object.iter().for_each(|(key, value)| visit(key, value)),
            Value::Array(list) => {
                for (index, value) in list.iter().enumerate() {
                    visit(&index.to_string(), value);
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    walk("", value, &mut found);
    found
}

fn apply(document: &mut Value, edit: Edit) {
    let all = pointers(document);
    if all.is_empty() {
        return;
    }
    let pick = |index: Index| all[index.index(all.len())].as_str();
    match edit {
        Edit::Replace(at, value) => *document.pointer_mut(pick(at)).unwrap() = value,
        Edit::Insert(at, key, value) => match document.pointer_mut(pick(at)).unwrap() {
            Value::Object(object) => {
                object.insert(key, value);
            }
            Value::Array(list) => list.push(value),
            _ => {}
        },
        Edit::Remove(at) => {
            remove(document, pick(at));
        }
        Edit::Copy(from, to) => {
            let part = document.pointer(pick(from)).unwrap().clone();
            *document.pointer_mut(pick(to)).unwrap() = part;
        }
        Edit::Reverse(at) => {
            if let Value::Array(list) = document.pointer_mut(pick(at)).unwrap() {
                list.reverse();
            }
        }
    }
}

fn random(edits: Vec<Edit>) -> Value {
    edited(&RICH, |document| {
        for edit in edits {
            apply(document, edit);
        }
    })
}

/// Where two values differ, found without any knowledge of the format. A list counts as a whole:
/// its parts may be matched otherwise than by index.
fn differences(at: &str, old: &Value, new: &Value, found: &mut Vec<String>) {
    match (old, new) {
        (Value::Object(was), Value::Object(is)) => {
            for key in was
                .keys()
                .chain(is.keys().filter(|key| !was.contains_key(*key)))
            {
                let at = child(at, key);
                match (was.get(key), is.get(key)) {
                    (Some(old), Some(new)) => differences(&at, old, new, found),
                    _ => found.push(at),
                }
            }
        }
        _ if old != new => found.push(at.to_owned()),
        _ => {}
    }
}

/// The differences that no row is at, above or below.
fn lost(old: &Value, new: &Value, report: &Report) -> Vec<String> {
    let mut found = Vec::new();
    differences("", old, new, &mut found);
    let within = |inner: &str, outer: &str| {
        inner
            .strip_prefix(outer)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    found.retain(|at| {
        // The row of a field that was added or removed covers whether it is required.
        let fields = at
            .strip_suffix("/required")
            .map(|schema| format!("{schema}/properties"));
        !report.changes().iter().any(|change| {
            [Some(&change.place), change.old_place.as_ref()]
                .into_iter()
                .flatten()
                .any(|place| {
                    let names_it = !place.is_empty() || at.is_empty();
                    names_it
                        && (within(place, at)
                            || within(at, place)
                            || fields.as_ref().is_some_and(|fields| within(place, fields)))
                })
        })
    });
    found
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_report_is_empty_only_for_equal_documents(
        left in vec(edit(), 0..5),
        right in vec(edit(), 0..5),
    ) {
        let (old, new) = (random(left), random(right));
        let report = documents(&old, &new);
        prop_assert_eq!(report.is_empty(), old == new);
        prop_assert_eq!(lost(&old, &new, &report), Vec::<String>::new());
        prop_assert!(documents(&old, &old).is_empty());
        // In the other direction, there are as many rows.
        let back = documents(&new, &old);
        prop_assert_eq!(lost(&new, &old, &back), Vec::<String>::new());
        let rows = |report: &Report| -> Vec<_> {
            let row = |row: &Change| format!("{:?} {} {:?}", row.kind, row.place, row.old_place);
            report.changes().iter().map(row).collect()
        };
        prop_assert_eq!(
            report.changes().len(), back.changes().len(),
            "{:#?}\n{:#?}", rows(&report), rows(&back)
        );
    }

    #[test]
    fn one_edit_is_never_lost(edit in edit()) {
        let new = random(vec![edit]);
        let report = documents(&RICH, &new);
        prop_assert_eq!(report.is_empty(), *RICH == new);
        prop_assert_eq!(lost(&RICH, &new, &report), Vec::<String>::new());
    }

    #[test]
    fn documents_of_any_form_are_compared(old in value(), new in value()) {
        let report = documents(&old, &new);
        prop_assert_eq!(report.is_empty(), old == new);
        let _ = report.to_markdown();
    }
}
