//! Workers against a fake AKOOL: what they look up, what they write, and what they leave alone.

use std::time::Duration;

use akool_faceswap::{Client, ResultId, wait::PollPolicy};
use akool_faceswap_fleet::{Account, ErrorKind, Fleet, OutcomeKind, Tracking, Worker};
use akool_faceswap_mock::{Answer, FakeAkool, FakeJob};
use tokio::{sync::oneshot, task::JoinHandle};

use crate::{database::Database, id, in_both};

in_both! {
    jobs_are_settled_as_they_end
    two_workers_share_the_jobs_of_two_callers
    a_job_that_is_never_found_is_missing_after_its_grace
    a_deadline_ends_a_wait_with_a_ticket
    an_unreadable_row_does_not_affect_others
    an_id_that_the_api_refuses_does_not_affect_others
    every_request_is_charged
    refused_credentials_settle_nothing
    a_rate_limit_of_one_holds_all
    transient_errors_of_the_api_are_retried
    an_answer_that_the_database_refuses_is_settled_without_it
    a_stopped_worker_finishes_what_is_in_flight
    an_outcome_may_come_without_the_job
    a_full_disk_is_waited_for
    the_databases_clock_decides_deadlines
}

pub fn fake() -> FakeAkool {
    FakeAkool::start().unwrap()
}

pub fn client(fake: &FakeAkool) -> Client {
    let builder = Client::builder().base_url(fake.url());
    builder.api_key(fake.api_key()).build().unwrap()
}

pub fn worker(fleet: &Fleet, fake: &FakeAkool) -> Worker {
    let account = Account::from_api_key(&fake.api_key());
    Worker::new(fleet, client(fake), account)
        .idle_interval(Duration::from_millis(10))
        .requests_per_second(0.0, 1)
}

/// A worker that runs until it is stopped.
struct Running {
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<akool_faceswap_fleet::WorkerReport, akool_faceswap_fleet::Error>>,
}

fn run(worker: Worker) -> Running {
    let (stop, stopped) = oneshot::channel();
    let task = tokio::spawn(worker.run(async {
        let _ = stopped.await;
    }));
    Running { stop, task }
}

impl Running {
    async fn stop(self) -> akool_faceswap_fleet::WorkerReport {
        let _ = self.stop.send(());
        self.task.await.unwrap().unwrap()
    }
}

/// A job that is looked up as often as allowed.
fn quick(id: &ResultId) -> Tracking {
    Tracking::new(id.clone()).poll_policy(PollPolicy::fixed(Duration::from_millis(100)))
}

fn add(fake: &FakeAkool, job: FakeJob) -> ResultId {
    fake.add_job(job).parse().unwrap()
}

async fn jobs_are_settled_as_they_end(database: Database) {
    let (fleet, fake) = (database.fleet().await, fake());
    let good = add(&fake, FakeJob::image().missing_first(1).after_polls(1, 1));
    let bad = add(&fake, FakeJob::video().failing());
    fleet
        .track([quick(&good).tag("a"), quick(&bad)])
        .await
        .unwrap();
    let running = run(worker(&fleet, &fake));
    let outcome = fleet.wait(&good).await.unwrap();
    assert_eq!(
        (outcome.kind(), outcome.tag()),
        (OutcomeKind::Success, Some("a"))
    );
    assert!(outcome.job().unwrap().result_url().is_some());
    assert!(!format!("{outcome:?}").contains("http"), "{outcome:?}");
    let outcome = fleet.wait(&bad).await.unwrap();
    assert_eq!(outcome.kind(), OutcomeKind::JobFailed);
    assert!(outcome.job().is_some() && outcome.ticket().is_none());
    let report = running.stop().await;
    assert_eq!((report.settled, report.fenced), (2, 0));
    assert_eq!(report.requests, fake.request_count());
    fake.assert_no_id_asked_after_terminal();
}

