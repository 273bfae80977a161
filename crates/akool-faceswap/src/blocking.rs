//! A blocking client, for programs without an async runtime: scripts, desktop programs, bindings to
//! other languages.
//!
//! ```
//! # use akool_faceswap_mock::{FakeAkool, FakeJob};
//! use akool_faceswap::blocking::Client;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let fake = FakeAkool::start()?;
//! # let submitted = fake.add_job(FakeJob::image().after_polls(0, 0));
//! # let dir = tempfile::tempdir()?;
//! # let client = akool_faceswap::Client::builder()
//! #     .base_url(fake.url()).api_key(fake.api_key()).build_blocking()?;
//! # if false {
//! let client = Client::from_env()?; // AKOOL_API_KEY
//! # }
//! let job = client.wait(&submitted)??;
//! # let results = dir.path();
//! let file = client.download(&job).save_in(results)?;
//! println!("{} bytes in {}", file.bytes(), file.path().display());
//! # Ok(())
//! # }
//! ```
//!
//! # How it works
//!
//! A [`Client`] owns a thread with a tokio runtime, on which the asynchronous client runs. A call
//! hands its future to that thread and parks until the outcome arrives. So waits continue between calls, and calls from
//! many threads share one poller and its requests.
//!
//! [`Client`] has the calls that most programs need. Everything else that the asynchronous client offers, with every
//! option, is available through [`Client::block_on`] and [`Client::iter`].
//!
//! # In async code
//!
//! A call works inside async code, but it blocks the thread that runs the task: other tasks of that
//! thread do not run meanwhile. Prefer [`akool_faceswap::Client`](crate::Client) there, or make the
//! calls in `spawn_blocking`. Dropping a client or an [`Iter`] never blocks and never panics,
//! wherever it happens.
//!
//! # Limits
//!
//! Do not call a client from its own [`TokenProvider`](crate::auth::TokenProvider) or
//! [`Metrics`](crate::metrics::Metrics): they run on the client's thread, and the call would wait for
//! itself.

#[cfg(feature = "download")]
mod download;
mod iter;
#[cfg(feature = "submit")]
mod submit;
mod thread;
#[cfg(feature = "wait")]
mod wait;

use futures_core::Stream;

use crate::{
    client::ClientBuilder,
    error::{Error, ErrorKind},
    lookup::Results,
    model::IntoResultIds,
};

#[cfg(feature = "download")]
pub use download::Download;
pub use iter::Iter;
use thread::Thread;

/// A client whose calls block until they are done.
///
/// See the [module](self) for an example and for how it works. Cloning is cheap, and clones share
/// everything, the thread included; it ends after the last clone and the last [`Iter`] are dropped.
#[derive(Clone, Debug)]
pub struct Client {
    client: crate::client::Client,
    thread: Thread,
}

impl ClientBuilder {
    /// The same client with calls that block; see [`blocking`](crate::blocking).
    ///
    /// It is built from the settings, and not from an asynchronous client, because that would share
    /// its connections and its poller with a runtime that a blocking call may be blocking.
    ///
    /// ```
    /// use std::time::Duration;
    /// use akool_faceswap::Client;
    ///
    /// let client = Client::builder()
    ///     .api_key("key-from-the-vendors-console")
    ///     .attempt_timeout(Duration::from_secs(10))
    ///     .build_blocking()?;
    /// # Ok::<(), akool_faceswap::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`build`](Self::build); and [`ErrorKind::Io`] if the operating system refuses a thread.
    pub fn build_blocking(self) -> Result<Client, Error> {
        let client = self.build()?;
        let thread = Thread::spawn().map_err(|error| {
            Error::new(
                ErrorKind::Io,
                "cannot start the thread of the blocking client",
            )
            .with_source(error)
        })?;
        Ok(Client { client, thread })
    }
}

impl Client {
    /// A client with the settings of the environment; see
    /// [`Client::from_env`](crate::Client::from_env).
    ///
    /// # Errors
    ///
    /// As [`ClientBuilder::build_blocking`].
    pub fn from_env() -> Result<Self, Error> {
        ClientBuilder::from_env()?.build_blocking()
    }

    /// Looks up any number of ids; see [`Client::lookup`](crate::Client::lookup).
    ///
    /// # Errors
    ///
    /// If a text is not an id, or if no id was answered. If only some of the ids failed, their errors are in
    /// [`Results`].
    pub fn lookup(&self, ids: impl IntoResultIds) -> Result<Results, Error> {
        let ids = ids.into_result_ids()?;
        self.block_on(move |client| client.lookup(ids))
    }

    /// Makes any call of the asynchronous client, with any options, and blocks until it is done.
    ///
    /// ```
    /// # use akool_faceswap_mock::{FakeAkool, FakeJob};
    /// # use akool_faceswap::ResultId;
    /// use std::time::Duration;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let fake = FakeAkool::start()?;
    /// # let id: ResultId = fake.add_job(FakeJob::image().after_polls(0, 0)).parse()?;
    /// # let client = akool_faceswap::Client::builder()
    /// #     .base_url(fake.url()).api_key(fake.api_key()).build_blocking()?;
    /// let minute = Duration::from_secs(60);
    /// let job = client.block_on(move |client| client.wait(id).timeout(minute))?;
    /// println!("{}", job.status());
    /// let credit = client.block_on(|client| async move { client.credit().await })?;
    /// println!("{credit} credits left");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// `call` runs on the client's thread. Do not keep the client that it is given: used on another
    /// runtime, it could wait for connections that this thread drives.
    ///
    /// A panic in `call` or in its future panics in the caller; the client stays usable.
    pub fn block_on<C, F>(&self, call: C) -> F::Output
    where
        C: FnOnce(crate::client::Client) -> F + Send + 'static,
        F: IntoFuture<IntoFuture: Send, Output: Send + 'static>,
    {
        let client = self.client.clone();
        self.thread
            .block_on(async move { call(client).into_future().await })
    }

    /// Makes any call of the asynchronous client that gives a stream, and iterates over its items.
    ///
    /// ```
    /// # use akool_faceswap_mock::{FakeAkool, FakeJob};
    /// # use akool_faceswap::ResultIds;
    /// use std::time::Duration;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let fake = FakeAkool::start()?;
    /// # let ids: ResultIds = fake.add_job(FakeJob::image().after_polls(0, 0)).parse()?;
    /// # let client = akool_faceswap::Client::builder()
    /// #     .base_url(fake.url()).api_key(fake.api_key()).build_blocking()?;
    /// let minute = Duration::from_secs(60);
    /// let outcomes = client.iter(move |client| client.wait_each(ids).timeout(minute).start());
    /// assert_eq!(outcomes.count(), 1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// `call` runs on the client's thread, as with [`block_on`](Self::block_on).
    pub fn iter<C, S>(&self, call: C) -> Iter<S>
    where
        C: FnOnce(crate::client::Client) -> S + Send + 'static,
        S: Stream<Item: Send + 'static> + Unpin + Send + 'static,
    {
        let client = self.client.clone();
        let stream = self.thread.block_on(async move { call(client) });
        Iter::new(self.thread.clone(), stream)
    }
}
