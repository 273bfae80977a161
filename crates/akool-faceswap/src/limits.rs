//! Every bound of a client in one place, with its default.

pub(crate) mod deadline;
pub(crate) mod request_size;

use std::{
    num::{NonZeroU32, NonZeroUsize},
    time::Duration,
};

/// A time limit, or explicitly none.
///
/// Leaving a timeout unset is different from disabling it: the client's setting, or the default,
/// applies.
///
/// ```
/// use std::time::Duration;
/// use akool_faceswap::{Client, Timeout};
///
/// let client = Client::builder()
///     .api_key("k")
///     .attempt_timeout(Duration::from_secs(5))
///     .operation_timeout(Timeout::Disabled)
///     .build()?;
/// # Ok::<(), akool_faceswap::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timeout {
    /// Give up after this time.
    After(Duration),
    /// Never give up.
    Disabled,
}

impl Timeout {
    /// The limit, or `None` if there is none.
    pub fn duration(self) -> Option<Duration> {
        match self {
            Self::After(limit) => Some(limit),
            Self::Disabled => None,
        }
    }
}

impl From<Duration> for Timeout {
    fn from(limit: Duration) -> Self {
        Self::After(limit)
    }
}

/// `None` never gives up.
impl From<Option<Duration>> for Timeout {
    fn from(limit: Option<Duration>) -> Self {
        limit.map_or(Self::Disabled, Self::After)
    }
}

/// The bounds of one client.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    pub(crate) connect_timeout: Timeout,
    pub(crate) attempt_timeout: Timeout,
    pub(crate) operation_timeout: Timeout,
    pub(crate) max_response_bytes: usize,
    /// For lookups.
    pub(crate) max_concurrent_requests: NonZeroUsize,
    /// `None`: no bound other than what the API allows.
    pub(crate) max_lookups_per_second: Option<NonZeroU32>,
    /// For all other requests.
    pub(crate) max_other_requests: NonZeroUsize,
    pub(crate) max_concurrent_downloads: NonZeroUsize,
    pub(crate) max_ids_per_request: NonZeroUsize,
    pub(crate) max_request_line_bytes: usize,
    pub(crate) max_tracked_ids: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10).into(),
            attempt_timeout: Duration::from_secs(30).into(),
            operation_timeout: Duration::from_secs(300).into(),
            // 100 rows are about 40 KiB.
            max_response_bytes: 8 * 1024 * 1024,
            max_concurrent_downloads: const { NonZeroUsize::new(4).unwrap() },
            max_concurrent_requests: const { NonZeroUsize::new(64).unwrap() },
            max_lookups_per_second: None,
            max_other_requests: const { NonZeroUsize::new(4).unwrap() },
            max_ids_per_request: const { NonZeroUsize::new(100).unwrap() },
            // Half of what nginx accepts by default; proxies may accept less.
            max_request_line_bytes: 4096,
            max_tracked_ids: 200_000,
        }
    }
}
