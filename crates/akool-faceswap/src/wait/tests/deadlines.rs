//! The last look: what ended before a deadline is never reported as late.

use crate::wait::WaitErrorKind;
use crate::wait::tests::*;

#[tokio::test(start_paused = true)]
async fn what_ended_before_the_deadline_is_never_late() {
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
    // Sent at 8 s, answered at 10 s; the job ends at 8.5 s, the wait at 9 s.
    let begun = Instant::now();
    let wire = Scripted::new(move |seen| {
        let now = seen.at - begun;
        let reply = rows(seen, |_| life(now, Duration::ZERO, SECOND * 17 / 2));
        if now > 7 * SECOND {
            reply.after(2 * SECOND)
        } else {
            reply
        }
    });
    let outcome = wire.client().wait(id("a")).timeout(9 * SECOND).await;
    assert!(outcome.is_ok(), "{outcome:?}");
}

#[tokio::test(start_paused = true)]
async fn a_last_look_that_fails_is_repeated_for_a_while() {
    let begun = Instant::now();
    let wire = Scripted::new(move |seen| {
        let now = seen.at - begun;
        if now > 8 * SECOND && now < 20 * SECOND {
            Reply::http(503, "")
        } else {
            rows(seen, |_| life(now, Duration::ZERO, SECOND * 17 / 2))
        }
    });
    let outcome = wire.client().wait(id("a")).timeout(9 * SECOND).await;
    assert!(outcome.is_ok(), "{outcome:?}");
    assert!(begun.elapsed() < 23 * SECOND, "{:?}", begun.elapsed());

    // One that hangs, or fails for ever, ends the wait all the same.
    for reply in [Reply::nothing, || Reply::http(503, "")] {
        let begun = Instant::now();
        let wire = Scripted::new(move |_| reply());
        let error = wire.client().wait(id("a")).timeout(5 * SECOND).await;
        assert_eq!(error.unwrap_err().kind(), WaitErrorKind::DeadlinePassed);
        assert_eq!(begun.elapsed(), 35 * SECOND);
    }
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
async fn a_server_that_wants_to_be_left_alone_gets_no_last_look() {
    let begun = Instant::now();
    let wire = Scripted::new(|_| Reply::http(503, "").with_header("retry-after", "25"));
    let wait = wire.client().wait(id("a")).timeout(30 * SECOND);
    wait.await.unwrap_err();
    assert_eq!(begun.elapsed(), 30 * SECOND);
    assert_eq!(wire.requests(), 2);
}
