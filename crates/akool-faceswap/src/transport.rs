//! How one request reaches the API and its answer comes back.
//!
//! It knows the base URL, the HTTP client and the envelope; not what an operation means, and not
//! whether it is repeated.

pub(crate) mod backend;
pub(crate) mod base_url;
pub(crate) mod envelope;
pub(crate) mod exchange;
pub(crate) mod http_client;
