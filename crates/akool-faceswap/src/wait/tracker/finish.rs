//! How waits end that no answer ends: withdrawn, too late, shut down, or without any hope.

use crate::wait::tracker::{Effects, Now, Purpose, Tracker, WaitErrorKind, job::unsettled};
use crate::{error::Error, metrics::WaitMetrics};

impl Tracker {
    /// Ends an interest without an outcome. `sink` tells it from another that has its key by now.
    pub(in crate::wait) fn withdraw(&mut self, key: usize, is_mine: impl FnOnce(&Purpose) -> bool) {
        if let Some(interest) = self.interests.get(key)
            && is_mine(&interest.purpose)
        {
            let job = interest.job;
            self.detach(key);
            self.forget_if_unwanted(job);
        }
    }

    /// Ends an interest because of a fault that no answer will mend.
    pub(in crate::wait) fn fail(
        &mut self,
        key: usize,
        is_mine: impl FnOnce(&Purpose) -> bool,
        error: &Error,
        now: &Now,
        effects: &mut Effects,
    ) {
        if let Some(interest) = self.interests.get(key)
            && is_mine(&interest.purpose)
        {
            self.end(key, WaitErrorKind::Fault, Some(error), now, effects);
        }
    }

    /// Ends every wait, and refuses new ones. Who asks for a single answer still gets it.
    pub(in crate::wait) fn shut_down(&mut self, now: &Now, effects: &mut Effects) {
        self.is_shut_down = true;
        self.end_where(
            Purpose::is_wait,
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
        which: impl Fn(&Purpose) -> bool,
        kind: WaitErrorKind,
        error: Option<&Error>,
        now: &Now,
        effects: &mut Effects,
    ) {
        let keys: Vec<usize> = self
            .interests
            .iter()
            .filter(|(_, interest)| which(&interest.purpose))
            .map(|(key, _)| key)
            .collect();
        for key in keys {
            self.end(key, kind, error, now, effects);
        }
    }

    /// Ends what has passed its deadline.
    pub(in crate::wait) fn expire(&mut self, now: &Now, effects: &mut Effects) {
        while let Some(&(deadline, key)) = self.deadlines.first()
            && deadline <= now.moment
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
        let interest = &self.interests[key];
        let job = interest.job;
        let tracked = &self.jobs[job];
        match &interest.purpose {
            Purpose::Settle { terms, sink } => {
                let error = unsettled(kind, tracked, interest, terms, error, now);
                effects
                    .ended
                    .push(WaitMetrics::of(Some(kind), error.progress()));
                let ticket = || tracked.ticket(interest, terms, now);
                sink.put(Err(error), ticket, &mut effects.wakers);
            }
            Purpose::Answer { slot, .. } => {
                let error = error.cloned().unwrap_or_else(|| tracked.out_of_time());
                slot.put(Err(error), &mut effects.wakers);
            }
        }
        self.detach(key);
        self.forget_if_unwanted(job);
    }
}
