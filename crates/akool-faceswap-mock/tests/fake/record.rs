//! What the fake reports about the requests that it received.

use std::sync::Arc;

use akool_faceswap_mock::{CredentialKind, FakeAkool, FakeJob};

use crate::request::{client, http_client, in_flight, look_up, lookup};

#[tokio::test]
async fn requests_are_recorded_in_order() {
    let fake = FakeAkool::start().unwrap();
    look_up(&fake, &["b", "a"]).await;
    let bearer = http_client()
        .get(format!("{}{}", fake.url(), lookup("?_ids=c")))
        .bearer_auth("planted-token");
    bearer.send().await.unwrap();
    let both = http_client()
        .get(format!("{}/elsewhere", fake.url()))
        .header("x-api-key", "planted-key")
        .bearer_auth("planted-token");
    both.send().await.unwrap();
    let none = http_client().get(fake.url());
    none.send().await.unwrap();

    let requests = fake.requests();
    assert_eq!(fake.request_count(), 4);
    assert_eq!(fake.requests_not_recorded(), 0);
    assert_eq!(requests[0].method(), "GET");
    assert_eq!(requests[0].path(), lookup(""));
    assert_eq!(requests[0].ids(), ["b", "a"]);
    assert_eq!(requests[0].credential(), CredentialKind::ApiKey);
    assert_eq!(requests[0].target_len(), lookup("?_ids=b%2Ca").len());
    let names = requests[0].header_names();
    assert!(names.iter().any(|name| name == "x-api-key"), "{names:?}");
    assert!(!names.iter().any(|name| name == "api-version"), "{names:?}");
    assert_eq!(requests[1].credential(), CredentialKind::Bearer);
    assert_eq!(requests[2].path(), "/elsewhere");
    assert!(requests[2].ids().is_empty());
    assert_eq!(requests[2].credential(), CredentialKind::Both);
    assert_eq!(requests[3].credential(), CredentialKind::None);
    assert!(!format!("{requests:?}").contains("planted"));
    fake.assert_max_ids_per_request(2);
}

#[tokio::test]
#[should_panic(expected = "a request asked for 3 ids, at most 2 were allowed")]
async fn too_many_ids_fail_the_assertion() {
    let fake = FakeAkool::start().unwrap();
    look_up(&fake, &["a", "b", "c"]).await;
    fake.assert_max_ids_per_request(2);
}

#[tokio::test]
#[should_panic(expected = "1 requests were in flight at one time, at most 0 were allowed")]
async fn too_many_concurrent_requests_fail_the_assertion() {
    let fake = FakeAkool::start().unwrap();
    look_up(&fake, &["a"]).await;
    fake.assert_max_concurrent_requests(0);
}

#[tokio::test]
async fn concurrent_requests_are_counted() {
    let fake = Arc::new(FakeAkool::start().unwrap());
    let id = fake.add_job(FakeJob::image());
    look_up(&fake, &[&id]).await;
    look_up(&fake, &[&id]).await;
    fake.assert_max_concurrent_requests(1);

    let held = fake.pause_responses();
    let lookups: Vec<_> = (0..3)
        .map(|_| {
            let client = client(&fake);
            let ids = id.parse().unwrap();
            tokio::spawn(async move { client.list_results_by_ids(&ids).await.unwrap().code })
        })
        .collect();
    in_flight(&fake, 3).await;
    assert!(lookups.iter().all(|task| !task.is_finished()));
    drop(held);
    for task in lookups {
        assert_eq!(task.await.unwrap(), 1000);
    }
    assert_eq!(fake.max_concurrent_requests(), 3);
    assert_eq!(fake.requests_in_flight(), 0);
}

#[tokio::test]
async fn stats_print_every_counter() {
    let fake = FakeAkool::start().unwrap();
    let id = fake.add_job(FakeJob::image().after_polls(0, 0));
    look_up(&fake, &[&id, "b"]).await;
    fake.push_answer(akool_faceswap_mock::Answer::business(1005));
    look_up(&fake, &[&id]).await;
    let file = format!("{}/files/{id}.png", fake.url());
    http_client().get(file).send().await.unwrap();
    let shown = fake.stats().to_string();
    let counts: Vec<u64> = shown
        .lines()
        .map(|line| line.rsplit(' ').next().unwrap().parse().unwrap())
        .collect();
    assert_eq!(
        counts,
        [2, 3, 2, fake.longest_request_line() as u64, 1, 1, 0, 1, 0],
        "{shown}"
    );
}

#[tokio::test]
async fn a_lookup_after_a_damaged_final_answer_is_allowed() {
    let fake = FakeAkool::start().unwrap();
    let id = fake.add_job(FakeJob::image());
    for _ in 0..2 {
        look_up(&fake, &[&id]).await;
    }
    // The answer that reports the end is cut off.
    fake.push_answer(akool_faceswap_mock::Answer::truncated());
    let path = lookup(&format!("?_ids={id}"));
    assert!(
        crate::request::get(&fake, &path)
            .await
            .unwrap()
            .text()
            .await
            .is_err()
    );
    look_up(&fake, &[&id]).await;
    fake.assert_no_id_asked_after_terminal();
    fake.assert_requests_at_most(4);
    fake.assert_max_request_line_bytes(path.len() + 16);
}

#[tokio::test]
#[should_panic(expected = "ids were looked up 1 times after their end had been reported, first a")]
async fn a_lookup_after_the_end_fails_the_assertion() {
    let fake = FakeAkool::start().unwrap();
    fake.add_job(FakeJob::image().with_id("a").after_polls(0, 0).failing());
    look_up(&fake, &["a"]).await;
    look_up(&fake, &["a"]).await;
    fake.assert_no_id_asked_after_terminal();
}

#[tokio::test]
#[should_panic(expected = "1 requests were received, at most 0 were allowed")]
async fn too_many_requests_fail_the_assertion() {
    let fake = FakeAkool::start().unwrap();
    look_up(&fake, &["a"]).await;
    fake.assert_requests_at_most(0);
}

#[tokio::test]
#[should_panic(expected = "a request line had 58 bytes, at most 57 were allowed")]
async fn a_long_request_line_fails_the_assertion() {
    let fake = FakeAkool::start().unwrap();
    look_up(&fake, &["a"]).await;
    fake.assert_max_request_line_bytes(57);
}
