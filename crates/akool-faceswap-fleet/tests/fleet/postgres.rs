//! What only PostgreSQL has: SQL from any driver, the caller's transaction, full disks.

use std::{ops::Range, time::Duration};

use akool_faceswap::ResultIds;
use akool_faceswap_fleet::{
    ErrorKind, Fleet, Lane, Tracking, postgres,
    store::{Slot, Start},
};

use crate::{
    database::{connect, database},
    id,
};

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
        .claim(&lane, Start::default(), 1, Duration::from_secs(60))
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
async fn each_grant_is_for_other_jobs_and_unclaimed_jobs_are_found() {
    let database = database!();
    let fleet = database.fleet().await;
    let (store, lane) = (fleet.store(), fleet.lane());
    fleet.track((0..250).map(id)).await.unwrap();
    let grant = async || match store.slot(lane, 100).await.unwrap() {
        Slot::Granted(start) => start,
        slot => panic!("{slot:?}"),
    };
    let claim = async |start| {
        let claim = store.claim(lane, start, 100, Duration::from_secs(60)).await;
        let mut ids: Vec<String> = claim.unwrap().ids().map(str::to_owned).collect();
        ids.sort_unstable();
        ids
    };
    let ids = |numbers: Range<u32>| -> Vec<String> { numbers.map(|n| id(n).to_string()).collect() };
    // The worker that is granted these dies before it claims them.
    grant().await;
    let (second, third) = (grant().await, grant().await);
    assert_eq!(claim(third).await, ids(200..250));
    assert_eq!(claim(second).await, ids(100..200));
    let slot = store.slot(lane, 100).await.unwrap();
    assert!(!matches!(slot, Slot::Granted(_)), "{slot:?}");
    database.pass(Duration::from_secs(1)).await;
    assert_eq!(claim(grant().await).await, ids(0..100));
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
async fn an_invalid_id_is_refused_by_the_functions_too() {
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
async fn an_invalid_url_is_refused_without_showing_it() {
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
