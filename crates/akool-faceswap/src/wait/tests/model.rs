//! Everything at once: callers come and go at random while a server answers and fails at random, and
//! no wait is lost, doubled or stuck.
//!
//! [`case`] draws the operations; [`server`] answers them and keeps a log; [`promise`] derives from the log
//! what every wait may expect, without any of the poller's own rules; [`caller`] holds the futures and streams.
//! `PROPTEST_CASES` is the number of cases; `just model` runs many more.

mod caller;
mod case;
mod promise;
mod server;

use std::{
    future::{Future as _, poll_fn},
    pin::pin,
    sync::{Arc, Weak},
    task::{Context, Poll},
};

use proptest::{
    prelude::*,
    sample::Index,
    test_runner::{RngSeed, TestRunner},
};

use crate::wait::tests::*;
use crate::{
    api::Api,
    clock::Clock,
    limits::Timeout,
    wait::{PollPolicy, Ticket},
};
use caller::{Caller, Held};
use case::{Case, Op, Step, Terms};
use promise::{LATE_LOOK, OPERATION, Promise};
use server::{ATTEMPT, At, JOBS, Server};

/// A wait stored as a ticket.
struct Stored {
    json: String,
    promise: Promise,
    since: At,
}

/// One running case.
struct Play {
    case: Case,
    server: Server,
    clock: Clock,
    client: Client,
    callers: Vec<Caller>,
    drawer: Vec<Stored>,
    hints: Vec<(usize, At)>,
    shut_down: Option<At>,
}

impl Play {
    fn new(case: Case) -> Self {
        let server = Server::new(case.lives.clone(), case.plans.clone(), case.max_ids);
        let begun = Instant::now();
        let wall = std::time::SystemTime::UNIX_EPOCH + 500_000 * HOUR;
        let clock = Clock::of(move || wall + begun.elapsed());
        let client = process(&case, &server, &clock);
        Self {
            case,
            server,
            clock,
            client,
            callers: Vec::new(),
            drawer: Vec::new(),
            hints: Vec::new(),
            shut_down: None,
        }
    }

    fn now(&self) -> At {
        self.server.world().now()
    }

    fn complain(&self, text: &str) {
        let mut world = self.server.world();
        let now = world.now();
        world.violations.push(format!("{now:?}: {text}"));
    }

    /// Polls every caller, and keeps the tickets of waits that ended without a result.
    fn look(&mut self, context: &mut Context<'_>) {
        for caller in &mut self.callers {
            let ended = caller.look(&self.server, self.shut_down, context);
            self.drawer.extend(ended);
        }
        self.callers.retain(|caller| !caller.is_over());
    }

    /// Lets time pass while all callers are polled; with `until_idle`, returns once nobody waits.
    async fn pass(&mut self, time: Duration, until_idle: bool) {
        let mut asleep = pin!(tokio::time::sleep(time));
        poll_fn(|context| {
            self.look(context);
            if until_idle && self.callers.is_empty() {
                return Poll::Ready(());
            }
            asleep.as_mut().poll(context)
        })
        .await;
    }

    fn begin(&mut self, held: Held, promises: Vec<Promise>, patience: usize) {
        let caller = Caller::new(
            held,
            promises,
            patience,
            self.case.max_tracked,
            &self.server,
        );
        self.callers.push(caller);
    }

    fn promise(&self, job: usize, terms: &Terms) -> Promise {
        let now = self.now();
        let longest = terms.longest.max(terms.shortest).max(SECOND / 10);
        Promise {
            job,
            given: now,
            first: terms.first,
            interval: longest * 11 / 10,
            grace: terms.grace,
            deadline: terms.timeout.map(|timeout| now + timeout),
            begun: now,
            last_look: last_look(terms.timeout.unwrap_or_default()),
            is_late: false,
            cancelled: None,
            is_blurred: false,
        }
    }

    fn promises(&self, jobs: [bool; JOBS], terms: &Terms) -> Vec<Promise> {
        let chosen = (0..JOBS).filter(|job| jobs[*job]);
        chosen.map(|job| self.promise(job, terms)).collect()
    }

