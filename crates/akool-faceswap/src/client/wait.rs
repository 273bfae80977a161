//! Waiting for jobs, and looking up single ones through the same poller: [`Client::wait`] and its siblings,
//! [`Client::lookup_one`].

use crate::{
    client::Client,
    model::{IntoResultId, IntoResultIds, ResultId},
    wait::{LookupOne, Ticket, Wait, WaitAll, WaitAny, WaitEach},
};

impl Client {
    /// Waits until a job ends.
    ///
    /// ```
    /// # use akool_faceswap_mock::{FakeAkool, FakeJob};
    /// use std::time::Duration;
    /// use akool_faceswap::Client;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let fake = FakeAkool::start()?;
    /// # let submitted = fake.add_job(FakeJob::image());
    /// # let client = Client::builder().base_url(fake.url()).api_key(fake.api_key()).build()?;
    /// let hour = Duration::from_secs(3600);
    /// let job = client.wait(&submitted)?.timeout(hour).await?;
    /// println!("{}", job.result_url().is_some());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Awaiting it gives the job at success, with its URL. Every other outcome is a
    /// [`WaitError`](crate::wait::WaitError): the job failed, it was missing for longer than a grace period, it
    /// succeeded without a URL, the deadline passed, the client was shut down, the wait was cancelled, or lookups
    /// cannot succeed, as with refused credentials or a base URL that is not the API's. A lookup that fails in a
    /// transient way never ends a wait; it shows as [`Progress::last_error`](crate::wait::Progress::last_error). At the
    /// deadline the job is looked up once more, so a job that ended before it is not reported as late. That last look
    /// may take a tenth of the timeout, retries included, but at least 1 s and at most 5 s; a wait may end that long
    /// after its deadline.
    ///
    /// All waits of a client and its clones share one poller: see
    /// [`PollPolicy`](crate::wait::PollPolicy) for how often it polls. It runs as a task on the tokio runtime of the
    /// first wait and ends after the last one. A wait keeps the parts of the client that it needs alive.
    ///
    /// # Errors
    ///
    /// Text is checked at once: from `&str` or `String` you get
    /// [`Result<Wait, InvalidId>`](crate::error::InvalidId), from a [`ResultId`] the [`Wait`].
    ///
    /// # Cancel safety
    ///
    /// Dropping a wait ends it and nothing else: the job is no longer looked up, unless others wait for
    /// it. See [`Wait`].
    pub fn wait<I: IntoResultId>(&self, id: I) -> I::Checked<Wait> {
        id.checked(|id| Wait::for_id(self.poller.clone(), id))
    }

    /// Waits for many jobs and hands each out as it ends.
    ///
    /// ```
    /// # use akool_faceswap_mock::{FakeAkool, FakeJob};
    /// use akool_faceswap::Client;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let fake = FakeAkool::start()?;
    /// # let (one, other) = (fake.add_job(FakeJob::image()), fake.add_job(FakeJob::image()));
    /// # let client = Client::builder().base_url(fake.url()).api_key(fake.api_key()).build()?;
    /// let stored: Vec<String> = vec![one, other];
    /// let mut ended = client.wait_each(stored)?;
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
    /// [`max_tracked_ids`](crate::client::ClientBuilder::max_tracked_ids), in whatever form you have them: see
    /// [`IntoResultIds`].
    ///
    /// # Errors
    ///
    /// Texts are checked at once: from `&str`, `String` and lists of them you get
    /// [`Result<WaitEach, InvalidIds>`](crate::error::InvalidIds), from [`ResultId`]s the [`WaitEach`].
    pub fn wait_each<I: IntoResultIds>(&self, ids: I) -> I::Checked<WaitEach> {
        ids.checked(|ids| WaitEach::for_ids(self.poller.clone(), ids))
    }

    /// Waits until all of these jobs have ended, successfully or not.
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
    /// # Errors
    ///
    /// Texts are checked as by [`wait_each`](Self::wait_each).
    ///
    /// # Cancel safety
    ///
    /// Dropping the future ends the waits and loses the outcomes that have arrived. If that matters, use
    /// [`wait_each`](Self::wait_each), which hands each out as it comes.
    pub fn wait_all<I: IntoResultIds>(&self, ids: I) -> I::Checked<WaitAll> {
        ids.checked(|ids| WaitAll::new(ids.clone(), self.wait_each(ids)))
    }

