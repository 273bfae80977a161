//! Paths, parameters and request lines that the fake does not accept.

use akool_faceswap_mock::{FakeAkool, FakeJob, http::StatusCode};

use crate::request::{get, http_client, ids_of, look_up, lookup, refusal_code, status};

#[tokio::test]
async fn a_request_without_the_path_prefix_is_not_found() {
    let fake = FakeAkool::builder()
        .path_prefix("/proxy/akool")
        .start()
        .unwrap();
    let id = fake.add_job(FakeJob::image());
    assert_eq!(status(&fake, &id).await, 1);
    let without = fake.url().replace("/proxy/akool", "") + &lookup("?_ids=a");
    let response = http_client().get(without).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    let expected = format!("/proxy/akool{}", lookup(""));
    assert_eq!(fake.requests()[0].path(), expected);
}

#[tokio::test]
async fn unknown_paths_get_an_html_page_without_an_envelope() {
    let fake = FakeAkool::start().unwrap();
    for path in [
        "/",
        "/api/open/v3/faceswap/result/listbyid",
        "/files/a.jpeg",
    ] {
        let response = get(&fake, path).await.unwrap();
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
        let body = response.text().await.unwrap();
        assert!(body.starts_with("<html>"), "{body}");
    }
    let post = http_client().post(format!("{}{}", fake.url(), lookup("?_ids=a")));
    let response = post.send().await.unwrap();
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_list_without_ids_is_a_wrong_parameter() {
    let fake = FakeAkool::start().unwrap();
    for query in ["", "?_ids=", "?_ids", "?_ids=%2C,", "?ids=a"] {
        let response = get(&fake, &lookup(query)).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(refusal_code(response).await, 1003, "{query}");
    }
}

#[tokio::test]
async fn malformed_ids_are_missing_and_do_not_affect_others() {
    let fake = FakeAkool::start().unwrap();
    let id = fake.add_job(FakeJob::image());
    for query in [
        format!("?_ids={id},%F0%9F%98%80,%FF,%2x,a+b,%00"),
        format!("?_ids=,,{id},,"),
        format!("?_ids={id}&_ids={id}%2C{id}"),
    ] {
        let response = get(&fake, &lookup(&query)).await.unwrap();
        assert_eq!(ids_of(&response.json().await.unwrap()), [&*id], "{query}");
    }
}

#[tokio::test]
async fn a_request_line_over_8_kib_is_refused() {
    let fake = FakeAkool::start().unwrap();
    let ids = fake.seed_population(302);
    let mut asked: Vec<&str> = ids.iter().map(String::as_str).collect();
    let longest = asked.split_off(301);
    assert_eq!(look_up(&fake, &asked).await.code, 1000);
    // 54 + 27 n bytes for n ids.
    assert_eq!(fake.longest_request_line(), 8181);
    asked.extend(longest);
    let query = format!("?_ids={}", asked.join("%2C"));
    let response = get(&fake, &lookup(&query)).await.unwrap();
    assert_eq!(response.status(), StatusCode::URI_TOO_LONG);
    assert!(response.text().await.unwrap().starts_with("<html>"));
}

#[tokio::test]
async fn the_limit_of_the_request_line_is_exact() {
    let line = format!("GET {} HTTP/1.1", lookup("?_ids=abc"));
    for (limit, status) in [(line.len(), 200), (line.len() - 1, 414)] {
        let fake = FakeAkool::builder()
            .max_request_line(limit)
            .start()
            .unwrap();
        let response = get(&fake, &lookup("?_ids=abc")).await.unwrap();
        assert_eq!(response.status().as_u16(), status);
    }
}
