//! The fake without a socket, and the SDK's client on it: both share one paused clock.
#![cfg(feature = "in-process")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::{Duration, SystemTime};

use akool_faceswap::{Client, ErrorKind, ResultId, wait::WaitErrorKind};
use akool_faceswap_mock::{Answer, Clock, FakeAkool, FakeJob, FaultRule, WireScript};
use bytes::Bytes;
use futures_util::TryStreamExt as _;
use tokio::time::Instant;

const TWO_HOURS: Duration = Duration::from_secs(2 * 3600);

fn client(fake: &FakeAkool) -> Client {
    // Building the client needs TLS, though nothing is sent.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .base_url(fake.url())
        .api_key(fake.api_key())
        .jitter_seed(7)
        .in_process(fake.handler(), fake.clock().source())
        .build()
        .unwrap()
}

fn id(text: &str) -> ResultId {
    text.parse().unwrap()
}

/// How long a wait for a two-hour job takes, and how many requests it makes.
async fn waited() -> (Duration, u64) {
    let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_719_476_868);
    let fake = FakeAkool::builder()
        .clock(Clock::tokio(start))
        .in_process()
        .unwrap();
    let job = fake.add_job(FakeJob::video().after(Duration::from_secs(60), TWO_HOURS));
    let begun = Instant::now();
    let done = client(&fake).wait(id(&job)).await.unwrap();
    assert!(done.result_url().is_some());
    assert_eq!(fake.clock().now(), start + begun.elapsed());
    (begun.elapsed(), fake.request_count())
}

#[test]
fn ten_runs_of_a_two_hour_wait_are_identical() {
    let runs: Vec<(Duration, u64)> = (0..10)
        .map(|_| {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .start_paused(true)
                .build()
                .unwrap();
            runtime.block_on(waited())
        })
        .collect();
    let (took, requests) = runs[0];
    assert!(took >= TWO_HOURS && took < TWO_HOURS * 11 / 10, "{took:?}");
    assert!((10..500).contains(&requests), "{requests}");
    assert!(runs.iter().all(|run| *run == runs[0]), "{runs:?}");
}

#[tokio::test(start_paused = true)]
async fn a_test_lets_time_pass_step_by_step() {
    let fake = FakeAkool::in_process().unwrap();
    let client = client(&fake);
    let hour = TWO_HOURS / 2;
    let job = fake.add_job(FakeJob::image().after(hour, hour));
    let wait = tokio::spawn(async move { client.wait(id(&job)).await });
    fake.advance(hour).await;
    let polls = fake.request_count();
    assert!(polls > 5, "{polls}");
    assert!(!wait.is_finished());
    fake.advance(TWO_HOURS).await;
    assert!(wait.is_finished());
    assert!(wait.await.unwrap().is_ok());
}

#[tokio::test]
#[should_panic(expected = "time is not frozen")]
async fn advancing_a_running_clock_panics() {
    FakeAkool::in_process().unwrap().advance(TWO_HOURS).await;
}

#[tokio::test(start_paused = true)]
async fn a_wait_ends_at_its_deadline_to_the_second() {
    let fake = FakeAkool::in_process().unwrap();
    let job = fake.add_job(FakeJob::image().after(Duration::MAX, Duration::ZERO));
    let begun = Instant::now();
    let wait = client(&fake).wait(id(&job)).timeout(TWO_HOURS);
    let error = wait.await.unwrap_err();
    assert_eq!(error.kind(), WaitErrorKind::DeadlinePassed);
    assert_eq!(begun.elapsed().as_secs(), TWO_HOURS.as_secs());
}

/// Each fault of a connection occurs once, and the client retries its lookup.
#[tokio::test(start_paused = true)]
async fn faults_reach_a_client_in_process() {
    let fake = FakeAkool::in_process().unwrap();
    let job = fake.add_job(FakeJob::image().after_polls(0, 0));
    let client = client(&fake);
    for fault in [
        "hang-up",
        "reset",
        "silent",
        "truncated",
        "chunk-cut",
        "reset-in-body",
        "endless",
        "slow=1/10s",
        "503",
        "reset-before-body",
        "reset-in-request",
    ] {
        fake.push_answer(format!("{fault}:1x").parse::<FaultRule>().unwrap());
        let before = fake.request_count();
        let results = client.lookup([id(&job)]).await;
        match fault {
            "endless" => assert!(results.is_err(), "{fault}"),
            _ => assert_eq!(results.unwrap().found().count(), 1, "{fault}"),
        }
        assert!(
            fake.request_count() > before && fake.answers_left() == 0,
            "{fault}"
        );
    }
    fake.push_answer(Answer::on_connect(WireScript::new().reset()));
    fake.push_answer(Answer::wire(
        WireScript::new().write("SSH-2.0").pause(TWO_HOURS),
    ));
    assert_eq!(client.lookup([id(&job)]).await.unwrap().found().count(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_in_process_fake_can_be_down() {
    let fake = FakeAkool::in_process().unwrap();
    let job = fake.add_job(FakeJob::image());
    let client = client(&fake);
    let outage = fake.refuse_connections().unwrap();
    let error = client.lookup([id(&job)]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    outage.end().unwrap();
    assert!(client.lookup([id(&job)]).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn files_are_downloaded_in_process() {
    let fake = FakeAkool::in_process().unwrap();
    let job = fake.add_job(FakeJob::image().after_polls(0, 0));
    let client = client(&fake);
    let done = client.wait(id(&job)).await.unwrap();
    fake.push_answer(Answer::truncated().on_files());
    let file = client.download(&done).stream().await.unwrap();
    let parts: Vec<Bytes> = file.try_collect().await.unwrap();
    assert_eq!(parts.concat(), fake.file(&job).unwrap());
}