    /// Waits until the first of these jobs has ended, successfully or not, and ends the other waits.
    ///
    /// `None` only if there are no ids. To take the others as well, use [`wait_each`](Self::wait_each).
    ///
    /// ```
    /// # use akool_faceswap_mock::{FakeAkool, FakeJob};
    /// # use akool_faceswap::Client;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let fake = FakeAkool::start()?;
    /// # let client = Client::builder().base_url(fake.url()).api_key(fake.api_key()).build()?;
    /// # let (one, other) = (fake.add_job(FakeJob::image()), fake.add_job(FakeJob::image()));
    /// if let Some(first) = client.wait_any([one, other])?.await {
    ///     println!("{}", first?.id());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Texts are checked as by [`wait_each`](Self::wait_each).
    pub fn wait_any<I: IntoResultIds>(&self, ids: I) -> I::Checked<WaitAny> {
        ids.checked(|ids| WaitAny::new(self.wait_each(ids)))
    }

    /// Resumes a stored wait, in this process or another.
    ///
    /// Its age, poll policy and deadline are those of the [`Ticket`]; options set here override them. A
    /// wait whose deadline has passed looks the job up once more, for 30 s at most, so that a job that
    /// ended in the meantime is reported.
    pub fn resume(&self, ticket: Ticket) -> Wait {
        Wait::resumed(self.poller.clone(), ticket)
    }

    /// Resumes many stored waits, and hands each job out as it ends.
    ///
    /// Options set here override those of every [`Ticket`].
    pub fn resume_each(&self, tickets: impl IntoIterator<Item = Ticket>) -> WaitEach {
        WaitEach::resumed(self.poller.clone(), tickets.into_iter().collect())
    }

    /// Looks one job up, in one request with other lookups made at about the same time.
    ///
    /// `None` if the answer does not contain the job. Calls from any number of tasks within about 20 ms share one
    /// request, together with the polls of waits that are due: this is the call for a service that receives ids one by
    /// one. The request is always sent after the call. Transient errors are retried by the client's
    /// [`RetryPolicy`](crate::retry::RetryPolicy) within its
    /// [`operation_timeout`](crate::client::ClientBuilder::operation_timeout).
    ///
    /// ```
    /// # use akool_faceswap_mock::{FakeAkool, FakeJob};
    /// # use akool_faceswap::Client;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let fake = FakeAkool::start()?;
    /// # let id = fake.add_job(FakeJob::image());
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
    /// If a text is not an id (no request is made), if the request about this id failed, or if the client already
    /// [tracks as many ids](crate::client::ClientBuilder::max_tracked_ids) as it may.
    ///
    /// # Cancel safety
    ///
    /// Dropping one caller's future, even the first one's, neither loses nor repeats what others asked
    /// for.
    pub fn lookup_one(&self, id: impl IntoResultId) -> LookupOne {
        LookupOne::new(self.poller.clone(), id.into_result_id())
    }

    /// Polls a tracked job immediately, for example when a webhook says that it changed. `false` if nobody waits for
    /// it, or the text is not an id.
    ///
    /// The lookup decides, not the hint, so it does no harm if anybody can send one: hints poll an id at most every 500
    /// ms.
    pub fn poll_now(&self, id: impl AsRef<str>) -> bool {
        ResultId::new(id).is_ok_and(|id| self.poller.poll_now(&id))
    }

    /// Ends every pending wait with [`ShutDown`](crate::wait::WaitErrorKind::ShutDown), at once, for
    /// all clones, and returns their tickets. Waits that start later end in the same way. Lookups and
    /// downloads continue.
    ///
    /// ```
    /// # use akool_faceswap_mock::{FakeAkool, FakeJob};
    /// # use akool_faceswap::{Client, ResultId, wait::WaitErrorKind};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let fake = FakeAkool::start()?;
    /// # let client = Client::builder().base_url(fake.url()).api_key(fake.api_key()).build()?;
    /// # let id: ResultId = fake.add_job(FakeJob::image()).to_string().parse()?;
    /// let wait = client.wait(&id).start();
    /// let tickets = client.shutdown();
    /// assert_eq!(tickets[0].id(), &id);
    /// assert_eq!(wait.await.unwrap_err().kind(), WaitErrorKind::ShutDown);
    /// # Ok(())
    /// # }
    /// ```
    #[allow(
        clippy::must_use_candidate,
        reason = "the waits have their tickets, too"
    )]
    pub fn shutdown(&self) -> Vec<Ticket> {
        self.poller.shut_down()
    }
}
