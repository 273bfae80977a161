//! What is known of one id that somebody waits for.

use std::time::Duration;

use crate::wait::tracker::{
    Interest, Moment, NONE, Now, Progress, Start, Terms, Ticket, WaitError, WaitErrorKind,
};
use crate::{
    error::{Error, ErrorKind},
    model::{JobStatus, ResultId},
};

/// One id that somebody waits for.
#[derive(Debug)]
pub(super) struct Tracked {
    pub(super) id: ResultId,
    /// The first of those that wait for it.
    pub(super) interests: usize,
    pub(super) polls: u32,
    /// Failed lookups since the last one that did not.
    pub(super) faults: u32,
    /// When it is looked up next; never while a lookup is under way.
    pub(super) due: Moment,
    /// The time between the last lookup and the next, for riding along.
    pub(super) interval: Duration,
    /// When it was last sent.
    pub(super) asked: Option<Moment>,
    /// The batch that is under way with it.
    pub(super) under_way: Option<u64>,
    /// When it has to be looked up again, whatever the lookup under way brings.
    pub(super) again: Option<Moment>,
    pub(super) changed: Moment,
    pub(super) status: Option<JobStatus>,
    pub(super) missing_since: Option<Moment>,
    pub(super) last_error: Option<Error>,
}

impl Tracked {
    pub(super) fn new(id: ResultId, start: &Start) -> Self {
        Self {
            id,
            interests: NONE,
            polls: start.polls,
            faults: 0,
            due: Moment::NEVER,
            interval: Duration::MAX,
            asked: None,
            under_way: None,
            again: None,
            changed: start.changed,
            status: start.status,
            missing_since: start.missing_since,
            last_error: None,
        }
    }

    pub(super) fn progress(&self, interest: &Interest, now: &Now) -> Progress {
        Progress {
            id: self.id.clone(),
            status: self.status,
            waited: now.moment.since(interest.begun),
            unchanged_for: now.moment.since(self.changed),
            missing_for: self.missing_since.map(|since| now.moment.since(since)),
            polls: self.polls,
            next_poll_in: self.due.if_ever().map(|due| due.since(now.moment)),
            last_error: self.last_error.clone(),
        }
    }

    pub(super) fn ticket(&self, interest: &Interest, terms: &Terms, now: &Now) -> Ticket {
        let unix_millis = |moment| now.unix_millis(moment);
        Ticket {
            id: self.id.clone(),
            status: self.status,
            begun: unix_millis(interest.begun),
            changed: unix_millis(self.changed),
            missing_since: self.missing_since.map(unix_millis),
            deadline: interest.deadline.if_ever().map(unix_millis),
            missing_grace: terms.missing_grace,
            schedule: terms.schedule.clone(),
            polls: self.polls,
        }
    }

    pub(super) fn out_of_time(&self) -> Error {
        let error = Error::new(ErrorKind::Timeout, "the lookup did not end in time")
            .with_ids(std::slice::from_ref(&self.id));
        match self.last_error.clone() {
            None => error.with_reached(self.under_way.is_some()),
            Some(last) => error
                .with_reached(last.may_have_reached_server())
                .with_source(last),
        }
    }
}

pub(super) fn unsettled(
    kind: WaitErrorKind,
    job: &Tracked,
    interest: &Interest,
    terms: &Terms,
    error: Option<&Error>,
    now: &Now,
) -> WaitError {
    let progress = job.progress(interest, now);
    WaitError::unsettled(
        kind,
        progress,
        job.ticket(interest, terms, now),
        error.cloned(),
    )
}
