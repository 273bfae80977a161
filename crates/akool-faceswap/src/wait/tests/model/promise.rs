//! What every wait is promised, derived from the server's log of requests and answers.

use std::time::Duration;

use crate::wait::tests::model::server::{At, Entry, Said, State, World};
use crate::{
    error::Error,
    model::Job,
    wait::{WaitError, WaitErrorKind},
};

/// The tolerance: timers and tickets count in milliseconds.
const TICK: Duration = Duration::from_millis(2);

/// The most that a lookup takes while the server is healthy: gathering ids, waiting for other requests, and a
/// refused request that is sent again in pieces.
const LOOKUP: Duration = Duration::from_secs(6);

/// How long a fault has an effect: the attempt itself, then the throttle or `Retry-After`.
const FAULT: Duration = Duration::from_secs(60);

/// How long the last look of a wait that is resumed after its deadline may take.
pub(super) const LATE_LOOK: Duration = Duration::from_secs(30);

/// How long a job at success may be without a URL.
const URL: Duration = Duration::from_secs(60);

/// The operation timeout, which limits a single lookup.
pub(super) const OPERATION: Duration = Duration::from_secs(60);

/// One wait for one job.
#[derive(Clone, Debug)]
pub(super) struct Promise {
    pub(super) job: usize,
    /// When it was started, or last resumed.
    pub(super) given: At,
    /// The longest time from then to the first lookup.
    pub(super) first: Duration,
    /// The longest interval, jitter included.
    pub(super) interval: Duration,
    pub(super) grace: Duration,
    pub(super) deadline: Option<At>,
    /// When it was first started.
    pub(super) begun: At,
    /// How long it may last beyond the deadline, or beyond a later resumption.
    pub(super) last_look: Duration,
    /// Resumed after its deadline.
    pub(super) is_late: bool,
    /// When it was cancelled.
    pub(super) cancelled: Option<At>,
    /// Whether it may have ended unnoticed before it was put away, since nobody polled it.
    pub(super) is_blurred: bool,
}

/// `end`, postponed by every fault before it.
fn with_faults(mut end: At, felt: Duration, log: &[Entry]) -> At {
    for entry in log.iter().filter(|entry| !entry.is_well) {
        if entry.sent <= end {
            end = end.max(entry.sent + FAULT + felt);
        }
    }
    end
}

/// By when a hint must have led to a request.
pub(super) fn hint_due(hinted: At, log: &[Entry]) -> At {
    let soonest = hinted + Duration::from_millis(500) + LOOKUP;
    // A fault before the hint may still have an effect.
    let before = log
        .iter()
        .filter(|entry| !entry.is_well && entry.sent <= hinted && hinted < entry.sent + FAULT)
        .map(|entry| entry.sent + FAULT + LOOKUP)
        .max();
    with_faults(soonest.max(before.unwrap_or_default()), LOOKUP, log)
}

impl Promise {
    /// By when the wait must have ended, if that is known.
    pub(super) fn due(&self, world: &World) -> Option<At> {
        let felt = self.interval + LOOKUP;
        let (from, state) = world.lives[self.job].end();
        let seen = from.max(self.given + self.first) + felt;
        let longer = match state {
            State::Success | State::Failed | State::Refused => Some(Duration::ZERO),
            State::WithoutUrl => Some(URL + felt),
            State::Missing => Some(self.grace + felt),
            _ => None,
        };
        // A fault delays the first answer, from which the patience counts, and the last one again.
        let settled = longer.map(|longer| {
            let seen = with_faults(seen, felt, &world.log);
            with_faults(seen + longer, felt, &world.log)
        });
        // The last look may be held back, and is retried if it fails.
        let given_up = self
            .deadline
            .map(|deadline| deadline.max(self.given) + self.last_look);
        let end = settled
            .into_iter()
            .chain(given_up)
            .chain(self.cancelled)
            .min();
        end.map(|end| end + TICK)
    }

    /// Whether a wait may end in this way at `at`; `polled_from` is when the caller was first polled.
    pub(super) fn check(
        &self,
        outcome: &Result<Job, WaitError>,
        at: At,
        polled_from: At,
        shut_down: Option<At>,
        world: &World,
    ) -> Result<(), String> {
        if let Some(due) = self.due(world)
            && at > due.max(polled_from + TICK)
        {
            return Err(format!("it should have ended by {due:?}"));
        }
        if let Some(shut_down) = shut_down
            && at > shut_down.max(self.given).max(polled_from)
        {
            return Err(format!("it outlived the shutdown at {shut_down:?}"));
        }
        let is_true = match outcome {
            Ok(job) => job.result_url().is_some() && self.heard(State::Success, at, world),
            Err(error) => match error.kind() {
                WaitErrorKind::JobFailed => self.heard(State::Failed, at, world),
                WaitErrorKind::Missing => self.is_blurred || self.was_missing(at, world),
                // No case deletes a job.
                WaitErrorKind::Deleted => false,
                WaitErrorKind::DeadlinePassed if self.is_late => {
                    at + TICK >= self.given + self.last_look
                        || self.answers(at, world).any(|entry| {
                            // It may have been one piece of a request whose other pieces followed.
                            entry.state(self.job).is_some() && entry.answered + FAULT >= self.given
                        })
                }
                WaitErrorKind::DeadlinePassed => self.deadline.is_some_and(|deadline| {
                    let ended = self.given + error.progress().waited();
                    at + TICK >= deadline && !self.was_over(deadline, ended, world)
                }),
                WaitErrorKind::ShutDown => shut_down.is_some(),
                WaitErrorKind::NoResultUrl => self.was_without_url(at, world),
                WaitErrorKind::Cancelled => self.cancelled.is_some(),
                WaitErrorKind::Fault => self.was_refused(at, world),
                WaitErrorKind::TooManyIds => at == self.given || polled_from == at,
            },
        };
        let has_ticket = outcome
            .as_ref()
            .err()
            .is_none_or(|error| error.ticket().is_some() == error.job().is_none());
        if is_true && has_ticket {
            Ok(())
        } else {
            let said: Vec<&Entry> = self.answers(at, world).collect();
            let last = &said[said.len().saturating_sub(4)..];
            Err(format!("no answer explains this; the last ones: {last:#?}"))
        }
    }

