//! From the OpenAPI document to Rust source: the one place that knows the generator and its
//! settings.
//!
//! `build.rs` compiles this file for the client, `cargo xtask regen` for the checked-in copies of
//! the client and of the httpmock helpers, so that there is one set of settings and the copies can
//! be compared byte for byte.

use std::{collections::BTreeSet, fmt};

use openapiv3::OpenAPI;
use proc_macro2::TokenStream;
use progenitor::{GenerationSettings, Generator, HooksMode, InterfaceStyle, TypePatch};
use quote::quote;
use serde_json::Value;
use syn::{
    Attribute, Expr, GenericArgument, ImplItem, Item, Meta, PathArguments, Stmt, Type, parse_quote,
};

/// Components whose generated type is a hand-written one: schema name, Rust path.
const REPLACED: &[(&str, &str)] = &[
    ("ResultUrl", "crate::ResultUrl"),
    ("Secret", "crate::Secret"),
];

/// Why nothing could be generated, in one line for the terminal.
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

/// The source of the client.
///
/// # Errors
///
/// If the generator does not accept the document, or if a setting of this file had no effect, which
/// the generator itself silently ignores.
pub(crate) fn client(document: &Value) -> Result<String, GenerateError> {
    let spec = parse(document)?;
    let mut settings = settings();

    // The generator's settings have no attribute for all types, only patches by name; the first
    // pass finds the names.
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
                "a replacement had no effect",
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
        .with_inner_type(quote!(crate::Hooks))
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

fn format(tokens: TokenStream) -> Result<String, GenerateError> {
    let mut file: syn::File =
        syn::parse2(tokens).map_err(|e| error("the generated code is not Rust", e))?;
    for item in &mut file.items {
        if let Item::Mod(types) = item
            && types.ident == "types"
            && let Some((_, items)) = &mut types.content
        {
            derive_default(items);
            redact(items).map_err(|e| error("no Debug implementation for a generated type", e))?;
            for item in items {
                check_patterns_by_feature(item);
            }
        }
    }
    Ok(format!(
        "// @generated from the documents in openapi/ by `cargo xtask regen`.\n\
         // Do not edit: change the overlay and run the command again.\n\n{}",
        prettyplease::unparse(&file)
    ))
}

/// Puts the check of a pattern in a generated `from_str` behind the feature `regress`.
fn check_patterns_by_feature(item: &mut Item) {
    let Item::Impl(implementation) = item else {
        return;
    };
    let functions = implementation
        .items
        .iter_mut()
        .filter_map(|item| match item {
            ImplItem::Fn(function) if function.sig.ident == "from_str" => Some(function),
            _ => None,
        });
    for function in functions {
        for statement in &mut function.block.stmts {
            let uses_pattern = quote!(#statement).to_string().contains("PATTERN");
            let attributes: Option<&mut Vec<Attribute>> = match statement {
                Stmt::Item(Item::Static(item)) => Some(&mut item.attrs),
                Stmt::Expr(Expr::If(expression), _) => Some(&mut expression.attrs),
                _ => None,
            };
            if let Some(attributes) = attributes.filter(|_| uses_pattern) {
                attributes.push(parse_quote!(#[cfg(feature = "regress")]));
            }
        }
    }
}

/// Derives `Default` wherever every field has one, so that code can build a value by naming some fields
/// and still compiles when the vendor adds one.
fn derive_default(items: &mut [Item]) {
    let mut known: Vec<String> = [
        "i64", "f64", "bool", "String", "Option", "Vec", "BTreeMap", "Map",
    ]
    .map(str::to_owned)
    .into();
    loop {
        let before = known.len();
        for item in &mut *items {
            let Item::Struct(item) = item else {
                continue;
            };
            let has_default = |field: &syn::Field| match &field.ty {
                Type::Path(path) => (path.path.segments.last())
                    .is_some_and(|last| known.iter().any(|name| last.ident == name)),
                _ => false,
            };
            let is_named = matches!(item.fields, syn::Fields::Named(_));
            if is_named
                && !known.contains(&item.ident.to_string())
                && item.fields.iter().all(has_default)
            {
                known.push(item.ident.to_string());
                change_derived(&mut item.attrs, |derived| {
                    if derived.contains(&"Debug") && !derived.contains(&"Default") {
                        derived.push("Default");
                    }
                });
            }
        }
        if known.len() == before {
            return;
        }
    }
}

/// Replaces `derive(Debug)` by an implementation that shows only numbers and flags: links to
/// people's faces, images, landmarks and ids must not reach a log.
fn redact(items: &mut Vec<Item>) -> syn::Result<()> {
    let mut implementations = Vec::new();
    for item in &mut *items {
        let (name, attributes, fields) = match item {
            Item::Struct(item) => (&item.ident, &mut item.attrs, Some(&item.fields)),
            Item::Enum(item) => (&item.ident, &mut item.attrs, None),
            _ => continue,
        };
        if !underive_debug(attributes) {
            continue;
        }
        let shown = fields
            .into_iter()
            .flatten()
            .filter(|field| is_shown(&field.ty));
        let shown = shown.filter_map(|field| field.ident.as_ref()).map(|field| {
            let name = field.to_string();
            quote!(.field(#name, &self.#field))
        });
        let text = name.to_string();
        implementations.push(syn::parse2(quote! {
            impl ::std::fmt::Debug for #name {
                fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                    f.debug_struct(#text) #(#shown)* .finish_non_exhaustive()
                }
            }
        })?);
    }
    items.extend(implementations);
    Ok(())
}

/// Removes `Debug` from the derived traits. Returns whether it was there.
fn underive_debug(attributes: &mut [Attribute]) -> bool {
    let mut was_derived = false;
    change_derived(attributes, |derived| {
        was_derived |= derived.contains(&"Debug");
        derived.retain(|name| *name != "Debug");
    });
    was_derived
}

/// Changes the lists of derived traits.
fn change_derived(attributes: &mut [Attribute], mut change: impl FnMut(&mut Vec<&str>)) {
    for attribute in attributes {
        if let Meta::List(list) = &mut attribute.meta
            && list.path.is_ident("derive")
        {
            let derived = list.tokens.to_string();
            let mut derived = derived.split(',').map(str::trim).collect();
            change(&mut derived);
            list.tokens = derived.join(", ").parse().unwrap_or_default();
        }
    }
}

/// Whether a field is a number or a flag, or an optional one.
fn is_shown(kind: &Type) -> bool {
    let Type::Path(path) = kind else {
        return false;
    };
    let Some(last) = path.path.segments.last() else {
        return false;
    };
    match &last.arguments {
        PathArguments::None => ["i64", "f64", "bool"].iter().any(|name| last.ident == name),
        PathArguments::AngleBracketed(inner) if last.ident == "Option" => {
            matches!(inner.args.first(), Some(GenericArgument::Type(inner)) if is_shown(inner))
        }
        _ => false,
    }
}
