//! The judgement of one change: its group and what it does to users of the SDK.

use super::report::Group;

#[derive(Debug, Clone)]
pub(super) struct Verdict {
    pub(super) group: Group,
    pub(super) consequence: String,
}

impl Verdict {
    pub(super) fn breaking(consequence: impl Into<String>) -> Self {
        Self::new(Group::Breaking, consequence)
    }

    pub(super) fn compatible(consequence: impl Into<String>) -> Self {
        Self::new(Group::Compatible, consequence)
    }

    pub(super) fn person(consequence: impl Into<String>) -> Self {
        Self::new(Group::NeedsPerson, consequence)
    }

    /// Prose for people: nothing the SDK does depends on it, so the row has no consequence.
    pub(super) fn wording() -> Self {
        Self::compatible("")
    }

    /// No rule knows what this means.
    pub(super) fn unknown() -> Self {
        Self::person(
            "No rule knows this part of the document: read the vendor's page and decide what it \
             does to users of the SDK.",
        )
    }

    /// The document says the same as before in another form.
    pub(super) fn same_meaning() -> Self {
        Self::compatible("The meaning is the same as before: users of the SDK notice nothing.")
    }

    /// One judgement out of one for what is sent and one for what is received.
    pub(super) fn both(sent: &Self, received: &Self) -> Self {
        Self::new(
            // Breaking before anything else, and a doubt before an all-clear.
            if [sent.group, received.group].contains(&Group::Breaking) {
                Group::Breaking
            } else if [sent.group, received.group].contains(&Group::NeedsPerson) {
                Group::NeedsPerson
            } else {
                Group::Compatible
            },
            format!(
                "When sent: {} When received: {}",
                sent.consequence, received.consequence
            ),
        )
    }

    fn new(group: Group, consequence: impl Into<String>) -> Self {
        Self {
            group,
            consequence: consequence.into(),
        }
    }
}
