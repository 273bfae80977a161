//! What a maintainer reads when something is wrong: where, what happened, what to do.

use std::fmt;

/// One thing that is wrong, for the person at the terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    place: Option<String>,
    line: Option<usize>,
    what: String,
    hint: Option<String>,
}

impl Problem {
    /// A problem without a place.
    pub fn new(what: impl Into<String>) -> Self {
        Self {
            place: None,
            line: None,
            what: what.into(),
            hint: None,
        }
    }

    /// A problem in a file or page.
    pub fn at(place: impl fmt::Display, what: impl Into<String>) -> Self {
        Self {
            place: Some(place.to_string()),
            ..Self::new(what)
        }
    }

    /// The line of that file or page, counted from 1.
    #[must_use]
    pub fn line(mut self, line: usize) -> Self {
        self.line = Some(line);
        self
    }

    /// What to do about it: a command, or a sentence.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.place, self.line) {
            (Some(place), Some(line)) => write!(f, "{place}:{line}: ")?,
            (Some(place), None) => write!(f, "{place}: ")?,
            (None, _) => {}
        }
        f.write_str(&self.what)?;
        if let Some(hint) = &self.hint {
            write!(f, "\n  hint: {hint}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}

/// An error with all its sources on one line, without repeated texts.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(error) = next {
        let part = error.to_string();
        if !text.contains(&part) {
            text.push_str(": ");
            text.push_str(&part);
        }
        next = error.source();
    }
    text
}

/// The line of a byte, counted from 1.
pub(crate) fn line_of(text: &[u8], offset: usize) -> usize {
    Lines::of(text).at(offset)
}

/// Finds the lines of ascending offsets in one pass over a text.
pub(crate) struct Lines<'a> {
    rest: &'a [u8],
    offset: usize,
    line: usize,
}

impl<'a> Lines<'a> {
    pub(crate) fn of(text: &'a [u8]) -> Self {
        Self {
            rest: text,
            offset: 0,
            line: 1,
        }
    }

    /// The line of an offset, which must not be below that of the last call.
    pub(crate) fn at(&mut self, offset: usize) -> usize {
        let step = offset.saturating_sub(self.offset).min(self.rest.len());
        let (passed, rest) = self.rest.split_at(step);
        self.line += passed.split(|byte| *byte == b'\n').count() - 1;
        self.rest = rest;
        self.offset += step;
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_from_one() {
        let text = b"a\n\nb\n";
        let mut lines = Lines::of(text);
        for (offset, line) in [(0, 1), (1, 1), (2, 2), (3, 3), (3, 3), (5, 4), (99, 4)] {
            assert_eq!(lines.at(offset), line, "{offset}");
            assert_eq!(line_of(text, offset), line, "{offset}");
        }
    }

    #[test]
    fn a_problem_is_shown_as_place_line_what_and_hint() {
        let problem = Problem::at("a.md", "no fence").line(3).hint("look again");
        assert_eq!(problem.to_string(), "a.md:3: no fence\n  hint: look again");
        assert_eq!(Problem::new("odd").to_string(), "odd");
    }
}
