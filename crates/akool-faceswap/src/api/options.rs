//! What one call may decide for itself; what it leaves unset is the client's.

use std::sync::{Arc, atomic::AtomicU64};

use crate::{limits::Timeout, retry::RetryPolicy};

/// The options of one call.
#[derive(Clone, Debug, Default)]
pub(crate) struct CallOptions {
    pub(crate) attempt_timeout: Option<Timeout>,
    pub(crate) operation_timeout: Option<Timeout>,
    pub(crate) retry: Option<RetryPolicy>,
    /// Grows by each request that is sent.
    pub(crate) sent: Option<Arc<AtomicU64>>,
}

/// Setters for a builder that has its [`CallOptions`] in `self.options`.
macro_rules! call_options {
    ($type:ty, $what:literal) => {
        impl $type {
            /// The time limit for one attempt at one request. Default: the client's.
            pub fn attempt_timeout(mut self, limit: impl Into<$crate::limits::Timeout>) -> Self {
                self.options.attempt_timeout = Some(limit.into());
                self
            }

            #[doc = concat!("The time limit for the whole ", $what, ", retries included. Default: the client's.")]
            pub fn operation_timeout(mut self, limit: impl Into<$crate::limits::Timeout>) -> Self {
                self.options.operation_timeout = Some(limit.into());
                self
            }

            /// How often requests are retried. Default: as the client is configured.
            pub fn retry(mut self, policy: $crate::retry::RetryPolicy) -> Self {
                self.options.retry = Some(policy);
                self
            }
        }
    };
}
pub(crate) use call_options;
