//! The task that looks up what is due, for all waits of a client.
//!
//! There is one for each client, started by the first wait and ended after the last. Its only state is the
//! requests in flight; the waits are in the tracker. So if its runtime is dropped, the next waiter that is
//! polled starts another one, and nothing is lost.

use std::{
    cell::Cell,
    future::{Future as _, poll_fn},
    pin::{Pin, pin},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    task::Poll,
};

use futures_util::{StreamExt as _, stream::FuturesUnordered};
use tokio::{runtime::Handle, sync::Notify, time::Instant};

use crate::wait::{
    Ticket,
    observation::Retry,
    time::{Now, TimeSource, Timestamp},
    tracker::{Batch, Effects, Order, Tracker},
};
use crate::{
    api::Api,
    error::{Error, ErrorKind},
    lookup::{self, Lookup, Outcome},
    model::ResultId,
    retry::{
        RetryPolicy,
        decision::{Decision, Rules},
    },
};

/// How many times in a row the task may die without an answer before all waits are ended.
const MAX_RESTARTS: u32 = 3;

/// Looks up what is due, for all waits of a client.
pub(crate) struct Poller {
    pub(super) api: Arc<Api>,
    pub(super) time_source: TimeSource,
    tracker: Mutex<Tracker>,
    wake: Notify,
    /// Changed under the tracker's lock alone.
    is_running: AtomicBool,
    failed_starts: AtomicU32,
}

