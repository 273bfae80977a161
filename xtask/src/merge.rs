//! Merges the documents of several pages into one.
//!
//! Each page repeats the parts that it shares with others: `info`, `servers`, components. Repeated
//! parts must be equal. Otherwise an error names both pages and a JSON pointer, since a client
//! generated from one of two contradicting pages is wrong for the other.
//! Pages keep their order, and everything in them its first-seen order.

use serde_json::{Map, Value};

use crate::{operation::is_method, page::Page, problem::Problem};

const HEADER: &str = "\
# Merged from the vendor's pages in sources.lock by `cargo xtask regen`; do not edit.\n";

/// The text of one vendored document: for one page the content of its fence, byte for byte; for
/// several their merged documents. `pages` pairs each page with its name for problems.
///
/// # Errors
///
/// If two pages contradict each other.
pub fn document(pages: &[(&str, &Page)]) -> Result<String, Problem> {
    if let [(_, page)] = pages {
        return Ok(page.fence.clone());
    }
    let documents: Vec<(&str, &Value)> = pages
        .iter()
        .map(|(name, page)| (*name, &page.document))
        .collect();
    let merged = merge(&documents)?;
    // In a list, its block scalars lose a text that consists of line ends.
    let style = serde_saphyr::ser_options! { prefer_block_scalars: false };
    let body = serde_saphyr::to_string_with_options(&merged, style)
        .map_err(|error| Problem::new(format!("the merged document cannot be written: {error}")))?;
    // The client is generated from the text, so the text must be what was merged.
    let back: Option<Value> = crate::document::parse(&body).ok();
    if back.as_ref() != Some(&merged) {
        return Err(Problem::new(
            "the merged document does not read back as it was written: a bug in the YAML crate",
        ));
    }
    Ok(format!("{HEADER}{body}"))
}

/// The merged document, with the pages so far, to name the one that a later page contradicts.
struct Merged<'a> {
    pages: Vec<(&'a str, &'a Value)>,
    document: Map<String, Value>,
}

fn merge(pages: &[(&str, &Value)]) -> Result<Value, Problem> {
    let mut merged = Merged {
        pages: Vec::new(),
        document: Map::new(),
    };
    for (name, document) in pages {
        merged.add(name, document)?;
        merged.pages.push((name, document));
    }
    Ok(Value::Object(merged.document))
}

impl<'a> Merged<'a> {
    fn add(&mut self, name: &str, document: &'a Value) -> Result<(), Problem> {
        let Some(document) = document.as_object() else {
            return Err(Problem::at(name, "the document is not a mapping"));
        };
        self.require_equal(name, document)?;
        for (key, value) in document {
            let ("paths" | "components", Value::Object(children)) = (key.as_str(), value) else {
                self.document
                    .entry(key.clone())
                    .or_insert_with(|| value.clone());
                continue;
            };
            for (child, value) in children {
                if key == "paths" {
                    self.path(name, child, value)?;
                } else {
                    self.section(name, child, value)?;
                }
            }
        }
        Ok(())
    }

    /// Everything except paths and components applies to all operations, so it must be the same.
    fn require_equal(&self, name: &str, document: &Map<String, Value>) -> Result<(), Problem> {
        let Some((first, Value::Object(before))) = self.pages.first() else {
            return Ok(());
        };
        let mut keys: Vec<&String> = before.keys().chain(document.keys()).collect();
        keys.retain(|key| !matches!(key.as_str(), "paths" | "components"));
        for key in keys {
            let pointer = format!("/{}", escape(key));
            if let Some(found) = difference(before.get(key), document.get(key), pointer) {
                return Err(contradiction(first, name, &found));
            }
        }
        Ok(())
    }

    /// One path: its operations may come from several pages; everything else in it applies to all of them.
    fn path(&mut self, name: &str, path: &str, item: &'a Value) -> Result<(), Problem> {
        let pointer = format!("/paths/{}", escape(path));
        let others = |item: &Value| match item {
            Value::Object(item) => item
                .iter()
                .filter(|(key, _)| !is_method(key))
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect(),
            _ => Map::new(),
        };
        for (first, before) in &self.pages {
            let Some(before) = before.pointer(&pointer) else {
                continue;
            };
            let (old, new) = (Value::from(others(before)), Value::from(others(item)));
            if let Some(found) = difference(Some(&old), Some(&new), pointer.clone()) {
                return Err(contradiction(first, name, &found));
            }
            // A whole document and one of its pages document the same operation.
            for method in item.as_object().into_iter().flat_map(Map::keys) {
                let new = item.get(method);
                if is_method(method)
                    && let Some(old) = before.get(method)
                    && let Some(found) = difference(Some(old), new, format!("{pointer}/{method}"))
                {
                    return Err(contradiction(first, name, &found));
                }
            }
        }
        let merged = object(&mut self.document, "paths", name)?;
        match (merged.get_mut(path), item) {
            (Some(Value::Object(merged)), Value::Object(item)) => {
                merged.extend(item.iter().map(|(key, value)| (key.clone(), value.clone())));
            }
            _ => {
                merged.insert(path.to_owned(), item.clone());
            }
        }
        Ok(())
    }

