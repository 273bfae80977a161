//! A web service that waits for jobs in the background, with AKOOL's webhook as a hint.
//!
//! `cargo run -p akool-faceswap --features webhook --example webhook`: the jobs are those of a fake
//! AKOOL in this process, and the program delivers the webhooks itself, so it needs no key, costs
//! nothing, and ends by itself.
//!
//! A webhook shortens a wait, and nothing depends on it: one that never arrives costs the time until
//! the next regular poll. What it says is not acted on, because anyone who knows the client id can
//! sign one. The event is stored, the job is looked up at once, and the lookup decides.

mod event_log;
mod visitor;

use std::{
    collections::HashMap,
    error::Error,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use akool_faceswap::{
    Client, ResultId, Ticket,
    webhook::{MAX_BODY_BYTES, WebhookEvent, WebhookReceiver},
};
use akool_faceswap_mock::FakeAkool;
use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, FromRequest, Path, Request, State},
    http::StatusCode,
    routing::post,
};
use serde_json::{Value, json};

use event_log::EventLog;

/// What all requests share.
#[derive(Clone)]
struct Service {
    client: Client,
    receiver: WebhookReceiver,
    events: Arc<Mutex<EventLog>>,
    jobs: Arc<Mutex<HashMap<ResultId, TrackedJob>>>,
}

struct TrackedJob {
    state: Value,
    /// While the job has not ended: resumes the wait after a restart.
    ticket: Option<Ticket>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Service {
    fn routes(self) -> Router {
        Router::new()
            .route("/jobs/{id}", post(track).get(status))
            .route("/akool/webhook", post(webhook))
            .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
            .with_state(self)
    }
}

/// A verified and decrypted webhook delivery, as an axum extractor.
struct Delivery(WebhookEvent);

impl FromRequest<Service> for Delivery {
    type Rejection = StatusCode;

    async fn from_request(request: Request, service: &Service) -> Result<Self, StatusCode> {
        let body = Bytes::from_request(request, service)
            .await
            .map_err(|_| StatusCode::BAD_REQUEST)?;
        let event = service
            .receiver
            .verify_and_decrypt(&body, SystemTime::now());
        event.map(Self).map_err(|error| {
            // The log gets the reason. The sender gets the same answer whatever it was.
            eprintln!("webhook refused ({}): {error}", error.kind());
            StatusCode::BAD_REQUEST
        })
    }
}

/// `POST /akool/webhook`: 200 once the event is on disk, and not before. AKOOL repeats a delivery
/// until it is answered with 200, and never again after that.
async fn webhook(State(service): State<Service>, Delivery(event): Delivery) -> StatusCode {
    let events = service.events.clone();
    let key = event.dedup_key();
    let recorded = tokio::task::spawn_blocking(move || lock(&events).record(&key)).await;
    match recorded
        .map_err(io::Error::other)
        .and_then(|recorded| recorded)
    {
        Ok(is_new) => {
            println!("webhook: {}, new: {is_new}", event.dedup_key());
            service.client.notify_event(&event);
            StatusCode::OK
        }
        Err(error) => {
            eprintln!("cannot store an event: {error}");
            StatusCode::INTERNAL_SERVER_ERROR
        }
    }
}

/// `POST /jobs/{id}`: waits for a submitted job in the background.
async fn track(
    State(service): State<Service>,
    Path(id): Path<ResultId>,
) -> Result<StatusCode, StatusCode> {
    // A service that must survive a restart stores this ticket.
    let waiting = service.client.wait(&id).start();
    let job = TrackedJob {
        state: json!({ "state": "waiting" }),
        ticket: waiting.ticket(),
    };
    lock(&service.jobs).insert(id.clone(), job);
    tokio::spawn(async move {
        let (state, ticket) = match waiting.await {
            // The URL is for those who may see the result: do not log it.
            Ok(job) => (json!({ "state": "success", "url": job.result_url() }), None),
            Err(error) => (
                json!({ "state": error.kind().as_str(), "error": error.to_string() }),
                error.into_ticket(),
            ),
        };
        lock(&service.jobs).insert(id, TrackedJob { state, ticket });
    });
    Ok(StatusCode::ACCEPTED)
}

/// `GET /jobs/{id}`: what is known.
async fn status(
    State(service): State<Service>,
    Path(id): Path<ResultId>,
) -> Result<Json<Value>, StatusCode> {
    let jobs = lock(&service.jobs);
    let job = jobs.get(&id).ok_or(StatusCode::NOT_FOUND)?;
    Ok(Json(job.state.clone()))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    // With the real API:
    //     let client = Client::from_env()?; // AKOOL_API_KEY
    let fake = FakeAkool::start()?;
    let client = Client::builder()
        .base_url(fake.url())
        .api_key(fake.api_key())
        .build()?;

    let folder = tempfile::tempdir()?;
    let service = Service {
        client: client.clone(),
        receiver: WebhookReceiver::new(visitor::CLIENT_ID, visitor::CLIENT_SECRET)?,
        events: Arc::new(Mutex::new(EventLog::open(&folder.path().join("events"))?)),
        jobs: Arc::default(),
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(axum::serve(listener, service.clone().routes()).into_future());

    visitor::visit(address, &fake).await?;

    // Waits that have not ended are not lost: store their tickets.
    client.shutdown();
    tokio::task::yield_now().await;
    let jobs = lock(&service.jobs);
    let tickets = jobs.values().filter_map(|job| job.ticket.as_ref());
    println!("{} wait(s) to resume after a restart", tickets.count());
    Ok(())
}
