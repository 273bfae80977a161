//! The fake as a test uses it: how to start it, its jobs, script and time.

mod account;
mod received;

#[cfg(feature = "in-process")]
use std::error::Error;
use std::{
    fmt, io,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
#[cfg(feature = "in-process")]
use http::Request;
#[cfg(feature = "in-process")]
use hyper::body::Body;

#[cfg(feature = "in-process")]
use crate::in_process::{self, Handling};
use crate::{
    answer::Answer,
    builder::FakeAkoolBuilder,
    clock::Clock,
    credentials,
    job::{FakeJob, JobState},
    listener::RefusedConnections,
    population::Population,
    rng::Rng,
    server::Server,
    service::{PausedResponses, Service},
    store::NoSuchJob,
};

/// A fake AKOOL: an HTTP server on loopback, or a function [in process](Self::in_process), with
/// jobs in memory.
///
/// It serves every operation of the documents in `openapi/` and the files that its answers name;
/// any other path gets HTTP 404. A server runs until the fake is dropped. All methods take `&self`,
/// so threads and tasks can share it.
///
/// ```
/// use akool_faceswap_mock::{FakeAkool, FakeJob};
///
/// # fn main() -> std::io::Result<()> {
/// let fake = FakeAkool::start()?;
/// let id = fake.add_job(FakeJob::image());
/// println!("ask {} for {id} with the key {}", fake.url(), fake.api_key());
/// # Ok(())
/// # }
/// ```
pub struct FakeAkool {
    service: Arc<Service>,
    population: Mutex<Rng>,
    /// `None` for an in-process fake.
    server: Option<Server>,
}

impl FakeAkool {
    pub(crate) fn new(service: Arc<Service>, population: Rng, server: Option<Server>) -> Self {
        Self {
            service,
            population: Mutex::new(population),
            server,
        }
    }

    /// A builder, for settings other than the defaults.
    pub fn builder() -> FakeAkoolBuilder {
        FakeAkoolBuilder::new()
    }

    /// Starts a fake with the defaults of [`FakeAkoolBuilder`].
    ///
    /// # Errors
    ///
    /// If the system has no port or thread left.
    pub fn start() -> io::Result<Self> {
        Self::builder().start()
    }

    /// Makes a fake that answers in the caller's runtime, without a socket.
    ///
    /// Under a paused tokio clock the fake and an in-process client share one time, so hours of
    /// waiting take milliseconds and end exactly on time:
    ///
    /// ```
    /// use std::time::Duration;
    /// use akool_faceswap::{Client, ResultId};
    /// use akool_faceswap_mock::{FakeAkool, FakeJob};
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let fake = FakeAkool::in_process()?; // In a test: #[tokio::test(start_paused = true)]
    /// let client = Client::builder()
    ///     .base_url(fake.url())
    ///     .api_key(fake.api_key())
    ///     .in_process(fake.handler(), fake.clock().source())
    ///     .build()?;
    /// let two_hours = Duration::from_secs(2 * 3600);
    /// let id = fake.add_job(FakeJob::video().after(Duration::ZERO, two_hours));
    /// let begun = tokio::time::Instant::now();
    /// let job = client.wait(id.parse::<ResultId>()?).await?;
    /// assert!(job.result_url().is_some());
    /// assert!(begun.elapsed() >= two_hours);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// `ClientBuilder::in_process` needs the feature `testing` of the SDK. Webhooks are still sent
    /// over a real socket.
    ///
    /// # Errors
    ///
    /// Never with the defaults; see [`FakeAkoolBuilder::in_process`].
    #[cfg(feature = "in-process")]
    pub fn in_process() -> io::Result<Self> {
        Self::builder().in_process()
    }

    /// The fake as a function from a request to its answer, for a client in the same process.
    ///
    /// It answers requests to any host. An error stands for a connection that was refused
    /// (`ConnectionRefused`) or broke.
    #[cfg(feature = "in-process")]
    pub fn handler<B>(&self) -> impl Fn(Request<B>) -> Handling + Clone + Send + Sync + use<B>
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        let service = Arc::clone(&self.service);
        move |request| Box::pin(in_process::answer(Arc::clone(&service), request))
    }

    /// The base URL, including a path prefix, without a trailing slash.
    pub fn url(&self) -> &str {
        &self.service.base_url
    }

    /// The API key that the fake accepts.
    pub fn api_key(&self) -> String {
        self.service.credentials().api_key.clone()
    }

    /// The bearer token that the fake accepts.
    pub fn bearer_token(&self) -> String {
        self.service.credentials().bearer_token.clone()
    }

    /// Accepts only this API key from now on, as after a rotation.
    ///
    /// ```
    /// use akool_faceswap_mock::FakeAkool;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let fake = FakeAkool::start()?;
    /// fake.set_api_key("the-next-key")?;
    /// assert_eq!(fake.api_key(), "the-next-key");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::InvalidInput`] if `key` is not a valid header value; the old key then stays
    /// valid.
    pub fn set_api_key(&self, key: impl Into<String>) -> io::Result<()> {
        let key = key.into();
        credentials::check("API key", &key)?;
        self.service.credentials().api_key = key;
        Ok(())
    }

    /// Accepts and returns only this bearer token from now on.
    ///
    /// # Errors
    ///
    /// As for [`set_api_key`](Self::set_api_key).
    pub fn set_bearer_token(&self, token: impl Into<String>) -> io::Result<()> {
        let token = token.into();
        credentials::check("bearer token", &token)?;
        self.service.credentials().bearer_token = token;
        Ok(())
    }

    /// The fake's clock.
    pub fn clock(&self) -> &Clock {
        &self.service.clock
    }

    /// Lets time pass.
    ///
    /// For an [in-process](Self::in_process) fake this is tokio's time, which must be paused. Timers
    /// fire one after another, so a client polls as often as it would in that time. For a server
    /// this only moves the fake's clock, as [`Clock::advance`] does in synchronous code.
    ///
    /// # Panics
    ///
    /// If an in-process fake runs under a clock that is not paused.
    pub async fn advance(&self, by: Duration) {
        #[cfg(feature = "in-process")]
        if self.server.is_none() {
            tokio::time::advance(Duration::ZERO).await;
            tokio::time::sleep(by).await;
            return;
        }
        self.service.clock.advance(by);
        tokio::task::yield_now().await;
    }

    /// Adds a job and returns its id; a job with the same id is replaced.
    pub fn add_job(&self, job: FakeJob) -> String {
        let now = self.service.clock.now();
        self.service.jobs().add(job, now)
    }

    /// Adds `count` jobs of [`Population::Quick`] and returns their ids.
    ///
    /// Each job ends after at most twelve lookups.
    pub fn seed_population(&self, count: usize) -> Vec<String> {
        self.seed_population_of(Population::Quick, count)
    }

    /// Adds `count` jobs drawn from the [seed](FakeAkoolBuilder::seed) and returns their ids.
    ///
    /// A million jobs take about 250 MB of memory.
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    /// use akool_faceswap_mock::{Clock, FakeAkool, Population};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let fake = FakeAkool::builder()
    ///     .seed(7)
    ///     .clock(Clock::manual(SystemTime::UNIX_EPOCH + Duration::from_secs(1_719_476_868)))
    ///     .start()?;
    /// let ids = fake.seed_population_of(Population::Realistic, 1000);
    /// fake.advance(Duration::from_secs(40)); // Half of the images are done.
    /// # assert_eq!(ids.len(), 1000);
    /// # Ok(())
    /// # }
    /// ```
    pub fn seed_population_of(&self, population: Population, count: usize) -> Vec<String> {
        let mut rng = self
            .population
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let now = self.service.clock.now();
        let mut jobs = self.service.jobs();
        jobs.reserve(count);
        (0..count)
            .map(|_| jobs.add(population.draw(&mut rng, now), now))
            .collect()
    }

    /// Forgets a job, as if it had expired or been deleted.
    ///
    /// # Errors
    ///
    /// If there is no such job.
    pub fn remove_job(&self, id: &str) -> Result<(), NoSuchJob> {
        let removed = self.service.jobs().remove(id);
        self.service.changes.send_replace(());
        removed
    }

    /// Puts a job into a state and keeps it there: its schedule no longer applies.
    ///
    /// ```
    /// use akool_faceswap_mock::{FakeAkool, FakeJob, JobState};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let fake = FakeAkool::start()?;
    /// let id = fake.add_job(FakeJob::image());
    /// // A status that the vendor may add one day.
    /// fake.set_state(&id, JobState::Other(5))?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If there is no such job.
    pub fn set_state(&self, id: &str, state: JobState) -> Result<(), NoSuchJob> {
        let pinned = self.service.jobs().pin(id, state);
        self.service.changes.send_replace(());
        pinned
    }

    /// The bytes of the file that the fake serves for a job, even before it has succeeded.
    ///
    /// A small PNG or MP4, different for each id.
    ///
    /// ```
    /// use akool_faceswap_mock::{FakeAkool, FakeJob};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let fake = FakeAkool::start()?;
    /// let id = fake.add_job(FakeJob::image());
    /// assert!(fake.file(&id)?.starts_with(b"\x89PNG"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If there is no such job.
    pub fn file(&self, id: &str) -> Result<Bytes, NoSuchJob> {
        self.service.jobs().file_bytes(id)
    }

    /// Appends an answer to the script.
    ///
    /// A request gets the first scripted answer that matches it, otherwise the normal one.
    pub fn push_answer(&self, answer: impl Into<Answer>) {
        self.service.script().push(answer.into());
    }

    /// Removes all scripted answers.
    pub fn clear_answers(&self) {
        self.service.script().clear();
    }

    /// How many scripted answers are left; an answer that repeats counts once.
    pub fn answers_left(&self) -> usize {
        self.service.script().len()
    }

    /// Holds back every response until the returned value is dropped, for at most
    /// [`MAX_DELAY`](crate::MAX_DELAY).
    ///
    /// This shows a test how many requests its client has in flight, without sleeping. Downloads
    /// are not held back.
    ///
    /// ```
    /// use akool_faceswap_mock::FakeAkool;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let fake = FakeAkool::start()?;
    /// let held = fake.pause_responses();
    /// // Here your service sends requests. When it can send no more:
    /// let in_flight = fake.requests_in_flight();
    /// drop(held);
    /// # assert_eq!(in_flight, 0);
    /// # Ok(())
    /// # }
    /// ```
    pub fn pause_responses(&self) -> PausedResponses {
        PausedResponses::new(Arc::clone(&self.service))
    }

    /// Refuses connections until the returned value is dropped, like a server that is down, and
    /// closes the open ones; jobs, script and counters are kept.
    ///
    /// ```
    /// use akool_faceswap_mock::FakeAkool;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let fake = FakeAkool::start()?;
    /// let outage = fake.refuse_connections()?;
    /// // Here your service runs while AKOOL is down. Then AKOOL is back:
    /// outage.end()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If the system gives the port to another program while it is closed.
    pub fn refuse_connections(&self) -> io::Result<RefusedConnections> {
        match &self.server {
            Some(server) => RefusedConnections::new(server.control()),
            None => Ok(RefusedConnections::in_process(Arc::clone(
                &self.service.refusals,
            ))),
        }
    }
}

/// Shows no credentials and no result URLs.
impl fmt::Debug for FakeAkool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakeAkool")
            .field("url", &self.url())
            .field("clock", &self.service.clock)
            .field("jobs", &self.service.jobs().len())
            .field("answers_left", &self.answers_left())
            .field("counters", &self.service.recorder.counters())
            .finish_non_exhaustive()
    }
}
