//! Ask the AKOOL Face Swap API what became of any number of jobs.
//!
//! A program submits face swap jobs, keeps their ids, and must learn of each: queued, processing,
//! success with a URL that dies after 7 days, or failed. One call does it, for one id or 100,000:
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
//!     println!("{id}: not learnt: {error}");
//! }
//! # assert_eq!((results.found().count(), results.missing().count()), (1, 1));
//! # Ok(())
//! # }
//! ```
//!
//! # What to know
//!
//! - [`ResultIds`] refuses what could never be an id, by name and with the reason, before any
//!   request. A `job_id` is not an id.
//! - [`Client`] is cheap to clone; clones share connections, limits, the retry budget and the throttle
//!   that a rate limit puts on. Make one for a program.
//! - [`Results`] has one [`Outcome`] for every id. The call itself fails only where nothing at all
//!   could be learnt; [`Results::into_complete`] is for callers who want all or an error.
//! - [`Job::result_url`] is a URL at [`JobStatus::Success`] alone, though the API fills one in
//!   from the start, and it dies at [`Job::expires_at`].
//! - [`Client::download`] fetches the file of a job that has succeeded, as a stream or to the disk:
//!   without credentials, checked, resumed after a break, and under its own name only when it is
//!   whole. See [`Download`].
//! - [`Client::wait`] and its like wait until jobs end, by one poller for all waits of a client. Every
//!   end but success is a [`WaitError`], and where the job may still end it has a [`Ticket`].
//! - [`Client::swap`] submits a face swap once. A [`SubmitError`](submit::SubmitError) says whether a job may exist that
//!   costs credits; nothing that may be one is sent again by itself.
//! - [`Client::detect`] and its like find the faces that a swap can be about.
//! - [`Error`] says what happened, to which ids, after how many attempts, and what to do. It can be
//!   asked: [`Error::is_auth`], [`Error::is_billing`], [`Error::is_rate_limit`],
//!   [`Error::is_retryable`] and others.
//!
//! # Defaults
//!
//! | What | Default | Change it with |
//! | --- | --- | --- |
//! | ids in a request | 100, and 4096 bytes of request line | [`ClientBuilder::max_ids_per_request`], [`ClientBuilder::max_request_line_bytes`] |
//! | requests under way | 4 for all clones | [`ClientBuilder::max_concurrent_requests`] |
//! | making a connection | 10 s | [`ClientBuilder::connect_timeout`] |
//! | one attempt | 30 s | [`ClientBuilder::attempt_timeout`], [`Lookup::attempt_timeout`] |
//! | one call | 5 min | [`ClientBuilder::operation_timeout`], [`Lookup::operation_timeout`] |
//! | one attempt at a submit or detection | no less than 2 min | |
//! | outcomes of dropped submits | 10,000, for the next submit of the same content for 24 h | [`Client::unclaimed_submits`] |
//! | an unknown outcome holds back the same content | 24 h | [`allow_second_purchase`](submit::PendingSubmit::allow_second_purchase) |
//! | attempts at a request | 4, up to 20 s apart | [`ClientBuilder::retry`], [`Lookup::retry`] |
//! | `Retry-After` | up to 60 s | [`RetryPolicy::max_retry_after`] |
//! | repetitions of all clones | 100 in a burst, then one for five successes | |
//! | first look of a wait | at once | [`PollPolicy::initial_delay`] |
//! | looks of a wait | every 10 % of the time since the job last changed, 2 s to 30 s | [`PollPolicy`] |
//! | a wait | 4 h | [`Wait::timeout`], [`Wait::deadline`] |
//! | a job may be missing | 2 min | [`Wait::missing_grace`] |
//! | ids waited for | 200,000 | [`ClientBuilder::max_tracked_ids`] |
//! | ids wanted within this time share a request | 20 ms | |
//! | looks at a job for hints | 500 ms apart | |
//! | size of an answer | 8 MiB | [`ClientBuilder::max_response_bytes`] |
//! | files on their way | 4 for all clones | [`ClientBuilder::max_concurrent_downloads`] |
//! | size of a file | 4 GiB | [`Download::max_bytes`] |
//! | silence of a file's host | 30 s | [`Download::idle_timeout`] |
//! | one download | no limit | [`Download::operation_timeout`] |
//!
//! # Observability
//!
//! Each call is a [`tracing`] span `akool_faceswap.results` (info) with counts of ids; each attempt
//! is a span `akool_faceswap.attempt` (debug) with OpenTelemetry's names: `http.request.method`,
//! `server.address`, `server.port`, `http.response.status_code`, `http.request.resend_count`,
//! `error.type`. A download is a span `akool_faceswap.download` (info) with the file's host as
//! `server.address`, `file.media_type` and `file.bytes`; its requests are attempts, too. No id, key
//! or URL is in them. Numbers go to [`Metrics`].
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
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod account;
mod api;
pub mod auth;
#[cfg(feature = "blocking")]
pub mod blocking;
pub mod client;
mod clock;
pub mod delete;
pub mod detect;
pub mod download;
pub mod error;
mod limits;
pub mod lookup;
pub mod metrics;
pub mod model;
mod retry;
mod secret;
pub mod submit;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod transport;
pub mod wait;
#[cfg(feature = "webhook")]
pub mod webhook;

/// Ways in for the fuzzer alone.
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;

pub use client::{Client, ClientBuilder};
pub use error::{Error, ErrorKind, Result};
pub use limits::Timeout;
pub use model::{Face, Job, JobStatus, ResultId, ResultIds};
pub use retry::RetryPolicy;
pub use wait::Ticket;
