//! A wire whose other end is a closure: every timing rule can be tested under a paused clock.

use std::{
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use http_body::Body as _;
use tokio::time::Instant;

use crate::client::{Client, ClientBuilder};
use crate::transport::backend::{HttpBackend, ResponseFuture, TransportError};

/// A request as the other end sees it.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// How many requests came before it.
    pub(crate) n: usize,
    pub(crate) at: Instant,
    pub(crate) path: String,
    pub(crate) ids: Vec<String>,
    pub(crate) headers: http::HeaderMap,
}

/// What the other end does.
pub(crate) struct Reply {
    after: Duration,
    what: What,
    /// Whether the request's body is asked for first.
    reads_body: bool,
    /// Set when the client takes the reply.
    receipt: Arc<AtomicBool>,
}

enum What {
    Response(http::Response<String>),
    Fault {
        is_connect: bool,
        cause: &'static str,
    },
    Nothing,
}

impl Reply {
    pub(crate) fn http(status: u16, body: &str) -> Self {
        let mut response = http::Response::new(body.to_owned());
        *response.status_mut() = http::StatusCode::from_u16(status).unwrap();
        Self {
            after: Duration::ZERO,
            what: What::Response(response),
            reads_body: true,
            receipt: Arc::default(),
        }
    }

    /// Business code 1000 and a row for each id that was asked for.
    pub(crate) fn found(seen: &Seen) -> Self {
        let rows: Vec<String> = seen
            .ids
            .iter()
            .map(|id| format!(r#"{{"_id":"{id}","faceswap_status":2}}"#))
            .collect();
        Self::http(
            200,
            &format!(
                r#"{{"code":1000,"msg":"OK","data":{{"result":[{}]}}}}"#,
                rows.join(",")
            ),
        )
    }

    pub(crate) fn business(code: i64) -> Self {
        Self::http(200, &format!(r#"{{"code":{code},"msg":"no"}}"#))
    }

    pub(crate) fn refused() -> Self {
        Self::refused_because("scripted")
    }

    /// No connection, for this reason.
    pub(crate) fn refused_because(cause: &'static str) -> Self {
        Self {
            after: Duration::ZERO,
            what: What::Fault {
                is_connect: true,
                cause,
            },
            reads_body: false,
            receipt: Arc::default(),
        }
    }

    /// A connection that dies before it asks for the request's body.
    pub(crate) fn reset_before_the_body() -> Self {
        Self::reset().without_reading()
    }

    /// The request's body is not asked for.
    pub(crate) fn without_reading(mut self) -> Self {
        self.reads_body = false;
        self
    }

    pub(crate) fn reset() -> Self {
        Self::reset_because("scripted")
    }

    /// A connection that breaks before the answer, for this reason.
    pub(crate) fn reset_because(cause: &'static str) -> Self {
        Self {
            after: Duration::ZERO,
            what: What::Fault {
                is_connect: false,
                cause,
            },
            reads_body: true,
            receipt: Arc::default(),
        }
    }

    /// Never an answer.
    pub(crate) fn nothing() -> Self {
        Self {
            after: Duration::ZERO,
            what: What::Nothing,
            reads_body: true,
            receipt: Arc::default(),
        }
    }

    /// Becomes true when the client takes the reply, and never if it gave up before.
    pub(crate) fn receipt(&self) -> Arc<AtomicBool> {
        self.receipt.clone()
    }

    pub(crate) fn after(mut self, delay: Duration) -> Self {
        self.after = delay;
        self
    }

    pub(crate) fn with_header_bytes(mut self, name: &'static str, value: &[u8]) -> Self {
        if let What::Response(response) = &mut self.what {
            let value = http::HeaderValue::from_bytes(value).unwrap();
            response.headers_mut().insert(name, value);
        }
        self
    }

    pub(crate) fn with_header(mut self, name: &'static str, value: &str) -> Self {
        if let What::Response(response) = &mut self.what {
            response.headers_mut().insert(name, value.parse().unwrap());
        }
        self
    }
}

type Script = dyn Fn(&Seen) -> Reply + Send + Sync;

/// The wire, and what it has seen.
#[derive(Clone)]
pub(crate) struct Scripted {
    script: Arc<Script>,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    seen: Vec<Seen>,
    bodies: Vec<String>,
    in_flight: usize,
    most_in_flight: usize,
}

impl Scripted {
    pub(crate) fn new(script: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        Self {
            script: Arc::new(script),
            state: Arc::default(),
        }
    }

    /// A client on this wire, with an API key.
    pub(crate) fn client(&self) -> Client {
        self.client_with(|builder| builder.api_key("k"))
    }

    /// A client on this wire.
    pub(crate) fn client_with(
        &self,
        settings: impl FnOnce(ClientBuilder) -> ClientBuilder,
    ) -> Client {
        let mut builder = Client::builder()
            .base_url("http://127.0.0.1:9")
            .jitter_seed(7);
        builder.backend = Box::new(self.clone());
        settings(builder).build().unwrap()
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.state.lock().unwrap().seen.clone()
    }

    pub(crate) fn requests(&self) -> usize {
        self.state.lock().unwrap().seen.len()
    }

    /// The bodies that were read.
    pub(crate) fn bodies(&self) -> Vec<String> {
        self.state.lock().unwrap().bodies.clone()
    }

    /// The time between each request and the next.
    pub(crate) fn gaps(&self) -> Vec<Duration> {
        self.seen()
            .windows(2)
            .map(|pair| pair[1].at - pair[0].at)
            .collect()
    }

    pub(crate) fn most_in_flight(&self) -> usize {
        self.state.lock().unwrap().most_in_flight
    }

    fn note(&self, request: &reqwest::Request) -> Seen {
        let mut state = self.state.lock().unwrap();
        let ids = request
            .url()
            .query_pairs()
            .find(|(name, _)| name == "_ids")
            .map(|(_, ids)| ids.split(',').map(str::to_owned).collect())
            .unwrap_or_default();
        let seen = Seen {
            n: state.seen.len(),
            at: Instant::now(),
            path: request.url().path().to_owned(),
            ids,
            headers: request.headers().clone(),
        };
        state.seen.push(seen.clone());
        state.in_flight += 1;
        state.most_in_flight = state.most_in_flight.max(state.in_flight);
        seen
    }
}

/// Counts a request as in flight until it is dropped.
struct InFlight(Arc<Mutex<State>>);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.lock().unwrap().in_flight -= 1;
    }
}

async fn read(mut body: reqwest::Body) -> String {
    let mut bytes = Vec::new();
    while let Some(frame) =
        std::future::poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await
    {
        bytes.extend_from_slice(frame.unwrap().data_ref().unwrap());
    }
    String::from_utf8(bytes).unwrap()
}

impl HttpBackend for Scripted {
    fn send<'a>(
        &'a self,
        _: &'a reqwest::Client,
        mut request: reqwest::Request,
    ) -> ResponseFuture<'a> {
        Box::pin(async move {
            let seen = self.note(&request);
            let _in_flight = InFlight(self.state.clone());
            let Reply {
                after,
                what,
                reads_body,
                receipt,
            } = (self.script)(&seen);
            if reads_body && let Some(body) = request.body_mut().take() {
                let body = read(body).await;
                self.state.lock().unwrap().bodies.push(body);
            }
            tokio::time::sleep(after).await;
            receipt.store(true, Ordering::Relaxed);
            match what {
                What::Response(response) => Ok(response.into()),
                What::Fault { is_connect, cause } => Err(TransportError {
                    is_connect,
                    is_timeout: false,
                    source: cause.into(),
                    advice: None,
                }),
                What::Nothing => std::future::pending().await,
            }
        })
    }
}