async fn two_workers_share_the_jobs_of_two_callers(database: Database) {
    let (one, other, fake) = (database.fleet().await, database.fleet().await, fake());
    let ids: Vec<ResultId> = fake
        .seed_population(300)
        .into_iter()
        .map(|id| id.parse().unwrap())
        .collect();
    let workers = [run(worker(&one, &fake)), run(worker(&other, &fake))];
    one.track(ids.iter().map(quick)).await.unwrap();
    other.track(ids.iter().map(quick)).await.unwrap();
    for id in &ids {
        other.wait(id).await.unwrap();
    }
    let outcomes = one.take(1000).await.unwrap();
    assert_eq!(outcomes.len(), ids.len());
    let mut settled = 0;
    for worker in workers {
        let report = worker.stop().await;
        settled += report.settled;
        assert_eq!(report.fenced, 0);
    }
    assert_eq!(settled, 300);
    fake.assert_max_ids_per_request(100);
    fake.assert_no_id_asked_after_terminal();
}

async fn a_job_that_is_never_found_is_missing_after_its_grace(database: Database) {
    let (fleet, fake) = (database.fleet().await, fake());
    fleet
        .track([quick(&id(1)).missing_grace(Duration::from_millis(300))])
        .await
        .unwrap();
    let running = run(worker(&fleet, &fake));
    let outcome = fleet.wait(&id(1)).await.unwrap();
    assert_eq!(outcome.kind(), OutcomeKind::Missing);
    assert_eq!(outcome.ticket().unwrap().id(), &id(1));
    assert!(fake.request_count() >= 2);
    running.stop().await;
}

async fn a_deadline_ends_a_wait_with_a_ticket(database: Database) {
    let (fleet, fake) = (database.fleet().await, fake());
    let slow = add(&fake, FakeJob::video().after_polls(1000, 1000));
    fleet
        .track([Tracking::new(slow.clone()).timeout(Duration::from_millis(200))])
        .await
        .unwrap();
    let running = run(worker(&fleet, &fake));
    let outcome = fleet.wait(&slow).await.unwrap();
    assert_eq!(outcome.kind(), OutcomeKind::DeadlinePassed);
    assert!(outcome.error().is_some());
    let ticket = outcome.ticket().unwrap().clone();
    assert!(ticket.deadline().is_some() && ticket.status().is_some());
    // It can be resumed.
    fleet.take(1).await.unwrap();
    assert_eq!(fleet.track([ticket]).await.unwrap(), 1);
    running.stop().await;
}

async fn an_unreadable_row_does_not_affect_others(database: Database) {
    let (fleet, fake) = (database.fleet().await, fake());
    let (bad, good) = (add(&fake, FakeJob::image()), add(&fake, FakeJob::image()));
    fleet.track([quick(&bad), quick(&good)]).await.unwrap();
    let poison = r#"'{"schedule": {"shortest_ms": "soon"}}'"#;
    database
        .execute(&format!(
            "update {{}}pending set terms = {poison} where id = '{bad}'"
        ))
        .await;
    let running = run(worker(&fleet, &fake));
    assert_eq!(
        fleet.wait(&good).await.unwrap().kind(),
        OutcomeKind::Success
    );
    let outcome = fleet.wait(&bad).await.unwrap();
    assert_eq!(outcome.kind(), OutcomeKind::Fault);
    assert!(
        outcome.error().unwrap().contains("cannot be read"),
        "{outcome:?}"
    );
    running.stop().await;
}

async fn an_id_that_the_api_refuses_does_not_affect_others(database: Database) {
    let (fleet, fake) = (database.fleet().await, fake());
    let ids: Vec<ResultId> = (0..8).map(|_| add(&fake, FakeJob::image())).collect();
    fake.push_answer(Answer::business(1003).for_id(ids[3].as_str()).always());
    fleet.track(ids.iter().map(quick)).await.unwrap();
    let running = run(worker(&fleet, &fake));
    for (number, id) in ids.iter().enumerate() {
        let kind = fleet.wait(id).await.unwrap().kind();
        let expected = if number == 3 {
            OutcomeKind::Fault
        } else {
            OutcomeKind::Success
        };
        assert_eq!(kind, expected, "{number}");
    }
    running.stop().await;
}

