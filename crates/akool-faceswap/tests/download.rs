//! Downloads over real sockets: what goes out to the byte, what comes to the disk, what is refused.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::{fs, time::Duration};

use akool_faceswap::{Client, Error, ErrorKind, RetryPolicy, download::SavedFile};
use futures_util::TryStreamExt as _;
use support::{
    files::{
        LENGTH, answer, broken, builder, download, head, head_of_rest, job, job_at, names, serve,
        video, whole,
    },
    planted::{SECRET_MARKS, TOKEN},
    socket::{Script, SocketServer},
};
use tempfile::TempDir;

/// Downloads into `dir`, once.
async fn into(dir: &TempDir, script: Script) -> (Result<SavedFile, Error>, SocketServer) {
    let server = serve(script).await;
    let once = download(&server).retry(RetryPolicy::never());
    let outcome = once.save_in(dir.path()).await;
    (outcome, server)
}

fn new_dir() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn assert_whole(dir: &TempDir) {
    assert_eq!(names(dir.path()), ["one.mp4"]);
    assert!(fs::read(dir.path().join("one.mp4")).unwrap() == video());
}

#[tokio::test]
async fn no_credentials_go_out_with_the_first_request_a_redirect_or_a_range() {
    let other = serve(
        broken()
            .then()
            .write(head_of_rest(1_000_000, "\"a\""))
            .write(&video()[1_000_000..]),
    )
    .await;
    let to = format!("http://{}/FACELINK.mp4?sig=FACELINK", other.address());
    let redirect = format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n");
    let first = serve(Script::request().write(redirect)).await;
    let dir = new_dir();
    // What a program sends to the API beside the credentials is not for the file's host either.
    let own = [("x-gateway-token", TOKEN), ("cookie", TOKEN)];
    let own = own.map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
    let client = builder(&first)
        .bearer_token(TOKEN)
        .configure_reqwest(|reqwest| reqwest.default_headers(own.into_iter().collect()))
        .build()
        .unwrap();
    let saved = client
        .download(&job(&first))
        .save_in(dir.path())
        .await
        .unwrap();
    assert_eq!((saved.bytes(), saved.resumed_from()), (LENGTH as u64, None));
    assert_whole(&dir);

    for (server, requests) in [(&first, 2), (&other, 2)] {
        let sent = server.read().to_lowercase();
        assert_eq!(server.requests(), requests, "{sent}");
        for line in sent.lines().filter(|line| line.contains(": ")) {
            let (name, _) = line.split_once(": ").unwrap();
            assert!(
                [
                    "accept",
                    "accept-encoding",
                    "host",
                    "user-agent",
                    "range",
                    "if-range"
                ]
                .contains(&name),
                "{line}"
            );
        }
        assert!(
            !SECRET_MARKS.iter().any(|mark| sent.contains(mark)),
            "{sent}"
        );
    }
    let sent = other.read();
    assert!(
        sent.starts_with("GET /FACELINK.mp4?sig=FACELINK HTTP/1.1\r\n"),
        "{sent}"
    );
    assert_eq!(
        sent.matches("range: bytes=1000000-\r\n").count(),
        1,
        "{sent}"
    );
    assert_eq!(sent.matches("if-range: \"a\"\r\n").count(), 1, "{sent}");
}

#[tokio::test]
async fn a_redirect_that_is_refused_is_not_followed() {
    let other = serve(whole()).await;
    let port = other.address().port();
    for (location, requests) in [
        // This machine by an address that is not its own.
        (format!("http://0.0.0.0:{port}/"), 1),
        (format!("ftp://127.0.0.1:{port}/"), 1),
        ("/again".to_owned(), 2),
        ("on/again".to_owned(), 6),
    ] {
        let redirect =
            format!("HTTP/1.1 308 Moved\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n");
        let dir = new_dir();
        let (error, server) = into(&dir, Script::request().write(redirect)).await;
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Redirect, "{location}");
        assert_eq!(server.requests(), requests, "{location}");
    }
    assert_eq!(other.connections(), 0);
}

#[tokio::test]
async fn a_stream_brings_every_byte() {
    let server = serve(whole()).await;
    let stream = download(&server).stream().await.unwrap();
    assert_eq!(stream.content_length(), Some(LENGTH as u64));
    let pieces: Vec<_> = stream.try_collect().await.unwrap();
    assert!(pieces.concat() == video());
}

