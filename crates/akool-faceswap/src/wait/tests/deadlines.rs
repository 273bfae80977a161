//! The last look: what ended before a deadline is never reported as late.

use std::time::SystemTime;

use crate::wait::tests::*;
use crate::{
    clock::Clock,
    wait::{PollPolicy, WaitErrorKind},
};

#[tokio::test(start_paused = true)]
async fn a_job_that_ended_before_the_deadline_is_never_late() {
    // Whatever the schedule, a job that ends half a second before the deadline is seen.
    for seconds in [1, 9, 70, 333, 3600] {
        let timeout = seconds * SECOND;
        let end = timeout.saturating_sub(SECOND / 2);
        let wire = server(move |_, now| life(now, Duration::ZERO, end));
        let begun = Instant::now();
        let outcome = wire.client().wait(id("a")).timeout(timeout).await;
        assert!(outcome.is_ok(), "{seconds} s: {outcome:?}");
        assert!(begun.elapsed() <= timeout + SECOND, "{seconds} s");
    }
}

#[tokio::test(start_paused = true)]
async fn a_lookup_that_was_sent_before_the_deadline_is_not_the_last_look() {
    // Sent before 59 s, answered after 60 s; the job ends at 59.5 s, the wait at 60 s.
    let begun = Instant::now();
    let wire = Scripted::new(move |seen| {
        let now = seen.at - begun;
        let reply = rows(seen, |_| life(now, Duration::ZERO, SECOND * 119 / 2));
        if now > 58 * SECOND {
            reply.after(2 * SECOND)
        } else {
            reply
        }
    });
    let wait = wire.client().wait(id("a")).timeout(MINUTE);
    let outcome = wait.poll_policy(PollPolicy::fixed(SECOND)).await;
    assert!(outcome.is_ok(), "{outcome:?}");
}

#[tokio::test(start_paused = true)]
async fn a_last_look_that_fails_is_retried_for_a_while() {
    let begun = Instant::now();
    let wire = Scripted::new(move |seen| {
        let now = seen.at - begun;
        if now > 58 * SECOND && now < 62 * SECOND {
            Reply::http(503, "")
        } else {
            rows(seen, |_| life(now, Duration::ZERO, SECOND * 117 / 2))
        }
    });
    let outcome = wire.client().wait(id("a")).timeout(MINUTE).await;
    assert!(outcome.is_ok(), "{outcome:?}");
    assert!(begun.elapsed() < 65 * SECOND, "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_last_look_that_never_succeeds_takes_a_tenth_of_the_timeout_at_most() {
    // Whatever goes wrong: a request that hangs, a permanent 503, a rate limit.
    let replies = [
        Reply::nothing,
        || Reply::http(503, ""),
        || Reply::business(1005),
    ];
    for reply in replies {
        for (timeout, most) in [(0, 1000), (1500, 1000), (20_000, 2000), (600_000, 5000)] {
            let [timeout, most] = [timeout, most].map(Duration::from_millis);
            let begun = Instant::now();
            let wire = Scripted::new(move |_| reply());
            let error = wire.client().wait(id("a")).timeout(timeout).await;
            assert_eq!(error.unwrap_err().kind(), WaitErrorKind::DeadlinePassed);
            let took = begun.elapsed();
            assert!((timeout..=timeout + most).contains(&took), "{took:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_resumed_at_its_deadline_has_a_look_whatever_delays_others() {
    // The server wants no request for 20 s, because of another wait for the same job.
    let begun = Instant::now();
    let wire = Scripted::new(move |seen| match seen.at - begun {
        now if now < SECOND => Reply::http(503, "").with_header("retry-after", "20"),
        _ => rows(seen, |_| Some(3)),
    });
    let wall = SystemTime::UNIX_EPOCH + 500_000 * HOUR;
    let client = client_with(&wire, |mut builder| {
        builder.clock = Clock::of(move || wall);
        builder
    });
    let other = client.wait(id("a")).start();
    tokio::time::sleep(SECOND / 2).await;
    let ticket = other.ticket().unwrap().with_deadline(wall);
    assert!(client.resume(ticket).await.is_ok());
    assert!(other.await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn after_a_suspension_there_is_a_look_before_the_end() {
    let wire = server(|_, now| life(now, Duration::ZERO, 100 * SECOND));
    let client = wire.client();
    let wait = client.wait(id("a")).timeout(101 * SECOND).start();
    tokio::time::sleep(50 * SECOND).await;
    // The process is stopped, and the clock is far beyond the deadline when it continues.
    tokio::time::advance(HOUR).await;
    assert!(wait.await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_last_look_does_not_override_retry_after() {
    let begun = Instant::now();
    let wire = Scripted::new(|_| Reply::http(503, "").with_header("retry-after", "25"));
    let wait = wire.client().wait(id("a")).timeout(30 * SECOND);
    wait.await.unwrap_err();
    assert_eq!(begun.elapsed(), 30 * SECOND);
    assert_eq!(wire.requests(), 2);
}
