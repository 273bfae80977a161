//! One request for a file: a bare GET, its redirects, and the head of the answer.
//!
//! It carries at most a range, and identifies only the library. Redirects are followed here and not by
//! `reqwest`, which would log their targets, and with them the result's URL. Each target must satisfy the rules
//! for the first URL.

use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use reqwest::Url;
use tokio::sync::OwnedSemaphorePermit;
use tracing::Instrument as _;

use crate::download::{
    downloader::Downloader,
    head::{Head, Rest},
    source::{self, Source},
    timeouts::Patience,
};
use crate::{
    api::Api,
    error::{Error, ErrorKind},
    retry::retry_after,
    transport::{backend::TransportError, exchange},
};

/// The most redirects that are followed.
const MOST_REDIRECTS: usize = 5;

/// An answer whose head has arrived.
pub(super) struct Answer {
    pub(super) host: String,
    is_secure: bool,
    response: reqwest::Response,
    /// Held while the answer is read.
    _permit: OwnedSemaphorePermit,
}

/// Waits for one of the client's permits for downloads.
pub(super) async fn permit(
    downloader: &Downloader,
    patience: &Patience,
) -> Result<OwnedSemaphorePermit, Error> {
    let permits = downloader.permits.clone();
    patience
        .for_all(permits.acquire_owned())
        .await?
        // Nothing closes the semaphore.
        .map_err(|_| Error::new(ErrorKind::Transport, "the client is shut down"))
}

/// Requests the whole file, or its rest.
pub(super) async fn ask(
    downloader: &Downloader,
    permit: OwnedSemaphorePermit,
    source: &Source,
    rest: Option<&Rest>,
    patience: &Patience,
) -> Result<Answer, Error> {
    let mut url = source.url.clone();
    for _ in 0..=MOST_REDIRECTS {
        let host = host(&url);
        let response = send(downloader, &url, rest, patience).await?;
        if !is_redirect(response.status()) {
            return Ok(Answer {
                host,
                // TLS libraries other than rustls mistake a break for the end.
                is_secure: cfg!(feature = "_rustls") && url.scheme() == "https",
                response,
                _permit: permit,
            });
        }
        url = follow(&downloader.api, &url, &response).map_err(|why| {
            redirected(&format!("{host} redirects to a URL that {why}"))
                .with_http_status(response.status())
        })?;
    }
    let host = host(&source.url);
    Err(redirected(&format!(
        "{host} redirects more than {MOST_REDIRECTS} times"
    )))
}

async fn send(
    downloader: &Downloader,
    url: &Url,
    rest: Option<&Rest>,
    patience: &Patience,
) -> Result<reqwest::Response, Error> {
    let host = host(url);
    let span = tracing::debug_span!(
        "akool_faceswap.attempt",
        otel.name = "download",
        otel.kind = "client",
        http.request.method = "GET",
        http.response.status_code = tracing::field::Empty,
        server.address = host.as_str(),
        server.port = url.port_or_known_default(),
        error.type = tracing::field::Empty,
    );
    let mut request = reqwest::Request::new(Method::GET, url.clone());
    *request.headers_mut() = headers(rest);
    let client = downloader.http(url)?;
    let carrying = downloader
        .api
        .channel
        .backend
        .send(client, request)
        .instrument(span.clone());
    let outcome = patience
        .for_byte(&host, carrying)
        .await
        .and_then(|answered| answered.map_err(|fault| exchange::unanswered(&host, fault)));
    match &outcome {
        Ok(response) => {
            let status = response.status();
            span.record("http.response.status_code", status.as_u16());
            if status.is_client_error() || status.is_server_error() {
                span.record("error.type", status.as_str());
            }
        }
        Err(error) => {
            span.record("error.type", error.kind().as_str());
        }
    }
    outcome.map_err(|error| match error.kind() {
        ErrorKind::Connect if !error.has_own_advice() => {
            error.with_advice("check the network, proxies and certificates")
        }
        _ => error,
    })
}

fn headers(rest: Option<&Rest>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(
        header::ACCEPT_ENCODING,
        HeaderValue::from_static("identity"),
    );
    if let Some(rest) = rest
        && let Some(validator) = rest.validator.if_range()
        && let Ok(range) = HeaderValue::try_from(format!("bytes={}-", rest.from))
    {
        headers.insert(header::RANGE, range);
        headers.insert(header::IF_RANGE, validator);
    }
    headers
}

fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// Where a redirect leads; from https only to https.
fn follow(api: &Api, from: &Url, response: &reqwest::Response) -> Result<Url, &'static str> {
    let Some(location) = response.headers().get(header::LOCATION) else {
        return Err("it does not name");
    };
    // Some hosts write UTF-8 where only ASCII is allowed; browsers and curl follow it.
    let location = String::from_utf8_lossy(location.as_bytes());
    // An empty location, joined to a URL, is that URL again.
    if location.trim().is_empty() {
        return Err("it does not name");
    }
    let to = source::parse(&location, Some(from), &api.channel.base_url)?;
    if to == *from {
        return Err("it was just asked for");
    }
    if from.scheme() == "https" && to.scheme() != "https" {
        return Err("does not begin with https://");
    }
    Ok(to)
}

fn redirected(message: &str) -> Error {
    Error::new(ErrorKind::Redirect, message)
        .with_advice("look the job up again; if the error persists, check the proxies in between")
        .with_reached(true)
}

/// The host of a URL, for people. It does not lead to the file and is not secret.
pub(super) fn host(url: &Url) -> String {
    url.host_str().unwrap_or("the file's host").to_owned()
}

impl Answer {
    pub(super) fn head(&self) -> Head<'_> {
        Head {
            host: &self.host,
            status: self.response.status(),
            version: self.response.version(),
            is_secure: self.is_secure,
            headers: self.response.headers(),
        }
    }

    pub(super) fn status(&self) -> StatusCode {
        self.response.status()
    }

    /// How long the host asks to wait, if it does.
    pub(super) fn retry_after(&self, api: &Api) -> Option<std::time::Duration> {
        retry_after::parse(self.response.headers(), || api.clock.now())
    }

    /// The next bytes of the body; `None` at its end.
    pub(super) async fn chunk(
        &mut self,
        patience: &Patience,
    ) -> Result<Option<bytes::Bytes>, Error> {
        let Self { host, response, .. } = self;
        let status = response.status();
        patience
            .for_byte(host, response.chunk())
            .await?
            .map_err(|error| exchange::broken(host, status, TransportError::from(error)))
    }
}
