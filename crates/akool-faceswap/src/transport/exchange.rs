//! One attempt at one request: credentials for the right origin, limits, and what came back.
//!
//! The generated client calls this for every request. It adds the credentials, refuses redirects,
//! reads the body under a cap and within the attempt's time, and hands the generated client a
//! response that is complete. The generated client can return neither our errors nor the body of an
//! answer that it could not read, so both are kept beside it, in a [`Report`].

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use akool_faceswap_raw as raw;
use bytes::{Bytes, BytesMut};
use http::{StatusCode, header};
use tracing::Instrument as _;

use crate::{
    api::Api,
    auth::{Generation, Secret},
    error::{Error, ErrorKind, Snippet},
    retry::retry_after,
    transport::backend::TransportError,
};

/// What one attempt learnt, whatever the generated client made of it.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) failure: Option<Error>,
    pub(crate) status: StatusCode,
    pub(crate) retry_after: Option<Duration>,
    /// Whether the body has an encoding that was not asked for.
    pub(crate) is_encoded: bool,
    pub(crate) body: Bytes,
    /// What was sent and must be in no text that came back.
    pub(crate) secret: Option<Secret>,
    /// Which token of a provider was sent.
    pub(crate) generation: Option<Generation>,
}

/// The transport of one attempt.
#[derive(Clone)]
pub(crate) struct Attempt {
    api: Arc<Api>,
    timeout: Option<Duration>,
    /// How many attempts were made before this one.
    resends: u32,
    /// A secret in the body, in place of credentials in a header.
    secret_in_body: Option<Secret>,
    report: Arc<Mutex<Report>>,
}

impl Attempt {
    pub(crate) fn new(api: Arc<Api>, timeout: Option<Duration>, resends: u32) -> Self {
        Self {
            api,
            timeout,
            resends,
            secret_in_body: None,
            report: Arc::default(),
        }
    }

    /// A request without credentials in a header; `secret` is in its body.
    pub(crate) fn without_credentials(api: Arc<Api>, secret: Secret) -> Self {
        Self {
            secret_in_body: Some(secret),
            ..Self::new(api, None, 0)
        }
    }

    /// A generated client whose request is this attempt.
    pub(crate) fn client(&self) -> raw::Client {
        raw::Client::new_with_client(
            self.api.base_url.as_str(),
            self.api.http.clone(),
            raw::Seam::new(self.clone()),
        )
    }

    /// What the attempt learnt.
    pub(crate) fn into_report(self) -> Report {
        std::mem::take(&mut self.report.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Sends the request within the attempt's time.
    async fn exchange(
        &self,
        client: &reqwest::Client,
        request: reqwest::Request,
        report: &mut Report,
    ) -> Result<(), Error> {
        let Some(limit) = self.timeout else {
            return self.carry(client, request, report).await;
        };
        let carrying = self.carry(client, request, report);
        tokio::time::timeout(limit, carrying)
            .await
            .unwrap_or_else(|_| {
                Err(Error::new(
                    ErrorKind::Timeout,
                    format!(
                        "{} gave no complete answer within {:.1} s",
                        self.api.base_url.host(),
                        limit.as_secs_f64()
                    ),
                )
                .with_reached(true))
            })
    }

    async fn carry(
        &self,
        client: &reqwest::Client,
        mut request: reqwest::Request,
        report: &mut Report,
    ) -> Result<(), Error> {
        let api = &self.api;
        if !api.base_url.is_origin_of(request.url()) {
            return Err(Error::new(
                ErrorKind::Configuration,
                "a request would leave the origin of the base URL",
            ));
        }
        if let Some(secret) = &self.secret_in_body {
            report.secret = Some(secret.clone());
        } else {
            let made = api.credentials.authentication(api).await?;
            report.generation = made.generation;
            report.secret = Some(made.secret);
            request.headers_mut().insert(made.name, made.value);
        }
        let response = api
            .wire
            .carry(client, request)
            .await
            .map_err(|fault| unanswered(api.base_url.host(), fault))?;
        self.read(response, report).await
    }

    /// Reads the answer under the cap.
    async fn read(
        &self,
        mut response: reqwest::Response,
        report: &mut Report,
    ) -> Result<(), Error> {
        let api = &*self.api;
        let status = response.status();
        let headers = response.headers();
        report.status = status;
        report.retry_after = retry_after::parse(headers, api.clock.now());
        report.is_encoded = headers.contains_key(header::CONTENT_ENCODING);
        if let Some(location) = headers.get(header::LOCATION)
            && status.is_redirection()
        {
            return Err(api.redirected(report, &String::from_utf8_lossy(location.as_bytes())));
        }

        let limit = api.limits.max_response_bytes;
        let announced = response.content_length().unwrap_or(0);
        if announced > limit as u64 && status.is_success() {
            return Err(api.too_large(status));
        }
        // The first piece is often the whole body; only a second one makes a copy worthwhile.
        let mut more: Option<BytesMut> = None;
        while let Some(piece) = response
            .chunk()
            .await
            .map_err(|error| api.broken(report, TransportError::from(error)))?
        {
            let held = more.as_ref().map_or(report.body.len(), BytesMut::len);
            if held + piece.len() > limit {
                if status.is_success() {
                    return Err(api.too_large(status));
                }
                // The status says what happened; the rest of the page would not say more.
                break;
            }
            if held == 0 {
                report.body = piece;
                continue;
            }
            more.get_or_insert_with(|| {
                let whole = usize::try_from(announced).unwrap_or(0).min(limit);
                let mut buffer = BytesMut::with_capacity(whole.max(held + piece.len()));
                buffer.extend_from_slice(&report.body);
                buffer
            })
            .extend_from_slice(&piece);
        }
        if let Some(buffer) = more {
            report.body = buffer.freeze();
        }
        Ok(())
    }
}

impl raw::Transport for Attempt {
    fn send<'a>(
        &'a self,
        client: &'a reqwest::Client,
        request: reqwest::Request,
        operation_id: &'static str,
    ) -> raw::Sending<'a> {
        let span = tracing::debug_span!(
            "akool_faceswap.attempt",
            otel.name = operation_id,
            otel.kind = "client",
            http.request.method = request.method().as_str(),
            http.request.resend_count = self.resends,
            http.response.status_code = tracing::field::Empty,
            server.address = self.api.base_url.host(),
            server.port = self.api.base_url.port(),
            error.type = tracing::field::Empty,
        );
        let noted = span.clone();
        let work = async move {
            let mut report = Report::default();
            let outcome = self.exchange(client, request, &mut report).await;
            note(&noted, &report, outcome.as_ref().err());
            if let Err(failure) = outcome {
                report.failure = Some(failure);
                // Anything but 200, so that the generated client looks at no body.
                report.status = StatusCode::INTERNAL_SERVER_ERROR;
            }
            let mut response = http::Response::new(report.body.clone());
            *response.status_mut() = report.status;
            *self.report.lock().unwrap_or_else(PoisonError::into_inner) = report;
            Ok(response.into())
        };
        Box::pin(work.instrument(span))
    }
}

