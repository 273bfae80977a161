//! What a request is authenticated with: exactly one thing, kept out of every output.
//!
//! The API takes an API key or a bearer token. If both are sent, `Authorization` wins and the key
//! is discarded, so this library sends one and never both. A bearer token is given once, or comes
//! from a provider and is then shared by all clones of a client.
//!
//! Source: <https://docs.akool.com/authentication/usage>.

mod client_credentials;
mod token;

use std::{fmt, sync::Arc};

use http::{HeaderName, HeaderValue, header::AUTHORIZATION};
use zeroize::Zeroizing;

use crate::{
    api::Api,
    error::{Error, ErrorKind},
};

pub(crate) use client_credentials::ClientSecret;
pub use token::{FetchingToken, Token, TokenProvider};
pub(crate) use token::{Generation, SharedToken};

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

/// Where the header of every request comes from.
#[derive(Debug)]
pub(crate) enum Credentials {
    ApiKey(Secret),
    BearerToken(Secret),
    Provider(SharedToken),
}

/// The header of one request, and what it was made of.
pub(crate) struct Authentication {
    pub(crate) name: HeaderName,
    pub(crate) value: HeaderValue,
    pub(crate) secret: Secret,
    /// Which token of a provider it was.
    pub(crate) generation: Option<Generation>,
}

impl Credentials {
    /// The header for the next request; fetches a token where there is none yet.
    pub(crate) async fn authentication(&self, api: &Arc<Api>) -> Result<Authentication, Error> {
        match self {
            Self::ApiKey(key) => Authentication::new(X_API_KEY, &key.0, key.clone(), None),
            Self::BearerToken(token) => Authentication::bearer(token.clone(), None),
            Self::Provider(provider) => {
                let (token, generation) = provider.current(api).await?;
                Authentication::bearer(token, Some(generation))
            }
        }
    }

    /// Gives up a token that the API refused; whether another one may be had.
    pub(crate) fn refused(&self, generation: Option<Generation>) -> bool {
        match (self, generation) {
            (Self::Provider(provider), Some(generation)) => {
                provider.forget(generation);
                true
            }
            _ => false,
        }
    }
}

impl Authentication {
    fn bearer(token: Secret, generation: Option<Generation>) -> Result<Self, Error> {
        let text = Zeroizing::new(format!("Bearer {}", token.expose()));
        Self::new(AUTHORIZATION, &text, token, generation)
    }

    fn new(
        name: HeaderName,
        text: &str,
        secret: Secret,
        generation: Option<Generation>,
    ) -> Result<Self, Error> {
        let mut value = HeaderValue::from_str(text).map_err(|_| {
            Error::new(
                ErrorKind::Configuration,
                "the credentials do not fit into a header",
            )
        })?;
        value.set_sensitive(true);
        Ok(Self {
            name,
            value,
            secret,
            generation,
        })
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
        let key = secret();
        let of =
            |made: Result<Authentication, Error>| made.map(|made| (made.name, made.value)).unwrap();
        let (name, value) = of(Authentication::new(X_API_KEY, &key.0, key.clone(), None));
        assert_eq!(
            (name.as_str(), value.to_str().unwrap()),
            ("x-api-key", "PLANTED")
        );
        assert!(value.is_sensitive());
        let (name, value) = of(Authentication::bearer(secret(), None));
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
