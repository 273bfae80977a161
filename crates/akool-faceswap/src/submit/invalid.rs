//! Why a swap is refused before anything is sent.

use std::fmt;

use crate::error::{Error, ErrorKind};

/// An invalid swap. Nothing was sent, and nothing is billed.
///
/// It names the field as the vendor's documentation does, and contains no URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct InvalidSwap {
    field: Box<str>,
    problem: Box<str>,
}

impl InvalidSwap {
    pub(super) fn new(field: impl Into<Box<str>>, problem: impl Into<Box<str>>) -> Self {
        Self {
            field: field.into(),
            problem: problem.into(),
        }
    }

    /// The field of the request, such as `face_mapping[1].target_face_info`.
    #[cfg(test)]
    pub(super) fn field(&self) -> &str {
        &self.field
    }

    /// What is wrong with it.
    #[cfg(test)]
    pub(super) fn problem(&self) -> &str {
        &self.problem
    }
}

impl fmt::Display for InvalidSwap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.problem)
    }
}

impl From<InvalidSwap> for Error {
    fn from(refusal: InvalidSwap) -> Self {
        Self::new(ErrorKind::InvalidInput, refusal.to_string())
    }
}
