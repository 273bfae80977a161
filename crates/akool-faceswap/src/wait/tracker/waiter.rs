//! One waiter for an id: what it waits for, until when, and where the outcome goes.
//!
//! The waiters for one id form a linked list within the arena that holds them all, so that adding or removing
//! one takes constant time.

use std::{num::NonZeroU64, sync::Arc, time::Duration};

use crate::wait::observation::WaitSpan;
use crate::wait::tracker::{
    Answer, Key, Oneshot, Queue, Settled, Ticket, Timestamp, Tracker, WaitOptions, Wakers,
};

#[derive(Debug)]
pub(in crate::wait) struct Waiter {
    pub(super) job: Key,
    previous: Key,
    pub(super) next: Key,
    pub(super) begun: Timestamp,
    pub(super) deadline: Timestamp,
    /// How long after its deadline its last look ends.
    overtime_millis: u32,
    pub(super) is_last_look: bool,
    /// How long the last look may take; a `Duration` would cost every wait 16 bytes.
    last_look_millis: u16,
    pub(super) kind: WaiterKind,
}

/// What a waiter waits for.
#[derive(Debug)]
pub(in crate::wait) enum WaiterKind {
    /// The end of the job.
    UntilTerminal {
        options: Arc<WaitOptions>,
        receiver: Receiver,
    },
    /// The answer to this batch or a later one.
    Answer {
        from_batch: NonZeroU64,
        slot: Arc<Oneshot<Answer>>,
    },
}

/// Where the outcome of a wait goes.
#[derive(Clone, Debug)]
pub(in crate::wait) enum Receiver {
    One(Arc<Oneshot<Settled>>),
    Many(Arc<Queue<Settled>>, u32),
}

impl Receiver {
    pub(super) fn put(
        &self,
        outcome: Settled,
        ticket: impl FnOnce() -> Ticket,
        wakers: &mut Wakers,
    ) {
        match self {
            Self::One(slot) => slot.put(outcome, wakers),
            Self::Many(group, number) => group.put(*number, outcome, ticket(), wakers),
        }
    }

    /// Notifies a single waiter of a change other than the outcome. Callers ask a group for its progress.
    pub(super) fn change(&self, wakers: &mut Wakers) {
        if let Self::One(slot) = self {
            slot.change(wakers);
        }
    }
}

impl WaiterKind {
    pub(super) fn wake(&self, wakers: &mut Wakers) {
        match self {
            Self::UntilTerminal {
                receiver: Receiver::One(slot),
                ..
            } => slot.wake(wakers),
            Self::UntilTerminal {
                receiver: Receiver::Many(group, _),
                ..
            } => group.wake(wakers),
            Self::Answer { slot, .. } => slot.wake(wakers),
        }
    }

    pub(super) fn is_wait(&self) -> bool {
        matches!(self, Self::UntilTerminal { .. })
    }
}

impl Waiter {
    pub(super) fn new(
        begun: Timestamp,
        deadline: Timestamp,
        last_look: Duration,
        kind: WaiterKind,
    ) -> Self {
        Self {
            job: Key::NONE,
            previous: Key::NONE,
            next: Key::NONE,
            begun,
            deadline,
            overtime_millis: 0,
            is_last_look: false,
            last_look_millis: u16::try_from(last_look.as_millis()).unwrap_or(u16::MAX),
            kind,
        }
    }

    /// Its time in the set of deadlines: its own deadline, or the end of its last look.
    fn deadline_key(&self) -> Timestamp {
        self.deadline
            .plus(Duration::from_millis(self.overtime_millis.into()))
    }

    pub(super) fn last_look(&self) -> Duration {
        Duration::from_millis(self.last_look_millis.into())
    }

    pub(super) fn span<'a>(&self, options: &'a WaitOptions) -> WaitSpan<'a> {
        WaitSpan {
            begun: self.begun,
            deadline: self.deadline,
            // The deadlines end a last look that takes too long.
            last_look_ends: Timestamp::NEVER,
            options,
        }
    }
}

impl Tracker {
    /// Puts a waiter at the head of its job's list.
    pub(super) fn attach(&mut self, job: Key, waiter: Waiter) -> Key {
        let next = self.jobs[job].waiters;
        let key = self.waiters.insert(Waiter {
            job,
            next,
            ..waiter
        });
        if let Some(behind) = self.waiters.get_mut(next) {
            behind.previous = key;
        }
        self.jobs[job].waiters = key;
        key
    }

    /// Takes a waiter out of its job's list and out of the deadlines.
    pub(super) fn detach(&mut self, key: Key) {
        let Some(waiter) = self.waiters.remove(key) else {
            return;
        };
        self.deadlines.remove(&(waiter.deadline_key(), key));
        let Waiter {
            job,
            previous,
            next,
            ..
        } = waiter;
        if let Some(behind) = self.waiters.get_mut(next) {
            behind.previous = previous;
        }
        match self.waiters.get_mut(previous) {
            Some(before) => before.next = next,
            None => self.jobs[job].waiters = next,
        }
    }

    /// Sets when [`expire`](Self::expire) handles a wait: at its deadline or later, rounded up to a
    /// millisecond.
    pub(super) fn set_deadline_key(&mut self, key: Key, at: Timestamp) {
        let waiter = &mut self.waiters[key];
        self.deadlines.remove(&(waiter.deadline_key(), key));
        let overtime = at.since(waiter.deadline).as_micros().div_ceil(1000);
        waiter.overtime_millis = u32::try_from(overtime).unwrap_or(u32::MAX);
        let at = waiter.deadline_key();
        if at != Timestamp::NEVER {
            self.deadlines.insert((at, key));
        }
    }
}