impl Poller {
    pub(crate) fn new(api: Arc<Api>, jitter_seed: Option<u64>, order: Order) -> Self {
        let rng = jitter_seed.map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed);
        Self {
            time_source: TimeSource::new(api.clock.clone()),
            tracker: Mutex::new(Tracker::new(api.limits.max_tracked_ids, rng, order)),
            wake: Notify::new(),
            is_running: AtomicBool::new(false),
            failed_starts: AtomicU32::new(0),
            api,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Tracker> {
        self.tracker.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `work` on the tracker, then performs its effects without the lock.
    pub(super) fn track<T>(&self, work: impl FnOnce(&mut Tracker, &Now, &mut Effects) -> T) -> T {
        let mut effects = Effects::default();
        let done = {
            let mut tracker = self.lock();
            let now = self.time_source.now();
            work(&mut tracker, &now, &mut effects)
        };
        self.perform(effects);
        done
    }

    fn perform(&self, effects: Effects) {
        // First, so that a caller woken by an outcome finds it counted.
        if let Some(metrics) = &self.api.metrics {
            for wait in &effects.ended {
                metrics.wait(wait);
            }
        }
        for waker in effects.wakers {
            waker.wake();
        }
    }

    /// Makes the poller check the tracker again.
    pub(super) fn wake(&self) {
        self.wake.notify_one();
    }

    /// Polls an id now if it is tracked; returns whether it is.
    pub(crate) fn poll_now(&self, id: &ResultId) -> bool {
        let is_known = self.track(|tracker, now, _| tracker.hint(id, now));
        if is_known {
            self.wake();
        }
        is_known
    }

    /// Ends the waits for jobs that were deleted.
    pub(crate) fn end_deleted(&self, ids: &[ResultId]) {
        self.track(|tracker, now, effects| tracker.deleted(ids, now, effects));
        self.wake();
    }

    /// How many ids are tracked.
    pub(crate) fn tracked_ids(&self) -> usize {
        self.lock().tracked_ids()
    }

    /// Ends every wait, and refuses new ones. Returns the tickets of the waits that end.
    pub(crate) fn shut_down(&self) -> Vec<Ticket> {
        let tickets = self.track(Tracker::shut_down);
        self.wake();
        tickets
    }

    /// Starts the poller if it is not running and anything is tracked.
    ///
    /// # Errors
    ///
    /// If called outside a tokio runtime.
    pub(super) fn ensure(self: &Arc<Self>) -> Result<(), Error> {
        if self.is_running.load(Ordering::Acquire) {
            return Ok(());
        }
        let handle = Handle::try_current().map_err(|error| {
            Error::new(ErrorKind::Configuration, "waiting needs a tokio runtime").with_source(error)
        })?;
        let tracker = self.lock();
        if !tracker.is_empty() && !self.is_running.swap(true, Ordering::AcqRel) {
            handle.spawn(run(PollerGuard {
                poller: self.clone(),
                has_ended: false,
            }));
        }
        Ok(())
    }
}

/// Tells the tracker if the task ends early: because its runtime was dropped, or by a panic in code that the
/// program passed in.
struct PollerGuard {
    poller: Arc<Poller>,
    has_ended: bool,
}

impl Drop for PollerGuard {
    fn drop(&mut self) {
        if self.has_ended {
            return;
        }
        let poller = &*self.poller;
        poller.track(|tracker, now, effects| {
            poller.is_running.store(false, Ordering::Release);
            if poller.failed_starts.fetch_add(1, Ordering::Relaxed) + 1 < MAX_RESTARTS {
                tracker.abandon(now, effects);
            } else {
                poller.failed_starts.store(0, Ordering::Relaxed);
                let error = Error::new(
                    ErrorKind::Configuration,
                    "the task that looks jobs up died repeatedly; check whether a metrics handler \
                     panics, and whether the runtime has I/O and time enabled",
                );
                tracker.fail_all(&error, now, effects);
            }
        });
    }
}

type Answered = (Batch, Vec<Outcome>);
type InFlight = FuturesUnordered<Pin<Box<dyn Future<Output = Answered> + Send>>>;

async fn run(mut alive: PollerGuard) {
    let poller = alive.poller.clone();
    let mut in_flight = InFlight::new();
    while let Some(wake) = send(&poller, &mut in_flight) {
        if let Some((batch, outcomes)) = next_event(&poller, &mut in_flight, wake).await {
            take(&poller, batch, outcomes);
        }
    }
    // Dropping `in_flight` ends requests that nobody waits for any more.
    alive.has_ended = true;
}

/// Sends what is due, within the limits. Returns when to look again, or `None` if nobody waits.
fn send(poller: &Poller, in_flight: &mut InFlight) -> Option<Timestamp> {
    let api = &poller.api;
    poller.track(|tracker, now, effects| {
        tracker.expire(now, effects);
        if tracker.is_empty() {
            tracker.release_memory();
            poller.is_running.store(false, Ordering::Release);
            return None;
        }
        let may_send = || in_flight.len() < api.permits.lookups();
        let is_held = || api.throttle.lookups_held_until().is_some();
        while may_send() && !is_held() {
            let size = api.known_sizes.settled(lookup::configured_size(api));
            let Some(batch) = tracker.take_batch(now, size) else {
                break;
            };
            in_flight.push(Box::pin(look_up(api.clone(), batch)));
            if api.throttle.has_pace() {
                // The request takes its turn only when it is polled, so the next ids are chosen at the next
                // turn.
                break;
            }
        }
        Some(tracker.next_wake(may_send() && !is_held()))
    })
}

/// Looks a batch up in one attempt. Ids to be retried become due again and share later requests with others.
async fn look_up(api: Arc<Api>, batch: Batch) -> Answered {
    let limit = api.limits.attempt_timeout.duration();
    let limit = [limit, api.permits.lookup_timeout()]
        .into_iter()
        .flatten()
        .min();
    let lookup = Lookup::new(api, batch.ids.clone()).attempt_timeout(limit);
    let outcomes = lookup.retry(RetryPolicy::never()).each().await;
    (batch, outcomes)
}

/// Waits for an answer, or until there may be something else to do.
async fn next_event(
    poller: &Poller,
    in_flight: &mut InFlight,
    wake: Timestamp,
) -> Option<Answered> {
    let api = &poller.api;
    let has_room = in_flight.len() < api.permits.lookups();
    let held = api.throttle.lookups_held_until().filter(|_| has_room);
    let due = poller.time_source.instant(wake);
    let until: Option<Instant> = [held, due].into_iter().flatten().min();
    let mut asleep = pin!(until.map(tokio::time::sleep_until));
    let mut woken = pin!(poller.wake.notified());
    poll_fn(|context| {
        if let Poll::Ready(Some(answered)) = in_flight.poll_next_unpin(context) {
            return Poll::Ready(Some(answered));
        }
        let is_time = asleep
            .as_mut()
            .as_pin_mut()
            .is_some_and(|asleep| asleep.poll(context).is_ready());
        if is_time || woken.as_mut().poll(context).is_ready() {
            return Poll::Ready(None);
        }
        Poll::Pending
    })
    .await
}

fn take(poller: &Poller, batch: Batch, outcomes: Vec<Outcome>) {
    let api = &poller.api;
    poller.failed_starts.store(0, Ordering::Relaxed);
    // The retry budget is charged once for a request, and its ids stay together.
    let decided: Cell<Option<(u32, Retry)>> = Cell::new(None);
    let retry = |error: &Error, failures: u32| match decided.get() {
        // An error that is not retried costs nothing and decides nothing for the other ids.
        _ if !error.is_retryable() => decide(api, error, failures, false),
        Some((for_failures, retry)) if for_failures == failures => retry,
        earlier => {
            let is_paid = matches!(earlier, Some((_, Retry::After(_))));
            let retry = decide(api, error, failures, is_paid);
            decided.set(Some((failures, retry)));
            retry
        }
    };
    poller.track(|tracker, now, effects| tracker.answered(batch, outcomes, retry, now, effects));
}

/// When to look an id up again after `failures` failed lookups in a row.
fn decide(api: &Api, error: &Error, failures: u32, is_paid: bool) -> Retry {
    let rules = Rules {
        policy: &api.retry,
        jitter: &api.jitter,
        // The throttle holds rate limited lookups back, so they cost nothing.
        budget: (!is_paid && !error.is_rate_limit()).then_some(&api.budget),
        throttle: Some(&api.throttle),
        deadline: None,
        is_idempotent: true,
    };
    match rules.decide(error, failures) {
        Decision::Retry(delay) => Retry::After(delay),
        Decision::GiveUp(_) => {
            let asked = error.retry_after().map(|delay| api.retry.capped(delay));
            Retry::BySchedule(asked.unwrap_or_default())
        }
    }
}
