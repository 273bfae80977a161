//! What becomes of a submit, row by row as the rules of money have it, and what is sent again.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{
    Client, RetryPolicy, Timeout,
    clock::Clock,
    error::ErrorKind,
    submit::{PendingSubmit, SubmitError, SubmitErrorKind, SubmitPhase, SubmittedJob},
    testing::scripted::{Reply, Scripted, Seen},
    wait::WaitErrorKind,
};

const ID: &str = "65f0a1b2c3d4e5f60718293a";
const NOW: SystemTime = UNIX_EPOCH;

fn accepted() -> Reply {
    accepted_as(ID)
}

fn accepted_as(id: &str) -> Reply {
    let data = json!({"_id": id, "job_id": "20260312101500123-4821"});
    Reply::http(
        200,
        &json!({"code": 1000, "msg": "OK", "data": data}).to_string(),
    )
}

fn client(server: &Scripted) -> Client {
    server.client_with(|mut builder| {
        builder.clock = Clock::standing_at(NOW);
        builder.api_key("k")
    })
}

async fn submit(client: &Client) -> Result<SubmittedJob, SubmitError> {
    client
        .swap()
        .original("https://a.example/film.mp4?sig=PLANTED")
        .new_face("https://b.example/me.jpg?sig=PLANTED")
        .submit()
        .await
}

/// A server whose first answer is `first` and whose later ones accept; what a submit makes of it, and
/// how many requests it took.
async fn after(
    first: impl Fn() -> Reply + Send + Sync + 'static,
) -> (Result<SubmittedJob, SubmitError>, usize) {
    let server = Scripted::new(move |seen| if seen.n == 0 { first() } else { accepted() });
    let outcome = submit(&client(&server)).await;
    if let Err(error) = &outcome {
        let shown = format!("{error} {error:?} {}", error.advice());
        assert!(!shown.contains("PLANTED"), "{shown}");
        assert!(error.token().is_some() && !error.is_repeat());
    }
    (outcome, server.requests())
}

#[tokio::test(start_paused = true)]
async fn an_accepted_submit_is_a_job_with_a_valid_ticket() {
    let server = Scripted::new(|_| accepted());
    let client = client(&server);
    let job = submit(&client).await.unwrap();
    assert_eq!(
        (job.id().as_str(), job.job_id()),
        (ID, Some("20260312101500123-4821"))
    );
    assert_eq!(job.ticket().id(), job.id());
    assert_eq!(
        job.ticket().deadline(),
        Some(NOW + Duration::from_secs(4 * 60 * 60))
    );
    let seen = server.seen().remove(0);
    assert_eq!(seen.path, "/api/open/v4/faceswap/faceswapPlusByImage");
    assert_eq!(seen.headers.get("x-api-key").unwrap(), "k");
    assert!(!seen.headers.contains_key("api-version"));
    let body: Value = serde_json::from_str(&server.bodies()[0]).unwrap();
    assert_eq!(
        body,
        json!({
            "source_url": "https://b.example/me.jpg?sig=PLANTED",
            "target_url": "https://a.example/film.mp4?sig=PLANTED",
            "single_face_mode": true,
        })
    );
}

