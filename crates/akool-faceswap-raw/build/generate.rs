//! From the vendored document and the overlay to Rust source: the one place that knows the
//! generator and its settings.
//!
//! `build.rs` compiles this file for the client, `cargo xtask regen` for the checked-in copies of
//! the client and of the httpmock helpers, so that there is one set of settings and the copies can
//! be compared byte for byte.

use std::{collections::BTreeSet, fmt};

use enumset::EnumSet;
use openapiv3::OpenAPI;
use progenitor::{GenerationSettings, Generator, HooksMode, InterfaceStyle, TypePatch};
use quote::quote;
use roas_overlay::{
    apply::{Apply, ApplyOptions},
    v1_1::Overlay,
};
use serde_json::Value;

/// Components whose generated type is a hand-written one: schema name, Rust path.
const REPLACED: &[(&str, &str)] = &[
    ("ResultUrl", "crate::ResultUrl"),
    ("Secret", "crate::Secret"),
];

/// Why there is no source: one line for the person at the terminal.
#[derive(Debug)]
pub(crate) struct GenerateError(String);

impl fmt::Display for GenerateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for GenerateError {}

fn error(what: &str, why: impl fmt::Display) -> GenerateError {
    GenerateError(format!("{what}: {why}"))
}

/// The vendored document with the overlay applied: what the client is generated from.
///
/// # Errors
///
/// If either text is not YAML of its kind, or an action of the overlay matches nothing.
pub(crate) fn effective_document(vendored: &str, overlay: &str) -> Result<Value, GenerateError> {
    let mut document: Value = serde_saphyr::from_str(vendored)
        .map_err(|e| error("openapi/faceswap.yaml is not YAML", e))?;
    let overlay: Overlay = serde_saphyr::from_str(overlay)
        .map_err(|e| error("openapi/overlay.yaml is not an OpenAPI Overlay 1.1", e))?;
    overlay
        .apply(&mut document, EnumSet::only(ApplyOptions::ErrorOnZeroMatch))
        .map_err(|e| error("openapi/overlay.yaml does not fit openapi/faceswap.yaml", e))?;
    Ok(document)
}

/// The source of the client.
///
/// # Errors
///
/// If the document is not one that the generator takes, or if a setting of this file was without
/// effect, which the generator itself passes over in silence.
pub(crate) fn client(document: &Value) -> Result<String, GenerateError> {
    let spec = parse(document)?;
    let mut settings = settings();

    // The generator's settings have no attribute for all types, only patches by name; the first
    // pass is there to learn the names.
    let mut names = Generator::new(&settings);
    names
        .generate_tokens(&spec)
        .map_err(|e| error("the document cannot be generated from", e))?;
    let names: BTreeSet<String> = names
        .get_type_space()
        .iter_types()
        .map(|kind| kind.name())
        .filter(|name| name.chars().all(char::is_alphanumeric))
        .collect();
    let mut patch = TypePatch::default();
    patch.with_attr(r#"#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]"#);
    for name in &names {
        settings.with_patch(name, &patch);
    }

    let tokens = Generator::new(&settings)
        .generate_tokens(&spec)
        .map_err(|e| error("the document cannot be generated from", e))?;
    let source = format(tokens)?;
    for (schema, path) in REPLACED {
        if !source.contains(&format!("{path},")) && !source.contains(&format!("<{path}>")) {
            return Err(error(
                "a replacement was without effect",
                format!("no generated field has {path} in place of the component {schema}"),
            ));
        }
    }
    Ok(source)
}

/// The source of the typed httpmock helpers.
///
/// # Errors
///
/// As [`client`].
pub(crate) fn httpmock(document: &Value) -> Result<String, GenerateError> {
    let spec = parse(document)?;
    let mut settings = settings();
    settings.with_interface(InterfaceStyle::Builder);
    let tokens = Generator::new(&settings)
        .httpmock(&spec, "akool_faceswap_raw")
        .map_err(|e| error("no mocks can be generated from the document", e))?;
    format(tokens)
}

fn settings() -> GenerationSettings {
    let mut settings = GenerationSettings::new();
    settings
        .with_interface(InterfaceStyle::Positional)
        .with_hooks(HooksMode::Expected)
        .with_inner_type(quote!(crate::Seam))
        .with_map_type("::std::collections::BTreeMap");
    for (schema, path) in REPLACED {
        settings.with_replacement(schema, path, std::iter::empty());
    }
    settings
}

fn parse(document: &Value) -> Result<OpenAPI, GenerateError> {
    serde_json::from_value(document.clone())
        .map_err(|e| error("the document is not OpenAPI 3.0", e))
}

fn format(tokens: proc_macro2::TokenStream) -> Result<String, GenerateError> {
    let file = syn::parse2(tokens).map_err(|e| error("the generated code is not Rust", e))?;
    Ok(format!(
        "// @generated from openapi/faceswap.yaml and openapi/overlay.yaml by `cargo xtask regen`.\n\
         // Do not edit: change the overlay and run the command again.\n\n{}",
        prettyplease::unparse(&file)
    ))
}
