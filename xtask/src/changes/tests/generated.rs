//! The report against generated code: what it does not call breaking leaves the generated methods
//! and types of the operations that the SDK uses compatible.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher as _, RandomState};
use std::panic;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::RngSeed;
use quote::ToTokens as _;
use syn::visit::Visit as _;

use super::*;
use crate::generate;

/// What is generated: the methods, and the types that they use, by name.
#[derive(Debug, Clone)]
struct Generated {
    methods: BTreeMap<String, String>,
    types: BTreeMap<String, Type>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Type {
    /// The fields of a struct by name, and the attributes of the struct.
    Struct(BTreeMap<String, String>, BTreeSet<String>),
    /// Any other item, with its implementations.
    Other(BTreeSet<String>),
}

/// The vendored documents and the supplement as one: all operations that the SDK uses.
static ALL: LazyLock<Value> = LazyLock::new(|| {
    let vendored = include_str!("../../../../openapi/faceswap.yaml").to_owned();
    let supplement = include_str!("../../../../openapi/supplement.yaml");
    document::combined(&[file(vendored)], supplement).unwrap()
});

fn file(text: String) -> document::File {
    let name = "faceswap.yaml".to_owned();
    document::File { name, text }
}

/// The document from which the client is generated. `None` if an action of the overlay no longer
/// matches, which `regen` reports separately.
fn effective(document: &Value) -> Option<Value> {
    let overlay = include_str!("../../../../openapi/overlay.yaml");
    document::effective(&[file(document.to_string())], "{}", overlay).ok()
}

/// `None` if nothing can be generated from the document.
fn generated(effective: &Value) -> Option<Generated> {
    let source = panic::catch_unwind(|| generate::client(effective).ok());
    let file = syn::parse_file(&source.ok()??).ok()?;
    let mut methods = BTreeMap::new();
    let mut names = Names::default();
    for item in &file.items {
        let syn::Item::Impl(item) = item else {
            continue;
        };
        for item in &item.items {
            if let syn::ImplItem::Fn(method) = item
                && method.sig.asyncness.is_some()
            {
                names.visit_signature(&method.sig);
                let mut method = method.clone();
                method.attrs.clear();
                methods.insert(
                    method.sig.ident.to_string(),
                    method.to_token_stream().to_string(),
                );
            }
        }
    }
    let types = file.items.into_iter().find_map(|item| match item {
        syn::Item::Mod(item) if item.ident == "types" => Some(item.content?.1),
        _ => None,
    })?;
    let mut items: BTreeMap<String, Vec<syn::Item>> = BTreeMap::new();
    for item in types {
        let name = match &item {
            syn::Item::Struct(item) => item.ident.to_string(),
            syn::Item::Enum(item) => item.ident.to_string(),
            syn::Item::Type(item) => item.ident.to_string(),
            syn::Item::Impl(item) => item.self_ty.to_token_stream().to_string(),
            _ => continue,
        };
        items.entry(name).or_default().push(item);
    }
    let mut used = BTreeMap::new();
    while let Some(name) = names.0.pop() {
        if let Some(of_type) = items.remove(&name) {
            for item in &of_type {
                if !matches!(item, syn::Item::Impl(_)) {
                    names.visit_item(item);
                }
            }
            used.insert(name, summary(of_type));
        }
    }
    Some(Generated {
        methods,
        types: used,
    })
}

/// The identifiers of a piece of code.
#[derive(Default)]
struct Names(Vec<String>);

impl<'ast> syn::visit::Visit<'ast> for Names {
    fn visit_ident(&mut self, ident: &'ast syn::Ident) {
        self.0.push(ident.to_string());
    }
}

/// The items of one type, without their documentation.
fn summary(items: Vec<syn::Item>) -> Type {
    let undocumented = |attributes: &mut Vec<syn::Attribute>| {
        attributes.retain(|attribute| !attribute.path().is_ident("doc"));
    };
    let mut other = BTreeSet::new();
    for mut item in items {
        match &mut item {
            syn::Item::Struct(item) => {
                undocumented(&mut item.attrs);
                if matches!(item.fields, syn::Fields::Named(_)) {
                    let mut fields = BTreeMap::new();
                    for field in &mut item.fields {
                        undocumented(&mut field.attrs);
                        let name = field.ident.to_token_stream().to_string();
                        fields.insert(name, field.to_token_stream().to_string());
                    }
                    let attributes = item.attrs.iter();
                    let attributes = attributes.map(|one| one.to_token_stream().to_string());
                    return Type::Struct(fields, attributes.collect());
                }
            }
            syn::Item::Enum(item) => {
                undocumented(&mut item.attrs);
                let variants = item.variants.iter_mut();
                variants.for_each(|variant| undocumented(&mut variant.attrs));
            }
            syn::Item::Type(item) => undocumented(&mut item.attrs),
            _ => {}
        }
        other.insert(item.to_token_stream().to_string());
    }
    Type::Other(other)
}

impl Generated {
    /// Whether code that uses `old`, and responses that `old` reads, work with this too: nothing
    /// differs but optional fields that were added.
    fn is_compatible_with(&self, old: &Self) -> bool {
        let is_type_compatible = |(name, old): (&String, &Type)| match (old, self.types.get(name)) {
            (Type::Struct(was, attributes), Some(Type::Struct(is, attributes_now))) => {
                attributes == attributes_now
                    && was.iter().all(|(name, field)| is.get(name) == Some(field))
                    && is.iter().all(|(name, field)| {
                        was.contains_key(name) || OPTIONAL.iter().any(|one| field.contains(one))
                    })
            }
            (old, new) => new == Some(old),
        };
        self.methods == old.methods && old.types.iter().all(is_type_compatible)
    }
}

const TYPES: [&str; 6] = ["string", "integer", "number", "boolean", "object", "array"];
/// What a field that may be absent contains.
const OPTIONAL: [&str; 2] = [":: option :: Option <", "serde (flatten)"];

const NAMES: [&str; 7] = ["code", "msg", "data", "result", "_id", "url", "new"];
const COMPOSITIONS: [&str; 3] = ["allOf", "oneOf", "anyOf"];

/// A small schema, with names of fields and components of the document.
fn schema() -> impl Strategy<Value = Value> {
    // Not the envelope: inside another schema, the rule that prepares documents would make the
    // `code` of every response optional.
    let components = ["FaceswapResultList", "FaceswapResultDetail"];
    let leaf = prop_oneof![
        4 => select(&TYPES[..]).prop_map(|kind| json!({"type": kind})),
        1 => (select(&TYPES[..]), any::<bool>())
            .prop_map(|(kind, flag)| json!({"type": kind, "nullable": flag})),
        1 => Just(json!({})),
        1 => Just(json!({"type": "integer", "enum": [1000]})),
        1 => Just(json!({"type": "string", "enum": ["a", "b"]})),
        1 => Just(json!({"type": "string", "format": "date-time"})),
        1 => Just(json!({"type": "string", "maxLength": 9})),
        2 => select(components.map(String::from).to_vec())
            .prop_map(|name| json!({"$ref": format!("#/components/schemas/{name}")})),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        let fields = btree_map(select(&NAMES[..]), inner.clone(), 0..3);
        prop_oneof![
            3 => (fields, vec(select(&NAMES[..]), 0..2), any::<bool>())
                .prop_map(|(properties, required, is_typed)| {
                    let mut schema = json!({"properties": properties});
                    if !required.is_empty() {
                        schema["required"] = json!(required);
                    }
                    if is_typed {
                        schema["type"] = json!("object");
                    }
                    schema
                }),
            1 => inner.clone().prop_map(|items| json!({"type": "array", "items": items})),
            1 => (select(&COMPOSITIONS[..]), vec(inner.clone(), 1..3))
                .prop_map(|(key, parts)| json!({key: parts})),
            1 => (inner, any::<bool>())
                .prop_map(|(part, flag)| json!({"allOf": [part], "nullable": flag})),
        ]
    })
}