async fn every_request_is_charged(database: Database) {
    let (fleet, fake) = (database.fleet().await, fake());
    // One id that the API refuses, and one that is missing: both take more requests than the slot's.
    let mut ids: Vec<ResultId> = (0..20).map(|_| add(&fake, FakeJob::image())).collect();
    fake.push_answer(Answer::business(1003).for_id(ids[3].as_str()).always());
    ids.push(id(1));
    fleet.track(&ids).await.unwrap();
    let burst = 10_000;
    // So slow that nothing is given back while the test runs.
    let worker = worker(&fleet, &fake).requests_per_second(1.0 / 3600.0, burst);
    let counters = worker.counters();
    let running = run(worker);
    while counters.requests() == 0 {
        tokio::task::yield_now().await;
    }
    let report = running.stop().await;
    assert!(fake.request_count() > 3, "{report:?}");
    assert_eq!(report.requests, fake.request_count());
    let charged = fleet.stats().await.unwrap().budget_used * f64::from(burst);
    let sent = f64::from(u32::try_from(report.requests).unwrap());
    assert!((charged - sent).abs() < 0.5, "{charged} of {sent}");
}

async fn refused_credentials_settle_nothing(database: Database) {
    let (fleet, fake) = (database.fleet().await, fake());
    let job = add(&fake, FakeJob::image());
    fleet.track([quick(&job)]).await.unwrap();
    fake.push_answer(Answer::business(1101));
    let refused = worker(&fleet, &fake);
    let error = refused.run(std::future::pending()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api);
    assert!(!error.advice().is_empty() && std::error::Error::source(&error).is_some());
    assert_eq!(fleet.stats().await.unwrap().tracked, 1);
    database.pass(Duration::from_secs(5)).await;
    let running = run(worker(&fleet, &fake));
    assert_eq!(fleet.wait(&job).await.unwrap().kind(), OutcomeKind::Success);
    running.stop().await;
}

async fn a_rate_limit_of_one_holds_all(database: Database) {
    let (fleet, fake) = (database.fleet().await, fake());
    let job = add(&fake, FakeJob::image());
    fake.push_answer(Answer::too_many_requests(Some(Duration::from_secs(200))));
    fleet.track([quick(&job)]).await.unwrap();
    let workers = [run(worker(&fleet, &fake)), run(worker(&fleet, &fake))];
    let held = loop {
        let held = fleet.stats().await.unwrap().held;
        if !held.is_zero() {
            break held;
        }
        tokio::task::yield_now().await;
    };
    assert!(
        held > Duration::from_secs(190) && held <= Duration::from_secs(200),
        "{held:?}"
    );
    for worker in workers {
        worker.stop().await;
    }
    assert_eq!(fake.request_count(), 1);
    database.pass(Duration::from_secs(200)).await;
    let running = run(worker(&fleet, &fake));
    assert_eq!(fleet.wait(&job).await.unwrap().kind(), OutcomeKind::Success);
    running.stop().await;
}

async fn transient_errors_of_the_api_are_retried(database: Database) {
    let (fleet, fake) = (database.fleet().await, fake());
    let job = add(&fake, FakeJob::image());
    fake.push_answer(Answer::reset_in_body());
    fleet.track([quick(&job)]).await.unwrap();
    let running = run(worker(&fleet, &fake));
    assert_eq!(fleet.wait(&job).await.unwrap().kind(), OutcomeKind::Success);
    assert!(fake.request_count() >= 2);
    running.stop().await;
}

