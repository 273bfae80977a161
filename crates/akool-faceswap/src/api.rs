//! What every request of a client shares: the channel to the API, credentials, limits, retry rules.
//!
//! Features ([`lookup`](crate::lookup), ...) hold an [`Api`] and send requests with [`Api::call`](Api::call).

mod call;
pub(crate) mod options;
mod permits;
#[cfg(feature = "semver-exempt")]
mod raw;

use std::{fmt, sync::Arc};

use crate::{
    auth::Credentials,
    clock::Clock,
    limits::{Limits, request_size::KnownSizes},
    metrics::Metrics,
    retry::{Jitter, RetryPolicy, budget::Budget, throttle::Throttle},
    transport::channel::Channel,
};

pub(crate) use call::Call;
pub(crate) use permits::Permits;

/// What all clones of a client share.
pub(crate) struct Api {
    pub(crate) channel: Arc<Channel>,
    pub(crate) credentials: Credentials,
    pub(crate) limits: Limits,
    pub(crate) retry: RetryPolicy,
    pub(crate) permits: Permits,
    pub(crate) throttle: Throttle,
    pub(crate) budget: Budget,
    pub(crate) jitter: Jitter,
    pub(crate) clock: Clock,
    pub(crate) metrics: Option<Arc<dyn Metrics>>,
    /// What answers have shown about the size that a lookup may have.
    pub(crate) known_sizes: KnownSizes,
}

/// Shows where the API is, but no credentials.
impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Api")
            .field("base_url", &self.channel.base_url)
            .field("credentials", &self.credentials)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
