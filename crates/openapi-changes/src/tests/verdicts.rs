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

/// A part is optional only if it may be omitted wherever it is used, and the first role counts.
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
    assert_eq!(one.or(one), one);
}

/// A part that only the newer version uses is no change for users of the older one.
#[test]
fn a_part_is_judged_by_how_both_versions_use_it() {
    let new = edited(&RICH, |document| {
        remove(document, "/components/schemas/Unused/properties/a");
        let unused = json!({"$ref": "#/components/schemas/Unused"});
        set(document, &format!("{JOB}/properties/extra"), unused);
    });
    let report = documents(&RICH, &new);
    assert_eq!(
        kinds(&report),
        [
            (Compatible, Kind::FieldAddedOptional),
            (Compatible, Kind::Unused)
        ]
    );
}

#[test]
fn roles_give_their_own_sentences_and_groups() {
    let row = |document: Value| only(&documents(&BASE, &document)).clone();
    let removed = row(without(&field("id")));
    assert_eq!(removed.consequence, "No job can be matched.");
    let other = row(without(&field("uid")));
    assert_eq!(other.consequence, "Reads as absent.");
    // An optional `null` is compatible in general.
    let null = row(with(&field("id/nullable"), json!(true)));
    assert_eq!(
        (null.group, null.consequence.as_str()),
        (Breaking, "A job without id is lost.")
    );
    let path = row(without("/paths/~1jobs"));
    assert_eq!(path.consequence, "Lookups get HTTP 404.");
    let ids = row(with(
        &format!("{LOOKUP}/parameters/0/schema/maxLength"),
        json!(9),
    ));
    assert_eq!(ids.consequence, "Send fewer ids.");
}

/// It is judged by the worse direction.
#[test]
fn a_schema_that_is_sent_and_received_gets_both_sentences() {
    let both = |limit: i64| {
        edited(&RICH, |document| {
            let job = json!({"$ref": "#/components/schemas/Job"});
            set(document, &body("/properties/job"), job);
            set(document, &field("image/maximum"), json!(limit));
        })
    };
    let report = documents(&both(9), &both(10));
    let change = only(&report);
    assert_eq!(
        (change.group, change.kind),
        (Breaking, Some(Kind::LimitLoosened))
    );
    assert!(
        change.consequence.starts_with("When sent: More is"),
        "{change:#?}"
    );
    assert!(change.consequence.contains("When received: "));
}

#[test]
fn an_operation_without_a_role_is_judged_in_general() {
    let report = documents(&RICH, &edited(&RICH, |new| drop(remove(new, DELETE))));
    let row = only(&report);
    assert!(row.consequence.starts_with("Calls to it fail"), "{row:#?}");
}

#[test]
fn roles_name_what_the_client_calls_and_what_they_do_not_define() {
    let operations: Vec<_> = ROLES.operations().collect();
    assert_eq!(operations, [("get", "/jobs")]);
    assert!(ROLES.undefined().is_empty());
    let roles = json!({"operation": [{
        "method": "post", "path": "/a", "role": "submit",
        "sent": {"?a": "known"}, "received": {"b": "typo"},
    }], "role": [{"name": "known"}]});
    let roles: Roles = serde_json::from_value(roles).unwrap();
    assert_eq!(roles.undefined(), ["typo", "submit"]);
}
