//! The categories of errors.

use std::fmt;

use serde::{Serialize, Serializer};

/// The category of an [`Error`](crate::error::Error).
///
/// If several kinds mean the same to your program, use the error's predicates instead:
/// [`is_retryable`](crate::error::Error::is_retryable), [`is_auth`](crate::error::Error::is_auth) and others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The input is invalid; no request was made.
    InvalidInput,
    /// The client already tracks the maximum number of ids; no request was made.
    TooManyIds,
    /// The client cannot be built from its settings and environment.
    ///
    /// Set `AKOOL_API_KEY`, or give the builder exactly one kind of credentials; a base URL must
    /// begin with `https://` unless it is on this machine.
    Configuration,
    /// The token provider returned no token.
    Credentials,
    /// No connection to the server; it has not seen the request.
    ///
    /// Check the base URL, name resolution, proxies, firewalls and certificates; the source says
    /// which of them it was.
    Connect,
    /// A time limit passed.
    ///
    /// The message says which. If it is the operation's, attempts before it may have failed for
    /// another reason: see the source.
    Timeout,
    /// The connection broke after it was made.
    Transport,
    /// The answer is larger than the limit.
    ResponseTooLarge,
    /// The server redirects the request. The client does not follow, since that would send the credentials
    /// elsewhere.
    ///
    /// Set the base URL to where the API is; the message names the host.
    Redirect,
    /// An HTTP status that is an error, without an envelope in the body.
    Http,
    /// The answer is not an envelope of this API.
    ///
    /// Often a proxy or a login page answered instead: see
    /// [`body_snippet`](crate::error::Error::body_snippet).
    Decode,
    /// The API answered with a business code other than 1000.
    Api,
    /// The picture does not show the requested number of faces.
    FaceCount,
    /// The job failed; from a [`WaitError`](crate::wait::WaitError).
    JobFailed,
    /// The API has answered without the job for too long, or the job was deleted; from a
    /// [`WaitError`](crate::wait::WaitError).
    Missing,
    /// The client was shut down, or the wait cancelled; from a
    /// [`WaitError`](crate::wait::WaitError).
    ShutDown,
    /// The job has no result to download: it has not succeeded, or its URL cannot be fetched.
    NoResult,
    /// The result does not exist: it was deleted after 7 days, or is not ready yet.
    ///
    /// Compare [`Job::expires_at`](crate::model::Job::expires_at) with the time of day. If the job is younger,
    /// look it up again and download from the URL of the fresh answer; if it is older, only a new submit
    /// creates the result again.
    Expired,
    /// The result's host sent neither an image nor a video.
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
            Self::JobFailed => "job_failed",
            Self::Missing => "missing",
            Self::ShutDown => "shut_down",
            Self::NoResult => "no_result",
            Self::Expired => "expired",
            Self::UnexpectedContent => "unexpected_content",
            Self::Io => "io",
        }
    }
}

/// As the name that [`as_str`](Self::as_str) gives.
impl Serialize for ErrorKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_shown_and_serialised_as_its_name() {
        for kind in [ErrorKind::Connect, ErrorKind::ResponseTooLarge] {
            assert_eq!(kind.to_string(), kind.as_str());
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
    }
}
