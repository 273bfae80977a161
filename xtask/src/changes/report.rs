//! The report: every difference as one row, in three groups, and its Markdown form.

use std::fmt::Write as _;

use super::markdown::code;

/// Who has to do something about a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// Something that users of the SDK do today stops working, or works worse.
    Breaking,
    /// Nothing that works today stops.
    Compatible,
    /// The document alone does not tell; a maintainer has to look.
    NeedsPerson,
}

impl Group {
    const ALL: [Self; 3] = [Self::Breaking, Self::Compatible, Self::NeedsPerson];

    fn heading(self) -> &'static str {
        match self {
            Self::Breaking => "Breaking",
            Self::Compatible => "Compatible",
            Self::NeedsPerson => "Needs a person",
        }
    }

    fn meaning(self) -> &'static str {
        match self {
            Self::Breaking => {
                "Something that users of the SDK do today stops working, or works worse."
            }
            Self::Compatible => "Nothing that works today stops.",
            Self::NeedsPerson => "The document alone does not tell; a maintainer has to look.",
        }
    }
}

/// One difference between the two versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Who has to do something about it.
    pub group: Group,
    /// JSON pointer into the newer document (the older one for what is gone), or `status table`.
    pub place: String,
    /// What it is about, for a reader: ``field `url` of `FaceswapResultDetail` ``. Markdown.
    pub subject: String,
    /// What happened to it: `removed`, `enum value added`. Markdown.
    pub what: String,
    /// The older value as compact JSON on one line, shortened; absent for what was added.
    pub old: Option<String>,
    /// The newer value as compact JSON on one line, shortened; absent for what was removed.
    pub new: Option<String>,
    /// What it does to users of the SDK. Markdown; empty where only prose changed.
    pub consequence: String,
}

/// All differences between two versions of the vendor's document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    changes: Vec<Change>,
}

impl Report {
    pub(super) fn new(mut changes: Vec<Change>) -> Self {
        // By group, then by place: the same two documents give the same text, whatever the order
        // of their keys. The sort is stable, so rows of one place keep the order of the rules.
        changes.sort_by(|a, b| (a.group, &a.place).cmp(&(b.group, &b.place)));
        Self { changes }
    }

    /// Whether the two versions say the same.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Every difference: breaking ones first, then compatible ones, then those for a person.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// The report for people: a summary line, then one list for each group.
    ///
    /// What comes from the documents stands in code spans on one line each, so nothing in it can
    /// break the layout.
    pub fn to_markdown(&self) -> String {
        let mut text = String::from("# Changes in the vendor's API document\n\n");
        if self.is_empty() {
            text.push_str("No differences: the two versions say the same.\n");
            return text;
        }
        let count = |group| self.of(group).count();
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{} breaking, {} compatible, {} for a person to look at.",
            count(Group::Breaking),
            count(Group::Compatible),
            count(Group::NeedsPerson),
        );
        for group in Group::ALL {
            let _ = write!(
                text,
                "\n## {} ({})\n\n{}\n\n",
                group.heading(),
                count(group),
                group.meaning()
            );
            for change in self.of(group) {
                change.write(&mut text);
            }
            if count(group) == 0 {
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

impl Change {
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
