//! What PostgreSQL alone has: SQL from any driver, migrations, standbys, lost connections, full disks.

use std::{error::Error as _, time::Duration};

use akool_faceswap::{ResultIds, wait::PollPolicy};
use akool_faceswap_fleet::{ErrorKind, Fleet, Lane, OutcomeKind, Tracking, postgres};
use akool_faceswap_mock::FakeJob;

use crate::{
    database::{Database, connect},
    id,
    server::{self, Server},
};

macro_rules! database {
    () => {
        match Database::postgres().await {
            Some(database) => database,
            None => return,
        }
    };
}

#[tokio::test]
async fn a_database_without_the_schema_is_refused_with_what_to_do() {
    let Some(server) = server::shared() else {
        return;
    };
    let error = Fleet::connect(&server.create_database()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Schema);
    assert!(error.advice().contains("migrate"), "{}", error.advice());
}

#[tokio::test]
async fn migrations_at_once_run_one_after_the_other() {
    let Some(server) = server::shared() else {
        return;
    };
    let url = server.create_database();
    let all = (0..4).map(|_| Fleet::migrate(&url));
    for version in futures_util::future::join_all(all).await {
        assert_eq!(version.unwrap(), 2);
    }
    Fleet::connect(&url).await.unwrap();
}

#[tokio::test]
async fn another_tool_can_run_the_migrations() {
    let Some(server) = server::shared() else {
        return;
    };
    let url = server.create_database();
    let client = connect(&url).await;
    for (_, sql) in postgres::MIGRATIONS {
        client.batch_execute(sql).await.unwrap();
    }
    assert_eq!(Fleet::migrate(&url).await.unwrap(), 2);
    Fleet::connect(&url)
        .await
        .unwrap()
        .track([id(1)])
        .await
        .unwrap();
}

#[tokio::test]
async fn the_next_schema_is_worked_with_and_a_later_one_is_refused() {
    let database = database!();
    database.execute("update {}version set v = v + 1").await;
    let fleet = database.fleet().await;
    fleet.track([id(1)]).await.unwrap();
    assert_eq!(Fleet::migrate(&database.url).await.unwrap(), 3);
    database.execute("update {}version set v = v + 1").await;
    let error = Fleet::connect(&database.url).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Schema);
    assert!(error.to_string().contains("version 4"), "{error}");
    assert!(
        error.advice().contains("newer release"),
        "{}",
        error.advice()
    );
    database.execute("update {}version set v = 1").await;
    let error = Fleet::connect(&database.url).await.unwrap_err();
    assert!(error.advice().contains("migrate"), "{}", error.advice());
}

