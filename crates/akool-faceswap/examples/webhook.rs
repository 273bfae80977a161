//! A web service that waits for jobs in the background, with AKOOL's webhook as a hint.
//!
//! `cargo run -p akool-faceswap --example webhook`: the jobs are those of a fake AKOOL in this
//! process, and it is its own visitor, so it needs no key, costs nothing, and ends by itself.
//!
//! A webhook makes the wait shorter, and nothing depends on it: one that never comes costs the time
//! until the next regular look. It is a hint and no more, because what it says cannot be trusted. Its
//! signature is a hash of things that are all in the request but for the client id: who knows that
//! can sign, so it shows that nothing was garbled, not who sent it. And the payload is encrypted, which
//! this library does not undo. So the service does not read it at all. It knows the job by the address
//! that it gave to AKOOL for it, has the job looked up, and believes the lookup.

use std::{
    collections::HashMap,
    error::Error,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use akool_faceswap::{Client, ResultId, Ticket};
use akool_faceswap_mock::{FakeAkool, FakeJob, JobState};
use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State},
    http::StatusCode,
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};

/// What all requests share.
#[derive(Clone)]
struct Service {
    client: Client,
    orders: Arc<Mutex<HashMap<String, Order>>>,
}

/// A job by the service's own name for it.
///
/// AKOOL's id is known only once the job was submitted, and the webhook's address goes along with the
/// submit: so the address has a name of the service's own. Draw it at random where nobody should be
/// able to guess it.
struct Order {
    id: ResultId,
    state: Value,
    /// Where the wait did not end: what to go on with after a restart.
    ticket: Option<Ticket>,
}

impl Service {
    fn orders(&self) -> MutexGuard<'_, HashMap<String, Order>> {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn routes(self) -> Router {
        Router::new()
            .route("/jobs", post(register))
            .route("/jobs/{order}", get(tell))
            .route("/akool/webhook/{order}", post(webhook))
            .layer(DefaultBodyLimit::max(64 * 1024))
            .with_state(self)
    }
}

/// A job was submitted, with `https://this-service/akool/webhook/{order}` as its `webhookUrl`.
#[derive(Deserialize)]
struct Submitted {
    order: String,
    id: ResultId,
}

/// `POST /jobs`: begins to wait, and does not keep the visitor.
async fn register(State(service): State<Service>, Json(submitted): Json<Submitted>) -> StatusCode {
    let Submitted { order, id } = submitted;
    // A service that is to survive a restart stores this ticket with the order.
    let waiting = service.client.wait(id.clone()).start();
    let pending = Order {
        id,
        state: json!({ "state": "waiting" }),
        ticket: waiting.ticket(),
    };
    service.orders().insert(order.clone(), pending);
    tokio::spawn(async move {
        let outcome = waiting.await;
        if let Some(known) = service.orders().get_mut(&order) {
            (known.state, known.ticket) = match outcome {
                // The URL is for whoever may have the result: mind where it is written.
                Ok(job) => (json!({ "state": "success", "url": job.result_url() }), None),
                Err(error) => (
                    json!({ "state": error.kind().as_str(), "error": error.to_string() }),
                    error.into_ticket(),
                ),
            };
        }
    });
    StatusCode::ACCEPTED
}

/// `GET /jobs/{order}`: what is known.
async fn tell(
    State(service): State<Service>,
    Path(order): Path<String>,
) -> Result<Json<Value>, StatusCode> {
    let orders = service.orders();
    let known = orders.get(&order).ok_or(StatusCode::NOT_FOUND)?;
    Ok(Json(known.state.clone()))
}

/// `POST /akool/webhook/{order}`: a hint. AKOOL repeats what is not answered with 200, and sends more
/// than one for a job anyway; so it is 200 at once, whatever came.
async fn webhook(
    State(service): State<Service>,
    Path(order): Path<String>,
    body: Bytes,
) -> StatusCode {
    let is_as_documented =
        serde_json::from_slice::<Value>(&body).is_ok_and(|body| body.get("dataEncrypt").is_some());
    if !is_as_documented {
        eprintln!("a webhook of another form than documented; taken as a hint all the same");
    }
    let id = service.orders().get(&order).map(|known| known.id.clone());
    // However many come, a job is looked up for hints at most twice a second.
    if let Some(id) = id {
        service.client.poll_now(&id);
    }
    StatusCode::OK
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

    let service = Service {
        client: client.clone(),
        orders: Arc::default(),
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(axum::serve(listener, service.clone().routes()).into_future());

    // Everything from here on is the outside world.
    visit(address, &fake).await?;

    // What still runs is not lost: its ticket goes where its order is stored.
    client.shutdown();
    tokio::task::yield_now().await;
    let orders = service.orders();
    let tickets = orders.values().filter_map(|order| order.ticket.as_ref());
    println!("{} to go on with after a restart", tickets.count());
    Ok(())
}

/// Registers two jobs; AKOOL ends the first and sends its webhook.
async fn visit(address: SocketAddr, fake: &FakeAkool) -> Result<(), Box<dyn Error>> {
    // Where reqwest is built without a TLS provider of its own, one has to be chosen.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let visitor = reqwest::Client::builder().no_proxy().build()?;
    let to = |path: &str| format!("http://{address}{path}");
    let hour = Duration::from_secs(3600);
    let mut ids = Vec::new();
    for order in ["order-1", "order-2"] {
        let id = fake.add_job(FakeJob::video().after(hour, hour));
        let body = json!({ "order": order, "id": id }).to_string();
        let request = visitor.post(to("/jobs")).body(body);
        let request = request.header("content-type", "application/json");
        println!("{order}: {}", request.send().await?.status());
        ids.push(id);
    }

    // The first look is over; the next regular one is more than a second away.
    tokio::time::sleep(Duration::from_millis(600)).await;
    fake.set_state(&ids[0], JobState::Success)?;
    let hinted = Instant::now();
    let body = json!({ "signature": "0", "dataEncrypt": "0", "timestamp": 0, "nonce": "0" });
    let hint = visitor.post(to("/akool/webhook/order-1"));
    println!(
        "webhook: {}",
        hint.body(body.to_string()).send().await?.status()
    );

    loop {
        let answer = visitor.get(to("/jobs/order-1")).send().await?;
        let answer: Value = serde_json::from_slice(&answer.bytes().await?)?;
        if answer["state"] == "success" {
            println!(
                "order-1: success, {:.1?} after the webhook",
                hinted.elapsed()
            );
            return Ok(());
        }
        if hinted.elapsed() > Duration::from_secs(1) {
            return Err(format!("order-1 is {answer}").into());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
