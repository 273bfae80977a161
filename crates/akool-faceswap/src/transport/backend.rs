//! Where a finished request leaves the library and a response comes back.
//!
//! In production that is `reqwest`. Tests hand in another backend, so that every timing rule can be
//! tested exactly under a paused clock.

use std::{fmt, future::Future, pin::Pin};

use crate::transport::tls_fault;

/// A future response.
pub(crate) type ResponseFuture<'a> =
    Pin<Box<dyn Future<Output = Result<reqwest::Response, TransportError>> + Send + 'a>>;

/// Sends requests.
pub(crate) trait HttpBackend: Send + Sync {
    fn send<'a>(
        &'a self,
        client: &'a reqwest::Client,
        request: reqwest::Request,
    ) -> ResponseFuture<'a>;
}

/// A request that got no response.
#[derive(Debug)]
pub(crate) struct TransportError {
    /// Whether no connection was made, so that the server cannot have seen the request.
    pub(crate) is_connect: bool,
    pub(crate) is_timeout: bool,
    pub(crate) source: Box<dyn std::error::Error + Send + Sync>,
    /// What to do, where the kind alone would say too little.
    pub(crate) advice: Option<&'static str>,
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.source.fmt(f)
    }
}

impl std::error::Error for TransportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.source()
    }
}

impl From<reqwest::Error> for TransportError {
    fn from(error: reqwest::Error) -> Self {
        let (is_connect, is_timeout) = (error.is_connect(), error.is_timeout());
        // The URL has the ids in it.
        let error = error.without_url();
        let fault = tls_fault::of(&error);
        Self {
            is_connect,
            is_timeout,
            advice: fault.as_ref().and_then(|fault| fault.advice),
            source: match fault {
                Some(fault) => fault.what.into(),
                None => error.into(),
            },
        }
    }
}

/// Sends requests with `reqwest`.
#[derive(Debug)]
pub(crate) struct ReqwestBackend;

impl HttpBackend for ReqwestBackend {
    fn send<'a>(
        &'a self,
        client: &'a reqwest::Client,
        request: reqwest::Request,
    ) -> ResponseFuture<'a> {
        Box::pin(async move { Ok(client.execute(request).await?) })
    }
}
