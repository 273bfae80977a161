//! The rules of a download, each under a paused clock and over a scripted wire.

mod disk;
mod pieces;
mod timing;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use futures_util::TryStreamExt as _;

use crate::{
    client::Client,
    error::{Error, ErrorKind},
    metrics::{DownloadMetrics, Metrics},
    model::Job,
    retry::RetryPolicy,
    testing::scripted::{Reply, Scripted, Seen},
    transport::backend::{HttpBackend, ResponseFuture, TransportError},
};

/// A video as short as possible; it is text, since scripted replies have text bodies.
const MP4: &str = "\0\0\0\u{18}ftypmp42\0\0\0\0isommp42 and what moves";

/// A URL with a marker that must never be shown.
const URL: &str = "http://127.0.0.1:9/FACELINK.mp4?sig=FACELINK";

fn job() -> Job {
    job_at(URL)
}

fn job_at(url: &str) -> Job {
    serde_json::from_value(serde_json::json!({"_id": "one", "faceswap_status": 3, "url": url}))
        .unwrap()
}

/// The whole video, with a strong validator.
fn whole() -> Reply {
    partly(MP4.len())
}

/// The video's head, and the first bytes of its body; then the connection ends.
fn partly(bytes: usize) -> Reply {
    Reply::http(200, &MP4[..bytes])
        .with_header("content-type", "video/mp4")
        .with_header("content-length", &MP4.len().to_string())
        .with_header("etag", "\"a\"")
}

/// The rest of the video.
fn rest(seen: &Seen) -> Reply {
    let range = seen.headers["range"].to_str().unwrap();
    let from = range
        .strip_prefix("bytes=")
        .unwrap()
        .strip_suffix('-')
        .unwrap();
    let from: usize = from.parse().unwrap();
    let (last, total) = (MP4.len() - 1, MP4.len());
    Reply::http(206, &MP4[from..])
        .with_header("content-range", &format!("bytes {from}-{last}/{total}"))
        .with_header("etag", "\"a\"")
}

async fn received(client: &Client, job: &Job) -> Result<Vec<u8>, Error> {
    let stream = client.download(job).stream().await?;
    let pieces: Vec<_> = stream.try_collect().await?;
    Ok(pieces.concat())
}

