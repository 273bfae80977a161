//! What is known of one id that is waited for.

use std::time::Duration;

use crate::wait::observation::{JobState, WaitSpan};
use crate::wait::tracker::{
    Key, Now, Progress, Start, Ticket, Timestamp, WaitError, WaitErrorKind,
};
use crate::{
    error::{Error, ErrorKind},
    model::ResultId,
};

/// One id that is waited for.
#[derive(Debug)]
pub(super) struct Tracked {
    pub(super) id: ResultId,
    /// The first of those that wait for it.
    pub(super) waiters: Key,
    pub(super) state: JobState,
    /// When it is looked up next; never while a lookup is in flight.
    pub(super) due: Timestamp,
    /// The time between the last lookup and the next, for riding along.
    pub(super) interval: Duration,
    /// When it was last sent.
    pub(super) asked: Option<Timestamp>,
    /// The batch that is in flight with it.
    pub(super) in_flight: Option<u64>,
    /// When it has to be looked up again, whatever the lookup in flight brings.
    pub(super) poll_again_at: Option<Timestamp>,
    /// Before this time the server, or a backoff, does not want another lookup.
    pub(super) not_before: Timestamp,
    pub(super) last_error: Option<Error>,
}

impl Tracked {
    pub(super) fn new(id: ResultId, start: &Start) -> Self {
        Self {
            id,
            waiters: Key::NONE,
            state: start.state.clone(),
            due: Timestamp::NEVER,
            interval: Duration::MAX,
            asked: None,
            in_flight: None,
            poll_again_at: None,
            not_before: start.begun,
            last_error: None,
        }
    }

    pub(super) fn progress(&self, begun: Timestamp, now: &Now) -> Progress {
        Progress::new(
            self.id.clone(),
            &self.state,
            begun,
            self.due.if_ever(),
            self.last_error.clone(),
            now.timestamp,
        )
    }

    pub(super) fn ticket(&self, span: WaitSpan<'_>, now: &Now) -> Ticket {
        Ticket::from_state(self.id.clone(), &self.state, span, self.due.if_ever(), now)
    }

    pub(super) fn out_of_time(&self) -> Error {
        let error = Error::new(ErrorKind::Timeout, "the lookup did not end in time")
            .with_ids(std::slice::from_ref(&self.id));
        match self.last_error.clone() {
            None => error.with_reached(self.in_flight.is_some()),
            Some(last) => error
                .with_reached(last.may_have_reached_server())
                .with_source(last),
        }
    }
}

pub(super) fn unsettled(
    kind: WaitErrorKind,
    job: &Tracked,
    span: WaitSpan<'_>,
    error: Option<&Error>,
    now: &Now,
) -> WaitError {
    let progress = job.progress(span.begun, now);
    WaitError::unsettled(kind, progress, job.ticket(span, now), error.cloned())
}
