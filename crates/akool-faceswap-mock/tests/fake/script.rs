//! Scripted answers on the wire.

use std::time::Duration;

use akool_faceswap_mock::{Answer, FakeAkool, FakeJob, http};

use crate::request::{get, in_flight, look_up, lookup, refusal_code, status};

#[tokio::test]
async fn business_codes_come_before_everything_else() {
    let fake = FakeAkool::start().unwrap();
    let id = fake.add_job(FakeJob::image());
    let codes = [1003, 1005, 1006, 1101, 1015, 2001, 4242];
    for code in codes {
        fake.push_answer(Answer::business(code));
    }
    let query = format!("?_ids={id}");
    for code in codes {
        let response = get(&fake, &lookup(&query)).await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(refusal_code(response).await, code);
    }
    // None of them counted as a lookup of the job.
    assert_eq!(status(&fake, &id).await, 1);

    fake.push_answer(Answer::business_with_status(
        http::StatusCode::BAD_GATEWAY,
        2001,
    ));
    let response = get(&fake, "/nowhere").await.unwrap();
    assert_eq!(response.status(), 502);
    assert_eq!(refusal_code(response).await, 2001);
}

#[tokio::test]
async fn http_errors_have_no_envelope() {
    let fake = FakeAkool::start().unwrap();
    fake.push_answer(Answer::too_many_requests(Some(Duration::from_secs(3))));
    let response = get(&fake, &lookup("?_ids=a")).await.unwrap();
    assert_eq!(response.status(), 429);
    assert_eq!(response.headers()["retry-after"], "3");

    fake.push_answer(Answer::html(http::StatusCode::INTERNAL_SERVER_ERROR));
    let response = get(&fake, &lookup("?_ids=a")).await.unwrap();
    assert_eq!(response.status(), 500);
    assert!(response.text().await.unwrap().contains("500 Internal"));

    fake.push_answer(Answer::redirect("https://elsewhere.example/x").unwrap());
    let response = get(&fake, &lookup("?_ids=a")).await.unwrap();
    assert_eq!(response.status(), 302);
    assert_eq!(
        response.headers()["location"],
        "https://elsewhere.example/x"
    );
    assert!(Answer::redirect("line\nbreak").is_err());
}

#[tokio::test]
async fn unusual_bodies_arrive_byte_for_byte() {
    let fake = FakeAkool::start().unwrap();
    let body = b"\xef\xbb\xbf{\"code\": \"1000\", \xff".as_slice();
    fake.push_answer(Answer::json(body));
    let response = get(&fake, &lookup("?_ids=a")).await.unwrap();
    assert_eq!(response.headers()["content-type"], "application/json");
    assert_eq!(response.bytes().await.unwrap(), body);

    let retry_at = "Wed, 21 Oct 2026 07:28:00 GMT";
    let response = http::Response::builder()
        .status(503)
        .header("retry-after", retry_at)
        .body("busy")
        .unwrap();
    fake.push_answer(response);
    let response = get(&fake, &lookup("?_ids=a")).await.unwrap();
    assert_eq!(response.status(), 503);
    assert_eq!(response.headers()["retry-after"], retry_at);
    assert_eq!(response.text().await.unwrap(), "busy");
}

#[tokio::test]
async fn one_id_can_always_be_refused() {
    let fake = FakeAkool::start().unwrap();
    let good = fake.add_job(FakeJob::image());
    let bad = fake.add_job(FakeJob::image());
    fake.push_answer(Answer::business(1003).for_id(&*bad).always());
    for _ in 0..2 {
        assert_eq!(look_up(&fake, &[&good, &bad]).await.code, 1003);
        assert_eq!(look_up(&fake, &[&good]).await.code, 1000);
    }
    assert_eq!(fake.answers_left(), 1);
    fake.clear_answers();
    assert_eq!(look_up(&fake, &[&bad]).await.code, 1000);
}

#[tokio::test]
async fn a_hang_up_sends_no_answer() {
    let fake = FakeAkool::start().unwrap();
    fake.push_answer(Answer::hang_up());
    let error = get(&fake, &lookup("?_ids=a")).await.unwrap_err();
    assert!(error.is_request(), "{error:?}");
    assert_eq!(fake.request_count(), 1);
    assert_eq!(get(&fake, &lookup("?_ids=a")).await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_delayed_answer_keeps_only_its_own_request_waiting() {
    let fake = FakeAkool::start().unwrap();
    let id = fake.add_job(FakeJob::image());
    fake.push_answer(Answer::normal().delayed(Duration::from_secs(60)));
    let asked = &[id.as_str()];
    tokio::select! {
        _ = look_up(&fake, asked) => panic!("answered at once"),
        () = in_flight(&fake, 1) => {}
    }
    // The abandoned request did not count as a lookup of the job.
    assert_eq!(status(&fake, &id).await, 1);
    in_flight(&fake, 0).await;
}
