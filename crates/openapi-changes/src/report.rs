//! The report: every difference as one row, in three groups, and its Markdown form.

pub(crate) mod markdown;

use std::fmt::Write as _;

use serde::Deserialize;
use serde_json::Value;

use crate::kind::Kind;
use markdown::{code, excerpts};

/// Who has to act on a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// Released clients stop working, or work worse, or code written against the generated client
    /// no longer compiles.
    Breaking,
    /// Everything that works today keeps working.
    Compatible,
    /// The documents alone do not decide it; a maintainer has to look.
    NeedsPerson,
}

impl Group {
    const ALL: [Self; 3] = [Self::Breaking, Self::Compatible, Self::NeedsPerson];

    fn heading(self) -> (&'static str, &'static str) {
        match self {
            Self::Breaking => (
                "Breaking",
                "Released clients stop working, or work worse, or code written against the \
                 generated client no longer compiles.",
            ),
            Self::Compatible => ("Compatible", "Everything that works today keeps working."),
            Self::NeedsPerson => (
                "Needs a person",
                "The documents alone do not decide it; a maintainer has to look.",
            ),
        }
    }
}

/// One difference between the two versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Who has to act on it.
    pub group: Group,
    /// What kind of difference it is; absent in rows that the caller adds.
    pub kind: Option<Kind>,
    /// Where it is: a JSON pointer into the newer document, or into the older one for what was
    /// removed. Rows that the caller adds may name another place.
    pub place: String,
    /// Where it was in the older document, if not at `place`.
    pub old_place: Option<String>,
    /// What it is about, for a reader: ``field `url` of `Job` ``. Markdown.
    pub subject: String,
    /// What happened to it: `removed`, `enum value added`. Markdown.
    pub what: String,
    /// The older value as compact JSON on one line, shortened; absent for what was added.
    pub old: Option<String>,
    /// The newer value as compact JSON on one line, shortened; absent for what was removed.
    pub new: Option<String>,
    /// What it does to users of the client. Markdown; empty where only prose changed.
    pub consequence: String,
}

/// All differences between two versions of a document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    changes: Vec<Change>,
}

impl Report {
    pub(crate) fn new(changes: Vec<Change>) -> Self {
        let mut report = Self::default();
        report.extend(changes);
        report
    }

    /// Whether the two versions are equal.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Every difference: breaking ones first, then compatible ones, then those that need a person;
    /// within each group by place.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// How many differences a group has.
    pub fn count(&self, group: Group) -> usize {
        self.of(group).count()
    }

    /// The report in Markdown: a summary line, then one list for each group.
    ///
    /// Text from the documents is always in a code span on one line, so it cannot break the layout.
    pub fn to_markdown(&self) -> String {
        let mut text = String::from("# API changes\n\n");
        if self.is_empty() {
            text.push_str("No differences: the two versions are equal.\n");
            return text;
        }
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{} breaking, {} compatible, {} for a person to look at.",
            self.count(Group::Breaking),
            self.count(Group::Compatible),
            self.count(Group::NeedsPerson),
        );
        for group in Group::ALL {
            let (heading, meaning) = group.heading();
            let _ = write!(
                text,
                "\n## {heading} ({})\n\n{meaning}\n\n",
                self.count(group)
            );
            for change in self.of(group) {
                change.write(&mut text);
            }
            if self.count(group) == 0 {
                text.push_str("None.\n");
            }
        }
        text
    }

    fn of(&self, group: Group) -> impl Iterator<Item = &Change> {
        self.changes
            .iter()
            .filter(move |change| change.group == group)
    }
}

impl Extend<Change> for Report {
    /// Adds rows that the documents do not show, such as changes in generated code.
    fn extend<I: IntoIterator<Item = Change>>(&mut self, changes: I) {
        self.changes.extend(changes);
        // The same two documents give the same text, whatever the order of their keys.
        self.changes
            .sort_by(|a, b| (a.group, &a.place).cmp(&(b.group, &b.place)));
    }
}

impl Change {
    /// A row for something that the documents do not show. Long values are shortened. In `subject`,
    /// `what` and `consequence`, put text from outside into code spans.
    pub fn new(
        group: Group,
        place: impl Into<String>,
        subject: impl Into<String>,
        what: impl Into<String>,
        (old, new): (Option<&Value>, Option<&Value>),
        consequence: impl Into<String>,
    ) -> Self {
        let (old, new) = excerpts(old, new);
        Self {
            group,
            kind: None,
            place: place.into(),
            old_place: None,
            subject: subject.into(),
            what: what.into(),
            old,
            new,
            consequence: consequence.into(),
        }
    }

    fn write(&self, text: &mut String) {
        let _ = write!(text, "- **{}: {}**", self.subject, self.what);
        match (&self.old, &self.new) {
            (Some(old), Some(new)) => {
                let _ = write!(text, ": {} → {}", code(old), code(new));
            }
            (Some(old), None) => {
                let _ = write!(text, ", was {}", code(old));
            }
            (None, Some(new)) => {
                let _ = write!(text, ": {}", code(new));
            }
            (None, None) => {}
        }
        if self.consequence.is_empty() {
            let _ = writeln!(text, " (at {})", code(&self.place));
        } else {
            let _ = writeln!(text, "  \n  {}  ", self.consequence);
            let _ = writeln!(text, "  At {}", code(&self.place));
        }
    }
}
