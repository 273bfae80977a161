//! What is waited for, by whom, and when it is due: the poller without the polling.
//!
//! It reads no clock, makes no request and calls no foreign code. It is told what time it is and what
//! was answered, and says what to look up next and who gets which outcome; so every rule of waiting
//! can be tested without a runtime, and a simulation can run it for a million jobs.
//!
//! An id is tracked once, however many wait for it; each that waits is an *interest* in it. All that
//! is due stands in one ordered set, and so do all deadlines: no timer and no task for a job.

mod apply;
mod batch;
mod finish;
mod interest;
mod job;

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
    time::Duration,
};

use slab::Slab;

use crate::wait::{
    Progress, Ticket, WaitErrorKind,
    error::WaitError,
    options::{Start, Terms},
    slot::{Group, Slot, Wakers},
    time::{Moment, Now},
};
use crate::{
    error::{Error, ErrorKind},
    metrics::WaitMetrics,
    model::{Job, ResultId},
};

pub(super) use apply::Retry;
pub(super) use batch::Batch;
use interest::{Interest, NONE};
pub(super) use interest::{Purpose, Sink};
use job::{Tracked, unsettled};

/// Ids that are wanted within this time of one another share a request.
pub(super) const GATHERING: Duration = Duration::from_millis(20);

/// A hint has an id looked up at most this often: hints may come from anybody.
pub(super) const BETWEEN_HINTS: Duration = Duration::from_millis(500);

/// How long a wait that is resumed after its deadline may take for one last look.
const LAST_LOOK: Duration = Duration::from_secs(30);

/// How a wait ends, with the job shared by all that wait for it.
pub(super) type Settled = Result<Arc<Job>, WaitError>;

/// What one lookup learnt of one id.
pub(super) type Answer = Result<Option<Arc<Job>>, Error>;

/// What is to be done once the tracker is no longer locked.
#[derive(Debug, Default)]
pub(super) struct Effects {
    pub(super) wakers: Wakers,
    pub(super) ended: Vec<WaitMetrics>,
}

#[derive(Debug)]
pub(super) struct Tracker {
    jobs: Slab<Tracked>,
    keys: HashMap<ResultId, usize>,
    interests: Slab<Interest>,
    due: BTreeSet<(Moment, usize)>,
    deadlines: BTreeSet<(Moment, usize)>,
    /// The number of the next batch.
    next_batch: u64,
    max_ids: usize,
    rng: fastrand::Rng,
    is_shut_down: bool,
}

