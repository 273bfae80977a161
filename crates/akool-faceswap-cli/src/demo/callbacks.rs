//! The demo's webhook receiver, like that of a service.
//!
//! A delivery is verified and decrypted. Its path has the token of the submit, so it identifies the submit's job even
//! if the submit's own answer was lost. The job is polled at once.

use std::{
    collections::HashMap,
    convert::Infallible,
    io,
    net::Ipv4Addr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use akool_faceswap::{
    Client, ResultId,
    submit::SubmitToken,
    webhook::{MAX_BODY_BYTES, WebhookReceiver},
};
use akool_faceswap_mock::FakeAkool;
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::{
    Request, Response, StatusCode,
    body::{Bytes, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpListener, sync::Notify};

use crate::problem::Problem;

/// Receives webhooks, and keeps the job of each submit.
pub(super) struct Callbacks {
    url: String,
    client: Client,
    receiver: WebhookReceiver,
    jobs: Mutex<HashMap<SubmitToken, ResultId>>,
    changed: Notify,
}

impl Callbacks {
    /// Starts to listen on loopback. Call it in a runtime.
    pub(super) async fn receive(fake: &FakeAkool, client: &Client) -> Result<Arc<Self>, Problem> {
        let receiver = WebhookReceiver::new(fake.client_id(), fake.client_secret())
            .map_err(|error| Problem::failure(error.to_string(), error.advice()))?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
        let listening = listener.and_then(|listener| Ok((listener.local_addr()?, listener)));
        let (address, listener) = listening.map_err(|error| cannot_listen(&error))?;
        let callbacks = Arc::new(Self {
            url: format!("http://{address}/akool"),
            client: client.clone(),
            receiver,
            jobs: Mutex::default(),
            changed: Notify::new(),
        });
        tokio::spawn(callbacks.clone().serve(listener));
        Ok(callbacks)
    }

    /// The callback URL; each submit appends its token.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Waits for the first webhook of a submit. Cancel safe.
    pub(super) async fn job_of(&self, token: &SubmitToken) -> ResultId {
        loop {
            let changed = self.changed.notified();
            if let Some(id) = self.jobs().get(token) {
                return id.clone();
            }
            changed.await;
        }
    }

    async fn serve(self: Arc<Self>, listener: TcpListener) {
        loop {
            let Ok((stream, _)) = listener.accept().await else {
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            };
            let callbacks = self.clone();
            let service = service_fn(move |request| {
                let callbacks = callbacks.clone();
                async move { Ok::<_, Infallible>(callbacks.answer(request).await) }
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    }

    /// 200 once the event is kept, and 400 to everything else.
    async fn answer(&self, request: Request<Incoming>) -> Response<Empty<Bytes>> {
        let mut response = Response::new(Empty::new());
        if self.take(request).await.is_none() {
            *response.status_mut() = StatusCode::BAD_REQUEST;
        }
        response
    }

    async fn take(&self, request: Request<Incoming>) -> Option<()> {
        let token: SubmitToken = request.uri().path().rsplit('/').next()?.parse().ok()?;
        let body = Limited::new(request.into_body(), MAX_BODY_BYTES);
        let body = body.collect().await.ok()?.to_bytes();
        let event = self.receiver.verify_and_decrypt(&body, SystemTime::now());
        let event = event.ok()?;
        self.jobs().insert(token, event.id().clone());
        self.changed.notify_waiters();
        self.client.notify_event(&event);
        Some(())
    }

    fn jobs(&self) -> MutexGuard<'_, HashMap<SubmitToken, ResultId>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn cannot_listen(error: &io::Error) -> Problem {
    Problem::failure(
        format!("webhooks cannot be received: {error}"),
        "allow this program to listen on 127.0.0.1",
    )
}
