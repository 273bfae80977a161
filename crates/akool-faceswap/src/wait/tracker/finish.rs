//! How waits end without an answer: withdrawn, cancelled, timed out, shut down, deleted, or after an error.

use std::collections::BTreeSet;

use crate::wait::tracker::{
    Effects, Key, Now, Ticket, Timestamp, Tracker, WaitErrorKind, Waiter, WaiterKind,
    job::unsettled,
};
use crate::{error::Error, model::ResultId};

impl Tracker {
    /// Ends a waiter without an outcome.
    pub(in crate::wait) fn withdraw(&mut self, key: Key) {
        if let Some(waiter) = self.waiters.get(key) {
            let job = waiter.job;
            self.detach(key);
            self.forget_if_unwanted(job);
        }
    }

    /// Ends a waiter because of an error that no answer resolves.
    pub(in crate::wait) fn fail(
        &mut self,
        key: Key,
        error: &Error,
        now: &Now,
        effects: &mut Effects,
    ) {
        if self.waiters.get(key).is_some() {
            self.end(key, WaitErrorKind::Fault, Some(error), now, effects);
        }
    }

    /// Ends a wait that a caller cancels.
    pub(in crate::wait) fn cancel(&mut self, key: Key, now: &Now, effects: &mut Effects) {
        if self.waiters.get(key).is_some() {
            self.end(key, WaitErrorKind::Cancelled, None, now, effects);
        }
    }

    /// Ends every wait, and refuses new ones. Lookups of one id are still answered. Returns the
    /// tickets of the waits that end.
    pub(in crate::wait) fn shut_down(&mut self, now: &Now, effects: &mut Effects) -> Vec<Ticket> {
        self.is_shut_down = true;
        let tickets = self
            .waiters
            .iter()
            .filter_map(|(key, _)| self.ticket(key, now));
        let tickets = tickets.collect();
        self.end_where(
            |waiter| waiter.kind.is_wait(),
            WaitErrorKind::ShutDown,
            None,
            now,
            effects,
        );
        tickets
    }

    /// Ends everything because of an error that no answer resolves.
    pub(in crate::wait) fn fail_all(&mut self, error: &Error, now: &Now, effects: &mut Effects) {
        self.end_where(|_| true, WaitErrorKind::Fault, Some(error), now, effects);
    }

    /// Ends the waits for jobs that were deleted. Lookups of one id are still answered.
    pub(in crate::wait) fn deleted(&mut self, ids: &[ResultId], now: &Now, effects: &mut Effects) {
        let known = ids.iter().filter_map(|id| self.index.get(id, &self.jobs));
        let jobs: BTreeSet<_> = known.collect();
        if !jobs.is_empty() {
            self.end_where(
                |waiter| waiter.kind.is_wait() && jobs.contains(&waiter.job),
                WaitErrorKind::Deleted,
                None,
                now,
                effects,
            );
        }
    }

    fn end_where(
        &mut self,
        which: impl Fn(&Waiter) -> bool,
        kind: WaitErrorKind,
        error: Option<&Error>,
        now: &Now,
        effects: &mut Effects,
    ) {
        let keys: Vec<Key> = self
            .waiters
            .iter()
            .filter(|(_, waiter)| which(waiter))
            .map(|(key, _)| key)
            .collect();
        for key in keys {
            self.end(key, kind, error, now, effects);
        }
    }

    /// Starts the last look of waits whose deadline has passed, and ends waits whose last look has run out of
    /// time.
    pub(in crate::wait) fn expire(&mut self, now: &Now, effects: &mut Effects) {
        while let Some(&(at, key)) = self.deadlines.first()
            && at <= now.timestamp
        {
            let waiter = &self.waiters[key];
            let not_before = self.jobs[waiter.job].not_before;
            let may_look = waiter.kind.is_wait()
                && !waiter.is_last_look
                && not_before.since(now.timestamp) <= waiter.last_look();
            if may_look {
                self.begin_last_look(key, now.timestamp, now);
            } else {
                self.end(key, WaitErrorKind::DeadlinePassed, None, now, effects);
            }
        }
    }

    /// Polls the job at `at`, or as soon as the server allows, and sets the time at which the wait ends if that
    /// takes too long.
    pub(super) fn begin_last_look(&mut self, key: Key, at: Timestamp, now: &Now) {
        let waiter = &mut self.waiters[key];
        waiter.is_last_look = true;
        let (job, end) = (waiter.job, now.timestamp.plus(waiter.last_look()));
        self.set_deadline_key(key, end);
        let at = self.jobs[job].not_before.max(at);
        self.reschedule_earlier(job, at);
    }

    /// Ends one waiter that has no result.
    fn end(
        &mut self,
        key: Key,
        kind: WaitErrorKind,
        error: Option<&Error>,
        now: &Now,
        effects: &mut Effects,
    ) {
        let waiter = &self.waiters[key];
        let job = waiter.job;
        let tracked = &self.jobs[job];
        match &waiter.kind {
            WaiterKind::UntilTerminal { options, receiver } => {
                let error = unsettled(kind, tracked, waiter.span(options), error, now);
                effects.ended.push(error.progress().measure(Some(kind)));
                let ticket = || tracked.ticket(waiter.span(options), now);
                receiver.put(Err(error), ticket, &mut effects.wakers);
            }
            WaiterKind::Answer { slot, .. } => {
                let error = error.cloned().unwrap_or_else(|| tracked.out_of_time());
                slot.put(Err(error), &mut effects.wakers);
            }
        }
        self.detach(key);
        self.forget_if_unwanted(job);
    }
}
