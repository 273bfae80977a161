//! The submits of a client: those under way, those nobody waits for any more, and the unknown ones.
//!
//! A submit costs money and cannot be taken back, so it does not end with the future that began it:
//! it runs in a task of its own and its outcome is kept until somebody takes it. Two habits of
//! programs would buy a second job all the same, and both are answered here, by content:
//!
//! - A time limit around a submit, in a loop. The future is dropped, the task goes on, and the next
//!   submit of the same content takes over what the dropped one left instead of sending again.
//! - A loop around `?`. A submit whose outcome is unknown is an error, and a further one of the same
//!   content ends with that very error, without sending, for [`UNKNOWN_FOR`].

use std::{
    collections::HashMap,
    future::Future,
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

/// How long an unknown outcome holds back further submits of the same content.
const UNKNOWN_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// The most unknown outcomes that are remembered; beyond, the oldest is forgotten. Each was returned
/// to its caller before.
const MAX_UNKNOWN: usize = 100_000;

/// The most submits that may have been dropped and not claimed; beyond, nothing is sent.
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
    waker: Option<Waker>,
    /// Whether somebody waits for it.
    is_claimed: bool,
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
        runtime.spawn(async move {
            let outcome = send.await;
            task.lost = None;
            task.submits.finish(key, outcome);
        });
        Ok(submission)
    }

    /// Claims everything that nobody waits for.
    pub(super) fn claim_all(self: &Arc<Self>) -> Vec<Submission> {
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
        keys.into_iter()
            .map(|key| Submission::new(self, key))
            .collect()
    }

    fn finish(&self, key: u64, outcome: Outcome) {
        let waker = {
            let mut state = self.lock();
            let Some(slot) = state.slots.get_mut(&key) else {
                return;
            };
            slot.outcome = Some(outcome);
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
            waker: None,
            is_claimed: true,
        };
        self.slots.insert(key, slot);
        key
    }

    fn claim_left(&mut self, content: &str) -> Option<u64> {
        let keys = self.by_content.get(content)?;
        let left = |key: &&u64| self.slots.get(key).is_some_and(|slot| !slot.is_claimed);
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

    /// The outcome, if there is one; its submit is over then.
    fn take(&mut self, key: u64, waker: &Waker) -> Poll<Option<Outcome>> {
        let Some(slot) = self.slots.get_mut(&key) else {
            return Poll::Ready(None);
        };
        let Some(outcome) = slot.outcome.take() else {
            slot.waker = Some(waker.clone());
            return Poll::Pending;
        };
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
        Poll::Ready(Some(outcome))
    }

    fn unknown(&mut self, content: &str) -> Option<SubmitError> {
        let (since, error) = self.unknown.get(content)?;
        if since.elapsed() < UNKNOWN_FOR {
            return Some(error.clone());
        }
        self.unknown.remove(content);
        None
    }

    fn remember(&mut self, content: Arc<str>, error: SubmitError) {
        if self.unknown.len() >= MAX_UNKNOWN {
            self.unknown
                .retain(|_, (since, _)| since.elapsed() < UNKNOWN_FOR);
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

/// The task of one submit. Where it dies, with its runtime or by a panic, its outcome is not known.
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
    /// `None` if it was taken before, which does not happen: a claim is held by one.
    type Output = Option<Outcome>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.submits.lock().take(self.key, context.waker())
    }
}

impl Drop for Submission {
    fn drop(&mut self) {
        self.submits.lock().give_up(self.key);
    }
}

#[cfg(test)]
mod tests;
