//! One claim: check the lease, look the ids up, apply the rules, write the results.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

use akool_faceswap::{ResultIds, RetryPolicy, Ticket, lookup::Outcome};
use tokio::time::{Instant, sleep};

use super::{
    Work,
    judgement::{self, Verdict},
};
use crate::{
    error::{Error, ErrorKind},
    outcome::OutcomeKind,
    pause::Pauses,
    store::{Claim, ClaimedJob, Settlement, Upcoming},
    time::system_time,
};

/// When jobs are due again that were given back because of another id or this worker's credentials.
const AFTER_REFUSAL: Duration = Duration::from_secs(5);

/// Jobs under one token, and how long this worker may keep them.
#[derive(Debug)]
pub(super) struct Batch {
    claim: Claim,
    /// Taken before the claim was sent: the lease ends no earlier than `begun` + `lease`.
    begun: Instant,
    lease: Duration,
}

impl Batch {
    pub(super) fn new(claim: Claim, begun: Instant, lease: Duration) -> Self {
        Self {
            claim,
            begun,
            lease,
        }
    }

    /// The database's time, as estimated here.
    fn now(&self) -> SystemTime {
        let at = system_time(self.claim.claimed_at_ms);
        at.checked_add(self.begun.elapsed()).unwrap_or(at)
    }

    fn lease_end(&self) -> Instant {
        self.begun + self.lease
    }

    pub(super) async fn run(self, work: Work) -> Result<(), Error> {
        self.count(&work);
        let mut written = Writes::default();
        let mut tickets: Vec<(usize, Ticket)> = Vec::with_capacity(self.claim.jobs.len());
        for (index, job) in self.claim.jobs.iter().enumerate() {
            match job.ticket() {
                Ok(ticket) => tickets.push((index, ticket)),
                // A row that cannot be read does not affect the others.
                Err(reason) => written.settled.push(unreadable(job, &reason)),
            }
        }
        let mut refused = None;
        if Instant::now() + work.attempt_timeout > self.lease_end() {
            // The answer could come after the lease, when another worker may look the jobs up.
            work.counters.0.given_back.add(tickets.len() as u64);
            let unchanged = |(index, _): &(usize, Ticket)| {
                Upcoming::unchanged(&self.claim.jobs[*index], Duration::ZERO)
            };
            written.again.extend(tickets.iter().map(unchanged));
        } else if !tickets.is_empty() {
            refused = self.look_up(&work, tickets, &mut written).await;
        }
        self.write(&work, written).await;
        refused.map_or(Ok(()), Err)
    }

    fn count(&self, work: &Work) {
        let counts = &work.counters.0;
        let expired = self.claim.jobs.iter().filter(|job| job.was_leased).count();
        counts.expired.add(expired as u64);
        let first_due = self.claim.jobs.iter().map(|job| job.due_at_ms).min();
        let lag = first_due.map_or(0, |due| self.claim.claimed_at_ms - due);
        work.counters.set_lag_ms(u64::try_from(lag).unwrap_or(0));
    }

    /// Looks all ids up once; returns an error that is about this worker and not the jobs.
    async fn look_up(
        &self,
        work: &Work,
        tickets: Vec<(usize, Ticket)>,
        written: &mut Writes,
    ) -> Option<Error> {
        let ids: ResultIds = tickets
            .iter()
            .map(|(_, ticket)| ticket.id().clone())
            .collect();
        let counts = &work.counters.0;
        counts.ids.add(ids.len() as u64);
        let requests = Arc::new(AtomicU64::new(0));
        let lookup = work
            .client
            .lookup(ids)
            .attempt_timeout(work.attempt_timeout)
            .operation_timeout(work.attempt_timeout)
            .retry(RetryPolicy::never())
            .count_requests(requests.clone());
        let sent = self.now();
        // It ends within the attempt timeout.
        let answer = lookup.await;
        let mut refused = None;
        let mut rate_limit = None;
        for (index, ticket) in tickets {
            let failed;
            let outcome = match &answer {
                Ok(results) => results.get(ticket.id().as_str()),
                // No id was answered.
                Err(error) => {
                    failed = Outcome::Failed(error.clone());
                    let is_its_own = error.ids().contains(ticket.id());
                    Some(&failed).filter(|_| is_its_own || !error.is_invalid_input())
                }
            };
            if let Some(Outcome::Failed(error)) = outcome {
                note_error(error, &mut refused, &mut rate_limit);
            }
            let job = &self.claim.jobs[index];
            written.push(match outcome {
                Some(Outcome::Failed(error)) if is_the_workers(error) => {
                    counts.given_back.add(1);
                    Verdict::Again(Upcoming::unchanged(job, AFTER_REFUSAL))
                }
                Some(outcome) => judgement::judge(job, ticket, outcome, sent, work.keep_jobs),
                None => Verdict::Again(Upcoming::unchanged(job, AFTER_REFUSAL)),
            });
        }
        match rate_limit {
            Some(RateLimit { asked }) => {
                counts.rate_limits.add(1);
                let hold = work.holds.engage(asked);
                if let Err(error) = work.store.hold(&work.lane, hold).await {
                    work.note_database_error(&error);
                }
            }
            None => work.holds.release(),
        }
        // The slot was for one request. The search for an id that the API refuses takes more, and so does the
        // check of an answer that lacks ids; a lookup that had to wait too long sends none.
        let requests = requests.load(Ordering::Relaxed);
        counts.requests.add(requests);
        let beyond_slot = i32::try_from(requests).unwrap_or(i32::MAX) - 1;
        if beyond_slot != 0
            && let Err(error) = work.store.charge(&work.lane, beyond_slot).await
        {
            work.note_database_error(&error);
        }
        refused
    }

