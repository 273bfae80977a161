//! The token of one submit, which its callback URL carries.
//!
//! The API has no idempotency key, echoes nothing of a request and lists no jobs. The only thing that it sends unasked
//! is the callback: it goes to a URL that the caller chooses, and contains the `_id`. So a token in that URL is the
//! only way to find a job whose submit answer was lost. The token is in the path, because it is not known whether a
//! query survives.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use url::Url;

use crate::{
    error::{Error, ErrorKind},
    model::MediaUrl,
};

use super::invalid::InvalidSwap;

/// Identifies one submit: 32 random hexadecimal digits.
///
/// ```
/// use akool_faceswap::submit::SubmitToken;
///
/// // The last segment of a callback's path.
/// let token: SubmitToken = "0f8e3c5a9b7d41e6a2c4f0b1d3e5978a".parse()?;
/// assert_eq!(token.to_string(), "0f8e3c5a9b7d41e6a2c4f0b1d3e5978a");
/// # Ok::<(), akool_faceswap::submit::InvalidSubmitToken>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SubmitToken(Arc<str>);

impl SubmitToken {
    const LEN: usize = 32;

    /// A new token, which nobody can guess.
    pub(super) fn random() -> Result<Self, Error> {
        let mut bytes = [0; Self::LEN / 2];
        getrandom::fill(&mut bytes).map_err(|error| {
            Error::new(
                ErrorKind::Io,
                "the operating system gave no random numbers for a submit's token",
            )
            .with_source(error)
        })?;
        let number = u128::from_be_bytes(bytes);
        Ok(Self(format!("{number:032x}").into()))
    }

    /// The token as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `callback` with this token as the last segment of its path.
    pub(super) fn in_callback(&self, callback: &str) -> Result<String, InvalidSwap> {
        let refuse = |problem: &str| InvalidSwap::new("webhookUrl", problem);
        let checked = MediaUrl::new(callback).map_err(|reason| refuse(&reason.to_string()))?;
        let mut url = Url::parse(checked.as_str()).map_err(|_| refuse("not a valid URL"))?;
        url.set_fragment(None);
        url.path_segments_mut()
            .map_err(|()| refuse("this URL has no path"))?
            .pop_if_empty()
            .push(&self.0);
        Ok(url.into())
    }
}

impl fmt::Display for SubmitToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for SubmitToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SubmitToken({})", self.0)
    }
}

impl FromStr for SubmitToken {
    type Err = InvalidSubmitToken;

    fn from_str(text: &str) -> Result<Self, InvalidSubmitToken> {
        let is_token = text.len() == Self::LEN
            && text
                .bytes()
                .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        if is_token {
            Ok(Self(text.into()))
        } else {
            Err(InvalidSubmitToken)
        }
    }
}

impl Serialize for SubmitToken {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for SubmitToken {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Why a text is not a [`SubmitToken`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidSubmitToken;

impl fmt::Display for InvalidSubmitToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a submit's token is 32 hexadecimal digits in lower case")
    }
}

impl std::error::Error for InvalidSubmitToken {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_tokens_differ_and_are_read_back() {
        let one = SubmitToken::random().unwrap();
        let two = SubmitToken::random().unwrap();
        assert_ne!(one, two);
        assert_eq!(one.as_str().parse::<SubmitToken>().unwrap(), one);
        for text in [
            "",
            "0f8e",
            "0F8E3C5A9B7D41E6A2C4F0B1D3E5978A",
            "g".repeat(32).as_str(),
        ] {
            assert_eq!(
                text.parse::<SubmitToken>(),
                Err(InvalidSubmitToken),
                "{text}"
            );
        }
    }

    #[test]
    fn it_becomes_the_last_segment_of_the_path() {
        let token: SubmitToken = "0f8e3c5a9b7d41e6a2c4f0b1d3e5978a".parse().unwrap();
        for (callback, expected) in [
            ("https://me.example", "https://me.example/TOKEN"),
            ("https://me.example/", "https://me.example/TOKEN"),
            ("https://me.example/hook", "https://me.example/hook/TOKEN"),
            ("https://me.example/hook/", "https://me.example/hook/TOKEN"),
            (
                "https://me.example/hook?a=1#x",
                "https://me.example/hook/TOKEN?a=1",
            ),
        ] {
            let expected = expected.replace("TOKEN", token.as_str());
            assert_eq!(token.in_callback(callback).unwrap(), expected);
        }
    }

    #[test]
    fn a_callback_that_cannot_be_called_is_refused() {
        let token = SubmitToken::random().unwrap();
        for callback in [
            "",
            "hook",
            "mailto:me@me.example",
            "https://u:PLANTED@me.example/",
        ] {
            let error = token.in_callback(callback).unwrap_err();
            assert_eq!(error.field(), "webhookUrl", "{callback}");
            assert!(!error.to_string().contains("PLANTED"));
        }
    }
}
