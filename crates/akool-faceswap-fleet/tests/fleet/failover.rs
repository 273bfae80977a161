//! Standbys, failovers and lost connections.

use std::{error::Error as _, time::Duration};

use akool_faceswap::wait::PollPolicy;
use akool_faceswap_fleet::{ErrorKind, Fleet, OutcomeKind, Tracking, store::Start};
use akool_faceswap_mock::FakeJob;

use crate::{
    database::{Database, connect, database},
    id,
    server::{self, Server},
};

#[tokio::test]
async fn a_standby_is_refused_and_the_primary_is_found() {
    let Some(primary) = Server::start("fsync = off\n") else {
        return;
    };
    let database = Database::on(&primary).await;
    let standby = primary.standby();
    let url = standby
        .url("t0")
        .replace("t0", server::database_of(&database.url));
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
async fn a_lost_connection_is_replaced() {
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
    // Each of the shared connections may fail once.
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
        .claim(fleet.lane(), Start::default(), 10, Duration::from_secs(60))
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

/// Breaks all connections to the database except the one that does it.
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
        // A call whose connection is broken fails, and can be repeated.
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
    let sent = fake.request_count();
    drop(held);
    assert_eq!(wait.await.unwrap().unwrap().kind(), OutcomeKind::Success);
    assert_eq!((fake.request_count(), counters.fenced()), (sent, 0));
    // Repeatedly, in any state.
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

/// The sessions of a fleet's connections, with the last query of each.
async fn sessions(client: &tokio_postgres::Client) -> Vec<(i32, String)> {
    let rows = client
        .query(
            "select pid, query from pg_stat_activity where datname = current_database() \
             and backend_type = 'client backend' and pid <> pg_backend_pid()",
            &[],
        )
        .await
        .unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

#[tokio::test]
async fn only_the_connection_that_accepts_no_writes_is_replaced() {
    let database = database!();
    let client = connect(&database.url).await;
    // As a standby answers: the session is open, and refuses writes.
    database
        .execute(
            "create function refuse() returns trigger language plpgsql as \
             $$ begin raise 'read-only' using errcode = '25006'; end $$; \
             create trigger refuse before insert on {}pending execute function refuse(); \
             create trigger refuse before delete on {}outcome execute function refuse()",
        )
        .await;
    let fleet = database.fleet().await;
    for function in ["track", "take"] {
        // Both connections are open.
        for _ in 0..2 {
            fleet.stats().await.unwrap();
        }
        while sessions(&client).await.len() > 2 {
            tokio::task::yield_now().await;
        }
        let error = match function {
            "track" => fleet.track([id(1)]).await.unwrap_err(),
            _ => fleet.take(1).await.unwrap_err(),
        };
        assert_eq!(error.kind(), ErrorKind::ReadOnly, "{error:?}");
        let left = loop {
            let left = sessions(&client).await;
            if left.len() < 2 {
                break left;
            }
            tokio::task::yield_now().await;
        };
        let refused = |(_, query): &(i32, String)| query.contains(&format!(".{function}("));
        assert!(left.len() == 1 && !left.iter().any(refused), "{left:?}");
    }
}

#[tokio::test]
async fn a_worker_follows_a_failover_to_the_standby() {
    let Some(primary) = Server::start("fsync = off\n") else {
        return;
    };
    let database = Database::on(&primary).await;
    let standby = primary.standby();
    let name = server::database_of(&database.url);
    let both = format!(
        "host={},{} user=postgres dbname={name}",
        primary.host(),
        standby.host()
    );
    let fleet = Fleet::connect(&both).await.unwrap();
    let fake = crate::working::fake();
    // Jobs in flight when the primary went away are looked up again after twice this time.
    let worker = crate::working::worker(&fleet, &fake).attempt_timeout(Duration::from_secs(1));
    let counters = worker.counters();
    let running = tokio::spawn(worker.run(std::future::pending()));
    let id: akool_faceswap::ResultId = fake
        .add_job(FakeJob::video().after_polls(1000, 1000))
        .parse()
        .unwrap();
    let policy = PollPolicy::fixed(Duration::from_millis(100));
    let tracking = Tracking::new(id.clone()).poll_policy(policy);
    fleet.track([tracking]).await.unwrap();
    while fake.request_count() < 2 {
        tokio::task::yield_now().await;
    }
    // The standby has the job before the primary is gone.
    let reader = connect(&standby.url(name)).await;
    let replicated = "select count(*) from akool_faceswap.pending";
    while reader
        .query_one(replicated, &[])
        .await
        .unwrap()
        .get::<_, i64>(0)
        == 0
    {
        tokio::task::yield_now().await;
    }
    primary.crash();
    // No server accepts writes: the worker waits.
    let errors = counters.database_errors();
    while counters.database_errors() == errors {
        tokio::task::yield_now().await;
    }
    standby.promote();
    let before = fake.request_count();
    while fake.request_count() < before + 2 {
        tokio::task::yield_now().await;
    }
    assert!(!running.is_finished());
    running.abort();
}
