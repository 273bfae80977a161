//! Answers that are incomplete, or not as documented.

use std::time::{Duration, SystemTime};

use akool_faceswap_mock::{
    Answer, Clock, FakeAkool, FakeJob, FaultRule, Malformed, WireScript, http::StatusCode,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::request::{client, get, http_client, ids_of, look_up, lookup, refusal_code, status};

/// Asks for one job and reads the answer's text, or nothing if it breaks off.
async fn text(fake: &FakeAkool, id: &str) -> Option<String> {
    let response = get(fake, &lookup(&format!("?_ids={id}"))).await.ok()?;
    assert_eq!(response.status(), 200);
    response.text().await.ok()
}

#[tokio::test]
async fn bodies_are_cut_off() {
    let fake = FakeAkool::start().unwrap();
    let id = fake.add_job(FakeJob::image().after_polls(3, 0));
    for fault in [
        Answer::truncated(),
        Answer::chunk_cut(),
        Answer::reset_in_body(),
    ] {
        fake.push_answer(fault);
        let response = get(&fake, &lookup(&format!("?_ids={id}"))).await.unwrap();
        assert_eq!(
            response.headers()["content-type"],
            "application/json; charset=utf-8"
        );
        assert!(response.text().await.is_err());
    }
    // Each request counted as a lookup.
    assert_eq!(status(&fake, &id).await, 3);
}

#[tokio::test]
async fn connections_break_before_any_answer() {
    let fake = FakeAkool::start().unwrap();
    fake.push_answer(Answer::reset());
    fake.push_answer(Answer::hang_up());
    fake.push_answer(Answer::wire(
        WireScript::new().write("SSH-2.0-OpenSSH_9.6\r\n"),
    ));
    for _ in 0..3 {
        assert!(get(&fake, &lookup("?_ids=a")).await.is_err());
    }
    assert_eq!(fake.request_count(), 3);
    assert!(get(&fake, &lookup("?_ids=a")).await.is_ok());
}

#[tokio::test]
async fn connections_break_before_any_request() {
    let fake = FakeAkool::start().unwrap();
    let id = fake.add_job(FakeJob::image());
    fake.push_answer(Answer::on_connect(WireScript::new().reset()));
    fake.push_answer(Answer::on_connect(WireScript::new()));
    fake.push_answer("reset:connections:1x".parse::<FaultRule>().unwrap());
    // Answers for requests do not apply to connections.
    fake.push_answer(Answer::html(StatusCode::BAD_GATEWAY).always());
    for _ in 0..3 {
        assert!(get(&fake, &lookup("?_ids=a")).await.is_err());
    }
    assert_eq!((fake.request_count(), fake.stats().faults_given()), (0, 3));
    fake.clear_answers();
    assert_eq!(status(&fake, &id).await, 1);
    assert_eq!(fake.request_count(), 1);
}

/// A client would read the alert during its TLS handshake.
#[tokio::test]
async fn a_script_plays_before_any_request() {
    let fake = FakeAkool::start().unwrap();
    let alert = [21, 3, 3, 0, 2, 2, 40];
    fake.push_answer(Answer::on_connect(WireScript::new().write(alert.to_vec())));
    fake.push_answer(Answer::on_connect(WireScript::new().stay()));
    let address = fake.url().strip_prefix("http://").unwrap();
    let mut read = Vec::new();
    let mut connection = TcpStream::connect(address).await.unwrap();
    connection.read_to_end(&mut read).await.unwrap();
    assert_eq!(read, alert);
    let mut connection = TcpStream::connect(address).await.unwrap();
    connection
        .write_all(b"GET / HTTP/1.1\r\n\r\n")
        .await
        .unwrap();
    connection.shutdown().await.unwrap();
    assert_eq!(connection.read(&mut [0]).await.unwrap(), 0);
    assert_eq!(fake.request_count(), 0);
}

/// Connections are refused until the last value is gone, then accepted on the same port.
#[tokio::test]
async fn a_server_is_down_and_comes_back() {
    let fake = FakeAkool::start().unwrap();
    let id = fake.add_job(FakeJob::image());
    let keeping = client(&fake);
    let ids = id.parse().unwrap();
    let ask = || keeping.list_results_by_ids(&ids);
    ask().await.unwrap();
    let first = fake.refuse_connections().unwrap();
    let second = fake.refuse_connections().unwrap();
    drop(first);
    for _ in 0..2 {
        // The connection that was kept alive is closed, too.
        let error = get(&fake, &lookup("?_ids=a")).await.unwrap_err();
        assert!(error.is_connect(), "{error:?}");
        assert!(ask().await.is_err());
    }
    second.end().unwrap();
    ask().await.unwrap();
    assert_eq!(fake.request_count(), 2);
    // And once more.
    drop(fake.refuse_connections().unwrap());
    assert_eq!(status(&fake, &id).await, 3);
}

#[tokio::test]
async fn an_outage_breaks_the_requests_in_flight() {
    let fake = FakeAkool::start().unwrap();
    fake.push_answer(Answer::silent());
    let path = lookup("?_ids=a");
    let outage = async {
        first_request(&fake).await;
        fake.refuse_connections().unwrap()
    };
    let (answer, outage) = tokio::join!(get(&fake, &path), outage);
    assert!(answer.is_err());
    assert_eq!(fake.requests_in_flight(), 0);
    drop(fake);
    // The thread that could listen again is gone.
    assert!(outage.end().is_err());
}

/// Meanwhile the fake answers other requests.
#[tokio::test]
async fn an_answer_can_be_silent() {
    let fake = FakeAkool::start().unwrap();
    fake.push_answer(Answer::silent());
    let path = lookup("?_ids=a");
    let silent = get(&fake, &path);
    let other = async {
        first_request(&fake).await;
        get(&fake, &path).await
    };
    tokio::select! {
        biased;
        _ = silent => panic!("answered"),
        answer = other => assert_eq!(answer.unwrap().status(), 200),
    }
}

/// Waits until the first request has been received.
async fn first_request(fake: &FakeAkool) {
    while fake.request_count() == 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn an_endless_body_continues_while_it_is_read() {
    let fake = FakeAkool::start().unwrap();
    fake.push_answer(Answer::endless());
    let mut response = get(&fake, &lookup("?_ids=a")).await.unwrap();
    let mut read = 0;
    while read < 1_000_000 {
        read += response.chunk().await.unwrap().unwrap().len();
    }
    drop(response);
    assert!(text(&fake, "a").await.is_some());
}

#[tokio::test]
async fn a_slow_answer_arrives_whole() {
    let fake = FakeAkool::start().unwrap();
    let id = fake.add_job(FakeJob::image());
    fake.push_answer(Answer::slow(100, Duration::from_millis(1)));
    assert!(text(&fake, &id).await.unwrap().ends_with("\"msg\":\"OK\"}"));
}

#[tokio::test]
async fn rows_can_be_duplicate_or_foreign_or_have_an_unknown_status() {
    let fake = FakeAkool::start().unwrap();
    let (a, b) = (
        fake.add_job(FakeJob::image()),
        fake.add_job(FakeJob::image()),
    );
    fake.push_answer(Answer::duplicate_rows().for_id(&*b));
    let rows = ids_of(&look_up(&fake, &[&a, &b]).await);
    assert_eq!(rows.len(), 3);
    assert_eq!(rows.iter().filter(|id| **id == b).count(), 2);

    fake.push_answer(Answer::foreign_row());
    let rows = ids_of(&look_up(&fake, &[&a]).await);
    assert_eq!(rows.len(), 2);
    assert!(![&a, &b].contains(&&rows[0]));

    fake.push_answer(Answer::unknown_status(9));
    assert_eq!(status(&fake, &a).await, 9);
    assert_eq!(status(&fake, &a).await, 3);
}

#[tokio::test]
async fn every_malformed_answer_arrives() {
    let fake = FakeAkool::start().unwrap();
    let id = fake.add_job(FakeJob::image().after_polls(0, 0));
    let plain = text(&fake, &id).await.unwrap();
    for malformed in Malformed::ALL {
        fake.push_answer(Answer::malformed(malformed));
        assert_ne!(text(&fake, &id).await.unwrap(), plain, "{malformed}");
    }
    assert_eq!(text(&fake, &id).await.unwrap(), plain);
    fake.push_answer(Answer::malformed_at_random().times(20));
    let mut seen = std::collections::HashSet::new();
    for _ in 0..20 {
        seen.insert(text(&fake, &id).await.unwrap());
    }
    assert!(seen.len() > 5, "{}", seen.len());
}

/// Each fault as text, once; afterwards the fake answers as before.
#[tokio::test]
async fn faults_as_text_reach_the_wire() {
    let fake = FakeAkool::start().unwrap();
    let id = fake.add_job(FakeJob::image().after_polls(0, 0));
    let plain = text(&fake, &id).await.unwrap();
    for fault in FaultRule::FAULTS.split(", ") {
        if fault.starts_with("rate-limit") {
            continue; // A single request does not reach this limit.
        }
        let rule: FaultRule = format!("{fault}:1x").parse().unwrap();
        fake.push_answer(rule);
        let before = fake.stats().faults_given();
        if ["silent", "endless", "slow=1000/1s"].contains(&fault) {
            let path = lookup(&format!("?_ids={id}"));
            let read = async { get(&fake, &path).await.unwrap().text().await };
            let given = async {
                while fake.stats().faults_given() == before {
                    tokio::task::yield_now().await;
                }
            };
            tokio::select! {
                biased;
                _ = read => panic!("{fault} ended"),
                () = given => {}
            }
        } else {
            let _ = get(&fake, &lookup(&format!("?_ids={id}"))).await;
        }
        assert_eq!(fake.stats().faults_given(), before + 1, "{fault}");
        assert_eq!(fake.answers_left(), 0, "{fault}");
    }
    // missing-first=3:1x applied to one lookup only.
    assert_eq!(text(&fake, &id).await.unwrap(), plain);
}

#[tokio::test]
async fn a_rate_limit_counts_the_requests_of_a_window() {
    let clock = Clock::manual(SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000));
    let fake = FakeAkool::builder().clock(clock).start().unwrap();
    fake.push_answer(Answer::rate_limit(2, Duration::from_secs(1)));
    let code = async || look_up(&fake, &["a"]).await.code;
    let mut codes = vec![code().await, code().await, code().await, code().await];
    fake.clock().advance(Duration::from_secs(1));
    codes.push(code().await);
    assert_eq!(codes, [1000, 1000, 1005, 1005, 1000]);

    fake.clear_answers();
    fake.push_answer(Answer::rate_limit_429(0, Duration::from_millis(2500)));
    let refused = get(&fake, &lookup("?_ids=a")).await.unwrap();
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.headers()["retry-after"], "3");
    assert_eq!(fake.stats().faults_given(), 3);
}

