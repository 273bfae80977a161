//! Waits, and lookups of single jobs through the same poller, with calls that block.

use super::{Client, Iter};
use crate::{
    error::Error,
    model::{IntoResultId, IntoResultIds, Job},
    wait::{Ticket, WaitEach, WaitError, WaitResults},
};

impl Client {
    /// Waits until a job ends; see [`Client::wait`](crate::Client::wait).
    ///
    /// # Errors
    ///
    /// Every outcome but success. If the job may still end, the error has a [`Ticket`]. A text that is not an id is
    /// refused first: `client.wait("…")??`.
    pub fn wait<I: IntoResultId>(&self, id: I) -> I::Checked<Result<Job, WaitError>> {
        id.checked(|id| self.block_on(move |client| client.wait(id)))
    }

    /// Resumes a stored wait; see [`Client::resume`](crate::Client::resume).
    ///
    /// # Errors
    ///
    /// As [`wait`](Self::wait).
    pub fn resume(&self, ticket: Ticket) -> Result<Job, WaitError> {
        self.block_on(move |client| client.resume(ticket))
    }

    /// Waits until all of these jobs have ended, successfully or not; see
    /// [`Client::wait_all`](crate::Client::wait_all).
    ///
    /// # Errors
    ///
    /// Texts are checked first, as in the asynchronous call.
    pub fn wait_all<I: IntoResultIds>(&self, ids: I) -> I::Checked<WaitResults> {
        ids.checked(|ids| self.block_on(move |client| client.wait_all(ids)))
    }

    /// Waits until the first of these jobs has ended, successfully or not, and ends the other waits; see
    /// [`Client::wait_any`](crate::Client::wait_any).
    ///
    /// # Errors
    ///
    /// Texts are checked first, as in the asynchronous call.
    pub fn wait_any<I: IntoResultIds>(&self, ids: I) -> I::Checked<Option<Result<Job, WaitError>>> {
        ids.checked(|ids| self.block_on(move |client| client.wait_any(ids)))
    }

    /// Waits for many jobs and hands each out as it ends; see
    /// [`Client::wait_each`](crate::Client::wait_each).
    ///
    /// ```
    /// # use akool_faceswap_mock::{FakeAkool, FakeJob};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let fake = FakeAkool::start()?;
    /// # let submitted = fake.add_job(FakeJob::image().after_polls(0, 0));
    /// # let client = akool_faceswap::Client::builder()
    /// #     .base_url(fake.url()).api_key(fake.api_key()).build_blocking()?;
    /// for outcome in client.wait_each([submitted])? {
    ///     match outcome {
    ///         Ok(job) => println!("{}: {}", job.id(), job.status()),
    ///         Err(error) => println!("{error}"),
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// The waits start now and continue between items. Dropping the iterator ends those that are left.
    ///
    /// # Errors
    ///
    /// Texts are checked first, as in the asynchronous call.
    pub fn wait_each<I: IntoResultIds>(&self, ids: I) -> I::Checked<Iter<WaitEach>> {
        ids.checked(|ids| self.iter(move |client| client.wait_each(ids).start()))
    }

    /// Resumes many stored waits, and hands each job out as it ends; see
    /// [`Client::resume_each`](crate::Client::resume_each).
    pub fn resume_each(&self, tickets: impl IntoIterator<Item = Ticket>) -> Iter<WaitEach> {
        let tickets: Vec<Ticket> = tickets.into_iter().collect();
        self.iter(move |client| client.resume_each(tickets).start())
    }

    /// Looks one job up, in one request with lookups of other threads and waits at about the same time; see
    /// [`Client::lookup_one`](crate::Client::lookup_one).
    ///
    /// # Errors
    ///
    /// If a text is not an id, or if the request about this id failed.
    pub fn lookup_one(&self, id: impl IntoResultId) -> Result<Option<Job>, Error> {
        let id = id.into_result_id()?;
        self.block_on(move |client| client.lookup_one(id))
    }

    /// Polls a job immediately if it is waited for; see [`Client::poll_now`](crate::Client::poll_now).
    pub fn poll_now(&self, id: impl AsRef<str>) -> bool {
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
}
