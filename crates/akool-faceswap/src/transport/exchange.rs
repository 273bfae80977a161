//! One HTTP exchange: a request goes to the API's origin, and its answer is read under the cap.
//!
//! Credentials are added for the right origin alone, redirects are refused, and everything ends
//! within the attempt's time. Each exchange is a span with OpenTelemetry's names.

use std::{
    pin::pin,
    sync::Arc,
    time::{Duration, SystemTime},
};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode, header};
use tracing::Instrument as _;

use crate::{
    clock,
    error::{Error, ErrorKind, Snippet},
    limits::deadline::Deadline,
    retry::retry_after,
    secret::Secret,
    transport::{authorization::Authorization, backend::TransportError, channel::Channel},
};

/// An answer as it came, whatever its status.
#[derive(Debug)]
pub(crate) struct RawResponse {
    /// The host that answered, for people.
    pub(crate) host: Arc<str>,
    pub(crate) status: StatusCode,
    pub(crate) retry_after: Option<Duration>,
    /// When it was made, by its server's clock.
    pub(super) date: Option<SystemTime>,
    /// What the body is compressed with, although that was not asked for.
    pub(crate) encoding: Option<&'static str>,
    pub(crate) body: Bytes,
    /// What was sent and must not appear in any text that came back.
    secret: Secret,
}

impl RawResponse {
    /// The beginning of a text that came back, without secrets.
    pub(crate) fn snippet(&self, text: &[u8]) -> Snippet {
        Snippet::of(text, Some(self.secret.expose()))
    }
}

/// What one attempt is called and how long it may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attempt {
    /// How many attempts were made before this one.
    pub(crate) resend_count: u32,
    pub(crate) deadline: Deadline,
}

impl Channel {
    /// Sends one request and reads its answer.
    pub(crate) async fn exchange(
        &self,
        request: reqwest::Request,
        operation: &'static str,
        authorization: &Authorization,
        attempt: Attempt,
    ) -> Result<RawResponse, Error> {
        let span = tracing::debug_span!(
            "akool_faceswap.attempt",
            otel.name = operation,
            otel.kind = "client",
            http.request.method = request.method().as_str(),
            http.request.resend_count = attempt.resend_count,
            http.response.status_code = tracing::field::Empty,
            server.address = &*self.host,
            server.port = self.base_url.port(),
            error.type = tracing::field::Empty,
        );
        // Pinned here, so that what waits for it moves a pointer.
        let work = pin!(self.send(request, authorization));
        let outcome = attempt
            .deadline
            .within(work)
            .instrument(span.clone())
            .await
            .unwrap_or_else(|| Err(self.out_of_time(&attempt.deadline).with_reached(true)));
        record(&span, outcome.as_ref());
        outcome
    }

    async fn send(
        &self,
        mut request: reqwest::Request,
        authorization: &Authorization,
    ) -> Result<RawResponse, Error> {
        if !self.base_url.is_origin_of(request.url()) {
            return Err(Error::new(
                ErrorKind::Configuration,
                "a request would leave the origin of the base URL",
            ));
        }
        authorization.insert_into(request.headers_mut());
        let response = self
            .backend
            .send(&self.http, request)
            .await
            .map_err(|error| unanswered(&self.host, error))?;
        self.read(response, authorization).await
    }

    /// Reads the answer under the cap.
    async fn read(
        &self,
        mut response: reqwest::Response,
        authorization: &Authorization,
    ) -> Result<RawResponse, Error> {
        let headers = response.headers();
        let mut raw = RawResponse {
            host: self.host.clone(),
            status: response.status(),
            retry_after: retry_after::parse(headers, || self.clock.now()),
            date: clock::date(headers),
            encoding: encoding(headers),
            body: Bytes::new(),
            secret: authorization.secret().clone(),
        };
        let status = raw.status;
        if status.is_redirection()
            && let Some(location) = headers.get(header::LOCATION)
        {
            return Err(self.redirected(&raw, &String::from_utf8_lossy(location.as_bytes())));
        }

        let limit = self.max_response_bytes;
        let announced = response.content_length().unwrap_or(0);
        if announced > limit as u64 && status.is_success() {
            return Err(self.too_large(status));
        }
        // The first piece is often the whole body; only a second one makes a copy worthwhile.
        let mut more: Option<BytesMut> = None;
        while let Some(piece) = response.chunk().await.map_err(|error| {
            broken(&self.host, status, TransportError::from(error))
                .with_retry_after(raw.retry_after)
        })? {
            let held = more.as_ref().map_or(raw.body.len(), BytesMut::len);
            if held + piece.len() > limit {
                if status.is_success() {
                    return Err(self.too_large(status));
                }
                // The status says what happened; the rest of the page would not say more.
                break;
            }
            if held == 0 {
                raw.body = piece;
                continue;
            }
            more.get_or_insert_with(|| {
                let whole = usize::try_from(announced).unwrap_or(0).min(limit);
                let mut buffer = BytesMut::with_capacity(whole.max(held + piece.len()));
                buffer.extend_from_slice(&raw.body);
                buffer
            })
            .extend_from_slice(&piece);
        }
        if let Some(buffer) = more {
            raw.body = buffer.freeze();
        }
        Ok(raw)
    }

    /// The error for an attempt that is not done in time.
    pub(crate) fn out_of_time(&self, deadline: &Deadline) -> Error {
        Error::new(
            ErrorKind::Timeout,
            format!(
                "{} gave no complete answer within {:.1} s",
                self.host,
                deadline.limit().as_secs_f64()
            ),
        )
    }

