//! Removes from a document what a client must not depend on.
//!
//! Keywords that restrict values (an enum, a format, a limit) would become closed types that reject a
//! whole answer over one new value. Because of required fields, an answer would fail that lacks one.
//! And once these keywords are removed, a page can change them without changing the client.

use serde_json::{Map, Value};

/// Keywords that restrict values; the generator would make closed types of them.
const LIMITS: &[&str] = &[
    "default",
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "pattern",
    "uniqueItems",
];

/// The fields that say whether an answer is a success: every kind of answer has one of them.
const DISCRIMINATORS: &[&str] = &["code", "error_code", "success"];

/// Removes what a client must not depend on.
pub(super) fn loosen(document: &mut Value) {
    let mut answers = Vec::new();
    if let Some(Value::Object(paths)) = document.get_mut("paths") {
        for operation in paths.values_mut().filter_map(Value::as_object_mut) {
            for operation in operation.values_mut() {
                if let Some(Value::Object(responses)) = operation.get_mut("responses") {
                    responses.retain(|status, _| status == "200");
                }
                each_schema(operation, &mut remove_limits);
                for body in ["/requestBody/content", "/responses/200/content"] {
                    if let Some(Value::Object(content)) = operation.pointer_mut(body) {
                        *content = std::mem::take(content)
                            .into_iter()
                            .map(|(kind, body)| (media_type(&kind), body))
                            .collect();
                    }
                }
                if let Some(schema) =
                    operation.pointer_mut("/responses/200/content/application~1json/schema")
                {
                    answers.extend(loosen_answer(schema, true));
                }
            }
        }
    }
    let Some(schemas) = document.pointer_mut("/components/schemas") else {
        return;
    };
    if let Value::Object(schemas) = &mut *schemas {
        for schema in schemas.values_mut() {
            each_schema(schema, &mut remove_limits);
        }
    }
    let mut done = Vec::new();
    while let Some(found) = answers.pop() {
        if !done.contains(&found)
            && let Some(schema) = schemas.get_mut(&found.component)
        {
            answers.extend(loosen_answer(schema, found.is_answer));
            done.push(found);
        }
    }
}

/// Removes restrictions of values, and of undeclared fields: the overlay decides whether those are
/// kept. The schema of a map's values stays.
fn remove_limits(schema: &mut Map<String, Value>) {
    schema.retain(|key, _| !LIMITS.contains(&key.as_str()));
    if schema.contains_key("properties") {
        schema.remove("additionalProperties");
    }
}

/// The media type without its parameters, such as a charset.
fn media_type(kind: &str) -> String {
    kind.split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase()
}

/// Removes the components that no operation refers to, such as the schemas of error responses.
pub(super) fn remove_unused(document: &mut Value) {
    let mut wanted = Vec::new();
    let members = document.as_object().into_iter().flatten();
    let components = document.get("components").and_then(Value::as_object);
    for (key, value) in members.chain(components.into_iter().flatten()) {
        if key != "components" && key != "schemas" {
            references(value, &mut wanted);
        }
    }
    let Some(Value::Object(schemas)) = document.pointer_mut("/components/schemas") else {
        return;
    };
    let mut used = Vec::new();
    while let Some(name) = wanted.pop() {
        if !used.contains(&name)
            && let Some(schema) = schemas.get(&name)
        {
            references(schema, &mut wanted);
            used.push(name);
        }
    }
    schemas.retain(|name, _| used.contains(name));
}

/// The components that a value refers to.
fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            found.extend(component(members));
            members.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

/// A component that an answer refers to.
#[derive(PartialEq, Eq)]
struct Reference {
    component: String,
    /// Whether it is the answer itself or a part of its `allOf`, not something inside.
    is_answer: bool,
}

