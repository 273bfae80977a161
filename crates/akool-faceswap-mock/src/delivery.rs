//! Webhook deliveries: a submitted job with a `webhookUrl` is followed, and each change of its
//! status is sent there, signed and encrypted, until the receiver answers HTTP 200.

use std::{
    collections::VecDeque,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, UNIX_EPOCH},
};

use bytes::Bytes;
use http::{
    Request, Uri,
    header::{CONTENT_TYPE, HOST},
};
use http_body_util::Full;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;

use crate::{job::JobState, rng::Rng, service::Service, store::Follow, webhook::WebhookSigner};

/// The pause between two attempts of one delivery, in real time. The vendor's schedule is not
/// documented.
const RETRY_INTERVAL: Duration = Duration::from_millis(50);

/// A delivery is given up after this many attempts, which take at least 100 seconds.
const MAX_ATTEMPTS: u32 = 2_000;

/// How long a receiver may take to answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// The most deliveries that are recorded; the oldest are dropped.
const MAX_RECORDED: usize = 10_000;

/// One attempt to deliver a webhook; from
/// [`FakeAkool::webhook_deliveries`](crate::FakeAkool::webhook_deliveries).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookDelivery {
    pub(crate) id: String,
    pub(crate) status: i64,
    pub(crate) attempt: u32,
    pub(crate) http_status: Option<u16>,
}

impl WebhookDelivery {
    /// The job's `_id`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The status that it reported: 2, 3 or 4, or another one that the test has set.
    pub fn status(&self) -> i64 {
        self.status
    }

    /// The number of the attempt for this status, from 1; copies count, too.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// The receiver's HTTP status; `None` if it did not answer or is not on this machine.
    pub fn http_status(&self) -> Option<u16> {
        self.http_status
    }
}

/// What all deliveries share.
pub(crate) struct Deliveries {
    pub(crate) signer: WebhookSigner,
    state: Mutex<State>,
}

struct State {
    copies: u32,
    nonces: Rng,
    record: VecDeque<WebhookDelivery>,
}

impl Deliveries {
    pub(crate) fn new(signer: WebhookSigner, nonces: Rng) -> Self {
        Self {
            signer,
            state: Mutex::new(State {
                copies: 1,
                nonces,
                record: VecDeque::new(),
            }),
        }
    }

    pub(crate) fn set_copies(&self, copies: u32) {
        self.lock().copies = copies.max(1);
    }

    pub(crate) fn record(&self) -> Vec<WebhookDelivery> {
        self.lock().record.iter().cloned().collect()
    }

    fn note(&self, delivery: WebhookDelivery) {
        let record = &mut self.lock().record;
        if record.len() >= MAX_RECORDED {
            record.pop_front();
        }
        record.push_back(delivery);
    }

    /// A number or a string: both have been seen.
    fn nonce(&self) -> Value {
        let number = self.lock().nonces.below(1_000_000);
        if number.is_multiple_of(2) {
            json!(number)
        } else {
            json!(number.to_string())
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Follows a job until it has ended or is removed, and reports each change.
///
/// A job that advances by lookups does not wait for any: it reports each status right after the
/// first attempt to report the one before.
pub(crate) async fn follow(service: Arc<Service>, id: String, url: String) {
    let mut reported = JobState::InQueue;
    loop {
        let mut changes = service.changes.subscribe();
        let mut time = service.clock.subscribe();
        let next = service.jobs().follow(&id, service.clock.now(), reported);
        match next {
            Follow::Gone => return,
            Follow::Changed(state) => {
                let result = service.jobs().result_url(&id, &service.base_url);
                deliver(&service, &id, state, result, &url).await;
                reported = state;
                if matches!(state, JobState::Success | JobState::Failed) {
                    return;
                }
            }
            Follow::Wait(wait) => {
                tokio::select! {
                    () = service.clock.sleep(wait) => {}
                    _ = changes.changed() => {}
                    _ = time.changed() => {}
                }
            }
        }
    }
}

/// Makes the first attempt; further attempts and copies run concurrently with later events.
async fn deliver(
    service: &Arc<Service>,
    id: &str,
    state: JobState,
    result: Option<String>,
    url: &str,
) {
    let mut payload = json!({"_id": id, "status": state.code(), "type": "faceswap"});
    if let (JobState::Success, Some(result)) = (state, result) {
        payload["url"] = json!(result);
    }
    let delivery = Delivery {
        service: Arc::clone(service),
        id: id.to_owned(),
        status: state.code(),
        payload: payload.to_string(),
        url: url.to_owned(),
    };
    let copies = service.deliveries.lock().copies;
    let was_accepted = delivery.attempt(1).await;
    if !was_accepted || copies > 1 {
        tokio::spawn(async move {
            let mut accepted = u32::from(was_accepted);
            for attempt in 2..=MAX_ATTEMPTS {
                if accepted >= copies {
                    return;
                }
                tokio::time::sleep(RETRY_INTERVAL).await;
                accepted += u32::from(delivery.attempt(attempt).await);
            }
        });
    }
}

/// The delivery of one status of one job.
struct Delivery {
    service: Arc<Service>,
    id: String,
    status: i64,
    payload: String,
    url: String,
}

impl Delivery {
    /// Whether the receiver answered 200.
    async fn attempt(&self, attempt: u32) -> bool {
        let deliveries = &self.service.deliveries;
        let now = self.service.clock.now();
        let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        let timestamp = u64::try_from(since.as_millis()).unwrap_or(u64::MAX);
        let nonce = deliveries.nonce();
        let body = deliveries
            .signer
            .sign_and_encrypt(&self.payload, timestamp, nonce);
        let answer = tokio::time::timeout(ANSWER_TIMEOUT, post(&self.url, body.into())).await;
        let http_status = answer.ok().flatten();
        deliveries.note(WebhookDelivery {
            id: self.id.clone(),
            status: self.status,
            attempt,
            http_status,
        });
        http_status == Some(200)
    }
}

/// The status of the answer; nothing is sent to another machine.
async fn post(url: &str, body: Bytes) -> Option<u16> {
    let url: Uri = url.parse().ok()?;
    let host = url.host()?.trim_matches(['[', ']']);
    let is_local = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    if url.scheme_str() != Some("http") || !is_local {
        return None;
    }
    let stream = TcpStream::connect((host, url.port_u16().unwrap_or(80)))
        .await
        .ok()?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .ok()?;
    let request = Request::post(url.path_and_query()?.as_str())
        .header(HOST, url.authority()?.as_str())
        .header(CONTENT_TYPE, "application/json")
        .body(Full::new(body))
        .ok()?;
    // Ends when the sender is dropped.
    tokio::spawn(connection);
    let answer = sender.send_request(request).await.ok()?;
    Some(answer.status().as_u16())
}
