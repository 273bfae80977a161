//! The vendor's own way to get a bearer token: `POST /api/open/v3/getToken`.
//!
//! The answer has the token at the top level, without `data` and `msg`. The token is valid for more
//! than a year, so it is fetched once and kept.
//!
//! Source: <https://docs.akool.com/authentication/usage>.

use std::sync::Arc;

use akool_faceswap_raw::{
    Client,
    types::{GetTokenRequest, GetTokenResponse},
};

use crate::{
    error::{Error, ErrorKind},
    limits::{Timeout, deadline::Deadline},
    secret::Secret,
    transport::{
        authorization::Authorization,
        channel::Channel,
        exchange::{Attempt, RawResponse},
        operation::{Generated, Operation},
    },
};

/// The client id and secret that a token is issued for.
#[derive(Debug)]
pub(crate) struct ClientSecret {
    id: Secret,
    secret: Secret,
}

impl ClientSecret {
    pub(crate) fn new(id: String, secret: String) -> Result<Self, Error> {
        Ok(Self {
            id: Secret::new("client id", id)?,
            secret: Secret::new("client secret", secret)?,
        })
    }

    /// Asks for a token once. Transient errors are retried by the request that needs the token, and
    /// its time limit bounds this one.
    pub(super) async fn fetch(&self, channel: &Arc<Channel>) -> Result<Secret, Error> {
        let attempt = Attempt {
            resend_count: 0,
            deadline: Deadline::after(Timeout::Disabled),
        };
        let authorization = Authorization::in_body(self.secret.clone());
        channel.perform(self, authorization, attempt).await
    }
}

impl Operation for ClientSecret {
    const NAME: &'static str = "get_token";
    const NOUN: &'static str = "fetching a token";
    const IDEMPOTENT: bool = true;
    type Typed = GetTokenResponse;
    type Output = Secret;

    async fn send(&self, client: &Client) -> Generated<GetTokenResponse> {
        let body = GetTokenRequest {
            client_id: self.id.expose().to_owned(),
            client_secret: self.secret.expose().to_owned().into(),
        };
        client.get_token(&body).await
    }

    fn read(
        &self,
        typed: Option<GetTokenResponse>,
        response: &RawResponse,
    ) -> Result<Secret, Error> {
        let token = if let Some(GetTokenResponse {
            code, msg, token, ..
        }) = typed
        {
            response.check(code, &msg.unwrap_or_default())?;
            token
        } else {
            response.envelope()?;
            None
        };
        match token {
            Some(token) => Secret::new("token of getToken", token.expose()),
            None => Err(Error::new(
                ErrorKind::Decode,
                format!("the answer of {} to getToken has no token", response.host),
            )
            .with_json_path("$.token")
            .with_http_status(response.status)
            .with_reached(true)),
        }
    }
}
