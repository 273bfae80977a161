//! One that waits for an id: what for, until when, and where the outcome goes.
//!
//! Those that wait for the same id form a list through the slab that holds them all, so that one of a
//! hundred thousand comes and goes at the price of one.

use std::sync::Arc;

use crate::wait::tracker::{Answer, Group, Moment, Settled, Slot, Terms, Ticket, Tracker, Wakers};

/// The end of a list.
pub(super) const NONE: usize = usize::MAX;

#[derive(Debug)]
pub(in crate::wait) struct Interest {
    pub(super) job: usize,
    previous: usize,
    pub(super) next: usize,
    pub(super) begun: Moment,
    pub(super) deadline: Moment,
    /// Where it stands among the deadlines.
    alarm: Moment,
    pub(super) purpose: Purpose,
}

/// What somebody waits for.
#[derive(Debug)]
pub(in crate::wait) enum Purpose {
    /// That the job ends.
    Settle { terms: Arc<Terms>, sink: Sink },
    /// What a request says that is sent as this batch or a later one.
    Answer {
        from_batch: u64,
        slot: Arc<Slot<Answer>>,
    },
}

/// Where the outcome of a wait goes.
#[derive(Clone, Debug)]
pub(in crate::wait) enum Sink {
    One(Arc<Slot<Settled>>),
    Many(Arc<Group<Settled>>, u32),
}

impl Sink {
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

    /// Tells a single waiter of a change that is no outcome. A group is asked for its progress.
    pub(super) fn change(&self, wakers: &mut Wakers) {
        if let Self::One(slot) = self {
            slot.change(wakers);
        }
    }
}

impl Purpose {
    pub(super) fn stir(&self, wakers: &mut Wakers) {
        match self {
            Self::Settle {
                sink: Sink::One(slot),
                ..
            } => slot.stir(wakers),
            Self::Settle {
                sink: Sink::Many(group, _),
                ..
            } => group.stir(wakers),
            Self::Answer { slot, .. } => slot.stir(wakers),
        }
    }

    pub(super) fn is_wait(&self) -> bool {
        matches!(self, Self::Settle { .. })
    }

    /// Whether the outcome goes to this slot.
    pub(in crate::wait) fn is_for(&self, slot: &Arc<Slot<Settled>>) -> bool {
        matches!(self, Self::Settle { sink: Sink::One(mine), .. } if Arc::ptr_eq(mine, slot))
    }

    /// Whether the outcome is this one of a group.
    pub(in crate::wait) fn is_for_group(&self, group: &Arc<Group<Settled>>, number: u32) -> bool {
        matches!(
            self,
            Self::Settle { sink: Sink::Many(mine, n), .. } if *n == number && Arc::ptr_eq(mine, group)
        )
    }

    /// Whether the answer goes to this slot.
    pub(in crate::wait) fn is_answer_for(&self, slot: &Arc<Slot<Answer>>) -> bool {
        matches!(self, Self::Answer { slot: mine, .. } if Arc::ptr_eq(mine, slot))
    }
}

impl Interest {
    pub(super) fn new(begun: Moment, deadline: Moment, purpose: Purpose) -> Self {
        Self {
            job: NONE,
            previous: NONE,
            next: NONE,
            begun,
            deadline,
            alarm: Moment::NEVER,
            purpose,
        }
    }
}

impl Tracker {
    /// Puts an interest at the head of its job's list.
    pub(super) fn attach(&mut self, job: usize, interest: Interest) -> usize {
        let next = self.jobs[job].interests;
        let key = self.interests.insert(Interest {
            job,
            next,
            ..interest
        });
        if let Some(behind) = self.interests.get_mut(next) {
            behind.previous = key;
        }
        self.jobs[job].interests = key;
        key
    }

    /// Takes an interest out of its job's list and out of the deadlines.
    pub(super) fn detach(&mut self, key: usize) {
        let Interest {
            job,
            previous,
            next,
            alarm,
            ..
        } = self.interests.remove(key);
        self.deadlines.remove(&(alarm, key));
        if let Some(behind) = self.interests.get_mut(next) {
            behind.previous = previous;
        }
        match self.interests.get_mut(previous) {
            Some(before) => before.next = next,
            None => self.jobs[job].interests = next,
        }
    }

    pub(super) fn set_alarm(&mut self, key: usize, alarm: Moment) {
        self.interests[key].alarm = alarm;
        if alarm != Moment::NEVER {
            self.deadlines.insert((alarm, key));
        }
    }
}
