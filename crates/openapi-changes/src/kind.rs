//! What can happen to a place in a document, and how clients use that place.

use serde::Deserialize;

/// What happened to one place in the document. [`Roles`](crate::Roles) refer to a kind by its name
/// in snake case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Kind {
    /// `openapi` names another version of OpenAPI 3.0.
    SpecVersion,
    /// `openapi` is absent, or names no version of OpenAPI 3.0.
    SpecVersionUnsupported,
    /// `info.version` changed.
    ApiVersion,
    /// `info.title` changed.
    ApiTitle,
    /// A component is new.
    ComponentAdded,
    /// A component is gone.
    ComponentRemoved,
    /// A reference points to nothing in one of the documents.
    DanglingReference,
    /// A keyword beside a reference changed.
    BesideReference,
    /// The document has one more server.
    ServerAdded,
    /// A server is gone, or has another URL.
    ServerRemoved,
    /// A path or an operation has one more server of its own.
    OwnServerAdded,
    /// Another server comes first.
    DefaultServer,
    /// There is one more way to authenticate.
    CredentialAdded,
    /// A way to authenticate is no longer accepted.
    CredentialRemoved,
    /// Credentials are required now.
    CredentialsRequired,
    /// Credentials are no longer required.
    CredentialsNotRequired,
    /// A security scheme is new.
    SchemeAdded,
    /// A security scheme is gone.
    SchemeRemoved,
    /// A security scheme works in another way.
    SchemeChanged,
    /// A security scheme is described differently.
    SchemeDescription,
    /// An operation is new.
    OperationAdded,
    /// An operation is gone.
    OperationRemoved,
    /// `operationId` changed.
    OperationId,
    /// Something is deprecated now.
    Deprecated,
    /// Something is no longer deprecated.
    NotDeprecated,
    /// A parameter is new and may be omitted.
    ParameterAddedOptional,
    /// A parameter is new and required.
    ParameterAddedRequired,
    /// A parameter is gone.
    ParameterRemoved,
    /// A parameter or header has another name, location or style.
    ParameterMoved,
    /// A parameter or header may be omitted now.
    ParameterOptional,
    /// A parameter or header is required now.
    ParameterRequired,
    /// A request has a body now, which may be omitted.
    BodyAddedOptional,
    /// A request requires a body now.
    BodyAddedRequired,
    /// A request no longer has a body.
    BodyRemoved,
    /// The body of a request may be omitted now.
    BodyOptional,
    /// The body of a request is required now.
    BodyRequired,
    /// A status is new.
    ResponseAdded,
    /// A 2xx or default response is gone.
    SuccessRemoved,
    /// A response of another status is gone.
    ErrorResponseRemoved,
    /// A response header is new.
    HeaderAdded,
    /// A response header is gone.
    HeaderRemoved,
    /// A body has one more media type.
    MediaTypeAdded,
    /// A body is no longer JSON.
    JsonRemoved,
    /// A media type other than JSON is gone.
    MediaTypeRemoved,
    /// A parameter or media type has a schema now.
    SchemaAdded,
    /// A parameter or media type no longer has a schema.
    SchemaRemoved,
    /// The type changed.
    TypeChanged,
    /// The schema is the same, but its generated type has another name, or none.
    TypeRenamed,
    /// No value can satisfy all parts of the schema.
    Contradiction,
    /// A field makes its schema contain itself.
    Recursion,
    /// `format` is new.
    FormatAdded,
    /// `format` changed or is gone.
    FormatChanged,
    /// `null` is allowed now.
    Nullable,
    /// `null` is no longer allowed.
    NotNullable,
    /// `default` changed.
    Default,
    /// A field is new and may be omitted.
    FieldAddedOptional,
    /// A field is new and required.
    FieldAddedRequired,
    /// A field is gone.
    FieldRemoved,
    /// A field may be omitted now.
    FieldOptional,
    /// A field is required now.
    FieldRequired,
    /// The allowed values are listed now.
    ValuesListed,
    /// The allowed values are no longer listed.
    ValuesNotListed,
    /// One more value is listed.
    ValueAdded,
    /// A value is no longer listed.
    ValueRemoved,
    /// A limit, such as `maxLength` or `pattern`, is new.
    LimitAdded,
    /// A limit is gone.
    LimitRemoved,
    /// A limit allows less.
    LimitTightened,
    /// A limit allows more.
    LimitLoosened,
    /// A limit changed, and it is unclear whether it allows more or less.
    LimitUnclear,
    /// Fields that are not declared are forbidden now.
    UndeclaredForbidden,
    /// Fields that are not declared are allowed now.
    UndeclaredAllowed,
    /// `oneOf` or `anyOf` has one more alternative.
    AlternativeAdded,
    /// `oneOf` or `anyOf` has one alternative fewer.
    AlternativeRemoved,
    /// Alternatives are in another order, or under the other keyword.
    AlternativesReordered,
    /// Only text for people changed.
    Wording,
    /// Written differently, with the same meaning.
    Rewritten,
    /// A part that no operation uses changed.
    Unused,
    /// Schemas are nested too deeply, or have too many alternatives, to be compared.
    TooDeep,
    /// Something that no rule covers changed.
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
    /// The usage of two places together.
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
