//! The outcome of a submit for each answer of a server, and which submits are sent again.

mod many;
mod money;
mod repeats;
mod request;

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{
    Client, RetryPolicy, Timeout,
    clock::Clock,
    error::ErrorKind,
    submit::{PendingSubmit, SubmitError, SubmitErrorKind, SubmitPhase, SubmittedJob},
    testing::scripted::{Reply, Scripted, Seen},
    wait::WaitErrorKind,
};

const ID: &str = "65f0a1b2c3d4e5f60718293a";
const NOW: SystemTime = UNIX_EPOCH;

fn accepted() -> Reply {
    accepted_as(ID)
}

fn accepted_as(id: &str) -> Reply {
    let data = json!({"_id": id, "job_id": "20260312101500123-4821"});
    Reply::http(
        200,
        &json!({"code": 1000, "msg": "OK", "data": data}).to_string(),
    )
}

fn client(server: &Scripted) -> Client {
    server.client_with(|mut builder| {
        builder.clock = Clock::standing_at(NOW);
        builder.api_key("k")
    })
}

async fn submit(client: &Client) -> Result<SubmittedJob, SubmitError> {
    client
        .swap()
        .original("https://a.example/film.mp4?sig=PLANTED")
        .new_face("https://b.example/me.jpg?sig=PLANTED")
        .submit()
        .await
}

/// The outcome of a submit and its number of requests, with a server that answers `first` and then accepts.
async fn after(
    first: impl Fn() -> Reply + Send + Sync + 'static,
) -> (Result<SubmittedJob, SubmitError>, usize) {
    let server = Scripted::new(move |seen| if seen.n == 0 { first() } else { accepted() });
    let outcome = submit(&client(&server)).await;
    if let Err(error) = &outcome {
        let shown = format!("{error} {error:?} {}", error.advice());
        assert!(!shown.contains("PLANTED"), "{shown}");
        assert!(error.token().is_some() && !error.is_repeat());
    }
    (outcome, server.requests())
}
