//! The checked-in code that is generated from the documents in `openapi/`, and what changes in it.

use std::{any::Any, collections::BTreeMap, panic};

use quote::ToTokens as _;
use syn::{Attribute, ImplItem, Item};

use crate::{
    document::{self, File},
    generate,
    problem::Problem,
    tree::Tree,
};

const HINT: &str = "edit openapi/overlay.yaml: add what is missing, correct or remove what no longer \
                    fits, then run this command again";

/// The generated sources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generated {
    /// The client.
    pub client: String,
    /// The typed httpmock helpers.
    pub httpmock: String,
}

impl Generated {
    /// Generates both from the vendored documents and the tree's supplement and overlay.
    ///
    /// # Errors
    ///
    /// If an action of the overlay is not used, or the generator rejects the document.
    pub(crate) fn new(tree: &Tree, vendored: &[File]) -> Result<Self, Problem> {
        let supplement = tree.read(&tree.supplement())?;
        let overlay = tree.read(&tree.overlay())?;
        // The generator panics on some documents, such as those with two different typed errors.
        let hook = panic::take_hook();
        panic::set_hook(Box::new(|_| {}));
        let result = panic::catch_unwind(|| {
            let document = document::effective(vendored, &supplement, &overlay)
                .map_err(|error| error.to_string())?;
            let error = |error: generate::GenerateError| error.to_string();
            Ok(Self {
                client: generate::client(&document).map_err(error)?,
                httpmock: generate::httpmock(&document).map_err(error)?,
            })
        });
        panic::set_hook(hook);
        result
            .unwrap_or_else(|payload| Err(format!("the generator panicked: {}", text(&*payload))))
            .map_err(|why: String| Problem::new(why).hint(HINT))
    }
}

fn text(payload: &(dyn Any + Send)) -> String {
    if let Some(text) = payload.downcast_ref::<String>() {
        text.clone()
    } else if let Some(text) = payload.downcast_ref::<&str>() {
        (*text).to_owned()
    } else {
        "no message".to_owned()
    }
}

/// The names of types and methods that were removed or changed, so that code written against the old
/// client may not compile. New ones, and new fields of a type, are not listed: the compiler decides
/// whether those fit.
pub fn changed(old: &str, new: &str) -> Vec<String> {
    let (old, new) = (items(old), items(new));
    old.into_iter()
        .filter(|(name, parts)| {
            new.get(name)
                .is_none_or(|new| !parts.iter().all(|part| new.contains(part)))
        })
        .map(|(name, _)| name)
        .collect()
}

/// The types and methods of a client by name, each in parts: a type's attributes and fields, a
/// method's signature.
fn items(source: &str) -> BTreeMap<String, Vec<String>> {
    let mut found = BTreeMap::new();
    let Ok(file) = syn::parse_file(source) else {
        return found;
    };
    for item in file.items {
        match item {
            Item::Mod(types) if types.ident == "types" => {
                for item in types.content.into_iter().flat_map(|(_, items)| items) {
                    add_type(item, &mut found);
                }
            }
            Item::Impl(item) if item.trait_.is_none() => {
                for item in item.items {
                    if let ImplItem::Fn(item) = item {
                        let signature = item.sig.to_token_stream().to_string();
                        found.insert(format!("Client::{}", item.sig.ident), vec![signature]);
                    }
                }
            }
            _ => {}
        }
    }
    found
}

fn add_type(item: Item, found: &mut BTreeMap<String, Vec<String>>) {
    match item {
        Item::Struct(mut item) => {
            undocument(&mut item.attrs);
            let mut parts: Vec<String> = Vec::new();
            for field in &mut item.fields {
                undocument(&mut field.attrs);
                parts.push(field.to_token_stream().to_string());
            }
            let attributes = item.attrs.iter().map(|a| a.to_token_stream().to_string());
            // Whether `Default` is derived depends on the fields alone.
            parts.extend(attributes.filter(|attribute| !attribute.contains("derive")));
            found.insert(item.ident.to_string(), parts);
        }
        Item::Enum(mut item) => {
            undocument(&mut item.attrs);
            for variant in &mut item.variants {
                undocument(&mut variant.attrs);
            }
            found.insert(
                item.ident.to_string(),
                vec![item.to_token_stream().to_string()],
            );
        }
        Item::Type(mut item) => {
            undocument(&mut item.attrs);
            found.insert(
                item.ident.to_string(),
                vec![item.to_token_stream().to_string()],
            );
        }
        _ => {}
    }
}

fn undocument(attributes: &mut Vec<Attribute>) {
    attributes.retain(|attribute| !attribute.path().is_ident("doc"));
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "
        pub mod types {
            /// A row
            pub struct Row { /// Text
                #[serde(rename = \"_id\")] pub id: Option<String>, pub code: i64 }
            pub struct Gone { pub a: i64 }
            impl Row { fn a() {} }
        }
        impl Client { pub async fn get(&self, row: &types::Row) -> types::Row { old() } }
        impl ClientInfo for Client { fn x() {} }";

    fn changes(from: &str, to: &str) -> Vec<String> {
        assert!(OLD.contains(from), "{from}");
        changed(OLD, &OLD.replace(from, to))
    }

    #[test]
    fn what_code_relies_on_is_compared() {
        assert_eq!(changed(OLD, OLD), [""; 0]);
        for (from, to) in [
            ("/// A row", "/// Another row"),
            ("/// Text", ""),
            ("old()", "new()"),
            ("pub code: i64", "pub code: i64, pub more: Option<i64>"),
            ("pub struct Gone", "pub struct New; pub struct Gone"),
            ("fn x()", "fn y()"),
        ] {
            assert_eq!(changes(from, to), [""; 0], "{from}");
        }
        for (from, to, name) in [
            ("\"_id\"", "\"id\"", "Row"),
            ("Option<String>", "String", "Row"),
            ("pub code: i64", "", "Row"),
            ("pub code: i64", "pub code: f64", "Row"),
            ("pub struct Gone { pub a: i64 }", "", "Gone"),
            ("pub struct Gone { pub a: i64 }", "pub enum Gone {}", "Gone"),
            ("row: &types::Row", "row: &types::Gone", "Client::get"),
            ("fn get", "fn look_up", "Client::get"),
        ] {
            assert_eq!(changes(from, to), [name], "{from} -> {to}");
        }
    }
}
