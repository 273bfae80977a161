//! A web service that swaps faces: it submits, receives AKOOL's webhooks, has a status page, and
//! survives a restart.
//!
//! `cargo run -p akool-faceswap --features webhook --example swap_service`: AKOOL is a fake in this
//! process, and the program is its own visitor, so it needs no key, costs nothing, and ends by itself.
//!
//! What it shows:
//!
//! - The intent is stored before the money moves, under the token that the callback URL carries.
//! - A webhook is verified in an extractor and answered with 200 only once its event is stored.
//! - An event is a hint: it makes the poller poll the job at once, and the lookup decides.
//! - A job whose submit answer was lost is found again by its first webhook. Nothing is bought twice.

mod store;
mod visitor;

use std::{
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use akool_faceswap::{
    Client,
    submit::{PendingSubmit, SubmitToken},
    wait::Wait,
    webhook::{MAX_BODY_BYTES, WebhookEvent, WebhookReceiver},
};
use akool_faceswap_mock::FakeAkool;
use axum::{
    Json, Router,
    body::Bytes,
    extract::{self, DefaultBodyLimit, FromRequest, State},
    http::StatusCode,
    routing::post,
};
use serde::Deserialize;

use store::{Recorded, Store};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What all requests share.
#[derive(Clone)]
struct Service {
    client: Client,
    receiver: WebhookReceiver,
    /// What AKOOL calls; each submit's token is appended.
    callback: String,
    results: PathBuf,
    store: Arc<Mutex<Store>>,
}

#[derive(Deserialize)]
struct Order {
    original: String,
    new_face: String,
}

/// A verified and decrypted webhook delivery, as an axum extractor.
struct Delivery(WebhookEvent);

impl FromRequest<Service> for Delivery {
    type Rejection = StatusCode;

    async fn from_request(
        request: extract::Request,
        service: &Service,
    ) -> Result<Self, StatusCode> {
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

impl Service {
    /// Resumes what an earlier process left in `folder`, and listens.
    async fn start(client: Client, fake: &FakeAkool, folder: &Path) -> Result<Running, BoxError> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let service = Self {
            client,
            receiver: WebhookReceiver::new(fake.client_id(), fake.client_secret())?,
            callback: format!("http://{address}/akool/webhook"),
            results: folder.to_owned(),
            store: Arc::new(Mutex::new(Store::open(&folder.join("journal"))?)),
        };
        let unfinished = service.store().unfinished();
        for (token, ticket) in unfinished {
            println!("{token}: resumed");
            service.follow(token, service.client.resume(ticket).start());
        }
        let routes = Router::new()
            .route("/swaps", post(order).get(page))
            .route("/akool/webhook/{token}", post(webhook))
            .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
            .with_state(service.clone());
        let server = tokio::spawn(axum::serve(listener, routes).into_future());
        Ok(Running {
            service,
            address,
            server,
        })
    }

    /// A write blocks the runtime for a disk's sync; a database's driver would not.
    fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a stored intent, once.
    async fn buy(self, pending: PendingSubmit) -> Result<(), BoxError> {
        let token = pending.token().clone();
        match self.client.send(pending).await {
            Ok(job) => self.accepted(token, job.wait())?,
            // The job may exist: its webhook will say. Sending it again could buy a second one.
            Err(error) if error.may_be_billed() => println!("{token}: unknown: {error}"),
            Err(error) => self.store().ended(&token, &error.to_string())?,
        }
        Ok(())
    }

    /// A job exists: its submit was answered or its first webhook arrived, whichever came first.
    fn accepted(&self, token: SubmitToken, wait: Wait) -> io::Result<()> {
        let waiting = wait.start();
        let Some(ticket) = waiting.ticket() else {
            return Ok(());
        };
        if self.store().accepted(&token, &ticket)? {
            self.follow(token, waiting);
        }
        Ok(())
    }

    /// Waits in the background, and saves the result.
    fn follow(&self, token: SubmitToken, waiting: Wait) {
        let service = self.clone();
        tokio::spawn(async move {
            let end = match waiting.await {
                Ok(job) => match service
                    .client
                    .download(&job)
                    .save_in(&service.results)
                    .await
                {
                    Ok(file) => format!("saved, {} bytes", file.bytes()),
                    Err(error) => error.to_string(),
                },
                // Not over: the stored ticket resumes it after a restart.
                Err(error) if error.ticket().is_some() => return,
                Err(error) => error.to_string(),
            };
            if let Err(error) = service.store().ended(&token, &end) {
                eprintln!("{token}: cannot store its end: {error}");
            }
        });
    }
}

/// `POST /swaps`: stores the intent, submits in the background, and answers with the token.
async fn order(
    State(service): State<Service>,
    Json(order): Json<Order>,
) -> Result<(StatusCode, String), (StatusCode, String)> {
    let pending = service
        .client
        .swap()
        .original(order.original.as_str())
        .new_face(order.new_face.as_str())
        .callback(&service.callback)
        .prepare()
        .map_err(|error| (StatusCode::BAD_REQUEST, error.to_string()))?;
    let token = pending.token().to_string();
    service
        .store()
        .intends(&pending)
        .map_err(|error| (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?;
    // In a task, so that a visitor who goes away does not matter.
    tokio::spawn(async move {
        if let Err(error) = service.buy(pending).await {
            eprintln!("cannot store a submit's outcome: {error}");
        }
    });
    Ok((StatusCode::ACCEPTED, token))
}

/// `GET /swaps`: the state of every swap.
async fn page(State(service): State<Service>) -> String {
    service.store().page()
}

/// `POST /akool/webhook/{token}`: 200 once the event is on disk, and not before. AKOOL repeats a delivery until
/// it is answered with 200, and never after that.
async fn webhook(
    State(service): State<Service>,
    extract::Path(token): extract::Path<SubmitToken>,
    Delivery(event): Delivery,
) -> StatusCode {
    let recorded = service.store().event(&token, &event);
    match recorded {
        Ok(Recorded::UnknownToken) => return StatusCode::NOT_FOUND,
        Ok(Recorded::Again) => println!("{token}: a webhook came again"),
        Ok(Recorded::New) => {}
        Err(error) => {
            eprintln!("cannot store an event: {error}");
            return StatusCode::INTERNAL_SERVER_ERROR;
        }
    }
    // A job that is waited for is polled now. A job whose submit has not been answered is found here.
    if !service.client.notify_event(&event)
        && let Err(error) = service.accepted(token, service.client.wait(event.id()))
    {
        eprintln!("cannot store a ticket: {error}");
        return StatusCode::INTERNAL_SERVER_ERROR;
    }
    StatusCode::OK
}

/// A service that listens.
struct Running {
    service: Service,
    address: SocketAddr,
    server: tokio::task::JoinHandle<io::Result<()>>,
}

impl Running {
    /// Stops like a process that is asked to: waits end with tickets, which are already stored.
    async fn stop(self) {
        self.server.abort();
        self.service.client.shutdown();
        tokio::task::yield_now().await;
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), BoxError> {
    let fake = FakeAkool::start()?;
    // With the real API:
    //     let client = Client::from_env()?; // AKOOL_API_KEY
    let client = || {
        let builder = Client::builder().base_url(fake.url());
        builder.api_key(fake.api_key()).build()
    };
    let folder = tempfile::tempdir()?;

    let running = Service::start(client()?, &fake, folder.path()).await?;
    visitor::before_the_restart(running.address, &fake).await?;
    running.stop().await;

    let running = Service::start(client()?, &fake, folder.path()).await?;
    visitor::after_the_restart(running.address, &fake).await?;
    running.stop().await;
    Ok(())
}
