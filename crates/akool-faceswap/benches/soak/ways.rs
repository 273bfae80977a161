//! The ways in which programs wait, each with its checks.

use std::{
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use akool_faceswap::{
    Client, ResultIds, Ticket,
    wait::{Change, PollPolicy, WaitErrorKind},
};
use tokio::time::{sleep, timeout};

use crate::{
    jobs::{Jobs, Wanted},
    ledger::Ledger,
    server,
};

/// No wait may take this long: jobs end within seconds.
const STUCK: Duration = Duration::from_secs(60);

const GRACE: Duration = Duration::from_secs(1);

/// What every way works with.
#[derive(Clone, Debug)]
pub struct Bench {
    pub client: Client,
    pub jobs: Arc<Jobs>,
    pub ledger: Arc<Ledger>,
}

fn schedule() -> PollPolicy {
    PollPolicy::new()
        .min_interval(Duration::from_millis(100))
        .max_interval(Duration::from_millis(400))
}

fn a_while() -> Duration {
    Duration::from_millis(fastrand::u64(0..1500))
}

fn ids(wanted: &[Wanted]) -> ResultIds {
    wanted.iter().map(|wanted| wanted.id.clone()).collect()
}

/// A ticket as another process would read it.
fn journey(ticket: &Ticket) -> Ticket {
    serde_json::from_str(&serde_json::to_string(ticket).unwrap()).unwrap()
}

impl Bench {
    /// Runs one way, drawn at random.
    pub async fn go(&self) {
        let way = async {
            match fastrand::u32(0..11) {
                0 => self.await_one().await,
                1 => self.drop_one().await,
                2 => self.time_out().await,
                3 => self.resume_one().await,
                4 => self.follow_changes().await,
                5 => self.crowd().await,
                6 => self.take_as_completed().await,
                7 => self.resume_many().await,
                8 => self.all_or_any().await,
                9 => self.look_once().await,
                _ => self.shut_down().await,
            }
        };
        if timeout(STUCK, way).await.is_err() {
            self.ledger.violation("a wait is stuck".to_owned());
        }
    }

    fn submit(&self, jobs: usize) -> Vec<Wanted> {
        (0..jobs).map(|_| self.jobs.submit()).collect()
    }

    fn wait(&self, wanted: &Wanted) -> akool_faceswap::wait::Wait {
        self.ledger.begin(1);
        self.client
            .wait(&wanted.id)
            .poll_policy(schedule())
            .missing_grace(GRACE)
    }

    fn hint(&self, wanted: &Wanted) {
        if fastrand::bool() {
            self.ledger.hints.fetch_add(1, Relaxed);
            self.client.poll_now(&wanted.id);
        }
    }

    async fn await_one(&self) {
        let wanted = self.jobs.submit();
        let waiting = self.wait(&wanted).start();
        sleep(a_while()).await;
        self.hint(&wanted);
        self.ledger.settle(&wanted, &waiting.await);
    }

    async fn drop_one(&self) {
        let wanted = self.jobs.submit();
        let mut waiting = self.wait(&wanted).start();
        match timeout(a_while(), &mut waiting).await {
            Ok(outcome) => self.ledger.settle(&wanted, &outcome),
            Err(_) => self.ledger.drop_waits(1),
        }
        drop(waiting);
    }

    async fn time_out(&self) {
        let wanted = self.jobs.submit();
        let limit = a_while();
        let outcome = self.wait(&wanted).timeout(limit).await;
        self.ledger.settle(&wanted, &outcome);
        let Err(error) = outcome else { return };
        if error.kind() != WaitErrorKind::DeadlinePassed {
            return;
        }
        if error.progress().waited() < limit {
            self.ledger
                .violation("a deadline came too early".to_owned());
        }
        let later = std::time::SystemTime::now() + STUCK;
        let ticket = error.into_ticket().unwrap().with_deadline(later);
        self.resume(&wanted, &ticket).await;
    }

    async fn resume(&self, wanted: &Wanted, ticket: &Ticket) {
        self.ledger.begin(1);
        self.ledger.resumed.fetch_add(1, Relaxed);
        let outcome = self.client.resume(journey(ticket)).await;
        self.ledger.settle(wanted, &outcome);
    }

    async fn resume_one(&self) {
        let wanted = self.jobs.submit();
        let waiting = self.wait(&wanted).start();
        sleep(a_while()).await;
        match waiting.ticket() {
            None => self.ledger.settle(&wanted, &waiting.await),
            Some(ticket) => {
                drop(waiting);
                self.ledger.drop_waits(1);
                self.resume(&wanted, &ticket).await;
            }
        }
    }

    async fn follow_changes(&self) {
        let wanted = self.jobs.submit();
        let mut changes = self.wait(&wanted).start().changes();
        self.hint(&wanted);
        let mut ends = 0;
        while let Some(change) = changes.next().await {
            if let Change::Settled(outcome) = change {
                ends += 1;
                self.ledger.settle(&wanted, &outcome);
            }
        }
        if ends != 1 {
            self.ledger
                .violation(format!("a stream of changes had {ends} ends"));
        }
    }

    /// Many waits for the same job, some of which are dropped.
    async fn crowd(&self) {
        let wanted = self.jobs.submit();
        let crowd = (0..fastrand::usize(2..12)).map(|_| async {
            let mine = wanted.also();
            let mut waiting = self.wait(&mine).start();
            if fastrand::bool() {
                match timeout(a_while(), &mut waiting).await {
                    Ok(outcome) => self.ledger.settle(&mine, &outcome),
                    Err(_) => self.ledger.drop_waits(1),
                }
            } else {
                self.ledger.settle(&mine, &(&mut waiting).await);
            }
            drop(waiting);
        });
        futures_util::future::join_all(crowd).await;
    }

    fn start_many(&self, wanted: &[Wanted]) -> akool_faceswap::wait::WaitEach {
        self.ledger.begin(wanted.len());
        self.client
            .wait_each(ids(wanted))
            .poll_policy(schedule())
            .missing_grace(GRACE)
            .start()
    }

    /// Takes outcomes, each for a job that has none yet, until `left` jobs are left.
    async fn take(
        &self,
        ended: &mut akool_faceswap::wait::WaitEach,
        wanted: &mut Vec<Wanted>,
        left: usize,
    ) {
        while wanted.len() > left {
            let Some(outcome) = ended.next().await else {
                self.ledger
                    .violation(format!("{} waits had no outcome", wanted.len()));
                return;
            };
            let id = match &outcome {
                Ok(job) => job.id(),
                Err(error) => error.id(),
            };
            match wanted.iter().position(|wanted| wanted.id == *id) {
                Some(position) => self.ledger.settle(&wanted.swap_remove(position), &outcome),
                None => self.ledger.violation(format!("{id} has two outcomes")),
            }
        }
        if left == 0 && ended.next().await.is_some() {
            self.ledger.violation("an outcome too many".to_owned());
        }
    }

    async fn take_as_completed(&self) {
        let mut wanted = self.submit(fastrand::usize(1..40));
        let left = if fastrand::bool() {
            0
        } else {
            fastrand::usize(0..wanted.len())
        };
        let mut ended = self.start_many(&wanted);
        self.take(&mut ended, &mut wanted, left).await;
        drop(ended);
        self.ledger.drop_waits(wanted.len());
    }

    async fn resume_many(&self) {
        let mut wanted = self.submit(fastrand::usize(1..40));
        let left = fastrand::usize(0..wanted.len()) + 1;
        let mut ended = self.start_many(&wanted);
        self.take(&mut ended, &mut wanted, left).await;
        let tickets: Vec<Ticket> = ended.tickets().iter().map(journey).collect();
        drop(ended);
        self.ledger.drop_waits(wanted.len());
        if tickets.len() != wanted.len() {
            self.ledger.violation(format!(
                "{} tickets for {} waits",
                tickets.len(),
                wanted.len()
            ));
            return;
        }
        self.ledger.begin(tickets.len());
        self.ledger.resumed.fetch_add(tickets.len() as u64, Relaxed);
        let mut ended = self.client.resume_each(tickets).start();
        self.take(&mut ended, &mut wanted, 0).await;
    }

    async fn all_or_any(&self) {
        let wanted = self.submit(fastrand::usize(1..20));
        self.ledger.begin(wanted.len());
        if fastrand::bool() {
            let waits = self.client.wait_all(ids(&wanted)).poll_policy(schedule());
            let results = waits.missing_grace(GRACE).await;
            if results.len() != wanted.len() {
                self.ledger.violation("wait_all lost an outcome".to_owned());
            }
            for (wanted, (_, outcome)) in wanted.iter().zip(results.iter()) {
                self.ledger.settle(wanted, outcome);
            }
        } else {
            let waits = self.client.wait_any(ids(&wanted)).poll_policy(schedule());
            let outcome = waits.missing_grace(GRACE).await.unwrap();
            let id = match &outcome {
                Ok(job) => job.id(),
                Err(error) => error.id(),
            };
            let first = wanted.iter().find(|wanted| wanted.id == *id).unwrap();
            self.ledger.settle(first, &outcome);
            self.ledger.drop_waits(wanted.len() - 1);
        }
    }

    /// Single lookups, some of which are dropped.
    async fn look_once(&self) {
        let wanted = self.submit(fastrand::usize(1..30));
        let looks = wanted.iter().map(|wanted| async {
            self.ledger.lookups.fetch_add(1, Relaxed);
            let look = self.client.lookup_one(&wanted.id);
            let patience = if fastrand::bool() {
                a_while()
            } else {
                STUCK / 2
            };
            if let Ok(Ok(Some(job))) = timeout(patience, look).await
                && *job.id() != wanted.id
            {
                self.ledger
                    .violation("an answer about another id".to_owned());
            }
        });
        futures_util::future::join_all(looks).await;
    }

    /// Shuts a separate client down during its waits, and resumes them with another.
    async fn shut_down(&self) {
        // Not too often, since a client has connections and certificates.
        if fastrand::u32(0..10) > 0 {
            return;
        }
        let mut wanted = self.submit(fastrand::usize(1..20));
        let other = Self {
            client: server::client(&self.jobs, &self.ledger),
            ..self.clone()
        };
        let mut ended = other.start_many(&wanted);
        sleep(a_while()).await;
        other.client.shutdown();
        let mut tickets = Vec::new();
        let mut open = Vec::new();
        while let Some(outcome) = ended.next().await {
            let id = match &outcome {
                Ok(job) => job.id().clone(),
                Err(error) => error.id().clone(),
            };
            let position = wanted.iter().position(|wanted| wanted.id == id).unwrap();
            let wanted = wanted.swap_remove(position);
            self.ledger.settle(&wanted, &outcome);
            if let Err(error) = outcome
                && error.kind() == WaitErrorKind::ShutDown
            {
                tickets.push(journey(error.ticket().unwrap()));
                open.push(wanted);
            }
        }
        drop(ended);
        if !wanted.is_empty() {
            self.ledger.violation("a shutdown lost a wait".to_owned());
        }
        self.ledger.begin(tickets.len());
        self.ledger.resumed.fetch_add(tickets.len() as u64, Relaxed);
        let mut ended = self.client.resume_each(tickets).start();
        self.take(&mut ended, &mut open, 0).await;
    }
}
