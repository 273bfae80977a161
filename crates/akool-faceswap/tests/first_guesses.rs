//! What people write before they have read anything, and what has to compile and work.
//!
//! Left out, each for its reason:
//!
//! - `Client::new(key)`, `builder().timeout(d)`: which credentials and which of the limits (an attempt or
//!   the whole call) should be read in the code, so there is `api_key`, `attempt_timeout` and
//!   `operation_timeout`.
//! - `builder().http_client(reqwest)`: a client of one's own would undo the rules that keep keys from
//!   other hosts. `proxy` and `root_certificate_pem` are settings; the feature `semver-exempt` has more.
//! - `results[&id]`: a panic if the id was not asked for; `results.get(id)` says so.
//! - `wait_each(ids).concurrency(8)`: the poller finds its own concurrency, for all waits together.
//! - `download(&job).bytes()`: a video does not belong into memory; `stream` and `save_to` do not need it.
//! - `client.shutdown().await`: it takes no time, and returns the tickets at once.

#![cfg(all(feature = "download", feature = "wait"))]
#![allow(clippy::unwrap_used)]

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    error::Error as StdError,
    sync::Arc,
    time::Duration,
};

use akool_faceswap::{
    Client, Error, ErrorKind, Job, JobStatus, ResultId, ResultIds, Ticket,
    auth::Token,
    lookup::Outcome,
    metrics::Metrics,
    wait::{WaitError, WaitErrorKind},
};
use akool_faceswap_mock::{FakeAkool, FakeJob};
use futures_util::{StreamExt as _, future::join_all};

const MINUTE: Duration = Duration::from_secs(60);

fn client(fake: &FakeAkool) -> Client {
    let builder = Client::builder().base_url(fake.url());
    builder.api_key(fake.api_key()).build().unwrap()
}

/// The ids of two jobs that have succeeded, as a program stores them.
fn stored(fake: &FakeAkool) -> [String; 2] {
    [(); 2].map(|()| fake.add_job(FakeJob::image().after_polls(0, 0)))
}

