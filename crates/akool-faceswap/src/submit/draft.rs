//! A swap as it was described, before it is checked and written as a request.

use serde_json::{Map, Value};

use super::{
    face::{NewFace, NewFaceSource, OriginalFace},
    options::{Endpoint, Style, V3Model},
    original::Original,
};

/// Everything that a caller said about a swap.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) endpoint: Endpoint,
    pub(super) original: Original,
    pub(super) faces: Faces,
    pub(super) style: Option<Style>,
    pub(super) enhance: Option<bool>,
    pub(super) model: V3Model,
    pub(super) callback: Option<String>,
    pub(super) undocumented: Map<String, Value>,
}

/// Which faces are swapped. There is no default: the API's own is an incomplete request.
#[derive(Clone, Debug)]
pub(super) enum Faces {
    /// The service finds the one face that is replaced.
    One(NewFaceSource),
    /// Each original face with the new one that replaces it.
    Pairs(Vec<(OriginalFace, NewFace)>),
}

impl Draft {
    pub(super) fn new(original: Original, faces: Faces) -> Self {
        Self {
            endpoint: Endpoint::Plus,
            original,
            faces,
            style: None,
            enhance: None,
            model: V3Model::Classic,
            callback: None,
            undocumented: Map::new(),
        }
    }
}
