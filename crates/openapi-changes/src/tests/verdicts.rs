//! The judgement of a change: by what is sent and received, and by the roles of the client.

use Group::{Breaking, Compatible, NeedsPerson};

use super::*;
use crate::kind::Usage;
use crate::verdict::{Verdict, judge};

const SENT: Usage = Usage {
    sent: true,
    received: false,
    optional: false,
    sent_role: None,
    received_role: None,
};
const RECEIVED: Usage = Usage {
    sent: false,
    received: true,
    ..SENT
};

fn judged(kind: Kind, usage: Usage) -> Verdict {
    judge(kind, usage, &Roles::default())
}

/// An optional field is generated as an `Option` with and without `null`.
#[test]
fn null_changes_the_type_of_required_fields_only() {
    let optional = |usage: Usage| Usage {
        optional: true,
        ..usage
    };
    for (kind, usage, group, sentence) in [
        (
            Kind::Nullable,
            SENT,
            Breaking,
            "generated as an `Option` now",
        ),
        (
            Kind::Nullable,
            optional(SENT),
            Compatible,
            "More is accepted",
        ),
        (
            Kind::Nullable,
            RECEIVED,
            Breaking,
            "does not allow `null` here",
        ),
        (
            Kind::Nullable,
            optional(RECEIVED),
            Compatible,
            "reads `null` as absent",
        ),
        (
            Kind::NotNullable,
            SENT,
            Breaking,
            "Requests that send `null`",
        ),
        (
            Kind::NotNullable,
            optional(SENT),
            Breaking,
            "Requests that send `null`",
        ),
        (
            Kind::NotNullable,
            RECEIVED,
            Breaking,
            "no longer generated as an `Option`",
        ),
        (
            Kind::NotNullable,
            optional(RECEIVED),
            Compatible,
            "read it as before",
        ),
    ] {
        let verdict = judged(kind, usage);
        assert_eq!(verdict.group, group, "{kind:?} {usage:?}");
        assert!(verdict.consequence.contains(sentence), "{verdict:?}");
    }
}

#[test]
fn the_worse_direction_decides() {
    let both = |kind| judged(kind, SENT.or(RECEIVED));
    for (kind, group) in [
        (Kind::FieldAddedOptional, Breaking),
        (Kind::FieldRemoved, Breaking),
        (Kind::LimitLoosened, Breaking),
        (Kind::LimitTightened, Breaking),
        (Kind::AlternativeAdded, NeedsPerson),
    ] {
        let verdict = both(kind);
        assert_eq!(verdict.group, group, "{kind:?}");
        assert!(
            verdict.consequence.starts_with("When sent: "),
            "{verdict:?}"
        );
    }
    // One sentence is enough where both directions have the same.
    assert_eq!(both(Kind::Deprecated), judged(Kind::Deprecated, SENT));
    assert_eq!(both(Kind::Wording).group, Compatible);
}

#[test]
fn each_direction_has_the_sentence_of_its_own_role() {
    let roles: Roles = serde_json::from_value(json!({
        "role": [
            {"name": "first", "consequences": {"deprecated": "First."}},
            {"name": "second", "consequences": {
                "deprecated": {"group": "breaking", "text": "Second."},
            }},
        ],
        "document": {"deprecated": "Neither."},
        "sent": {"deprecated": "Sent."},
        "received": {"deprecated": "Received."},
    }))
    .unwrap();
    let both = SENT.or(RECEIVED);
    for (sent_role, received_role, group, consequence) in [
        (
            None,
            None,
            NeedsPerson,
            "When sent: Sent. When received: Received.",
        ),
        (
            Some(0),
            None,
            NeedsPerson,
            "When sent: First. When received: Received.",
        ),
        (
            None,
            Some(1),
            Breaking,
            "When sent: Sent. When received: Second.",
        ),
    ] {
        let usage = Usage {
            sent_role,
            received_role,
            ..both
        };
        let verdict = judge(Kind::Deprecated, usage, &roles);
        assert_eq!(
            (verdict.group, verdict.consequence.as_str()),
            (group, consequence)
        );
    }
    let neither = judge(Kind::Deprecated, Usage::default(), &roles);
    assert_eq!(neither.consequence, "Neither.");
}

#[test]
fn two_uses_of_a_part_are_one() {
    let one = Usage {
        optional: true,
        sent_role: Some(2),
        ..SENT
    };
    let other = Usage {
        sent_role: Some(3),
        received_role: Some(1),
        ..RECEIVED
    };
    let both = Usage {
        sent: true,
        received: true,
        optional: false,
        sent_role: Some(2),
        received_role: Some(1),
    };
    assert_eq!(one.or(other), both);
    assert_eq!(other.or(one), both);
    assert!(one.or(one).optional);
}

#[test]
fn roles_name_the_operations_and_the_typos_in_them() {
    let operations: Vec<_> = ROLES.operations().collect();
    assert_eq!(operations, [("get", "/jobs")]);
    assert_eq!(ROLES.undefined(), [""; 0]);
    let roles: Roles = serde_json::from_value(json!({
        "operation": [{
            "method": "get", "path": "/jobs", "role": "lokup",
            "sent": {"?ids": "idz"}, "received": {"id": "id"},
        }],
        "role": [{"name": "id"}],
    }))
    .unwrap();
    assert_eq!(roles.undefined(), ["idz", "lokup"]);
}
