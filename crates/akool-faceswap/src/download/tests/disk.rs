//! What is on disk before, during and after a download.

use std::{
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use tempfile::TempDir;

use crate::download::tests::{MP4, job, partly, rest, whole};
use crate::{
    error::{Error, ErrorKind},
    retry::RetryPolicy,
    testing::scripted::{Reply, Scripted, Seen},
};

fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort_unstable();
    names
}

/// A directory with the first 20 bytes of the video in it, left by an earlier call.
async fn begun() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let wire = Scripted::new(|_| partly(20));
    let client = wire.client_with(|builder| builder.api_key("k").retry(RetryPolicy::never()));
    let error = client
        .download(&job())
        .save_in(dir.path())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert_eq!(names(dir.path()), ["one.part", "one.part.json"]);
    assert_eq!(
        fs::read(dir.path().join("one.part")).unwrap(),
        &MP4.as_bytes()[..20]
    );
    dir
}

/// Saves the job in the directory; returns the outcome and the requests.
async fn saved_in(
    dir: &TempDir,
    script: impl Fn(&Seen) -> Reply + Send + Sync + 'static,
) -> (Result<crate::download::SavedFile, Error>, Vec<Seen>) {
    let wire = Scripted::new(script);
    let outcome = wire.client().download(&job()).save_in(dir.path()).await;
    (outcome, wire.seen())
}

fn assert_whole(dir: &TempDir) {
    assert_eq!(names(dir.path()), ["one.mp4"]);
    assert_eq!(
        fs::read(dir.path().join("one.mp4")).unwrap(),
        MP4.as_bytes()
    );
}

#[tokio::test(start_paused = true)]
async fn a_whole_file_has_its_name_and_leaves_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let (saved, _) = saved_in(&dir, |_| whole()).await;
    let saved = saved.unwrap();
    assert_whole(&dir);
    assert_eq!(saved.path(), dir.path().join("one.mp4"));
    assert_eq!(
        (saved.bytes(), saved.content_type()),
        (MP4.len() as u64, "video/mp4")
    );
    assert_eq!(
        (saved.resumed_from(), saved.already_existed()),
        (None, false)
    );

    // A further call finds it.
    let (again, requests) = saved_in(&dir, |_| whole()).await;
    let again = again.unwrap();
    assert!(again.already_existed() && requests.is_empty());
    assert_eq!((again.path(), again.bytes()), (saved.path(), saved.bytes()));
    assert_eq!(again.content_type(), "video/mp4");

    // Even after the host has deleted its file.
    let mut old = serde_json::to_value(job()).unwrap();
    old["createdAt"] = "2020-01-01T00:00:00.000Z".into();
    let old: crate::model::Job = serde_json::from_value(old).unwrap();
    let wire = Scripted::new(|_| whole());
    let there = wire.client().download(&old).save_in(dir.path()).await;
    assert_eq!((there.unwrap(), wire.requests()), (again, 0));
}

#[tokio::test(start_paused = true)]
async fn a_later_call_fetches_the_rest() {
    let dir = begun().await;
    let (saved, requests) = saved_in(&dir, rest).await;
    assert_eq!(saved.unwrap().resumed_from(), Some(20));
    assert_whole(&dir);
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].headers["range"], "bytes=20-");
    assert_eq!(requests[0].headers["if-range"], "\"a\"");
}

