//! The waits of a run: the ticket of each job, and how long it has been waited for.

use std::{
    collections::HashMap,
    time::{Duration, Instant, SystemTime},
};

use akool_faceswap::{ResultId, Ticket};

/// The waits of one run.
pub(super) struct Waits {
    tickets: HashMap<ResultId, Ticket>,
    started_at: SystemTime,
    started: Instant,
}

impl Waits {
    /// Waits that start, or are resumed, now.
    pub(super) fn start(tickets: Vec<Ticket>) -> Self {
        Self {
            tickets: tickets
                .into_iter()
                .map(|ticket| (ticket.id().clone(), ticket))
                .collect(),
            started_at: SystemTime::now(),
            started: Instant::now(),
        }
    }

    /// How long the job has been waited for, in earlier runs too. A change of the clock during this
    /// run has no influence.
    pub(super) fn waited(&self, id: &ResultId) -> Duration {
        let earlier = self
            .tickets
            .get(id)
            .and_then(|ticket| self.started_at.duration_since(ticket.begun_at()).ok())
            .unwrap_or_default();
        earlier + self.started.elapsed()
    }

    /// The wait for a job as it started in this run.
    pub(super) fn ticket(&self, id: &ResultId) -> Option<&Ticket> {
        self.tickets.get(id)
    }

    /// The width of a column of the ids.
    pub(super) fn id_width(&self) -> usize {
        let widths = self.tickets.keys().map(|id| id.as_str().len());
        widths.max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_jumps_changes_no_waiting_time() {
        let hour = Duration::from_secs(3600);
        let ticket = |begun_at| Ticket::new(ResultId::new("a1").unwrap(), begun_at);
        let now = SystemTime::now();
        for (begun_at, started_at, earlier) in [
            // Started in this run, before the clock was put forward or back by an hour.
            (now - hour, now - hour, 0),
            (now + hour, now + hour, 0),
            // Resumed.
            (now - hour, now, 3600),
            // By a clock that was ahead.
            (now + hour, now, 0),
        ] {
            let waits = Waits {
                started_at,
                ..Waits::start(vec![ticket(begun_at)])
            };
            let waited = waits.waited(&ResultId::new("a1").unwrap());
            assert_eq!(waited.as_secs(), earlier, "{begun_at:?} {started_at:?}");
        }
    }
}
