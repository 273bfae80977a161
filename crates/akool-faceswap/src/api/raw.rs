//! The generated client with this client's credentials and limits, for [`Client::raw`].
//!
//! [`Client::raw`]: crate::client::Client::raw

use std::sync::Arc;

use akool_faceswap_raw as raw;
use bytes::Bytes;
use http::StatusCode;
use reqwest::ResponseBuilderExt as _;

use crate::{
    api::Api,
    error::Error,
    limits::{Timeout, deadline::Deadline},
    transport::{
        channel::Channel,
        exchange::{Attempt, RawResponse},
    },
};

impl Api {
    /// A generated client whose every request carries the credentials.
    pub(crate) fn raw_client(self: &Arc<Self>) -> raw::Client {
        raw::Client::new_with_client(
            self.channel.base_url.as_str(),
            self.channel.http.clone(),
            raw::Hooks::new(RawTransport(self.clone())),
        )
    }
}

struct RawTransport(Arc<Api>);

impl RawTransport {
    async fn exchange(
        &self,
        request: reqwest::Request,
        operation_id: &'static str,
    ) -> Result<RawResponse, Error> {
        let api = &self.0;
        let attempt = Attempt {
            resend_count: 0,
            deadline: Deadline::after(Timeout::Disabled).part(api.limits.attempt_timeout),
        };
        let (authorization, _) = api
            .credentials
            .authorization(&api.channel, &attempt.deadline)
            .await?;
        api.channel
            .exchange(request, operation_id, &authorization, attempt)
            .await
    }
}

impl raw::Transport for RawTransport {
    fn send<'a>(
        &'a self,
        _: &'a reqwest::Client,
        request: reqwest::Request,
        operation_id: &'static str,
    ) -> raw::BoxFuture<'a> {
        Box::pin(async move {
            let outcome = self.exchange(request, operation_id).await;
            Ok(generated(&self.0.channel, outcome.as_ref().ok()))
        })
    }
}

/// An answer for the generated client; without one HTTP 500, so that it looks at no body.
fn generated(channel: &Channel, response: Option<&RawResponse>) -> reqwest::Response {
    let (status, body) = response.map_or_else(
        || (StatusCode::INTERNAL_SERVER_ERROR, Bytes::new()),
        |response| (response.status, response.body.clone()),
    );
    // Without a URL, reqwest parses one of its own.
    let parts = http::Response::builder().url(channel.base_url.url().clone());
    let mut generated = parts.body(body).unwrap_or_default();
    *generated.status_mut() = status;
    generated.into()
}
