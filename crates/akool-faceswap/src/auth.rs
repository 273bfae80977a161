//! Credentials: exactly one kind for each client, kept out of every output.
//!
//! The API takes an API key or a bearer token. If both are sent, `Authorization` wins and the key is
//! discarded, so this library never sends both. A bearer token is fixed, or comes from a provider and
//! is then shared by all clones of a client.
//!
//! Source: <https://docs.akool.com/authentication/usage>.

mod client_credentials;
mod token;

use std::sync::Arc;

use http::{HeaderName, header::AUTHORIZATION};
use zeroize::Zeroizing;

use crate::{
    error::Error,
    limits::deadline::Deadline,
    secret::Secret,
    transport::{authorization::Authorization, channel::Channel},
};

pub(crate) use client_credentials::ClientSecret;
pub(crate) use token::{AnyProvider, Generation, SharedToken};
pub use token::{Token, TokenProvider};

const X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// Where the authorization of every request comes from.
#[derive(Debug)]
pub(crate) enum Credentials {
    ApiKey(Authorization),
    BearerToken(Authorization),
    Provider(SharedToken),
}

impl Credentials {
    pub(crate) fn api_key(key: Secret) -> Result<Self, Error> {
        let text = key.clone();
        Authorization::header(X_API_KEY, text.expose(), key).map(Self::ApiKey)
    }

    pub(crate) fn bearer_token(token: Secret) -> Result<Self, Error> {
        bearer(token).map(Self::BearerToken)
    }

    /// The authorization of the next request, and which token of a provider it contains; fetches a token if there is
    /// none yet.
    pub(crate) async fn authorization(
        &self,
        channel: &Arc<Channel>,
        deadline: &Deadline,
    ) -> Result<(Authorization, Option<Generation>), Error> {
        match self {
            Self::ApiKey(authorization) | Self::BearerToken(authorization) => {
                Ok((authorization.clone(), None))
            }
            Self::Provider(provider) => {
                let (authorization, generation) = deadline
                    .within(provider.current(channel))
                    .await
                    .unwrap_or_else(|| Err(channel.out_of_time(deadline)))?;
                Ok((authorization, Some(generation)))
            }
        }
    }

    /// Drops a token that the API refused; returns whether another one can be fetched.
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

fn bearer(token: Secret) -> Result<Authorization, Error> {
    let text = Zeroizing::new(format!("Bearer {}", token.expose()));
    Authorization::header(AUTHORIZATION, &text, token)
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::*;

    fn secret() -> Secret {
        Secret::new("API key", "PLANTED").unwrap()
    }

    #[test]
    fn exactly_one_sensitive_header_is_made() {
        let key = Credentials::api_key(secret()).unwrap();
        let token = Credentials::bearer_token(secret()).unwrap();
        for (credentials, name, text) in [
            (key, "x-api-key", "PLANTED"),
            (token, "authorization", "Bearer PLANTED"),
        ] {
            let (Credentials::ApiKey(made) | Credentials::BearerToken(made)) = credentials else {
                panic!("not fixed");
            };
            let mut headers = HeaderMap::new();
            made.insert_into(&mut headers);
            assert_eq!(headers.len(), 1);
            assert_eq!(headers[name].to_str().unwrap(), text);
            assert!(headers[name].is_sensitive());
        }
    }

    #[test]
    fn debug_output_shows_no_secret() {
        let credentials = Credentials::api_key(secret()).unwrap();
        assert_eq!(format!("{credentials:?}"), "ApiKey(<secret>)");
    }
}
