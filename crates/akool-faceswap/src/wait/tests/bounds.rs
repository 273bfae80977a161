//! Limits on ids and requests, and the lifetimes of waits, poller and client.

use std::{
    future::Future as _,
    pin::Pin,
    sync::{Arc, Weak},
    task::Context,
};

use crate::wait::tests::*;
use crate::{
    api::Api,
    error::ErrorKind,
    metrics::{Metrics, RequestMetrics, WaitMetrics},
    wait::WaitErrorKind,
};

#[tokio::test(start_paused = true)]
async fn one_id_too_many_is_refused_at_once_and_the_others_continue() {
    let wire = server(|_, now| life(now, SECOND, MINUTE));
    let client = client_with(&wire, |builder| builder.max_tracked_ids(10));
    let mut ended = client.wait_each(ids("a", 12)).start();
    for _ in 0..2 {
        let error = ended.next().await.unwrap().unwrap_err();
        assert_eq!(error.kind(), WaitErrorKind::TooManyIds);
        assert!(error.ticket().is_some());
    }
    // An id that is already waited for adds nothing.
    let again = tokio::spawn(client.wait(id("a3")).into_future());
    let error = client.lookup_one(id("b")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooManyIds);
    assert!(error.is_retryable() && error.attempts() == 0);
    let mut succeeded = 0;
    while let Some(outcome) = ended.next().await {
        outcome.unwrap();
        succeeded += 1;
    }
    assert_eq!(succeeded, 10);
    assert!(again.await.unwrap().is_ok());
    // There is room again.
    assert!(client.wait(id("b")).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn requests_stay_within_their_limits() {
    let wire = Scripted::new(|seen| rows(seen, |_| Some(3)).after(SECOND));
    let client = client_with(&wire, |builder| {
        builder.max_concurrent_requests(2).max_ids_per_request(7)
    });
    client.wait_all(ids("a", 100)).await;
    assert_eq!(wire.most_in_flight(), 2);
    assert!(wire.seen().iter().all(|seen| seen.ids.len() <= 7));

    let wire = Scripted::new(|seen| rows(seen, |_| Some(3)));
    let client = client_with(&wire, |builder| builder.max_request_line_bytes(300));
    client.wait_all(ids("a", 100)).await;
    for seen in wire.seen() {
        let line = "GET /api/open/v3/faceswap/result/listbyids?_ids= HTTP/1.1".len()
            + seen.ids.join("%2C").len();
        assert!((280..=300).contains(&line) || seen.ids.len() < 45, "{line}");
        assert!(line <= 300);
    }
}

fn watch(client: &Client) -> Weak<Api> {
    Arc::downgrade(client.api())
}

#[tokio::test(start_paused = true)]
async fn the_poller_is_gone_after_the_last_wait_and_so_is_the_client() {
    let wire = server(|_, _| Some(1));
    let client = wire.client();
    let api = watch(&client);
    let one = client.wait(id("a")).start();
    let many = client.wait_each(ids("b", 10)).start();
    drop(client);
    tokio::time::sleep(MINUTE).await;
    assert!(api.upgrade().is_some(), "waits keep what they need");
    drop((one, many));
    settle().await;
    assert!(api.upgrade().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_handle_shows_progress_and_keeps_no_wait_alive() {
    let wire = server(|_, _| Some(2));
    let client = wire.client();
    let waiting = client.wait(id("a")).start();
    let handle = waiting.handle();
    tokio::time::sleep(MINUTE).await;
    let progress = handle.progress().unwrap();
    assert!(progress.waited() == MINUTE && progress.polls() > 10);
    assert!(progress.next_poll_in().is_some() && progress.last_error().is_none());
    assert!(handle.ticket().is_some());
    drop(waiting);
    assert!(handle.progress().is_none() && handle.ticket().is_none());
    // Another wait has its place in the tracker by now.
    let _other = client.wait(id("b")).start();
    assert!(handle.progress().is_none());
}

#[test]
fn a_wait_outlives_the_runtime_that_polled_for_it() {
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap()
    };
    // Jobs end at the third request and not at a set time: runtimes do not share a clock.
    let wire = Scripted::new(|seen| rows(seen, |_| Some(if seen.n < 2 { 1 } else { 3 })));
    let client = wire.client();
    let first = runtime();
    let (waiting, many) = first.block_on(async {
        let waiting = client.wait(id("a")).start();
        let many = client.wait_each(ids("b", 5)).start();
        tokio::time::sleep(SECOND).await;
        (waiting, many)
    });
    assert_eq!(wire.requests(), 1);
    drop(first);
    runtime().block_on(async move {
        waiting.await.unwrap();
        let mut many = many;
        while let Some(outcome) = many.next().await {
            outcome.unwrap();
        }
    });
}

/// Panics at every request.
struct Panicking;

impl Metrics for Panicking {
    fn request(&self, _: &RequestMetrics) {
        panic!("a fault in the program's own handler");
    }
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_panics_ends_waits_after_a_few_tries() {
    let wire = server(|_, _| Some(3));
    let client = client_with(&wire, |builder| builder.metrics(Panicking));
    let error = client.wait(id("a")).await.unwrap_err();
    assert_eq!(error.kind(), WaitErrorKind::Fault);
    let cause = error.error().unwrap().message();
    assert!(cause.contains("died repeatedly"), "{cause}");
    assert_eq!(wire.requests(), 3);
}

#[derive(Clone, Default)]
struct Ended(Arc<std::sync::Mutex<Vec<WaitMetrics>>>);

impl Metrics for Ended {
    fn wait(&self, wait: &WaitMetrics) {
        self.0.lock().unwrap().push(wait.clone());
    }
}

#[tokio::test(start_paused = true)]
async fn every_wait_that_ends_is_reported_once() {
    let wire = server(|id, now| match id {
        "bad" => Some(4),
        "slow" => Some(1),
        _ => life(now, SECOND, MINUTE),
    });
    let kept = Ended::default();
    let client = client_with(&wire, |builder| builder.metrics(kept.clone()));
    let list: ResultIds = "good,bad,slow".parse().unwrap();
    client.wait_all(list).timeout(HOUR).await;
    drop(client.wait(id("dropped")).start());
    let kept = kept.0.lock().unwrap();
    let ends: Vec<_> = kept.iter().map(|wait| wait.error).collect();
    let (failed, late) = (WaitErrorKind::JobFailed, WaitErrorKind::DeadlinePassed);
    assert_eq!(ends, [Some(failed), None, Some(late)]);
    assert_eq!(kept[2].duration, HOUR);
    assert!(kept[2].polls > 100);
}

/// Records, when it is woken, how many waits have been counted.
#[derive(Default)]
struct Reading {
    ended: Ended,
    read: std::sync::Mutex<Vec<usize>>,
}

impl std::task::Wake for Reading {
    fn wake(self: Arc<Self>) {
        let ended = self.ended.0.lock().unwrap().len();
        self.read.lock().unwrap().push(ended);
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_is_counted_before_its_caller_wakes() {
    let wire = server(|_, _| Some(3));
    let reading = Arc::new(Reading::default());
    let client = client_with(&wire, |builder| builder.metrics(reading.ended.clone()));
    let mut waiting = client.wait(id("a")).start();
    let waker = reading.clone().into();
    let is_pending = Pin::new(&mut waiting)
        .poll(&mut Context::from_waker(&waker))
        .is_pending();
    tokio::time::sleep(SECOND).await;
    assert!(is_pending);
    assert_eq!(*reading.read.lock().unwrap(), [1]);
    waiting.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_client_keeps_to_its_pace_for_waits_and_calls_together() {
    let wire = server(|_, now| life(now, MINUTE, 2 * MINUTE));
    let client = client_with(&wire, |builder| {
        builder.max_ids_per_request(2).max_lookups_per_second(5)
    });
    let mut waits = client.wait_each(ids("a", 200)).start();
    let calls = async {
        for _ in 0..10 {
            tokio::time::sleep(2 * SECOND).await;
            client.lookup(ids("b", 10)).await.unwrap();
        }
    };
    let ends = async {
        while let Some(outcome) = waits.next().await {
            outcome.unwrap();
        }
    };
    tokio::join!(calls, ends);
    assert!(wire.gaps().iter().all(|gap| *gap >= SECOND / 5));
    let sent: Vec<Instant> = wire.seen().iter().map(|seen| seen.at).collect();
    // And the pace is used fully: of 200 waits, some are always due.
    let minute = sent.iter().filter(|at| **at - sent[0] < MINUTE).count();
    assert!((290..=300).contains(&minute), "{minute}");
}

#[tokio::test(start_paused = true)]
async fn the_budget_pays_for_what_failed_and_not_for_what_the_throttle_holds_back() {
    type Fault = fn() -> Reply;
    let faults: [(Fault, u32); 2] = [
        (|| Reply::http(503, ""), 87),
        (|| Reply::business(1005), 90),
    ];
    for (fault, retries_left) in faults {
        let wire = Scripted::new(move |seen| match seen.n {
            0..3 => fault(),
            _ => rows(seen, |_| Some(3)),
        });
        let client = wire.client();
        for _ in 0..10 {
            assert!(client.api().budget.withdraw(false));
        }
        assert!(client.wait(id("a")).await.is_ok());
        assert_eq!(client.stats().retries_left, retries_left);
    }
}
