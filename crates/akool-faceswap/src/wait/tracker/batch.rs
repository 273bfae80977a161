//! Which ids go out together, and when.
//!
//! A request costs the same for one id as for a hundred. So once any id is due, the request is filled
//! up with those that come next, as far as half of their interval has passed.

use crate::model::{ResultIds, query::encoded_len};
use crate::wait::tracker::{Key, Now, ResultId, Timestamp, Tracked, Tracker};

/// What a comma takes in a request line.
const COMMA: usize = "%2C".len();

/// Ids that go out in one request.
#[derive(Debug)]
pub(in crate::wait) struct Batch {
    pub(super) number: u64,
    pub(super) jobs: Vec<Key>,
    pub(in crate::wait) ids: ResultIds,
}

impl Tracker {
    /// Takes what the next request asks for, if anything is due.
    pub(in crate::wait) fn take_batch(
        &mut self,
        now: &Now,
        max_ids: usize,
        max_encoded_bytes: usize,
    ) -> Option<Batch> {
        let (first, _) = self.due.first()?;
        if *first > now.timestamp {
            return None;
        }
        let mut jobs = Vec::new();
        let mut bytes = 0;
        // How many that are not due may be passed over in search of some that ride along.
        let mut patience = 4 * max_ids;
        for &(due, job) in &self.due {
            let tracked = &self.jobs[job];
            if due > now.timestamp && !tracked.may_ride_along(now) {
                patience -= 1;
                if patience == 0 {
                    break;
                }
                continue;
            }
            let comma = if jobs.is_empty() { 0 } else { COMMA };
            let more = bytes + comma + encoded_len(tracked.id.as_str());
            if more > max_encoded_bytes && !jobs.is_empty() {
                break;
            }
            bytes = more;
            jobs.push(job);
            if jobs.len() == max_ids {
                break;
            }
        }
        let number = self.next_batch;
        self.next_batch += 1;
        let mut ids: Vec<ResultId> = Vec::with_capacity(jobs.len());
        for &job in &jobs {
            let tracked = &mut self.jobs[job];
            self.due.remove(&(tracked.due, job));
            tracked.due = Timestamp::NEVER;
            tracked.asked = Some(now.timestamp);
            tracked.in_flight = Some(number);
            tracked.poll_again_at = None;
            ids.push(tracked.id.clone());
        }
        Some(Batch {
            number,
            jobs,
            ids: ResultIds::from_distinct(ids),
        })
    }

    /// When something has to be done next; what is due counts only where it can be sent.
    pub(in crate::wait) fn next_wake(&self, can_send: bool) -> Timestamp {
        let first = |set: &std::collections::BTreeSet<(Timestamp, Key)>| {
            set.first()
                .map_or(Timestamp::NEVER, |(timestamp, _)| *timestamp)
        };
        let deadline = first(&self.deadlines);
        if can_send {
            deadline.min(first(&self.due))
        } else {
            deadline
        }
    }
}

impl Tracked {
    /// Whether half of the interval has passed, or it was never looked up.
    fn may_ride_along(&self, now: &Now) -> bool {
        self.due.since(now.timestamp) <= self.interval / 2
    }
}
