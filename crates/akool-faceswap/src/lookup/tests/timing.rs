//! Retries, time limits, the throttle and permits: how long everything takes, to the millisecond.

use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use crate::lookup::tests::ids;
use crate::{
    client::Client,
    clock::Clock,
    error::ErrorKind,
    limits::Timeout,
    retry::RetryPolicy,
    testing::scripted::{Reply, Scripted},
};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn transient_errors_are_retried_and_others_are_not() {
    type Fault = fn() -> Reply;
    let repeated: [Fault; 9] = [
        // A connection that ends without a length looks like the end of the answer.
        || Reply::http(200, r#"{"code":1000,"msg":"OK","data":{"resu"#),
        || Reply::http(200, ""),
        || Reply::http(500, "<html>"),
        || Reply::http(503, ""),
        || Reply::http(408, ""),
        || Reply::http(429, ""),
        || Reply::business(1005),
        || Reply::business(2001),
        Reply::reset,
    ];
    for fault in repeated {
        let wire = Scripted::new(move |seen| {
            if seen.n == 0 {
                fault()
            } else {
                Reply::found(seen)
            }
        });
        let results = wire.client().lookup(ids(1)).await.unwrap();
        assert_eq!((results.found().count(), wire.requests()), (1, 2));
    }
    let final_ones: [Fault; 7] = [
        || Reply::http(200, "\u{1f}\u{8b}").with_header("content-encoding", "gzip"),
        || Reply::http(404, ""),
        || Reply::http(401, ""),
        || Reply::http(200, "<html>"),
        || Reply::business(1006),
        || Reply::business(1101),
        || Reply::business(4242),
    ];
    for fault in final_ones {
        let wire = Scripted::new(move |_| fault());
        assert_eq!(
            wire.client().lookup(ids(1)).await.unwrap_err().attempts(),
            1
        );
        assert_eq!(wire.requests(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn attempts_end_and_the_last_error_says_how_many_there_were() {
    let wire = Scripted::new(|_| Reply::refused());
    let begun = Instant::now();
    let error = wire.client().lookup(ids(1)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(!error.may_have_reached_server());
    assert_eq!((error.attempts(), wire.requests()), (4, 4));
    assert_eq!(error.elapsed(), begun.elapsed());
    // 250, 500 and 1000 ms are the most that is waited.
    for (gap, ceiling) in wire.gaps().into_iter().zip([250, 500, 1000]) {
        assert!(
            gap <= Duration::from_millis(ceiling + 1),
            "{gap:?} of {ceiling}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_can_have_its_own_policy() {
    let wire = Scripted::new(|_| Reply::refused());
    let client = wire.client();
    let lookup = client.lookup(ids(1)).retry(RetryPolicy::never());
    assert_eq!(lookup.await.unwrap_err().attempts(), 1);
    assert_eq!(client.lookup(ids(1)).await.unwrap_err().attempts(), 4);
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_waited_for_up_to_the_cap() {
    let date = "Mon, 23 Nov 2026 10:00:00 GMT";
    for (header, expected) in [
        ("7", 7),
        ("Mon, 23 Nov 2026 10:00:09 GMT", 9),
        ("3600", 60),
        ("nonsense", 0),
    ] {
        let wire = Scripted::new(move |seen| {
            if seen.n == 0 {
                Reply::http(503, "").with_header("retry-after", header)
            } else {
                Reply::found(seen)
            }
        });
        let now = httpdate::parse_http_date(date).unwrap();
        let client = wire.client_with(|mut builder| {
            builder.clock = Clock::standing_at(now);
            builder.api_key("k")
        });
        client.lookup(ids(1)).await.unwrap();
        let gap = wire.gaps()[0].as_secs_f64();
        let expected = f64::from(expected);
        assert!((expected..expected + 0.3).contains(&gap), "{header}: {gap}");
    }
    assert!(Clock::system().now() > SystemTime::UNIX_EPOCH);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_has_a_time_limit_of_its_own() {
    let wire = Scripted::new(|seen| {
        if seen.n == 0 {
            Reply::nothing()
        } else {
            Reply::found(seen)
        }
    });
    let client = wire.client_with(|builder| {
        builder
            .api_key("k")
            .attempt_timeout(5 * SECOND)
            .retry(RetryPolicy::new().base_delay(Duration::ZERO))
    });
    let begun = Instant::now();
    client.lookup(ids(1)).await.unwrap();
    assert_eq!(begun.elapsed().as_secs(), 5);

    let wire = Scripted::new(|_| Reply::nothing());
    let lookup = wire
        .client()
        .lookup(ids(1))
        .attempt_timeout(2 * SECOND)
        .retry(RetryPolicy::never());
    let error = lookup.await.unwrap_err();
    assert!(error.kind() == ErrorKind::Timeout && error.may_have_reached_server());
    assert!(
        error
            .to_string()
            .contains("no complete answer within 2.0 s"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn without_an_attempts_limit_a_slow_answer_is_waited_for() {
    let wire = Scripted::new(|seen| Reply::found(seen).after(200 * SECOND));
    let client = wire.client();
    let lookup = client.lookup(ids(1)).attempt_timeout(Timeout::Disabled);
    assert_eq!(lookup.await.unwrap().found().count(), 1);
    // With the client's own 30 s it would not be.
    let error = client
        .lookup(ids(1))
        .retry(RetryPolicy::never())
        .await
        .unwrap_err();
    assert_eq!(error.elapsed(), 30 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn the_whole_operation_has_a_time_limit_and_keeps_what_it_has() {
    // Four at a time, three seconds each: two rounds of four chunks fit into seven seconds.
    let wire = Scripted::new(|seen| Reply::found(seen).after(3 * SECOND));
    let begun = Instant::now();
    let lookup = wire
        .client_with(|builder| builder.api_key("k").max_concurrent_requests(4))
        .lookup(ids(2000))
        .operation_timeout(7 * SECOND);
    let results = lookup.await.unwrap();
    assert_eq!(begun.elapsed(), 7 * SECOND);
    assert_eq!(results.found().count(), 800);
    assert_eq!(results.failed().count(), 1200);
    assert!(
        results
            .failed()
            .all(|(_, error)| error.kind() == ErrorKind::Timeout)
    );
    let never_sent = results
        .failed()
        .filter(|(_, error)| error.attempts() == 0)
        .count();
    assert_eq!(never_sent, 800);
}

#[tokio::test(start_paused = true)]
async fn no_delay_is_begun_that_the_operation_cannot_survive() {
    let wire = Scripted::new(|_| Reply::http(503, "").with_header("retry-after", "50"));
    let begun = Instant::now();
    let lookup = wire.client().lookup(ids(1)).operation_timeout(20 * SECOND);
    let error = lookup.await.unwrap_err();
    // The error that counts, at once, and not a timeout later.
    assert_eq!(error.http_status(), Some(503));
    assert_eq!(error.retry_after(), Some(50 * SECOND));
    assert_eq!(begun.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_disabled_operation_limit_does_not_apply() {
    let wire = Scripted::new(|seen| Reply::found(seen).after(29 * SECOND));
    let client = wire.client_with(|builder| builder.api_key("k").max_concurrent_requests(1));
    let begun = Instant::now();
    let lookup = client
        .lookup(ids(2000))
        .operation_timeout(Timeout::Disabled);
    assert_eq!(lookup.await.unwrap().found().count(), 2000);
    assert_eq!(begun.elapsed(), 20 * 29 * SECOND);
    // The default would have ended it.
    assert_eq!(
        client.lookup(ids(2000)).await.unwrap().found().count(),
        1000
    );
}

#[tokio::test(start_paused = true)]
async fn a_rate_limit_holds_back_every_request_of_every_clone() {
    let wire = Scripted::new(|seen| {
        if seen.n == 0 {
            Reply::http(429, "").with_header("retry-after", "10")
        } else {
            Reply::found(seen)
        }
    });
    let client = wire.client();
    let clone = client.clone();
    let later = async {
        tokio::time::sleep(3 * SECOND).await;
        clone.lookup(ids(1)).await.unwrap();
        Instant::now()
    };
    let begun = Instant::now();
    let (first, done) = tokio::join!(async { client.lookup(ids(1)).await }, later);
    first.unwrap();
    assert_eq!(done - begun, 10 * SECOND);
    for seen in &wire.seen()[1..] {
        assert_eq!(seen.at - begun, 10 * SECOND);
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_whose_time_ends_before_the_throttle_fails_at_once() {
    let wire = Scripted::new(|_| Reply::http(429, "").with_header("retry-after", "40"));
    let client = wire.client();
    assert!(
        client
            .lookup(ids(1))
            .retry(RetryPolicy::never())
            .await
            .is_err()
    );
    let begun = Instant::now();
    let error = client
        .lookup(ids(1))
        .operation_timeout(20 * SECOND)
        .await
        .unwrap_err();
    assert!(error.kind() == ErrorKind::Timeout && !error.may_have_reached_server());
    assert_eq!((error.attempts(), begun.elapsed()), (0, Duration::ZERO));
    assert_eq!(wire.requests(), 1);
}

#[tokio::test(start_paused = true)]
async fn retries_end_when_the_budget_of_all_clones_is_used_up() {
    let wire = Scripted::new(|_| Reply::http(503, ""));
    let client = wire.client();
    for _ in 0..50 {
        let _ = client.clone().lookup(ids(1)).await;
    }
    // 50 calls, with a hundred retries among them instead of 150.
    assert_eq!(wire.requests(), 150);
    assert_eq!(client.lookup(ids(1)).await.unwrap_err().attempts(), 1);
}

#[tokio::test(start_paused = true)]
async fn successes_fill_the_budget_again() {
    let wire = Scripted::new(|seen| {
        if seen.n < 200 {
            Reply::http(503, "")
        } else {
            Reply::found(seen)
        }
    });
    let client = wire.client();
    while wire.requests() < 200 {
        let _ = client
            .lookup(ids(1))
            .retry(RetryPolicy::new().max_attempts(2))
            .await;
    }
    for _ in 0..5 {
        client.lookup(ids(1)).await.unwrap();
    }
    assert!(client.api().budget.withdraw(false));
    assert!(!client.api().budget.withdraw(false));
}

#[tokio::test(start_paused = true)]
async fn no_more_requests_are_in_flight_than_are_permitted() {
    for permits in [1, 3, 4] {
        let wire = Scripted::new(|seen| Reply::found(seen).after(SECOND));
        let client =
            wire.client_with(|builder| builder.api_key("k").max_concurrent_requests(permits));
        let clone = client.clone();
        let (one, other) = tokio::join!(async { client.lookup(ids(1000)).await }, async {
            clone.lookup(ids(1000)).await
        });
        assert_eq!(
            one.unwrap().found().count() + other.unwrap().found().count(),
            2000
        );
        assert_eq!(wire.most_in_flight(), permits);
    }
}

#[tokio::test(start_paused = true)]
async fn a_small_lookup_is_not_kept_behind_a_large_one() {
    let wire = Scripted::new(|seen| Reply::found(seen).after(SECOND));
    let client: Client =
        wire.client_with(|builder| builder.api_key("k").max_concurrent_requests(4));
    let begun = Instant::now();
    let small = async {
        tokio::time::sleep(SECOND / 2).await;
        client.lookup(ids(1)).await.unwrap();
        begun.elapsed()
    };
    let large = async {
        client.lookup(ids(10_000)).await.unwrap();
        begun.elapsed()
    };
    let (small, large) = tokio::join!(small, large);
    assert!(small <= 3 * SECOND, "{small:?}");
    assert!(large >= 25 * SECOND, "{large:?}");
}
