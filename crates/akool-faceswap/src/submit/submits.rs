//! The submits of a client: in flight, abandoned, and unknown.
//!
//! A submit costs money and cannot be undone, so it does not end with the future that started it: it
//! runs in its own task, and its outcome is kept until someone takes it. Two common patterns would
//! still buy a second job. Both are handled here, by content:
//!
//! - A timeout around a submit, in a loop. The future is dropped, the task continues, and the next
//!   submit of the same content takes over the outcome of the dropped one instead of sending again.
//! - A loop around `?`. A submit with an unknown outcome is an error, and another one of the same
//!   content fails with the same error, without sending, for [`KEPT_FOR`].

use std::{
    collections::HashMap,
    future::poll_fn,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
    time::Duration,
};

use tokio::{runtime::Handle, time::Instant};

use crate::error::{Error, ErrorKind};

use super::{accepted::Accepted, error::SubmitError};

/// How a submit ended.
pub(super) type Outcome = Result<Accepted, SubmitError>;

/// How long an outcome applies to further submits of the same content.
const KEPT_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// The most unknown outcomes that are remembered; beyond that, the oldest is forgotten. Each was already returned to
/// its caller.
const MAX_UNKNOWN: usize = 100_000;

/// The most dropped submits that may be unclaimed; beyond that, nothing is sent.
const MAX_UNCLAIMED: usize = 10_000;

#[derive(Debug, Default)]
pub(crate) struct Submits(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    next_key: u64,
    slots: HashMap<u64, Slot>,
    by_content: HashMap<Arc<str>, Vec<u64>>,
    unknown: HashMap<Arc<str>, (Instant, SubmitError)>,
    unclaimed: usize,
}

/// One submit, from its beginning until its outcome is taken.
#[derive(Debug)]
struct Slot {
    content: Arc<str>,
    outcome: Option<Outcome>,
    finished: Option<Instant>,
    waker: Option<Waker>,
    /// Whether somebody waits for it.
    is_claimed: bool,
}

impl Slot {
    /// Whether the next submit of the same content takes it over. An outcome that nobody took for a day can only be
    /// claimed: its result may be gone soon.
    fn is_left(&self) -> bool {
        let is_old = self.finished.is_some_and(|at| at.elapsed() >= KEPT_FOR);
        !self.is_claimed && !is_old
    }
}