impl Tracker {
    pub(super) fn new(max_ids: usize, rng: fastrand::Rng) -> Self {
        Self {
            jobs: Slab::new(),
            keys: HashMap::new(),
            interests: Slab::new(),
            due: BTreeSet::new(),
            deadlines: BTreeSet::new(),
            next_batch: 0,
            max_ids,
            rng,
            is_shut_down: false,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.jobs.is_empty()
    }

    /// Gives back what memory a great number of jobs took.
    pub(super) fn release_memory(&mut self) {
        if self.jobs.is_empty() && self.jobs.capacity() > 1024 {
            self.jobs = Slab::new();
            self.interests = Slab::new();
            self.keys = HashMap::new();
        }
    }

    /// Begins a wait. Where that cannot be, the outcome is in the sink at once.
    pub(super) fn wait(
        &mut self,
        id: &ResultId,
        start: &Start,
        sink: Sink,
        now: &Now,
        effects: &mut Effects,
    ) -> Option<usize> {
        let interest = Interest::new(
            start.begun,
            start.deadline,
            Purpose::Settle {
                terms: start.terms.clone(),
                sink,
            },
        );
        let refused = if self.is_shut_down {
            Some(WaitErrorKind::ShutDown)
        } else {
            (!self.has_room_for(id)).then_some(WaitErrorKind::TooManyIds)
        };
        if let Some(kind) = refused {
            let job = Tracked::new(id.clone(), start);
            if let Purpose::Settle { terms, sink } = &interest.purpose {
                let error = unsettled(kind, &job, &interest, terms, None, now);
                let ticket = || job.ticket(&interest, terms, now);
                sink.put(Err(error), ticket, &mut effects.wakers);
            }
            return None;
        }
        let job = self.track(id, |id| Tracked::new(id, start));
        let tracked = &mut self.jobs[job];
        let first = now.moment.plus(start.terms.schedule.first().max(GATHERING));
        // Whoever joins others is content with what they have learnt already.
        let due = match tracked.asked {
            None => first,
            Some(asked) => {
                let interval = start
                    .terms
                    .schedule
                    .interval(now.moment.since(tracked.changed));
                first.max(asked.plus(interval))
            }
        };
        self.due_by(job, due);
        let key = self.attach(job, interest);
        // One that is resumed too late may look once more: what ended meanwhile is not lost.
        let is_late = start.is_resumed && start.deadline <= now.moment;
        let alarm = if is_late {
            now.moment.plus(LAST_LOOK)
        } else {
            start.deadline
        };
        self.set_alarm(key, alarm);
        Some(key)
    }

    /// Asks for one answer about an id, from a request that is sent from now on.
    pub(super) fn ask(
        &mut self,
        id: &ResultId,
        deadline: Moment,
        slot: Arc<Slot<Answer>>,
        now: &Now,
        effects: &mut Effects,
    ) -> Option<usize> {
        if !self.has_room_for(id) {
            let error = Error::new(
                ErrorKind::TooManyIds,
                format!(
                    "the client tracks {} ids already, as many as it may",
                    self.max_ids
                ),
            );
            slot.put(
                Err(error.with_ids(std::slice::from_ref(id))),
                &mut effects.wakers,
            );
            return None;
        }
        let start = Start::new(Arc::default(), now.moment, Moment::NEVER);
        let job = self.track(id, |id| Tracked::new(id, &start));
        let from_batch = self.next_batch;
        self.hasten(job, now.moment.plus(GATHERING));
        let purpose = Purpose::Answer { from_batch, slot };
        let key = self.attach(job, Interest::new(now.moment, deadline, purpose));
        self.set_alarm(key, deadline);
        Some(key)
    }

    /// Has an id looked up soon; `false` if nobody waits for it.
    pub(super) fn hint(&mut self, id: &ResultId, now: &Now) -> bool {
        let Some(&job) = self.keys.get(id) else {
            return false;
        };
        let soonest = self.jobs[job]
            .asked
            .map_or(now.moment, |asked| asked.plus(BETWEEN_HINTS));
        self.hasten(job, soonest.max(now.moment));
        true
    }

    /// What is under way will not be answered: the task that carried it is gone.
    pub(super) fn abandon(&mut self, now: &Now, effects: &mut Effects) {
        let lost: Vec<usize> = self
            .jobs
            .iter()
            .filter(|(_, job)| job.under_way.is_some())
            .map(|(key, _)| key)
            .collect();
        for job in lost {
            self.jobs[job].under_way = None;
            self.due_by(job, now.moment);
        }
        // Whoever is woken looks whether there is a poller.
        for (_, interest) in &self.interests {
            interest.purpose.stir(&mut effects.wakers);
        }
    }

    /// What is known of the job that an interest is in.
    pub(super) fn progress(
        &self,
        key: usize,
        is_mine: impl FnOnce(&Purpose) -> bool,
        now: &Now,
    ) -> Option<Progress> {
        let interest = self.interests.get(key)?;
        is_mine(&interest.purpose).then(|| self.jobs[interest.job].progress(interest, now))
    }

    /// An interest, put away.
    pub(super) fn ticket(
        &self,
        key: usize,
        is_mine: impl FnOnce(&Purpose) -> bool,
        now: &Now,
    ) -> Option<Ticket> {
        let interest = self.interests.get(key)?;
        match &interest.purpose {
            Purpose::Settle { terms, .. } if is_mine(&interest.purpose) => {
                Some(self.jobs[interest.job].ticket(interest, terms, now))
            }
            _ => None,
        }
    }

    fn has_room_for(&self, id: &ResultId) -> bool {
        self.jobs.len() < self.max_ids || self.keys.contains_key(id)
    }

    fn track(&mut self, id: &ResultId, new: impl FnOnce(ResultId) -> Tracked) -> usize {
        if let Some(&job) = self.keys.get(id) {
            return job;
        }
        let job = self.jobs.insert(new(id.clone()));
        self.keys.insert(id.clone(), job);
        job
    }

    /// Moves an id to an earlier time, if nothing is under way for it.
    fn due_by(&mut self, job: usize, due: Moment) {
        let tracked = &mut self.jobs[job];
        if tracked.under_way.is_none() && due < tracked.due {
            self.due.remove(&(tracked.due, job));
            tracked.due = due;
            self.due.insert((due, job));
        }
    }

    /// Has an id looked up at `due`, if need be besides the lookup that is under way.
    fn hasten(&mut self, job: usize, due: Moment) {
        let tracked = &mut self.jobs[job];
        if tracked.under_way.is_some() {
            tracked.again = Some(tracked.again.map_or(due, |again| again.min(due)));
        }
        self.due_by(job, due);
    }

    fn forget_if_unwanted(&mut self, job: usize) {
        if self.jobs[job].interests == NONE {
            let tracked = self.jobs.remove(job);
            self.due.remove(&(tracked.due, job));
            self.keys.remove(&tracked.id);
        }
    }
}

#[cfg(test)]
mod tests;
