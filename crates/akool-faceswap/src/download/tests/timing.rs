//! Retries, time limits and permits: how long everything takes, to the millisecond.

use std::time::{Duration, SystemTime};

use futures_util::{TryStreamExt as _, future::join_all};
use tokio::time::Instant;

use crate::download::tests::{MP4, URL, job, partly, received, rest, whole};
use crate::{
    clock::Clock,
    error::ErrorKind,
    limits::Timeout,
    model::Job,
    retry::RetryPolicy,
    testing::scripted::{Reply, Scripted},
};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn transient_errors_are_retried_and_others_are_not() {
    type Fault = fn() -> Reply;
    let transient: [Fault; 6] = [
        || Reply::http(500, "<html>"),
        || Reply::http(503, ""),
        || Reply::http(408, ""),
        || Reply::http(429, ""),
        Reply::reset,
        Reply::refused,
    ];
    for fault in transient {
        let wire = Scripted::new(move |seen| if seen.n == 0 { fault() } else { whole() });
        assert_eq!(
            received(&wire.client(), &job()).await.unwrap(),
            MP4.as_bytes()
        );
        assert_eq!(wire.requests(), 2);
    }
    let permanent: [Fault; 4] = [
        || Reply::http(403, ""),
        || Reply::http(400, ""),
        || Reply::http(200, "<html>").with_header("content-length", "6"),
        || Reply::http(204, ""),
    ];
    for fault in permanent {
        let wire = Scripted::new(move |_| fault());
        let error = received(&wire.client(), &job()).await.unwrap_err();
        assert_eq!((wire.requests(), error.attempts()), (1, 1));
    }
}

/// A job of this age.
fn job_of_age(age: Duration) -> Job {
    let created = humantime::format_rfc3339_millis(SystemTime::now() - age).to_string();
    serde_json::from_value(serde_json::json!({
        "_id": "one", "faceswap_status": 3, "url": URL, "createdAt": created,
    }))
    .unwrap()
}

