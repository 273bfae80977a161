//! What an answer means for those who wait.

use std::{sync::Arc, time::Duration};

use crate::wait::tracker::{Batch, Effects, Moment, NONE, Now, Purpose, Tracker};
use crate::{
    error::Error,
    lookup::Outcome,
    metrics::WaitMetrics,
    model::{Job, JobStatus},
    wait::{
        WaitErrorKind,
        error::{WaitError, ends_a_wait},
        poll_policy::jittered,
    },
};

/// When an id is looked up again after a lookup failed.
#[derive(Clone, Copy, Debug)]
pub(in crate::wait) enum Retry {
    /// After this time, whatever its schedule says.
    After(Duration),
    /// By its schedule, but not before this time.
    BySchedule(Duration),
}

/// What one answer says of one id, in the form in which all that wait for it share it.
enum Word {
    Found(Arc<Job>),
    Missing,
    Failed { error: Error, retry: Retry },
}

impl Tracker {
    /// Takes the answer to a batch. `retry` says when an id whose lookup failed so many times in a row
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
            // It may be gone, and its key another's, or tracked anew.
            let Some(tracked) = self.jobs.get(job) else {
                continue;
            };
            if tracked.under_way != Some(number) {
                continue;
            }
            let word = match outcome {
                Outcome::Found(found) => Word::Found(Arc::new(found)),
                Outcome::Missing => Word::Missing,
                Outcome::Failed(error) => Word::Failed {
                    retry: retry(&error, tracked.faults + 1),
                    error,
                },
            };
            self.take_word(job, number, &word, now, effects);
        }
    }

    fn take_word(&mut self, job: usize, batch: u64, word: &Word, now: &Now, effects: &mut Effects) {
        let is_change = self.note(job, word, now);
        let mut next = self.jobs[job].interests;
        while let Some(interest) = self.interests.get(next) {
            let key = next;
            next = interest.next;
            match &interest.purpose {
                Purpose::Answer { from_batch, slot } => {
                    if *from_batch <= batch
                        && let Some(answer) = word.answer()
                    {
                        slot.put(answer, &mut effects.wakers);
                        self.detach(key);
                    }
                }
                Purpose::Settle { terms, sink } => match self.judge(key, word, now) {
                    None if is_change => sink.change(&mut effects.wakers),
                    None => {}
                    Some(outcome) => {
                        let kind = outcome.as_ref().err().map(WaitError::kind);
                        let tracked = &self.jobs[job];
                        let progress = tracked.progress(interest, now);
                        effects.ended.push(WaitMetrics::of(kind, &progress));
                        let ticket = || tracked.ticket(interest, terms, now);
                        sink.put(outcome, ticket, &mut effects.wakers);
                        self.detach(key);
                    }
                },
            }
        }
        if self.jobs[job].interests == NONE {
            self.forget_if_unwanted(job);
        } else {
            self.reschedule(job, word, now);
        }
    }

    /// Writes down what the answer says; whether that is another thing than before.
    fn note(&mut self, job: usize, word: &Word, now: &Now) -> bool {
        let tracked = &mut self.jobs[job];
        tracked.under_way = None;
        tracked.polls = tracked.polls.saturating_add(1);
        if let Word::Failed { error, .. } = word {
            tracked.faults = tracked.faults.saturating_add(1);
            let is_new = tracked.last_error.is_none();
            tracked.last_error = Some(error.clone());
            return is_new;
        }
        tracked.faults = 0;
        let was_in_trouble = tracked.last_error.take().is_some();
        let was_missing = tracked.missing_since.is_some();
        let is_other = if let Word::Found(found) = word {
            tracked.missing_since = None;
            let before = tracked.status.replace(found.status());
            // The first sighting is no progress of the job.
            if was_missing || before.is_some_and(|before| before != found.status()) {
                tracked.changed = now.moment;
            }
            was_missing || before != Some(found.status())
        } else {
            tracked.missing_since.get_or_insert(now.moment);
            !was_missing
        };
        is_other || was_in_trouble
    }

    /// Whether a wait ends with what was just noted, and how.
    fn judge(&self, key: usize, word: &Word, now: &Now) -> Option<super::Settled> {
        let interest = &self.interests[key];
        let job = &self.jobs[interest.job];
        let Purpose::Settle { terms, .. } = &interest.purpose else {
            return None;
        };
        let end = |kind, error| {
            Some(Err(super::unsettled(
                kind, job, interest, terms, error, now,
            )))
        };
        match word {
            Word::Found(found) if found.status() == JobStatus::Success => {
                return Some(Ok(found.clone()));
            }
            Word::Found(found) if found.is_terminal() => {
                let progress = job.progress(interest, now);
                return Some(Err(WaitError::job_failed((**found).clone(), progress)));
            }
            Word::Failed { error, .. } if ends_a_wait(error) => {
                return end(WaitErrorKind::Fault, Some(error));
            }
            // It told nothing of the job: not even a wait that is too late had its look.
            Word::Failed { .. } => return None,
            Word::Missing => {
                // Whoever joins a wait that is resumed has a grace period of its own.
                let since = job.missing_since?.max(interest.begun);
                let missing_for = now.moment.since(since);
                if missing_for >= terms.missing_grace {
                    return end(WaitErrorKind::Missing, None);
                }
            }
            Word::Found(_) => {}
        }
        // One that was resumed after its deadline had this one look.
        if interest.deadline <= now.moment {
            return end(WaitErrorKind::DeadlinePassed, None);
        }
        None
    }

    /// Sets the time of the next lookup.
    fn reschedule(&mut self, job: usize, word: &Word, now: &Now) {
        let tracked = &self.jobs[job];
        let unchanged = now.moment.since(tracked.changed);
        let mut interval = Duration::MAX;
        let mut grace_ends = Moment::NEVER;
        let mut next = tracked.interests;
        while let Some(interest) = self.interests.get(next) {
            next = interest.next;
            if let Purpose::Settle { terms, .. } = &interest.purpose {
                interval = interval.min(terms.schedule.interval(unchanged));
                if let Some(since) = tracked.missing_since {
                    let since = since.max(interest.begun);
                    grace_ends = grace_ends.min(since.plus(terms.missing_grace));
                }
            }
        }
        let interval = jittered(interval, &mut self.rng);
        let wanted = match word {
            Word::Failed {
                retry: Retry::After(delay),
                ..
            } => now.moment.plus(*delay),
            Word::Failed {
                retry: Retry::BySchedule(at_least),
                ..
            } => now.moment.plus(interval.max(*at_least)),
            _ => now.moment.plus(interval).min(grace_ends),
        };
        let wanted = tracked.again.map_or(wanted, |again| again.min(wanted));
        let tracked = &mut self.jobs[job];
        tracked.interval = interval;
        self.due_by(job, wanted.max(now.moment));
    }
}

impl Word {
    /// What it is to those who want one answer; `None` if there is to be another attempt first.
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