    fn too_large(&self, status: StatusCode) -> Error {
        Error::new(
            ErrorKind::ResponseTooLarge,
            format!(
                "the answer of {} is larger than the limit of {} bytes",
                self.host, self.max_response_bytes
            ),
        )
        .with_http_status(status)
        .with_reached(true)
    }

    fn redirected(&self, response: &RawResponse, location: &str) -> Error {
        let status = response.status;
        let base = reqwest::Url::parse(self.base_url.as_str()).ok();
        // The host alone: the rest of the location repeats the ids, or worse.
        let to = base
            .filter(|_| !location.trim().is_empty())
            .and_then(|base| base.join(location).ok())
            .and_then(|url| url.host_str().map(str::to_owned));
        let to = Snippet::host(to.as_deref(), Some(response.secret.expose()));
        Error::new(
            ErrorKind::Redirect,
            format!("{} redirects to {to} (HTTP {})", self.host, status.as_u16()),
        )
        .with_http_status(status)
        .with_reached(true)
    }
}

/// Records the status and the kind of error, under OpenTelemetry's names.
fn record(span: &tracing::Span, outcome: Result<&RawResponse, &Error>) {
    match outcome {
        Err(error) => {
            span.record("error.type", error.kind().as_str());
            if let Some(status) = error.http_status() {
                span.record("http.response.status_code", status);
            }
        }
        Ok(response) => {
            let status = response.status;
            span.record("http.response.status_code", status.as_u16());
            if status.is_client_error() || status.is_server_error() {
                span.record("error.type", status.as_str());
            }
        }
    }
}

/// The compression that the header names and that was not undone. Any other label means nothing.
fn encoding(headers: &HeaderMap) -> Option<&'static str> {
    let value = headers.get(header::CONTENT_ENCODING)?.to_str().ok()?;
    ["gzip", "br", "zstd", "deflate", "compress"]
        .into_iter()
        .find(|coding| value.to_ascii_lowercase().contains(coding))
}

/// A request to `host` that got no answer.
pub(crate) fn unanswered(host: &str, error: TransportError) -> Error {
    let (kind, message) = if error.is_connect {
        (ErrorKind::Connect, format!("no connection to {host}"))
    } else if error.is_timeout {
        (ErrorKind::Timeout, format!("{host} gave no answer in time"))
    } else {
        (
            ErrorKind::Transport,
            format!("the connection to {host} broke before an answer"),
        )
    };
    let advice = error.advice;
    let error = Error::new(kind, message)
        .with_reached(!error.is_connect)
        .with_source(error);
    match advice {
        Some(advice) => error.with_advice(advice),
        None => error,
    }
}

/// An answer of `host` that broke off.
pub(crate) fn broken(host: &str, status: StatusCode, error: TransportError) -> Error {
    Error::new(
        ErrorKind::Transport,
        format!("the connection to {host} broke in the middle of an answer"),
    )
    .with_http_status(status)
    .with_reached(true)
    .with_source(error)
}

#[cfg(test)]
mod tests {
    use http::Response;

    use super::*;
    use crate::testing::{
        pieces::{self, Pieces},
        scripted::{Reply, Scripted},
    };

    #[test]
    fn a_compression_is_recognized_in_any_case_and_other_labels_are_not() {
        for (label, expected) in [
            ("gzip", Some("gzip")),
            ("X-GZIP, identity", Some("gzip")),
            ("br", Some("br")),
            ("zstd", Some("zstd")),
            ("identity", None),
            ("utf-8", None),
        ] {
            let headers =
                HeaderMap::from_iter([(header::CONTENT_ENCODING, label.parse().unwrap())]);
            assert_eq!(encoding(&headers), expected, "{label}");
        }
    }

    const EMPTY: &str = r#"{"code":1000,"msg":"OK","data":{"result":[]}}"#;

    /// Looks a job up with a client that reads at most `max_response_bytes` of the answer in `pieces`.
    async fn looked_up(pieces: &[&[u8]], max_response_bytes: usize) -> Result<usize, ErrorKind> {
        let client = pieces::client(Response::builder, Pieces::new(pieces), |builder| {
            builder.max_response_bytes(max_response_bytes)
        });
        let results = client.lookup("a").await;
        results
            .map(|results| results.missing().count())
            .map_err(|error| error.kind())
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_may_have_as_many_bytes_as_the_limit_in_whatever_pieces_it_comes() {
        let bytes = EMPTY.as_bytes();
        let (most, last) = bytes.split_at(bytes.len() - 1);
        let (first, rest) = bytes.split_at(1);
        let (second, third) = rest.split_at(20);
        for pieces in [
            &[bytes][..],
            &[most, last],
            &[first, rest],
            &[first, second, third],
        ] {
            assert_eq!(looked_up(pieces, bytes.len()).await, Ok(1));
            let refused = looked_up(pieces, bytes.len() - 1).await;
            assert_eq!(refused, Err(ErrorKind::ResponseTooLarge));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_announces_too_many_bytes_is_not_read() {
        for (limit, is_read) in [(EMPTY.len(), true), (EMPTY.len() - 1, false)] {
            let wire = Scripted::new(|_| Reply::http(200, EMPTY));
            let client = wire.client_with(|builder| builder.api_key("k").max_response_bytes(limit));
            assert_eq!(client.lookup("a").await.is_ok(), is_read, "{limit}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn of_a_page_of_an_error_as_much_is_read_as_may_be() {
        let head = || Response::builder().status(404);
        let body = Pieces::new(&[b"no such", b" page"]);
        let client = pieces::client(head, body, |builder| builder.max_response_bytes(11));
        let error = client.lookup("a").await.unwrap_err();
        assert_eq!(error.http_status(), Some(404));
        assert_eq!(error.body_snippet(), Some("no such"));
    }
}
