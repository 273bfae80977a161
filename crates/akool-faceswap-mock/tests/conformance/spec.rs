//! The vendored document: requests are made from it, and answers are checked against it.

use std::path::{Path, PathBuf};

use akool_faceswap_mock::FakeAkool;
use jsonschema::Validator;
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

#[path = "../../../akool-faceswap-raw/build/document.rs"]
#[allow(dead_code, reason = "the same file serves `cargo xtask regen`")]
mod document;

/// A document in OpenAPI 3.0.
pub(crate) struct Spec(Value);

/// One operation of it.
pub(crate) struct Operation<'a> {
    pub(crate) path: &'a str,
    pub(crate) method: &'a str,
    description: &'a Value,
    answers: Validator,
}

impl Spec {
    /// What the vendor's page says.
    pub(crate) fn vendored() -> Self {
        Self(serde_saphyr::from_str(&read("faceswap.yaml")).unwrap())
    }

    /// The document that the raw client is generated from: with the supplement and the overlay.
    pub(crate) fn effective() -> Self {
        let file = |name: &str| document::File {
            name: name.to_owned(),
            text: read(name),
        };
        let names = std::fs::read_dir(openapi()).unwrap();
        let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let vendored: Vec<_> = document::vendored(names)
            .iter()
            .map(|name| file(name))
            .collect();
        let (supplement, overlay) = (read("supplement.yaml"), read("overlay.yaml"));
        Self(document::effective(&vendored, &supplement, &overlay).unwrap())
    }

    /// All operations.
    pub(crate) fn operations(&self) -> Vec<Operation<'_>> {
        let paths = self.0["paths"].as_object().unwrap();
        let methods = paths.iter().flat_map(|(path, methods)| {
            let methods = methods.as_object().unwrap().iter();
            methods.map(move |(method, description)| (path, method, description))
        });
        methods
            .map(|(path, method, description)| Operation {
                path,
                method,
                description,
                answers: self.validator(&description["responses"]["200"]),
            })
            .collect()
    }

    /// The only operation whose path ends with `path`.
    pub(crate) fn operation(&self, path: &str) -> Operation<'_> {
        let mut found = self.operations();
        found.retain(|operation| operation.path.ends_with(path));
        assert_eq!(found.len(), 1, "operations at {path}");
        found.remove(0)
    }

    fn validator(&self, response: &Value) -> Validator {
        let mut schema = json!({
            "allOf": [response["content"]["application/json"]["schema"]],
            "components": self.0["components"],
        });
        assert!(schema["allOf"][0].is_object(), "{response}");
        as_json_schema(&mut schema);
        // OpenAPI 3.0 builds on a draft that differs from draft 4 only in a few keywords.
        jsonschema::draft4::options()
            .should_validate_formats(true)
            .build(&schema)
            .unwrap()
    }
}

impl Operation<'_> {
    /// A request to the fake, with these values for its parameters or for its body's members.
    pub(crate) fn request(
        &self,
        http: &Client,
        fake: &FakeAkool,
        values: &[(&str, &str)],
    ) -> RequestBuilder {
        let method = self.method.to_uppercase().parse().unwrap();
        let request = http.request(method, format!("{}{}", fake.url(), self.path));
        if self.description["requestBody"].is_object() {
            let body: serde_json::Map<_, _> = values
                .iter()
                .map(|(name, value)| ((*name).to_owned(), json!(value)))
                .collect();
            return request.json(&body);
        }
        let parameters = self.description["parameters"].as_array().unwrap();
        for (name, _) in values {
            let is_declared = parameters
                .iter()
                .any(|parameter| parameter["name"] == *name && parameter["in"] == "query");
            assert!(is_declared, "{name} is not in the document");
        }
        request.query(values)
    }

    /// How an answer violates the document; empty if it conforms.
    pub(crate) fn violations(&self, answer: &Value) -> Vec<String> {
        self.answers
            .iter_errors(answer)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect()
    }
}

fn openapi() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../openapi")
}

fn read(name: &str) -> String {
    let text = std::fs::read_to_string(openapi().join(name)).unwrap();
    text.replace("\r\n", "\n")
}

/// Replaces OpenAPI 3.0's `nullable` by the type `null` of JSON Schema.
fn as_json_schema(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if members.remove("nullable") == Some(json!(true))
                && let Some(base) = members.get_mut("type")
            {
                *base = json!([base, "null"]);
            }
            members.values_mut().for_each(as_json_schema);
        }
        Value::Array(items) => items.iter_mut().for_each(as_json_schema),
        _ => {}
    }
}
