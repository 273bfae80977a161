//! Which ids share a request, and when it is sent.
//!
//! A request costs the same for one id as for a hundred. So once any id is due, the request is filled up with
//! the ids that are due next, if half of their interval has passed.
//!
//! When more ids are due than fit into a request, those that a caller asks for now go first, then those that
//! have most likely ended since they were last seen: each end that is found is one wait less. A tenth of each
//! request is for the ids that have been due the longest, so no id waits more than ten times as long as it
//! would in the order in which ids become due.

use std::num::NonZeroU64;

use crate::limits::request_size::RequestSize;
use crate::model::ResultIds;
use crate::wait::tracker::{
    Key, Line, Now, Order, ResultId, Timestamp, Tracked, Tracker, queue::DueQueue,
};

/// One in this many ids of a request is for those that have been due the longest.
const OLDEST_PART: usize = 10;

/// How many ids are taken from a line before lines are compared again.
const RUN: usize = 8;

/// After how many ids of a line that may not ride along the search gives the line up. Intervals in a line are
/// alike, unless waits have their own poll policies.
const PATIENCE: u32 = 8;

/// Ids that go out in one request.
#[derive(Debug)]
pub(in crate::wait) struct Batch {
    pub(super) number: NonZeroU64,
    pub(super) jobs: Vec<Key>,
    pub(in crate::wait) ids: ResultIds,
}

/// A request that is being filled.
struct Filling {
    jobs: Vec<Key>,
    size: RequestSize,
    limit: RequestSize,
    is_full: bool,
}

impl Filling {
    /// Adds an id if it fits.
    fn add(&mut self, key: Key, id: &ResultId) -> bool {
        let Some(size) = self.size.with(id, self.limit) else {
            self.is_full = true;
            return false;
        };
        self.size = size;
        self.jobs.push(key);
        self.is_full = size.ids >= self.limit.ids;
        true
    }
}

impl Tracker {
    /// Takes the ids of the next request, if any id is due.
    pub(in crate::wait) fn take_batch(&mut self, now: &Now, limit: RequestSize) -> Option<Batch> {
        if self.queue.first_due(self.queue.oldest()) > now.timestamp {
            return None;
        }
        let mut filling = Filling {
            jobs: Vec::new(),
            size: RequestSize::EMPTY,
            limit,
            is_full: false,
        };
        let oldest = match self.order {
            Order::Worth => limit.ids.div_ceil(OLDEST_PART),
            Order::FirstInFirstOut => limit.ids,
        };
        while filling.jobs.len() < oldest && self.take_first(self.queue.oldest(), now, &mut filling)
        {
        }
        while self.take_first(Line::URGENT, now, &mut filling) {}
        self.law.refresh();
        self.take_most_worth(now, &mut filling);
        self.take_along(now, &mut filling);
        let number = self.next_batch;
        self.next_batch = number.saturating_add(1);
        let ids = filling.jobs.iter().map(|job| {
            let tracked = &mut self.jobs[*job];
            tracked.asked = now.timestamp;
            tracked.in_flight = Some(number);
            tracked.poll_again_at = Timestamp::NEVER;
            tracked.id.clone()
        });
        let ids = ResultIds::from_distinct(ids.collect());
        Some(Batch {
            number,
            jobs: filling.jobs,
            ids,
        })
    }

    /// Takes the first of a line, if it is due and there is room.
    fn take_first(&mut self, line: Line, now: &Now, filling: &mut Filling) -> bool {
        if filling.is_full || self.queue.first_due(line) > now.timestamp {
            return false;
        }
        let Some((_, job)) = self.queue.first(line) else {
            return false;
        };
        let has_room = filling.add(job, &self.jobs[job].id);
        if has_room {
            self.take(job);
        }
        has_room
    }

    fn take(&mut self, job: Key) {
        let tracked = &mut self.jobs[job];
        self.queue.remove(tracked.line, tracked.due, job);
        tracked.due = Timestamp::NEVER;
    }

    /// Takes ids that are due, the most likely to have ended first.
    fn take_most_worth(&mut self, now: &Now, filling: &mut Filling) {
        if filling.is_full {
            return;
        }
        let due = |queue: &DueQueue, line: Line| queue.first_due(line) <= now.timestamp;
        let mut lines: Vec<(f32, Line)> = Line::all()
            .filter(|line| due(&self.queue, *line))
            .map(|line| (self.chance(line, now), line))
            .collect();
        while let Some(best) = (0..lines.len()).max_by(|a, b| lines[*a].0.total_cmp(&lines[*b].0)) {
            let line = lines[best].1;
            for _ in 0..RUN {
                if !self.take_first(line, now, filling) {
                    break;
                }
            }
            if filling.is_full {
                return;
            }
            if due(&self.queue, line) {
                lines[best].0 = self.chance(line, now);
            } else {
                lines.swap_remove(best);
            }
        }
    }

    /// Fills a request up with ids that are not due yet, if half of their interval has passed.
    fn take_along(&mut self, now: &Now, filling: &mut Filling) {
        if filling.is_full {
            return;
        }
        let mut lines: Vec<(f32, Line)> = Line::all()
            .filter(|line| self.queue.first_due(*line) != Timestamp::NEVER)
            .map(|line| (self.chance(line, now), line))
            .collect();
        lines.sort_by(|a, b| b.0.total_cmp(&a.0));
        let begin = filling.jobs.len();
        'search: for (_, line) in lines {
            let mut patience = PATIENCE;
            for (_, job) in self.queue.line(line) {
                let tracked = &self.jobs[job];
                if tracked.may_ride_along(now) {
                    if !filling.add(job, &tracked.id) {
                        break 'search;
                    }
                } else {
                    patience -= 1;
                    if patience == 0 {
                        break;
                    }
                }
            }
        }
        for n in begin..filling.jobs.len() {
            self.take(filling.jobs[n]);
        }
    }

    /// The chance that the first of a line has ended since it was last seen.
    fn chance(&self, line: Line, now: &Now) -> f32 {
        let Some((_, job)) = self.queue.first(line) else {
            return 0.0;
        };
        let tracked = &self.jobs[job];
        let [from, to] = [tracked.seen_at, now.timestamp].map(|at| at.since(tracked.begun));
        self.law.chance(tracked.seen, from, to)
    }

    /// When there is something to do next; ids that are due count only if they can be sent.
    pub(in crate::wait) fn next_wake(&self, can_send: bool) -> Timestamp {
        let deadline = self
            .deadlines
            .first()
            .map_or(Timestamp::NEVER, |(timestamp, _)| *timestamp);
        if can_send {
            deadline.min(self.queue.first_due(self.queue.oldest()))
        } else {
            deadline
        }
    }
}

impl Tracked {
    /// Whether half of the interval has passed, or the job was never looked up.
    fn may_ride_along(&self, now: &Now) -> bool {
        self.due.since(now.timestamp).as_millis() <= u128::from(self.interval_millis / 2)
    }
}