    /// Whether a single lookup that started at `given` may end in this way at `at`.
    pub(super) fn check_look(
        &self,
        answer: &Result<Option<Job>, Error>,
        at: At,
        had_no_room: bool,
        world: &World,
    ) -> Result<(), String> {
        let due = with_faults(self.given + LOOKUP, LOOKUP, &world.log);
        if at > due.min(self.given + OPERATION) + TICK {
            return Err(format!("it should have ended by {due:?}"));
        }
        let mut since = world
            .log
            .iter()
            .filter(|entry| entry.sent >= self.given && entry.jobs.contains(&self.job));
        // What was not answered by then was given up.
        let is_heard = |entry: &Entry| entry.is_heard() && entry.answered <= at + TICK;
        let is_true = match answer {
            Ok(found) => {
                let status = found.as_ref().and_then(|job| job.status().code());
                since.any(|entry| {
                    let state = entry.state(self.job).filter(|_| is_heard(entry));
                    state.is_some_and(|state| state.status() == status)
                })
            }
            Err(_) => {
                had_no_room
                    || at + TICK >= self.given + OPERATION
                    || since.any(|entry| !is_heard(entry) || !matches!(entry.said, Said::States(_)))
            }
        };
        if is_true {
            Ok(())
        } else {
            let asked = world
                .log
                .iter()
                .filter(|entry| entry.jobs.contains(&self.job));
            let asked: Vec<&Entry> = asked.collect();
            let last = &asked[asked.len().saturating_sub(4)..];
            Err(format!(
                "no answer since then explains this; the last ones: {last:#?}"
            ))
        }
    }

    fn answers<'a>(&self, at: At, world: &'a World) -> impl Iterator<Item = &'a Entry> {
        let job = self.job;
        let is_before = move |entry: &&Entry| {
            entry.answered <= at + TICK && entry.jobs.contains(&job) && entry.is_heard()
        };
        world.log.iter().filter(is_before)
    }

    fn heard(&self, state: State, at: At, world: &World) -> bool {
        self.answers(at, world)
            .any(|entry| entry.state(self.job) == Some(state))
    }

    /// Whether the last look showed that the job had ended by the deadline. `ended` is when the wait ended: its
    /// caller may notice later, and other waits may have looked since.
    fn was_over(&self, deadline: At, ended: At, world: &World) -> bool {
        let limit = deadline + self.last_look;
        let last_look = world
            .log
            .iter()
            // What one piece of a request says is not known before the other pieces are answered.
            .filter(|entry| entry.is_heard() && !entry.is_piece)
            .filter(|entry| entry.sent >= deadline && entry.sent + TICK < ended)
            .filter(|entry| entry.answered + TICK < limit)
            .filter(|entry| entry.state(self.job).is_some())
            .min_by_key(|entry| entry.answered);
        last_look
            .and_then(|entry| entry.state(self.job))
            .is_some_and(|state| [State::Success, State::Failed].contains(&state))
    }

    /// Whether the job was seen at success without a URL at least a minute ago.
    fn was_without_url(&self, at: At, world: &World) -> bool {
        self.answers(at, world).any(|entry| {
            entry.state(self.job) == Some(State::WithoutUrl) && entry.answered + URL <= at + TICK
        })
    }

    fn was_refused(&self, at: At, world: &World) -> bool {
        self.answers(at, world).any(|entry| match entry.said {
            Said::Unauthorized => true,
            Said::Refused => entry.jobs.len() == 1,
            _ => false,
        })
    }

    /// Whether all answers that this wait could get during its grace period lacked the job.
    fn was_missing(&self, at: At, world: &World) -> bool {
        // While a ticket was away, it missed the answers; a wait that joins it knows no more.
        let was_away = |entry: &Entry| {
            world.away.iter().any(|(job, from, to)| {
                *job == self.job && entry.answered + TICK > *from && entry.answered < *to + TICK
            })
        };
        // If the job was requested again before the answer came, nobody waited for that answer any more.
        let was_given_up = |entry: &Entry| {
            world.log.iter().any(|later| {
                later.jobs.contains(&self.job)
                    && later.sent > entry.sent
                    && later.sent < entry.answered
            })
        };
        let mut heard: Vec<&Entry> = self
            .answers(at, world)
            .filter(|entry| match entry.state(self.job) {
                None => false,
                Some(State::Missing) => true,
                Some(_) => !was_away(entry) && !was_given_up(entry),
            })
            .collect();
        heard.sort_by_key(|entry| entry.answered);
        let since = heard
            .iter()
            .rev()
            .take_while(|entry| entry.state(self.job) == Some(State::Missing))
            .last();
        since.is_some_and(|first| at + TICK >= first.answered + self.grace)
    }
}
