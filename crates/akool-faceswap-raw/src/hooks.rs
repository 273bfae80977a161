//! The hooks through which the generated client sends its requests.
//!
//! The generated code calls `ClientHooks::exec` for every request. The orphan rule requires that
//! implementation to be in this crate; it hands the request to the caller's [`Transport`], which adds
//! credentials, retries, limits and tracing.

use std::{fmt, future::Future, pin::Pin, sync::Arc};

use progenitor_client::{ClientHooks, OperationInfo};
use reqwest::header::HeaderName;

use crate::Client;

/// The header that the generator adds to every request.
static API_VERSION: HeaderName = HeaderName::from_static("api-version");

/// What a [`Transport`] returns: a future that can be sent between threads.
pub type BoxFuture<'a> =
    Pin<Box<dyn Future<Output = reqwest::Result<reqwest::Response>> + Send + 'a>>;

/// Sends the requests of the generated client.
///
/// The request comes without the `api-version` header that the generator adds to every request
/// and that the vendor does not know.
pub trait Transport: Send + Sync {
    /// Sends one request and returns its response, whatever its status.
    ///
    /// `operation_id` is the operation's name in the OpenAPI document.
    fn send<'a>(
        &'a self,
        client: &'a reqwest::Client,
        request: reqwest::Request,
        operation_id: &'static str,
    ) -> BoxFuture<'a>;
}

/// The [`Transport`] of a generated client.
#[derive(Clone)]
pub struct Hooks(Arc<dyn Transport>);

impl Hooks {
    /// Hooks that hand every request to `transport`.
    pub fn new(transport: impl Transport + 'static) -> Self {
        Self(Arc::new(transport))
    }

    /// Hooks that hand every request to a `transport` that you share with other hooks.
    pub fn shared(transport: Arc<dyn Transport>) -> Self {
        Self(transport)
    }

    /// Hooks that send every request once, unchanged, without credentials.
    pub fn plain() -> Self {
        Self::new(Plain)
    }
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hooks").finish_non_exhaustive()
    }
}

struct Plain;

impl Transport for Plain {
    fn send<'a>(
        &'a self,
        client: &'a reqwest::Client,
        request: reqwest::Request,
        _operation_id: &'static str,
    ) -> BoxFuture<'a> {
        Box::pin(client.execute(request))
    }
}

impl ClientHooks<Hooks> for Client {
    async fn exec(
        &self,
        mut request: reqwest::Request,
        info: &OperationInfo,
    ) -> reqwest::Result<reqwest::Response> {
        request.headers_mut().remove(&API_VERSION);
        self.inner
            .0
            .send(&self.client, request, info.operation_id)
            .await
    }
}
