//! What requests to one API share: its origin, the HTTP client, and the cap on answers.

use std::sync::Arc;

use crate::{
    clock::Clock,
    transport::{backend::HttpBackend, base_url::BaseUrl},
};

/// The way to one API.
pub(crate) struct Channel {
    pub(crate) base_url: BaseUrl,
    /// The host of the base URL; it goes into every response.
    pub(super) host: Arc<str>,
    pub(crate) http: reqwest::Client,
    pub(crate) backend: Box<dyn HttpBackend>,
    pub(super) max_response_bytes: usize,
    /// Dates `Retry-After`, and takes the dates of answers.
    pub(crate) clock: Clock,
}

impl Channel {
    pub(crate) fn new(
        base_url: BaseUrl,
        http: reqwest::Client,
        backend: Box<dyn HttpBackend>,
        max_response_bytes: usize,
        clock: Clock,
    ) -> Self {
        Self {
            host: base_url.host().into(),
            base_url,
            http,
            backend,
            max_response_bytes,
            clock,
        }
    }

    /// The host of the API, for people.
    pub(crate) fn host(&self) -> &Arc<str> {
        &self.host
    }
}
