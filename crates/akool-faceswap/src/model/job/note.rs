//! What was odd in a row.

use std::fmt;

/// Something odd in a row, which costs its own field at most.
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

    /// What was odd and what was made of it. Never the value itself.
    pub fn problem(&self) -> &'static str {
        self.problem
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.problem)
    }
}