#[tokio::test]
async fn ids_are_taken_as_people_have_them() -> Result<(), Box<dyn StdError>> {
    let fake = FakeAkool::start()?;
    let client = client(&fake);
    let texts = stored(&fake);
    let typed: Vec<ResultId> = ResultIds::parse_all(&texts)?.into_iter().collect();
    let set: HashSet<ResultId> = typed.iter().cloned().collect();
    let [a, b] = [texts[0].as_str(), texts[1].as_str()];

    // One id.
    assert!(client.wait(a)?.await.is_ok());
    assert!(client.wait(texts[0].clone())?.await.is_ok());
    assert!(client.wait(&texts[0])?.await.is_ok());
    assert!(client.wait(&typed[0]).await.is_ok());
    assert!(client.wait(typed[0].clone()).await.is_ok());
    assert!(client.lookup_one(a).await?.is_some());
    assert!(client.lookup_one(&typed[0]).await?.is_some());

    // Many.
    assert_eq!(client.lookup([a, b]).await?.found().count(), 2);
    assert_eq!(client.lookup(texts.join(",")).await?.found().count(), 2);
    assert_eq!(client.wait_all([a, b])?.await.succeeded().count(), 2);
    assert_eq!(client.wait_all(&texts)?.await.len(), 2);
    assert_eq!(client.wait_all(texts.to_vec())?.await.len(), 2);
    assert_eq!(client.wait_all(texts.join(","))?.await.len(), 2);
    assert_eq!(client.wait_all(&typed).await.len(), 2);
    assert_eq!(client.wait_all(typed.as_slice()).await.len(), 2);
    assert_eq!(client.wait_all(typed.iter()).await.len(), 2);
    assert_eq!(client.wait_all(typed.clone()).await.len(), 2);
    assert_eq!(client.wait_all(set.clone()).await.len(), 2);
    assert_eq!(client.wait_all(&set).await.len(), 2);
    let sorted: BTreeSet<String> = texts.iter().cloned().collect();
    assert_eq!(client.wait_all(&sorted)?.await.len(), 2);
    let lines = format!("{a}\n{b}\n");
    assert_eq!(client.wait_all(lines.lines())?.await.len(), 2);
    let by_user = HashMap::from([("user", a)]);
    assert_eq!(client.wait_all(by_user.values())?.await.len(), 1);
    assert!(
        client
            .wait_any(texts.iter().map(|id| id.trim()))?
            .await
            .is_some()
    );
    let outcomes: Vec<_> = client.wait_each(typed.iter().cloned()).collect().await;
    assert_eq!(outcomes.len(), 2);

    // Nothing of nothing.
    assert!(client.wait_all(Vec::<String>::new())?.await.is_empty());
    assert!(
        client
            .wait_each(ResultIds::default())
            .next()
            .await
            .is_none()
    );
    assert!(client.wait_any(HashSet::<ResultId>::new()).await.is_none());
    assert!(client.lookup(Vec::<ResultId>::new()).await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn texts_are_refused_at_the_call_with_the_same_message() {
    let fake = FakeAkool::start().unwrap();
    let client = client(&fake);
    let bad = ["667d228400000000000a0001", "b 2"];
    let message = "item 2: the id \"b 2\" contains white space";
    assert_eq!(client.wait_each(bad).unwrap_err().to_string(), message);
    assert_eq!(client.wait_all(bad).unwrap_err().to_string(), message);
    assert_eq!(client.wait_any(bad).unwrap_err().to_string(), message);
    let error = client.lookup(bad).await.unwrap_err();
    assert_eq!(error.message(), message);
    let message = "the id \"b 2\" contains white space";
    assert_eq!(client.wait("b 2").unwrap_err().to_string(), message);
    let error = client.lookup_one("b 2").await.unwrap_err();
    assert_eq!(
        (error.message(), error.kind()),
        (message, ErrorKind::InvalidInput)
    );
    assert_eq!(fake.request_count(), 0);
}

#[tokio::test]
async fn waits_are_futures_and_streams_like_any_other() -> Result<(), Box<dyn StdError>> {
    let fake = FakeAkool::start()?;
    let client = client(&fake);
    let texts = stored(&fake);
    let a: ResultId = texts[0].parse()?;
    assert!(tokio::spawn(client.wait(&a)).await?.is_ok());
    assert!(tokio::spawn(client.wait(&texts[0])?).await?.is_ok());
    let both = join_all([client.wait(&a), client.wait(&a).timeout(None)]).await;
    assert!(both.iter().all(Result::is_ok));
    assert!(tokio::time::timeout(MINUTE, client.wait(&a)).await?.is_ok());
    tokio::select! {
        job = client.wait(&a).timeout(MINUTE) => assert!(job?.is_success()),
        () = tokio::time::sleep(MINUTE) => return Err("it took too long".into()),
    }
    // Without `start`.
    assert!(client.wait_each(&texts)?.next().await.is_some());
    let wait = client.wait(&a);
    wait.handle().cancel();
    assert_eq!(wait.await.unwrap_err().kind(), WaitErrorKind::Cancelled);
    assert!(!client.poll_now(&texts[0]));
    let pending = client.wait(&a).start();
    let tickets: HashSet<Ticket> = client.shutdown().into_iter().collect();
    assert_eq!(tickets.len(), 1);
    let error = pending.await.unwrap_err();
    assert!(!error.is_auth() && !error.is_billing());
    assert_eq!(Error::from(error).kind(), ErrorKind::ShutDown);
    Ok(())
}

/// The most natural function there is.
async fn saved(client: &Client, id: &str, dir: &std::path::Path) -> akool_faceswap::Result<u64> {
    let job = client.wait(id)?.await?;
    let file = client.download(&job).save_in(dir).await?;
    Ok(file.bytes())
}

#[tokio::test]
async fn one_error_type_carries_a_whole_function() {
    let fake = FakeAkool::start().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let client = client(&fake);
    assert!(saved(&client, &stored(&fake)[0], dir.path()).await.unwrap() > 0);
    let error = saved(&client, "b 2", dir.path()).await.unwrap_err();
    assert!(error.is_invalid_input());
}

#[tokio::test]
async fn what_comes_back_can_be_asked_and_serialised() -> Result<(), Box<dyn StdError>> {
    let fake = FakeAkool::start()?;
    let client = client(&fake);
    let texts = stored(&fake);
    let failing = fake.add_job(FakeJob::image().after_polls(0, 0).failing());
    let unknown = "667d228400000000000a0001";
    let ids = ResultIds::parse_all([&*texts[0], unknown])?;
    assert!(ids.contains(unknown) && ids.contains(&ids[1]));

    let results = client.lookup(&ids).await?;
    assert!(results.get(&ids[0]).and_then(Outcome::job).is_some());
    assert!(
        results
            .get(unknown)
            .is_some_and(|outcome| outcome.job().is_none())
    );
    let json = serde_json::to_value(&results)?;
    assert_eq!(json[0]["outcome"], "found");
    assert!(json[0]["url"].is_string() && json[0]["error"].is_null());
    assert_eq!(
        (&json[1]["id"], &json[1]["outcome"]),
        (&unknown.into(), &"missing".into())
    );
    for (id, outcome) in &results {
        let outcome = serde_json::to_value(outcome)?;
        assert!(id.as_str() == unknown || outcome["status"] == "success");
    }
    let job: Job = results
        .into_iter()
        .find_map(|(_, outcome)| outcome.into_job())
        .unwrap();
    assert!(job.is_success());
    assert_eq!(job.clone().into_id().as_str(), texts[0]);
    assert_eq!(serde_json::to_value(job.summary())?, json[0]);

    let waited = client.wait_all([&texts[0], &failing])?.await;
    let json = serde_json::to_value(&waited)?;
    assert_eq!(
        (&json[0]["status"], &json[1]["status"]),
        (&"success".into(), &"failed".into())
    );
    assert_eq!(json[1]["error"]["kind"], "job_failed");
    for (id, outcome) in &waited {
        let error: Option<&WaitError> = outcome.as_ref().err();
        assert_eq!(error.map(WaitError::id), error.map(|_| id));
    }

    assert_eq!("in_queue".parse(), Ok(JobStatus::InQueue));
    assert_eq!(serde_json::to_value(ErrorKind::Timeout)?, "timeout");
    assert_eq!(
        serde_json::to_value(WaitErrorKind::JobFailed)?,
        "job_failed"
    );
    let pending = client.wait_each(&ids).start();
    assert_eq!(serde_json::to_value(pending.progress())?["total"], 2);
    Ok(())
}

#[test]
fn settings_take_plain_values() {
    struct Silent;
    impl Metrics for Silent {}
    let metrics: Arc<dyn Metrics> = Arc::new(Silent);
    let client = Client::builder()
        .token_provider(|| async { Ok::<_, std::env::VarError>(Token::new(std::env::var("T")?)) })
        .max_concurrent_requests(16)
        .operation_timeout(None)
        .attempt_timeout(MINUTE)
        .metrics(metrics)
        .build();
    assert!(client.is_ok());
}
