//! A fake AKOOL Face Swap server, and typed httpmock helpers, for tests.
//!
//! [`FakeAkool`] is an HTTP server on loopback that implements the API with real state:
//! submissions, jobs, results, credit, webhooks, faults on demand, and a record of all requests. A
//! complete test of a service:
//!
//! ```
//! use akool_faceswap::{Client, Job, ResultIds};
//! use akool_faceswap_mock::{Answer, FakeAkool, FakeJob};
//! # type Error = Box<dyn std::error::Error>;
//! # use std::time::Duration;
//!
//! /// The service under test: when all jobs have ended, it fetches the files of the successful ones.
//! async fn album(client: &Client, ids: &ResultIds) -> Result<Vec<Vec<u8>>, Error> {
//!     loop {
//!         let results = client.lookup(ids).await?;
//!         if results.missing().count() == 0 && results.found().all(Job::is_terminal) {
//!             let mut album = Vec::new();
//!             for url in results.found().filter_map(Job::result_url) {
//!                 album.push(reqwest::get(url).await?.error_for_status()?.bytes().await?.into());
//!             }
//!             return Ok(album);
//!         }
//!         tokio::time::sleep(Duration::from_millis(1)).await;
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Error> {
//! # let _ = rustls::crypto::ring::default_provider().install_default();
//! let fake = FakeAkool::start()?;
//! let good = fake.add_job(FakeJob::image().missing_first(1)); // Queued, processing, success.
//! let bad = fake.add_job(FakeJob::video().failing());
//! fake.push_answer(Answer::reset_in_body());
//! let client = Client::builder().base_url(fake.url()).api_key(fake.api_key()).build()?;
//! let album = album(&client, &ResultIds::parse_all([&good, &bad])?).await?;
//! assert_eq!(album, [fake.file(&good)?]);
//! fake.assert_requests_at_most(5);
//! fake.assert_no_credentials_on_files();
//! # Ok(())
//! # }
//! ```
//!
//! The crate does not depend on the SDK that this test uses: any client works, in any language.
//!
//! # Which tool to use
//!
//! | You want to test | Use |
//! | --- | --- |
//! | that your service submits once, waits, retries, batches, resumes, gives up | [`FakeAkool`] |
//! | how your service handles a fault | [`FakeAkool`] with an [`Answer`] or a [`FaultRule`] |
//! | your service under load | [`FakeAkool`] with a [`Population`] of up to a million jobs |
//! | the exact form of one request | the stubs of the feature `httpmock` |
//!
//! The fake validates requests as the vendor does and answers accordingly, so it catches mistakes
//! that you did not think of. A stub gives a fixed answer to a fixed request, so it fails as soon as
//! the request changes: that is a contract test.
//!
//! # What the fake does
//!
//! - **Submissions** of all four endpoints are validated, create jobs, cost credits
//!   ([`FakeAkool::set_price`]) and are counted ([`FakeAkool::assert_jobs_created`]).
//!   [`FakeAkool::set_submitted_job`] decides how these jobs behave.
//! - **Jobs** ([`FakeJob`]) go from In Queue to Processing to Success or Failed, by the number of
//!   lookups or by time. Time is the fake's own ([`Clock`]): the machine's, or one that stands
//!   still until a test advances it. [`FakeAkool::seed_population_of`] draws a mixed population
//!   from the seed.
//! - **Webhooks** are sent to the `webhookUrl` of a submission, if it is on this machine, signed
//!   and encrypted with [`FakeAkool::client_id`] and [`FakeAkool::client_secret`], until the
//!   receiver answers 200 ([`FakeAkool::webhook_deliveries`]).
//! - **Detections** find the faces of the [`Scene`] that you set for an input, or one face.
//! - **Files**: the `url` of a row exists from the start and points to the fake, which serves a
//!   small PNG or MP4, a different one for each id ([`FakeAkool::file`]). The answer is 403 until
//!   the job has succeeded and from seven days after its creation. `ETag`, `Range` and `If-Range`
//!   are supported; credentials are not needed.
//! - **Faults** ([`Answer`], as text [`FaultRule`]) replace or change normal answers: in sequence,
//!   always, for one id, every nth time, for a seeded share, for submissions, lookups or downloads.
//!   A fault replaces the handling of a request, or comes [after it](Answer::after_handling): then
//!   the job is created and paid for, but the client does not find out.
//! - **Tokens**: `getToken` returns [`FakeAkool::bearer_token`] for any client id with the client
//!   secret or the API key, which are the same value at the vendor. Keys can be
//!   [rotated](FakeAkool::set_api_key).
//! - **A record** ([`FakeAkool::requests`], [`FakeAkool::downloads`], [`FakeAkool::stats`]) of all
//!   requests, without header values, and assertions that report what was seen.
//!
//! The fake follows the documentation, and a test validates its answers against the vendor's
//! OpenAPI documents: `Authorization` wins over `x-api-key`; business errors come with HTTP 200;
//! `url` is present long before the result exists. Where the documentation is silent, the fake does
//! what breaks careless clients: rows come in no particular order.
//!
//! # Limits
//!
//! The fake speaks HTTP/1.1 without TLS on 127.0.0.1. It neither fetches nor inspects the pictures
//! and videos that a request names.
//!
//! # Hours of waiting in milliseconds
//!
//! [`FakeAkool::in_process`] answers in the test's own runtime, without a socket. Under a paused
//! tokio clock the fake and the SDK's client share one time: a wait of two hours takes milliseconds,
//! ends exactly, and makes the same requests in each run.
//!
//! A fake with a server also answers a caller whose clock is paused, because it has its own thread
//! and clock. But a paused clock jumps to the next timer whenever the caller only waits for the
//! network, so request timeouts fire at once.
//!
//! # Features
//!
//! - `httpmock` (default): the module `stubs`. Without it, httpmock is not compiled.
//! - `in-process` (default): a fake without a socket that runs on tokio's clock.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]
// A field that the vendor adds to a generated type must not break the build.
#![allow(clippy::needless_update)]

mod answer;
mod assertions;
mod builder;
mod clock;
mod credentials;
mod delivery;
mod endpoint;
mod envelope;
mod fake;
mod files;
#[cfg(feature = "in-process")]
mod in_process;
mod job;
mod limits;
mod listener;
mod object_id;
mod population;
mod record;
mod rng;
mod server;
mod service;
mod stats;
mod store;
mod stored_job;
#[cfg(feature = "httpmock")]
pub mod stubs;
mod timestamps;
mod webhook;

pub use akool_faceswap_raw as raw;
pub use http;

pub use answer::{Answer, FaultRule, FaultRuleError, Malformed, UnknownMalformed, WireScript};
pub use builder::FakeAkoolBuilder;
pub use clock::Clock;
pub use credentials::CredentialKind;
pub use delivery::WebhookDelivery;
pub use endpoint::scene::Scene;
pub use fake::FakeAkool;
#[cfg(feature = "in-process")]
pub use in_process::{FakeBody, Handling};
pub use job::{FakeJob, JobState};
pub use limits::MAX_DELAY;
pub use listener::RefusedConnections;
pub use population::Population;
pub use record::{MAX_RECORDED_BYTES, MAX_RECORDED_REQUESTS, RecordedRequest};
pub use service::PausedResponses;
pub use stats::Stats;
pub use store::{NoSuchJob, RowOrder};
pub use webhook::WebhookSigner;

/// The code in the README compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
