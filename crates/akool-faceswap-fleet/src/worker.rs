//! A worker claims due jobs, looks them up, and writes the results back.
//!
//! Any number of workers run on any number of machines. When one dies, its jobs become due again as its lease
//! ends.

mod batch;
mod counters;
mod judgement;

use std::{future::Future, sync::Arc, time::Duration};

use akool_faceswap::Client;
use futures_util::FutureExt as _;
use tokio::{
    task::JoinSet,
    time::{Instant, MissedTickBehavior, interval, sleep},
};

use crate::{
    account::Account,
    error::Error,
    fleet::Fleet,
    lane::Lane,
    pause::{Holds, Pauses},
    store::{Budget, Slot, Store},
};
use batch::Batch;
pub use counters::WorkerCounters;

/// How often a worker reports.
const BEAT: Duration = Duration::from_secs(10);
/// How often a worker cleans up.
const SWEEP: Duration = Duration::from_secs(60);

/// Looks up the jobs of a lane; made by [`Worker::new`], run by [`Worker::run`].
///
/// Each lookup is one attempt of the given client; the fleet decides when to retry. When a job is looked up
/// again and how its wait ends follow the rules of [`Client::wait`](akool_faceswap::Client::wait).
#[derive(Debug)]
pub struct Worker {
    work: Work,
    account: Account,
    budget: Budget,
    max_concurrent_requests: usize,
    idle_interval: Duration,
}

/// What each request of a worker needs.
#[derive(Clone, Debug)]
struct Work {
    store: Arc<dyn Store>,
    lane: Lane,
    client: Client,
    name: String,
    attempt_timeout: Duration,
    max_ids_per_request: u32,
    keep_jobs: bool,
    notify: bool,
    counters: WorkerCounters,
    holds: Arc<Holds>,
}

impl Work {
    /// As long as a request may take, and as much again to send it and to write its results.
    fn lease(&self) -> Duration {
        self.attempt_timeout * 2
    }
}

/// What a worker did until it was stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WorkerReport {
    /// Requests that were sent.
    pub requests: u64,
    /// Outcomes that were written.
    pub settled: u64,
    /// Writes that came after the lease and were refused: 0 in a healthy fleet.
    pub fenced: u64,
}

impl Worker {
    /// A worker of the fleet's lane with the credentials of a client.
    ///
    /// `account` says whose credentials they are: a lane keeps its first worker's and refuses others.
    pub fn new(fleet: &Fleet, client: Client, account: Account) -> Self {
        Self {
            work: Work {
                store: fleet.store().clone(),
                lane: fleet.lane().clone(),
                client,
                name: format!("{}-{:08x}", std::process::id(), fastrand::u32(..)),
                attempt_timeout: Duration::from_secs(30),
                max_ids_per_request: 100,
                keep_jobs: true,
                notify: true,
                counters: WorkerCounters::default(),
                holds: Arc::default(),
            },
            account,
            budget: Budget {
                interval: Duration::from_millis(50),
                burst: 20,
            },
            max_concurrent_requests: 4,
            idle_interval: Duration::from_millis(250),
        }
    }

