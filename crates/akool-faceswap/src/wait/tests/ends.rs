//! Every way in which a wait ends, and what does not end it.

use crate::wait::tests::*;
use crate::{
    error::ErrorKind,
    limits::Timeout,
    model::JobStatus,
    wait::{Change, WaitErrorKind},
};

#[tokio::test(start_paused = true)]
async fn success_is_a_job_with_a_url() {
    let wire = server(|_, now| life(now, 10 * SECOND, 40 * SECOND));
    let job = wire.client().wait(id("a")).await.unwrap();
    assert_eq!(job.status(), JobStatus::Success);
    assert!(job.result_url().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_failed_job_is_an_error_with_its_reason_and_no_ticket() {
    let wire = Scripted::new(|_| {
        Reply::http(
            200,
            r#"{"code":1000,"msg":"OK","data":{"result":[{"_id":"a","faceswap_status":4,
                "faceswap_fail_reason":"no face"}]}}"#,
        )
    });
    let error = wire.client().wait(id("a")).await.unwrap_err();
    assert_eq!(error.kind(), WaitErrorKind::JobFailed);
    assert_eq!(error.job().unwrap().failure_reason(), Some("no face"));
    assert!(error.ticket().is_none());
    assert_eq!(error.to_string(), "job a: failed, seen after 20 ms");
}