#[tokio::test]
async fn a_broken_download_is_gone_on_with_by_a_later_call() {
    let dir = new_dir();
    let (error, _server) = into(&dir, broken()).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Transport);
    assert_eq!(names(dir.path()), ["one.part", "one.part.json"]);
    let kept = fs::metadata(dir.path().join("one.part")).unwrap().len();
    assert_eq!(kept, 1_000_000);

    let rest = Script::request()
        .write(head_of_rest(1_000_000, "\"a\""))
        .write(&video()[1_000_000..]);
    let (saved, server) = into(&dir, rest).await;
    assert_eq!(saved.unwrap().resumed_from(), Some(1_000_000));
    assert!(server.read().contains("range: bytes=1000000-"));
    assert_whole(&dir);
}

#[tokio::test]
async fn a_file_that_changed_or_a_host_without_ranges_starts_over() {
    for (etag, mark) in [("\"b\"", "another mark"), ("\"a\"", "the same mark")] {
        let dir = new_dir();
        assert!(into(&dir, broken()).await.0.is_err());
        let (saved, server) = into(&dir, Script::request().write(head(etag)).write(video())).await;
        assert_eq!(saved.unwrap().resumed_from(), None, "{mark}");
        assert!(server.read().contains("if-range: \"a\""));
        assert_whole(&dir);
    }
    // A host that sends another file's part where If-Range should have kept it from that.
    let dir = new_dir();
    assert!(into(&dir, broken()).await.0.is_err());
    let spliced = Script::request()
        .write(head_of_rest(1_000_000, "\"b\""))
        .write("x".repeat(LENGTH - 1_000_000))
        .then()
        .write(head("\"b\""))
        .write(video());
    let (saved, server) = into(&dir, spliced).await;
    assert_eq!(saved.unwrap().resumed_from(), None);
    assert_eq!(server.requests(), 2);
    assert_whole(&dir);
}

#[tokio::test]
async fn a_download_that_is_dropped_leaves_no_half_file_and_goes_on_later() {
    let dir = new_dir();
    let part = dir.path().join("one.part");
    let server = serve(
        Script::request()
            .write(head("\"a\""))
            .write(&video()[..1_000_000])
            .stay(),
    )
    .await;
    let dropped = download(&server).save_in(dir.path());
    let written = async {
        while fs::metadata(&part).map_or(0, |part| part.len()) < 1_000_000 {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        _ = dropped => panic!("it cannot have ended"),
        () = written => {}
    }
    assert_eq!(names(dir.path()), ["one.part", "one.part.json"]);
    let rest = Script::request()
        .write(head_of_rest(1_000_000, "\"a\""))
        .write(&video()[1_000_000..]);
    let (saved, _server) = into(&dir, rest).await;
    assert_eq!(saved.unwrap().resumed_from(), Some(1_000_000));
    assert_whole(&dir);
}

#[tokio::test]
async fn two_at_once_do_not_harm_each_other() {
    let dir = new_dir();
    let (one, other) = (serve(whole()).await, serve(whole()).await);
    let outcomes = tokio::join!(
        download(&one).save_in(dir.path()),
        download(&other).save_in(dir.path()),
    );
    // The later one finds the file, or the lock.
    let outcomes = [outcomes.0, outcomes.1];
    let fetched = |outcome: &&Result<SavedFile, Error>| {
        outcome.as_ref().is_ok_and(|saved| !saved.already_existed())
    };
    assert_eq!(outcomes.iter().filter(fetched).count(), 1);
    for error in outcomes.into_iter().filter_map(Result::err) {
        assert!(error.message().contains("another download"), "{error}");
    }
    assert_whole(&dir);
}

#[tokio::test]
async fn what_is_no_image_and_no_video_is_refused_and_leaves_nothing() {
    let page = "<!doctype html><title>Access denied</title>FACELINK";
    let json = r#"{"code":1101,"msg":"FACELINK"}"#;
    for script in [
        answer("content-type: text/html\r\n", page),
        answer("content-type: video/mp4\r\n", page),
        answer("content-type: image/png\r\n", json),
        answer("content-type: application/octet-stream\r\n", page),
        answer("content-type: application/octet-stream\r\n", "\0\u{1}\u{2}"),
        answer("content-type: FACELINK/x\r\n", "\0\u{1}\u{2}"),
        answer(
            "content-type: video/mp4\r\ncontent-encoding: gzip\r\n",
            "\0\u{1}",
        ),
        answer("", json),
        answer("content-type: video/mp4\r\n", ""),
        // Its end cannot be told from a break.
        Script::request()
            .write("HTTP/1.1 200 OK\r\ncontent-type: video/mp4\r\n\r\n")
            .write(video())
            .close(),
    ] {
        let dir = new_dir();
        let (error, server) = into(&dir, script.clone()).await;
        let error = error.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnexpectedContent, "{error}");
        assert_eq!(server.requests(), 1);
        assert!(names(dir.path()).is_empty());
        let server = serve(script).await;
        let error = download(&server).stream().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnexpectedContent, "{error}");
    }
}

