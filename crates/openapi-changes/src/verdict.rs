//! The judgement of one difference: its group and what it does to the users of a client.

mod table;

use crate::kind::{Kind, Usage};
use crate::report::Group;
use crate::roles::{Consequence, Direction, Roles};
use Group::{Breaking, Compatible, NeedsPerson};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) group: Group,
    pub(crate) consequence: String,
}

/// The judgement of `kind`, in the words of `roles` where they have some.
pub(crate) fn judge(kind: Kind, usage: Usage, roles: &Roles) -> Verdict {
    let one = |direction| {
        let (group, text) = table::entry(kind, direction == Direction::Received, usage.optional);
        let role = if direction == Direction::Received {
            usage.received_role
        } else {
            usage.sent_role
        };
        match roles.consequence(kind, direction, role) {
            Some(Consequence::Judged { group, text }) => (*group, text.clone()),
            Some(Consequence::Text(text)) => (group, text.clone()),
            None => (group, text.to_owned()),
        }
    };
    let (group, consequence) = match (usage.sent, usage.received) {
        (false, false) => one(Direction::Neither),
        (true, false) => one(Direction::Sent),
        (false, true) => one(Direction::Received),
        (true, true) => {
            let (sent, received) = (one(Direction::Sent), one(Direction::Received));
            if sent == received {
                sent
            } else {
                let text = format!("When sent: {} When received: {}", sent.1, received.1);
                (worse(sent.0, received.0), text)
            }
        }
    };
    Verdict { group, consequence }
}

/// The worse of two groups: breaking is the worst, and a doubt is worse than compatible.
fn worse(a: Group, b: Group) -> Group {
    [Breaking, NeedsPerson]
        .into_iter()
        .find(|group| a == *group || b == *group)
        .unwrap_or(Compatible)
}

/// What happened, in words; `None` if the key and the two values say it.
pub(crate) fn phrase(kind: Kind) -> Option<&'static str> {
    Some(match kind {
        Kind::ComponentAdded => "component added",
        Kind::ComponentRemoved => "component removed",
        Kind::DanglingReference => "reference to nothing",
        Kind::DefaultServer => "another server comes first",
        Kind::CredentialAdded => "one more way to authenticate",
        Kind::CredentialRemoved => "a way to authenticate removed",
        Kind::CredentialsRequired => "credentials are now required",
        Kind::CredentialsNotRequired => "credentials are no longer required",
        Kind::OperationAdded => "operation added",
        Kind::OperationRemoved => "operation removed",
        Kind::ParameterAddedOptional => "added, optional",
        Kind::ParameterAddedRequired | Kind::FieldAddedRequired => "added, required",
        Kind::SchemaAdded => "schema added",
        Kind::SchemaRemoved => "schema removed",
        Kind::TypeRenamed => "generated type renamed",
        Kind::Contradiction => "no value can satisfy it",
        Kind::Recursion => "makes its schema contain itself",
        Kind::FieldOptional => "is now optional",
        Kind::FieldRequired => "is now required",
        Kind::ValuesListed => "the allowed values are now listed",
        Kind::ValuesNotListed => "the allowed values are no longer listed",
        Kind::ValueAdded => "enum value added",
        Kind::ValueRemoved => "enum value removed",
        Kind::AlternativeAdded => "alternative added",
        Kind::AlternativeRemoved => "alternative removed",
        Kind::AlternativesReordered => "alternatives reordered",
        Kind::TooDeep => "nested too deeply to compare",
        Kind::ServerAdded
        | Kind::OwnServerAdded
        | Kind::SchemeAdded
        | Kind::BodyAddedOptional
        | Kind::BodyAddedRequired
        | Kind::ResponseAdded
        | Kind::HeaderAdded
        | Kind::MediaTypeAdded
        | Kind::FieldAddedOptional => "added",
        Kind::SchemeRemoved
        | Kind::ParameterRemoved
        | Kind::BodyRemoved
        | Kind::SuccessRemoved
        | Kind::ErrorResponseRemoved
        | Kind::HeaderRemoved
        | Kind::MediaTypeRemoved
        | Kind::JsonRemoved
        | Kind::FieldRemoved => "removed",
        _ => return None,
    })
}
