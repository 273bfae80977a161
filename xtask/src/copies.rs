//! The checked-in copies of what is generated from the documents in `openapi/`.

use std::{any::Any, panic};

use crate::{
    document::{self, File},
    generate,
    problem::Problem,
    tree::Tree,
};

/// The generated sources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copies {
    /// The client.
    pub client: String,
    /// The typed httpmock helpers.
    pub httpmock: String,
}

impl Copies {
    /// Generates both from the vendored documents and the tree's supplement and overlay.
    ///
    /// # Errors
    ///
    /// If an action of the overlay is not used, or the generator does not take the document.
    pub(crate) fn generate(tree: &Tree, vendored: &[File]) -> Result<Self, Problem> {
        let supplement = tree.read(&tree.supplement())?;
        let overlay = tree.read(&tree.overlay())?;
        let mend = "edit openapi/overlay.yaml: add what is missing, correct or take out what no longer \
                    fits, then run this command again";
        // The generator panics on some documents, such as two differing typed errors.
        panic::catch_unwind(|| {
            let document = document::effective(vendored, &supplement, &overlay)?;
            Ok(Self {
                client: generate::client(&document)?,
                httpmock: generate::httpmock(&document)?,
            })
        })
        .unwrap_or_else(|payload| Err(format!("the generator panicked: {}", said(&*payload))))
        .map_err(|why: String| Problem::new(why).mend(mend))
    }
}

impl From<document::DocumentError> for String {
    fn from(error: document::DocumentError) -> Self {
        error.to_string()
    }
}

impl From<generate::GenerateError> for String {
    fn from(error: generate::GenerateError) -> Self {
        error.to_string()
    }
}

fn said(payload: &(dyn Any + Send)) -> String {
    if let Some(text) = payload.downcast_ref::<String>() {
        text.clone()
    } else if let Some(text) = payload.downcast_ref::<&str>() {
        (*text).to_owned()
    } else {
        "without a word".to_owned()
    }
}