    /// The name that it reports under. Default: the process id and a random number.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.work.name = name.into();
        self
    }

    /// How many requests all workers of the lane together send. Default: 20 a second, up to 20 at once.
    /// 0 or less: no limit.
    ///
    /// The worker that started last decides for the lane. The database counts, by its clock. A request is sent
    /// right after it was charged, so the API sees at most `burst` requests beyond the rate, and those that
    /// were delayed on their way. Requests of a lookup beyond its first are charged after they were sent.
    #[must_use]
    pub fn requests_per_second(mut self, rate: f64, burst: u32) -> Self {
        let interval = Duration::try_from_secs_f64(1.0 / rate).unwrap_or(Duration::ZERO);
        self.budget = Budget { interval, burst };
        self
    }

    /// The most requests that this worker has in flight. Default: 4.
    #[must_use]
    pub fn max_concurrent_requests(mut self, requests: usize) -> Self {
        self.max_concurrent_requests = requests.max(1);
        self
    }

    /// How many ids go into one request. Default: 100. More than the client's limit takes several requests.
    #[must_use]
    pub fn max_ids_per_request(mut self, ids: u32) -> Self {
        self.work.max_ids_per_request = ids.clamp(1, 10_000);
        self
    }

    /// How long one request may take. Default: 30 s. The lease is twice that: after it another worker claims
    /// the jobs of one that died.
    #[must_use]
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        let most = Duration::from_secs(3600);
        self.work.attempt_timeout = timeout.clamp(Duration::from_millis(100), most);
        self
    }

    /// Whether outcomes contain the job as the API answered it, with its result URL. Default: yes. If not, look
    /// the id up once more when you want the URL.
    #[must_use]
    pub fn keep_jobs(mut self, keep: bool) -> Self {
        self.work.keep_jobs = keep;
        self
    }

    /// Whether PostgreSQL notifies waiters. Default: yes. Transactions with a notification commit one after
    /// the other, in the whole server. Without notifications, waiters poll every 2 s.
    #[must_use]
    pub fn notify(mut self, notify: bool) -> Self {
        self.work.notify = notify;
        self
    }

    /// How often an idle worker asks for work. Default: 250 ms. At least 10 ms.
    #[must_use]
    pub fn idle_interval(mut self, interval: Duration) -> Self {
        self.idle_interval = interval.max(Duration::from_millis(10));
        self
    }

    /// Live counters; get them before you call [`run`](Self::run).
    pub fn counters(&self) -> WorkerCounters {
        self.work.counters.clone()
    }

    /// Works until `stop` is ready. Then it claims nothing more, waits for the requests in flight, writes their
    /// results and reports once more: at most the attempt timeout if the database answers, at most the lease
    /// if it does not.
    ///
    /// While the database cannot be reached, it waits. Dropping the future ends the requests in flight; their
    /// jobs are looked up again when the lease ends.
    ///
    /// # Errors
    ///
    /// If the API refuses the credentials, the account or the settings: the jobs are given back, and none is
    /// settled. If the lane belongs to another account, or the schema has the wrong version.
    pub async fn run(self, stop: impl Future<Output = ()>) -> Result<WorkerReport, Error> {
        let mut stop = std::pin::pin!(stop.fuse());
        let mut pauses = Pauses::default();
        loop {
            let entering = self
                .work
                .store
                .enter(&self.work.lane, &self.account, self.budget);
            match entering.await {
                Ok(()) => break,
                Err(error) if error.is_transient() => {
                    self.work.note_database_error(&error);
                    tokio::select! {
                        () = sleep(pauses.next()) => {}
                        () = &mut stop => return Ok(self.work.counters.report()),
                    }
                }
                Err(error) => return Err(error),
            }
        }
        let mut keeping = JoinSet::new();
        keeping.spawn(keep_house(self.work.clone()));
        let result = self.work_until(stop).await;
        let counters = self.work.counters.to_json();
        let _ = self
            .work
            .store
            .beat(&self.work.lane, &self.work.name, &counters)
            .await;
        result.map(|()| self.work.counters.report())
    }

    async fn work_until(
        &self,
        mut stop: std::pin::Pin<&mut futures_util::future::Fuse<impl Future<Output = ()>>>,
    ) -> Result<(), Error> {
        let mut in_flight: JoinSet<Result<(), Error>> = JoinSet::new();
        let mut pauses = Pauses::default();
        let mut ended: Result<(), Error> = Ok(());
        let mut is_stopping = false;
        loop {
            let wait = if is_stopping || in_flight.len() >= self.max_concurrent_requests {
                None
            } else {
                match self.next_batch().await {
                    Ok(Next::Batch(batch)) => {
                        pauses = Pauses::default();
                        in_flight.spawn(batch.run(self.work.clone()));
                        continue;
                    }
                    Ok(Next::Wait(wait)) => {
                        pauses = Pauses::default();
                        Some(wait)
                    }
                    Err(error) if error.is_transient() => {
                        self.work.note_database_error(&error);
                        Some(pauses.next())
                    }
                    Err(error) => {
                        ended = Err(error);
                        is_stopping = true;
                        None
                    }
                }
            };
            if is_stopping && in_flight.is_empty() {
                return ended;
            }
            tokio::select! {
                Some(finished) = in_flight.join_next() => {
                    if let Ok(Err(error)) = finished {
                        ended = Err(error);
                        is_stopping = true;
                    }
                }
                () = sleep(wait.unwrap_or(Duration::ZERO)), if wait.is_some() => {}
                () = &mut stop, if !is_stopping => is_stopping = true,
            }
        }
    }

    /// Takes a slot of the budget first, then claims the jobs for it.
    async fn next_batch(&self) -> Result<Next, Error> {
        let Work { store, lane, .. } = &self.work;
        let max = self.work.max_ids_per_request;
        let start = match store.slot(lane, max).await? {
            Slot::Idle => return Ok(Next::Wait(self.idle_interval)),
            Slot::Wait(wait) => return Ok(Next::Wait(wait.min(self.idle_interval))),
            Slot::Granted(start) => start,
        };
        let begun = Instant::now();
        let lease = self.work.lease();
        let claim = store.claim(lane, start, max, lease).await?;
        if claim.is_empty() {
            // Another worker was faster.
            store.charge(lane, -1).await?;
            return Ok(Next::Wait(self.idle_interval / 10));
        }
        Ok(Next::Batch(Batch::new(claim, begun, lease)))
    }
}

/// What a worker does next.
enum Next {
    Batch(Batch),
    Wait(Duration),
}

impl Work {
    fn note_database_error(&self, error: &Error) {
        self.counters.0.database_errors.add(1);
        tracing::warn!(
            worker = self.name,
            error = %error,
            cause = std::error::Error::source(error).map(tracing::field::display),
            "the fleet's database failed; the worker retries",
        );
    }
}

/// Reports that the worker is alive, and cleans up.
async fn keep_house(work: Work) {
    let mut beats = interval(BEAT);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut swept: Option<Instant> = None;
    loop {
        beats.tick().await;
        let beat = work
            .store
            .beat(&work.lane, &work.name, &work.counters.to_json())
            .await;
        if beat.is_ok() && swept.is_none_or(|at| at.elapsed() >= SWEEP) {
            swept = Some(Instant::now());
            if let Ok(Some(lost @ 1..)) = work.store.sweep(&work.lane).await {
                tracing::error!(
                    outcomes = lost,
                    "deleted outcomes that nobody took in 8 days"
                );
            }
        }
    }
}
