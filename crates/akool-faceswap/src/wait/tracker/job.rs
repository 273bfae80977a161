//! What is known about one tracked id.

use std::num::NonZeroU64;

use crate::wait::observation::{JobState, WaitSpan};
use crate::wait::tracker::law::Seen;
use crate::wait::tracker::{
    Key, Line, Now, Progress, Start, Ticket, Timestamp, WaitError, WaitErrorKind,
};
use crate::{
    error::{Error, ErrorKind},
    model::ResultId,
};

/// One tracked id.
#[derive(Debug)]
pub(super) struct Tracked {
    pub(super) id: ResultId,
    /// The first waiter of its list.
    pub(super) waiters: Key,
    pub(super) state: JobState,
    /// When it is looked up next; never while a lookup is in flight.
    pub(super) due: Timestamp,
    /// Its line in the queue.
    pub(super) line: Line,
    /// What the last answer showed about it.
    pub(super) seen: Seen,
    /// The time between the last lookup and the next, for riding along.
    pub(super) interval_millis: u32,
    /// When its wait began: its age counts from here.
    pub(super) begun: Timestamp,
    /// When the last lookup that was answered was sent; at first, when its wait began.
    pub(super) seen_at: Timestamp,
    /// When it was last sent, or `NEVER`.
    pub(super) asked: Timestamp,
    /// The batch in flight that contains it.
    pub(super) in_flight: Option<NonZeroU64>,
    /// When it must be looked up again, whatever the lookup in flight returns; or `NEVER`.
    pub(super) poll_again_at: Timestamp,
    /// No lookup is sent before this time, because of `Retry-After` or a backoff.
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
            line: Line::new(Seen::Nothing, 0),
            seen: Seen::Nothing,
            interval_millis: u32::MAX,
            begun: start.begun,
            seen_at: start.begun,
            asked: Timestamp::NEVER,
            in_flight: None,
            poll_again_at: Timestamp::NEVER,
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
