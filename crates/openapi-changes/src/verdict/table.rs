//! The table: the group and the sentence of each kind of change, for places without a role.
//!
//! Two questions decide: do released clients still work (what they send is accepted, what they
//! receive is understood), and does code written against the generated client still compile once
//! it is generated again? The worse answer counts.

use crate::kind::Kind;
use crate::report::Group;
use Group::{Breaking, Compatible, NeedsPerson};

const NOT_SENT: &str =
    "Released clients do not send it: their requests are refused until a release does.";
const IGNORED: &str = "What clients send in it is ignored, or the request is refused.";
const OLD_FORM: &str = "Clients keep sending the old form, which is refused. Code that uses the generated type does not compile.";
const ACCEPTED: &str = "More is accepted than before; what clients send is still accepted.";
const NEW_LIMIT: &str =
    "Requests that were accepted until now may be refused: released clients do not know the limit.";
const OLD_LIMIT: &str = "The generated type may check the old limit: released clients cannot decode a response beyond it.";
const UNDECODABLE: &str = "Released clients cannot decode the response. Code that uses the generated type does not compile.";
const BECOMES_OPTION: &str = "What clients send is still accepted. It is generated as an `Option` now, so code that uses it does not compile.";
const NO_LONGER_OPTION: &str = "Released clients read it as before. It is no longer generated as an `Option`, so code that reads it does not compile.";
const MAY_BE_OMITTED: &str =
    "Requests that omit it, as clients may, are refused until a release always sends it.";
const READ_AS_BEFORE: &str = "Released clients read it as before.";

