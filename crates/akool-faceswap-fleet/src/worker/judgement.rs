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
    store::{ClaimedJob, Settlement, Upcoming},
};

/// What to write about a job.
#[derive(Debug)]
pub(super) enum Verdict {
    Again(Upcoming),
    Settled(Settlement),
}

/// When a job is due again if this release does not know what to do with it.
const UNKNOWN: Duration = Duration::from_secs(30);

/// `sent` is when the lookup was sent, by the database's clock.
pub(super) fn judge(
    job: &ClaimedJob,
    mut ticket: Ticket,
    outcome: &Outcome,
    sent: SystemTime,
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
    match ticket.observe(outcome, sent, fastrand::f64()) {
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
        } => Verdict::Again(Upcoming::observed(job, &ticket, after, earliest)),
        // A later release of the SDK may know more.
        _ => Verdict::Again(Upcoming::observed(job, &ticket, UNKNOWN, UNKNOWN)),
    }
}

fn kind(error: &WaitError) -> OutcomeKind {
    match error.kind() {
        WaitErrorKind::JobFailed => OutcomeKind::JobFailed,
        WaitErrorKind::Missing => OutcomeKind::Missing,
        WaitErrorKind::DeadlinePassed => OutcomeKind::DeadlinePassed,
        WaitErrorKind::NoResultUrl => OutcomeKind::NoResultUrl,
        _ => OutcomeKind::Fault,
    }
}

/// An error as stored in the database; a text in PostgreSQL cannot contain NUL.
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

    use akool_faceswap::Job;

    use super::*;

    const BEGUN: SystemTime = UNIX_EPOCH;

    fn claimed(deadline: u64) -> ClaimedJob {
        ClaimedJob {
            id: "667d228400000000000a0001".to_owned(),
            due_at_ms: 0,
            status: None,
            begun_at_ms: 0,
            changed_at_ms: 0,
            missing_since_ms: None,
            deadline_ms: Some(i64::try_from(deadline * 1000).unwrap()),
            polls: 0,
            faults: 0,
            terms: None,
            was_leased: false,
        }
    }

    fn at(seconds: u64) -> SystemTime {
        BEGUN + Duration::from_secs(seconds)
    }

    fn found(status: u8, url: &str) -> Outcome {
        let json = format!(
            r#"{{"_id":"667d228400000000000a0001","faceswap_status":{status},"url":"{url}"}}"#
        );
        Outcome::Found(serde_json::from_str::<Job>(&json).unwrap())
    }

    /// What is written about a job that was claimed like this.
    fn judged(job: &ClaimedJob, outcome: &Outcome, seconds: u64) -> Verdict {
        judge(job, job.ticket().unwrap(), outcome, at(seconds), true)
    }

    fn again(verdict: Verdict) -> Upcoming {
        match verdict {
            Verdict::Again(upcoming) => upcoming,
            Verdict::Settled(settlement) => panic!("{settlement:?}"),
        }
    }

    fn settled(verdict: Verdict) -> Settlement {
        match verdict {
            Verdict::Settled(settlement) => settlement,
            Verdict::Again(upcoming) => panic!("{upcoming:?}"),
        }
    }

    /// The row as the next worker claims it.
    fn stored(job: &ClaimedJob, next: Upcoming) -> ClaimedJob {
        ClaimedJob {
            status: next.status,
            changed_at_ms: next.changed_at_ms,
            missing_since_ms: next.missing_since_ms,
            polls: next.polls,
            faults: next.faults,
            terms: next.terms,
            ..job.clone()
        }
    }

    #[test]
    fn the_last_look_comes_at_the_deadline() {
        let job = claimed(1000);
        let next = again(judged(&job, &found(2, "u"), 999));
        assert_eq!(next.after, Duration::from_secs(1));
        assert!(next.earliest <= next.after);
        let end = settled(judged(&job, &found(2, "u"), 1000));
        assert_eq!(end.kind, OutcomeKind::DeadlinePassed);
        assert!(end.ticket.is_some() && end.error.is_some());
    }

    #[test]
    fn the_state_of_the_ticket_is_written() {
        let job = claimed(1000);
        let next = again(judged(&job, &found(2, "u"), 5));
        assert_eq!((next.status, next.polls, next.faults), (Some(2), 1, 0));
        assert_eq!((next.changed_at_ms, next.missing_since_ms), (0, None));
        // The defaults are not written into each row.
        assert_eq!(next.terms, None);
        let next = again(judged(&job, &Outcome::Missing, 5));
        assert_eq!((next.status, next.missing_since_ms), (None, Some(5000)));
    }

    #[test]
    fn fields_of_a_ticket_beyond_the_columns_are_kept() {
        let mut job = claimed(10_000);
        job.terms = Some(r#"{"missing_grace_ms":7000}"#.to_owned());
        let mut seconds = 5;
        let end = loop {
            match judged(&job, &found(3, ""), seconds) {
                Verdict::Settled(end) => break end,
                Verdict::Again(next) => {
                    let terms = next.terms.clone().unwrap();
                    assert!(terms.contains("without_url_since_unix_ms"), "{terms}");
                    assert!(
                        terms.contains("7000") && !terms.contains("schedule"),
                        "{terms}"
                    );
                    job = stored(&job, next);
                }
            }
            seconds += 5;
            assert!(seconds < 200, "it never ends");
        };
        assert_eq!((end.kind, seconds), (OutcomeKind::NoResultUrl, 65));
    }

    #[test]
    fn a_job_may_be_kept_or_not() {
        let job = claimed(1000);
        for (keep, status, kind) in [
            (true, 3, OutcomeKind::Success),
            (false, 4, OutcomeKind::JobFailed),
        ] {
            let ticket = job.ticket().unwrap();
            let end = settled(judge(&job, ticket, &found(status, "u"), at(5), keep));
            assert_eq!((end.kind, end.job.is_some()), (kind, keep));
            assert!(end.ticket.is_none());
        }
    }
}
