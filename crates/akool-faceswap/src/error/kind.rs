//! What kinds of things go wrong.

use std::fmt;

/// What kind of thing an [`Error`](crate::error::Error) tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// What the caller gave can never work; no request was made.
    InvalidInput,
    /// The client tracks as many ids as it may; no request was made.
    TooManyIds,
    /// The client cannot be built from its settings and environment.
    Configuration,
    /// No token could be had from the token provider.
    Credentials,
    /// No connection to the server; it has not seen the request.
    Connect,
    /// A time limit passed.
    Timeout,
    /// The connection broke after it was made.
    Transport,
    /// The answer is larger than the limit.
    ResponseTooLarge,
    /// The server wants to send the request elsewhere, which is refused.
    Redirect,
    /// An HTTP status that is an error, without an envelope in the body.
    Http,
    /// The answer is no envelope of this API.
    Decode,
    /// The API answered with a business code other than 1000.
    Api,
    /// The picture does not show the number of faces that was asked for.
    FaceCount,
    /// The job has no result to download: it has not succeeded, or has no URL that can be fetched.
    NoResult,
    /// The result is not there: it has been deleted after its 7 days, or is not filled in yet.
    Expired,
    /// What the result's host sent is no image and no video.
    UnexpectedContent,
    /// A file could not be read or written.
    Io,
}

impl ErrorKind {
    /// A name for machines, such as `invalid_input`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidInput => "invalid_input",
            Self::TooManyIds => "too_many_ids",
            Self::Configuration => "configuration",
            Self::Credentials => "credentials",
            Self::Connect => "connect",
            Self::Timeout => "timeout",
            Self::Transport => "transport",
            Self::ResponseTooLarge => "response_too_large",
            Self::Redirect => "redirect",
            Self::Http => "http",
            Self::Decode => "decode",
            Self::Api => "api",
            Self::FaceCount => "face_count",
            Self::NoResult => "no_result",
            Self::Expired => "expired",
            Self::UnexpectedContent => "unexpected_content",
            Self::Io => "io",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