/// What is done to one schema of the document.
#[derive(Debug, Clone)]
enum Edit {
    /// Another schema in its place.
    Replace(Value),
    /// It and another one.
    And(&'static str, Value),
    /// It alone, written as a composition.
    Wrap(&'static str),
    /// A keyword that is set, or removed.
    Keyword(&'static str, Value),
    /// One more property.
    Property(&'static str, Value),
    /// One more part of its `allOf`.
    Part(Value),
}

fn edit() -> impl Strategy<Value = Edit> {
    let keywords = vec![
        ("nullable", json!(true)),
        ("required", json!(["code"])),
        ("required", json!(["data", "msg"])),
        ("required", json!(["nobody"])),
        ("required", Value::Null),
        ("additionalProperties", json!(false)),
        ("additionalProperties", json!({})),
        ("additionalProperties", json!(true)),
        ("description", json!("x")),
        ("title", json!("Other")),
        ("default", json!(1)),
        ("deprecated", json!(true)),
        ("readOnly", json!(true)),
        ("enum", json!([1, 2])),
        ("enum", Value::Null),
        ("format", json!("int32")),
        ("format", Value::Null),
        ("maximum", json!(7)),
        ("minItems", json!(1)),
        ("type", json!("string")),
        ("type", Value::Null),
        ("items", json!({"type": "string"})),
        ("properties", Value::Null),
    ];
    prop_oneof![
        schema().prop_map(Edit::Replace),
        (select(&COMPOSITIONS[..]), schema()).prop_map(|(key, part)| Edit::And(key, part)),
        select(&COMPOSITIONS[..]).prop_map(Edit::Wrap),
        select(keywords).prop_map(|(key, value)| Edit::Keyword(key, value)),
        (select(&NAMES[..]), schema()).prop_map(|(name, schema)| Edit::Property(name, schema)),
        schema().prop_map(Edit::Part),
    ]
}

/// The pointers of all schemas.
fn schemas(document: &Value) -> Vec<String> {
    fn walk(at: &str, schema: &Value, found: &mut Vec<String>) {
        found.push(at.to_owned());
        for (key, value) in schema.as_object().into_iter().flatten() {
            let at = format!("{at}/{key}");
            match (key.as_str(), value) {
                ("properties", Value::Object(fields)) => {
                    for (name, field) in fields {
                        walk(&format!("{at}/{name}"), field, found);
                    }
                }
                ("allOf" | "oneOf" | "anyOf", Value::Array(parts)) => {
                    for (index, part) in parts.iter().enumerate() {
                        walk(&format!("{at}/{index}"), part, found);
                    }
                }
                ("items" | "additionalProperties", schema) => walk(&at, schema, found),
                _ => {}
            }
        }
    }
    let mut found = Vec::new();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        walk(&format!("/components/schemas/{name}"), schema, &mut found);
    }
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let at = format!("/paths/{}/{method}", path.replace('/', "~1"));
            for inner in [
                "/parameters/0/schema",
                "/requestBody/content/application~1json/schema",
                "/responses/200/content/application~1json/schema",
            ] {
                if let Some(schema) = operation.pointer(inner) {
                    walk(&format!("{at}{inner}"), schema, &mut found);
                }
            }
        }
    }
    found
}

fn apply(document: &mut Value, at: Index, edit: Edit) {
    let all = schemas(document);
    let schema = document.pointer_mut(&all[at.index(all.len())]).unwrap();
    match (edit, schema) {
        (Edit::Replace(other), schema) => *schema = other,
        (Edit::And(key, part), schema) => *schema = json!({key: [schema.take(), part]}),
        (Edit::Wrap(key), schema) => *schema = json!({key: [schema.take()]}),
        (Edit::Keyword(key, Value::Null), Value::Object(schema)) => drop(schema.remove(key)),
        (Edit::Keyword(key, value), Value::Object(schema)) => {
            schema.insert(key.into(), value);
        }
        (Edit::Property(name, field), schema @ Value::Object(_)) => {
            schema["properties"][name] = field;
        }
        (Edit::Part(part), schema) => {
            if let Some(Value::Array(parts)) = schema.get_mut("allOf") {
                parts.push(part);
            }
        }
        _ => {}
    }
}

/// New cases in every run, or those of `PROPTEST_RNG_SEED`; a failure names its seed.
static SEED: LazyLock<u64> = LazyLock::new(|| match ProptestConfig::default().rng_seed {
    RngSeed::Random => RandomState::new().hash_one(0),
    RngSeed::Fixed(seed) => seed,
});

fn config() -> ProptestConfig {
    let default = ProptestConfig::default();
    let is_set = std::env::var_os("PROPTEST_CASES").is_some();
    ProptestConfig {
        cases: if is_set { default.cases } else { 48 },
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(*SEED),
        ..default
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_is_not_breaking_leaves_generated_code_compatible(
        edits in vec((any::<Index>(), edit()), 1..3),
    ) {
        static OLD: LazyLock<Generated> = LazyLock::new(|| generated(&effective(&ALL).unwrap()).unwrap());
        let mut new = ALL.clone();
        for (at, edit) in edits {
            apply(&mut new, at, edit);
        }
        let report = openapi_changes::compare(&ALL, &new, &roles().unwrap());
        if let (0, Some(effective)) = (report.count(Breaking), effective(&new)) {
            let code = generated(&effective);
            let is_compatible = code.as_ref().is_some_and(|code| code.is_compatible_with(&OLD));
            let rows: Vec<_> =
                report.changes().iter().map(|row| (row.group, row.kind, &row.place)).collect();
            prop_assert!(
                is_compatible,
                "PROPTEST_RNG_SEED={}\n{rows:#?}\n{code:#?}\n{new:#}",
                *SEED
            );
        }
    }
}
