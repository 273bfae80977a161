//! Which credentials are accepted, and how the others are refused.

use akool_faceswap_mock::{FakeAkool, FakeJob, http::StatusCode};

use crate::request::{http_client, lookup, refusal_code};

async fn ask(fake: &FakeAkool, id: &str, headers: &[(&str, &str)]) -> reqwest::Response {
    let path = lookup(&format!("?_ids={id}"));
    let mut request = http_client().get(format!("{}{path}", fake.url()));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

#[tokio::test]
async fn either_credential_is_accepted_and_authorization_wins() {
    let fake = FakeAkool::builder()
        .api_key("good-key")
        .bearer_token("good-token")
        .start()
        .unwrap();
    let id = fake.add_job(FakeJob::image());
    let (good_key, bad_key) = (("x-api-key", "good-key"), ("x-api-key", "bad-key"));
    let good_bearer = ("authorization", "Bearer good-token");
    let bad_bearer = ("authorization", "Bearer bad-token");
    for accepted in [
        &[good_key][..],
        &[good_bearer],
        &[good_bearer, bad_key],
        &[good_bearer, good_key],
    ] {
        let response = ask(&fake, &id, accepted).await;
        assert!(response.text().await.unwrap().contains(&id), "{accepted:?}");
    }
    for (refused, code) in [
        (&[][..], 1102),
        (&[bad_key], 1101),
        (&[bad_bearer], 1101),
        (&[bad_bearer, good_key], 1101),
    ] {
        let response = ask(&fake, &id, refused).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(refusal_code(response).await, code, "{refused:?}");
    }
}

#[tokio::test]
async fn the_defaults_are_accepted() {
    let fake = FakeAkool::start().unwrap();
    let id = fake.add_job(FakeJob::image());
    let bearer = format!("Bearer {}", fake.bearer_token());
    for header in [("x-api-key", &fake.api_key()), ("authorization", &bearer)] {
        let response = ask(&fake, &id, &[(header.0, header.1)]).await;
        assert!(response.text().await.unwrap().contains(&id));
    }
}

#[tokio::test]
async fn credentials_can_be_rotated() {
    let fake = FakeAkool::start().unwrap();
    let old = fake.api_key();
    fake.set_api_key("next-key").unwrap();
    fake.set_bearer_token("next-token").unwrap();
    let code = async |header: (&str, &str)| {
        let answer: serde_json::Value = ask(&fake, "a", &[header]).await.json().await.unwrap();
        answer["code"].as_i64().unwrap()
    };
    assert_eq!(code(("x-api-key", &old)).await, 1101);
    assert_eq!(code(("x-api-key", "next-key")).await, 1000);
    assert_eq!(code(("authorization", "Bearer next-token")).await, 1000);
    assert_eq!(fake.bearer_token(), "next-token");
    assert!(fake.set_api_key("planted\n").is_err());
    assert_eq!(code(("x-api-key", "next-key")).await, 1000);
}

#[tokio::test]
async fn the_http_status_of_a_refusal_can_be_set() {
    let fake = FakeAkool::builder()
        .auth_failure_status(StatusCode::UNAUTHORIZED)
        .start()
        .unwrap();
    let response = ask(&fake, "a", &[("x-api-key", "bad")]).await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(refusal_code(response).await, 1101);
}

#[tokio::test]
async fn debug_shows_neither_credentials_nor_urls() {
    let builder = FakeAkool::builder()
        .api_key("planted-key")
        .bearer_token("planted-token");
    let builder_shown = format!("{builder:?}");
    let fake = builder.start().unwrap();
    let id = fake.add_job(FakeJob::image().with_url("https://planted.example/a.jpeg"));
    ask(&fake, &id, &[("authorization", "Bearer planted-token")]).await;
    ask(&fake, &id, &[("x-api-key", "planted-key")]).await;
    let requests = fake.requests();
    let held = fake.pause_responses();
    let shown = format!("{builder_shown}{fake:?}{requests:?}{held:?}");
    assert!(!shown.contains("planted"), "{shown}");
}
