//! Waiting until jobs end: one poller for all waits of a client.
//!
//! A job tells nobody that it has ended, so somebody has to ask. Every program that asks for each job
//! by itself makes as many requests as it has jobs, over and over; the API takes a hundred ids in one.
//! So all waits of a client share one poller, which merges what is due and looks it up together. An id
//! that a thousand tasks wait for is one id on the wire.
//!
//! What is waited for, and every rule of when and why, is in [`tracker`], which does nothing by
//! itself; [`poller`] is the one task that sends and waits. The other rooms are what callers hold:
//! [`waiting`] for one job, [`completions`] and [`all`] for many, [`answer`] for a single look,
//! [`ticket`] for a wait put away.

mod all;
mod completions;
mod error;
mod lookup_one;
mod options;
mod poll_policy;
mod poller;
mod progress;
mod slot;
mod ticket;
mod time;
mod tracker;
mod waiting;

use std::future::IntoFuture;

use crate::{
    client::Client,
    model::{ResultId, ResultIds},
};

pub use all::{WaitAll, WaitAny, WaitResults};
pub use completions::{AsCompleted, Completions};
pub use error::{WaitError, WaitErrorKind};
pub use lookup_one::LookupOne;
use options::{Options, options};
pub use poll_policy::PollPolicy;
pub(crate) use poller::Waits;
pub use progress::{GroupProgress, Progress};
pub use ticket::Ticket;
use tracker::Tracker;
pub use waiting::{Change, Changes, WaitHandle, Waiting};

impl Client {
    /// Waits until a job ends.
    ///
    /// ```
    /// # use akool_faceswap_mock::{FakeAkool, FakeJob};
    /// use std::time::Duration;
    /// use akool_faceswap::{Client, ResultId};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let fake = FakeAkool::start()?;
    /// # let submitted = fake.add_job(FakeJob::image()).to_string();
    /// # let client = Client::builder().base_url(fake.url()).api_key(fake.api_key()).build()?;
    /// let id: ResultId = submitted.parse()?;
    /// let job = client.wait(id).timeout(Duration::from_secs(3600)).await?;
    /// println!("{}", job.result_url().is_some());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Awaiting it gives the job at success. Every other end is a [`WaitError`](crate::wait::WaitError):
    /// the job failed, it is missing for longer than a grace period, the deadline passed, the client
    /// was shut down, or there is a fault that no repetition can mend, such as refused credentials.
    /// A lookup that fails in another way never ends a wait; it shows as
    /// [`Progress::last_error`](crate::wait::Progress::last_error), and the wait goes on until its deadline.
    ///
    /// All waits of a client and its clones share one poller: see [`PollPolicy`](crate::wait::PollPolicy) for
    /// how often it asks. It runs as a task on the tokio runtime of the first wait, and ends after the
    /// last one. A wait keeps what it needs of the client alive.
    ///
    /// # Cancel safety
    ///
    /// Dropping a wait ends it and nothing else: nobody asks for the job any more, unless others wait
    /// for it. See [`Waiting`](crate::wait::Waiting).
    pub fn wait(&self, id: impl Into<ResultId>) -> Wait {
        Wait {
            client: self.clone(),
            what: What::Id(id.into()),
            options: Options::default(),
        }
    }

    /// Waits for many jobs and hands each out as it ends.
    ///
    /// ```
    /// # use akool_faceswap_mock::{FakeAkool, FakeJob};
    /// use akool_faceswap::{Client, ResultIds};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let fake = FakeAkool::start()?;
    /// # let submitted = fake.add_job(FakeJob::image()).to_string();
    /// # let client = Client::builder().base_url(fake.url()).api_key(fake.api_key()).build()?;
    /// let ids: ResultIds = submitted.parse()?;
    /// let mut ended = client.wait_each(ids).start();
    /// while let Some(outcome) = ended.next().await {
    ///     match outcome {
    ///         Ok(job) => println!("{}: {}", job.id(), job.status()),
    ///         Err(error) => println!("{error}"),
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Each id has exactly one outcome. Any number of ids can be given, up to
    /// [`max_tracked_ids`](crate::client::ClientBuilder::max_tracked_ids).
    pub fn wait_each(&self, ids: impl Into<ResultIds>) -> AsCompleted {
        AsCompleted::ids(self.clone(), ids.into())
    }

    /// Waits until all of these jobs have ended, each in its own way.
    ///
    /// ```
    /// # use akool_faceswap_mock::{FakeAkool, FakeJob};
    /// use akool_faceswap::{Client, ResultIds};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let fake = FakeAkool::start()?;
    /// # let submitted = fake.add_job(FakeJob::image()).to_string();
    /// # let client = Client::builder().base_url(fake.url()).api_key(fake.api_key()).build()?;
    /// let ids: ResultIds = submitted.parse()?;
    /// let results = client.wait_all(ids).await;
    /// println!("{} succeeded", results.succeeded().count());
    /// for error in results.errors() {
    ///     println!("{error}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Cancel safety
    ///
    /// Dropping the future ends the waits and loses outcomes that have come in already. Where that
    /// matters use [`wait_each`](Self::wait_each), which hands each out as it comes.
    pub fn wait_all(&self, ids: impl Into<ResultIds>) -> WaitAll {
        let ids = ids.into();
        WaitAll::new(ids.clone(), self.wait_each(ids))
    }

