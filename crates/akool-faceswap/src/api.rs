//! What every request of a client shares: where the API is, credentials, limits, and the rules of retries.

use std::{fmt, sync::Arc};

use tokio::sync::Semaphore;

use crate::{
    auth::Credentials,
    clock::Clock,
    limits::{Limits, request_size::KnownSizes},
    metrics::Metrics,
    retry::{Jitter, RetryPolicy, budget::Budget, throttle::Throttle},
    transport::{backend::Wire, base_url::BaseUrl},
};

/// What all clones of a client share.
pub(crate) struct Api {
    pub(crate) base_url: BaseUrl,
    pub(crate) credentials: Credentials,
    pub(crate) limits: Limits,
    pub(crate) retry: RetryPolicy,
    pub(crate) http: reqwest::Client,
    pub(crate) wire: Box<dyn Wire>,
    /// One place for each request that may be under way; first come, first served.
    pub(crate) places: Semaphore,
    pub(crate) throttle: Throttle,
    pub(crate) budget: Budget,
    pub(crate) jitter: Jitter,
    pub(crate) clock: Clock,
    pub(crate) metrics: Option<Arc<dyn Metrics>>,
    /// What the answers have shown of how large a lookup may be.
    pub(crate) known_sizes: KnownSizes,
}

/// Shows where the API is and no credentials.
impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Api")
            .field("base_url", &self.base_url)
            .field("credentials", &self.credentials)
            .finish_non_exhaustive()
    }
}
