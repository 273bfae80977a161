//! Applies answers to waiters.

use std::{num::NonZeroU64, time::Duration};

use crate::wait::{
    error::WaitError,
    observation::{Observation, Retry, Verdict},
    options::WaitOptions,
    poll_policy::Load,
    tracker::{
        Batch, Effects, Key, Line, Now, Timestamp, Tracker, Waiter, WaiterKind,
        job::unsettled,
        law::{self, Seen},
    },
};
use crate::{error::Error, lookup::Outcome};

impl Tracker {
    /// Takes the answer to a batch. `retry` says when an id whose lookup failed this many times in a row
    /// is looked up again.
    pub(in crate::wait) fn answered(
        &mut self,
        batch: Batch,
        outcomes: Vec<Outcome>,
        retry: impl Fn(&Error, u32) -> Retry,
        now: &Now,
        effects: &mut Effects,
    ) {
        let Batch { number, jobs, .. } = batch;
        for (job, outcome) in jobs.into_iter().zip(outcomes) {
            // The job may have been dropped since, or be in flight with another batch.
            let Some(tracked) = self.jobs.get(job) else {
                continue;
            };
            if tracked.in_flight != Some(number) {
                continue;
            }
            let failures = tracked.state.failures + 1;
            let observation = Observation::new(outcome, |error| retry(error, failures));
            self.apply(job, number, &observation, now, effects);
        }
    }

    fn apply(
        &mut self,
        job: Key,
        batch: NonZeroU64,
        observation: &Observation,
        now: &Now,
        effects: &mut Effects,
    ) {
        let is_change = self.update(job, observation, now);
        let mut next = self.jobs[job].waiters;
        while let Some(waiter) = self.waiters.get(next) {
            let key = next;
            next = waiter.next;
            match &waiter.kind {
                WaiterKind::Answer { from_batch, slot } => {
                    if *from_batch <= batch
                        && let Some(answer) = observation.answer()
                    {
                        slot.put(answer, &mut effects.wakers);
                        self.detach(key);
                    }
                }
                WaiterKind::UntilTerminal { options, receiver } => {
                    match self.outcome_for(waiter, options, observation, now) {
                        None if is_change => receiver.change(&mut effects.wakers),
                        None => {}
                        Some(outcome) => {
                            let kind = outcome.as_ref().err().map(WaitError::kind);
                            let tracked = &self.jobs[job];
                            let progress = tracked.progress(waiter.begun, now);
                            effects.ended.push(progress.measure(kind));
                            let ticket = || tracked.ticket(waiter.span(options), now);
                            receiver.put(outcome, ticket, &mut effects.wakers);
                            self.detach(key);
                        }
                    }
                }
            }
        }
        if self.jobs[job].waiters == Key::NONE {
            self.forget_if_unwanted(job);
        } else {
            self.reschedule(job, observation, now);
        }
    }

    /// Records an observation. Returns whether it differs from the one before.
    fn update(&mut self, job: Key, observation: &Observation, now: &Now) -> bool {
        let tracked = &mut self.jobs[job];
        tracked.in_flight = None;
        tracked.last_error = match observation {
            Observation::Failed { error, .. } => Some(error.clone()),
            _ => None,
        };
        if let Some(seen) = Seen::of(observation) {
            let [from, to] = [tracked.seen_at, tracked.asked].map(|at| at.since(tracked.begun));
            let has_ended = matches!(observation, Observation::Found(job) if job.is_terminal());
            // A success that still lacks its URL has been counted as an end already.
            if tracked.state.without_url_since.is_none() {
                self.law.learn(tracked.seen, from, to, has_ended);
            }
            tracked.seen = seen;
            tracked.seen_at = tracked.asked;
        }
        tracked.state.update(observation, now.timestamp)
    }

    /// The outcome of a waiter that ends with the observation just recorded.
    fn outcome_for(
        &self,
        waiter: &Waiter,
        options: &WaitOptions,
        observation: &Observation,
        now: &Now,
    ) -> Option<super::Settled> {
        let job = &self.jobs[waiter.job];
        let sent = job.asked.min(now.timestamp);
        let span = waiter.span(options);
        let verdict = job.state.verdict(observation, span, sent, now.timestamp)?;
        Some(match (verdict, observation) {
            (Verdict::Succeeded, Observation::Found(found)) => Ok(found.clone()),
            (Verdict::JobFailed, Observation::Found(found)) => Err(WaitError::job_failed(
                (**found).clone(),
                job.progress(waiter.begun, now),
            )),
            (Verdict::Unsettled(kind), Observation::Failed { error, .. }) => {
                Err(unsettled(kind, job, waiter.span(options), Some(error), now))
            }
            (Verdict::Unsettled(kind), _) => {
                Err(unsettled(kind, job, waiter.span(options), None, now))
            }
            // A job that was not found has neither succeeded nor failed.
            (Verdict::Succeeded | Verdict::JobFailed, _) => return None,
        })
    }

    /// Sets the time of the next lookup: the earliest that any waiter wants.
    fn reschedule(&mut self, job: Key, observation: &Observation, now: &Now) {
        let jitter = self.rng.f64();
        let tracked = &self.jobs[job];
        let age = now.timestamp.since(tracked.begun);
        let load = Load {
            jobs: self.jobs.len(),
            law: Some((self.law.hazard(tracked.seen, age), age)),
        };
        let mut interval = Duration::MAX;
        let mut at = match observation {
            Observation::Failed {
                retry: Retry::After(delay),
                ..
            } => now.timestamp.plus(*delay),
            _ => Timestamp::NEVER,
        };
        let mut next = tracked.waiters;
        while let Some(waiter) = self.waiters.get(next) {
            next = waiter.next;
            if let WaiterKind::UntilTerminal { options, .. } = &waiter.kind {
                let span = waiter.span(options);
                let poll = tracked
                    .state
                    .next_poll(observation, span, now.timestamp, load, jitter);
                interval = interval.min(poll.interval);
                at = at.min(poll.at);
            }
        }
        let is_urgent = tracked.poll_again_at < at
            || matches!(
                observation,
                Observation::Failed {
                    retry: Retry::After(_),
                    ..
                }
            );
        let at = at.min(tracked.poll_again_at);
        let tracked = &mut self.jobs[job];
        tracked.interval_millis = u32::try_from(interval.as_millis()).unwrap_or(u32::MAX);
        tracked.not_before = match observation {
            Observation::Failed {
                retry: Retry::After(delay) | Retry::BySchedule(delay),
                ..
            } => now.timestamp.plus(*delay),
            _ => now.timestamp,
        };
        let line = if is_urgent {
            Line::URGENT
        } else {
            Line::new(
                tracked.seen,
                law::step(tracked.seen_at.since(tracked.begun)),
            )
        };
        self.schedule_in(line, job, at.max(now.timestamp));
    }
}

impl Observation {
    /// The answer for single lookups; `None` if another attempt comes first.
    fn answer(&self) -> Option<super::Answer> {
        match self {
            Self::Found(job) => Some(Ok(Some(job.clone()))),
            Self::Missing => Some(Ok(None)),
            Self::Failed {
                retry: Retry::After(_),
                ..
            } => None,
            Self::Failed { error, .. } => Some(Err(error.clone())),
        }
    }
}