/// The status and the kind of error, under OpenTelemetry's names.
fn note(span: &tracing::Span, report: &Report, failure: Option<&Error>) {
    if let Some(failure) = failure {
        span.record("error.type", failure.kind().as_str());
        if let Some(status) = failure.http_status() {
            span.record("http.response.status_code", status);
        }
        return;
    }
    span.record("http.response.status_code", report.status.as_u16());
    if report.status.is_client_error() || report.status.is_server_error() {
        span.record("error.type", report.status.as_str());
    }
}

/// A request to `host` that got no answer.
pub(crate) fn unanswered(host: &str, fault: TransportError) -> Error {
    let (kind, message) = if fault.is_connect {
        let why = fault.innermost();
        (
            ErrorKind::Connect,
            format!("no connection to {host}: {why}"),
        )
    } else if fault.is_timeout {
        (ErrorKind::Timeout, format!("{host} gave no answer in time"))
    } else {
        (
            ErrorKind::Transport,
            format!(
                "the connection to {host} broke before an answer: {}",
                fault.innermost()
            ),
        )
    };
    Error::new(kind, message)
        .with_reached(!fault.is_connect)
        .with_source(fault)
}

/// An answer of `host` that did not come to its end.
pub(crate) fn broken(host: &str, status: StatusCode, fault: TransportError) -> Error {
    Error::new(
        ErrorKind::Transport,
        format!(
            "the connection to {host} broke in the middle of an answer: {}",
            fault.innermost()
        ),
    )
    .with_http_status(status)
    .with_reached(true)
    .with_source(fault)
}

impl Api {
    fn broken(&self, report: &Report, fault: TransportError) -> Error {
        broken(self.base_url.host(), report.status, fault).with_retry_after(report.retry_after)
    }

    fn too_large(&self, status: StatusCode) -> Error {
        let limit = self.limits.max_response_bytes;
        let host = self.base_url.host();
        Error::new(
            ErrorKind::ResponseTooLarge,
            format!("the answer of {host} is larger than the limit of {limit} bytes"),
        )
        .with_http_status(status)
        .with_reached(true)
    }

    fn redirected(&self, report: &Report, location: &str) -> Error {
        let status = report.status;
        let base = reqwest::Url::parse(self.base_url.as_str()).ok();
        // The host alone: the rest of the location repeats the ids, or worse.
        let to = base
            .and_then(|base| base.join(location).ok())
            .and_then(|url| url.host_str().map(str::to_owned));
        let secret = report.secret.as_ref().map(Secret::expose);
        let to = Snippet::host(to.as_deref(), secret);
        Error::new(
            ErrorKind::Redirect,
            format!(
                "{} redirects to {to} (HTTP {})",
                self.base_url.host(),
                status.as_u16()
            ),
        )
        .with_http_status(status)
        .with_reached(true)
    }
}
