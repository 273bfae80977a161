//! Many machines share one set of tracked AKOOL face swap jobs.
//!
//! The poller of a client serves one process. A service with many processes submits anywhere, and any worker's lookups
//! settle jobs for all: no job is polled twice, the account has one request budget, and every job has one outcome,
//! even if a process dies. The database is PostgreSQL, or a SQLite file for the processes of one machine.
//!
//! | you want to | use |
//! | --- | --- |
//! | create the tables | [`Fleet::migrate`], or [`postgres::MIGRATIONS`] in a tool of your own |
//! | track jobs | [`Fleet::track`], [`postgres::track`] in your transaction |
//! | submit so that no crash buys twice | [`Fleet::submit`], [`Fleet::resolve`] for its webhook |
//! | look jobs up | [`Worker::run`] in any number of processes |
//! | wait for one | [`Fleet::wait`] |
//! | handle every outcome exactly once | [`postgres::take`] in your transaction |
//! | use another driver or language | the SQL functions of the schema `akool_faceswap` |
//!
//! # Guarantees
//!
//! - A job that was tracked has exactly one outcome, as long as the database keeps what it committed.
//! - What you write in the transaction that takes an outcome is written exactly once. What you do
//!   elsewhere is done at least once if you commit afterwards: use the job's id as the key there.
//! - No two workers look one job up at once, unless a process is frozen between its check of the lease and
//!   the request. Its write is then refused, and the second lookup costs no credit.
//! - The clocks of workers do not matter: the database's clock decides.
//!
//! # Features
//!
//! `postgres` (default), `tls` (TLS to PostgreSQL by rustls), `sqlite` (builds SQLite, which needs a C
//! compiler).

#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

#[cfg(not(any(feature = "postgres", feature = "sqlite")))]
compile_error!("a fleet needs a store: turn on the feature `postgres` or `sqlite`");

mod account;
mod error;
mod fleet;
mod lane;
mod outcome;
mod pause;
mod stats;
#[doc(hidden)]
pub mod store;
mod submission;
mod submit;
mod time;
mod tracking;
mod watch;
mod worker;

pub use account::Account;
pub use error::{Error, ErrorKind};
pub use fleet::Fleet;
pub use lane::Lane;
pub use outcome::{Outcome, OutcomeKind};
pub use stats::{Stats, WorkerStatus};
#[cfg(feature = "postgres")]
pub use store::postgres;
#[cfg(feature = "sqlite")]
pub use store::sqlite;
pub use submission::{SubmissionState, UnknownSubmission};
pub use tracking::Tracking;
pub use worker::{Worker, WorkerCounters, WorkerReport};
