//! Look up, wait for and download jobs of the AKOOL Face Swap API, any number at a time.
//!
//! A job is queued, processing, successful with a URL that expires after 7 days, or failed. One call
//! reports the state of one id or of 100,000:
//!
//! ```
//! # use akool_faceswap_mock::{FakeAkool, FakeJob};
//! use akool_faceswap::{Client, ResultIds};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let fake = FakeAkool::start()?;
//! # let known = fake.add_job(FakeJob::image());
//! # let client = Client::builder().base_url(fake.url()).api_key(fake.api_key()).build()?;
//! # if false {
//! let client = Client::from_env()?; // AKOOL_API_KEY
//! # }
//! # let ids = format!("{known},667d228400000000000a0001");
//! # let ids = ids.as_str();
//! let ids: ResultIds = ids.parse()?; // "667d2284…,64dae65a…"
//! let results = client.lookup(ids).await?;
//!
//! for job in results.found() {
//!     println!("{}: {} {:?}", job.id(), job.status(), job.result_url());
//! }
//! for id in results.missing() {
//!     println!("{id}: unknown, too new, deleted, or another account's");
//! }
//! for (id, error) in results.failed() {
//!     println!("{id}: lookup failed: {error}");
//! }
//! # assert_eq!((results.found().count(), results.missing().count()), (1, 1));
//! # Ok(())
//! # }
//! ```
//!
//! # What to know
//!
//! - [`ResultIds`] refuses invalid ids before any request, and says which and why. A `job_id` is not an
//!   id.
//! - [`Client`] is cheap to clone; clones share connections, limits, the retry budget and the throttle
//!   of rate limits. Make one per program.
//! - [`Results`] has one [`Outcome`] for every id. The call itself fails only if every
//!   id failed; [`Results::into_complete`] is for callers who want all or an error.
//! - [`Job::result_url`] returns a URL at [`JobStatus::Success`] only, although the API fills one in
//!   from the start. It expires at [`Job::expires_at`].
//! - [`Client::download`] fetches the file of a job that has succeeded, as a stream or to the disk:
//!   without credentials, checked, resumed after an interruption, and under its own name only once it
//!   is complete. See [`Download`].
//! - [`Client::wait`] and its siblings wait until jobs end; one poller serves all waits of a client. Every outcome
//!   other than success is a [`WaitError`], which has a [`Ticket`] if the job may still end.
//! - [`Client::swap`] submits a face swap once. A [`SubmitError`](submit::SubmitError) says whether a job may exist that
//!   costs credits; a submit that may have created one is never repeated.
//! - [`Client::detect`] and its siblings find the faces that a swap can use.
//! - [`Error`] says what happened, to which ids, and after how many attempts; [`Error::advice`] says what
//!   to do. Programs ask [`Error::kind`] and its predicates: [`Error::is_auth`], [`Error::is_billing`],
//!   [`Error::is_rate_limit`], [`Error::is_retryable`].
//!
//! # Defaults
//!
//! | What | Default | Change it with |
//! | --- | --- | --- |
//! | ids in a request | 100, and 4096 bytes of request line | [`ClientBuilder::max_ids_per_request`], [`ClientBuilder::max_request_line_bytes`] |
//! | requests in flight | up to 64 lookups, adapting from 4, and 4 others, for all clones | [`ClientBuilder::max_concurrent_requests`] |
//! | connect timeout | 10 s | [`ClientBuilder::connect_timeout`] |
//! | one attempt | 30 s | [`ClientBuilder::attempt_timeout`], [`Lookup::attempt_timeout`] |
//! | one call | 5 min | [`ClientBuilder::operation_timeout`], [`Lookup::operation_timeout`] |
//! | one attempt at a submit or detection | at least 2 min | |
//! | outcomes of dropped submits | 10,000, for the next submit of the same content for 24 h | [`Client::unclaimed_submits`] |
//! | after an unknown outcome, the same content is refused for | 24 h | [`allow_second_purchase`](submit::PendingSubmit::allow_second_purchase) |
//! | attempts at a request | 4, up to 20 s apart | [`ClientBuilder::retry`], [`Lookup::retry`] |
//! | `Retry-After` | up to 60 s | [`RetryPolicy::max_retry_after`] |
//! | retries of all clones | 100 in a burst, then one per five successes | |
//! | first poll of a wait | at once | [`PollPolicy::initial_delay`] |
//! | poll interval | every 10 % of the time since the job last changed, from 2 s up to 3 to 30 s by what a lookup costs | [`PollPolicy`] |
//! | a wait | 4 h | [`Wait::timeout`], [`Wait::deadline`] |
//! | a job may be missing | 2 min | [`Wait::missing_grace`] |
//! | ids waited for | 200,000 | [`ClientBuilder::max_tracked_ids`] |
//! | ids requested within this time share a request | 20 ms | |
//! | polls of a job because of hints | at least 500 ms apart | |
//! | response size | 8 MiB | [`ClientBuilder::max_response_bytes`] |
//! | concurrent downloads | 4 for all clones | [`ClientBuilder::max_concurrent_downloads`] |
//! | file size | 4 GiB | [`Download::max_bytes`] |
//! | download idle timeout | 30 s | [`Download::idle_timeout`] |
//! | one download | no limit | [`Download::operation_timeout`] |
//!
//! # Observability
//!
//! Each lookup is a [`tracing`] span `akool_faceswap.results` (info) with counts of ids; each attempt
//! is a span `akool_faceswap.attempt` (debug) with OpenTelemetry's names: `http.request.method`,
//! `server.address`, `server.port`, `http.response.status_code`, `http.request.resend_count`,
//! `error.type`. A download is a span `akool_faceswap.download` (info) with the file's host as
//! `server.address`, `file.media_type` and `file.bytes`; its requests are attempts, too. Retries
//! (debug), rate limits and calls that gave up (warn) are events. None of them contains an id, key or URL. Numbers go
//! to [`Metrics`]; gauges are in [`Client::stats`].
//!
//! [`Results`]: lookup::Results
//! [`Results::into_complete`]: lookup::Results::into_complete
//! [`Outcome`]: lookup::Outcome
//! [`Lookup::attempt_timeout`]: lookup::Lookup::attempt_timeout
//! [`Lookup::operation_timeout`]: lookup::Lookup::operation_timeout
//! [`Lookup::retry`]: lookup::Lookup::retry
//! [`Download`]: download::Download
//! [`Download::max_bytes`]: download::Download::max_bytes
//! [`Download::idle_timeout`]: download::Download::idle_timeout
//! [`Download::operation_timeout`]: download::Download::operation_timeout
//! [`PollPolicy`]: wait::PollPolicy
//! [`PollPolicy::initial_delay`]: wait::PollPolicy::initial_delay
//! [`Wait::timeout`]: wait::Wait::timeout
//! [`Wait::deadline`]: wait::Wait::deadline
//! [`Wait::missing_grace`]: wait::Wait::missing_grace
//! [`WaitError`]: wait::WaitError
//! [`Metrics`]: metrics::Metrics

