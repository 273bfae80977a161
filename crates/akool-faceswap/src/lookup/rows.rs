//! The rows of an answer, read the fast way or the lenient one.

use akool_faceswap_raw::types::FaceswapResultDetail as Row;

use crate::model::lenient::{OddRow, Unreadable};

/// The rows of an answer.
pub(crate) enum Rows {
    AsDocumented(Vec<Row>),
    Lenient(Vec<Result<OddRow, Unreadable>>),
}

impl Rows {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::AsDocumented(rows) => rows.len(),
            Self::Lenient(rows) => rows.len(),
        }
    }
}
