//! Webhooks: sent for each change of a submitted job, until the receiver has accepted them.

use std::{
    collections::VecDeque,
    time::{Duration, SystemTime},
};

use akool_faceswap_mock::{Clock, FakeAkool, FakeJob, JobState};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use crate::submit::{PLUS, plus, posted};

/// Receives webhooks one by one.
struct Receiver {
    listener: TcpListener,
    /// The statuses to answer with; 200 once they are used up.
    answers: VecDeque<u16>,
}

impl Receiver {
    async fn new(answers: &[u16]) -> Self {
        Self {
            listener: TcpListener::bind("127.0.0.1:0").await.unwrap(),
            answers: answers.iter().copied().collect(),
        }
    }

    fn url(&self) -> String {
        format!("http://{}/hook/token", self.listener.local_addr().unwrap())
    }

    /// The body of the next delivery.
    async fn next(&mut self) -> Value {
        let (mut stream, _) = self.listener.accept().await.unwrap();
        let mut request = Vec::new();
        let body = loop {
            let read = stream.read_buf(&mut request).await.unwrap();
            assert!(read > 0, "the delivery ended early");
            let text = String::from_utf8_lossy(&request).into_owned();
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                assert!(head.starts_with("POST /hook/token HTTP/1.1\r\n"), "{head}");
                if let Ok(body) = serde_json::from_str(body) {
                    break body;
                }
            }
        };
        let status = self.answers.pop_front().unwrap_or(200);
        let answer =
            format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        stream.write_all(answer.as_bytes()).await.unwrap();
        body
    }
}

async fn submitted(fake: &FakeAkool, url: &str) -> String {
    let mut body = plus("https://cdn.example/a.jpg");
    body["webhookUrl"] = json!(url);
    let answer = posted(fake, PLUS, &body).await;
    answer["data"]["_id"].as_str().unwrap().to_owned()
}

/// Waits until `count` attempts are recorded.
async fn attempts(fake: &FakeAkool, count: usize) -> Vec<(i64, u32, Option<u16>)> {
    while fake.webhook_deliveries().len() < count {
        tokio::task::yield_now().await;
    }
    let deliveries = fake.webhook_deliveries();
    let attempts = deliveries.iter();
    attempts
        .map(|sent| (sent.status(), sent.attempt(), sent.http_status()))
        .collect()
}

#[tokio::test]
async fn each_change_is_sent_signed_and_encrypted() {
    let fake = FakeAkool::start().unwrap();
    let mut receiver = Receiver::new(&[]).await;
    submitted(&fake, &receiver.url()).await;
    for _ in 0..2 {
        let body = receiver.next().await;
        let text = |name: &str| {
            body[name]
                .as_str()
                .map(str::to_owned)
                .unwrap_or(body[name].to_string())
        };
        let signer =
            akool_faceswap_mock::WebhookSigner::new(fake.client_id(), fake.client_secret())
                .unwrap();
        let signature = signer.sign(&text("timestamp"), &text("nonce"), &text("dataEncrypt"));
        assert_eq!(body["signature"], json!(signature));
    }
    assert_eq!(
        attempts(&fake, 2).await,
        [(2, 1, Some(200)), (3, 1, Some(200))]
    );
    assert_eq!(fake.webhook_deliveries()[0].id(), fake.submitted_ids()[0]);
}

#[tokio::test]
async fn a_delivery_is_repeated_until_it_is_accepted() {
    let fake = FakeAkool::start().unwrap();
    fake.set_submitted_job(FakeJob::image().after_polls(0, 0).failing());
    let mut receiver = Receiver::new(&[500, 204]).await;
    submitted(&fake, &receiver.url()).await;
    for _ in 0..3 {
        receiver.next().await;
    }
    let expected = [(4, 1, Some(500)), (4, 2, Some(204)), (4, 3, Some(200))];
    assert_eq!(attempts(&fake, 3).await, expected);
}

#[tokio::test]
async fn an_accepted_delivery_can_be_repeated() {
    let fake = FakeAkool::start().unwrap();
    fake.set_webhook_copies(3);
    fake.set_submitted_job(FakeJob::image().after_polls(0, 0));
    let mut receiver = Receiver::new(&[]).await;
    submitted(&fake, &receiver.url()).await;
    for _ in 0..3 {
        receiver.next().await;
    }
    let attempts = attempts(&fake, 3).await;
    assert!(
        attempts
            .iter()
            .all(|sent| (sent.0, sent.2) == (3, Some(200))),
        "{attempts:?}"
    );
}

#[tokio::test]
async fn a_job_that_advances_by_time_reports_each_change() {
    let clock = Clock::manual(SystemTime::UNIX_EPOCH + Duration::from_secs(1_719_476_868));
    let fake = FakeAkool::builder().clock(clock).start().unwrap();
    let hour = Duration::from_secs(3600);
    fake.set_submitted_job(FakeJob::image().after(hour, hour));
    let mut receiver = Receiver::new(&[]).await;
    submitted(&fake, &receiver.url()).await;
    assert!(fake.webhook_deliveries().is_empty());
    fake.clock().advance(hour);
    receiver.next().await;
    assert_eq!(attempts(&fake, 1).await, [(2, 1, Some(200))]);
    fake.clock().advance(hour);
    receiver.next().await;
    assert_eq!(attempts(&fake, 2).await[1], (3, 1, Some(200)));
}

#[tokio::test]
async fn a_status_that_the_test_sets_is_reported() {
    let fake = FakeAkool::start().unwrap();
    fake.set_submitted_job(FakeJob::image().after(Duration::MAX, Duration::ZERO));
    let mut receiver = Receiver::new(&[]).await;
    let id = submitted(&fake, &receiver.url()).await;
    fake.set_state(&id, JobState::Failed).unwrap();
    receiver.next().await;
    assert_eq!(attempts(&fake, 1).await, [(4, 1, Some(200))]);
}

#[tokio::test]
async fn nothing_is_sent_to_another_machine() {
    let fake = FakeAkool::start().unwrap();
    fake.set_submitted_job(FakeJob::image().after_polls(0, 0));
    submitted(&fake, "http://192.0.2.1/hook").await;
    assert_eq!(attempts(&fake, 1).await[0], (3, 1, None));
}