/// Makes everything in an answer optional except what says whether it succeeded, and a declared
/// `msg`. Returns the components that it refers to.
fn loosen_answer(schema: &mut Value, is_answer: bool) -> Vec<Reference> {
    let mut found = Vec::new();
    let Value::Object(schema) = schema else {
        return found;
    };
    if let Some(component) = component(schema) {
        return vec![Reference {
            component,
            is_answer,
        }];
    }
    for key in ["allOf", "anyOf", "oneOf"] {
        if let Some(Value::Array(parts)) = schema.get_mut(key) {
            for part in parts {
                found.extend(loosen_answer(part, is_answer));
            }
        }
    }
    let declared = schema.remove("required").unwrap_or_default();
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        let is_required = |name: &&String| {
            is_answer
                && (DISCRIMINATORS.contains(&name.as_str())
                    || *name == "msg"
                        && declared
                            .as_array()
                            .is_some_and(|all| all.contains(&"msg".into())))
        };
        let required: Vec<Value> = properties
            .keys()
            .filter(is_required)
            .cloned()
            .map(Value::from)
            .collect();
        for (name, property) in &mut *properties {
            if !required.contains(&Value::from(name.as_str())) {
                make_nullable(property);
            }
            found.extend(loosen_answer(property, false));
        }
        if !required.is_empty() {
            schema.insert("required".to_owned(), required.into());
        }
    }
    for key in ["items", "additionalProperties"] {
        if let Some(inner) = schema.get_mut(key) {
            found.extend(loosen_answer(inner, false));
        }
    }
    found
}

/// Allows null, which reads as absent, and null entries in a list of values.
fn make_nullable(property: &mut Value) {
    let Value::Object(property) = property else {
        return;
    };
    if component(property).is_some() {
        return;
    }
    property.insert("nullable".to_owned(), true.into());
    if let Some(items) = property.get_mut("items")
        && is_of_values(items)
        && let Value::Object(items) = items
    {
        items.insert("nullable".to_owned(), true.into());
    }
}

/// Whether a schema describes plain values and not objects with fields, however it is written.
fn is_of_values(schema: &Value) -> bool {
    let Value::Object(schema) = schema else {
        return false;
    };
    let parts = ["allOf", "anyOf", "oneOf"].into_iter();
    let mut parts = parts
        .filter_map(|key| schema.get(key)?.as_array())
        .flatten();
    component(schema).is_none() && !schema.contains_key("properties") && parts.all(is_of_values)
}

/// The component that a schema refers to.
fn component(schema: &Map<String, Value>) -> Option<String> {
    let reference = schema.get("$ref")?.as_str()?;
    Some(reference.strip_prefix("#/components/schemas/")?.to_owned())
}