#[tokio::test]
async fn a_refusal_can_have_retry_after() {
    let fake = FakeAkool::start().unwrap();
    fake.push_answer(Answer::business(1005).retry_after(Duration::from_secs(7)));
    let refused = get(&fake, &lookup("?_ids=a")).await.unwrap();
    assert_eq!(refused.headers()["retry-after"], "7");
    assert_eq!(refusal_code(refused).await, 1005);
}

#[tokio::test]
async fn jobs_can_be_missing_at_first() {
    let fake = FakeAkool::start().unwrap();
    let (a, b) = (
        fake.add_job(FakeJob::image()),
        fake.add_job(FakeJob::image().missing_first(1)),
    );
    fake.push_answer(Answer::missing_first(2).for_id(&*a));
    let mut rows = Vec::new();
    for _ in 0..3 {
        rows.push(ids_of(&look_up(&fake, &[&a, &b]).await).len());
    }
    assert_eq!(rows, [0, 1, 2]);
    let never = fake.add_job(FakeJob::image().missing());
    assert!(ids_of(&look_up(&fake, &[&never]).await).is_empty());
}

#[tokio::test]
async fn a_share_of_all_requests_fails() {
    let fake = FakeAkool::builder().seed(3).start().unwrap();
    fake.push_answer(Answer::html(StatusCode::BAD_GATEWAY).share(20.0).always());
    let client = http_client();
    let url = format!("{}{}", fake.url(), lookup("?_ids=a"));
    let mut failed = 0;
    for _ in 0..200 {
        failed += u32::from(client.get(&url).send().await.unwrap().status() == 502);
    }
    assert!((20..60).contains(&failed), "{failed} of 200");
    assert_eq!(fake.stats().faults_given(), u64::from(failed));
}