    async fn step(&mut self, step: Step) {
        for caller in &mut self.callers {
            caller.patience = caller.patience.saturating_sub(1);
        }
        self.pass(step.after, false).await;
        /// Sets the options of any kind of wait.
        macro_rules! with {
            ($wait:expr, $terms:expr) => {
                $wait
                    .poll_policy(
                        PollPolicy::new()
                            .initial_delay($terms.first)
                            .min_interval($terms.shortest)
                            .growth_percent($terms.growth)
                            .max_interval($terms.longest),
                    )
                    .missing_grace($terms.grace)
                    .timeout($terms.timeout.map_or(Timeout::Disabled, Timeout::After))
            };
        }
        let client = self.client.clone();
        let patience = step.patience;
        match step.op {
            Op::Wait(job, terms) => {
                let held = Held::One(with!(client.wait(server::id(job)), terms).start());
                self.begin(held, vec![self.promise(job, &terms)], patience);
            }
            Op::Changes(job, terms) => {
                let wait = with!(client.wait(server::id(job)), terms).start();
                let held = Held::Changes(wait.changes());
                self.begin(held, vec![self.promise(job, &terms)], patience);
            }
            Op::Completed(jobs, terms) => {
                let promises = self.promises(jobs, &terms);
                let held = with!(client.wait_each(ids(&promises)), terms).start();
                self.begin(Held::Completed(held), promises, patience);
            }
            Op::All(jobs, terms) => {
                let promises = self.promises(jobs, &terms);
                let held = with!(client.wait_all(ids(&promises)), terms).start();
                self.begin(Held::All(held), promises, patience);
            }
            Op::Any(jobs, terms) => {
                let promises = self.promises(jobs, &terms);
                let held = with!(client.wait_any(ids(&promises)), terms).start();
                self.begin(Held::Any(held), promises, patience);
            }
            Op::Look(job) => {
                let held = Held::Look(client.lookup_one(server::id(job)));
                let terms = Terms {
                    first: Duration::ZERO,
                    shortest: SECOND,
                    growth: 0,
                    longest: SECOND,
                    grace: Duration::ZERO,
                    timeout: Some(OPERATION),
                };
                self.begin(held, vec![self.promise(job, &terms)], 0);
            }
            Op::Drop(which) => {
                if !self.callers.is_empty() {
                    let which = which.index(self.callers.len());
                    self.callers.remove(which).give_up(&self.server);
                }
            }
            Op::Cancel(which) => {
                if !self.callers.is_empty() {
                    let which = which.index(self.callers.len());
                    self.callers[which].cancel(&self.server);
                }
            }
            Op::PutAway(which) => {
                if !self.callers.is_empty() {
                    let which = which.index(self.callers.len());
                    let caller = self.callers.remove(which);
                    self.drawer.extend(caller.put_away(&self.server));
                }
            }
            Op::Resume(which, timeout) => self.resume(which, timeout, patience),
            Op::Restart => {
                drop(client);
                self.restart().await;
            }
            Op::Notify(job) => {
                let is_known = self.client.poll_now(server::id(job));
                let now = self.now();
                let is_wanted = self.server.world().is_wanted(job);
                let must_be = self.callers.iter().any(|caller| caller.looks_for(job));
                if must_be {
                    self.hints.push((job, now));
                }
                if is_known && !is_wanted || !is_known && must_be {
                    self.complain(&format!("a hint for {job} returned {is_known}"));
                }
            }
            Op::ShutDown => {
                self.client.shutdown();
                self.shut_down.get_or_insert(self.server.world().now());
            }
        }
    }

    fn resume(&mut self, which: Option<Index>, timeout: Option<Duration>, patience: usize) {
        if self.drawer.is_empty() {
            return;
        }
        let now = self.now();
        let is_one = which.is_some();
        let mut taken: Vec<Stored> = Vec::new();
        match which {
            Some(which) => {
                let which = which.index(self.drawer.len());
                taken.push(self.drawer.remove(which));
            }
            None => {
                // One for each job, since the job identifies the outcomes of a group.
                for stored in std::mem::take(&mut self.drawer) {
                    let job = stored.promise.job;
                    if taken.iter().any(|taken| taken.promise.job == job) {
                        self.drawer.push(stored);
                    } else {
                        taken.push(stored);
                    }
                }
            }
        }
        let mut tickets: Vec<Ticket> = Vec::new();
        let mut promises = Vec::new();
        for Stored {
            json,
            mut promise,
            since,
        } in taken
        {
            tickets.push(serde_json::from_str(&json).unwrap());
            self.server.world().away.push((promise.job, since, now));
            promise.given = now;
            promise.cancelled = None;
            if let Some(timeout) = timeout {
                promise.deadline = Some(now + timeout);
                promise.last_look = last_look(timeout);
            } else if let Some(deadline) = promise.deadline {
                promise.last_look = last_look(deadline.saturating_sub(promise.begun));
            }
            // A ticket counts in whole milliseconds.
            let soon = now + SECOND / 1000;
            promise.is_late = promise.deadline.is_some_and(|deadline| deadline <= soon);
            if promise.is_late && timeout.is_none() {
                promise.last_look = LATE_LOOK;
            }
            promises.push(promise);
        }
        let held = if is_one {
            let mut wait = self.client.resume(tickets.remove(0));
            if let Some(timeout) = timeout {
                wait = wait.timeout(timeout);
            }
            Held::One(wait.start())
        } else {
            let mut waits = self.client.resume_each(tickets);
            if let Some(timeout) = timeout {
                waits = waits.timeout(timeout);
            }
            Held::Completed(waits.start())
        };
        self.begin(held, promises, patience);
    }

