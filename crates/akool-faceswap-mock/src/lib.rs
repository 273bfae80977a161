//! A fake AKOOL Face Swap server, and typed httpmock helpers, for tests.
//!
//! [`FakeAkool`] is a real HTTP server on loopback with jobs that live through their life cycle,
//! files to download, faults on demand, and a record of what came. A whole test of a service:
//!
//! ```
//! use akool_faceswap::{Client, Job, ResultIds};
//! use akool_faceswap_mock::{Answer, FakeAkool, FakeJob};
//! # type Error = Box<dyn std::error::Error>;
//! # use std::time::Duration;
//!
//! /// The service under test: when all jobs have ended it fetches the files of the good ones.
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
//! It depends on nothing of the SDK that is used here: any client will do, in any language.
//!
//! # Which to take
//!
//! | You want to test | Take |
//! | --- | --- |
//! | that your service waits, retries, batches, resumes, gives up | [`FakeAkool`] |
//! | what your service makes of a fault | [`FakeAkool`] with an [`Answer`] or a [`FaultRule`] |
//! | your service under load | [`FakeAkool`] with a [`Population`], of up to a million jobs |
//! | that one request looks exactly so, and nothing else | the stubs of the feature `httpmock` |
//!
//! The fake checks what a server would, and answers accordingly; a stub answers what it is told to
//! those requests that look as it is told. So the fake finds mistakes that nobody thought of, and
//! a stub fails as soon as a request changes at all, which is what a contract test is for.
//!
//! # What it does
//!
//! - **Jobs** ([`FakeJob`]) go from In Queue over Processing to Success or Failed: by the number
//!   of lookups that name them, or by time. Time is the fake's own ([`Clock`]): the machine's, or
//!   one that stands until a test moves it by [`FakeAkool::advance`].
//!   [`FakeAkool::seed_population_of`] draws a mixed lot from the seed.
//! - **Files**: a row's `url` is there from the start and leads to the fake, which serves a small
//!   PNG or MP4, another one for each id ([`FakeAkool::file`]). It answers 404 until the job has
//!   succeeded and 403 from seven days after its creation; it has `ETag`, `Range` and `If-Range`,
//!   and needs no credentials.
//! - **Faults** ([`Answer`], as text [`FaultRule`]) come in place of the normal answers or happen
//!   to them: in sequence, always, for one id, every nth time, for a seeded share, or for
//!   downloads.
//! - **It gives tokens**: `getToken` answers with [`FakeAkool::bearer_token`] for any client id and
//!   the API key as the client secret, which are the same value at the vendor. Both can be
//!   [rotated](FakeAkool::set_api_key).
//! - **It records** ([`FakeAkool::requests`], [`FakeAkool::downloads`], [`FakeAkool::stats`]) what
//!   came, without any header's value, and has assertions that say what was seen.
//!
//! Where the vendor's behaviour is documented the fake follows it, and a test holds its answers
//! against the vendor's OpenAPI document: `Authorization` wins over `x-api-key`; business errors
//! come with HTTP 200; `url` is filled in long before there is a result. Where it is not, it does
//! what breaks careless clients: rows come in no order.
//!
//! # Limits
//!
//! It speaks HTTP/1.1 without TLS on 127.0.0.1, and reads a request before it misbehaves: what
//! goes wrong before that (nobody listens, a handshake fails) needs a socket of your own. It does
//! not take submissions: jobs are added by the test.
//!
//! # Paused clocks
//!
//! The server has a thread and a real clock of its own, so it answers a caller whose tokio clock
//! is paused. That clock, however, jumps to the caller's next timer whenever the caller has
//! nothing to do but wait for the network: a request timeout then fires at once. While a task of
//! `spawn_blocking` waits (for a channel, say) it does not jump, and moves by
//! `tokio::time::advance` alone.
//!
//! # Features
//!
//! `httpmock` (default): the module `stubs`. Without it httpmock is not built.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod answer;
mod assertions;
mod builder;
mod clock;
mod credentials;
mod envelope;
mod fake;
mod fault_rule;
mod files;
mod job;
mod listening;
mod object_id;
mod oddity;
mod population;
mod record;
mod seeded;
mod server;
mod service;
mod stats;
mod store;
mod stored_job;
#[cfg(feature = "httpmock")]
pub mod stubs;
mod webhook;
mod wire_script;
mod wire_time;

pub use akool_faceswap_raw as raw;
pub use http;

pub use answer::{Answer, MAX_DELAY};
pub use builder::FakeAkoolBuilder;
pub use clock::Clock;
pub use credentials::CredentialKind;
pub use fake::FakeAkool;
pub use fault_rule::{FaultRule, FaultRuleError};
pub use job::{FakeJob, JobState};
pub use listening::RefusedConnections;
pub use oddity::{Oddity, UnknownOddity};
pub use population::Population;
pub use record::{MAX_RECORDED_BYTES, MAX_RECORDED_REQUESTS, RecordedRequest};
pub use service::HeldAnswers;
pub use stats::Stats;
pub use store::{NoSuchJob, RowOrder};
pub use webhook::WebhookSigner;
pub use wire_script::WireScript;

/// The code in the README compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
