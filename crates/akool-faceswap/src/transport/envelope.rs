//! The envelope of an answer: business code, message, and data.
//!
//! The body is looked at before the HTTP status: an envelope says what happened, whatever the
//! status, and a business code other than 1000 is an error even with HTTP 200. The status counts
//! only where the body is not an envelope.

use http::StatusCode;
use serde_json::value::RawValue;

use crate::{
    error::{Error, ErrorKind},
    model::{
        BusinessCode,
        lenient::{self, DecodeError, Pairs},
    },
    transport::{exchange::RawResponse, tls_fault},
};

/// An envelope that was read without looking into its data.
#[derive(Debug)]
pub(crate) struct Envelope {
    pub(crate) code: i64,
    pub(crate) msg: String,
    pub(crate) data: Option<Box<RawValue>>,
}

impl Envelope {
    /// Reads a body leniently: an odd `msg` is dropped, and a code in quotes is accepted.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, DecodeError> {
        let text = String::from_utf8_lossy(body);
        let text = text.trim_start_matches('\u{feff}');
        if text.trim().is_empty() {
            return Err(DecodeError::cut("the body is empty"));
        }
        let envelope: Pairs = serde_json::from_str(text).map_err(|error| syntax(&error))?;
        let code = match envelope.last("code").map(lenient::integer) {
            Some(Ok((code, _))) => code,
            Some(Err(_)) => return Err(DecodeError::new("$.code", "expected an integer")),
            None => return Err(DecodeError::new("$.code", "missing")),
        };
        let msg = match envelope.last("msg").map(lenient::string) {
            Some(Ok((msg, _))) => msg,
            _ => String::new(),
        };
        let data = envelope.last("data").map(ToOwned::to_owned);
        Ok(Self { code, msg, data })
    }
}

/// Whether this is the page of nginx for clients without a certificate. Other servers refuse them in TLS.
fn wants_client_certificate(body: &[u8]) -> bool {
    const SAYS: &[u8] = b"No required SSL certificate was sent";
    let beginning = &body[..body.len().min(1024)];
    beginning.windows(SAYS.len()).any(|words| words == SAYS)
}

fn syntax(error: &serde_json::Error) -> DecodeError {
    // The library's own words could quote the body.
    let at = format!("line {} column {}", error.line(), error.column());
    if error.is_data() {
        DecodeError::new("$", "expected an object")
    } else if error.is_eof() {
        DecodeError::cut(format!("the body ends too early, {at}"))
    } else {
        DecodeError::new("$", format!("not JSON, {at}"))
    }
}

impl RawResponse {
    /// The envelope that the body is, whatever the status; an error unless its code is 1000.
    pub(crate) fn envelope(&self) -> Result<Envelope, Error> {
        let envelope = Envelope::parse(&self.body).map_err(|error| self.undecodable(&error))?;
        self.check(envelope.code, &envelope.msg)?;
        Ok(envelope)
    }

    /// An error, unless the business code is 1000.
    pub(crate) fn check(&self, code: i64, msg: &str) -> Result<(), Error> {
        let code = BusinessCode::from_code(code);
        if code.is_success() {
            return Ok(());
        }
        let msg = self.snippet(msg.as_bytes());
        let said = match msg.as_str() {
            "" => String::new(),
            msg => format!(", {msg:?}"),
        };
        Err(Error::new(
            ErrorKind::Api,
            format!(
                "AKOOL answered {code}{said} (HTTP {})",
                self.status.as_u16()
            ),
        )
        .with_business_code(code)
        .with_http_status(self.status)
        .with_retry_after(self.retry_after)
        .with_reached(true))
    }

    /// The error for a body that is not what this API sends; with an HTTP status that is an error,
    /// that status is what happened.
    pub(crate) fn undecodable(&self, error: &DecodeError) -> Error {
        let (host, status) = (&self.host, self.status);
        let error = if status.is_success() {
            let problem = &error.problem;
            let message = match self.encoding {
                Some(coding) => format!(
                    "the answer of {host} is compressed with {coding}, which was not asked for: {problem}"
                ),
                None => format!("the answer of {host} is not an envelope: {problem}"),
            };
            let error = Error::new(ErrorKind::Decode, message)
                .with_json_path(error.path)
                .with_cut(error.is_cut && self.encoding.is_none() && status == StatusCode::OK);
            match self.encoding {
                Some(_) => error.with_advice(
                    "enable the features gzip, brotli and zstd of akool-faceswap, or stop the proxy \
                     that compresses",
                ),
                None => error,
            }
        } else if wants_client_certificate(&self.body) {
            let message = format!("{host} answered HTTP {status}: it wants a client certificate");
            Error::new(ErrorKind::Http, message).with_advice(tls_fault::CLIENT)
        } else {
            Error::new(ErrorKind::Http, format!("{host} answered HTTP {status}"))
        };
        error
            .with_http_status(status)
            .with_retry_after(self.retry_after)
            .with_reached(true)
            .with_snippet(self.snippet(&self.body))
    }
}
