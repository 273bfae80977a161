//! The schema's version: migrations, and workers of other releases.

use std::time::Duration;

use akool_faceswap::{ResultId, wait::PollPolicy};
use akool_faceswap_fleet::{ErrorKind, Fleet, OutcomeKind, Tracking, postgres};
use akool_faceswap_mock::FakeJob;

use crate::{
    database::{connect, database},
    id, server, working,
};

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
async fn the_next_schema_is_accepted_and_a_later_one_is_refused() {
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

/// A migration as later releases may have them: tables expand, functions are replaced.
const NEXT: &str = "alter table {}pending add column note text; \
    alter table {}outcome add column note text not null default 'none'; \
    drop function {}beat(text, text, jsonb); \
    create function {}beat(lane text, worker text, counters jsonb, note text default null) returns void \
    language sql as $$ insert into akool_faceswap.worker values ($1, $2, clock_timestamp(), $3) \
    on conflict (lane, name) do update set seen_at = excluded.seen_at $$; \
    update {}version set v = v + 1";

#[tokio::test]
async fn a_worker_continues_through_the_next_migration() {
    let database = database!();
    let (fleet, fake) = (database.fleet().await, working::fake());
    let add = || {
        let job = FakeJob::image().missing_first(1).after_polls(1, 1);
        fake.add_job(job).parse::<ResultId>().unwrap()
    };
    let policy = PollPolicy::fixed(Duration::from_millis(100));
    let track = async |id: &ResultId| {
        let tracking = Tracking::new(id.clone()).poll_policy(policy.clone());
        fleet.track([tracking]).await.unwrap();
    };
    let (before, after) = (add(), add());
    let worker = working::worker(&fleet, &fake);
    let counters = worker.counters();
    let running = tokio::spawn(worker.run(std::future::pending()));
    track(&before).await;
    database.execute(NEXT).await;
    track(&after).await;
    for id in [&before, &after] {
        let outcome = fleet.wait(id).await.unwrap();
        assert_eq!(outcome.kind(), OutcomeKind::Success);
    }
    assert_eq!(fleet.take(10).await.unwrap().len(), 2);
    assert_eq!((counters.fenced(), counters.database_errors()), (0, 0));
    running.abort();
    // A worker that starts now works as well.
    let (late, id) = (database.fleet().await, add());
    track(&id).await;
    let running = tokio::spawn(working::worker(&late, &fake).run(std::future::pending()));
    assert_eq!(late.wait(&id).await.unwrap().kind(), OutcomeKind::Success);
    running.abort();
}
