//! Result files: when they are available, and how they are served.

use std::time::Duration;

use akool_faceswap_mock::{Answer, CredentialKind, FakeAkool, FakeJob, JobState, http::StatusCode};

use crate::request::{http_client, look_up, status};

/// The URL in the row of this job.
async fn url(fake: &FakeAkool, id: &str) -> String {
    let answer = look_up(fake, &[id]).await;
    let row = answer.data.unwrap().result.unwrap().remove(0);
    row.url.unwrap().into_string()
}

async fn download(url: &str) -> reqwest::Response {
    http_client().get(url).send().await.unwrap()
}

fn done() -> FakeJob {
    FakeJob::image().after_polls(0, 0)
}

#[tokio::test]
async fn a_file_is_available_once_the_job_has_succeeded() {
    let fake = FakeAkool::builder().path_prefix("/proxy").start().unwrap();
    let id = fake.add_job(FakeJob::image().after_polls(1, 0));
    let url = url(&fake, &id).await;
    assert_eq!(url, format!("{}/files/{id}.png", fake.url()));
    assert_eq!(download(&url).await.status(), StatusCode::FORBIDDEN);
    assert_eq!(status(&fake, &id).await, 3);

    let response = download(&url).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "image/png");
    assert_eq!(response.headers()["accept-ranges"], "bytes");
    let file = fake.file(&id).unwrap();
    assert_eq!(response.content_length(), Some(file.len() as u64));
    assert_eq!(response.bytes().await.unwrap(), file);

    fake.set_state(&id, JobState::Failed).unwrap();
    assert_eq!(download(&url).await.status(), StatusCode::FORBIDDEN);
    fake.remove_job(&id).unwrap();
    assert_eq!(download(&url).await.status(), StatusCode::NOT_FOUND);
    assert!(fake.file(&id).is_err());
}

#[tokio::test]
async fn files_expire_after_seven_days() {
    let fake = FakeAkool::start().unwrap();
    let id = fake.add_job(done());
    let url = url(&fake, &id).await;
    let day = Duration::from_secs(24 * 60 * 60);
    fake.clock().advance(6 * day);
    assert_eq!(download(&url).await.status(), 200);
    fake.clock().advance(day);
    assert_eq!(download(&url).await.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_download_can_be_resumed() {
    let fake = FakeAkool::start().unwrap();
    let id = fake.add_job(FakeJob::video().after_polls(0, 0));
    let url = url(&fake, &id).await;
    fake.push_answer(Answer::truncated().on_files());
    let mut broken = download(&url).await;
    assert_eq!(broken.headers()["content-type"], "video/mp4");
    let etag = broken.headers()["etag"].clone();
    let mut file = Vec::new();
    while let Ok(Some(part)) = broken.chunk().await {
        file.extend_from_slice(&part);
    }
    let whole = fake.file(&id).unwrap();
    assert_eq!(file.len(), whole.len() / 2);

    let rest = http_client()
        .get(&url)
        .header("range", format!("bytes={}-", file.len()))
        .header("if-range", etag);
    let rest = rest.send().await.unwrap();
    assert_eq!(rest.status(), StatusCode::PARTIAL_CONTENT);
    let range = format!("bytes {}-{}/{}", file.len(), whole.len() - 1, whole.len());
    assert_eq!(rest.headers()["content-range"], range);
    file.extend_from_slice(&rest.bytes().await.unwrap());
    assert_eq!(file, whole);

    let names = fake.downloads()[1].header_names().to_vec();
    assert!(names.iter().any(|name| name == "if-range"), "{names:?}");
}

#[tokio::test]
async fn a_head_request_gets_no_body() {
    let fake = FakeAkool::start().unwrap();
    let id = fake.add_job(done());
    let url = url(&fake, &id).await;
    let response = http_client().head(&url).send().await.unwrap();
    let length = fake.file(&id).unwrap().len().to_string();
    assert_eq!(response.headers()["content-length"], length);
    assert!(response.bytes().await.unwrap().is_empty());
}

#[tokio::test]
async fn downloads_are_recorded_apart_from_requests() {
    let fake = FakeAkool::start().unwrap();
    let id = fake.add_job(done());
    let url = url(&fake, &id).await;
    download(&url).await;
    fake.assert_no_credentials_on_files();
    assert_eq!((fake.request_count(), fake.download_count()), (1, 1));
    let downloads = fake.downloads();
    assert_eq!(downloads[0].ids(), [id.as_str()]);
    assert_eq!(downloads[0].credential(), CredentialKind::None);
    assert!(
        fake.requests()
            .iter()
            .all(|request| !request.path().contains("files"))
    );
}

#[tokio::test]
#[should_panic(expected = "1 of 2 downloads carried credentials, the newest: x-api-key")]
async fn credentials_for_files_fail_the_assertion() {
    let fake = FakeAkool::start().unwrap();
    let id = fake.add_job(done());
    let url = url(&fake, &id).await;
    let with_key = http_client().get(&url).header("x-api-key", "planted");
    with_key.send().await.unwrap();
    download(&url).await;
    assert!(!format!("{:?}", fake.downloads()).contains("planted"));
    fake.assert_no_credentials_on_files();
}

#[tokio::test]
async fn faults_can_be_limited_to_downloads() {
    let fake = FakeAkool::start().unwrap();
    let id = fake.add_job(done());
    let url = url(&fake, &id).await;
    fake.push_answer(Answer::html(StatusCode::OK).on_files());
    fake.push_answer(Answer::content_type("text/html").unwrap().on_files());
    fake.push_answer(
        Answer::redirect("http://elsewhere.example/")
            .unwrap()
            .on_files(),
    );
    fake.push_answer(Answer::html(StatusCode::FORBIDDEN).on_files());
    fake.push_answer(Answer::html(StatusCode::BAD_GATEWAY).on_files());
    fake.push_answer(Answer::reset().on_files());
    fake.push_answer(Answer::slow(400, Duration::from_millis(1)).on_files());

    // Requests to the API get none of them.
    assert_eq!(status(&fake, &id).await, 3);
    let page = download(&url).await;
    assert_eq!(page.status(), 200);
    assert!(page.text().await.unwrap().starts_with("<html>"));
    let file = fake.file(&id).unwrap();
    let named = download(&url).await;
    assert_eq!(named.headers()["content-type"], "text/html");
    assert_eq!(named.bytes().await.unwrap(), file);
    for status in [302, 403, 502] {
        assert_eq!(download(&url).await.status(), status);
    }
    assert!(http_client().get(&url).send().await.is_err());
    assert_eq!(download(&url).await.bytes().await.unwrap(), file);
    assert_eq!(download(&url).await.bytes().await.unwrap(), file);
    assert_eq!(fake.answers_left(), 0);
    assert_eq!(fake.stats().faults_given(), 7);
}

#[tokio::test]
async fn an_endless_file_continues_while_it_is_read() {
    let fake = FakeAkool::start().unwrap();
    let id = fake.add_job(done());
    let url = url(&fake, &id).await;
    fake.push_answer(Answer::endless().on_files());
    let mut response = download(&url).await;
    assert_eq!(response.content_length(), None);
    let mut read = 0;
    while read < 1_000_000 {
        read += response.chunk().await.unwrap().unwrap().len();
    }
}
