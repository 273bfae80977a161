//! A note about an invalid part of an answer.

use std::fmt;

/// An invalid part of an answer, which affects at most its own field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    field: Box<str>,
    problem: &'static str,
}

impl Note {
    pub(crate) fn new(field: &str, problem: &'static str) -> Self {
        Self {
            field: field.into(),
            problem,
        }
    }

    /// The field's name as the API writes it.
    pub fn field(&self) -> &str {
        &self.field
    }

    /// What was wrong and how it was read; never the value itself.
    pub fn problem(&self) -> &'static str {
        self.problem
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.problem)
    }
}
