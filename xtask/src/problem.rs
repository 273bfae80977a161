//! What a maintainer reads when something is wrong: where, what happened, what to do.

use std::fmt;

/// One thing that is wrong, for the person at the terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    place: Option<String>,
    line: Option<usize>,
    what: String,
    mend: Option<String>,
}

impl Problem {
    /// A problem without a place.
    pub fn new(what: impl Into<String>) -> Self {
        Self {
            place: None,
            line: None,
            what: what.into(),
            mend: None,
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
    pub fn mend(mut self, mend: impl Into<String>) -> Self {
        self.mend = Some(mend.into());
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
        if let Some(mend) = &self.mend {
            write!(f, "\n  mend: {mend}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}

/// An error with all its sources on one line; repeated texts are said once.
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

/// The line that a byte stands on, counted from 1.
pub(crate) fn line_of(text: &[u8], offset: usize) -> usize {
    let before = text.get(..offset).unwrap_or(text);
    before.split(|byte| *byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_as_place_line_what_and_mend() {
        let problem = Problem::at("a.md", "no fence").line(3).mend("look again");
        assert_eq!(problem.to_string(), "a.md:3: no fence\n  mend: look again");
        assert_eq!(Problem::new("odd").to_string(), "odd");
    }
}
