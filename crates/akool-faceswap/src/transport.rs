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

use crate::{Error, ErrorKind, client::Shared, error::Snippet, retry::after, wire::WireFault};

/// What one attempt learnt, whatever the generated client made of it.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) failure: Option<Error>,
    pub(crate) status: StatusCode,
    pub(crate) retry_after: Option<Duration>,
    /// The name of an encoding of the body that was not asked for.
    pub(crate) content_encoding: Option<String>,
    pub(crate) body: Bytes,
}

/// The transport of one attempt.
#[derive(Clone)]
pub(crate) struct Attempt {
    shared: Arc<Shared>,
    timeout: Option<Duration>,
    /// How many attempts were made before this one.
    resends: u32,
    report: Arc<Mutex<Report>>,
}

impl Attempt {
    pub(crate) fn new(shared: Arc<Shared>, timeout: Option<Duration>, resends: u32) -> Self {
        Self {
            shared,
            timeout,
            resends,
            report: Arc::default(),
        }
    }

    /// A generated client whose request is this attempt.
    pub(crate) fn client(&self) -> raw::Client {
        raw::Client::new_with_client(
            self.shared.base_url.as_str(),
            self.shared.http.clone(),
            raw::Seam::new(self.clone()),
        )
    }

    /// What the attempt learnt.
    pub(crate) fn into_report(self) -> Report {
        std::mem::take(&mut self.report.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn exchange(
        &self,
        client: &reqwest::Client,
        mut request: reqwest::Request,
    ) -> Result<Report, Error> {
        let shared = &*self.shared;
        if !shared.base_url.is_origin_of(request.url()) {
            return Err(Error::new(
                ErrorKind::Configuration,
                "a request would leave the origin of the base URL",
            ));
        }
        let (name, value) = shared.credentials.header()?;
        request.headers_mut().insert(name, value);

        let work = async {
            let response = shared
                .wire
                .carry(client, request)
                .await
                .map_err(|fault| shared.unanswered(fault))?;
            self.read(response).await
        };
        match self.timeout {
            None => work.await,
            Some(limit) => tokio::time::timeout(limit, work).await.unwrap_or_else(|_| {
                Err(Error::new(
                    ErrorKind::Timeout,
                    format!(
                        "{} gave no complete answer within {:.1} s",
                        shared.base_url.host(),
                        limit.as_secs_f64()
                    ),
                )
                .with_reached(true))
            }),
        }
    }

    async fn read(&self, mut response: reqwest::Response) -> Result<Report, Error> {
        let shared = &*self.shared;
        let status = response.status();
        let header = |name| response.headers().get(name)?.to_str().ok();
        if let Some(location) = header(header::LOCATION).filter(|_| status.is_redirection()) {
            return Err(shared.redirected(status, location));
        }
        let mut report = Report {
            failure: None,
            status,
            retry_after: after::parse(response.headers(), shared.clock.now()),
            content_encoding: header(header::CONTENT_ENCODING).map(str::to_owned),
            body: Bytes::new(),
        };

        let limit = shared.limits.max_response_bytes;
        let announced = response.content_length().unwrap_or(0);
        if announced > limit as u64 {
            return Err(shared.too_large(status));
        }
        // The first piece is often the whole body; only a second one makes a copy worthwhile.
        let mut more: Option<BytesMut> = None;
        while let Some(piece) = response
            .chunk()
            .await
            .map_err(|error| shared.broken(&report, WireFault::from(error)))?
        {
            let held = more.as_ref().map_or(report.body.len(), BytesMut::len);
            if held + piece.len() > limit {
                return Err(shared.too_large(status));
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
        Ok(report)
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
            server.address = self.shared.base_url.host(),
            server.port = self.shared.base_url.port(),
            error.type = tracing::field::Empty,
        );
        let work = async move {
            let report = match self.exchange(client, request).await {
                Ok(report) => {
                    let status = report.status;
                    tracing::Span::current().record("http.response.status_code", status.as_u16());
                    if status.is_client_error() || status.is_server_error() {
                        tracing::Span::current().record("error.type", status.as_str());
                    }
                    report
                }
                Err(failure) => {
                    let span = tracing::Span::current();
                    span.record("error.type", failure.kind().as_str());
                    if let Some(status) = failure.http_status() {
                        span.record("http.response.status_code", status);
                    }
                    Report {
                        failure: Some(failure),
                        // Anything but 200, so that the generated client looks at no body.
                        status: StatusCode::INTERNAL_SERVER_ERROR,
                        ..Report::default()
                    }
                }
            };
            let mut response = http::Response::new(report.body.clone());
            *response.status_mut() = report.status;
            *self.report.lock().unwrap_or_else(PoisonError::into_inner) = report;
            Ok(response.into())
        };
        Box::pin(work.instrument(span))
    }
}

impl Shared {
    fn unanswered(&self, fault: WireFault) -> Error {
        let host = self.base_url.host();
        let (kind, message) = if fault.is_connect {
            let why = if fault.is_timeout { " in time" } else { "" };
            (ErrorKind::Connect, format!("no connection to {host}{why}"))
        } else if fault.is_timeout {
            (ErrorKind::Timeout, format!("{host} gave no answer in time"))
        } else {
            (
                ErrorKind::Transport,
                format!("the connection to {host} broke before an answer"),
            )
        };
        Error::new(kind, message)
            .with_reached(!fault.is_connect)
            .with_source(fault)
    }

    fn broken(&self, report: &Report, fault: WireFault) -> Error {
        let host = self.base_url.host();
        Error::new(
            ErrorKind::Transport,
            format!("the connection to {host} broke in the middle of an answer"),
        )
        .with_http_status(report.status)
        .with_retry_after(report.retry_after)
        .with_reached(true)
        .with_source(fault)
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

    fn redirected(&self, status: StatusCode, location: &str) -> Error {
        let base = reqwest::Url::parse(self.base_url.as_str()).ok();
        // The host alone: the rest of the location repeats the ids, or worse.
        let to = base
            .and_then(|base| base.join(location).ok())
            .and_then(|url| url.host_str().map(str::to_owned));
        let to = Snippet::host(to.as_deref(), self.credentials.secret());
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
