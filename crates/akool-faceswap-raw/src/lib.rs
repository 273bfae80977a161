//! The generated client of the AKOOL Face Swap API.
//!
//! progenitor generates [`Client`] and [`types`] from the vendored OpenAPI documents and the
//! supplement, with the overlay applied. Only the hooks that send requests ([`Transport`]),
//! [`ResultUrl`] and [`Secret`] are written by hand. The `Debug` output of a generated type shows
//! only numbers and flags, never a link to a person's face, a landmark, an id or a secret.
//!
//! ```no_run
//! use akool_faceswap_raw::{Client, Hooks};
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let http = reqwest::Client::builder().build()?;
//! let client = Client::new_with_client("https://openapi.akool.com", http, Hooks::plain());
//! let answer = client.list_results_by_ids(&"667d228400000000000a0001".parse()?).await?;
//! println!("business code {}", answer.code);
//! # Ok(())
//! # }
//! ```
//!
//! # What the generated code does not do
//!
//! - It sends no credentials; your [`Transport`] has to add them.
//! - It treats every answer with HTTP 200 as a success. Look at `code`: only 1000 is success.
//! - `Client::new` panics if it finds no TLS roots; use `Client::new_with_client`.
//! - A base URL with a trailing slash gives `//api`.
//! - The `Display` of [`Error::InvalidResponsePayload`] prints the whole body.
//!
//! The crate `akool-faceswap` handles all of these.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod hooks;
mod redact;

// Generated code follows the generator's style, not ours.
#[allow(
    missing_docs,
    unreachable_pub,
    unused_qualifications,
    clippy::pedantic,
    clippy::unwrap_used
)]
mod generated {
    #[cfg(feature = "codegen")]
    include!(concat!(env!("OUT_DIR"), "/generated.rs"));

    #[cfg(not(feature = "codegen"))]
    include!("generated.rs");
}

pub use generated::*;
pub use hooks::{BoxFuture, Hooks, Transport};
pub use redact::{ResultUrl, Secret};
