//! Typed httpmock helpers for the AKOOL Face Swap API, for tests.
//!
//! # Features
//!
//! `httpmock` (default): the module `stubs`. Without it httpmock is not built.

#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "httpmock")]
pub mod stubs;

pub use akool_faceswap_raw as raw;
