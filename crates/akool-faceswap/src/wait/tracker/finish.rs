//! How waits end that no answer ends: withdrawn, too late, shut down, or without any hope.

use crate::wait::tracker::{Effects, Now, Tracker, WaitErrorKind, WaiterKind, job::unsettled};
use crate::{error::Error, metrics::WaitMetrics};

impl Tracker {
    /// Ends an interest without an outcome. `receiver` tells it from another that has its key by now.
    pub(in crate::wait) fn withdraw(
        &mut self,
        key: usize,
        is_mine: impl FnOnce(&WaiterKind) -> bool,
    ) {
        if let Some(waiter) = self.waiters.get(key)
            && is_mine(&waiter.kind)
        {
            let job = waiter.job;
            self.detach(key);
            self.forget_if_unwanted(job);
        }
    }

    /// Ends an interest because of a fault that no answer will mend.
    pub(in crate::wait) fn fail(
        &mut self,
        key: usize,
        is_mine: impl FnOnce(&WaiterKind) -> bool,
        error: &Error,
        now: &Now,
        effects: &mut Effects,
    ) {
        if let Some(waiter) = self.waiters.get(key)
            && is_mine(&waiter.kind)
        {
            self.end(key, WaitErrorKind::Fault, Some(error), now, effects);
        }
    }

    /// Ends every wait, and refuses new ones. Who asks for a single answer still gets it.
    pub(in crate::wait) fn shut_down(&mut self, now: &Now, effects: &mut Effects) {
        self.is_shut_down = true;
        self.end_where(
            WaiterKind::is_wait,
            WaitErrorKind::ShutDown,
            None,
            now,
            effects,
        );
    }

    /// Ends everything, because of a fault that no answer will mend.
    pub(in crate::wait) fn fail_all(&mut self, error: &Error, now: &Now, effects: &mut Effects) {
        self.end_where(|_| true, WaitErrorKind::Fault, Some(error), now, effects);
    }

    fn end_where(
        &mut self,
        which: impl Fn(&WaiterKind) -> bool,
        kind: WaitErrorKind,
        error: Option<&Error>,
        now: &Now,
        effects: &mut Effects,
    ) {
        let keys: Vec<usize> = self
            .waiters
            .iter()
            .filter(|(_, waiter)| which(&waiter.kind))
            .map(|(key, _)| key)
            .collect();
        for key in keys {
            self.end(key, kind, error, now, effects);
        }
    }

    /// Ends what has passed its deadline.
    pub(in crate::wait) fn expire(&mut self, now: &Now, effects: &mut Effects) {
        while let Some(&(deadline, key)) = self.deadlines.first()
            && deadline <= now.timestamp
        {
            self.end(key, WaitErrorKind::DeadlinePassed, None, now, effects);
        }
    }

    /// Ends one interest that has no result.
    fn end(
        &mut self,
        key: usize,
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
                let error = unsettled(kind, tracked, waiter, options, error, now);
                effects
                    .ended
                    .push(WaitMetrics::of(Some(kind), error.progress()));
                let ticket = || tracked.ticket(waiter, options, now);
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
