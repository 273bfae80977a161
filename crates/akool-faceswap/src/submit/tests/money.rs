//! Which submits are sent again, which are refused, and which are unknown, for each answer of a server.

use super::*;

/// A name, and the server's first answer.
struct Row(&'static str, fn() -> Reply);

#[tokio::test(start_paused = true)]
async fn a_submit_that_surely_was_not_sent_is_sent_again() {
    let rows: [Row; 5] = [
        Row(
            "connection refused, no such host, TLS, connect timeout",
            Reply::refused,
        ),
        Row(
            "closed before the body was asked for",
            Reply::reset_before_the_body,
        ),
        Row("silent before the body was asked for", || {
            Reply::nothing().without_reading()
        }),
        Row("half a gateway's answer before the body", || {
            Reply::http(502, "<html>").without_reading()
        }),
        Row("an envelope of a server fault before the body", || {
            Reply::business(2001).without_reading()
        }),
    ];
    for Row(row, first) in rows {
        let (outcome, requests) = after(first).await;
        assert_eq!(outcome.unwrap().id().as_str(), ID, "{row}");
        assert_eq!(requests, 2, "{row}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_submit_refused_as_too_frequent_is_sent_again_after_a_pause() {
    for (row, first) in [
        ("1005", (|| Reply::business(1005)) as fn() -> Reply),
        ("429", || Reply::http(429, "slow down")),
        ("429 with an unknown code", || {
            Reply::http(429, r#"{"code":99,"msg":""}"#)
        }),
    ] {
        let begun = tokio::time::Instant::now();
        let (outcome, requests) = after(first).await;
        assert_eq!((outcome.unwrap().id().as_str(), requests), (ID, 2), "{row}");
        assert!(begun.elapsed() >= Duration::from_millis(500), "{row}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_submit_is_not_sent_again_and_costs_nothing() {
    for code in [
        1003, 1006, 1007, 1101, 1102, 1103, 1104, 1109, 1200, 1204, 1207, 1208, 1209, 1210, 1213,
        1221,
    ] {
        let (outcome, requests) = after(move || Reply::business(code)).await;
        let error = outcome.unwrap_err();
        assert_eq!(
            (error.kind(), requests),
            (SubmitErrorKind::Refused, 1),
            "{code}"
        );
        assert!(!error.may_be_billed() && !error.is_retryable(), "{code}");
        assert_eq!(error.business_code().unwrap().code(), code);
        assert!(error.phase().is_none() && error.window().is_none());
    }
    for status in [400, 401, 403, 404, 413, 415, 422] {
        let (outcome, requests) = after(move || Reply::http(status, "<html>")).await;
        let error = outcome.unwrap_err();
        assert_eq!(
            (error.kind(), requests),
            (SubmitErrorKind::Refused, 1),
            "{status}"
        );
        assert_eq!(error.error().unwrap().http_status(), Some(status));
    }
}

#[tokio::test(start_paused = true)]
async fn a_submit_that_may_have_made_a_job_is_never_sent_again() {
    use SubmitPhase::{Answered, Sent};
    let rows: [(SubmitPhase, Row); 20] = [
        (Sent, Row("reset after the body", Reply::reset)),
        (Sent, Row("silence", Reply::nothing)),
        (Answered, Row("500", || Reply::http(500, "<html>"))),
        (Answered, Row("502", || Reply::http(502, "<html>"))),
        (Answered, Row("503", || Reply::http(503, "<html>"))),
        (Answered, Row("504", || Reply::http(504, ""))),
        (Answered, Row("408", || Reply::http(408, ""))),
        (Answered, Row("405", || Reply::http(405, ""))),
        (Answered, Row("409", || Reply::http(409, ""))),
        (
            Answered,
            Row("redirect", || {
                Reply::http(307, "").with_header("location", "https://PLANTED.example/PLANTED")
            }),
        ),
        (
            Answered,
            Row("truncated", || Reply::http(200, r#"{"code":1000,"msg":"O"#)),
        ),
        (
            Answered,
            Row("not JSON", || {
                Reply::http(200, "<html>https://PLANTED.example/PLANTED")
            }),
        ),
        (Answered, Row("empty", || Reply::http(200, ""))),
        (
            Answered,
            Row("no code", || Reply::http(200, r#"{"msg":"OK"}"#)),
        ),
        (Answered, Row("2001", || Reply::business(2001))),
        (Answered, Row("1015", || Reply::business(1015))),
        (Answered, Row("1016", || Reply::business(1016))),
        (Answered, Row("1010", || Reply::business(1010))),
        (Answered, Row("an unknown code", || Reply::business(4242))),
        (Answered, Row("code 0", || Reply::business(0))),
    ];
    for (phase, Row(row, first)) in rows {
        let (outcome, requests) = after(first).await;
        let error = outcome.unwrap_err();
        assert_eq!(
            (error.kind(), requests),
            (SubmitErrorKind::Unknown, 1),
            "{row}"
        );
        assert!(error.may_be_billed() && !error.is_retryable(), "{row}");
        assert_eq!(error.phase(), Some(phase), "{row}");
        assert_eq!(error.window(), Some((NOW, NOW)), "{row}");
        assert_eq!(error.host(), "127.0.0.1", "{row}");
        assert!(error.to_string().contains("unknown"), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_deadline_after_a_refusal_bills_nothing() {
    // The submit is refused as too frequent, and a lookup then holds the whole client back for longer
    // than the submit may take.
    let server = Scripted::new(|seen| {
        if seen.path.ends_with("listbyids") {
            Reply::http(429, "")
                .with_header("retry-after", "100000")
                .after(Duration::from_millis(100))
        } else {
            Reply::business(1005)
        }
    });
    let client = server.client_with(|builder| {
        let patient = RetryPolicy::new().max_retry_after(Duration::from_secs(1_000_000));
        builder.api_key("k").retry(patient)
    });
    let ids: crate::ResultIds = ID.parse().unwrap();
    let (submitted, _) = tokio::join!(submit(&client), client.lookup(ids));
    let error = submitted.unwrap_err();
    assert_eq!(error.error().unwrap().kind(), ErrorKind::Timeout);
    assert_eq!(error.kind(), SubmitErrorKind::NotSent);
}

#[tokio::test(start_paused = true)]
async fn unknown_stays_unknown_whatever_the_retry_policy_says() {
    let server = Scripted::new(|_| Reply::reset());
    let client = server.client_with(|builder| {
        builder
            .api_key("k")
            .retry(RetryPolicy::new().max_attempts(100))
    });
    assert!(submit(&client).await.unwrap_err().may_be_billed());
    assert_eq!(server.requests(), 1);
}

#[tokio::test(start_paused = true)]
async fn repeats_end_with_the_retry_policy() {
    let server = Scripted::new(|_| Reply::refused());
    let error = submit(&client(&server)).await.unwrap_err();
    assert_eq!(
        (error.kind(), server.requests()),
        (SubmitErrorKind::NotSent, 4)
    );
    assert!(error.is_retryable() && !error.may_be_billed());
    assert_eq!(error.error().unwrap().attempts(), 4);
    // It is not remembered.
    let error = submit(&client(&server)).await.unwrap_err();
    assert!(!error.is_repeat());
}

#[tokio::test(start_paused = true)]
async fn an_unknown_outcome_after_a_repeat_is_unknown() {
    let server = Scripted::new(|seen| {
        if seen.n == 0 {
            Reply::refused()
        } else {
            Reply::reset()
        }
    });
    let error = submit(&client(&server)).await.unwrap_err();
    assert_eq!(
        (error.kind(), server.requests()),
        (SubmitErrorKind::Unknown, 2)
    );
}

#[tokio::test(start_paused = true)]
async fn accepted_without_an_id_is_an_error_that_keeps_job_id_and_body() {
    for data in [
        json!({"job_id": "20260312101500123-4821", "url": "https://PLANTED.example/PLANTED"}),
        json!({"_id": "", "job_id": "20260312101500123-4821"}),
        json!({"_id": null, "job_id": "20260312101500123-4821"}),
        json!({"_id": 7, "job_id": "20260312101500123-4821"}),
        json!({"_id": "20260312101500123-4821", "job_id": "20260312101500123-4821"}),
        json!({"_id": ["65f0a1b2c3d4e5f60718293a"], "job_id": "20260312101500123-4821"}),
    ] {
        let body = json!({"code": 1000, "msg": "OK", "data": data}).to_string();
        let answer = body.clone();
        let (outcome, requests) = after(move || Reply::http(200, &answer)).await;
        let error = outcome.unwrap_err();
        assert_eq!(
            (error.kind(), requests),
            (SubmitErrorKind::AcceptedWithoutId, 1)
        );
        assert!(error.may_be_billed() && !error.is_retryable());
        assert_eq!(error.job_id(), Some("20260312101500123-4821"));
        assert_eq!(error.body(), body.as_bytes());
        assert!(
            error.to_string().contains("20260312101500123-4821"),
            "{error}"
        );
    }
    for data in [json!(null), json!([]), json!("x"), json!({})] {
        let body = json!({"code": 1000, "data": data}).to_string();
        let (outcome, _) = after(move || Reply::http(200, &body)).await;
        let error = outcome.unwrap_err();
        assert_eq!(error.kind(), SubmitErrorKind::AcceptedWithoutId);
        assert_eq!(error.job_id(), None);
    }
}

#[tokio::test(start_paused = true)]
async fn an_accepted_job_is_read_whatever_else_is_odd() {
    for body in [
        r#"{"code":"1000","data":{"_id":"65f0a1b2c3d4e5f60718293a"}}"#,
        r#"{"code":1000.0,"msg":7,"data":{"_id":"65f0a1b2c3d4e5f60718293a","job_id":7}}"#,
        "\u{feff}{\"code\":1000,\"data\":{\"_id\":\"65f0a1b2c3d4e5f60718293a\",\"url\":null}}",
    ] {
        for status in [200, 201, 500] {
            let (outcome, _) = after(move || Reply::http(status, body)).await;
            assert_eq!(outcome.unwrap().id().as_str(), ID, "{status} {body}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_submit_waits_longer_for_its_answer_than_a_lookup() {
    let server = Scripted::new(|_| accepted().after(Duration::from_secs(100)));
    assert!(submit(&client(&server)).await.is_ok());
    let short = Duration::from_secs(10);
    let hasty = server.client_with(|builder| {
        let builder = builder.api_key("k").attempt_timeout(short);
        builder.operation_timeout(short)
    });
    assert!(submit(&hasty).await.is_ok());
    let server = Scripted::new(|_| accepted().after(Duration::from_secs(10_000)));
    let patient = server.client_with(|builder| {
        builder
            .api_key("k")
            .attempt_timeout(Timeout::Disabled)
            .operation_timeout(Timeout::Disabled)
    });
    assert!(submit(&patient).await.is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Whatever a server does, a job that the caller does not know of exists only if the outcome is unknown, and there
    /// is never more than one.
    #[test]
    fn no_answer_buys_a_second_job(faults in prop::collection::vec(0usize..12, 1..6), status in 200u16..600, code in 995i64..1230) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let jobs = Arc::new(AtomicUsize::new(0));
            let counted = jobs.clone();
            let server = Scripted::new(move |seen| {
                // Faults from 6 on make a job.
                let fault = faults[seen.n % faults.len()];
                if fault >= 6 {
                    counted.fetch_add(1, Ordering::SeqCst);
                }
                match fault {
                    0 => Reply::refused(),
                    1 => Reply::reset_before_the_body(),
                    2 => Reply::http(status, "<html>").without_reading(),
                    3 => Reply::business(1005),
                    4 => Reply::http(429, ""),
                    5 => Reply::business(1003),
                    6 => Reply::reset(),
                    7 => Reply::nothing(),
                    8 => Reply::http(if [400, 401, 403, 404, 413, 415, 422, 429].contains(&status) { 500 } else { status }, "<html>"),
                    9 => Reply::http(200, r#"{"code":1000,"da"#),
                    10 => Reply::http(200, &json!({"code": 1000, "data": {"job_id": code}}).to_string()),
                    _ => accepted(),
                }
            });
            let client = client(&server);
            for _ in 0..5 {
                match submit(&client).await {
                    Ok(_) => {
                        assert_eq!(jobs.load(Ordering::SeqCst), 1);
                        return;
                    }
                    Err(error) => {
                        assert_eq!(jobs.load(Ordering::SeqCst), usize::from(error.may_be_billed()));
                    }
                }
            }
        });
    }
}
