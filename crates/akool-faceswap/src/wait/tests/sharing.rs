//! Which waits and lookups share requests.

use crate::wait::tests::*;
use crate::{error::ErrorKind, wait::PollPolicy};

#[tokio::test(start_paused = true)]
async fn an_id_that_a_thousand_tasks_wait_for_is_one_id_on_the_wire() {
    let wire = server(|_, now| life(now, 10 * SECOND, MINUTE));
    let client = wire.client();
    let tasks: Vec<_> = (0..1000)
        .map(|_| tokio::spawn(client.wait(id("a")).into_future()))
        .collect();
    for task in tasks {
        assert!(task.await.unwrap().is_ok());
    }
    assert!(wire.seen().iter().all(|seen| seen.ids == ["a"]));
    assert!(wire.requests() < 35, "{}", wire.requests());
}

#[tokio::test(start_paused = true)]
async fn waits_that_begin_apart_come_to_share_requests() {
    let wire = server(|_, now| life(now, MINUTE, HOUR));
    let client = wire.client();
    let mut tasks = Vec::new();
    for n in 0..100 {
        tasks.push(tokio::spawn(
            client
                .wait(id(&format!("a{n}")))
                .poll_policy(PollPolicy::new().max_interval(30 * SECOND)),
        ));
        tokio::time::sleep(Duration::from_millis(370)).await;
    }
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    // One job alone takes about 130.
    assert!(wire.requests() < 300, "{}", wire.requests());
    let late = wire
        .seen()
        .iter()
        .rev()
        .take(50)
        .map(|seen| seen.ids.len())
        .sum::<usize>();
    assert!(late > 50 * 90, "{late} ids in the last 50");
}

#[tokio::test(start_paused = true)]
async fn concurrent_single_lookups_share_one_request() {
    let wire = server(|id, _| (id != "a7").then_some(2));
    let client = wire.client();
    let tasks: Vec<_> = (0..100)
        .map(|n| {
            let id = id(&format!("a{}", n % 20));
            (n % 20, tokio::spawn(client.lookup_one(id)))
        })
        .collect();
    for (n, task) in tasks {
        assert_eq!(task.await.unwrap().unwrap().is_some(), n != 7);
    }
    // An answer that lacks an id may have been cut off, so that id is asked for alone.
    assert_eq!(wire.requests(), 2);
    assert_eq!(wire.seen()[0].ids.len(), 20);
    assert_eq!(wire.seen()[1].ids, ["a7"]);
}