#[tokio::test(start_paused = true)]
async fn each_endpoint_has_its_own_path_and_keeps_undocumented_fields() {
    use crate::model::{Input, MediaUrl, Picture, Video};
    let faces_obj = json!({"0": {
        "region": [[0,0,1,1]], "landmarks_str": ["1,1:2,2:3,3:4,4"],
        "face_urls": ["https://cdn.example/0.jpg"], "crop_landmarks": ["1,1:2,2:3,3:4,4"],
    }});
    let url = MediaUrl::new("https://a.example/team.jpg").unwrap();
    let photo = Picture::from_answer(Input::Picture(url), NOW, &faces_obj).unwrap();
    let url = MediaUrl::new("https://a.example/film.mp4").unwrap();
    let film = Video::from_answer(url, NOW, &faces_obj).unwrap();
    let face = photo.require_one().unwrap();
    let film_face = film.frames()[0].faces().require_one().unwrap();
    let server = Scripted::new(|_| accepted());
    let client = client(&server);
    let swap = || client.swap().original(&photo).replace(&face, &face);
    let model = super::V3Model::HdOptimized;
    let _ = swap()
        .style("vintage")
        .undocumented_field("later", 1)
        .submit()
        .await
        .unwrap();
    let _ = swap()
        .pro()
        .enhance(true)
        .undocumented_field("later", 2)
        .submit()
        .await
        .unwrap();
    let _ = swap()
        .image_v3(model)
        .undocumented_field("later", 3)
        .submit()
        .await
        .unwrap();
    let video = client
        .swap()
        .original(&film)
        .replace(&film_face, &face)
        .video_v3(model);
    let _ = video.undocumented_field("later", 4).submit().await.unwrap();
    let paths: Vec<String> = server.seen().into_iter().map(|seen| seen.path).collect();
    assert_eq!(
        paths,
        [
            "/api/open/v4/faceswap/faceswapPlusByImage",
            "/api/open/v4/faceswap/faceswapByImage",
            "/api/open/v3/faceswap/highquality/specifyimage",
            "/api/open/v3/faceswap/highquality/specifyvideo",
        ]
    );
    for (n, body) in server.bodies().iter().enumerate() {
        let body: Value = serde_json::from_str(body).unwrap();
        assert_eq!(body["later"], json!(n + 1));
        assert!(!body.to_string().contains("null"), "{body}");
    }
    let last: Value = serde_json::from_str(&server.bodies()[3]).unwrap();
    assert_eq!(
        (&last["face_enhance"], &last["modifyVideo"]),
        (&json!(1), &json!("https://a.example/film.mp4"))
    );
}

