//! What can happen to a place in a document, and how clients use that place.

use serde::Deserialize;

/// What happened to one place in the document. The names in snake case are those that
/// [`Roles`](crate::Roles) refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
#[expect(missing_docs, reason = "the table in `verdict` says what each means")]
pub enum Kind {
    // The document and its components.
    SpecVersion,
    SpecVersionUnsupported,
    ApiVersion,
    ApiTitle,
    ComponentAdded,
    ComponentRemoved,
    DanglingReference,
    BesideReference,
    // Servers and credentials.
    ServerAdded,
    ServerRemoved,
    OwnServerAdded,
    DefaultServer,
    CredentialAdded,
    CredentialRemoved,
    CredentialsRequired,
    CredentialsNotRequired,
    SchemeAdded,
    SchemeRemoved,
    SchemeChanged,
    SchemeDescription,
    // Operations.
    OperationAdded,
    OperationRemoved,
    OperationId,
    Deprecated,
    NotDeprecated,
    ParameterAddedOptional,
    ParameterAddedRequired,
    ParameterRemoved,
    ParameterMoved,
    ParameterOptional,
    ParameterRequired,
    BodyAddedOptional,
    BodyAddedRequired,
    BodyRemoved,
    BodyOptional,
    BodyRequired,
    ResponseAdded,
    SuccessRemoved,
    ErrorResponseRemoved,
    HeaderAdded,
    HeaderRemoved,
    MediaTypeAdded,
    JsonRemoved,
    MediaTypeRemoved,
    SchemaAdded,
    SchemaRemoved,
    // Schemas.
    TypeChanged,
    TypeRenamed,
    Contradiction,
    Recursion,
    FormatAdded,
    FormatChanged,
    Nullable,
    NotNullable,
    Default,
    FieldAddedOptional,
    FieldAddedRequired,
    FieldRemoved,
    FieldOptional,
    FieldRequired,
    ValuesListed,
    ValuesNotListed,
    ValueAdded,
    ValueRemoved,
    LimitAdded,
    LimitRemoved,
    LimitTightened,
    LimitLoosened,
    LimitUnclear,
    UndeclaredForbidden,
    UndeclaredAllowed,
    AlternativeAdded,
    AlternativeRemoved,
    AlternativesReordered,
    // Whatever is left.
    Wording,
    Rewritten,
    Unused,
    TooDeep,
    Unknown,
}

/// How operations use one part of the document.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Usage {
    /// Part of what clients send.
    pub(crate) sent: bool,
    /// Part of what clients receive.
    pub(crate) received: bool,
    /// A field that may be omitted wherever it is used.
    pub(crate) optional: bool,
    /// The most important role where it is sent (or neither sent nor received), as its rank.
    pub(crate) sent_role: Option<usize>,
    /// The most important role where it is received.
    pub(crate) received_role: Option<usize>,
}

impl Usage {
    /// The use in both places together.
    pub(crate) fn or(self, other: Self) -> Self {
        let first = |a: Option<usize>, b: Option<usize>| a.into_iter().chain(b).min();
        Self {
            sent: self.sent || other.sent,
            received: self.received || other.received,
            optional: self.optional && other.optional,
            sent_role: first(self.sent_role, other.sent_role),
            received_role: first(self.received_role, other.received_role),
        }
    }
}