#[tokio::test]
async fn a_body_without_an_end_ends_at_the_limit() {
    let server = serve(
        Script::request()
            .write(
                "HTTP/1.1 200 OK\r\ncontent-type: video/mp4\r\ntransfer-encoding: chunked\r\n\r\n",
            )
            .write("18\r\n\0\0\0\u{18}ftypmp42\0\0\0\0isommp42\r\n")
            .endless(format!("1000\r\n{}\r\n", "\0".repeat(0x1000))),
    )
    .await;
    let dir = new_dir();
    let limited = download(&server).max_bytes(500_000);
    let error = limited.save_in(dir.path()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ResponseTooLarge);
    assert!(names(dir.path()).is_empty());
    // One that says so is refused by its head.
    let server = serve(Script::request().write(head("\"a\"")).stay()).await;
    let limited = download(&server).max_bytes(500_000);
    let error = limited.save_in(dir.path()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ResponseTooLarge);
}

#[tokio::test]
async fn silence_in_the_middle_ends_the_attempt() {
    let server = serve(
        Script::request()
            .write(head("\"a\""))
            .write(&video()[..600])
            .stay(),
    )
    .await;
    let dir = new_dir();
    let impatient = download(&server)
        .idle_timeout(Duration::from_millis(100))
        .retry(RetryPolicy::never());
    let error = impatient.save_in(dir.path()).await.unwrap_err();
    assert!(error.kind() == ErrorKind::Timeout && error.may_have_reached_server());
    assert_eq!(names(dir.path()), ["one.part", "one.part.json"]);
}

#[cfg(unix)]
#[tokio::test]
async fn a_disk_that_refuses_is_an_error_of_its_own() {
    use std::os::unix::fs::symlink;

    // /dev/full answers every write like a full disk, but is no plain file.
    let dir = new_dir();
    symlink("/dev/full", dir.path().join("one.part")).unwrap();
    let server = serve(whole()).await;
    let error = download(&server).save_in(dir.path()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    let dir = new_dir();
    fs::create_dir(dir.path().join("one.part.json")).unwrap();
    let error = download(&server).save_in(dir.path()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(error.advice().contains("free space"), "{error}");
    assert_eq!(names(dir.path()), ["one.part.json"]);
}

#[test]
fn downloads_go_between_threads() {
    fn sent<T: Send>(_: &T) {}
    fn check<T: Send + Sync + Clone>() {}
    fn check_stream<T: futures_util::Stream + Unpin + Send + 'static>() {}

    check::<SavedFile>();
    let client = Client::builder().api_key("k").build().unwrap();
    let make = || client.download(&job_at("https://cdn.example/a"));
    sent(&make());
    sent(&make().stream());
    sent(&make().save_to("a"));
    sent(&make().save_in("a"));
    check_stream::<akool_faceswap::download::DownloadStream>();
}

/// A PNG's first bytes and 600 zeros, compressed with gzip.
#[cfg(feature = "gzip")]
const COMPRESSED: &[u8] = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xeb\x0c\xf0\x73\xe7\xe5\x92\xe2\x62\x18\x05\xa3\x80\x06\x00\x00\x86\xdd\x01\xd8\x60\x02\x00\x00";

#[cfg(feature = "gzip")]
#[tokio::test]
async fn a_file_that_was_compressed_unasked_is_decoded() {
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-encoding: gzip\r\n\
         content-length: {}\r\n\r\n",
        COMPRESSED.len()
    );
    let dir = new_dir();
    let (saved, _server) = into(&dir, Script::request().write(&head).write(COMPRESSED)).await;
    let saved = saved.unwrap();
    assert_eq!((saved.bytes(), saved.content_type()), (608, "image/png"));
    assert!(fs::read(saved.path()).unwrap().starts_with(b"\x89PNG"));

    // Cut off, it is no file.
    let dir = new_dir();
    let cut = head.replace(&COMPRESSED.len().to_string(), "20");
    let (cut, _server) = into(&dir, Script::request().write(cut).write(&COMPRESSED[..20])).await;
    assert_eq!(cut.unwrap_err().kind(), ErrorKind::Transport);
    assert!(names(dir.path()).iter().all(|name| name.contains(".part")));
}
