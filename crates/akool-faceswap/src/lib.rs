//! Ask the AKOOL Face Swap API what became of any number of jobs.
//!
//! Lookups take many ids at once, are repeated where a fault may pass, and give every id an outcome
//! of its own: found, missing, or failed with an error that says what to do. Start at [`Client`].

#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod answer;
mod base_url;
mod client;
mod clock;
mod code;
mod credentials;
mod error;
mod id;
mod job;
mod limits;
mod lookup;
mod metrics;
mod retry;
mod salvage;
mod status;
mod transport;
mod wire;

pub use client::{Client, ClientBuilder};
pub use code::{BusinessClass, BusinessCode, UnknownCode};
pub use credentials::{BoxError, FetchingToken, Token, TokenProvider};
pub use error::{Error, ErrorKind, Result};
pub use id::{InvalidId, InvalidIds, ResultId, ResultIds};
pub use job::{Job, Media, Note, RESULT_LIFETIME};
pub use limits::Timeout;
pub use lookup::{IncompleteResults, Lookup, Outcome, Results, UnexpectedReason, UnexpectedRow};
pub use metrics::{LookupMetrics, Metrics, RequestMetrics};
pub use retry::RetryPolicy;
pub use status::{FaceswapStatus, UnknownStatus};
