//! A blocking client, for programs without an async runtime: scripts, desktop programs, bindings to
//! other languages.
//!
//! ```
//! # use akool_faceswap_mock::{FakeAkool, FakeJob};
//! use akool_faceswap::{ResultId, blocking::Client};
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
//! let id: ResultId = submitted.parse()?;
//! let job = client.wait(id)?;
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
//! hands its future to that thread and parks until the outcome is there. So waits go on between
//! calls, and calls from many threads share one poller and its requests.
//!
//! [`Client`] has the calls that most programs need. Everything else that the asynchronous client
//! offers, with every option, goes through [`Client::block_on`] and [`Client::iter`].
//!
//! # In async code
//!
//! A call works inside async code, but it blocks the thread that runs the task: other tasks of that
//! thread stand still meanwhile. Prefer [`akool_faceswap::Client`](crate::Client) there, or make the
//! calls in `spawn_blocking`. Dropping a client or an [`Iter`] never blocks and never panics,
//! wherever it happens.
//!
//! # Limits
//!
//! Do not call a client from its own [`TokenProvider`](crate::auth::TokenProvider) or
//! [`Metrics`](crate::metrics::Metrics): they run on the client's thread, and the call would wait for
//! itself.

mod iter;
mod thread;

use std::path::PathBuf;

use futures_core::Stream;

