//! What one lookup means for a wait that a program stores and observes itself.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use crate::wait::{
    Progress, Ticket, WaitError, WaitErrorKind,
    observation::{Observation, Retry, Verdict, WaitSpan, last_look_limit},
    poll_policy::Load,
    time::{Now, Timestamp},
};
use crate::{error::Error, lookup::Outcome, model::Job, retry::RetryPolicy};

/// How many jobs a program that stores its waits itself is assumed to look up together.
const MANY: Load = Load::jobs(100_000);

impl Ticket {
    /// Applies the outcome of a lookup, and returns what to do next.
    ///
    /// This is for a program that stores its waits itself, for example as rows of a database that
    /// several processes share, and looks up what is due with
    /// [`Client::lookup`](crate::client::Client::lookup). It applies the same rules as
    /// [`Client::wait`](crate::client::Client::wait). Store the ticket after each call.
    ///
    /// `now` is when the lookup was sent. `jitter` is a random number from 0 to 1 that moves the
    /// interval by up to 10 %, so that waits do not stay in step; 0.5 leaves it as it is.
    ///
    /// ```
    /// # use akool_faceswap_mock::{FakeAkool, FakeJob};
    /// use std::time::SystemTime;
    /// use akool_faceswap::{Client, Ticket, wait::Next};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let fake = FakeAkool::start()?;
    /// # let id: akool_faceswap::ResultId = fake.add_job(FakeJob::image()).to_string().parse()?;
    /// # let client = Client::builder().base_url(fake.url()).api_key(fake.api_key()).build()?;
    /// let mut ticket = Ticket::new(id, SystemTime::now());
    /// let now = SystemTime::now();
    /// let results = client.lookup([ticket.id().clone()]).await?;
    /// for (_, outcome) in results.iter() {
    ///     match ticket.observe(outcome, now, 0.5) {
    ///         Next::Again { after, .. } => println!("look again in {after:?}"),
    ///         Next::Settled(Ok(job)) => println!("{}", job.status()),
    ///         Next::Settled(Err(error)) => println!("{error}"),
    ///         _ => {}
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn observe(&mut self, outcome: &Outcome, now: SystemTime, jitter: f64) -> Next {
        let now = Now::at(now);
        // The lookup has already made its own retries.
        let retry = |error: &Error| {
            let asked = error.retry_after().unwrap_or_default();
            Retry::BySchedule(RetryPolicy::default().capped(asked))
        };
        let observation = Observation::new(outcome.clone(), retry);
        let mut state = self.state(&now);
        state.update(&observation, now.timestamp);
        let options = self.options.clone();
        let deadline = self
            .deadline
            .map_or(Timestamp::NEVER, |deadline| now.timestamp_at(deadline));
        let late_since = (deadline <= now.timestamp)
            .then(|| self.late_since.unwrap_or(now.unix_millis(now.timestamp)));
        let begun = now.timestamp_at(self.begun);
        let span = WaitSpan {
            begun,
            deadline,
            last_look_ends: late_since.map_or(Timestamp::NEVER, |since| {
                now.timestamp_at(since)
                    .plus(last_look_limit(deadline.since(begun)))
            }),
            options: &options,
        };
        let verdict = state.verdict(&observation, span, now.timestamp, now.timestamp);
        let next = state.next_poll(&observation, span, now.timestamp, MANY, jitter);
        let next_at = verdict.is_none().then_some(next.at);
        *self = Self {
            late_since: late_since.filter(|_| verdict.is_none()),
            ..Self::from_state(self.id.clone(), &state, span, next_at, &now)
        };
        let Some(verdict) = verdict else {
            let after = next.at.since(now.timestamp);
            return Next::Again {
                after,
                earliest: after.saturating_sub(next.interval / 2),
            };
        };
        let (found, error) = match observation {
            Observation::Found(job) => (Some(Arc::unwrap_or_clone(job)), None),
            Observation::Missing => (None, None),
            Observation::Failed { error, .. } => (None, Some(error)),
        };
        let id = self.id.clone();
        let progress = Progress::new(id, &state, span.begun, None, error.clone(), now.timestamp);
        Next::Settled(match (verdict, found) {
            (Verdict::Succeeded, Some(job)) => Ok(job),
            (Verdict::JobFailed, Some(job)) => Err(WaitError::job_failed(job, progress)),
            (Verdict::Unsettled(kind), _) => {
                Err(WaitError::unsettled(kind, progress, self.clone(), error))
            }
            // A job that was not found has neither succeeded nor failed.
            (Verdict::Succeeded | Verdict::JobFailed, None) => Err(WaitError::unsettled(
                WaitErrorKind::Missing,
                progress,
                self.clone(),
                error,
            )),
        })
    }
}

/// What to do after a lookup: from [`Ticket::observe`].
#[derive(Clone, Debug)]
#[non_exhaustive]
#[allow(
    clippy::large_enum_variant,
    reason = "it is created once for a lookup and matched at once"
)]
pub enum Next {
    /// The wait continues: look the job up again.
    #[non_exhaustive]
    Again {
        /// How long after `now` the job is due.
        after: Duration,
        /// How long after `now` it may already join a request that is sent for other jobs.
        earliest: Duration,
    },
    /// The wait has ended: with the job at success, or with the reason why there is no result.
    Settled(Result<Job, WaitError>),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_look_ends_even_if_every_lookup_fails() {
        let mut ticket = crate::wait::ticket::tests::ticket();
        let deadline = ticket.deadline().unwrap();
        let failed = Outcome::Failed(Error::new(crate::error::ErrorKind::Transport, ""));
        let mut at = deadline + Duration::from_secs(1);
        for _ in 0..20 {
            match ticket.observe(&failed, at, 0.5) {
                Next::Again { after, .. } => at += after,
                Next::Settled(outcome) => {
                    let kind = outcome.unwrap_err().kind();
                    assert_eq!(kind, WaitErrorKind::DeadlinePassed);
                    // 5 s after a timeout of three hours.
                    assert!(at <= deadline + Duration::from_secs(8));
                    return;
                }
            }
        }
        panic!("the last look does not end");
    }
}