async fn an_answer_that_the_database_refuses_is_settled_without_it(database: Database) {
    let (fleet, fake) = (database.fleet().await, fake());
    let (bad, good) = (
        add(&fake, FakeJob::image().after_polls(0, 0)),
        add(&fake, FakeJob::image().after_polls(0, 0)),
    );
    if database.url.starts_with("sqlite") {
        database
            .execute(&format!(
                "create trigger no before insert on {{}}outcome when new.id = '{bad}' and new.job is not \
                 null begin select raise(abort, 'no'); end"
            ))
            .await;
    } else {
        database
            .execute(&format!(
                "alter table {{}}outcome add check (id <> '{bad}' or job is null)"
            ))
            .await;
    }
    fleet.track([quick(&bad), quick(&good)]).await.unwrap();
    let running = run(worker(&fleet, &fake));
    assert!(fleet.wait(&good).await.unwrap().job().is_some());
    let outcome = fleet.wait(&bad).await.unwrap();
    assert_eq!(outcome.kind(), OutcomeKind::Success);
    assert!(outcome.job().is_none() && outcome.error().is_some());
    running.stop().await;
}

async fn a_stopped_worker_finishes_what_is_in_flight(database: Database) {
    let (fleet, fake) = (database.fleet().await, fake());
    let job = add(&fake, FakeJob::image().after_polls(0, 0));
    let held = fake.pause_responses();
    fleet.track([quick(&job)]).await.unwrap();
    let running = run(worker(&fleet, &fake));
    while fake.requests_in_flight() == 0 {
        tokio::task::yield_now().await;
    }
    let stopping = tokio::spawn(running.stop());
    drop(held);
    let report = stopping.await.unwrap();
    assert_eq!((report.requests, report.settled), (1, 1));
    assert_eq!(fleet.take(1).await.unwrap().len(), 1);
}

async fn an_outcome_may_come_without_the_job(database: Database) {
    let (fleet, fake) = (database.fleet().await, fake());
    let job = add(&fake, FakeJob::image().after_polls(0, 0));
    fleet.track([quick(&job)]).await.unwrap();
    let running = run(worker(&fleet, &fake).keep_jobs(false).notify(false));
    let outcome = fleet.wait(&job).await.unwrap();
    assert_eq!(outcome.kind(), OutcomeKind::Success);
    assert!(outcome.job().is_none());
    running.stop().await;
}

async fn a_full_disk_is_waited_for(database: Database) {
    let (fleet, fake) = (database.fleet().await, fake());
    let job = add(&fake, FakeJob::image().after_polls(0, 0));
    fleet.track([quick(&job)]).await.unwrap();
    let (fill, free) = if database.url.starts_with("sqlite") {
        (
            "create trigger full_ before insert on {}outcome begin \
             select raise(abort, 'database or disk is full'); end",
            "drop trigger full_",
        )
    } else {
        (
            "create function full_() returns trigger language plpgsql as \
             $$ begin raise 'could not extend file' using errcode = '53100'; end $$; \
             create trigger full_ before insert on {}outcome execute function full_()",
            "drop trigger full_ on {}outcome",
        )
    };
    database.execute(fill).await;
    let busy = worker(&fleet, &fake);
    let counters = busy.counters();
    let running = run(busy);
    while counters.database_errors() == 0 {
        tokio::task::yield_now().await;
    }
    assert!(fleet.take(1).await.unwrap().is_empty());
    database.execute(free).await;
    assert_eq!(fleet.wait(&job).await.unwrap().kind(), OutcomeKind::Success);
    running.stop().await;
    // It was looked up once: the answer was kept until the database took it.
    assert_eq!(fake.request_count(), 1);
}

async fn the_databases_clock_decides_deadlines(database: Database) {
    let (fleet, fake) = (database.fleet().await, fake());
    // A wait that has a minute left by the database's clock, whatever a worker's own clock says.
    let slow = add(&fake, FakeJob::video().after_polls(1, 1));
    fleet
        .track([quick(&slow).timeout(Duration::from_secs(3600))])
        .await
        .unwrap();
    database.pass(Duration::from_secs(3540)).await;
    let running = run(worker(&fleet, &fake));
    assert_eq!(
        fleet.wait(&slow).await.unwrap().kind(),
        OutcomeKind::Success
    );
    running.stop().await;
}
