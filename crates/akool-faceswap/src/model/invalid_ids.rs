//! Texts that are not ids, named one by one; the valid ids are kept.

use std::fmt;

use crate::model::{InvalidId, ResultIds};

/// Texts that are not ids, among texts that are.
///
/// The valid ids are not lost: [`into_valid`](Self::into_valid) has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidIds {
    pub(super) valid: ResultIds,
    pub(super) refused: Vec<(usize, InvalidId)>,
}

impl InvalidIds {
    /// Each refused text: its position among all texts, counted from 0, and what is wrong.
    pub fn refused(&self) -> impl Iterator<Item = (usize, &InvalidId)> {
        self.refused.iter().map(|(index, error)| (*index, error))
    }

    /// The ids that are valid.
    pub fn valid(&self) -> &ResultIds {
        &self.valid
    }

    /// The ids that are valid.
    pub fn into_valid(self) -> ResultIds {
        self.valid
    }
}

impl fmt::Display for InvalidIds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 3;
        for (n, (index, error)) in self.refused.iter().take(SHOWN).enumerate() {
            let separator = if n == 0 { "" } else { "; " };
            write!(f, "{separator}item {}: {error}", index + 1)?;
        }
        match self.refused.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, "; and {more} more"),
        }
    }
}

impl std::error::Error for InvalidIds {}
