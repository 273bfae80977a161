//! When lookups happen, and how soon an end is seen.

use crate::wait::tests::*;
use crate::{
    model::JobStatus,
    retry::RetryPolicy,
    wait::{Change, PollPolicy},
};

#[tokio::test(start_paused = true)]
async fn a_video_of_three_hours_ends_within_one_interval_of_its_end() {
    let wire = server(|_, now| life(now, MINUTE, 3 * HOUR));
    let begun = Instant::now();
    let job = wire.client().wait(id("a")).await.unwrap();
    assert_eq!(job.result_url(), Some("https://cdn.example/a"));
    let took = begun.elapsed();
    assert!(
        took >= 3 * HOUR && took <= 3 * HOUR + 33 * SECOND,
        "{took:?}"
    );
    // Three hours at 30 s are 360; every 5 s they would be 2160.
    assert!((330..420).contains(&wire.requests()), "{}", wire.requests());
}

#[tokio::test(start_paused = true)]
async fn the_first_lookup_is_at_once_or_when_the_schedule_says() {
    let wire = server(|_, _| Some(3));
    let begun = Instant::now();
    wire.client().wait(id("a")).await.unwrap();
    assert!(begun.elapsed() <= Duration::from_millis(21));
    let schedule = PollPolicy::new().initial_delay(7 * SECOND);
    let begun = Instant::now();
    wire.client()
        .wait(id("a"))
        .poll_policy(schedule)
        .await
        .unwrap();
    let waited = begun.elapsed();
    assert!(
        (7 * SECOND..7 * SECOND + SECOND / 100).contains(&waited),
        "{waited:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn intervals_grow_while_nothing_changes_and_shrink_with_progress() {
    let wire = server(|_, now| life(now, 5 * MINUTE, 20 * MINUTE));
    wire.client().wait(id("a")).await.unwrap();
    let seen = wire.seen();
    let begun = seen[0].at;
    for pair in seen.windows(2) {
        let at = pair[0].at - begun;
        let gap = (pair[1].at - pair[0].at).as_secs_f64();
        // The change at five minutes is seen up to 30 s later.
        let unchanged = if at < 5 * MINUTE {
            at.as_secs_f64()
        } else {
            let change = seen
                .iter()
                .map(|seen| seen.at - begun)
                .find(|at| *at >= 5 * MINUTE);
            at.saturating_sub(change.unwrap()).as_secs_f64()
        };
        let expected = (unchanged * 0.1).clamp(2.0, 30.0);
        let range = expected * 0.89 - 0.03..=expected * 1.11 + 0.03;
        assert!(range.contains(&gap), "{gap} after {unchanged} s");
    }
}

#[tokio::test(start_paused = true)]
async fn two_clients_that_began_together_do_not_stay_in_step() {
    let wire = server(|_, now| life(now, HOUR, HOUR));
    let one = client_with(&wire, |builder| builder.jitter_seed(1));
    let other = client_with(&wire, |builder| builder.jitter_seed(2));
    let _ = tokio::join!(one.wait(id("a")), other.wait(id("b")));
    let at = |name: &str| -> Vec<Instant> {
        let mine = |seen: &&Seen| seen.ids[0] == name;
        wire.seen()
            .iter()
            .filter(mine)
            .map(|seen| seen.at)
            .collect()
    };
    let (a, b) = (at("a"), at("b"));
    let together = a.iter().filter(|at| b.contains(at)).count();
    assert!(together * 10 < a.len(), "{together} of {}", a.len());
}

#[tokio::test(start_paused = true)]
async fn a_change_is_handed_out_when_it_is_seen() {
    let wire = server(|_, now| life(now, 100 * SECOND, 200 * SECOND));
    let begun = Instant::now();
    let mut changes = wire.client().wait(id("a")).start().changes();
    let mut reported = Vec::new();
    while let Some(change) = changes.next().await {
        let seen = wire.seen().last().unwrap().at;
        assert_eq!(Instant::now(), seen, "a change is handed out at once");
        match change {
            Change::Progress(progress) => reported.push(progress.status().unwrap()),
            Change::Settled(outcome) => reported.push(outcome.unwrap().status()),
        }
    }
    assert_eq!(
        reported,
        [
            JobStatus::InQueue,
            JobStatus::Processing,
            JobStatus::Success
        ]
    );
    assert!(begun.elapsed() < 225 * SECOND);
    assert!(changes.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_rate_limit_holds_every_wait_back() {
    let begun = Instant::now();
    let wire = Scripted::new(move |seen| {
        if seen.n == 0 {
            Reply::http(429, "").with_header("retry-after", "40")
        } else {
            rows(seen, |_| Some(3))
        }
    });
    let client = wire.client();
    let waits = client.wait_all(ids("a", 10));
    let later = async {
        tokio::time::sleep(SECOND).await;
        client.wait(id("b")).await
    };
    let (all, one) = tokio::join!(waits.into_future(), later);
    assert!(all.errors().next().is_none() && one.is_ok());
    assert_eq!(wire.requests(), 2);
    assert!(begun.elapsed() >= 40 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn failed_lookups_are_retried_soon_and_then_by_the_poll_policy() {
    // One fault: retried within the retry policy's 250 ms.
    let wire = Scripted::new(|seen| match seen.n {
        0 => Reply::http(503, ""),
        _ => rows(seen, |_| Some(3)),
    });
    wire.client().wait(id("a")).await.unwrap();
    assert!(wire.gaps()[0] <= SECOND / 4, "{:?}", wire.gaps());

    // Endless faults: three retries, then the poll policy.
    let wire = Scripted::new(|_| Reply::http(503, ""));
    let client = client_with(&wire, |builder| {
        builder.retry(RetryPolicy::new().base_delay(SECOND / 100))
    });
    let wait = client.wait(id("a")).timeout(MINUTE);
    wait.await.unwrap_err();
    let gaps = wire.gaps();
    assert!(gaps[..3].iter().all(|gap| *gap < SECOND / 10), "{gaps:?}");
    assert!(gaps[3..].iter().all(|gap| *gap > SECOND), "{gaps:?}");
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_kept_to_even_without_further_retries() {
    let wire = Scripted::new(|_| Reply::http(503, "").with_header("retry-after", "25"));
    let wait = wire.client().wait(id("a")).timeout(3 * MINUTE);
    wait.await.unwrap_err();
    assert!(
        wire.gaps().iter().all(|gap| *gap >= 25 * SECOND),
        "{:?}",
        wire.gaps()
    );
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_joins_keeps_to_what_the_server_asked_for() {
    let wire = Scripted::new(|_| Reply::http(503, "").with_header("retry-after", "25"));
    let client = wire.client();
    let first = tokio::spawn(client.wait(id("a")).timeout(MINUTE));
    tokio::time::sleep(10 * SECOND).await;
    client.wait(id("a")).timeout(MINUTE).await.unwrap_err();
    first.await.unwrap().unwrap_err();
    assert!(
        wire.gaps().iter().all(|gap| *gap >= 25 * SECOND),
        "{:?}",
        wire.gaps()
    );
}

#[tokio::test(start_paused = true)]
async fn a_hint_polls_the_job_at_once_but_at_a_limited_rate() {
    let wire = server(|_, now| life(now, MINUTE, 1000 * SECOND));
    let client = wire.client();
    let waiting = client.wait(id("a")).start();
    let waiting = tokio::spawn(waiting);
    tokio::time::sleep(1000 * SECOND).await;
    assert!(client.poll_now(id("a")));
    assert!(!client.poll_now(id("b")));
    let hinted = Instant::now();
    waiting.await.unwrap().unwrap();
    assert_eq!(Instant::now(), hinted);

    // A flood of hints does not become a flood of requests.
    let wire = server(|_, _| Some(1));
    let client = wire.client();
    let _waiting = client.wait(id("a")).start();
    tokio::time::sleep(SECOND).await;
    let before = wire.requests();
    for _ in 0..1000 {
        client.poll_now(id("a"));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let made = wire.requests() - before;
    assert!((9..=12).contains(&made), "{made} requests in five seconds");
}

#[tokio::test(start_paused = true)]
async fn a_hint_during_a_lookup_leads_to_another_lookup() {
    let begun = Instant::now();
    let wire = Scripted::new(move |seen| {
        let now = seen.at - begun;
        rows(seen, |_| life(now, SECOND, SECOND)).after(3 * SECOND)
    });
    let client = wire.client();
    let waiting = client.wait(id("a")).start();
    // The first lookup was sent before the job ended and is answered after.
    tokio::time::sleep(2 * SECOND).await;
    client.poll_now(id("a"));
    waiting.await.unwrap();
    let took = begun.elapsed();
    assert!(took < 6 * SECOND + SECOND / 10, "{took:?}");
    assert_eq!(wire.requests(), 2);
}
