//! What one answer means for one job: look it up again after some time, or settle it.
//!
//! The rules are those of [`Ticket::observe`], as for a client's own waits.

use std::time::{Duration, SystemTime};

use akool_faceswap::{
    Ticket,
    lookup::Outcome,
    wait::{Next, WaitError, WaitErrorKind},
};

use crate::{
    outcome::OutcomeKind,
    store::{Settlement, Upcoming},
};

/// What is to be written about a job.
#[derive(Debug)]
pub(super) enum Verdict {
    Again(Upcoming),
    Settled(Settlement),
}

/// How long after its deadline a job is given up whose lookups fail: they say nothing about it, and it
/// should have its last look.
const LAST_LOOK: Duration = Duration::from_secs(30);

/// `now` is the database's time.
pub(super) fn judge(
    mut ticket: Ticket,
    outcome: &Outcome,
    now: SystemTime,
    keep_jobs: bool,
) -> Verdict {
    let id = ticket.id().to_string();
    let kept = |job| keep_jobs.then(|| serde_json::to_string(job).ok()).flatten();
    let ended = |kind, job, error, ticket| {
        Verdict::Settled(Settlement {
            id,
            kind,
            job,
            error,
            ticket,
        })
    };
    match ticket.observe(outcome, now, fastrand::f64()) {
        Next::Settled(Ok(job)) => ended(OutcomeKind::Success, kept(&job), None, None),
        Next::Settled(Err(error)) => {
            let job = error.job().and_then(kept);
            let stored = error
                .ticket()
                .and_then(|ticket| serde_json::to_string(ticket).ok());
            ended(kind(&error), job, Some(text(&error)), stored)
        }
        Next::Again {
            after, earliest, ..
        } => {
            let left = ticket
                .deadline()
                .map(|deadline| deadline.duration_since(now).unwrap_or_default());
            let is_over = ticket.deadline().is_some_and(|deadline| {
                now.duration_since(deadline)
                    .is_ok_and(|late| late >= LAST_LOOK)
            });
            if let (true, Outcome::Failed(error)) = (is_over, outcome) {
                let stored = serde_json::to_string(&ticket).ok();
                return ended(OutcomeKind::DeadlinePassed, None, Some(text(error)), stored);
            }
            // The last look comes at the deadline. After it, lookups failed: as the policy says.
            let after = match left {
                Some(left) if !left.is_zero() => after.min(left),
                _ => after,
            };
            Verdict::Again(Upcoming::from_ticket(&ticket, after, earliest.min(after)))
        }
        // A later release of the SDK may know more.
        _ => Verdict::Again(Upcoming::from_ticket(&ticket, LAST_LOOK, LAST_LOOK)),
    }
}

fn kind(error: &WaitError) -> OutcomeKind {
    match error.kind() {
        WaitErrorKind::JobFailed => OutcomeKind::JobFailed,
        WaitErrorKind::Missing => OutcomeKind::Missing,
        WaitErrorKind::DeadlinePassed => OutcomeKind::DeadlinePassed,
        _ => OutcomeKind::Fault,
    }
}

/// An error as the database has it. A text of PostgreSQL has no NUL.
fn text(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text.replace('\0', "")
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use akool_faceswap::{Job, ResultId};

    use super::*;

    const BEGUN: SystemTime = UNIX_EPOCH;

    fn ticket(deadline: u64) -> Ticket {
        let id = ResultId::new("667d228400000000000a0001").unwrap();
        Ticket::new(id, BEGUN).with_deadline(at(deadline))
    }

    fn at(seconds: u64) -> SystemTime {
        BEGUN + Duration::from_secs(seconds)
    }

    fn found(status: u8) -> Outcome {
        let json =
            format!(r#"{{"_id":"667d228400000000000a0001","faceswap_status":{status},"url":"u"}}"#);
        Outcome::Found(serde_json::from_str::<Job>(&json).unwrap())
    }

    fn again(verdict: Verdict) -> Upcoming {
        match verdict {
            Verdict::Again(upcoming) => upcoming,
            Verdict::Settled(settlement) => panic!("{settlement:?}"),
        }
    }

    #[test]
    fn the_last_look_comes_at_the_deadline() {
        let next = again(judge(ticket(1000), &found(2), at(999), true));
        assert_eq!(next.after, Duration::from_secs(1));
        assert!(next.earliest <= next.after);
        let next = again(judge(ticket(1000), &found(2), at(900), true));
        assert!(next.after > Duration::from_secs(26), "{next:?}");
        let Verdict::Settled(settled) = judge(ticket(1000), &found(2), at(1000), true) else {
            panic!("the wait continues after its deadline");
        };
        assert_eq!(settled.kind, OutcomeKind::DeadlinePassed);
        assert!(settled.ticket.is_some() && settled.error.is_some());
    }

    #[test]
    fn what_is_written_is_what_the_ticket_says() {
        let next = again(judge(ticket(1000), &found(2), at(5), true));
        assert_eq!((next.status, next.polls, next.faults), (Some(2), 1, 0));
        assert_eq!((next.changed_at_ms, next.missing_since_ms), (0, None));
        let next = again(judge(ticket(1000), &Outcome::Missing, at(5), true));
        assert_eq!((next.status, next.missing_since_ms), (None, Some(5000)));
    }

    #[test]
    fn a_job_may_be_kept_or_not() {
        for (keep, status, kind) in [
            (true, 3, OutcomeKind::Success),
            (false, 4, OutcomeKind::JobFailed),
        ] {
            let Verdict::Settled(settled) = judge(ticket(1000), &found(status), at(5), keep) else {
                panic!("the wait continues after the job ended");
            };
            assert_eq!((settled.kind, settled.job.is_some()), (kind, keep));
            assert!(settled.ticket.is_none());
        }
    }
}