/// What happens at first.
struct Row(&'static str, fn() -> Reply);

#[tokio::test(start_paused = true)]
async fn what_surely_was_not_sent_is_sent_again() {
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
async fn what_was_refused_as_too_frequent_is_sent_again_after_a_pause() {
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
async fn what_was_refused_is_not_sent_again_and_costs_nothing() {
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
async fn what_may_be_a_job_is_never_sent_again() {
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
    // Nothing is remembered of it.
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
async fn accepted_without_an_id_is_an_error_of_its_own_that_keeps_what_there_is() {
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
async fn a_loop_around_an_error_buys_one_job() {
    let server = Scripted::new(|_| Reply::reset());
    let client = client(&server);
    let mut errors = Vec::new();
    for _ in 0..10 {
        match submit(&client).await {
            Ok(_) => break,
            Err(error) => errors.push(error),
        }
    }
    assert_eq!(server.requests(), 1);
    assert!(!errors[0].is_repeat());
    for error in &errors[1..] {
        assert!(error.is_repeat() && error.may_be_billed());
        assert_eq!(error.token(), errors[0].token());
    }
    // Another swap is not held back, and this one can be bought knowingly.
    let other = client
        .swap()
        .original("https://a.example/2.mp4")
        .new_face("https://b.example/me.jpg");
    let _ = other.submit().await;
    assert_eq!(server.requests(), 2);
    let knowingly = client
        .swap()
        .original("https://a.example/film.mp4?sig=PLANTED")
        .new_face("https://b.example/me.jpg?sig=PLANTED")
        .prepare()
        .unwrap()
        .allow_second_purchase();
    assert!(!client.send(knowingly).await.unwrap_err().is_repeat());
    assert_eq!(server.requests(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_time_limit_in_a_loop_buys_one_job() {
    let server = Scripted::new(|_| accepted().after(Duration::from_secs(10)));
    let client = client(&server);
    let mut job = None;
    for _ in 0..20 {
        if let Ok(outcome) = tokio::time::timeout(Duration::from_secs(1), submit(&client)).await {
            job = Some(outcome.unwrap());
            break;
        }
    }
    assert_eq!((job.unwrap().id().as_str(), server.requests()), (ID, 1));
}

#[tokio::test(start_paused = true)]
async fn a_dropped_submit_goes_on_and_its_outcome_is_kept() {
    let server = Scripted::new(|_| accepted().after(Duration::from_secs(10)));
    let client = client(&server);
    let clone = client.clone();
    assert!(
        tokio::time::timeout(Duration::from_secs(1), submit(&clone))
            .await
            .is_err()
    );
    drop(clone);
    let outcomes = client.unclaimed_submits().await;
    assert_eq!(outcomes[0].as_ref().unwrap().id().as_str(), ID);
    assert_eq!(server.requests(), 1);
    assert!(client.unclaimed_submits().await.is_empty());
    // What was never polled was never sent.
    drop(submit(&client));
    assert_eq!(server.requests(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_pending_submit_that_was_stored_is_not_sent_by_itself() {
    let server = Scripted::new(|_| accepted());
    let client = client(&server);
    let prepare = || {
        let swap = client.swap().original("https://a.example/film.mp4");
        let swap = swap
            .new_face("https://b.example/me.jpg")
            .callback("https://me.example/hook");
        swap.prepare().unwrap()
    };
    let pending = prepare();
    let text = serde_json::to_string(&pending).unwrap();
    assert!(!format!("{pending:?}").contains("example"));
    let job = client.send(pending).await.unwrap();
    let body: Value = serde_json::from_str(&server.bodies()[0]).unwrap();
    assert_eq!(
        body["webhookUrl"],
        json!(format!("https://me.example/hook/{}", job.token()))
    );

    // After a restart the intent is there, and whether it was sent is not known.
    let read: PendingSubmit = serde_json::from_str(&text).unwrap();
    let error = client.send(read).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.phase()),
        (SubmitErrorKind::Unknown, Some(SubmitPhase::Stored))
    );
    assert_eq!(error.token(), Some(job.token()));
    assert_eq!(server.requests(), 1);
    let read: PendingSubmit = serde_json::from_str(&text).unwrap();
    let _ = client.send(read.allow_second_purchase()).await.unwrap();
    assert_eq!(server.requests(), 2);

    let broken = text.replace("source_url", "other");
    let read: PendingSubmit = serde_json::from_str(&broken).unwrap();
    let error = client.send(read.allow_second_purchase()).await.unwrap_err();
    assert_eq!(error.kind(), SubmitErrorKind::NotSent);
    assert_eq!(server.requests(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_could_never_be_right_is_refused_without_a_request() {
    let server = Scripted::new(|_| accepted());
    let client = client(&server);
    let swap = || client.swap().original("https://a.example/film.mp4");
    let me = "https://b.example/me.jpg";
    for (request, field) in [
        (swap().new_face("me.jpg"), "source_url"),
        (
            client.swap().original("film.mp4").new_face(me),
            "target_url",
        ),
        (swap().new_face(me).callback(""), "webhookUrl"),
        (
            swap().new_face(me).callback("https://u:PLANTED@me.example"),
            "webhookUrl",
        ),
        (
            swap().new_face(me).undocumented_field("later", Value::Null),
            "later",
        ),
    ] {
        let error = request.submit().await.unwrap_err();
        assert_eq!(error.kind(), SubmitErrorKind::NotSent);
        let inner = error.error().unwrap();
        assert_eq!(inner.kind(), ErrorKind::InvalidInput);
        assert!(inner.message().starts_with(field), "{inner}");
        assert!(!format!("{error:?} {inner}").contains("PLANTED"));
    }
    assert_eq!(server.requests(), 0);
}

#[tokio::test(start_paused = true)]
async fn many_are_sent_a_few_at_a_time_and_each_has_one_outcome() {
    let server = Scripted::new(|seen| {
        let reply = match seen.n % 3 {
            0 => accepted_as(&format!("job{}", seen.n)),
            1 => Reply::business(1003),
            _ => Reply::reset(),
        };
        reply.after(Duration::from_secs(1))
    });
    let client = client(&server);
    let pending = (0..60).map(|n| {
        let swap = client.swap().original(format!("https://a.example/{n}.mp4"));
        swap.new_face("https://b.example/me.jpg").prepare().unwrap()
    });
    let pending: Vec<PendingSubmit> = pending.collect();
    let mut tokens: Vec<String> = pending.iter().map(|one| one.token().to_string()).collect();
    let mut outcomes = client.swap_all(pending);
    let (mut seen, mut counts) = (Vec::new(), [0; 3]);
    while let Some(outcome) = outcomes.next().await {
        match outcome {
            Ok(job) => {
                counts[0] += 1;
                seen.push(job.token().to_string());
            }
            Err(error) => {
                counts[if error.may_be_billed() { 2 } else { 1 }] += 1;
                seen.push(error.token().unwrap().to_string());
            }
        }
    }
    tokens.sort_unstable();
    seen.sort_unstable();
    assert_eq!((seen, counts), (tokens, [20; 3]));
    assert_eq!((server.requests(), server.most_under_way()), (60, 4));
}

#[tokio::test(start_paused = true)]
async fn dropping_many_loses_nothing() {
    let server =
        Scripted::new(|seen| accepted_as(&format!("job{}", seen.n)).after(Duration::from_secs(1)));
    let client = client(&server);
    let pending: Vec<PendingSubmit> = (0..20)
        .map(|n| {
            let swap = client.swap().original(format!("https://a.example/{n}.mp4"));
            swap.new_face("https://b.example/me.jpg").prepare().unwrap()
        })
        .collect();
    let mut outcomes = client.swap_all(pending);
    let taken = [
        outcomes.next().await.unwrap().unwrap(),
        outcomes.next().await.unwrap().unwrap(),
    ];
    let unsent = outcomes.into_rest().count();
    let unclaimed = client.unclaimed_submits().await.len();
    assert_eq!(taken.len() + unsent + unclaimed, 20);
    assert_eq!(server.requests(), taken.len() + unclaimed);
}

#[tokio::test(start_paused = true)]
async fn submit_and_wait_has_the_ticket_once_the_job_is_paid_for() {
    let row = |status: u8| {
        let row = json!({"_id": ID, "faceswap_status": status, "url": "https://cdn.example/f.mp4"});
        Reply::http(
            200,
            &json!({"code": 1000, "msg": "OK", "data": {"result": [row]}}).to_string(),
        )
    };
    for status in [3, 4] {
        let server = Scripted::new(move |seen: &Seen| {
            if seen.path.ends_with("listbyids") {
                row(status)
            } else {
                accepted()
            }
        });
        let client = client(&server);
        let swap = client.swap().original("https://a.example/film.mp4");
        let outcome = swap
            .new_face("https://b.example/me.jpg")
            .submit_and_wait()
            .await;
        if status == 3 {
            assert_eq!(outcome.unwrap().id().as_str(), ID);
        } else {
            let error = outcome.unwrap_err();
            assert!(error.may_be_billed());
            let super::SwapError::Wait(error) = error else {
                panic!("{error}")
            };
            assert_eq!(error.kind(), WaitErrorKind::JobFailed);
        }
    }
    let server = Scripted::new(|_| Reply::business(1104));
    let swap = client(&server)
        .swap()
        .original("https://a.example/film.mp4");
    let error = swap
        .new_face("https://b.example/me.jpg")
        .submit_and_wait()
        .await
        .unwrap_err();
    assert!(!error.may_be_billed() && error.ticket().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_slow_answer_is_waited_for_longer_than_that_of_a_lookup() {
    let server = Scripted::new(|_| accepted().after(Duration::from_secs(100)));
    assert!(submit(&client(&server)).await.is_ok());
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

    /// Whatever a server does, there is a job that the caller does not know of only where the outcome
    /// is unknown, and there is never more than one.
    #[test]
    fn no_answer_buys_a_second_job(faults in prop::collection::vec(0usize..12, 1..6), status in 200u16..600, code in 995i64..1230) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let jobs = Arc::new(AtomicUsize::new(0));
            let counted = jobs.clone();
            let server = Scripted::new(move |seen| {
                // From the sixth on each makes a job.
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
