//! No server and no fault buys a job that the caller does not know of.
//!
//! Servers count the jobs that they make: one for each whole body that they read and do not refuse.
//! They break connections and answers at every point, over HTTP/1.1 and HTTP/2. Afterwards each job
//! must be one that the caller holds as accepted, or as a submit whose outcome is unknown; and there
//! is never a second job for one submit. `SUBMITS` sets how many are sent over each.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod http1;
#[cfg(feature = "http2")]
mod http2;
mod jobs;

use std::{collections::HashMap, time::Duration};

use akool_faceswap::{
    Client, ClientBuilder, RetryPolicy,
    submit::{PendingSubmit, SubmitErrorKind, SubmitPhase},
};

use jobs::Jobs;

/// How many are sent over each kind of connection.
fn submits() -> usize {
    let set = std::env::var("SUBMITS").ok();
    set.and_then(|text| text.parse().ok()).unwrap_or(2_000)
}

fn client(url: &str, configure: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Client {
    let builder = Client::builder()
        .base_url(url)
        .api_key("k")
        .jitter_seed(1)
        .max_concurrent_requests(32)
        .retry(
            RetryPolicy::new()
                .max_attempts(6)
                .base_delay(Duration::from_millis(1)),
        );
    configure(builder).build().unwrap()
}

fn pending(client: &Client, n: usize) -> PendingSubmit {
    let swap = client.swap().original(format!("https://a.example/{n}.mp4"));
    swap.new_face("https://b.example/me.jpg").prepare().unwrap()
}

/// What the caller holds at the end.
#[derive(Debug, Default)]
struct Held {
    accepted: usize,
    unknown: usize,
    nothing_billed: usize,
}

/// Sends `count` submits and holds what came back against what the server made.
async fn send_all(client: &Client, jobs: &Jobs, count: usize) -> Held {
    let mut of_token = HashMap::new();
    let all: Vec<PendingSubmit> = (0..count)
        .map(|n| {
            let pending = pending(client, n);
            of_token.insert(pending.token().clone(), n);
            pending
        })
        .collect();
    let mut held = Held::default();
    let mut outcomes = client.swap_all(all);
    while let Some(outcome) = outcomes.next().await {
        let token = match &outcome {
            Ok(job) => job.token().clone(),
            Err(error) => error.token().unwrap().clone(),
        };
        let n = of_token.remove(&token).expect("each has one outcome");
        let made = jobs.made_for(n);
        match outcome {
            Ok(job) => {
                held.accepted += 1;
                assert_eq!(made, [job.id().to_string()], "submit {n}");
            }
            Err(error) if error.may_be_billed() => {
                assert_eq!(error.kind(), SubmitErrorKind::Unknown);
                held.unknown += 1;
                assert!(made.len() <= 1, "submit {n}: {made:?}");
            }
            Err(error) => {
                held.nothing_billed += 1;
                assert!(made.is_empty(), "submit {n} made {made:?} and said {error}");
            }
        }
    }
    assert!(of_token.is_empty(), "every submit has an outcome");
    assert!(jobs.count() <= held.accepted + held.unknown);
    held
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn http1_connections_that_break_buy_nothing_unknown() {
    let jobs = Jobs::default();
    let url = http1::serve(jobs.clone()).await;
    let client = client(&url, |builder| builder);
    let held = send_all(&client, &jobs, submits()).await;
    println!("HTTP/1.1: {} jobs, {held:?}", jobs.count());
    // Every kind of end was seen.
    assert!(held.accepted > 0 && held.unknown > 0 && held.nothing_billed > 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_are_refused_buy_nothing() {
    let jobs = Jobs::default();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let client = client(&url, |builder| builder);
    let count = submits() / 4;
    let held = send_all(&client, &jobs, count).await;
    assert_eq!((held.nothing_billed, jobs.count()), (count, 0));
}

/// Each program stores its intent, sends it, and is gone before it hears of it; the next one reads
/// what was stored.
#[test]
fn programs_that_die_buy_nothing_that_was_not_written_down() {
    let jobs = Jobs::default();
    let server = runtime();
    let url = server.block_on(http1::serve(jobs.clone()));
    let mut stored = Vec::new();
    for n in 0..submits() / 20 {
        let program = runtime();
        program.block_on(async {
            let client = client(&url, |builder| builder);
            let pending = pending(&client, n);
            stored.push((n, serde_json::to_string(&pending).unwrap()));
            let sending = tokio::spawn(async move { client.send(pending).await.map(|_| ()) });
            // Every other one dies at some step on the way, the others once their job is made.
            let steps = if n % 2 == 0 { n % 40 } else { 20_000 };
            for _ in 0..steps {
                if !jobs.made_for(n).is_empty() {
                    break;
                }
                tokio::task::yield_now().await;
            }
            sending.abort();
        });
        program.shutdown_background();
    }
    let made = jobs.count();
    runtime().block_on(async {
        let client = client(&url, |builder| builder);
        for (n, intent) in &stored {
            assert!(jobs.made_for(*n).len() <= 1, "submit {n}");
            let intent: PendingSubmit = serde_json::from_str(intent).unwrap();
            let error = client.send(intent).await.unwrap_err();
            assert_eq!(error.phase(), Some(SubmitPhase::Stored));
        }
    });
    println!("{} intents, {made} jobs", stored.len());
    assert!(jobs.count() <= stored.len());
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap()
}

#[cfg(feature = "http2")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn http2_streams_that_break_buy_nothing_unknown() {
    let jobs = Jobs::default();
    let url = http2::serve(jobs.clone()).await;
    let client = client(&url, |builder| {
        builder.configure_reqwest(reqwest::ClientBuilder::http2_prior_knowledge)
    });
    let held = send_all(&client, &jobs, submits()).await;
    println!("HTTP/2: {} jobs, {held:?}", jobs.count());
    assert!(held.accepted > 0 && held.unknown > 0 && held.nothing_billed > 0);
}