#[tokio::test(start_paused = true)]
async fn a_host_that_has_another_file_or_knows_no_ranges_starts_over() {
    type Script = fn(&Seen) -> Reply;
    let others: [Script; 4] = [
        |_| whole(),
        |seen| match seen.n {
            0 => Reply::http(416, "").with_header("content-range", "bytes */5"),
            _ => whole(),
        },
        |seen| match seen.n {
            0 => rest(seen).with_header("etag", "\"b\""),
            _ => whole(),
        },
        |seen| match seen.n {
            0 => rest(seen).with_header("content-range", "bytes 0-1/2"),
            _ => whole(),
        },
    ];
    for (n, script) in others.into_iter().enumerate() {
        let dir = begun().await;
        let (saved, requests) = saved_in(&dir, script).await;
        assert_eq!(saved.unwrap().resumed_from(), None);
        assert_whole(&dir);
        assert!(requests[0].headers.contains_key("range"));
        assert_eq!(requests.len(), if n == 0 { 1 } else { 2 });
        assert!(n == 0 || !requests[1].headers.contains_key("range"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_broken_connection_is_resumed_within_a_call() {
    let dir = tempfile::tempdir().unwrap();
    let (saved, requests) = saved_in(&dir, |seen| match seen.n {
        0 => partly(20),
        1 => Reply::http(503, ""),
        _ => rest(seen),
    })
    .await;
    // Nothing was saved before the call.
    assert_eq!(saved.unwrap().resumed_from(), None);
    assert_eq!(requests.len(), 3);
    assert_whole(&dir);

    // Without a strong validator the whole file is fetched again.
    let dir = tempfile::tempdir().unwrap();
    let (saved, requests) = saved_in(&dir, |seen| {
        let reply = if seen.n == 0 { partly(20) } else { whole() };
        reply.with_header("etag", "W/\"a\"")
    })
    .await;
    assert!(saved.is_ok() && !requests[1].headers.contains_key("range"));
    assert_whole(&dir);
}

#[tokio::test(start_paused = true)]
async fn a_part_that_is_complete_needs_no_request() {
    let dir = begun().await;
    fs::write(dir.path().join("one.part"), MP4).unwrap();
    let (saved, requests) = saved_in(&dir, |_| Reply::refused()).await;
    assert_eq!(saved.unwrap().resumed_from(), Some(MP4.len() as u64));
    assert!(requests.is_empty());
    assert_whole(&dir);
}

#[tokio::test(start_paused = true)]
async fn a_part_of_unknown_length_is_complete_if_nothing_follows() {
    let dir = begun().await;
    fs::write(dir.path().join("one.part"), MP4).unwrap();
    let notes = dir.path().join("one.part.json");
    let text = fs::read_to_string(&notes).unwrap();
    let unknown = text.replace(&format!("\"total\":{}", MP4.len()), "\"total\":null");
    assert_ne!(text, unknown);
    fs::write(&notes, unknown).unwrap();
    let (saved, requests) = saved_in(&dir, |_| {
        Reply::http(416, "").with_header("content-range", &format!("bytes */{}", MP4.len()))
    })
    .await;
    assert!(saved.is_ok());
    assert_eq!(requests.len(), 1);
    assert_whole(&dir);
}

#[tokio::test(start_paused = true)]
async fn a_part_that_does_not_match_its_notes_is_not_resumed() {
    type Spoil = fn(&Path);
    let spoils: [Spoil; 5] = [
        |dir| fs::remove_file(dir.join("one.part.json")).unwrap(),
        |dir| fs::write(dir.join("one.part.json"), "{").unwrap(),
        |dir| fs::write(dir.join("one.part"), "x".repeat(99)).unwrap(),
        |dir| {
            let notes = fs::read_to_string(dir.join("one.part.json")).unwrap();
            fs::write(
                dir.join("one.part.json"),
                notes.replace("\"one\"", "\"other\""),
            )
            .unwrap();
        },
        |dir| {
            let notes = fs::read_to_string(dir.join("one.part.json")).unwrap();
            fs::write(
                dir.join("one.part.json"),
                notes.replace("\"version\":1", "\"version\":2"),
            )
            .unwrap();
        },
    ];
    for spoil in spoils {
        let dir = begun().await;
        spoil(dir.path());
        let (saved, requests) = saved_in(&dir, |_| whole()).await;
        assert_eq!(saved.unwrap().resumed_from(), None);
        assert!(!requests[0].headers.contains_key("range"));
        assert_whole(&dir);
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_leaves_nothing_new_and_removes_nothing() {
    let forbidden = |_: &Seen| Reply::http(403, "");
    let dir = tempfile::tempdir().unwrap();
    let error = saved_in(&dir, forbidden).await.0.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Expired);
    assert!(names(dir.path()).is_empty());
    let dir = begun().await;
    assert!(saved_in(&dir, forbidden).await.0.is_err());
    assert_eq!(names(dir.path()), ["one.part", "one.part.json"]);
}

#[tokio::test(start_paused = true)]
async fn a_file_that_turns_out_too_large_is_removed() {
    let dir = tempfile::tempdir().unwrap();
    let wire = Scripted::new(|_| {
        Reply::http(200, MP4)
            .with_header("content-type", "video/mp4")
            .with_header("transfer-encoding", "chunked")
    });
    let download = wire.client().download(&job()).max_bytes(30);
    let error = download.save_in(dir.path()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ResponseTooLarge);
    assert!(names(dir.path()).is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_is_at_the_target_is_left_alone() {
    let wire = Scripted::new(|_| whole());
    let client = wire.client();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("mine");
    fs::write(&path, "mine").unwrap();
    let error = client.download(&job()).save_to(&path).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Io, 0));
    assert!(error.message().contains("left alone"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), b"mine");

    // In a directory as well, if it is neither an image nor a video.
    for (name, text) in [("one.mp4", "<html>"), ("one.png", "")] {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(name), text).unwrap();
        let error = client
            .download(&job())
            .save_in(dir.path())
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io, "{name}");
    }
    assert_eq!(wire.requests(), 0);
    assert_eq!(names(dir.path()), ["mine"]);
}

#[tokio::test(start_paused = true)]
async fn a_file_that_appears_at_the_target_meanwhile_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let target = dir.path().join("one.mp4");
    let mine = target.clone();
    let (outcome, _) = saved_in(&dir, move |_| {
        fs::write(&mine, "mine").unwrap();
        whole()
    })
    .await;
    let error = outcome.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains("by now"), "{cause}");
    assert_eq!(fs::read(target).unwrap(), b"mine");
}

#[tokio::test(start_paused = true)]
async fn a_target_that_cannot_be_written_to_costs_no_request() {
    let wire = Scripted::new(|_| whole());
    let client = wire.client();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "").unwrap();
    let download = || client.download(&job());
    for error in [
        download()
            .save_in(dir.path().join("missing"))
            .await
            .unwrap_err(),
        download().save_in(&file).await.unwrap_err(),
        download().save_to(file.join("below")).await.unwrap_err(),
        download().save_to(dir.path()).await.unwrap_err(),
    ] {
        assert_eq!(
            (error.kind(), error.attempts()),
            (ErrorKind::Io, 0),
            "{error}"
        );
        assert_eq!(error.ids().len(), 1);
    }
    for none in ["", "/", ".."] {
        assert!(
            download()
                .save_to(none)
                .await
                .unwrap_err()
                .is_invalid_input()
        );
    }
    fs::create_dir(dir.path().join("one.part")).unwrap();
    let error = download().save_in(dir.path()).await.unwrap_err();
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains("not a file"), "{cause}");
    assert_eq!(wire.requests(), 0);
    assert_eq!(names(dir.path()), ["file", "one.part"]);

    // A trailing slash makes no difference.
    let saved = download()
        .save_to(format!("{}/", dir.path().join("new").display()))
        .await;
    assert_eq!(saved.unwrap().path(), dir.path().join("new"));
}