#[tokio::test(start_paused = true)]
async fn the_file_of_a_young_job_is_waited_for() {
    for status in [403, 404, 202] {
        let wire = Scripted::new(move |seen| match seen.n {
            0 | 1 => Reply::http(status, "").with_header("content-length", "0"),
            _ => whole(),
        });
        let job = job_of_age(60 * SECOND);
        assert_eq!(
            received(&wire.client(), &job).await.unwrap(),
            MP4.as_bytes()
        );
        assert_eq!(wire.gaps(), [SECOND, 2 * SECOND], "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_file_that_does_not_appear_is_given_up_after_half_a_minute() {
    let wire = Scripted::new(|_| Reply::http(403, ""));
    let begun = Instant::now();
    let error = received(&wire.client(), &job_of_age(60 * SECOND))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Expired, "{error}");
    assert!((20 * SECOND..=30 * SECOND).contains(&begun.elapsed()));
    assert!(wire.requests() <= 8, "{}", wire.requests());
    assert!(error.advice().contains("do not submit it again"), "{error}");
}

/// <https://github.com/antiwork/gumroad-mobile/pull/315>
#[tokio::test(start_paused = true)]
async fn an_empty_file_and_too_early_are_transient_for_a_young_job() {
    let answers: [fn() -> Reply; 3] = [
        || Reply::http(200, "").with_header("content-length", "0"),
        || Reply::http(425, ""),
        || Reply::http(204, ""),
    ];
    for answer in answers {
        let wire = Scripted::new(move |seen| if seen.n < 2 { answer() } else { whole() });
        let received = received(&wire.client(), &job_of_age(60 * SECOND)).await;
        assert_eq!(
            (received.unwrap(), wire.requests()),
            (MP4.as_bytes().to_vec(), 3)
        );
        let old = job_of_age(Duration::from_secs(5 * 3600));
        let wire = Scripted::new(move |_| answer());
        assert!(self::received(&wire.client(), &old).await.is_err());
        assert_eq!(wire.requests(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn the_file_of_an_old_job_is_not_waited_for() {
    let wire = Scripted::new(|_| Reply::http(403, ""));
    let job = job_of_age(Duration::from_secs(5 * 3600));
    let error = received(&wire.client(), &job).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Expired);
    let never = wire.client_with(|builder| builder.api_key("k").retry(RetryPolicy::never()));
    assert!(received(&never, &job_of_age(60 * SECOND)).await.is_err());
    assert_eq!(wire.requests(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_redirect_in_utf_8_is_followed_and_one_to_nowhere_is_not_retried() {
    let wire = Scripted::new(|seen| match seen.n {
        0 => Reply::http(302, "").with_header_bytes("location", "/r\u{e9}sultat".as_bytes()),
        _ => whole(),
    });
    assert_eq!(
        received(&wire.client(), &job()).await.unwrap(),
        MP4.as_bytes()
    );
    assert_eq!(wire.seen()[1].path, "/r%C3%A9sultat");
    // <https://github.com/guzzle/guzzle/pull/2110>
    let nowhere: [fn() -> Reply; 4] = [
        || Reply::http(302, ""),
        || Reply::http(302, "").with_header("location", ""),
        || Reply::http(302, "").with_header("location", "  "),
        || Reply::http(302, "").with_header("location", URL),
    ];
    for reply in nowhere {
        let wire = Scripted::new(move |_| reply());
        let error = received(&wire.client(), &job()).await.unwrap_err();
        assert_eq!((wire.requests(), error.kind()), (1, ErrorKind::Redirect));
    }
}

#[tokio::test(start_paused = true)]
async fn the_bytes_decide_whatever_the_labels_say() {
    for (name, value) in [
        ("content-type", "application/x-www-form-urlencoded"),
        ("content-type", "text/html"),
        ("content-encoding", "aws-chunked"),
        ("content-encoding", "Identity"),
        ("content-encoding", "deflate"),
    ] {
        let wire = Scripted::new(move |_| whole().with_header(name, value));
        assert_eq!(
            received(&wire.client(), &job()).await.unwrap(),
            MP4.as_bytes(),
            "{value}"
        );
        let stream = wire.client().download(&job()).stream().await.unwrap();
        assert_eq!(stream.mislabeled_as().is_some(), name == "content-type");
        let page = Scripted::new(move |_| {
            Reply::http(200, "\0\0\0\0opaque")
                .with_header("content-length", "10")
                .with_header("content-type", "video/mp4")
                .with_header(name, value)
        });
        let is_taken = received(&page.client(), &job()).await.is_ok();
        assert_eq!(is_taken, value == "Identity", "{value}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_hosts_own_delay_is_kept_and_slows_no_lookup() {
    let wire = Scripted::new(|seen| match seen.n {
        0 => Reply::http(429, "").with_header("retry-after", "17"),
        _ => whole(),
    });
    let client = wire.client();
    received(&client, &job()).await.unwrap();
    assert_eq!(wire.gaps(), [17 * SECOND]);
    assert_eq!(client.api().throttle.held_until(), None);
}

#[tokio::test(start_paused = true)]
async fn attempts_end_with_the_policy_and_the_budget() {
    let wire = Scripted::new(|_| Reply::http(503, ""));
    let client = wire.client();
    let error = received(&client, &job()).await.unwrap_err();
    assert_eq!((wire.requests(), error.attempts()), (4, 4));
    let never = client.download(&job()).retry(RetryPolicy::never());
    assert_eq!(never.stream().await.unwrap_err().attempts(), 1);
    while client.api().budget.withdraw(false) {}
    assert_eq!(received(&client, &job()).await.unwrap_err().attempts(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_brought_little_counts_as_failed() {
    let wire = Scripted::new(|seen| match seen.n {
        0 => partly(20),
        _ => Reply::http(206, "x")
            .with_header(
                "content-range",
                &format!("bytes {}-{}/{}", 19 + seen.n, MP4.len() - 1, MP4.len()),
            )
            .with_header("etag", "\"a\""),
    });
    let error = received(&wire.client(), &job()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Transport, 4));
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_brought_much_does_not_count_as_failed() {
    const PIECE: usize = 1024 * 1024;
    let total = 8 * PIECE;
    let wire = Scripted::new(move |seen| {
        let body = MP4.to_owned() + &"\0".repeat(PIECE);
        let body = &body[..PIECE];
        let reply = if seen.n == 0 {
            Reply::http(200, body)
                .with_header("content-type", "video/mp4")
                .with_header("content-length", &total.to_string())
        } else {
            let (from, last) = (seen.n * PIECE, total - 1);
            Reply::http(206, body)
                .with_header("content-range", &format!("bytes {from}-{last}/{total}"))
        };
        reply.with_header("etag", "\"a\"")
    });
    assert_eq!(received(&wire.client(), &job()).await.unwrap().len(), total);
    assert_eq!(wire.requests(), 8);
}

#[tokio::test(start_paused = true)]
async fn receiving_the_same_bytes_again_is_no_progress() {
    const PIECE: usize = 1024 * 1024;
    // Each attempt brings much but gets no further, with a strong validator and with a weak one.
    for etag in ["\"a\"", "W/\"a\""] {
        let wire = Scripted::new(move |_| {
            let body = MP4.to_owned() + &"\0".repeat(2 * PIECE);
            Reply::http(200, &body)
                .with_header("content-type", "video/mp4")
                .with_header("content-length", &(3 * PIECE).to_string())
                .with_header("etag", etag)
        });
        let dir = tempfile::tempdir().unwrap();
        let download = wire.client().download(&job());
        let error = download.save_in(dir.path()).await.unwrap_err();
        assert_eq!((wire.requests(), error.attempts()), (4, 4), "{etag}");
    }
}

#[tokio::test(start_paused = true)]
async fn silence_is_waited_for_as_long_as_the_idle_timeout() {
    let wire = Scripted::new(|_| Reply::nothing());
    let client = wire.client_with(|builder| builder.api_key("k").retry(RetryPolicy::never()));
    let begun = Instant::now();
    let error = client.download(&job()).stream().await.unwrap_err();
    assert_eq!(
        (error.kind(), begun.elapsed()),
        (ErrorKind::Timeout, 30 * SECOND)
    );
    let begun = Instant::now();
    let download = client.download(&job()).idle_timeout(SECOND);
    let error = download.stream().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(begun.elapsed(), SECOND);
}

#[tokio::test(start_paused = true)]
async fn the_whole_download_ends_at_its_own_limit() {
    let wire = Scripted::new(|_| Reply::nothing());
    let begun = Instant::now();
    let download = wire
        .client()
        .download(&job())
        .operation_timeout(45 * SECOND);
    let error = download.stream().await.unwrap_err();
    assert_eq!(
        (error.kind(), begun.elapsed()),
        (ErrorKind::Timeout, 45 * SECOND)
    );
    assert_eq!((wire.requests(), error.attempts()), (2, 2));

    // Without any limit, it lasts as long as the host takes.
    let wire = Scripted::new(|_| whole().after(86_400 * SECOND));
    let download = wire
        .client()
        .download(&job())
        .idle_timeout(Timeout::Disabled);
    assert!(download.stream().await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn no_more_files_are_downloaded_at_once_than_allowed() {
    let wire = Scripted::new(|_| whole().after(SECOND));
    let client = wire.client_with(|builder| builder.api_key("k").max_concurrent_downloads(2));
    let begun = Instant::now();
    let job = job();
    let all = join_all((0..6).map(|_| received(&client, &job))).await;
    assert!(all.iter().all(Result::is_ok));
    assert_eq!((wire.most_in_flight(), begun.elapsed()), (2, 3 * SECOND));

    // A stream that nobody reads keeps its permit; one that was dropped does not.
    let kept = client.download(&job).stream().await.unwrap();
    drop(client.download(&job).stream().await.unwrap());
    let also_kept = client.download(&job).stream().await.unwrap();
    let third = client
        .download(&job)
        .operation_timeout(5 * SECOND)
        .stream()
        .await;
    assert_eq!(third.unwrap_err().attempts(), 0);
    drop((kept, also_kept));
}

#[tokio::test(start_paused = true)]
async fn a_download_that_pauses_holds_no_permit() {
    let wire = Scripted::new(|seen| match seen.n {
        0 => Reply::http(503, "").with_header("retry-after", "60"),
        _ => whole(),
    });
    let client = wire.client_with(|builder| builder.api_key("k").max_concurrent_downloads(1));
    let begun = Instant::now();
    let job = job();
    let first = received(&client, &job);
    let second = async {
        tokio::time::sleep(SECOND).await;
        received(&client, &job).await.unwrap();
        begun.elapsed()
    };
    let (first, second) = tokio::join!(first, second);
    assert!(first.is_ok());
    assert_eq!(second, SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_success_refunds_the_budget() {
    let wire = Scripted::new(|seen| {
        if seen.headers.contains_key("range") {
            rest(seen)
        } else {
            partly(20)
        }
    });
    let client = wire.client();
    while client.api().budget.withdraw(false) {}
    let broken: Result<Vec<_>, _> = client
        .download(&job())
        .stream()
        .await
        .unwrap()
        .try_collect()
        .await;
    assert!(broken.is_err());
    let whole = Scripted::new(|_| whole());
    let client = whole.client();
    while client.api().budget.withdraw(false) {}
    for _ in 0..5 {
        received(&client, &job()).await.unwrap();
    }
    assert!(client.api().budget.withdraw(false));
}

#[tokio::test(start_paused = true)]
async fn a_wrong_clock_makes_no_young_file_old_and_no_old_file_young() {
    let now = SystemTime::now();
    let client = |wire: &Scripted, local: SystemTime| {
        let client = wire.client_with(|mut builder| {
            builder.clock = Clock::standing_at(local);
            builder.api_key("k")
        });
        client.api().clock.observe(now);
        client
    };
    let offset = 8 * 86_400 * SECOND;
    for local in [now + offset, now - offset] {
        let late = Scripted::new(move |seen| match seen.n {
            0 => Reply::http(404, ""),
            _ => whole(),
        });
        let young = client(&late, local)
            .download(&job_of_age(60 * SECOND))
            .stream();
        assert!(young.await.is_ok());
        let gone = Scripted::new(|_| Reply::http(404, ""));
        let old = client(&gone, local)
            .download(&job_of_age(5 * 3600 * SECOND))
            .stream();
        assert_eq!(old.await.unwrap_err().kind(), ErrorKind::Expired);
        assert_eq!(gone.requests(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn one_clock_alone_never_advises_another_submit() {
    let wire = Scripted::new(|_| Reply::http(403, ""));
    let ahead = wire.client_with(|mut builder| {
        builder.clock = Clock::standing_at(SystemTime::now() + 8 * 86_400 * SECOND);
        builder.api_key("k")
    });
    let error = received(&ahead, &job_of_age(60 * SECOND))
        .await
        .unwrap_err();
    assert_eq!((error.kind(), wire.requests()), (ErrorKind::Expired, 1));
    assert!(!error.advice().contains("submit"), "{}", error.advice());
}

#[tokio::test(start_paused = true)]
async fn a_job_is_young_for_four_hours() {
    let minute = 60 * SECOND;
    for (age, is_young) in [(239 * minute, true), (241 * minute, false)] {
        let wire = Scripted::new(|seen| match seen.n {
            0 => Reply::http(404, ""),
            _ => whole(),
        });
        let outcome = received(&wire.client(), &job_of_age(age)).await;
        assert_eq!(outcome.is_ok(), is_young, "{age:?}");
    }
}

/// Four attempts in a row that together brought less than a mebibyte.
#[tokio::test(start_paused = true)]
async fn attempts_that_bring_some_hundred_kibibytes_count_as_failed() {
    const PIECE: usize = 200 * 1024;
    let total = 8 * PIECE;
    let wire = Scripted::new(move |seen| {
        let body = MP4.to_owned() + &"\0".repeat(PIECE - MP4.len());
        let (from, last) = (seen.n * PIECE, total - 1);
        let reply = if seen.n == 0 {
            Reply::http(200, &body).with_header("content-length", &total.to_string())
        } else {
            Reply::http(206, &body)
                .with_header("content-range", &format!("bytes {from}-{last}/{total}"))
        };
        reply.with_header("etag", "\"a\"")
    });
    let error = received(&wire.client(), &job()).await.unwrap_err();
    assert_eq!((error.attempts(), wire.requests()), (4, 4));
}
