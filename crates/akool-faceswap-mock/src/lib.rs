//! A fake AKOOL Face Swap server, and typed httpmock helpers, for tests.
//!
//! [`FakeAkool`] is a real HTTP server on loopback with jobs that live through their life cycle.
//! It knows nothing of the client under test: this service, with plain reqwest, could be anyone's.
//!
//! ```
//! use std::time::Duration;
//! use akool_faceswap_mock::{FakeAkool, FakeJob, raw::types::ListResultsByIdsResponse};
//! # type Error = Box<dyn std::error::Error>;
//!
//! /// The service under test: asks every so often until the job is settled.
//! async fn picture(url: &str, key: &str, id: &str, every: Duration) -> Result<String, Error> {
//!     let url = format!("{url}/api/open/v3/faceswap/result/listbyids?_ids={id}");
//!     loop {
//!         let request = reqwest::Client::new().get(&url).header("x-api-key", key);
//!         let answer: ListResultsByIdsResponse = request.send().await?.json().await?;
//!         let rows = answer.data.and_then(|data| data.result).ok_or(answer.msg)?;
//!         let mut rows = rows.into_iter();
//!         let row = rows.find(|row| row.id.as_deref() == Some(id)).ok_or("no such job")?;
//!         match (row.faceswap_status, row.url) {
//!             (Some(1 | 2), _) => tokio::time::sleep(every).await,
//!             (Some(3), Some(url)) => return Ok(url.into_string()),
//!             _ => return Err("the job failed".into()),
//!         }
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Error> {
//! # let _ = rustls::crypto::ring::default_provider().install_default();
//! let fake = FakeAkool::start()?;
//! let good = fake.add_job(FakeJob::image().with_url("https://cdn.example/a.jpeg"));
//! let bad = fake.add_job(FakeJob::video().after_polls(0, 1).failing());
//! let (url, key, every) = (fake.url(), fake.api_key(), Duration::ZERO);
//! assert_eq!(picture(url, &key, &good, every).await?, "https://cdn.example/a.jpeg");
//! assert!(picture(url, &key, &bad, every).await.is_err());
//! assert_eq!(fake.request_count(), 3 + 2);
//! # Ok(())
//! # }
//! ```
//!
//! # What it does
//!
//! - **Jobs** ([`FakeJob`]) go from In Queue over Processing to Success or Failed, by the number
//!   of lookups or by time; time is the fake's own ([`Clock`]), which a test moves by
//!   [`FakeAkool::advance`]. [`FakeAkool::seed_population`] draws a mixed lot.
//! - **Scripted answers** ([`Answer`]) come before the normal ones: business codes, HTTP errors,
//!   redirects, odd bodies, delays, hang-ups; once, several times or always, for all or one id.
//! - **It gives tokens**: `getToken` answers with [`FakeAkool::bearer_token`] for any client id and
//!   the API key as the client secret, which are the same value at the vendor.
//! - **It records** ([`FakeAkool::requests`]) what came, without any header's value, and asserts.
//!
//! Where the vendor's behaviour is documented the fake follows it: `Authorization` wins over
//! `x-api-key`; business errors come with HTTP 200; `url` is filled in long before there is a
//! result. Where it is not, it does what breaks careless clients: rows come in no order.
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
pub use oddity::{Oddity, UnknownOddity};
pub use population::Population;
pub use record::{MAX_RECORDED_BYTES, MAX_RECORDED_REQUESTS, RecordedRequest};
pub use service::HeldAnswers;
pub use stats::Stats;
pub use store::{NoSuchJob, RowOrder};
pub use wire_script::WireScript;

/// The code in the README compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
