//! Why a delivery was refused, without quoting anything from it.

use std::{error::Error as StdError, fmt};

/// Why a webhook delivery was refused.
///
/// Its `Display` output is one line for a log. It never contains the payload, the encrypted data,
/// the credentials, or any other text of the request: only what is wrong, and numbers. There is no
/// `source()`, because the errors of a JSON parser quote what they read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookError {
    kind: WebhookErrorKind,
    message: String,
}

/// The category of a [`WebhookError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WebhookErrorKind {
    /// The client id or client secret cannot be used; only when the receiver is made.
    Configuration,
    /// The body is larger than [`MAX_BODY_BYTES`](crate::webhook::MAX_BODY_BYTES).
    TooLarge,
    /// The body is not the documented envelope.
    Malformed,
    /// The signature does not match: the body was changed, or is for another client id.
    InvalidSignature,
    /// The timestamp is outside the replay window.
    OutsideReplayWindow,
    /// The data does not decrypt to a JSON object: another client secret, or changed data.
    ///
    /// Wrong padding and a payload that is not JSON are one kind with one message, on purpose.
    /// Anyone who knows the client id can sign, and an answer that tells the two apart would let
    /// such a sender decrypt a captured delivery byte by byte (a padding oracle).
    Undecryptable,
    /// The payload is a JSON object without a valid `_id`.
    InvalidPayload,
}

impl WebhookErrorKind {
    /// A name for machines, such as `invalid_signature`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::TooLarge => "too_large",
            Self::Malformed => "malformed",
            Self::InvalidSignature => "invalid_signature",
            Self::OutsideReplayWindow => "outside_replay_window",
            Self::Undecryptable => "undecryptable",
            Self::InvalidPayload => "invalid_payload",
        }
    }
}

impl fmt::Display for WebhookErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl WebhookError {
    pub(super) fn new(kind: WebhookErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
        }
    }

    /// The category.
    pub fn kind(&self) -> WebhookErrorKind {
        self.kind
    }

    /// What to do about it.
    pub fn advice(&self) -> &'static str {
        match self.kind {
            WebhookErrorKind::Configuration => {
                "take the client id and client secret from the API credentials page of the account \
                 that submits the jobs"
            }
            WebhookErrorKind::TooLarge | WebhookErrorKind::Malformed => {
                "if the request is from AKOOL, the webhook's format has changed: report it; \
                 waits are not affected"
            }
            WebhookErrorKind::InvalidSignature => {
                "check that the client id is that of the account that submitted the job, and that \
                 nothing between AKOOL and this service rewrites the body"
            }
            WebhookErrorKind::OutsideReplayWindow => {
                "check this machine's clock; a late redelivery is harmless to drop, because waits \
                 look jobs up themselves"
            }
            WebhookErrorKind::Undecryptable => {
                "check that the client secret is that of the account that submitted the job"
            }
            WebhookErrorKind::InvalidPayload => {
                "the payload's format has changed: report it; waits are not affected"
            }
        }
    }
}

impl fmt::Display for WebhookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for WebhookError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_a_name_and_advice_of_its_own() {
        use WebhookErrorKind::{
            Configuration, InvalidPayload, InvalidSignature, Malformed, OutsideReplayWindow,
            TooLarge, Undecryptable,
        };
        for (kind, name, advice) in [
            (Configuration, "configuration", "API credentials page"),
            (TooLarge, "too_large", "format has changed"),
            (Malformed, "malformed", "format has changed"),
            (InvalidSignature, "invalid_signature", "client id is that"),
            (OutsideReplayWindow, "outside_replay_window", "clock"),
            (Undecryptable, "undecryptable", "client secret is that"),
            (InvalidPayload, "invalid_payload", "payload's format"),
        ] {
            assert_eq!(kind.to_string(), name);
            let error = WebhookError::new(kind, "the message");
            assert!(
                error.advice().contains(advice),
                "{name}: {}",
                error.advice()
            );
            assert_eq!(
                (error.kind(), error.to_string().as_str()),
                (kind, "the message")
            );
        }
    }
}