use crate::{
    client::ClientBuilder,
    error::{Error, ErrorKind},
    lookup::Results,
    model::{Job, ResultId, ResultIds},
    submit::{PendingSubmit, SubmitError, SubmittedJob, Swap, SwapRequest},
    wait::{Ticket, WaitEach, WaitError, WaitResults},
};

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
    /// If nothing at all could be found out. What goes wrong for some of the ids is in [`Results`].
    pub fn lookup(&self, ids: impl Into<ResultIds>) -> Result<Results, Error> {
        let ids = ids.into();
        self.block_on(move |client| client.lookup(ids))
    }

    /// Looks one job up, together with what other threads and waits look up at about the same time;
    /// see [`Client::lookup_one`](crate::Client::lookup_one).
    ///
    /// # Errors
    ///
    /// If the request about this id failed.
    pub fn lookup_one(&self, id: impl Into<ResultId>) -> Result<Option<Job>, Error> {
        let id = id.into();
        self.block_on(move |client| client.lookup_one(id))
    }

    /// Waits until a job ends; see [`Client::wait`](crate::Client::wait).
    ///
    /// # Errors
    ///
    /// Every end but success. Where the job may still end, the error has a [`Ticket`].
    pub fn wait(&self, id: impl Into<ResultId>) -> Result<Job, WaitError> {
        let id = id.into();
        self.block_on(move |client| client.wait(id))
    }

    /// Resumes a wait that was put away; see [`Client::resume`](crate::Client::resume).
    ///
    /// # Errors
    ///
    /// As [`wait`](Self::wait).
    pub fn resume(&self, ticket: Ticket) -> Result<Job, WaitError> {
        self.block_on(move |client| client.resume(ticket))
    }

    /// Waits until all of these jobs have ended, each in its own way; see
    /// [`Client::wait_all`](crate::Client::wait_all).
    pub fn wait_all(&self, ids: impl Into<ResultIds>) -> WaitResults {
        let ids = ids.into();
        self.block_on(move |client| client.wait_all(ids))
    }

    /// Waits for many jobs and hands each out as it ends; see
    /// [`Client::wait_each`](crate::Client::wait_each).
    ///
    /// ```
    /// # use akool_faceswap_mock::{FakeAkool, FakeJob};
    /// use akool_faceswap::{ResultIds, blocking::Client};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let fake = FakeAkool::start()?;
    /// # let submitted = fake.add_job(FakeJob::image().after_polls(0, 0));
    /// # let client = akool_faceswap::Client::builder()
    /// #     .base_url(fake.url()).api_key(fake.api_key()).build_blocking()?;
    /// let ids: ResultIds = submitted.parse()?;
    /// for outcome in client.wait_each(ids) {
    ///     match outcome {
    ///         Ok(job) => println!("{}: {}", job.id(), job.status()),
    ///         Err(error) => println!("{error}"),
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// The waits begin now and go on between items. Dropping the iterator ends those that are left.
    pub fn wait_each(&self, ids: impl Into<ResultIds>) -> Iter<WaitEach> {
        let ids = ids.into();
        self.iter(move |client| client.wait_each(ids).start())
    }

    /// Resumes many waits that were put away, and hands each job out as it ends; see
    /// [`Client::resume_each`](crate::Client::resume_each).
    pub fn resume_each(&self, tickets: impl IntoIterator<Item = Ticket>) -> Iter<WaitEach> {
        let tickets: Vec<Ticket> = tickets.into_iter().collect();
        self.iter(move |client| client.resume_each(tickets).start())
    }

    /// Describes a face swap, for [`submit`](Self::submit); or, once it is
    /// [prepared](SwapRequest::prepare), for [`send`](Self::send).
    pub fn swap(&self) -> Swap {
        self.client.swap()
    }

    /// Submits a swap, once. It costs credits.
    ///
    /// ```
    /// # use akool_faceswap_mock::FakeAkool;
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let fake = FakeAkool::start()?;
    /// # let client = akool_faceswap::Client::builder()
    /// #     .base_url(fake.url()).api_key(fake.api_key()).build_blocking()?;
    /// # let store = |ticket: &akool_faceswap::Ticket| serde_json::to_string(ticket).map(drop);
    /// let swap = client
    ///     .swap()
    ///     .original("https://example.com/film.mp4")
    ///     .new_face("https://example.com/me.jpg");
    /// let ticket = client.submit(swap)?.ticket();
    /// store(&ticket)?;
    /// let done = client.resume(ticket)?;
    /// # fake.assert_jobs_created(1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`SwapRequest::submit`]: ask [`may_be_billed`](SubmitError::may_be_billed) first.
    pub fn submit<K: 'static>(&self, swap: SwapRequest<K>) -> Result<SubmittedJob, SubmitError> {
        self.thread.block_on(swap.submit())
    }

    /// Sends a submit that was prepared, once; see [`Client::send`](crate::Client::send).
    ///
    /// # Errors
    ///
    /// As [`submit`](Self::submit).
    pub fn send(&self, pending: PendingSubmit) -> Result<SubmittedJob, SubmitError> {
        self.block_on(|client| async move { client.send(pending).await })
    }

    /// The download of a job's result; see [`Client::download`](crate::Client::download).
    pub fn download(&self, job: &Job) -> Download {
        Download {
            thread: self.thread.clone(),
            download: self.client.download(job),
        }
    }

    /// Polls a job immediately if it is waited for; see [`Client::poll_now`](crate::Client::poll_now).
    pub fn poll_now(&self, id: &ResultId) -> bool {
        self.client.poll_now(id)
    }

    /// Ends every pending wait, those of other threads included, and returns their tickets; see
    /// [`Client::shutdown`](crate::Client::shutdown).
    #[allow(
        clippy::must_use_candidate,
        reason = "the waits have their tickets, too"
    )]
    pub fn shutdown(&self) -> Vec<Ticket> {
        self.client.shutdown()
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
    /// A panic in `call` or in its future is a panic of the caller; the client can be used further.
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

/// The download of one result; made by [`Client::download`].
///
/// For its options and for a stream of bytes see [`Client::block_on`] and
/// [`download::Download`](crate::download::Download).
#[must_use = "a download does nothing until it is saved"]
#[derive(Debug)]
pub struct Download {
    thread: Thread,
    download: crate::download::Download,
}

impl Download {
    /// The result as a file in `dir`; see [`save_in`](crate::download::Download::save_in).
    ///
    /// # Errors
    ///
    /// As the asynchronous call.
    pub fn save_in(self, dir: impl Into<PathBuf>) -> Result<crate::download::SavedFile, Error> {
        self.thread.block_on(self.download.save_in(dir.into()))
    }

    /// The result as a file at `path`; see [`save_to`](crate::download::Download::save_to).
    ///
    /// # Errors
    ///
    /// As the asynchronous call.
    pub fn save_to(self, path: impl Into<PathBuf>) -> Result<crate::download::SavedFile, Error> {
        self.thread.block_on(self.download.save_to(path.into()))
    }
}
