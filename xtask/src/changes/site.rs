//! Where the walk is: the pointer into each document, and a name that a reader understands.

use super::markdown::name;

/// Deeper than any sane document, shallow enough for every stack.
const DEEPEST: usize = 64;
/// Names of nested fields grow with each level; beyond this only the innermost is told.
const LONGEST_SUBJECT: usize = 160;

/// One place, in both documents. The pointers differ where a list moved or a reference changed.
#[derive(Debug, Clone)]
pub(super) struct Site {
    pub(super) old: String,
    pub(super) new: String,
    pub(super) subject: String,
    depth: usize,
}

impl Site {
    pub(super) fn document() -> Self {
        Self {
            old: String::new(),
            new: String::new(),
            subject: String::from("the document"),
            depth: 0,
        }
    }

    /// One step down, by the same key in both documents.
    pub(super) fn step(&self, key: &str) -> Self {
        self.steps(&key, &key)
    }

    /// One step down, by a key or index of its own in each document.
    pub(super) fn steps(&self, old: &impl ToString, new: &impl ToString) -> Self {
        Self {
            old: child(&self.old, &old.to_string()),
            new: child(&self.new, &new.to_string()),
            subject: self.subject.clone(),
            depth: self.depth + 1,
        }
    }

    /// What references at this place point to.
    pub(super) fn moved_to(&self, old: &str, new: &str) -> Self {
        Self {
            old: old.to_owned(),
            new: new.to_owned(),
            subject: self.subject.clone(),
            depth: self.depth + 1,
        }
    }

    /// The same place under a name of its own.
    pub(super) fn called(self, subject: impl Into<String>) -> Self {
        Self {
            subject: subject.into(),
            ..self
        }
    }

    /// The same place, named as a part of what it was named before.
    pub(super) fn part(self, kind: &str, key: &str) -> Self {
        let own = format!("{kind} {}", name(key));
        let subject = if self.subject.len() > LONGEST_SUBJECT {
            own
        } else {
            format!("{own} of {}", self.subject)
        };
        self.called(subject)
    }

    pub(super) fn is_too_deep(&self) -> bool {
        self.depth > DEEPEST
    }
}

/// The JSON pointer of `key` inside `pointer` (RFC 6901).
pub(super) fn child(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))
}
