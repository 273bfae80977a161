//! The places of an answer, and the one parameter, that the SDK lives on.

/// What a part of the document is to the SDK. In order of importance: where a schema is used in
/// more than one place, the first of them decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Spot {
    /// `_id` of a job.
    Id,
    /// `faceswap_status` of a job.
    Status,
    /// `url` of a job.
    Url,
    /// `createdAt` of a job.
    CreatedAt,
    /// `code` of the envelope.
    Code,
    /// `msg` of the envelope.
    Message,
    /// `data` of the envelope.
    Data,
    /// `data.result`, the list of jobs.
    Results,
    /// One job, an item of `data.result`.
    Row,
    /// The whole answer.
    Envelope,
    /// The parameter with the ids that are asked for.
    IdsParameter,
}

impl Spot {
    /// What the field `name` of this place is.
    pub(super) fn field(self, name: &str) -> Option<Self> {
        match (self, name) {
            (Self::Envelope, "code") => Some(Self::Code),
            (Self::Envelope, "msg") => Some(Self::Message),
            (Self::Envelope, "data") => Some(Self::Data),
            (Self::Data, "result") => Some(Self::Results),
            (Self::Row, "_id") => Some(Self::Id),
            (Self::Row, "faceswap_status") => Some(Self::Status),
            (Self::Row, "url") => Some(Self::Url),
            (Self::Row, "createdAt") => Some(Self::CreatedAt),
            _ => None,
        }
    }

    /// What the items of this list are.
    pub(super) fn items(self) -> Option<Self> {
        (self == Self::Results).then_some(Self::Row)
    }

    /// What the parameter `name` is.
    pub(super) fn parameter(name: &str) -> Option<Self> {
        (name == "_ids").then_some(Self::IdsParameter)
    }
}
