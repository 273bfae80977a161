//! The state of all waits: which ids are waited for, by whom, and when each is due.
//!
//! It reads no clock, makes no request and calls no foreign code. It is given the time and the answers,
//! and says what to look up next and who gets which outcome; so every rule of waiting can be tested
//! without a runtime, and a simulation can run it for a million jobs.
//!
//! An id is tracked once, however many callers wait for it; each caller is a *waiter*. One queue holds what is
//! due, and one ordered set holds all deadlines: no job has a timer or a task.

mod apply;
mod arena;
mod batch;
mod finish;
mod index;
mod job;
mod law;
mod queue;
mod waiter;

use std::{collections::BTreeSet, num::NonZeroU64, sync::Arc, time::Duration};

use crate::wait::{
    Progress, Ticket, WaitErrorKind,
    delivery::{Oneshot, Queue, Wakers},
    error::WaitError,
    options::{Start, WaitOptions},
    poll_policy::Load,
    time::{Now, Timestamp},
};
use crate::{
    error::{Error, ErrorKind},
    metrics::WaitMetrics,
    model::{Job, ResultId},
};

use arena::Arena;
pub(super) use arena::Key;
pub(super) use batch::Batch;
use index::Index;
use job::{Tracked, unsettled};
use law::Law;
use queue::{DueQueue, Line};
use waiter::Waiter;
pub(super) use waiter::{Receiver, WaiterKind};

/// Ids that are requested within this time of one another share a request.
pub(super) const COALESCE_WINDOW: Duration = Duration::from_millis(20);

/// The shortest interval between lookups that hints cause: anyone may send hints.
pub(super) const MIN_HINT_INTERVAL: Duration = Duration::from_millis(500);

/// How a wait ends; all waiters share the job.
pub(super) type Settled = Result<Arc<Job>, WaitError>;

/// The result of one lookup of one id.
pub(super) type Answer = Result<Option<Arc<Job>>, Error>;

/// What to do once the tracker is no longer locked.
#[derive(Debug, Default)]
pub(super) struct Effects {
    pub(super) wakers: Wakers,
    pub(super) ended: Vec<WaitMetrics>,
}

/// Which jobs are looked up first when more are due than can be sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Order {
    /// The job that has most likely ended since it was last seen.
    #[default]
    Worth,
    /// The job that has been due the longest, for comparison in the benchmarks.
    #[cfg_attr(not(any(test, feature = "testing")), expect(dead_code))]
    FirstInFirstOut,
}

#[derive(Debug)]
pub(super) struct Tracker {
    jobs: Arena<Tracked>,
    index: Index,
    waiters: Arena<Waiter>,
    queue: DueQueue,
    law: Law,
    order: Order,
    deadlines: BTreeSet<(Timestamp, Key)>,
    /// The number of the next batch.
    next_batch: NonZeroU64,
    max_ids: usize,
    rng: fastrand::Rng,
    is_shut_down: bool,
}

impl Tracker {
    pub(super) fn new(max_ids: usize, rng: fastrand::Rng, order: Order) -> Self {
        Self {
            jobs: Arena::new(),
            index: Index::default(),
            waiters: Arena::new(),
            queue: DueQueue::new(),
            law: Law::new(),
            order,
            deadlines: BTreeSet::new(),
            next_batch: NonZeroU64::MIN,
            max_ids,
            rng,
            is_shut_down: false,
        }
    }

    /// How many ids are tracked.
    pub(super) fn tracked_ids(&self) -> usize {
        self.jobs.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.jobs.is_empty()
    }

    /// Frees the memory that many jobs took.
    pub(super) fn release_memory(&mut self) {
        if self.jobs.is_empty() && self.jobs.capacity() > 1024 {
            self.jobs.release_memory();
            self.waiters.release_memory();
            self.index = Index::default();
        }
    }

    /// Starts a wait. If it is refused, the receiver gets the outcome at once.
    pub(super) fn wait(
        &mut self,
        id: &ResultId,
        start: &Start,
        receiver: Receiver,
        now: &Now,
        effects: &mut Effects,
    ) -> Option<Key> {
        let refused = if self.is_shut_down {
            Some(WaitErrorKind::ShutDown)
        } else {
            (!self.has_room_for(id)).then_some(WaitErrorKind::TooManyIds)
        };
        if let Some(kind) = refused {
            refuse(kind, id, start, &receiver, now, effects);
            return None;
        }
        let kind = WaiterKind::UntilTerminal {
            options: start.options.clone(),
            receiver,
        };
        let waiter = Waiter::new(start.begun, start.deadline, start.last_look, kind);
        let job = self.track(id, |id| Tracked::new(id, start));
        let number = self.jobs.len();
        let tracked = &mut self.jobs[job];
        let first = now
            .timestamp
            .plus(start.options.schedule.first().max(COALESCE_WINDOW));
        // A waiter that joins others shares what they already know.
        let due = match tracked.asked.if_ever() {
            None => first,
            Some(asked) => {
                let interval = start.options.schedule.interval(
                    now.timestamp.since(tracked.state.changed),
                    Load::jobs(number),
                );
                first.max(asked.plus(interval)).max(tracked.not_before)
            }
        };
        self.schedule_by(job, due);
        let key = self.attach(job, waiter);
        if start.deadline <= now.timestamp {
            self.begin_last_look(key, now.timestamp.plus(COALESCE_WINDOW), now);
        } else {
            self.set_deadline_key(key, start.deadline);
        }
        Some(key)
    }