    async fn restart(&mut self) {
        for caller in std::mem::take(&mut self.callers) {
            self.drawer.extend(caller.put_away(&self.server));
        }
        let next = process(&self.case, &self.server, &self.clock);
        let last = std::mem::replace(&mut self.client, next);
        self.shut_down = None;
        self.bury(last).await;
    }

    /// Drops a client that has no waits.
    async fn bury(&self, client: Client) {
        let is_idle = client.poller().track(|tracker, _, _| tracker.is_empty());
        if !is_idle {
            self.complain("something is tracked that nobody waits for");
        }
        let api: Weak<Api> = Arc::downgrade(client.api());
        drop(client);
        settle().await;
        if api.upgrade().is_some() {
            self.complain("the client outlives its callers");
        }
    }

    /// When the last of the waits with a known end must have ended.
    fn horizon(&self) -> At {
        let world = self.server.world();
        let due = |caller: &Caller| caller.due(&world).map_or(At::ZERO, |due| due);
        self.callers.iter().map(due).max().unwrap_or_default()
    }

    async fn play(mut self) -> Vec<String> {
        for step in self.case.steps.clone() {
            self.step(step).await;
        }
        for caller in &mut self.callers {
            caller.patience = 0;
        }
        loop {
            self.pass(Duration::ZERO, true).await;
            // Faults in the meantime move the horizon.
            let left = (self.horizon() + SECOND).saturating_sub(self.now());
            if self.callers.is_empty() || left.is_zero() {
                break;
            }
            self.pass(left, true).await;
        }
        for caller in std::mem::take(&mut self.callers) {
            caller.must_be_open(&self.server);
            caller.give_up(&self.server);
        }
        let end = self.now();
        tokio::time::sleep(10 * MINUTE).await;
        let last = self.server.world().log.last().map(|entry| entry.sent);
        if last.is_some_and(|sent| sent > end) {
            self.complain("requests are sent although nobody waits");
        }
        let client = self.client.clone();
        self.client = process(&self.case, &self.server, &self.clock);
        self.bury(client).await;
        self.check_hints(end);
        std::mem::take(&mut self.server.world().violations)
    }

    /// Checks that every hint led to a request, unless a wait for the job ended first.
    fn check_hints(&self, end: At) {
        let mut world = self.server.world();
        for (job, hinted) in &self.hints {
            let due = promise::hint_due(*hinted, &world.log);
            let is_open = due > end
                || world
                    .released
                    .iter()
                    .any(|(released, at)| released == job && (*hinted..=due).contains(at))
                || world
                    .log
                    .iter()
                    .any(|entry| entry.jobs.contains(job) && (*hinted..=due).contains(&entry.sent));
            if !is_open {
                let text = format!("the hint for {job} at {hinted:?} led to no request by {due:?}");
                world.violations.push(text);
            }
        }
    }
}

/// How long the last look of a wait with this timeout may take.
fn last_look(timeout: Duration) -> Duration {
    (timeout / 10).clamp(SECOND, 5 * SECOND)
}

fn ids(promises: &[Promise]) -> ResultIds {
    let ids = promises.iter().map(|promise| server::id(promise.job));
    ids.collect()
}

fn process(case: &Case, server: &Server, clock: &Clock) -> Client {
    client_with(&server.wire, |mut builder| {
        builder.clock = clock.clone();
        builder
            .jitter_seed(case.seed)
            .attempt_timeout(ATTEMPT)
            .operation_timeout(OPERATION)
            .max_ids_per_request(case.max_ids)
            .max_concurrent_requests(case.max_requests)
            .max_tracked_ids(case.max_tracked)
    })
}

/// Draws new cases in every run. `PROPTEST_CASES` is their number, 300 if it is not set;
/// `PROPTEST_RNG_SEED` repeats a run that failed.
#[test]
fn no_wait_is_lost_doubled_or_stuck() {
    let mut config = ProptestConfig {
        max_shrink_iters: 20_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = 300;
    }
    let seed = match config.rng_seed {
        RngSeed::Fixed(seed) => seed,
        RngSeed::Random => fastrand::u64(..),
    };
    config.rng_seed = RngSeed::Fixed(seed);
    let checked = TestRunner::new(config).run(&case::case(), |case| {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        let violations = runtime.block_on(async { Play::new(case).play().await });
        prop_assert!(violations.is_empty(), "{}", violations.join("\n"));
        Ok(())
    });
    if let Err(error) = checked {
        panic!("PROPTEST_RNG_SEED={seed} repeats this: {error}");
    }
}
