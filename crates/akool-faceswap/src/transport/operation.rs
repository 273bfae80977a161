//! One endpoint of the API, and the detour around the generated client's errors.
//!
//! The generated client can return neither our errors nor the body of an answer that it could not
//! read: its own error has lost the status or the body, and would print the latter. So the generated
//! client only builds the request. The answer is decoded here as the generated type, and
//! [`Operation::read`] decides what it means.

use std::{
    future::Future,
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
};

use akool_faceswap_raw as raw;
use futures_util::FutureExt as _;
use http::StatusCode;
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
    /// Whether it may be retried after the server may have processed it. If not, it is retried only if the
    /// request certainly did not reach the server.
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
        &self,
        operation: &O,
        authorization: Authorization,
        attempt: Attempt,
    ) -> Result<O::Output, Error> {
        let mut request = self.request(operation)?;
        // For a request that must not happen twice: whether its body was handed over.
        let handed_over = (!O::IDEMPOTENT).then(HandedOver::default);
        if let Some(handed_over) = &handed_over {
            handed_over.watch(&mut request);
        }
        // Boxed, because the futures around it are moved several times before they are polled.
        let outcome = Box::pin(self.exchange(request, O::NAME, &authorization, attempt))
            .await
            .and_then(|response| self.decode(operation, &response));
        outcome.map_err(|error| match handed_over {
            // Whatever came back: no server has a request whose body was never polled.
            Some(handed_over) if !handed_over.get() => error.with_reached(false),
            _ => error,
        })
    }

    /// The request that the generated client builds for an operation.
    fn request<O: Operation>(&self, operation: &O) -> Result<reqwest::Request, Error> {
        let built = Arc::new(BuiltRequest::default());
        let client = raw::Client::new_with_client(
            self.base_url.as_str(),
            self.http.clone(),
            raw::Hooks::shared(built.clone()),
        );
        // One poll builds the request; the answer would never come.
        let _ = pin!(operation.send(&client)).now_or_never();
        built
            .take()
            .ok_or_else(|| Error::new(ErrorKind::Configuration, "the request could not be built"))
    }

    /// What an answer means for its operation.
    fn decode<O: Operation>(
        &self,
        operation: &O,
        response: &RawResponse,
    ) -> Result<O::Output, Error> {
        // Checking the whole body for UTF-8 costs less than checking it string by string.
        let typed = (response.status == StatusCode::OK)
            .then(|| std::str::from_utf8(&response.body).ok())
            .flatten()
            .and_then(|text| serde_json::from_str(text).ok());
        let outcome = operation.read(typed, response);
        // An envelope comes from the API, not from a proxy or a login page.
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
    }
}

/// A transport of a generated client that keeps the request and never answers.
#[derive(Default)]
struct BuiltRequest(Mutex<Option<reqwest::Request>>);

impl BuiltRequest {
    fn take(&self) -> Option<reqwest::Request> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl raw::Transport for BuiltRequest {
    fn send<'a>(
        &'a self,
        _: &'a reqwest::Client,
        request: reqwest::Request,
        _: &'static str,
    ) -> raw::BoxFuture<'a> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(request);
        Box::pin(std::future::pending())
    }
}
