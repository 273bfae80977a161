//! The generated client with this client's credentials and limits, for [`Client::raw`].
//!
//! [`Client::raw`]: crate::client::Client::raw

use std::sync::Arc;

use akool_faceswap_raw as raw;

use crate::{
    api::Api,
    error::Error,
    limits::{Timeout, deadline::Deadline},
    transport::{
        exchange::{Attempt, RawResponse},
        operation::generated,
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