#![cfg_attr(docsrs, feature(doc_cfg))]
// Without a feature, some of what the lower layers offer has no caller.
#![cfg_attr(not(all(feature = "download", feature = "submit")), allow(dead_code))]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]
// A field that the vendor adds to a generated type must not break the build.
#![allow(clippy::needless_update)]

pub mod account;
mod api;
pub mod auth;
#[cfg(feature = "blocking")]
pub mod blocking;
pub mod client;
mod clock;
pub mod delete;
#[cfg(feature = "detect")]
pub mod detect;
#[cfg(feature = "download")]
pub mod download;
pub mod error;
mod limits;
pub mod lookup;
pub mod metrics;
pub mod model;
mod retry;
mod secret;
#[cfg(feature = "submit")]
pub mod submit;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod transport;
#[cfg(feature = "wait")]
pub mod wait;
#[cfg(feature = "webhook")]
pub mod webhook;

/// Entry points for the fuzzer.
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;

pub use client::{Client, ClientBuilder};
pub use error::{Error, ErrorKind, Result};
pub use limits::Timeout;
#[cfg(feature = "detect")]
pub use model::Face;
pub use model::{Job, JobStatus, ResultId, ResultIds};
pub use retry::RetryPolicy;
#[cfg(feature = "wait")]
pub use wait::Ticket;