#[tokio::test(start_paused = true)]
async fn a_job_may_be_missing_for_as_long_as_the_grace_period() {
    // It appears after a minute, and disappears for a minute later on.
    let wire = server(|_, now| {
        let now = now.as_secs();
        (!(0..60).contains(&now) && !(300..360).contains(&now)).then_some(if now > 900 {
            3
        } else {
            2
        })
    });
    assert!(wire.client().wait(id("a")).await.is_ok());

    let begun = Instant::now();
    let wire = server(|_, _| None);
    let error = wire.client().wait(id("a")).await.unwrap_err();
    assert_eq!(error.kind(), WaitErrorKind::Missing);
    let took = begun.elapsed();
    assert!(
        (2 * MINUTE..2 * MINUTE + SECOND).contains(&took),
        "{took:?}"
    );
    assert!(error.ticket().is_some());
    assert!(error.to_string().contains("answers for 2m"), "{error}");

    let wait = wire.client().wait(id("a")).missing_grace(Duration::ZERO);
    assert_eq!(wait.await.unwrap_err().kind(), WaitErrorKind::Missing);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_ends_the_wait_on_time_with_what_was_known() {
    let begun = Instant::now();
    let wire = server(|_, now| life(now, MINUTE, 100 * HOUR));
    let error = wire.client().wait(id("a")).timeout(HOUR).await.unwrap_err();
    assert_eq!(begun.elapsed(), HOUR);
    assert_eq!(error.kind(), WaitErrorKind::DeadlinePassed);
    assert_eq!(error.progress().status(), Some(JobStatus::Processing));
    assert_eq!(error.ticket().unwrap().id().as_str(), "a");
    assert_eq!(
        error.to_string(),
        "job a: not settled within 1h, last seen processing"
    );
    // The default timeout, and none.
    let begun = Instant::now();
    let wire = server(|_, _| Some(1));
    wire.client().wait(id("a")).await.unwrap_err();
    assert_eq!(begun.elapsed(), 4 * HOUR);
    let wire = server(|_, now| life(now, HOUR, 10 * HOUR));
    let wait = wire.client().wait(id("a")).timeout(Timeout::Disabled);
    assert!(wait.await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_permanent_error_ends_the_wait_at_once() {
    type Fault = fn() -> Reply;
    let permanent: [Fault; 7] = [
        || Reply::business(1101),
        || Reply::business(1006),
        || Reply::business(1003),
        || Reply::business(1009),
        || Reply::http(401, ""),
        || Reply::http(402, ""),
        || Reply::http(302, "").with_header("location", "https://elsewhere.example/"),
    ];
    for fault in permanent {
        let wire = Scripted::new(move |_| fault());
        let error = wire.client().wait(id("a")).await.unwrap_err();
        assert_eq!(error.kind(), WaitErrorKind::Fault, "{error}");
        assert!(error.error().is_some() && error.ticket().is_some());
        assert_eq!(wire.requests(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_id_ends_only_its_own_wait() {
    // The request for both is refused, then "bad" alone is refused and "good" meets a transient error.
    let wire = Scripted::new(|seen| match seen.n {
        0 => Reply::business(1003),
        _ if seen.ids == ["bad"] => Reply::business(1003),
        2 => Reply::http(503, ""),
        _ => rows(seen, |_| Some(3)),
    });
    let client = wire.client();
    let (bad, good) = (
        client.wait(id("bad")).start(),
        client.wait(id("good")).start(),
    );
    let (bad, good, look) = tokio::join!(bad, good, client.lookup_one(id("good")));
    assert_eq!(bad.unwrap_err().kind(), WaitErrorKind::Fault);
    assert!(good.is_ok() && look.unwrap().is_some());
    assert_eq!(wire.requests(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_failed_lookup_is_reported_and_ends_no_wait() {
    type Fault = fn() -> Reply;
    let temporary: [Fault; 9] = [
        || Reply::http(500, "<html>"),
        || Reply::http(404, ""),
        || Reply::http(403, ""),
        || Reply::http(200, "<html>"),
        || Reply::http(429, ""),
        || Reply::business(2001),
        || Reply::business(4242),
        Reply::reset,
        Reply::nothing,
    ];
    for fault in temporary {
        let begun = Instant::now();
        let wire = Scripted::new(move |seen| {
            let now = seen.at - begun;
            if (5 * MINUTE..10 * MINUTE).contains(&now) {
                fault()
            } else {
                rows(seen, |_| life(now, MINUTE, 15 * MINUTE))
            }
        });
        let mut changes = wire.client().wait(id("a")).start().changes();
        let mut reported = Vec::new();
        loop {
            match changes.next().await.unwrap() {
                Change::Progress(progress) => reported.push(progress.last_error().is_some()),
                Change::Settled(outcome) => break assert!(outcome.is_ok()),
            }
        }
        assert_eq!(
            reported,
            [false, false, true, false],
            "queued, processing, failing, recovered"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_continues_through_an_unknown_status() {
    let wire = server(|_, now| Some(if now < HOUR { 9 } else { 3 }));
    assert!(wire.client().wait(id("a")).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn shutdown_ends_every_wait_with_a_ticket_and_no_lookup() {
    let wire = server(|_, _| Some(1));
    let client = wire.client();
    let one = client.wait(id("a")).start();
    let many = client.clone().wait_all(ids("b", 3)).into_future();
    let many = tokio::spawn(many);
    settle().await;
    let tickets = client.clone().shutdown();
    let mut waited: Vec<&str> = tickets.iter().map(|ticket| ticket.id().as_str()).collect();
    waited.sort_unstable();
    assert_eq!(waited, ["a", "b0", "b1", "b2"]);
    let error = one.await.unwrap_err();
    assert_eq!(error.kind(), WaitErrorKind::ShutDown);
    assert!(error.ticket().is_some());
    assert_eq!(many.await.unwrap().tickets().count(), 3);
    // New waits end as well; lookups continue.
    let error = client.wait(id("c")).await.unwrap_err();
    assert_eq!(error.kind(), WaitErrorKind::ShutDown);
    assert!(client.lookup_one(id("c")).await.unwrap().is_some());
}

#[test]
fn without_a_runtime_a_wait_ends_and_says_why() {
    let wire = Scripted::new(|_| Reply::nothing());
    let client = wire.client();
    let mut waiting = client.wait(id("a")).start();
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let mut polled = std::pin::Pin::new(&mut waiting).poll(&mut context);
    if polled.is_pending() {
        polled = std::pin::Pin::new(&mut waiting).poll(&mut context);
    }
    let std::task::Poll::Ready(Err(error)) = polled else {
        panic!("{polled:?}");
    };
    assert_eq!(error.kind(), WaitErrorKind::Fault);
    assert_eq!(error.error().unwrap().kind(), ErrorKind::Configuration);
}
