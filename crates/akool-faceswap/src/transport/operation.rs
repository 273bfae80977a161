//! One endpoint of the API, and the detour around the generated client's errors.
//!
//! The generated client can return neither our errors nor the body of an answer that it could not
//! read: its own error has lost the status or the body, and would print the latter. So the generated
//! client builds the request and sees no answer: the outcome of the exchange is kept separately, decoded
//! here as the generated type, and [`Operation::read`] decides by both.

use std::{
    future::Future,
    sync::{Arc, Mutex, PoisonError},
};

use akool_faceswap_raw as raw;
use bytes::Bytes;
use http::StatusCode;
use reqwest::ResponseBuilderExt as _;
use serde::de::DeserializeOwned;

use crate::{
    error::{Error, ErrorKind},
    transport::{
        authorization::Authorization,
        channel::Channel,
        exchange::{Attempt, RawResponse},
        one_shot::HandedOver,
    },
};

/// What a method of the generated client returns.
pub(crate) type Generated<T> = Result<raw::ResponseValue<T>, raw::Error<()>>;

/// Which of the client's pools of permits a request takes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pool {
    /// Lookups: many at a time, and not urgent.
    Lookups,
    /// Everything else, which must not queue behind a lookup of 100,000 ids.
    Others,
}

/// One endpoint: the request to send and what its answer means.
pub(crate) trait Operation: Sync {
    /// The `operationId` of the document, for spans and metrics.
    const NAME: &'static str;
    /// What people call it, such as "the lookup".
    const NOUN: &'static str;
    /// Whether it may be repeated after the server may have processed it. If not, it is repeated
    /// only where the request surely did not reach the server.
    const IDEMPOTENT: bool;
    const POOL: Pool = Pool::Others;

    /// The generated type of the answer.
    type Typed: DeserializeOwned + Send;
    type Output: Send;

    /// How many things the request asks for.
    fn items(&self) -> usize {
        1
    }

    /// How many things the answer has.
    fn returned(output: &Self::Output) -> usize {
        let _ = output;
        1
    }

    /// The one call of the generated client.
    fn send(&self, client: &raw::Client) -> impl Future<Output = Generated<Self::Typed>> + Send;

    /// What the answer means. `typed` is what the generated type could read of it; without it the
    /// body may still be an envelope ([`RawResponse::envelope`]). A business code other than 1000
    /// is an error ([`RawResponse::check`]).
    fn read(
        &self,
        typed: Option<Self::Typed>,
        response: &RawResponse,
    ) -> Result<Self::Output, Error>;
}

impl Channel {
    /// Sends the request of an operation once and reads the answer.
    pub(crate) async fn perform<O: Operation>(
        self: &Arc<Self>,
        operation: &O,
        authorization: Authorization,
        attempt: Attempt,
    ) -> Result<O::Output, Error> {
        let exchange = Arc::new(OneExchange {
            channel: self.clone(),
            authorization,
            attempt,
            handed_over: (!O::IDEMPOTENT).then(HandedOver::default),
            outcome: Mutex::new(None),
        });
        let client = raw::Client::new_with_client(
            self.base_url.as_str(),
            self.http.clone(),
            raw::Hooks::shared(exchange.clone()),
        );
        let _ = operation.send(&client).await;
        let outcome = exchange.take().and_then(|response| {
            let typed = (response.status == StatusCode::OK)
                .then(|| serde_json::from_slice(&response.body).ok())
                .flatten();
            let outcome = operation.read(typed, &response);
            // Who answers with an envelope is the API, and no proxy or login page on the way.
            let is_the_api = match &outcome {
                Ok(_) => true,
                Err(error) => error.business_code().is_some(),
            };
            if let Some(date) = response.date
                && is_the_api
            {
                self.clock.observe(date);
            }
            outcome
        });
        outcome.map_err(|error| match &exchange.handed_over {
            // Whatever came back: no server has a request whose body was never asked for.
            Some(handed_over) if !handed_over.get() => error.with_reached(false),
            _ => error,
        })
    }
}

/// The transport of a generated client that sends one request.
struct OneExchange {
    channel: Arc<Channel>,
    authorization: Authorization,
    attempt: Attempt,
    /// Of a request that must not happen twice: whether its body was handed over.
    handed_over: Option<HandedOver>,
    outcome: Mutex<Option<Result<RawResponse, Error>>>,
}

impl OneExchange {
    fn take(&self) -> Result<RawResponse, Error> {
        let mut outcome = self.outcome.lock().unwrap_or_else(PoisonError::into_inner);
        outcome.take().unwrap_or_else(|| {
            Err(Error::new(
                ErrorKind::Configuration,
                "the request could not be built",
            ))
        })
    }
}

impl raw::Transport for OneExchange {
    fn send<'a>(
        &'a self,
        _: &'a reqwest::Client,
        mut request: reqwest::Request,
        operation_id: &'static str,
    ) -> raw::BoxFuture<'a> {
        Box::pin(async move {
            if let Some(handed_over) = &self.handed_over {
                handed_over.watch(&mut request);
            }
            let outcome = self
                .channel
                .exchange(request, operation_id, &self.authorization, self.attempt)
                .await;
            *self.outcome.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
            Ok(generated(&self.channel, None))
        })
    }
}

/// An answer for the generated client; without one HTTP 500, so that it looks at no body.
pub(crate) fn generated(channel: &Channel, response: Option<&RawResponse>) -> reqwest::Response {
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
