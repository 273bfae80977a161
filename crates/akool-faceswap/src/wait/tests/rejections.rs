//! Lookups that cannot succeed end a wait after a bounded number of attempts, and a job at success is not
//! handed out before it has a URL.

use crate::wait::tests::*;
use crate::{model::JobStatus, wait::WaitErrorKind};

/// A row at success with this `url`, as JSON.
fn success(url: &str) -> Reply {
    let row = format!(r#"{{"_id":"a","faceswap_status":3,"url":{url}}}"#);
    Reply::http(
        200,
        &format!(r#"{{"code":1000,"msg":"OK","data":{{"result":[{row}]}}}}"#),
    )
}

#[tokio::test(start_paused = true)]
async fn a_success_without_a_url_is_looked_up_again_until_it_has_one() {
    for empty in ["null", "\"\""] {
        let wire = Scripted::new(move |seen| match seen.n {
            0..3 => success(empty),
            _ => success("\"https://cdn.example/a\""),
        });
        let begun = Instant::now();
        let job = wire.client().wait(id("a")).await.unwrap();
        assert_eq!(job.result_url(), Some("https://cdn.example/a"));
        assert_eq!(wire.requests(), 4);
        assert!(begun.elapsed() < 10 * SECOND, "{:?}", begun.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn a_success_that_never_gets_a_url_is_an_error_after_a_minute() {
    let wire = Scripted::new(|_| success("null"));
    let begun = Instant::now();
    let error = wire.client().wait(id("a")).await.unwrap_err();
    assert_eq!(error.kind(), WaitErrorKind::NoResultUrl);
    assert_eq!(error.progress().status(), Some(JobStatus::Success));
    assert!(error.ticket().is_some());
    let took = begun.elapsed();
    assert!((MINUTE..MINUTE + 6 * SECOND).contains(&took), "{took:?}");
    assert!(wire.requests() < 40, "{}", wire.requests());
    // A resumed wait is patient once more.
    let begun = Instant::now();
    let again = wire.client().resume(error.into_ticket().unwrap()).await;
    assert_eq!(again.unwrap_err().kind(), WaitErrorKind::NoResultUrl);
    assert!(begun.elapsed() >= MINUTE);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_the_api_ends_a_wait_within_two_minutes() {
    type Answer = fn() -> Reply;
    let answers: [Answer; 5] = [
        || Reply::http(200, "<html>"),
        || Reply::http(400, ""),
        || Reply::http(403, ""),
        || Reply::http(404, "<html>"),
        || Reply::http(414, ""),
    ];
    for answer in answers {
        let wire = Scripted::new(move |_| answer());
        let begun = Instant::now();
        let error = wire.client().wait(id("a")).await.unwrap_err();
        assert_eq!(error.kind(), WaitErrorKind::Fault, "{error}");
        assert!(error.ticket().is_some(), "{error}");
        let cause = error.error().unwrap().message();
        assert!(cause.contains("127.0.0.1"), "{cause}");
        let took = begun.elapsed();
        assert!((MINUTE..2 * MINUTE).contains(&took), "{took:?}");
        assert!((5..60).contains(&wire.requests()), "{}", wire.requests());
        // A resumed wait makes new attempts.
        let before = wire.requests();
        let again = wire.client().resume(error.into_ticket().unwrap()).await;
        assert_eq!(again.unwrap_err().kind(), WaitErrorKind::Fault);
        assert!(wire.requests() >= before + 5);
    }
}

#[tokio::test(start_paused = true)]
async fn an_api_that_has_answered_before_may_be_away_for_ten_minutes() {
    for (away, is_ok) in [(9, true), (30, false)] {
        let begun = Instant::now();
        let wire = Scripted::new(move |seen| {
            let now = seen.at - begun;
            if (5 * MINUTE..(5 + away) * MINUTE).contains(&now) {
                Reply::http(404, "<html>")
            } else {
                rows(seen, |_| life(now, MINUTE, 16 * MINUTE))
            }
        });
        let outcome = wire.client().wait(id("a")).await;
        assert_eq!(outcome.is_ok(), is_ok, "{outcome:?}");
        assert!(begun.elapsed() < 17 * MINUTE, "{:?}", begun.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_down_ends_no_wait() {
    // 5xx, resets and refused connections are transient for as long as the wait may last.
    for reply in [|| Reply::http(503, ""), Reply::reset, Reply::refused] {
        let begun = Instant::now();
        let wire = Scripted::new(move |seen| {
            if seen.at - begun < HOUR {
                reply()
            } else {
                rows(seen, |_| Some(3))
            }
        });
        assert!(wire.client().wait(id("a")).await.is_ok());
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_answers_with_few_rows_makes_no_job_missing() {
    // 60 jobs that run for 10 minutes, and at most 20 rows in an answer.
    let begun = Instant::now();
    let wire = Scripted::new(move |seen| {
        let mut seen = seen.clone();
        seen.ids.truncate(20);
        let now = seen.at - begun;
        rows(&seen, |_| life(now, MINUTE, 10 * MINUTE))
    });
    let results = wire.client().wait_all(ids("job", 60)).await;
    assert_eq!(results.succeeded().count(), 60);
    assert_eq!(results.errors().count(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_rejected_certificate_ends_a_wait_soon_and_is_named_in_the_error() {
    for cause in [
        "the certificate is for other.example and not for this host",
        "the certificate is from an authority that this machine does not trust (UnknownIssuer)",
    ] {
        let wire = Scripted::new(move |_| Reply::refused_because(cause));
        let begun = Instant::now();
        let error = wire.client().wait(id("a")).await.unwrap_err();
        assert_eq!(error.kind(), WaitErrorKind::Fault);
        assert!(error.ticket().is_some(), "{error}");
        let fault = error.error().unwrap();
        assert!(fault.message().contains("127.0.0.1"), "{fault}");
        let source = std::error::Error::source(fault).unwrap();
        assert_eq!(source.to_string(), cause);
        let took = begun.elapsed();
        assert!((MINUTE..2 * MINUTE).contains(&took), "{took:?}");
        assert!((5..60).contains(&wire.requests()), "{}", wire.requests());
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_wants_a_client_certificate_ends_a_wait_soon() {
    let wire = Scripted::new(|_| Reply::reset_because("the server wants a client certificate"));
    let begun = Instant::now();
    let error = wire.client().wait(id("a")).await.unwrap_err();
    assert_eq!(error.kind(), WaitErrorKind::Fault);
    assert!(begun.elapsed() < 2 * MINUTE, "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_refusal_of_several_ids_ends_only_the_wait_for_the_bad_one() {
    // 1003 whenever "bad" is in the request, among many good ones.
    let wire = Scripted::new(|seen| {
        if seen.ids.iter().any(|id| id == "bad") {
            Reply::business(1003)
        } else {
            rows(seen, |_| Some(3))
        }
    });
    let client = wire.client();
    let mut all: Vec<ResultId> = ids("good", 150).iter().cloned().collect();
    all.insert(70, id("bad"));
    let results = client
        .wait_all(all.into_iter().collect::<ResultIds>())
        .await;
    assert_eq!(results.succeeded().count(), 150);
    let errors: Vec<_> = results.errors().collect();
    assert_eq!(errors.len(), 1);
    assert_eq!(
        (errors[0].id().as_str(), errors[0].kind()),
        ("bad", WaitErrorKind::Fault)
    );
}