    /// Retries the writes until they succeed or the lease ends; after that another worker looks the jobs up.
    async fn write(&self, work: &Work, mut writes: Writes) {
        let mut pauses = Pauses::default();
        loop {
            let Err(error) = self.write_once(work, &mut writes).await else {
                return;
            };
            work.note_database_error(&error);
            let pause = pauses.next();
            if Instant::now() + pause >= self.lease_end() {
                tracing::warn!(
                    jobs = writes.settled.len() + writes.again.len(),
                    "the lease ended before the results were written; the jobs are looked up again",
                );
                return;
            }
            sleep(pause).await;
        }
    }

    /// Removes from `writes` what was written.
    async fn write_once(&self, work: &Work, writes: &mut Writes) -> Result<(), Error> {
        let Work { store, lane, .. } = work;
        let token = self.claim.token.as_str();
        if !writes.settled.is_empty() {
            let written = match store
                .settle(lane, token, &writes.settled, work.notify)
                .await
            {
                Err(error) if error.kind() == ErrorKind::Database => {
                    self.settle_one_by_one(work, &writes.settled).await?
                }
                written => written?,
            };
            work.counters.0.settled.add(written);
            Self::note_fenced(work, writes.settled.len(), written);
            writes.settled.clear();
        }
        if !writes.again.is_empty() {
            let written = store.again(lane, token, &writes.again).await?;
            Self::note_fenced(work, writes.again.len(), written);
            writes.again.clear();
        }
        Ok(())
    }

    /// Writes each settlement separately, after the database refused one of the batch: that one without its body.
    async fn settle_one_by_one(&self, work: &Work, all: &[Settlement]) -> Result<u64, Error> {
        let Work { store, lane, .. } = work;
        let mut written = 0;
        for one in all {
            let token = self.claim.token.as_str();
            let settled = store
                .settle(lane, token, std::slice::from_ref(one), work.notify)
                .await;
            written += match settled {
                Err(error) if error.kind() == ErrorKind::Database => {
                    let bare = Settlement {
                        job: None,
                        error: Some(
                            "the database refused the job as the API answered it".to_owned(),
                        ),
                        ticket: None,
                        ..one.clone()
                    };
                    store.settle(lane, token, &[bare], work.notify).await?
                }
                settled => settled?,
            };
        }
        Ok(written)
    }

    fn note_fenced(work: &Work, wanted: usize, written: u64) {
        let fenced = (wanted as u64).saturating_sub(written);
        if fenced > 0 {
            work.counters.0.fenced.add(fenced);
            tracing::warn!(
                jobs = fenced,
                "jobs were no longer held: untracked, or the lease ended"
            );
        }
    }
}

/// The writes of a batch.
#[derive(Debug, Default)]
struct Writes {
    settled: Vec<Settlement>,
    again: Vec<Upcoming>,
}

impl Writes {
    fn push(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Again(upcoming) => self.again.push(upcoming),
            Verdict::Settled(settlement) => self.settled.push(settlement),
        }
    }
}

/// A rate limit that was met, and how long the API asked to wait.
#[derive(Clone, Copy, Debug)]
struct RateLimit {
    asked: Option<Duration>,
}

/// Whether an error is about this worker's credentials, account or settings: so it ends no job's wait.
fn is_the_workers(error: &akool_faceswap::Error) -> bool {
    use akool_faceswap::error::{BusinessClass, ErrorKind};
    error.is_auth()
        || error.is_billing()
        || matches!(error.kind(), ErrorKind::Configuration | ErrorKind::Redirect)
        || error
            .business_code()
            .is_some_and(|code| code.class() == BusinessClass::Permission)
}

fn note_error(
    error: &akool_faceswap::Error,
    refused: &mut Option<Error>,
    rate_limit: &mut Option<RateLimit>,
) {
    if is_the_workers(error) && refused.is_none() {
        *refused = Some(
            Error::new(
                ErrorKind::Api,
                "the API refuses this worker; its jobs were given back",
            )
            .with_advice(error.advice())
            .with_source(error.clone()),
        );
    }
    if error.is_rate_limit() {
        let asked = rate_limit.map_or(error.retry_after(), |met| {
            met.asked.max(error.retry_after())
        });
        *rate_limit = Some(RateLimit { asked });
    }
}

fn unreadable(job: &ClaimedJob, reason: &str) -> Settlement {
    Settlement {
        id: job.id.clone(),
        kind: OutcomeKind::Fault,
        job: None,
        error: Some(format!("the row of the job cannot be read: {reason}").replace('\0', "")),
        ticket: None,
    }
}
