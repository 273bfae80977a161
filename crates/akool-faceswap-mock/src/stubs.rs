//! Typed stubs for [`httpmock`], generated from the same documents as the client.
//!
//! [`MockServerExt`] adds one method for each operation to [`httpmock::MockServer`]. Requests and
//! responses have the raw client's types, so a stub that violates the vendor's document does not
//! compile. Use stubs for contract tests of the exact form of single requests. Use
//! [`FakeAkool`](crate::FakeAkool) wherever jobs change state, and wherever faults, files or the
//! number of requests matter.
//!
//! ```
//! use akool_faceswap_mock::{
//!     raw::{Client, Hooks, types::ListResultsByIdsResponse},
//!     stubs::{MockServerExt, httpmock::MockServer},
//! };
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let ids = "667d228400000000000a0001".parse()?;
//! let answer: ListResultsByIdsResponse = serde_json::from_str(
//!     r#"{"code": 1000, "msg": "OK", "data": {"result": []}}"#,
//! )?;
//! let server = MockServer::start_async().await;
//! let stub = server.list_results_by_ids(|when, then| {
//!     when.ids(&ids);
//!     then.ok(&answer);
//! });
//!
//! # let _ = rustls::crypto::ring::default_provider().install_default();
//! let client = Client::new_with_client(&server.base_url(), reqwest::Client::new(), Hooks::plain());
//! assert_eq!(client.list_results_by_ids(&ids).await?.code, 1000);
//! stub.assert_async().await;
//! # Ok(())
//! # }
//! ```
//!
//! # Limits
//!
//! - Paths are matched from the start: the base URL must not have a path.
//! - Only the documented HTTP 200 has a method; for anything else use `into_inner()` and httpmock's
//!   own `When` and `Then`.
//! - A stub always gives the same answer; for several in a row use
//!   [`Mock::up_to_n_times`](::httpmock::Mock::up_to_n_times).

pub use ::httpmock;
pub use generated::{MockServerExt, operations};

// Generated code follows the generator's style, not ours.
#[allow(
    missing_docs,
    unreachable_pub,
    unused_qualifications,
    clippy::pedantic,
    clippy::unwrap_used
)]
mod generated {
    include!("generated.rs");
}