#[tokio::test(start_paused = true)]
async fn a_lookup_is_never_answered_by_an_earlier_request() {
    let begun = Instant::now();
    let wire = Scripted::new(move |seen| {
        let now = seen.at - begun;
        rows(seen, |_| life(now, SECOND, 2 * SECOND)).after(3 * SECOND)
    });
    let client = wire.client();
    let first = tokio::spawn(client.lookup_one(id("a")));
    tokio::time::sleep(5 * SECOND / 2).await;
    let second = client.lookup_one(id("a")).await.unwrap().unwrap();
    assert_eq!(
        first.await.unwrap().unwrap().unwrap().status().code(),
        Some(1)
    );
    assert_eq!(second.status().code(), Some(3));
    assert_eq!(wire.requests(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_drops_a_shared_lookup_takes_nothing_from_the_others() {
    for dropped in 0..3 {
        // Before it is sent, and while it is in flight.
        for after in [Duration::ZERO, SECOND] {
            let wire = Scripted::new(|seen| rows(seen, |_| Some(2)).after(3 * SECOND));
            let client = wire.client();
            let tasks: Vec<_> = (0..3)
                .map(|_| tokio::spawn(client.lookup_one(id("a"))))
                .collect();
            settle().await;
            tokio::time::sleep(after).await;
            tasks[dropped].abort();
            for (n, task) in tasks.into_iter().enumerate() {
                assert_eq!(task.await.is_ok(), n != dropped);
            }
            assert_eq!(wire.requests(), 1);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_lookup_that_is_done_takes_nothing_from_the_next() {
    let wire = Scripted::new(|seen| rows(seen, |_| Some(2)).after(SECOND));
    let client = wire.client();
    let mut done = client.lookup_one(id("a"));
    (&mut done).await.unwrap();
    // It takes over the first one's place in the tracker.
    let next = tokio::spawn(client.lookup_one(id("b")));
    settle().await;
    drop(done);
    let next = tokio::time::timeout(MINUTE, next).await.unwrap();
    assert!(next.unwrap().unwrap().is_some());
}

#[tokio::test(start_paused = true)]
async fn ids_that_fail_together_each_have_their_own_attempts() {
    let wire = Scripted::new(|_| Reply::http(503, ""));
    let client = wire.client();
    let seldom = PollPolicy::fixed(HOUR);
    let _waiting = client.wait(id("a")).poll_policy(seldom).start();
    // By now it is no longer retried.
    tokio::time::sleep(MINUTE).await;
    let before = wire.requests();
    client.poll_now(id("a"));
    client.lookup_one(id("b")).await.unwrap_err();
    let seen = wire.seen();
    assert_eq!(seen[before].ids, ["a", "b"]);
    let asked = seen
        .iter()
        .filter(|seen| seen.ids.contains(&"b".to_owned()));
    assert_eq!(asked.count(), 4);
}

#[tokio::test(start_paused = true)]
async fn ids_that_fail_together_share_one_charge_and_one_delay() {
    let mut first_delays = Duration::ZERO;
    for seed in 0..20 {
        let wire = Scripted::new(|seen| match seen.n {
            0..3 => Reply::http(503, ""),
            _ => rows(seen, |_| Some(3)),
        });
        let client = client_with(&wire, |builder| builder.jitter_seed(seed));
        let results = client.wait_all(ids("a", 100)).await;
        assert_eq!(results.succeeded().count(), 100);
        // A hundred charges would leave no budget for the second and third retry.
        assert!(wire.seen().iter().all(|seen| seen.ids.len() == 100));
        assert!((90..100).contains(&client.stats().retries_left));
        let gaps = wire.gaps();
        assert!(gaps.iter().all(|gap| *gap <= SECOND), "{gaps:?}");
        first_delays += gaps[0];
    }
    // Of a hundred delays the shortest would count, which is close to zero.
    let mean = first_delays / 20;
    assert!((SECOND / 20..SECOND / 5).contains(&mean), "{mean:?}");
}

#[tokio::test(start_paused = true)]
async fn a_shared_lookup_fails_by_the_rules_of_lookups() {
    let wire = Scripted::new(|_| Reply::http(503, ""));
    let error = wire.client().lookup_one(id("a")).await.unwrap_err();
    assert_eq!((error.http_status(), wire.requests()), (Some(503), 4));
    let wire = Scripted::new(|_| Reply::business(1101));
    let error = wire.client().lookup_one(id("a")).await.unwrap_err();
    assert!(error.is_auth());
    let begun = Instant::now();
    let wire = Scripted::new(|_| Reply::nothing());
    let client = client_with(&wire, |builder| builder.operation_timeout(7 * SECOND));
    let error = client.lookup_one(id("a")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(begun.elapsed(), 7 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn one_bad_id_does_not_take_the_others_of_its_request_with_it() {
    let begun = Instant::now();
    let wire = Scripted::new(move |seen| {
        if seen.ids.iter().any(|id| id == "a13") {
            Reply::business(1003)
        } else {
            rows(seen, |_| life(seen.at - begun, SECOND, 5 * SECOND))
        }
    });
    let results = wire.client().wait_all(ids("a", 30)).await;
    assert_eq!(
        (results.succeeded().count(), results.errors().count()),
        (29, 1)
    );
    assert_eq!(results.errors().next().unwrap().id().as_str(), "a13");
}

#[tokio::test(start_paused = true)]
async fn ids_that_nobody_waits_for_are_not_polled() {
    let wire = server(|_, _| Some(2));
    let client = wire.client();
    let kept = client.wait(id("kept")).start();
    let dropped = client.wait_each(ids("dropped", 50)).start();
    tokio::time::sleep(MINUTE).await;
    let before = wire.requests();
    drop(dropped);
    tokio::time::sleep(MINUTE).await;
    assert!(wire.requests() > before);
    for seen in wire.seen().iter().skip(before) {
        assert_eq!(seen.ids, ["kept"]);
    }
    drop(kept);
    let before = wire.requests();
    tokio::time::sleep(HOUR).await;
    assert_eq!(wire.requests(), before);
}

#[tokio::test(start_paused = true)]
async fn who_comes_while_all_permits_are_taken_shares_the_next_request() {
    let wire = Scripted::new(|seen| rows(seen, |_| Some(3)).after(SECOND));
    let client = client_with(&wire, |builder| builder.max_concurrent_requests(1));
    let mut lookups = Vec::new();
    for text in ["a", "b", "c", "d", "e"] {
        lookups.push(tokio::spawn(client.lookup_one(id(text))));
        tokio::time::sleep(SECOND / 10).await;
    }
    for lookup in lookups {
        assert!(lookup.await.unwrap().unwrap().is_some());
    }
    let asked: Vec<_> = wire.seen().into_iter().map(|seen| seen.ids).collect();
    assert_eq!(asked, [&["a"][..], &["b", "c", "d", "e"]]);
}