#[tokio::test(start_paused = true)]
async fn a_request_carries_no_credentials_and_nothing_about_the_caller() {
    let wire = Scripted::new(|_| whole());
    for client in [
        wire.client(),
        wire.client_with(|builder| builder.bearer_token("t")),
    ] {
        assert_eq!(received(&client, &job()).await.unwrap(), MP4.as_bytes());
    }
    for seen in wire.seen() {
        let mut names: Vec<&str> = seen.headers.keys().map(http::HeaderName::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["accept-encoding"]);
        assert_eq!(seen.headers["accept-encoding"], "identity");
        assert_eq!(seen.path, "/FACELINK.mp4");
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_knows_its_media_type_before_its_first_byte() {
    let wire = Scripted::new(|_| {
        Reply::http(200, MP4)
            .with_header("content-type", "binary/octet-stream")
            .with_header("transfer-encoding", "chunked")
    });
    let stream = wire.client().download(&job()).stream().await.unwrap();
    assert_eq!(
        (stream.content_type(), stream.content_length()),
        ("video/mp4", None)
    );
    assert!(format!("{stream:?}").contains("video/mp4"));
}

#[tokio::test(start_paused = true)]
async fn a_job_without_a_result_costs_no_request() {
    let wire = Scripted::new(|_| whole());
    let client = wire.client();
    client.api().clock.observe(std::time::SystemTime::now());
    let mut queued = serde_json::to_value(job()).unwrap();
    queued["faceswap_status"] = 1.into();
    let queued: Job = serde_json::from_value(queued).unwrap();
    let old = serde_json::json!({
        "_id": "a", "faceswap_status": 3, "url": URL, "createdAt": "2020-01-01T00:00:00.000Z",
    });
    let old: Job = serde_json::from_value(old).unwrap();
    for (job, kind) in [
        (&queued, ErrorKind::NoResult),
        (&old, ErrorKind::Expired),
        (&job_at("http://cdn.example/FACELINK"), ErrorKind::NoResult),
    ] {
        let download = client.download(job);
        assert!(!format!("{download:?}").contains("FACELINK"));
        let error = download.stream().await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (kind, 0));
        assert_eq!(error.ids(), [job.id().clone()]);
        let dir = tempfile::tempdir().unwrap();
        let error = client.download(job).save_in(dir.path()).await.unwrap_err();
        assert_eq!(error.kind(), kind);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    }
    assert_eq!(wire.requests(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_stream_resumes_the_same_file_or_fails() {
    // Broken twice, then whole.
    let wire = Scripted::new(|seen| match seen.n {
        0 => partly(20),
        1 => Reply::reset(),
        _ => rest(seen),
    });
    assert_eq!(
        received(&wire.client(), &job()).await.unwrap(),
        MP4.as_bytes()
    );
    let seen = wire.seen();
    assert_eq!(seen.len(), 3);
    assert_eq!(seen[2].headers["range"], "bytes=20-");
    assert_eq!(seen[2].headers["if-range"], "\"a\"");

    // The host has another file by now.
    let wire = Scripted::new(|seen| if seen.n == 0 { partly(20) } else { whole() });
    let error = received(&wire.client(), &job()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnexpectedContent);
    assert_eq!((wire.requests(), error.attempts()), (2, 2));

    // Without a validator it cannot be resumed.
    let wire = Scripted::new(|_| {
        Reply::http(200, &MP4[..20])
            .with_header("content-type", "video/mp4")
            .with_header("content-length", "44")
    });
    let error = received(&wire.client(), &job()).await.unwrap_err();
    assert_eq!((error.kind(), wire.requests()), (ErrorKind::Transport, 1));
    assert!(error.message().contains("44 bytes"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn more_bytes_than_allowed_or_promised_end_the_download() {
    let wire = Scripted::new(|_| {
        Reply::http(200, MP4)
            .with_header("content-type", "video/mp4")
            .with_header("transfer-encoding", "chunked")
    });
    let client = wire.client();
    for (limit, fits) in [(MP4.len(), true), (MP4.len() - 1, false)] {
        let stream = client
            .download(&job())
            .max_bytes(limit as u64)
            .stream()
            .await
            .unwrap();
        let outcome: Result<Vec<_>, _> = stream.try_collect().await;
        assert_eq!(outcome.is_ok(), fits);
        if let Err(error) = outcome {
            assert_eq!(error.kind(), ErrorKind::ResponseTooLarge);
            assert!(error.advice().contains("max_bytes"), "{error}");
            assert!(error.message().contains("file at 127.0.0.1"), "{error}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn redirects_stay_on_https_and_end() {
    let to = |location: &'static str| {
        Scripted::new(move |seen| {
            if seen.path == "/final.mp4" {
                whole()
            } else {
                Reply::http(302, "").with_header("location", location)
            }
        })
    };
    let secure = job_at("https://cdn.example/FACELINK.mp4");
    for (location, requests) in [("/final.mp4", 2), ("https://other.example/final.mp4", 2)] {
        let wire = to(location);
        assert_eq!(
            received(&wire.client(), &secure).await.unwrap(),
            MP4.as_bytes()
        );
        assert_eq!(wire.requests(), requests);
    }
    for (location, requests) in [
        ("http://cdn.example/final.mp4", 1),
        ("http://127.0.0.1:9/final.mp4", 1),
        ("file:///final.mp4", 1),
        ("https://u:p@cdn.example/final.mp4", 1),
        ("https://", 1),
        ("/again.mp4", 2),
        ("on/again.mp4", 6),
    ] {
        let wire = to(location);
        let error = received(&wire.client(), &secure).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Redirect, "{location}");
        assert!(error.message().starts_with("cdn.example redirects"));
        assert_eq!(wire.requests(), requests, "{location}");
        let shown = format!("{error} {error:?}");
        assert!(
            !shown.contains("FACELINK") && !shown.contains("final"),
            "{shown}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_by_the_host_says_nothing_about_the_clients_credentials() {
    for status in [401, 402, 403, 404, 410, 418] {
        let wire = Scripted::new(move |_| Reply::http(status, "<Key>FACELINK</Key>"));
        let client = wire.client_with(|builder| builder.api_key("k").retry(RetryPolicy::new()));
        let error = received(&client, &job()).await.unwrap_err();
        assert_eq!(wire.requests(), 1, "{status}");
        assert!(!error.is_auth() && !error.is_invalid_input(), "{status}");
        assert_eq!(error.http_status(), Some(status));
        assert!(!format!("{error:?}").contains("FACELINK"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_has_the_length_that_its_host_stated() {
    let wire = Scripted::new(|_| whole());
    let stream = wire.client().download(&job()).stream().await.unwrap();
    assert_eq!(stream.content_length(), Some(MP4.len() as u64));
}

#[tokio::test(start_paused = true)]
async fn an_error_has_the_status_under_which_the_wrong_bytes_came() {
    let wire = Scripted::new(|_| Reply::http(203, "<html>").with_header("content-length", "6"));
    let error = received(&wire.client(), &job()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnexpectedContent);
    assert_eq!(error.http_status(), Some(203));
}

/// Without TLS a break would look like the end.
#[cfg(feature = "_rustls")]
#[tokio::test(start_paused = true)]
async fn a_file_that_ends_with_its_connection_is_taken_over_tls_alone() {
    let wire = Scripted::new(|_| Reply::http(200, MP4).with_header("content-type", "video/mp4"));
    let secure = job_at("https://cdn.example/FACELINK.mp4");
    let bytes = received(&wire.client(), &secure).await.unwrap();
    assert_eq!(bytes, MP4.as_bytes());
    let error = received(&wire.client(), &job()).await.unwrap_err();
    assert!(
        error.message().contains("a file of unknown length"),
        "{error}"
    );
}

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<DownloadMetrics>>>);

impl Metrics for Kept {
    fn download(&self, download: &DownloadMetrics) {
        self.0.lock().unwrap().push(download.clone());
    }
}

#[tokio::test(start_paused = true)]
async fn every_transfer_is_reported_when_it_ends() {
    let second = Duration::from_secs(1);
    let wire = Scripted::new(move |seen| match seen.n {
        0 => partly(20).after(second),
        1 => rest(seen).after(second),
        _ => Reply::http(403, ""),
    });
    let kept = Kept::default();
    let client = wire.client_with(|builder| builder.api_key("k").metrics(kept.clone()));
    assert!(received(&client, &job()).await.is_ok());
    assert!(received(&client, &job()).await.is_err());
    let kept = kept.0.lock().unwrap();
    let [whole, refused] = &kept[..] else {
        panic!("{kept:?}");
    };
    assert_eq!(whole.host, "127.0.0.1");
    assert_eq!((whole.bytes, whole.attempts), (MP4.len() as u64, 2));
    assert_eq!(whole.error, None);
    assert!(whole.duration >= 2 * second, "{whole:?}");
    assert_eq!((refused.bytes, refused.attempts), (0, 1));
    assert_eq!(refused.error, Some(ErrorKind::Expired));
}

/// No connection, and what to do about it.
struct Refusing(Option<&'static str>);

impl HttpBackend for Refusing {
    fn send<'a>(&'a self, _: &'a reqwest::Client, _: reqwest::Request) -> ResponseFuture<'a> {
        Box::pin(async {
            Err(TransportError {
                is_connect: true,
                is_timeout: false,
                source: "refused".into(),
                advice: self.0,
            })
        })
    }
}

#[tokio::test(start_paused = true)]
async fn what_to_do_about_a_connection_that_fails_is_said_as_exactly_as_it_is_known() {
    for (known, advice) in [
        (Some("trust its authority"), "trust its authority"),
        (None, "check the network, proxies and certificates"),
    ] {
        let wire = Scripted::new(|_| whole());
        let client = wire.client_with(|mut builder| {
            builder.backend = Box::new(Refusing(known));
            builder.api_key("k")
        });
        let error = received(&client, &job()).await.unwrap_err();
        assert_eq!((error.kind(), error.advice()), (ErrorKind::Connect, advice));
    }
}
