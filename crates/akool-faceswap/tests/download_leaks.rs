//! No result URL and no credentials in anything that a download prints, traces or logs.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/capture.rs"]
mod capture;
mod support;

use std::{error::Error as StdError, time::Duration};

use akool_faceswap::{Error, ErrorKind, RetryPolicy};
use futures_util::TryStreamExt as _;
use support::{
    files::{LENGTH, answer, broken, client, download, job_at, serve, whole},
    planted::{SECRET_MARKS, URL_MARK},
    socket::Script,
};

/// Everything that can be printed of an error.
fn printed(error: &Error) -> Vec<String> {
    let mut lines = vec![format!("{error:#?}"), error.message().to_owned()];
    let mut next: Option<&dyn StdError> = Some(error);
    while let Some(error) = next {
        lines.extend([error.to_string(), format!("{error:?}")]);
        next = error.source();
    }
    lines
}

#[tokio::test]
async fn neither_the_url_nor_credentials_are_told_whatever_happens() {
    capture::begin();
    let echo = "HTTP/1.1 403 Forbidden\r\nx-key: FACELINK\r\ncontent-type: text/FACELINK\r\n\
                content-length: 8\r\n\r\nFACELINK";
    let redirect = |to: &str| {
        Script::request().write(format!(
            "HTTP/1.1 307 Moved\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n"
        ))
    };
    let scripts = [
        whole(),
        broken(),
        Script::request().write(echo),
        Script::request().write("HTTP/1.1 503 FACELINK\r\ncontent-length: 0\r\n\r\n"),
        Script::request().write("HTTP/1.1 FACELINK\r\n\r\n").close(),
        Script::request().close(),
        answer("content-type: image/FACELINK\r\n", "<FACELINK>"),
        answer("content-encoding: FACELINK\r\n", "FACELINK"),
        redirect("http://cdn.example/FACELINK"),
        redirect("ftp://FACELINK:FACELINK@cdn.example/FACELINK"),
        redirect("/FACELINK"),
        redirect("http://[FACELINK"),
    ];
    let mut lines = Vec::new();
    let dir = tempfile::tempdir().unwrap();
    for (n, script) in scripts.into_iter().enumerate() {
        let server = serve(script).await;
        let make = || {
            download(&server).retry(
                RetryPolicy::new()
                    .max_attempts(2)
                    .base_delay(Duration::ZERO),
            )
        };
        lines.push(format!("{:?}", make()));
        match make().save_to(dir.path().join(n.to_string())).await {
            Ok(saved) => lines.push(format!("{saved:?}")),
            Err(error) => lines.extend(printed(&error)),
        }
        match make().stream().await {
            Ok(stream) => {
                lines.push(format!("{stream:?}"));
                let outcome: Result<Vec<_>, _> = stream.try_collect().await;
                lines.extend(outcome.err().iter().flat_map(printed));
            }
            Err(error) => lines.extend(printed(&error)),
        }
    }
    let nobody = job_at("http://127.0.0.1:1/FACELINK");
    let server = serve(whole()).await;
    let refused = client(&server)
        .download(&nobody)
        .retry(RetryPolicy::never());
    let error = refused.stream().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect, "{error}");
    assert!(error.advice().contains("check the network"), "{error:?}");
    lines.extend(printed(&error));

    let traced = capture::taken();
    let spans = |name: &str| traced.iter().filter(|line| line.contains(name)).count();
    assert!(spans("akool_faceswap.download") > 20 && spans("akool_faceswap.attempt") > 20);
    assert!(
        traced
            .iter()
            .any(|line| line.contains(&format!("file.bytes={LENGTH}")))
    );
    // The two calls that were answered 403, and their attempts.
    assert_eq!(spans("http.response.status_code=403"), 4);
    assert_eq!(spans("error.type=\"403\""), 2);
    assert_eq!(spans("error.type=\"expired\""), 2);
    assert!(spans("otel.name=\"download\"") <= spans("server.address=\"127.0.0.1\""));
    assert!(lines.len() > 100, "{}", lines.len());
    lines.extend(traced);
    for line in lines {
        let small = line.to_lowercase();
        assert!(!small.contains(URL_MARK), "{line}");
        assert!(
            !SECRET_MARKS.iter().any(|mark| small.contains(mark)),
            "{line}"
        );
    }
}
