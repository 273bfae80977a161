//! The verdicts as the readers of a report know them: what each kind of change does to clients, and
//! what it is called.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;

use super::*;
use crate::{
    kind::Usage,
    verdict::{judge, phrase},
};

/// For each kind its group, where roles say nothing else: of what is sent / of what is received, where
/// that makes a difference. Then its words, unless the key and the two values say what happened.
const TABLE: &str = "
spec_version                | compatible                | -
spec_version_unsupported    | breaking                  | -
api_version                 | needs_person              | -
api_title                   | compatible                | -
component_added             | compatible                | component added
component_removed           | compatible                | component removed
dangling_reference          | breaking                  | reference to nothing
beside_reference            | needs_person              | -
server_added                | compatible                | added
server_removed              | breaking                  | -
own_server_added            | needs_person              | added
default_server              | needs_person              | another server comes first
credential_added            | compatible                | one more way to authenticate
credential_removed          | breaking                  | a way to authenticate removed
credentials_required        | needs_person              | credentials are now required
credentials_not_required    | needs_person              | credentials are no longer required
scheme_added                | compatible                | added
scheme_removed              | breaking                  | removed
scheme_changed              | breaking                  | -
scheme_description          | needs_person              | -
operation_added             | compatible                | operation added
operation_removed           | breaking                  | operation removed
operation_id                | needs_person              | -
deprecated                  | needs_person              | -
not_deprecated              | compatible                | -
parameter_added_optional    | breaking                  | added, optional
parameter_added_required    | breaking                  | added, required
parameter_removed           | breaking                  | removed
parameter_moved             | breaking / needs_person   | -
parameter_optional          | breaking / needs_person   | -
parameter_required          | breaking / compatible     | -
body_added_optional         | breaking                  | added
body_added_required         | breaking                  | added
body_removed                | breaking                  | removed
body_optional               | needs_person              | -
body_required               | breaking                  | -
response_added              | needs_person              | added
success_removed             | breaking                  | removed
error_response_removed      | needs_person              | removed
header_added                | compatible                | added
header_removed              | needs_person              | removed
media_type_added            | needs_person              | added
json_removed                | breaking / breaking       | removed
media_type_removed          | breaking / compatible     | removed
schema_added                | needs_person              | schema added
schema_removed              | breaking                  | schema removed
type_changed                | breaking / breaking       | -
type_renamed                | breaking                  | generated type renamed
contradiction               | breaking                  | no value can satisfy it
recursion                   | breaking                  | makes its schema contain itself
format_added                | breaking / needs_person   | -
format_changed              | breaking / breaking       | -
nullable, required          | breaking / breaking       | -
nullable, optional          | compatible / compatible   | -
not_nullable, required      | breaking / breaking       | -
not_nullable, optional      | breaking / compatible     | -
default                     | needs_person              | -
field_added_optional        | breaking / compatible     | added
field_added_required        | breaking / needs_person   | added, required
field_removed               | breaking / breaking       | removed
field_optional              | breaking / breaking       | is now optional
field_required              | breaking / breaking       | is now required
values_listed               | breaking / breaking       | the allowed values are now listed
values_not_listed           | breaking / breaking       | the allowed values are no longer listed
value_added                 | needs_person / needs_person | enum value added
value_removed               | breaking / needs_person   | enum value removed
limit_added                 | breaking / breaking       | -
limit_removed               | breaking / breaking       | -
limit_tightened             | breaking / needs_person   | -
limit_loosened              | needs_person / breaking   | -
limit_unclear               | breaking / needs_person   | -
undeclared_forbidden        | breaking / breaking       | -
undeclared_allowed          | needs_person / breaking   | -
alternative_added           | needs_person / needs_person | alternative added
alternative_removed         | breaking / needs_person   | alternative removed
alternatives_reordered      | needs_person              | alternatives reordered
wording                     | compatible                | -
rewritten                   | compatible                | -
unused                      | compatible                | -
too_deep                    | needs_person              | nested too deeply to compare
unknown                     | needs_person              | -
";

/// A kind or a group by the name that roles give it.
fn named<T: DeserializeOwned>(name: &str) -> T {
    serde_json::from_value(json!(name)).unwrap()
}

#[test]
fn every_kind_has_its_verdict_and_its_words() {
    let mut kinds = BTreeSet::new();
    for line in TABLE.lines().filter(|line| !line.is_empty()) {
        let columns: Vec<&str> = line.split('|').map(str::trim).collect();
        let [name, groups, words] = columns[..] else {
            panic!("{line}");
        };
        let (name, of) = name.split_once(", ").unwrap_or((name, ""));
        let kind: Kind = named(name);
        kinds.insert(kind);
        assert_eq!(phrase(kind).unwrap_or("-"), words, "{line}");
        let (sent, received) = groups.split_once(" / ").unwrap_or((groups, groups));
        let expected: [Group; 2] = [sent, received].map(named);
        for optional in [false, true] {
            if of == if optional { "required" } else { "optional" } {
                continue;
            }
            let judged = |sent, received| {
                let usage = Usage {
                    sent,
                    received,
                    optional,
                    ..Usage::default()
                };
                judge(kind, usage, &Roles::default())
            };
            let [sent, received] = [judged(true, false), judged(false, true)];
            assert_eq!([sent.group, received.group], expected, "{line}");
            let says_the_same = !groups.contains('/');
            assert_eq!(sent == received, says_the_same, "{line}");
            if !says_the_same {
                // The sentence about a request never speaks of responses, and the reverse.
                assert!(!sent.consequence.contains("esponse"), "{line}");
                assert!(!received.consequence.contains("equest"), "{line}");
            }
            // Where it is both, the worse counts and both are said.
            let both = judged(true, true);
            let worse = [Group::Breaking, Group::NeedsPerson, Group::Compatible]
                .into_iter()
                .find(|group| expected.contains(group));
            assert_eq!(Some(both.group), worse, "{line}");
            // One sentence is enough where both directions have the same.
            assert_eq!(both == sent, says_the_same, "{line}");
            assert_eq!(
                both.consequence.starts_with("When sent: "),
                !says_the_same,
                "{line}"
            );
            for one in [sent, received] {
                assert!(both.consequence.contains(&one.consequence), "{line}");
            }
        }
    }
    let variants = include_str!("../kind.rs")
        .split_once("pub enum Kind {")
        .and_then(|(_, rest)| rest.split_once("\n}"))
        .map(|(variants, _)| variants.lines().filter(|line| line.ends_with(',')));
    assert_eq!(Some(kinds.len()), variants.map(Iterator::count));
}