/// The group and the sentence of a change in a part that is `received`, or else in one that is sent or neither.
#[rustfmt::skip] // One line for each kind and direction.
#[expect(clippy::match_same_arms, clippy::too_many_lines, reason = "it is a table")]
pub(super) fn entry(kind: Kind, received: bool, optional: bool) -> (Group, &'static str) {
    match kind {
        Kind::SpecVersion => (Compatible, "Every OpenAPI 3.0 document is read the same way."),
        Kind::SpecVersionUnsupported => (Breaking, "Only OpenAPI 3.0 is supported: released clients keep working, but no new one can be generated from this document."),
        Kind::ApiVersion => (NeedsPerson, "Generated clients carry the API's version. Nothing breaks because of it alone: find out what the new number means."),
        Kind::ApiTitle => (Compatible, "The title appears in documentation only."),
        Kind::ComponentAdded => (Compatible, "It changes nothing by itself. Where an operation refers to it, another row says so."),
        Kind::ComponentRemoved => (Compatible, "No operation refers to it any more. Where one did, another row says what it uses now."),
        Kind::DanglingReference => (Breaking, "In one of the two documents the reference points to nothing in that document: no client can be generated from it."),
        Kind::BesideReference => (NeedsPerson, "OpenAPI 3.0 ignores keywords beside a reference, and so do generators. Find out what the vendor means by it."),

        Kind::ServerAdded => (Compatible, "Clients keep using the server they know. Users may set the new one as their base URL."),
        Kind::ServerRemoved => (Breaking, "Released clients keep calling the old server. Once it is switched off, every call fails until users set the base URL or upgrade."),
        Kind::OwnServerAdded => (NeedsPerson, "This part of the API has its own server. A client with one base URL keeps calling the old one: decide what to do."),
        Kind::DefaultServer => (NeedsPerson, "The first server is the usual default. Released clients keep using the old one: decide whether the next release moves."),
        Kind::CredentialAdded => (Compatible, "Clients do not offer it until somebody adds it. The ways they know still work."),
        Kind::CredentialRemoved => (Breaking, "Users who authenticate this way are refused until they switch to another one."),
        Kind::CredentialsRequired => (NeedsPerson, "The document now asks for credentials. Check that the client sends the right ones."),
        Kind::CredentialsNotRequired => (NeedsPerson, "The document no longer asks for credentials. Decide whether the client should keep sending them."),
        Kind::SchemeAdded => (Compatible, "Clients do not offer it until somebody adds it. The schemes they know still work."),
        Kind::SchemeRemoved => (Breaking, "Users who authenticate with this scheme are refused once the vendor stops accepting it."),
        Kind::SchemeChanged => (Breaking, "Clients keep sending the credential in the old form: users who authenticate with it are refused."),
        Kind::SchemeDescription => (NeedsPerson, "This text says how credentials are used and where to get them. Check that the client still does it right."),

        Kind::OperationAdded => (Compatible, "Nothing calls it yet. A regenerated client has a method for it."),
        Kind::OperationRemoved => (Breaking, "Calls to it fail (HTTP 404 or 405), and a regenerated client has no method for it."),
        Kind::OperationId => (NeedsPerson, "Generators name the method after it. Check that the name stays the same, or that code that calls the method follows."),
        Kind::Deprecated => (NeedsPerson, "Nothing breaks today. The vendor plans to remove it: decide what to use instead."),
        Kind::NotDeprecated => (Compatible, "The vendor no longer plans to remove it."),
        Kind::ParameterAddedOptional => (Breaking, "What released clients send is still accepted. The generated method takes one more argument, so code that calls it does not compile."),
        Kind::ParameterAddedRequired => (Breaking, NOT_SENT),
        Kind::ParameterRemoved => (Breaking, IGNORED),
        Kind::ParameterMoved if received => (NeedsPerson, "A response header is written differently. Check whether the client reads it."),
        Kind::ParameterMoved => (Breaking, "Clients keep sending it the old way, where it is no longer read: expect their requests to be refused."),
        Kind::ParameterOptional if received => (NeedsPerson, "Responses may omit it. Check whether the client relies on it."),
        Kind::ParameterOptional => (Breaking, BECOMES_OPTION),
        Kind::ParameterRequired if received => (Compatible, READ_AS_BEFORE),
        Kind::ParameterRequired => (Breaking, MAY_BE_OMITTED),
        Kind::BodyAddedOptional => (Breaking, "What released clients send is still accepted. The generated method takes a body, so code that calls it does not compile."),
        Kind::BodyAddedRequired => (Breaking, NOT_SENT),
        Kind::BodyRemoved => (Breaking, IGNORED),
        Kind::BodyOptional => (NeedsPerson, "What clients send is still accepted. Check what the generator makes of an optional body."),
        Kind::BodyRequired => (Breaking, MAY_BE_OMITTED),
        Kind::ResponseAdded => (NeedsPerson, "Released clients treat it as an unexpected response. Generators may refuse a second typed response: decide whether to hide it from them."),
        Kind::SuccessRemoved => (Breaking, "The response that clients wait for is no longer documented, and a regenerated client has no type for it."),
        Kind::ErrorResponseRemoved => (NeedsPerson, "Nothing changes as long as this response is still sent. A regenerated client no longer expects it."),
        Kind::HeaderAdded => (Compatible, "Clients ignore headers that they do not know."),
        Kind::HeaderRemoved => (NeedsPerson, "Check whether the client reads it, and where the vendor puts the information now."),
        Kind::MediaTypeAdded => (NeedsPerson, "The old form is still there. Many generators support one form only: decide whether to hide this one from them."),
        Kind::JsonRemoved if received => (Breaking, "Responses are no longer documented as JSON. If they are something else, released clients cannot decode any of them."),
        Kind::MediaTypeRemoved if received => (Compatible, "Clients read JSON only, so nothing changes for them."),
        Kind::JsonRemoved | Kind::MediaTypeRemoved => (Breaking, "Clients keep sending this form: expect their requests to be refused."),
        Kind::SchemaAdded => (NeedsPerson, "The form is documented for the first time, and the generated type changes. Compare it with what the client sends and reads."),
        Kind::SchemaRemoved => (Breaking, "The form is no longer documented, and generators need it: no client can be generated from this document without an overlay."),

        Kind::TypeChanged | Kind::FormatChanged if received => (Breaking, UNDECODABLE),
        Kind::TypeChanged | Kind::FormatChanged => (Breaking, OLD_FORM),
        Kind::TypeRenamed => (Breaking, "The schema is written in another place, which gives the generated type another name: code that names it does not compile. Released clients are affected only as far as other rows say."),
        Kind::Contradiction => (Breaking, "The parts of this schema contradict each other: no value satisfies all of them, and what is generated from it cannot be used."),
        Kind::Recursion => (Breaking, "In one of the two documents the schema contains itself. Generators put such a type into a `Box` wherever it is used, so code that uses it does not compile."),
        Kind::FormatAdded if received => (NeedsPerson, "Released clients read it as before. Generators use a stricter type, which may reject a whole response for one odd value: decide whether to hide the format."),
        Kind::FormatAdded => (Breaking, "Values that were accepted until now may be refused, and the generated type may change."),
        Kind::Nullable if received && optional => (Compatible, "Optional fields are generated as `Option`, which reads `null` as absent."),
        Kind::Nullable if received => (Breaking, "The generated type does not allow `null` here: released clients cannot decode a response that contains it."),
        Kind::Nullable if optional => (Compatible, ACCEPTED),
        Kind::Nullable => (Breaking, BECOMES_OPTION),
        Kind::NotNullable if received && optional => (Compatible, READ_AS_BEFORE),
        Kind::NotNullable if received => (Breaking, NO_LONGER_OPTION),
        Kind::NotNullable => (Breaking, "Requests that send `null` here are refused."),
        Kind::Default => (NeedsPerson, "Requests that omit it, as those of clients may, can have a different effect than before."),
        Kind::FieldAddedOptional if received => (Compatible, "Released clients ignore it. A regenerated client has a field for it."),
        Kind::FieldAddedOptional => (Breaking, "What released clients send is still accepted. The generated type has one more field, so code that builds it field by field does not compile."),
        Kind::FieldAddedRequired if received => (NeedsPerson, "Released clients ignore it. A regenerated client rejects a response without it: check that it is always there."),
        Kind::FieldAddedRequired => (Breaking, NOT_SENT),
        Kind::FieldRemoved if received => (Breaking, "It reads as absent, or the response cannot be decoded. Code that uses the field does not compile."),
        Kind::FieldRemoved => (Breaking, IGNORED),
        Kind::FieldOptional if received => (Breaking, "Released clients cannot decode a response without it. It is generated as an `Option` now, so code that reads it does not compile."),
        Kind::FieldOptional => (Breaking, BECOMES_OPTION),
        Kind::FieldRequired if received => (Breaking, NO_LONGER_OPTION),
        Kind::FieldRequired => (Breaking, MAY_BE_OMITTED),
        Kind::ValuesListed if received => (Breaking, "Released clients read every value as before. The generated type becomes a closed enum: code that uses it does not compile, and a value that is not listed makes the whole response undecodable."),
        Kind::ValuesListed => (Breaking, "Values that are not listed, which clients may send, are refused. The generated type becomes an enum."),
        Kind::ValuesNotListed if received => (Breaking, "Released clients may reject values that they do not know. The generated type is no longer an enum, so code that uses it does not compile."),
        Kind::ValuesNotListed => (Breaking, "Every value is accepted. The generated type is no longer an enum, so code that uses it does not compile."),
        Kind::ValueAdded if received => (NeedsPerson, "A closed enum in a released client rejects it. Decide whether to open the list, and where the client names the value."),
        Kind::ValueAdded => (NeedsPerson, "What clients send is still accepted. Decide whether to offer the new value; an exhaustive `match` on the generated enum does not compile."),
        Kind::ValueRemoved if received => (NeedsPerson, "Released clients still know the value, but no longer receive it. Find out what replaced it; the generated enum loses a variant."),
        Kind::ValueRemoved => (Breaking, "Requests with this value, which clients may send, are refused."),
        Kind::LimitAdded if received => (Breaking, "Released clients read every response. The generated type may become one that checks the limit, so code that uses it does not compile."),
        Kind::LimitAdded => (Breaking, NEW_LIMIT),
        Kind::LimitRemoved if received => (Breaking, OLD_LIMIT),
        Kind::LimitRemoved => (Breaking, "More is accepted than before. The generated type may lose its check, and code that uses it does not compile."),
        Kind::LimitTightened if received => (NeedsPerson, "Released clients read every response. A regenerated client may check the new limit, and reject a response beyond it."),
        Kind::LimitTightened => (Breaking, NEW_LIMIT),
        Kind::LimitLoosened if received => (Breaking, OLD_LIMIT),
        Kind::LimitLoosened => (NeedsPerson, ACCEPTED),
        Kind::LimitUnclear if received => (NeedsPerson, "Whether released clients can still decode every response cannot be derived from the rule's text."),
        Kind::LimitUnclear => (Breaking, "Requests that were accepted until now may be refused: whether the new rule is looser cannot be derived from its text."),
        Kind::UndeclaredForbidden if received => (Breaking, "Released clients read it as before. A regenerated client rejects a response with a field that is not declared."),
        Kind::UndeclaredForbidden => (Breaking, "Requests with a field that is not declared are refused."),
        Kind::UndeclaredAllowed if received => (Breaking, "A generated type that forbids undeclared fields rejects a response with one."),
        Kind::UndeclaredAllowed => (NeedsPerson, ACCEPTED),
        Kind::AlternativeAdded if received => (NeedsPerson, "Responses may come in a form that released clients cannot decode. The generated enum gains a variant."),
        Kind::AlternativeAdded => (NeedsPerson, "What clients send is still accepted. The generated enum gains a variant."),
        Kind::AlternativeRemoved if received => (NeedsPerson, "Responses have one form fewer. The generated enum loses a variant: check that the rest still decodes what is sent."),
        Kind::AlternativeRemoved => (Breaking, "Requests in this form, which clients may send, are refused."),
        Kind::AlternativesReordered => (NeedsPerson, "Generated enums try their variants in order and may name them by position. Check what is generated now."),

        Kind::Wording => (Compatible, ""),
        Kind::Rewritten => (Compatible, "The meaning is the same as before, apart from what other rows say."),
        Kind::Unused => (Compatible, "No operation uses this part in both versions: users of the client notice nothing."),
        Kind::TooDeep => (NeedsPerson, "The schemas are nested too deeply, or have too many alternatives, to be compared. Compare them by hand."),
        Kind::Unknown => (NeedsPerson, "No rule covers this part of the document. Read the vendor's documentation and decide what it does to users of the client."),
    }
}