    /// Waits until the first of these jobs has ended, in whichever way, and gives the others up.
    ///
    /// `None` only where there are no ids. To take the others as well use
    /// [`wait_each`](Self::wait_each).
    pub fn wait_any(&self, ids: impl Into<ResultIds>) -> WaitAny {
        WaitAny::new(self.wait_each(ids))
    }

    /// Goes on with a wait that was put away, in this process or another.
    ///
    /// Its age, schedule and deadline are those of the [`Ticket`]; options set here take their place.
    /// One whose deadline has passed meanwhile looks once more, so that a job which ended in the
    /// meantime is not lost.
    pub fn resume(&self, ticket: Ticket) -> Wait {
        Wait {
            client: self.clone(),
            what: What::Ticket(ticket),
            options: Options::default(),
        }
    }

    /// Goes on with many waits that were put away, and hands each job out as it ends.
    ///
    /// Options set here take the place of those in every [`Ticket`].
    pub fn resume_each(&self, tickets: impl IntoIterator<Item = Ticket>) -> AsCompleted {
        AsCompleted::tickets(self.clone(), tickets.into_iter().collect())
    }

    /// Looks one job up, together with whatever else is looked up at about the same time.
    ///
    /// `None` if the API answers without it. Calls for any number of ids from any number of tasks
    /// within about 20 ms become one request, as far as it has room, and so does what waits have due:
    /// this is the call for a service that learns of ids one by one. The request is always one that is
    /// sent after the call. Faults that may pass are repeated by the client's
    /// [`RetryPolicy`](crate::retry::RetryPolicy) within its
    /// [`operation_timeout`](crate::client::ClientBuilder::operation_timeout).
    ///
    /// ```
    /// # use akool_faceswap_mock::{FakeAkool, FakeJob};
    /// # use akool_faceswap::{Client, ResultId};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let fake = FakeAkool::start()?;
    /// # let id: ResultId = fake.add_job(FakeJob::image()).to_string().parse()?;
    /// # let client = Client::builder().base_url(fake.url()).api_key(fake.api_key()).build()?;
    /// if let Some(job) = client.lookup_one(&id).await? {
    ///     println!("{}", job.status());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If the request about this id failed, or the client
    /// [tracks as many ids](crate::client::ClientBuilder::max_tracked_ids) as it may.
    ///
    /// # Cancel safety
    ///
    /// Dropping any caller's future, the first one's included, neither loses nor repeats what others
    /// asked for.
    pub fn lookup_one(&self, id: impl Into<ResultId>) -> LookupOne {
        LookupOne::new(self, id.into())
    }

    /// Has a job that is waited for looked up now, because something else says that it changed:
    /// typically a webhook. `false` if nobody waits for it.
    ///
    /// The lookup is what counts, not the hint, so it does no harm if anybody can send one: an id is
    /// looked up for hints at most every 500 ms.
    pub fn poll_now(&self, id: &ResultId) -> bool {
        let is_known = self.api().track(|tracker, now, _| tracker.hint(id, now));
        if is_known {
            self.api().wake_poller();
        }
        is_known
    }

    /// Ends every pending wait with [`ShutDown`](crate::wait::WaitErrorKind::ShutDown) and a ticket, at
    /// once, for all clones; waits that begin later end in the same way. Lookups are not touched.
    pub fn shutdown(&self) {
        let api = self.api();
        api.track(Tracker::shut_down);
        api.wake_poller();
    }
}

/// A wait for one job that has not begun: await it, or set options and [`start`](Self::start) it.
///
/// Made by [`Client::wait`] and [`Client::resume`].
#[must_use = "a wait does nothing until it is awaited or started"]
#[derive(Debug)]
pub struct Wait {
    client: Client,
    what: What,
    options: Options,
}

#[derive(Debug)]
enum What {
    Id(ResultId),
    Ticket(Ticket),
}

impl Wait {
    /// Begins the wait now, and hands out what it can be asked through while it is under way.
    pub fn start(self) -> Waiting {
        let Self {
            client,
            what,
            options,
        } = self;
        let now = client.api().waits.timeline.now();
        let (id, start) = match what {
            What::Id(id) => (id, options.start(&now)),
            What::Ticket(ticket) => {
                let start = options.resume(&ticket, &now);
                (ticket.id, start)
            }
        };
        Waiting::begin(&client, id, &start)
    }
}

options!(Wait);

impl IntoFuture for Wait {
    type Output = <Waiting as Future>::Output;
    type IntoFuture = Waiting;

    fn into_future(self) -> Waiting {
        self.start()
    }
}

#[cfg(test)]
mod tests;
