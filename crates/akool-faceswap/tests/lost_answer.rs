//! A job whose submit answer was lost is found again by its callback, and is bought once.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(feature = "webhook")]

use std::time::SystemTime;

use akool_faceswap::{
    Client,
    submit::{SubmitErrorKind, SubmitPhase, SubmitToken},
    webhook::WebhookReceiver,
};
use akool_faceswap_mock::{Answer, FakeAkool, http::StatusCode};
use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    routing::post,
};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

type Delivered = UnboundedSender<(String, Bytes)>;

async fn deliver(Path(token): Path<String>, State(delivered): State<Delivered>, body: Bytes) {
    delivered.send((token, body)).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_callback_of_a_lost_submit_brings_its_job() {
    let fake = FakeAkool::start().unwrap();
    let client = Client::builder()
        .base_url(fake.url())
        .api_key(fake.api_key())
        .build()
        .unwrap();
    let (delivered, mut deliveries) = unbounded_channel();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let callback = format!("http://{}/hook", listener.local_addr().unwrap());
    let routes = Router::new()
        .route("/hook/{token}", post(deliver))
        .with_state(delivered);
    tokio::spawn(axum::serve(listener, routes).into_future());
    let receiver = WebhookReceiver::new(fake.client_id(), fake.client_secret()).unwrap();

    for (lost, phase) in [
        (Answer::hang_up(), SubmitPhase::Sent),
        (Answer::html(StatusCode::BAD_GATEWAY), SubmitPhase::Answered),
        (Answer::truncated(), SubmitPhase::Answering),
    ] {
        let before = fake.jobs_created();
        fake.push_answer(lost.after_handling().on_submits());
        let pending = client
            .swap()
            .original(format!("https://example.com/{before}.mp4"))
            .new_face("https://example.com/me.jpg")
            .callback(&callback)
            .prepare()
            .unwrap();
        let token = pending.token().clone();
        let error = client.send(pending).await.unwrap_err();
        assert_eq!(error.kind(), SubmitErrorKind::Unknown, "{error}");
        assert_eq!((error.phase(), error.token()), (Some(phase), Some(&token)));
        assert_eq!(fake.jobs_created(), before + 1);

        let event = loop {
            let (path, body) = deliveries.recv().await.unwrap();
            // Deliveries of the job before may still come.
            if path.parse::<SubmitToken>().unwrap() == token {
                break receiver
                    .verify_and_decrypt(&body, SystemTime::now())
                    .unwrap();
            }
        };
        let job = client.wait(event.id()).await.unwrap();
        assert!(job.result_url().is_some());
        assert_eq!(fake.jobs_created(), before + 1);
    }
}
