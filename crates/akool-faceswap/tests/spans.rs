//! One span for each call and one for each attempt, with OpenTelemetry's names.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/capture.rs"]
mod capture;

use std::time::Duration;

use akool_faceswap::{Client, ResultIds, RetryPolicy};
use akool_faceswap_mock::{Answer, FakeAkool, FakeJob, http::StatusCode};

#[tokio::test]
async fn a_call_and_its_attempts_are_spans() {
    let fake = FakeAkool::start().unwrap();
    let id = fake.add_job(FakeJob::image());
    fake.push_answer(Answer::html(StatusCode::SERVICE_UNAVAILABLE));
    let client = Client::builder()
        .base_url(fake.url())
        .api_key(fake.api_key())
        .retry(RetryPolicy::new().base_delay(Duration::ZERO))
        .build()
        .unwrap();
    let ids: ResultIds = format!("{id},667d228400000000000a0001").parse().unwrap();

    capture::begin();
    client.lookup(ids).await.unwrap();
    let lines = capture::taken();
    let of = |begin: &str| -> Vec<&String> {
        lines
            .iter()
            .filter(|line| line.starts_with(begin))
            .collect()
    };

    let calls = of("span akool_faceswap::lookup akool_faceswap.results");
    assert_eq!(calls.len(), 1, "{lines:#?}");
    assert!(calls[0].ends_with(" ids.asked=2"), "{}", calls[0]);

    let attempts = of("span akool_faceswap::transport::exchange akool_faceswap.attempt");
    assert_eq!(attempts.len(), 2, "{lines:#?}");
    let port = fake.url().rsplit(':').next().unwrap();
    for (resends, attempt) in attempts.iter().enumerate() {
        for field in [
            "otel.name=\"list_results_by_ids\"",
            "otel.kind=\"client\"",
            "http.request.method=\"GET\"",
            &format!("http.request.resend_count={resends}"),
            "server.address=\"127.0.0.1\"",
            &format!("server.port={port}"),
        ] {
            assert!(attempt.contains(field), "no {field} in {attempt}");
        }
    }

    let recorded = of("record")
        .into_iter()
        .cloned()
        .collect::<Vec<_>>()
        .join("\n");
    for field in [
        "http.response.status_code=503",
        "error.type=\"503\"",
        "http.response.status_code=200",
        "ids.found=1",
        "ids.missing=1",
        "ids.failed=0",
    ] {
        assert!(recorded.contains(field), "no {field} in {recorded}");
    }
}

#[test]
fn clients_and_results_go_between_threads() {
    fn check<T: Send + Sync + Clone>() {}
    fn sent<T: Send>() {}

    check::<Client>();
    check::<akool_faceswap::lookup::Results>();
    check::<akool_faceswap::Error>();
    sent::<<akool_faceswap::lookup::Lookup as IntoFuture>::IntoFuture>();
}
