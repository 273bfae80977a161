//! What one answer means for one job: look again after this long, or ended, and how.

use std::time::{Duration, SystemTime};

use akool_faceswap::{Error, JobStatus, Ticket, lookup::Outcome};

use super::pause::jittered;
use crate::{
    outcome::OutcomeKind,
    store::{ClaimedJob, Next, Settlement},
    time::unix_ms,
};

/// What is to be written about a job.
#[derive(Debug)]
pub(super) enum Verdict {
    Again(Next),
    Settled(Settlement),
}

/// How long after its deadline a job whose lookups fail is given up.
const LAST_LOOK: Duration = Duration::from_secs(30);

fn next(job: &ClaimedJob) -> Next {
    Next {
        polls: job.polls.saturating_add(1),
        faults: 0,
        ..Next::unchanged(job, Duration::ZERO)
    }
}

pub(super) fn judge(
    job: &ClaimedJob,
    ticket: &Ticket,
    outcome: &Outcome,
    now: SystemTime,
    keep_jobs: bool,
) -> Verdict {
    let now = unix_ms(now);
    let mut next = next(job);
    let ended = |kind, job_text, error: Option<String>, ticket: Option<String>| {
        Verdict::Settled(Settlement {
            id: job.id.clone(),
            kind,
            job: job_text,
            error,
            ticket,
        })
    };
    match outcome {
        Outcome::Found(found) => {
            let text = || {
                keep_jobs
                    .then(|| serde_json::to_string(found).ok())
                    .flatten()
            };
            if found.status() == JobStatus::Success {
                return ended(OutcomeKind::Success, text(), None, None);
            }
            if found.is_terminal() {
                return ended(
                    OutcomeKind::JobFailed,
                    text(),
                    Some("the job failed".into()),
                    None,
                );
            }
            let code = found.status().code();
            if next.missing_since_ms.take().is_some() || job.status.is_some_and(|s| Some(s) != code)
            {
                next.changed_at_ms = now;
            }
            next.status = code;
        }
        Outcome::Missing => {
            let since = *next.missing_since_ms.get_or_insert(now);
            let grace = grace_ms(ticket);
            if now - since >= grace {
                let ticket = serde_json::to_string(ticket).ok();
                return ended(OutcomeKind::Missing, None, Some("missing".into()), ticket);
            }
        }
        Outcome::Failed(_) => {}
    }
    if job.deadline_ms.is_some_and(|deadline| deadline <= now) {
        let ticket = serde_json::to_string(ticket).ok();
        return ended(
            OutcomeKind::DeadlinePassed,
            None,
            Some("not settled in time".into()),
            ticket,
        );
    }
    let unchanged = u64::try_from(now - next.changed_at_ms).unwrap_or(0);
    let interval = Duration::from_millis((unchanged / 10).clamp(2000, 30_000));
    next.after = jittered(interval);
    if let Some(deadline) = job.deadline_ms {
        let left = Duration::from_millis(u64::try_from(deadline - now).unwrap_or(0));
        next.after = next.after.min(left);
    }
    Verdict::Again(next)
}

fn grace_ms(ticket: &Ticket) -> i64 {
    let form = serde_json::to_value(ticket).unwrap_or_default();
    form["missing_grace_ms"].as_i64().unwrap_or(120_000)
}

pub(super) fn judge_error(
    job: &ClaimedJob,
    ticket: &Ticket,
    error: &Error,
    now: SystemTime,
) -> Verdict {
    let is_over = job.deadline_ms.is_some_and(|deadline| {
        unix_ms(now) >= deadline.saturating_add(crate::time::whole_ms(LAST_LOOK))
    });
    if error.is_invalid_input() || is_over {
        return Verdict::Settled(Settlement {
            id: job.id.clone(),
            kind: if is_over {
                OutcomeKind::DeadlinePassed
            } else {
                OutcomeKind::Fault
            },
            job: None,
            error: Some(error.to_string().replace('\0', "")),
            ticket: serde_json::to_string(ticket).ok(),
        });
    }
    let mut next = unanswered(job);
    if error.is_rate_limit() {
        next.after = Duration::ZERO;
    } else if let Some(asked) = error.retry_after() {
        next.after = next.after.max(asked.min(LAST_LOOK));
    }
    Verdict::Again(next)
}

/// A request that brought nothing.
pub(super) fn unanswered(job: &ClaimedJob) -> Next {
    let faults = job.faults.saturating_add(1);
    let pause = Duration::from_millis(500).saturating_mul(1 << faults.min(6));
    Next {
        faults,
        after: jittered(pause),
        ..next(job)
    }
}