#[tokio::test(start_paused = true)]
async fn of_two_at_once_one_downloads_and_the_other_waits_for_its_file() {
    let dir = tempfile::tempdir().unwrap();
    let wire = Scripted::new(|_| whole().after(std::time::Duration::from_secs(20)));
    let (client, other) = (wire.client(), wire.client());
    let job = job();
    let first = client.download(&job).save_in(dir.path());
    let second = other.download(&job).save_in(dir.path());
    let outcomes = tokio::join!(first, second);
    let saved = [outcomes.0.unwrap(), outcomes.1.unwrap()];
    let existed = saved.iter().filter(|saved| saved.already_existed());
    assert_eq!(existed.count(), 1);
    assert_eq!(wire.requests(), 1);
    assert_whole(&dir);
}

#[tokio::test(start_paused = true)]
async fn a_download_that_was_dropped_can_be_resumed() {
    let dir = tempfile::tempdir().unwrap();
    let asked_again = Arc::new(AtomicBool::new(false));
    let asked = asked_again.clone();
    let wire = Scripted::new(move |seen| {
        if seen.n == 0 {
            return partly(20);
        }
        asked.store(true, Ordering::SeqCst);
        Reply::nothing()
    });
    let client = wire.client();
    let job = job();
    let download = client.download(&job).save_in(dir.path());
    {
        let mut download = std::pin::pin!(download);
        while !asked_again.load(Ordering::SeqCst) {
            let step = std::time::Duration::from_millis(10);
            assert!(tokio::time::timeout(step, &mut download).await.is_err());
        }
    }
    assert_eq!(names(dir.path()), ["one.part", "one.part.json"]);
    let (saved, _) = saved_in(&dir, rest).await;
    assert_eq!(saved.unwrap().resumed_from(), Some(20));
    assert_whole(&dir);
}

#[cfg(unix)]
#[tokio::test(start_paused = true)]
async fn a_dangling_link_at_the_target_is_named_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let link = dir.path().join("one.mp4");
    std::os::unix::fs::symlink(dir.path().join("nothing"), &link).unwrap();
    let (outcome, seen) = saved_in(&dir, |_| whole()).await;
    let error = outcome.unwrap_err();
    assert_eq!((error.kind(), seen.len()), (ErrorKind::Io, 0));
    assert!(
        error
            .message()
            .contains("one.mp4 already exists and was left alone"),
        "{error}"
    );
    assert!(fs::symlink_metadata(&link).is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_part_without_a_mark_is_used_only_if_it_is_whole() {
    for (bytes, is_used) in [(MP4.len(), true), (20, false)] {
        let dir = begun().await;
        fs::write(dir.path().join("one.part"), &MP4[..bytes]).unwrap();
        let notes = dir.path().join("one.part.json");
        let text = fs::read(&notes).unwrap();
        let mut json: serde_json::Value = serde_json::from_slice(&text).unwrap();
        assert!(!json["file"]["validator"].take().is_null());
        fs::write(&notes, json.to_string()).unwrap();
        let (saved, requests) = saved_in(&dir, |_| whole()).await;
        assert_eq!(saved.unwrap().resumed_from().is_some(), is_used, "{bytes}");
        assert_eq!(requests.is_empty(), is_used, "{bytes}");
        assert_whole(&dir);
    }
}

#[tokio::test(start_paused = true)]
async fn a_file_that_its_host_mislabels_is_saved_and_says_so() {
    for (label, mislabeled_as) in [("video/mp4", None), ("image/png", Some("image/png"))] {
        let dir = tempfile::tempdir().unwrap();
        let (saved, _) = saved_in(&dir, move |_| whole().with_header("content-type", label)).await;
        let saved = saved.unwrap();
        assert_eq!(saved.content_type(), "video/mp4");
        assert_eq!(saved.mislabeled_as(), mislabeled_as);
        assert_whole(&dir);
    }
}
