//! The seam between the generated client and whoever sends its requests.
//!
//! The generator calls `ClientHooks::exec` for every request. The orphan rule wants that
//! implementation in this crate, so it is here once, and hands the request to a [`Transport`]
//! that the caller brings: credentials, attempts, limits and tracing are the caller's.

use std::{fmt, future::Future, pin::Pin, sync::Arc};

use progenitor_client::{ClientHooks, OperationInfo};

use crate::Client;

/// What a [`Transport`] returns: a future that can be sent between threads.
pub type Sending<'a> =
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
    ) -> Sending<'a>;
}

/// The [`Transport`] of a generated client.
#[derive(Clone)]
pub struct Seam(Arc<dyn Transport>);

impl Seam {
    /// A seam that hands every request to `transport`.
    pub fn new(transport: impl Transport + 'static) -> Self {
        Self(Arc::new(transport))
    }

    /// A seam that hands every request to a `transport` that others hold, too.
    pub fn shared(transport: Arc<dyn Transport>) -> Self {
        Self(transport)
    }

    /// A seam that sends every request once, as it is, without credentials.
    pub fn plain() -> Self {
        Self::new(Plain)
    }
}

impl fmt::Debug for Seam {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seam").finish_non_exhaustive()
    }
}

struct Plain;

impl Transport for Plain {
    fn send<'a>(
        &'a self,
        client: &'a reqwest::Client,
        request: reqwest::Request,
        _operation_id: &'static str,
    ) -> Sending<'a> {
        Box::pin(client.execute(request))
    }
}

impl ClientHooks<Seam> for Client {
    async fn exec(
        &self,
        mut request: reqwest::Request,
        info: &OperationInfo,
    ) -> reqwest::Result<reqwest::Response> {
        request.headers_mut().remove("api-version");
        self.inner
            .0
            .send(&self.client, request, info.operation_id)
            .await
    }
}