    /// One section of the components, such as `schemas`.
    fn section(&mut self, name: &str, section: &str, items: &'a Value) -> Result<(), Problem> {
        let Value::Object(items) = items else {
            return Err(Problem::at(
                name,
                format!("/components/{} is not a mapping", escape(section)),
            ));
        };
        for (key, value) in items {
            let pointer = format!("/components/{}/{}", escape(section), escape(key));
            for (first, before) in &self.pages {
                let Some(before) = before.pointer(&pointer) else {
                    continue;
                };
                if let Some(found) = difference(Some(before), Some(value), pointer.clone()) {
                    return Err(contradiction(first, name, &found));
                }
            }
        }
        let components = object(&mut self.document, "components", name)?;
        let merged = object(components, section, name)?;
        for (key, value) in items {
            merged.entry(key.clone()).or_insert_with(|| value.clone());
        }
        Ok(())
    }
}

/// The mapping under a key, created if it is missing.
fn object<'m>(
    map: &'m mut Map<String, Value>,
    key: &str,
    name: &str,
) -> Result<&'m mut Map<String, Value>, Problem> {
    map.entry(key)
        .or_insert_with(|| Value::Object(Map::new()))
        .as_object_mut()
        .ok_or_else(|| Problem::at(name, format!("`{key}` is not a mapping")))
}

fn contradiction(first: &str, second: &str, pointer: &str) -> Problem {
    Problem::new(format!(
        "{first} and {second} contradict each other at {pointer}"
    ))
    .hint("compare the two pages there; the vendor has to correct one of them")
}

fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// The JSON pointer of the first difference; the order of keys does not count.
fn difference(old: Option<&Value>, new: Option<&Value>, pointer: String) -> Option<String> {
    match (old, new) {
        (old, new) if old == new => None,
        (Some(Value::Object(old)), Some(Value::Object(new))) => {
            old.keys().chain(new.keys()).find_map(|key| {
                difference(
                    old.get(key),
                    new.get(key),
                    format!("{pointer}/{}", escape(key)),
                )
            })
        }
        (Some(Value::Array(old)), Some(Value::Array(new))) => (0..old.len().max(new.len()))
            .find_map(|i| difference(old.get(i), new.get(i), format!("{pointer}/{i}"))),
        _ => Some(pointer),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn two(a: &Value, b: &Value) -> Result<Value, String> {
        merge(&[("a.md", a), ("b.md", b)]).map_err(|problem| problem.to_string())
    }

    fn contradict(a: &Value, b: &Value, pointer: &str) {
        for (a, b) in [(a, b), (b, a)] {
            let error = two(a, b).unwrap_err();
            let expected = format!("a.md and b.md contradict each other at {pointer}\n");
            assert!(error.starts_with(&expected), "{error}");
        }
    }

    fn page(document: Value) -> Page {
        Page {
            title: "t".to_owned(),
            operations: Vec::new(),
            fence: "fence: text\n\n".to_owned(),
            document,
            statuses: Vec::new(),
        }
    }

    #[test]
    fn one_page_is_its_fence() {
        let text = document(&[("a.md", &page(json!({"x": 1})))]).unwrap();
        assert_eq!(text, "fence: text\n\n");
    }

    #[test]
    fn equal_things_merge_in_first_seen_order() {
        let a = json!({
            "openapi": "3.0.3", "info": {"title": "t", "version": "1"},
            "paths": {"/z": {"get": {"x": 1}}},
            "components": {"schemas": {"Z": {"type": "object"}, "A": {"a": 1, "b": 2}}},
        });
        let b = json!({
            "info": {"version": "1", "title": "t"}, "openapi": "3.0.3",
            "components": {
                "securitySchemes": {"k": {}},
                "schemas": {"M": {}, "A": {"b": 2, "a": 1}},
            },
            "paths": {"/a": {"get": {}}, "/z": {"post": {}}},
        });
        let merged = two(&a, &b).unwrap();
        assert_eq!(
            serde_json::to_string(&merged).unwrap(),
            serde_json::to_string(&json!({
                "openapi": "3.0.3", "info": {"title": "t", "version": "1"},
                "paths": {"/z": {"get": {"x": 1}, "post": {}}, "/a": {"get": {}}},
                "components": {
                    "schemas": {"Z": {"type": "object"}, "A": {"a": 1, "b": 2}, "M": {}},
                    "securitySchemes": {"k": {}},
                },
            }))
            .unwrap()
        );
    }

    #[test]
    fn unequal_things_name_both_pages_and_the_pointer() {
        let schema = |schema: Value| json!({"components": {"schemas": {"A/b~": schema}}});
        contradict(
            &schema(json!({"properties": {"x": {"type": "integer"}}})),
            &schema(json!({"properties": {"x": {"type": "string"}}})),
            "/components/schemas/A~1b~0/properties/x/type",
        );
        contradict(
            &schema(json!({"enum": [1, 2]})),
            &schema(json!({"enum": [1, 2, 3]})),
            "/components/schemas/A~1b~0/enum/2",
        );
        contradict(
            &json!({"info": {"version": "1"}}),
            &json!({"info": {"version": "2"}}),
            "/info/version",
        );
        contradict(
            &json!({"servers": [{"url": "a"}]}),
            &json!({"servers": [{"url": "b"}]}),
            "/servers/0/url",
        );
        contradict(&json!({"security": []}), &json!({}), "/security");
        contradict(
            &json!({"paths": {"/a": {"get": {}, "parameters": []}}}),
            &json!({"paths": {"/a": {"post": {}}}}),
            "/paths/~1a/parameters",
        );
    }

    #[test]
    fn a_contradiction_names_the_page_that_said_it_first() {
        let schema = |name: &str, kind: u8| json!({"components": {"schemas": {name: kind}}});
        let error = merge(&[
            ("a.md", &schema("A", 1)),
            ("b.md", &schema("B", 1)),
            ("c.md", &schema("B", 2)),
        ])
        .unwrap_err()
        .to_string();
        assert!(error.starts_with("b.md and c.md contradict"), "{error}");
    }

    #[test]
    fn one_operation_from_two_pages_must_be_the_same() {
        let a = json!({"paths": {"/a": {"get": {"x": 1}}}});
        assert_eq!(two(&a, &a).unwrap(), a);
        contradict(
            &a,
            &json!({"paths": {"/a": {"get": {"x": 2}}}}),
            "/paths/~1a/get/x",
        );
    }

    fn text() -> impl Strategy<Value = String> {
        prop_oneof![
            "\\PC{0,12}",
            "[a-z :#\n\"'-]{0,100}",
            Just("yes".to_owned()),
            Just("1.0".to_owned()),
            Just("200".to_owned()),
            Just("~".to_owned()),
            Just("2024-06-27".to_owned()),
            Just("1:20".to_owned()),
            Just("<<".to_owned()),
            Just("\n".to_owned()),
            "[ \n]{1,3}",
        ]
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            (-1e9..1e9).prop_map(Value::from),
            text().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 5, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                proptest::collection::vec((text(), inner), 0..5)
                    .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
            ]
        })
    }

    #[test]
    fn texts_of_line_ends_alone_read_back() {
        let two = |path: &str| page(json!({"x": ["\n"], "paths": {path: {"get": {}}}}));
        let text = document(&[("a.md", &two("/a")), ("b.md", &two("/b"))]).unwrap();
        let back: Value = serde_saphyr::from_str(&text).unwrap();
        assert_eq!(back["x"], json!(["\n"]));
    }

    proptest! {
        #[test]
        fn the_text_reads_back_as_the_document(value in value()) {
            let mut one = json!({"openapi": "3.0.3", "x-any": value, "paths": {"/a": {"get": {}}}});
            let pages = [page(one.clone()), page({
                one["paths"] = json!({"/b": {"get": {}}});
                one.clone()
            })];
            let text = document(&[("a.md", &pages[0]), ("b.md", &pages[1])]).unwrap();
            one["paths"] = json!({"/a": {"get": {}}, "/b": {"get": {}}});
            let back: Value = serde_saphyr::from_str(&text).unwrap();
            prop_assert_eq!(back, one);
        }
    }
}
