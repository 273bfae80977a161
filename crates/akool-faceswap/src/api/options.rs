//! The options of one call; the client's settings apply to those that are unset.

use std::sync::{Arc, atomic::AtomicU64};

use crate::{limits::Timeout, retry::RetryPolicy};

/// The options of one call.
#[derive(Clone, Debug, Default)]
pub(crate) struct CallOptions {
    pub(crate) attempt_timeout: Option<Timeout>,
    pub(crate) operation_timeout: Option<Timeout>,
    pub(crate) retry: Option<RetryPolicy>,
    /// Incremented for each request that is sent.
    pub(crate) sent: Option<Arc<AtomicU64>>,
}

/// Setters for a builder that has its [`CallOptions`] in `self.options`.
macro_rules! call_options {
    ($type:ty, $what:literal) => {
        impl $type {
            /// The time limit for each attempt of a request. Default: the client's.
            pub fn attempt_timeout(mut self, limit: impl Into<$crate::limits::Timeout>) -> Self {
                self.options.attempt_timeout = Some(limit.into());
                self
            }

            #[doc = concat!("The time limit for the whole ", $what, ", retries included. Default: the client's.")]
            pub fn operation_timeout(mut self, limit: impl Into<$crate::limits::Timeout>) -> Self {
                self.options.operation_timeout = Some(limit.into());
                self
            }

            /// The retry policy. Default: the client's.
            pub fn retry(mut self, policy: $crate::retry::RetryPolicy) -> Self {
                self.options.retry = Some(policy);
                self
            }
        }
    };
}
pub(crate) use call_options;