#[tokio::test]
async fn a_job_is_tracked_and_an_outcome_taken_in_the_callers_transaction() {
    let database = database!();
    let fleet = database.fleet().await;
    let lane = Lane::default();
    let mut client = connect(&database.url).await;
    let transaction = client.transaction().await.unwrap();
    let jobs = [Tracking::new(id(1)).timeout(Duration::from_secs(60))];
    assert_eq!(
        postgres::track(&transaction, &lane, jobs.clone())
            .await
            .unwrap(),
        1
    );
    transaction.rollback().await.unwrap();
    assert_eq!(fleet.stats().await.unwrap().tracked, 0);
    let transaction = client.transaction().await.unwrap();
    postgres::track(&transaction, &lane, jobs).await.unwrap();
    transaction.commit().await.unwrap();
    let claim = fleet
        .store()
        .claim(&lane, 1, Duration::from_secs(60))
        .await
        .unwrap();
    let row = &claim.jobs[0];
    assert_eq!(row.deadline_ms.unwrap() - row.begun_at_ms, 60_000);
    let sql =
        "select akool_faceswap.settle('main', $1, $2, '{success}', '{null}', '{null}', '{null}')";
    let settled = client
        .query_one(sql, &[&claim.token, &vec![id(1).as_str()]])
        .await
        .unwrap();
    assert_eq!(settled.get::<_, i64>(0), 1);

    let transaction = client.transaction().await.unwrap();
    assert_eq!(
        postgres::take(&transaction, &lane, 10).await.unwrap().len(),
        1
    );
    // Nobody else gets it meanwhile, and nobody waits for it.
    assert!(fleet.take(10).await.unwrap().is_empty());
    transaction.rollback().await.unwrap();
    assert_eq!(fleet.take(10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn the_functions_are_the_same_whatever_the_callers_search_path_is() {
    let database = database!();
    let client = connect(&database.url).await;
    client
        .batch_execute(
            "create schema trap; create table trap.pending (lane text); \
             set search_path = trap; set timezone = 'Asia/Tokyo'; \
             select akool_faceswap.track('main', array['a', 'b'], array['x'], '{\"timeout_ms\": 1000}'); \
             select * from akool_faceswap.claim('main', 10, 1000); \
             select akool_faceswap.hint('main', array['a']); \
             select * from akool_faceswap.take('main'); select * from akool_faceswap.stats('main');",
        )
        .await
        .unwrap();
}

#[tokio::test]
async fn what_could_never_be_an_id_is_refused_by_the_functions_too() {
    let database = database!();
    let client = connect(&database.url).await;
    for (bad, word) in [
        ("a,b", "a,b"),
        ("", "''"),
        ("20240627082748003-5746", "20240627082748003-5746"),
    ] {
        let sql = "select akool_faceswap.track('main', array['good', $1])";
        let error = client.query_one(sql, &[&bad]).await.unwrap_err();
        let error = error.as_db_error().unwrap();
        assert_eq!(error.code().code(), "AK002");
        assert!(error.message().contains(word), "{}", error.message());
    }
    let lane = client
        .query_one("select akool_faceswap.track('A b', '{}')", &[])
        .await
        .unwrap_err();
    assert!(lane.as_db_error().unwrap().message().contains("a lane is"));
    assert_eq!(database.fleet().await.stats().await.unwrap().tracked, 0);
}

#[tokio::test]
async fn a_standby_is_refused_and_the_primary_is_found() {
    let Some(primary) = Server::start("fsync = off\n") else {
        return;
    };
    let database = Database::on(&primary).await;
    let standby = primary.standby();
    let url = standby
        .url("t0")
        .replace("t0", database.url.split("dbname=").nth(1).unwrap());
    let error = Fleet::connect(&url).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ReadOnly, "{error:?}");
    assert!(
        error.is_transient() && error.advice().contains("primary"),
        "{error}"
    );
    let hosts = |url: &str| {
        url.split(' ')
            .next()
            .unwrap()
            .trim_start_matches("host=")
            .to_owned()
    };
    let both = format!("host={},{}", hosts(&url), hosts(&database.url));
    let both = database
        .url
        .replace(&format!("host={}", hosts(&database.url)), &both);
    Fleet::connect(&both)
        .await
        .unwrap()
        .track([id(1)])
        .await
        .unwrap();
}

#[tokio::test]
async fn a_connection_that_was_lost_is_made_anew() {
    let Some(server) = Server::start("fsync = off\n") else {
        return;
    };
    let database = Database::on(&server).await;
    let fleet = database.fleet().await;
    fleet.track([id(1)]).await.unwrap();
    let wait = tokio::spawn({
        let fleet = fleet.clone();
        async move { fleet.wait(&id(1)).await }
    });
    server.crash();
    let error = fleet.track([id(2)]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connection, "{error:?}");
    assert!(error.is_transient() && error.source().is_some());
    server.start_again();
    // Each of the shared connections may have to find out for itself.
    let mut tracked = Err(error);
    for _ in 0..3 {
        tracked = fleet.track([id(2)]).await;
        if tracked.is_ok() {
            break;
        }
    }
    tracked.unwrap();
    let claim = fleet
        .store()
        .claim(fleet.lane(), 10, Duration::from_secs(60))
        .await
        .unwrap();
    let settled = akool_faceswap_fleet::store::Settlement {
        id: id(1).to_string(),
        kind: OutcomeKind::Success,
        job: None,
        error: None,
        ticket: None,
    };
    fleet
        .store()
        .settle(fleet.lane(), &claim.token, &[settled], true)
        .await
        .unwrap();
    // The wait that began before the crash ends.
    assert_eq!(wait.await.unwrap().unwrap().id(), &id(1));
}

/// All connections to the database break, but the one that says so.
async fn break_connections(database: &Database) {
    database
        .execute(
            "select pg_terminate_backend(pid) from pg_stat_activity \
             where datname = current_database() and pid <> pg_backend_pid()",
        )
        .await;
}

#[tokio::test]
async fn a_worker_survives_lost_connections_in_every_state() {
    let database = database!();
    let fleet = database.fleet().await;
    let fake = crate::working::fake();
    let worker = crate::working::worker(&fleet, &fake);
    let counters = worker.counters();
    let running = tokio::spawn(worker.run(std::future::pending()));
    let policy = PollPolicy::fixed(Duration::from_millis(100));
    let track = async |job: FakeJob| {
        let id: akool_faceswap::ResultId = fake.add_job(job).parse().unwrap();
        let tracking = Tracking::new(id.clone()).poll_policy(policy.clone());
        // A call that finds its connection broken says so; it can be repeated.
        while fleet.track([tracking.clone()]).await.is_err() {}
        id
    };
    // While it has nothing to do.
    while fleet.stats().await.unwrap().workers == 0 {
        tokio::task::yield_now().await;
    }
    break_connections(&database).await;
    let id = track(FakeJob::image().after_polls(0, 0)).await;
    assert_eq!(fleet.wait(&id).await.unwrap().kind(), OutcomeKind::Success);
    // While a lookup is in flight, and while somebody waits: the answer is kept and written.
    let held = fake.pause_responses();
    let id = track(FakeJob::image().after_polls(0, 0)).await;
    let wait = tokio::spawn({
        let (fleet, id) = (fleet.clone(), id.clone());
        async move { fleet.wait(&id).await }
    });
    while fake.requests_in_flight() == 0 {
        tokio::task::yield_now().await;
    }
    break_connections(&database).await;
    let sent = counters.requests();
    drop(held);
    assert_eq!(wait.await.unwrap().unwrap().kind(), OutcomeKind::Success);
    assert_eq!((counters.requests(), counters.fenced()), (sent, 0));
    // Again and again, wherever it is just then.
    let ids = [
        track(FakeJob::video().after_polls(5, 5)).await,
        track(FakeJob::image().after_polls(9, 9)).await,
    ];
    for _ in 0..20 {
        break_connections(&database).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for id in &ids {
        assert_eq!(fleet.wait(id).await.unwrap().kind(), OutcomeKind::Success);
    }
    assert!(counters.database_errors() > 0 && !running.is_finished());
    running.abort();
}

#[tokio::test]
async fn a_wrong_url_is_refused_without_a_word_of_it() {
    let error = Fleet::connect("postgres://user:secret@host:port/db")
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    let text = format!("{error} {error:?} {}", error.advice());
    assert!(!text.contains("secret"), "{text}");
}

#[tokio::test]
async fn a_database_that_is_full_says_so_and_loses_nothing() {
    let database = database!();
    let fleet = database.fleet().await;
    fleet.track([id(1)]).await.unwrap();
    // What the server raises when it cannot extend a file.
    database
        .execute(
            "create function full_() returns trigger language plpgsql as \
             $$ begin raise 'could not extend file' using errcode = '53100'; end $$; \
             create trigger full_ before insert on {}pending execute function full_()",
        )
        .await;
    let error = fleet.track([id(2)]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Resources);
    assert!(
        error.is_transient() && error.advice().contains("disk"),
        "{}",
        error.advice()
    );
    let ids: ResultIds = [id(1)].into_iter().collect();
    assert_eq!(fleet.untrack(ids).await.unwrap(), 1);
}
