//! The vendor's own way to a bearer token: `POST /api/open/v3/getToken`.
//!
//! Its answer has the token at the top level, with no `data` and no `msg`. The token is valid for
//! more than a year, so it is fetched once and kept.
//!
//! Source: <https://docs.akool.com/authentication/usage>.

use std::sync::Arc;

use akool_faceswap_raw::types::{GetTokenRequest, GetTokenResponse};

use crate::auth::Secret;
use crate::{
    api::Api,
    error::{Error, ErrorKind},
    transport::{envelope, exchange::Attempt},
};

/// What a token is given for.
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

    /// Asks for a token once. What may pass is repeated by the request that needs the token.
    pub(super) async fn fetch(&self, api: &Arc<Api>) -> Result<Secret, Error> {
        let body = GetTokenRequest {
            client_id: self.id.expose().to_owned(),
            client_secret: self.secret.expose().to_owned().into(),
        };
        // Its time is part of the attempt that waits for it.
        let attempt = Attempt::without_credentials(api.clone(), self.secret.clone());
        let typed = attempt.client().get_token(&body).await;
        let typed = typed
            .ok()
            .map(akool_faceswap_raw::ResponseValue::into_inner);
        let mut report = attempt.into_report();
        if let Some(failure) = report.failure.take() {
            return Err(failure);
        }
        let (code, msg, token) = if let Some(GetTokenResponse { code, msg, token }) = typed {
            (code, msg.unwrap_or_default(), token)
        } else {
            let answer = envelope::envelope(api, &report)?;
            (answer.code, answer.msg, None)
        };
        envelope::check(code, &msg, &report)?;
        match token {
            Some(token) => Secret::new("token of getToken", token.expose()),
            None => Err(Error::new(
                ErrorKind::Decode,
                format!(
                    "the answer of {} to getToken has no token",
                    api.base_url.host()
                ),
            )
            .with_json_path("$.token")
            .with_http_status(report.status)
            .with_reached(true)),
        }
    }
}