/// Calls `f` with every schema in a value. Names of properties are not mistaken for keywords.
fn each_schema(value: &mut Value, f: &mut dyn FnMut(&mut Map<String, Value>)) {
    match value {
        Value::Object(members) => {
            f(members);
            for (key, member) in members {
                match (key.as_str(), member) {
                    ("properties", Value::Object(properties)) => {
                        for property in properties.values_mut() {
                            each_schema(property, f);
                        }
                    }
                    ("example" | "examples", _) => {}
                    (_, member) => each_schema(member, f),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| each_schema(item, f)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document(schemas: &Value, operation: &Value) -> Value {
        json!({"paths": {"/a": {"post": operation}}, "components": {"schemas": schemas}})
    }

    fn answer(schema: &Value) -> Value {
        json!({"200": {"content": {"application/json": {"schema": schema}}}})
    }

    #[test]
    fn limits_are_removed_but_properties_with_their_names_stay() {
        let schema = json!({"type": "object", "required": ["format"], "additionalProperties": false, "properties": {
            "format": {"type": "string", "enum": ["a"], "default": "a", "minLength": 1},
            "map": {"type": "object", "additionalProperties": {"type": "string", "pattern": "a"}},
            "list": {"type": "array", "minItems": 4, "maxItems": 4, "items": {"type": "integer", "format": "int32"}},
        }});
        let operation = json!({"requestBody": {"content": {"application/json": {
            "schema": {"$ref": "#/components/schemas/A"}}}}});
        let mut document = document(&json!({"A": schema}), &operation);
        loosen(&mut document);
        assert_eq!(
            document["components"]["schemas"]["A"],
            json!({"type": "object", "required": ["format"], "properties": {
                "format": {"type": "string"},
                "map": {"type": "object", "additionalProperties": {"type": "string"}},
                "list": {"type": "array", "items": {"type": "integer"}},
            }})
        );
    }

    #[test]
    fn an_answer_requires_only_its_discriminator_and_a_declared_msg() {
        let schemas = json!({
            "Envelope": {"required": ["code", "msg"], "properties": {
                "code": {"type": "integer"}, "msg": {"type": "string"}}},
            "Row": {"required": ["id", "code"], "properties": {
                "id": {"type": "string"}, "code": {"type": "integer"},
                "next": {"$ref": "#/components/schemas/Row"}}},
            "Error": {"required": ["error"]},
        });
        let schema = json!({"allOf": [
            {"$ref": "#/components/schemas/Envelope"},
            {"type": "object", "required": ["data"], "properties": {"data": {"type": "array", "items": {
                "$ref": "#/components/schemas/Row"}}}},
        ]});
        let mut responses = answer(&schema);
        responses["400"] = answer(&json!({"$ref": "#/components/schemas/Error"}))["200"].clone();
        responses["default"] = json!({"description": "An error"});
        let mut document = document(&schemas, &json!({"responses": responses}));
        loosen(&mut document);
        remove_unused(&mut document);
        let nullable = |kind: &str| json!({"type": kind, "nullable": true});
        assert_eq!(
            document["components"]["schemas"],
            json!({
                "Envelope": schemas["Envelope"],
                "Row": {"properties": {
                    "id": nullable("string"), "code": nullable("integer"),
                    "next": {"$ref": "#/components/schemas/Row"}}},
            })
        );
        let responses = &document["paths"]["/a"]["post"]["responses"];
        assert_eq!(responses.as_object().unwrap().len(), 1);
        let data = responses
            .pointer("/200/content/application~1json/schema/allOf/1")
            .unwrap();
        assert_eq!(
            *data,
            json!({"type": "object", "properties": {"data": {"type": "array", "nullable": true,
                "items": {"$ref": "#/components/schemas/Row"}}}})
        );
    }

    #[test]
    fn entries_of_a_list_of_values_may_be_null() {
        let list = json!({"properties": {"a": {"type": "array", "items": {"type": "array",
            "items": {"type": "integer"}}}, "b": {"type": "array", "items": {"properties": {}}}}});
        let operation = json!({"responses": answer(&json!({"$ref": "#/components/schemas/A"}))});
        let mut document = document(&json!({"A": list}), &operation);
        loosen(&mut document);
        assert_eq!(
            document["components"]["schemas"]["A"]["properties"],
            json!({
                "a": {"type": "array", "nullable": true, "items": {"type": "array",
                    "nullable": true, "items": {"type": "integer"}}},
                "b": {"type": "array", "nullable": true, "items": {"properties": {}}},
            })
        );
    }

    #[test]
    fn entries_of_a_list_of_objects_are_not_made_nullable() {
        for rows in [
            json!({"$ref": "#/components/schemas/Row"}),
            json!({"allOf": [{"$ref": "#/components/schemas/Row"}]}),
            json!({"oneOf": [{"allOf": [{"properties": {}}]}]}),
        ] {
            let list = json!({"properties": {"a": {"type": "array", "items": rows}}});
            let operation =
                json!({"responses": answer(&json!({"$ref": "#/components/schemas/A"}))});
            let mut document = document(&json!({"A": list, "Row": {}}), &operation);
            loosen(&mut document);
            let items = &document["components"]["schemas"]["A"]["properties"]["a"]["items"];
            assert_eq!(items.get("nullable"), None, "{rows}");
        }
        let words = json!({"allOf": [{"type": "string"}]});
        let list = json!({"properties": {"a": {"type": "array", "items": words}}});
        let operation = json!({"responses": answer(&json!({"$ref": "#/components/schemas/A"}))});
        let mut document = document(&json!({"A": list}), &operation);
        loosen(&mut document);
        let items = &document["components"]["schemas"]["A"]["properties"]["a"]["items"];
        assert_eq!(items["nullable"], true);
    }

    #[test]
    fn a_media_type_loses_its_parameters() {
        let mut responses = answer(&json!({}));
        let content = responses["200"]["content"].as_object_mut().unwrap();
        let body = content.remove("application/json").unwrap();
        content.insert("Application/JSON; charset=utf-8".to_owned(), body);
        let mut document = document(&json!({}), &json!({"responses": responses}));
        loosen(&mut document);
        let content = &document["paths"]["/a"]["post"]["responses"]["200"]["content"];
        assert!(content.get("application/json").is_some(), "{content}");
    }
}
