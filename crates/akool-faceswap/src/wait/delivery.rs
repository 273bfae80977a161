//! Slots that hold outcomes until callers take them.
//!
//! A [`Oneshot`] holds one outcome, a [`Queue`] those of many waits in the order in which they came. Both are
//! filled under the tracker's lock, so that an outcome and the end of a wait are one event; wakers are
//! collected under the lock and called after it is released, so that no foreign code runs under it.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
};

use crate::wait::{Ticket, tracker::Key};

/// Wakers to be called once no lock is held.
pub(super) type Wakers = Vec<Waker>;

/// A slot for one outcome.
#[derive(Debug)]
pub(super) struct Oneshot<T>(Mutex<Inside<T>>);

#[derive(Debug)]
struct Inside<T> {
    outcome: Option<T>,
    /// The waiter in the tracker, once the wait has started.
    key: Option<Key>,
    is_start_cancelled: bool,
    /// Counts changes before the outcome.
    changes: u32,
    waker: Option<Waker>,
}

impl<T> Oneshot<T> {
    pub(super) fn new() -> Self {
        Self(Mutex::new(Inside {
            outcome: None,
            key: None,
            is_start_cancelled: false,
            changes: 0,
            waker: None,
        }))
    }

    fn lock(&self) -> MutexGuard<'_, Inside<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn key(&self) -> Option<Key> {
        self.lock().key
    }

    pub(super) fn set_key(&self, key: Key) {
        self.lock().key = Some(key);
    }

    /// Makes a wait that has not started end as soon as it starts.
    pub(super) fn cancel_start(&self) {
        self.lock().is_start_cancelled = true;
    }

    pub(super) fn is_start_cancelled(&self) -> bool {
        self.lock().is_start_cancelled
    }

    pub(super) fn put(&self, outcome: T, wakers: &mut Wakers) {
        let mut inside = self.lock();
        inside.outcome = Some(outcome);
        wakers.extend(inside.waker.take());
    }

    /// Records a change other than the outcome.
    pub(super) fn change(&self, wakers: &mut Wakers) {
        let mut inside = self.lock();
        inside.changes = inside.changes.wrapping_add(1);
        wakers.extend(inside.waker.take());
    }

    /// Wakes the waiter although nothing changed.
    pub(super) fn wake(&self, wakers: &mut Wakers) {
        wakers.extend(self.lock().waker.take());
    }

    pub(super) fn poll_outcome(&self, context: &Context<'_>) -> Poll<T> {
        let mut inside = self.lock();
        if let Some(outcome) = inside.outcome.take() {
            return Poll::Ready(outcome);
        }
        remember(&mut inside.waker, context);
        Poll::Pending
    }

    /// Ready with the number of changes once it differs from `seen`, or with the outcome.
    pub(super) fn poll_change(&self, seen: u32, context: &Context<'_>) -> Poll<Result<u32, T>> {
        let mut inside = self.lock();
        if let Some(outcome) = inside.outcome.take() {
            return Poll::Ready(Err(outcome));
        }
        if inside.changes != seen {
            return Poll::Ready(Ok(inside.changes));
        }
        remember(&mut inside.waker, context);
        Poll::Pending
    }
}

/// A queue for the outcomes of many waits, each with its number.
#[derive(Debug)]
pub(super) struct Queue<T>(Mutex<Many<T>>);

/// An outcome that has not been taken yet.
#[derive(Debug)]
struct Ready<T> {
    number: u32,
    outcome: T,
    /// For a process that dies before it takes the outcome: the next one can resume the wait.
    ticket: Ticket,
}

#[derive(Debug)]
struct Many<T> {
    /// Never longer than the number of waits in the group.
    ready: VecDeque<Ready<T>>,
    waker: Option<Waker>,
}

impl<T> Queue<T> {
    pub(super) fn new() -> Self {
        Self(Mutex::new(Many {
            ready: VecDeque::new(),
            waker: None,
        }))
    }

    fn lock(&self) -> MutexGuard<'_, Many<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn put(&self, number: u32, outcome: T, ticket: Ticket, wakers: &mut Wakers) {
        let mut inside = self.lock();
        inside.ready.push_back(Ready {
            number,
            outcome,
            ticket,
        });
        wakers.extend(inside.waker.take());
    }

    pub(super) fn wake(&self, wakers: &mut Wakers) {
        wakers.extend(self.lock().waker.take());
    }

    pub(super) fn poll_next(&self, context: &Context<'_>) -> Poll<(u32, T)> {
        let mut inside = self.lock();
        if let Some(next) = inside.ready.pop_front() {
            return Poll::Ready((next.number, next.outcome));
        }
        remember(&mut inside.waker, context);
        Poll::Pending
    }

    /// The waits whose outcomes nobody has taken yet.
    pub(super) fn undelivered(&self) -> Vec<Ticket> {
        let inside = self.lock();
        inside
            .ready
            .iter()
            .map(|ready| ready.ticket.clone())
            .collect()
    }
}

fn remember(waker: &mut Option<Waker>, context: &Context<'_>) {
    match waker {
        Some(known) => known.clone_from(context.waker()),
        None => *waker = Some(context.waker().clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether `act` wakes a task that polled before.
    fn wakes(poll: impl Fn(&Context<'_>), act: impl FnOnce(&mut Wakers)) -> bool {
        let mut wakers = Wakers::new();
        poll(&Context::from_waker(Waker::noop()));
        act(&mut wakers);
        !wakers.is_empty()
    }

    #[test]
    fn a_change_and_a_wake_each_wake_the_waiter_once() {
        let one = Oneshot::<u8>::new();
        let poll = |context: &Context<'_>| assert!(one.poll_outcome(context).is_pending());
        assert!(wakes(poll, |wakers| one.wake(wakers)));
        assert!(wakes(poll, |wakers| one.change(wakers)));
        let mut wakers = Wakers::new();
        one.wake(&mut wakers);
        assert!(wakers.is_empty(), "nobody has polled since");
        let context = Context::from_waker(Waker::noop());
        assert!(matches!(one.poll_change(0, &context), Poll::Ready(Ok(1))));
        assert!(one.poll_change(1, &context).is_pending());

        let many = Queue::<u8>::new();
        let poll = |context: &Context<'_>| assert!(many.poll_next(context).is_pending());
        assert!(wakes(poll, |wakers| many.wake(wakers)));
    }
}