impl Submits {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a submit, or takes over what is left of an earlier one of the same content.
    ///
    /// `send` runs in a task of its own. `lost` is the outcome if that task dies.
    pub(super) fn begin<F>(
        self: &Arc<Self>,
        content: Arc<str>,
        may_buy_twice: bool,
        lost: SubmitError,
        send: F,
    ) -> Result<Submission, SubmitError>
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        let refuse = |kind, message: &str| {
            SubmitError::not_sent(Error::new(kind, message), lost.token().cloned())
        };
        let runtime = Handle::try_current()
            .map_err(|_| refuse(ErrorKind::Configuration, "submitting needs a tokio runtime"))?;
        let mut state = self.lock();
        if !may_buy_twice {
            if let Some(key) = state.claim_left(&content) {
                return Ok(Submission::new(self, key));
            }
            if let Some(earlier) = state.unknown(&content) {
                return Err(earlier.again());
            }
        }
        if state.unclaimed >= MAX_UNCLAIMED {
            return Err(refuse(
                ErrorKind::TooManyIds,
                "10000 outcomes of submits whose futures were dropped have not been claimed",
            ));
        }
        let key = state.insert(content);
        drop(state);
        let submission = Submission::new(self, key);
        let mut task = Task {
            submits: self.clone(),
            key,
            lost: Some(lost),
        };
        // A large future: on the heap it is moved once, not with each step of the task.
        let send = Box::pin(send);
        runtime.spawn(async move {
            let outcome = send.await;
            task.lost = None;
            task.submits.finish(key, outcome);
        });
        Ok(submission)
    }

    /// Claims everything that nobody waits for, in the order in which it began.
    pub(super) fn claim_all(self: &Arc<Self>) -> Claims {
        let mut state = self.lock();
        let mut keys: Vec<u64> = state
            .slots
            .iter()
            .filter(|(_, slot)| !slot.is_claimed)
            .map(|(key, _)| *key)
            .collect();
        keys.sort_unstable();
        for key in &keys {
            state.claim(*key);
        }
        drop(state);
        let claims = keys.into_iter().map(|key| Submission::new(self, key));
        Claims {
            submits: self.clone(),
            claims: claims.collect(),
        }
    }

    fn finish(&self, key: u64, outcome: Outcome) {
        let waker = {
            let mut state = self.lock();
            let Some(slot) = state.slots.get_mut(&key) else {
                return;
            };
            slot.outcome = Some(outcome);
            slot.finished = Some(Instant::now());
            slot.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl State {
    fn insert(&mut self, content: Arc<str>) -> u64 {
        let key = self.next_key;
        self.next_key += 1;
        self.by_content
            .entry(content.clone())
            .or_default()
            .push(key);
        let slot = Slot {
            content,
            outcome: None,
            finished: None,
            waker: None,
            is_claimed: true,
        };
        self.slots.insert(key, slot);
        key
    }

    fn claim_left(&mut self, content: &str) -> Option<u64> {
        let keys = self.by_content.get(content)?;
        let left = |key: &&u64| self.slots.get(key).is_some_and(Slot::is_left);
        let key = *keys.iter().find(left)?;
        self.claim(key);
        Some(key)
    }

    fn claim(&mut self, key: u64) {
        if let Some(slot) = self.slots.get_mut(&key)
            && !std::mem::replace(&mut slot.is_claimed, true)
        {
            self.unclaimed -= 1;
        }
    }

    fn give_up(&mut self, key: u64) {
        if let Some(slot) = self.slots.get_mut(&key)
            && std::mem::replace(&mut slot.is_claimed, false)
        {
            slot.waker = None;
            self.unclaimed += 1;
        }
    }

    /// Whether a submit has an outcome; if not, `waker` is woken when it has.
    fn is_finished(&mut self, key: u64, waker: &Waker) -> bool {
        let Some(slot) = self.slots.get_mut(&key) else {
            return false;
        };
        if slot.outcome.is_none() {
            slot.waker = Some(waker.clone());
        }
        slot.outcome.is_some()
    }

    /// The outcome, if there is one; its submit is forgotten then.
    fn take(&mut self, key: u64) -> Option<Outcome> {
        let slot = self.slots.get_mut(&key)?;
        let outcome = slot.outcome.take()?;
        let content = slot.content.clone();
        self.slots.remove(&key);
        if let Some(keys) = self.by_content.get_mut(&content) {
            keys.retain(|other| *other != key);
            if keys.is_empty() {
                self.by_content.remove(&content);
            }
        }
        if let Err(error) = &outcome
            && error.may_be_billed()
        {
            self.remember(content, error.clone());
        }
        Some(outcome)
    }

    fn unknown(&mut self, content: &str) -> Option<SubmitError> {
        let (since, error) = self.unknown.get(content)?;
        if since.elapsed() < KEPT_FOR {
            return Some(error.clone());
        }
        self.unknown.remove(content);
        None
    }

    fn remember(&mut self, content: Arc<str>, error: SubmitError) {
        if self.unknown.len() >= MAX_UNKNOWN {
            self.unknown
                .retain(|_, (since, _)| since.elapsed() < KEPT_FOR);
        }
        if self.unknown.len() >= MAX_UNKNOWN {
            let oldest = self.unknown.iter().min_by_key(|(_, (since, _))| *since);
            if let Some(content) = oldest.map(|(content, _)| content.clone()) {
                self.unknown.remove(&content);
            }
        }
        self.unknown.insert(content, (Instant::now(), error));
    }
}

/// The task of one submit. If it dies, with its runtime or by a panic, its outcome is unknown.
struct Task {
    submits: Arc<Submits>,
    key: u64,
    lost: Option<SubmitError>,
}

impl Drop for Task {
    fn drop(&mut self) {
        if let Some(lost) = self.lost.take() {
            self.submits.finish(self.key, Err(lost));
        }
    }
}

/// A claim on the outcome of one submit. Dropping it gives the claim up, not the submit.
#[must_use]
pub(super) struct Submission {
    submits: Arc<Submits>,
    key: u64,
}

impl Submission {
    fn new(submits: &Arc<Submits>, key: u64) -> Self {
        Self {
            submits: submits.clone(),
            key,
        }
    }
}

impl Future for Submission {
    type Output = Outcome;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
        let mut state = self.submits.lock();
        if !state.is_finished(self.key, context.waker()) {
            return Poll::Pending;
        }
        state.take(self.key).map_or(Poll::Pending, Poll::Ready)
    }
}

impl Drop for Submission {
    fn drop(&mut self) {
        self.submits.lock().give_up(self.key);
    }
}

/// Claims on the outcomes of several submits.
pub(super) struct Claims {
    submits: Arc<Submits>,
    claims: Vec<Submission>,
}

impl Claims {
    /// All outcomes, once the last one has arrived; until then none is taken.
    pub(super) async fn all(self) -> Vec<Outcome> {
        poll_fn(|context| {
            let mut state = self.submits.lock();
            for claim in &self.claims {
                if !state.is_finished(claim.key, context.waker()) {
                    return Poll::Pending;
                }
            }
            let outcomes = self.claims.iter().filter_map(|claim| state.take(claim.key));
            Poll::Ready(outcomes.collect())
        })
        .await
    }
}

#[cfg(test)]
mod tests;
