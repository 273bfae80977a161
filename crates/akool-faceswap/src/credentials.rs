//! What a request is authenticated with: exactly one thing, kept out of every output.
//!
//! The API takes an API key or a bearer token. If both are sent, `Authorization` wins and the key
//! is discarded, so this library sends one and never both.
//!
//! Source: <https://docs.akool.com/authentication/usage>.

use std::fmt;

use http::{HeaderName, HeaderValue, header::AUTHORIZATION};
use zeroize::Zeroizing;

use crate::{Error, ErrorKind};

const X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// A key or token; overwritten when dropped, and never shown.
#[derive(Clone)]
pub(crate) struct Secret(Zeroizing<String>);

impl Secret {
    /// Checks that `value` can stand in a header; white space around it is passed over, since keys
    /// come from files and environment variables with a line's end.
    pub(crate) fn new(name: &str, value: impl Into<String>) -> Result<Self, Error> {
        let value = Zeroizing::new(value.into());
        let trimmed = value.trim();
        if trimmed.is_empty() {
            return Err(Error::new(
                ErrorKind::Configuration,
                format!("the {name} is empty"),
            ));
        }
        if !trimmed.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Error::new(
                ErrorKind::Configuration,
                format!("the {name} has a character that is no visible ASCII"),
            ));
        }
        Ok(Self(Zeroizing::new(trimmed.to_owned())))
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<secret>")
    }
}

/// What every request carries.
#[derive(Clone, Debug)]
pub(crate) enum Credentials {
    ApiKey(Secret),
    BearerToken(Secret),
}

impl Credentials {
    /// The header that carries them, marked as sensitive.
    pub(crate) fn header(&self) -> Result<(HeaderName, HeaderValue), Error> {
        let (name, text) = match self {
            Self::ApiKey(key) => (X_API_KEY, key.0.clone()),
            Self::BearerToken(token) => (
                AUTHORIZATION,
                Zeroizing::new(format!("Bearer {}", token.expose())),
            ),
        };
        let mut value = HeaderValue::from_str(&text).map_err(|_| {
            Error::new(
                ErrorKind::Configuration,
                "the credentials do not fit into a header",
            )
        })?;
        value.set_sensitive(true);
        Ok((name, value))
    }

    /// What must not be in any text that the server sends back.
    pub(crate) fn secret(&self) -> &str {
        match self {
            Self::ApiKey(secret) | Self::BearerToken(secret) => secret.expose(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_around_a_key_is_passed_over() {
        assert_eq!(Secret::new("API key", " k-1\r\n").unwrap().expose(), "k-1");
    }

    #[test]
    fn a_key_that_cannot_be_one_is_refused_without_being_shown() {
        for (value, expected) in [
            ("", "is empty"),
            (" \n", "is empty"),
            ("PLANTED secret", "no visible ASCII"),
            ("PLANTED\u{e9}", "no visible ASCII"),
            ("PLANTED\nx-other: 1", "no visible ASCII"),
        ] {
            let error = Secret::new("API key", value).unwrap_err();
            assert!(error.is_configuration());
            assert!(error.to_string().contains(expected), "{error}");
            assert!(!format!("{error} {error:?}").contains("PLANTED"));
        }
    }

    #[test]
    fn exactly_one_sensitive_header_is_made() {
        let secret = || Secret::new("API key", "PLANTED").unwrap();
        let (name, value) = Credentials::ApiKey(secret()).header().unwrap();
        assert_eq!(
            (name.as_str(), value.to_str().unwrap()),
            ("x-api-key", "PLANTED")
        );
        assert!(value.is_sensitive());
        let (name, value) = Credentials::BearerToken(secret()).header().unwrap();
        assert_eq!(
            (name.as_str(), value.to_str().unwrap()),
            ("authorization", "Bearer PLANTED")
        );
        assert!(value.is_sensitive());
    }

    #[test]
    fn debug_output_shows_no_secret() {
        let credentials = Credentials::ApiKey(Secret::new("API key", "PLANTED").unwrap());
        assert_eq!(format!("{credentials:?}"), "ApiKey(<secret>)");
    }
}
