//! Where outcomes wait for their callers.
//!
//! A [`Oneshot`] holds one outcome, a [`Queue`] those of many waits in the order in which they came. Both
//! are filled under the tracker's lock, so that an outcome and the end of a wait are one event; wakers
//! are taken out there and called after it, so that no foreign code runs under the lock.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
};

use crate::wait::{Ticket, tracker::Key};

/// Wakers to be called once no lock is held.
pub(super) type Wakers = Vec<Waker>;

/// The place for one outcome.
#[derive(Debug)]
pub(super) struct Oneshot<T>(Mutex<Inside<T>>);

#[derive(Debug)]
struct Inside<T> {
    outcome: Option<T>,
    /// The waiter in the tracker, once it is there.
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

    /// Has a wait that has not started end when it does.
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

    /// Something changed that is no outcome.
    pub(super) fn change(&self, wakers: &mut Wakers) {
        let mut inside = self.lock();
        inside.changes = inside.changes.wrapping_add(1);
        wakers.extend(inside.waker.take());
    }

    /// Has the waiter look again, though nothing changed.
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

    /// Ready with the number of changes once it is another than `seen`, or with the outcome.
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

/// The place for the outcomes of many waits, each with its number.
#[derive(Debug)]
pub(super) struct Queue<T>(Mutex<Many<T>>);

/// An outcome that has not been taken yet.
#[derive(Debug)]
struct Ready<T> {
    number: u32,
    outcome: T,
    /// The wait as it was: a process that dies before the outcome is taken can resume it.
    ticket: Ticket,
}

#[derive(Debug)]
struct Many<T> {
    /// Never longer than the group has waits.
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

    /// Whether `act` wakes who polled `wait` before.
    fn wakes(poll: impl Fn(&Context<'_>), act: impl FnOnce(&mut Wakers)) -> bool {
        let mut wakers = Wakers::new();
        poll(&Context::from_waker(Waker::noop()));
        act(&mut wakers);
        !wakers.is_empty()
    }

    #[test]
    fn a_change_and_a_call_to_look_again_wake_the_waiter_once() {
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