    /// Asks for one answer about an id, from a request that is sent after this call.
    pub(super) fn ask(
        &mut self,
        id: &ResultId,
        deadline: Timestamp,
        slot: Arc<Oneshot<Answer>>,
        now: &Now,
        effects: &mut Effects,
    ) -> Option<Key> {
        if !self.has_room_for(id) {
            let error = Error::new(
                ErrorKind::TooManyIds,
                format!(
                    "the client already tracks {} ids, as many as max_tracked_ids allows",
                    self.max_ids
                ),
            );
            slot.put(
                Err(error.with_ids(std::slice::from_ref(id))),
                &mut effects.wakers,
            );
            return None;
        }
        let start = Start::new(Arc::default(), now.timestamp, Timestamp::NEVER);
        let job = self.track(id, |id| Tracked::new(id, &start));
        let from_batch = self.next_batch;
        self.reschedule_earlier(job, now.timestamp.plus(COALESCE_WINDOW));
        let kind = WaiterKind::Answer { from_batch, slot };
        let waiter = Waiter::new(now.timestamp, deadline, Duration::ZERO, kind);
        let key = self.attach(job, waiter);
        self.set_deadline_key(key, deadline);
        Some(key)
    }

    /// Polls an id soon; `false` if nobody waits for it.
    pub(super) fn hint(&mut self, id: &ResultId, now: &Now) -> bool {
        let Some(job) = self.index.get(id, &self.jobs) else {
            return false;
        };
        let soonest = self.jobs[job]
            .asked
            .if_ever()
            .map_or(now.timestamp, |asked| asked.plus(MIN_HINT_INTERVAL));
        self.reschedule_earlier(job, soonest.max(now.timestamp));
        true
    }

    /// Makes ids in flight due again: the task that sent them has ended.
    pub(super) fn abandon(&mut self, now: &Now, effects: &mut Effects) {
        let lost: Vec<Key> = self
            .jobs
            .iter()
            .filter(|(_, job)| job.in_flight.is_some())
            .map(|(key, _)| key)
            .collect();
        for job in lost {
            self.jobs[job].in_flight = None;
            self.schedule_by(job, now.timestamp);
        }
        // A task that is woken checks whether there is a poller.
        for (_, waiter) in self.waiters.iter() {
            waiter.kind.wake(&mut effects.wakers);
        }
    }

    /// What is known about the job of a waiter.
    pub(super) fn progress(&self, key: Key, now: &Now) -> Option<Progress> {
        let waiter = self.waiters.get(key)?;
        Some(self.jobs[waiter.job].progress(waiter.begun, now))
    }

    /// The wait of a waiter as a ticket.
    pub(super) fn ticket(&self, key: Key, now: &Now) -> Option<Ticket> {
        let waiter = self.waiters.get(key)?;
        match &waiter.kind {
            WaiterKind::UntilTerminal { options, .. } => {
                Some(self.jobs[waiter.job].ticket(waiter.span(options), now))
            }
            WaiterKind::Answer { .. } => None,
        }
    }

    fn has_room_for(&self, id: &ResultId) -> bool {
        self.jobs.len() < self.max_ids || self.index.get(id, &self.jobs).is_some()
    }

    fn track(&mut self, id: &ResultId, new: impl FnOnce(ResultId) -> Tracked) -> Key {
        if let Some(job) = self.index.get(id, &self.jobs) {
            return job;
        }
        let job = self.jobs.insert(new(id.clone()));
        self.index.insert(job, &self.jobs);
        job
    }

    /// Moves an id to an earlier time, if no lookup of it is in flight.
    fn schedule_by(&mut self, job: Key, due: Timestamp) {
        let line = self.jobs[job].line;
        self.schedule_in(line, job, due);
    }

    fn schedule_in(&mut self, line: Line, job: Key, due: Timestamp) {
        let tracked = &mut self.jobs[job];
        if tracked.in_flight.is_none() && due < tracked.due {
            if tracked.due != Timestamp::NEVER {
                self.queue.remove(tracked.line, tracked.due, job);
            }
            tracked.line = line;
            tracked.due = due;
            self.queue.insert(line, due, job);
        }
    }

    /// Makes an id due at `due`, even if a lookup of it is in flight.
    fn reschedule_earlier(&mut self, job: Key, due: Timestamp) {
        let tracked = &mut self.jobs[job];
        if tracked.in_flight.is_some() {
            tracked.poll_again_at = tracked.poll_again_at.min(due);
        }
        self.schedule_in(Line::URGENT, job, due);
    }

    fn forget_if_unwanted(&mut self, job: Key) {
        if self.jobs[job].waiters == Key::NONE {
            let Some(tracked) = self.jobs.remove(job) else {
                return;
            };
            if tracked.due != Timestamp::NEVER {
                self.queue.remove(tracked.line, tracked.due, job);
            }
            self.index.remove(&tracked.id, job);
        }
    }
}

/// Ends a wait before it starts.
pub(super) fn refuse(
    kind: WaitErrorKind,
    id: &ResultId,
    start: &Start,
    receiver: &Receiver,
    now: &Now,
    effects: &mut Effects,
) {
    let job = Tracked::new(id.clone(), start);
    let error = unsettled(kind, &job, start.span(), None, now);
    let ticket = || job.ticket(start.span(), now);
    receiver.put(Err(error), ticket, &mut effects.wakers);
}

#[cfg(test)]
mod tests;
