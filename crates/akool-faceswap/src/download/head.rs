//! What the head of an answer promises, and what it is refused for.
//!
//! No byte of a file is accepted before its head was judged: the status, the length and, if only the rest was
//! requested, whether this is the rest of the same file. Errors contain only the status of what the server
//! sent: error pages repeat paths and keys.

use http::{HeaderMap, StatusCode, Version, header};

use crate::download::{coding::Coding, media::Declared, validator::Validator};
use crate::error::{Error, ErrorKind};

/// The head of an answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head<'a> {
    pub(super) host: &'a str,
    pub(super) status: StatusCode,
    pub(super) version: Version,
    /// Whether TLS distinguishes the end of the connection from a break.
    pub(super) is_secure: bool,
    pub(super) headers: &'a HeaderMap,
}

/// The part of a file that is still missing.
#[derive(Clone, Debug)]
pub(super) struct Rest {
    /// How many bytes have been received.
    pub(super) from: u64,
    /// The whole length, if it is known.
    pub(super) total: Option<u64>,
    pub(super) validator: Validator,
}

/// What the answer promises.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Promise {
    /// The whole file follows.
    Whole {
        total: Option<u64>,
        declared: Declared,
        coding: Coding,
        validator: Option<Validator>,
    },
    /// The rest of the file follows.
    Rest { total: u64 },
    /// Nothing follows: the received bytes are the whole file.
    Complete { total: u64 },
    /// The received bytes are of no use; the whole file must be requested.
    StartOver,
}

impl Head<'_> {
    /// Judges the answer to a request for the whole file, or for its rest.
    pub(super) fn promise(&self, asked: Option<&Rest>, max_bytes: u64) -> Result<Promise, Error> {
        let promise = match (self.status, asked) {
            // 203 is a 200 from a proxy that has changed something; the bytes decide.
            (StatusCode::OK | StatusCode::NON_AUTHORITATIVE_INFORMATION, _) => self.whole()?,
            // The whole file with the status of a part: some servers know no other.
            (StatusCode::PARTIAL_CONTENT, _) if self.is_all() => self.whole()?,
            (StatusCode::PARTIAL_CONTENT, Some(rest)) => self.rest(rest),
            (StatusCode::RANGE_NOT_SATISFIABLE, Some(rest)) => self.not_satisfiable(rest),
            _ => return Err(self.refused()),
        };
        let total = match promise {
            Promise::Whole { total, .. } => total,
            Promise::Rest { total } | Promise::Complete { total } => Some(total),
            Promise::StartOver => None,
        };
        match total {
            Some(total) if total > max_bytes => Err(self.too_large(total, max_bytes)),
            _ => Ok(promise),
        }
    }

    fn whole(&self) -> Result<Promise, Error> {
        let total = self.content_length();
        // Before HTTP/2, a body with neither a length nor chunks ends when the connection does, so without TLS
        // a break would look like the end.
        let has_end = self.version >= Version::HTTP_2
            || self.is_secure
            || total.is_some()
            || self.headers.contains_key(header::TRANSFER_ENCODING);
        if !has_end {
            return Err(self.unexpected("a file of unknown length"));
        }
        let coding = Coding::from_headers(self.headers);
        let is_decoded = coding.is_decoded();
        Ok(Promise::Whole {
            // Length and validator are those of the encoded bytes.
            total: total.filter(|_| !is_decoded),
            declared: Declared::of(self.headers),
            coding,
            validator: Validator::of(self.headers).filter(|_| !is_decoded),
        })
    }

    fn rest(&self, rest: &Rest) -> Promise {
        let Some(Range { first, last, total }) = self.content_range() else {
            return Promise::StartOver;
        };
        let is_rest = first == rest.from
            && last.checked_add(1) == Some(total)
            && rest.total.is_none_or(|known| known == total)
            && self
                .content_length()
                .is_none_or(|length| Some(length) == total.checked_sub(first))
            && rest.validator.agrees_with(self.headers);
        if is_rest {
            Promise::Rest { total }
        } else {
            Promise::StartOver
        }
    }

    /// HTTP 416: either the received bytes are the whole file, or the host has another file.
    fn not_satisfiable(&self, rest: &Rest) -> Promise {
        let total = self
            .range()
            .and_then(|range| range.strip_prefix("*/")?.trim().parse().ok());
        match total {
            Some(total) if total == rest.from && rest.total.is_none_or(|known| known == total) => {
                Promise::Complete { total }
            }
            _ => Promise::StartOver,
        }
    }

    fn content_length(&self) -> Option<u64> {
        // A list that repeats one length is that length (RFC 9110, section 8.6).
        let mut lengths = self
            .header(&header::CONTENT_LENGTH)?
            .split(',')
            .map(|length| length.trim().parse().ok());
        let first = lengths.next()??;
        lengths.all(|length| length == Some(first)).then_some(first)
    }

    fn content_range(&self) -> Option<Range> {
        let (bytes, total) = self.range()?.split_once('/')?;
        let (first, last) = bytes.split_once('-')?;
        Some(Range {
            first: first.trim().parse().ok()?,
            last: last.trim().parse().ok()?,
            total: total.trim().parse().ok()?,
        })
    }

    /// What follows the unit in `Content-Range`; units are case-insensitive.
    fn range(&self) -> Option<&str> {
        let (unit, range) = self.header(&header::CONTENT_RANGE)?.split_once(' ')?;
        unit.eq_ignore_ascii_case("bytes").then(|| range.trim())
    }

    /// Whether the part is the whole file.
    fn is_all(&self) -> bool {
        self.content_range()
            .is_some_and(|Range { first, last, total }| {
                first == 0
                    && last.checked_add(1) == Some(total)
                    && self.content_length() == Some(total)
            })
    }

    fn header(&self, name: &header::HeaderName) -> Option<&str> {
        Some(self.headers.get(name)?.to_str().ok()?.trim())
    }

    fn refused(&self) -> Error {
        let (host, status) = (self.host, self.status.as_u16());
        let error = match status {
            // File servers answer 403 for a deleted file, and some 401, 404 or 410.
            401 | 403 | 404 | 410 => Error::new(
                ErrorKind::Expired,
                format!("{host} has no such file (HTTP {status})"),
            ),
            202 => return self.unexpected("no file yet"),
            200..=299 => return self.unexpected("something other than the whole file"),
            429 => Error::new(ErrorKind::Http, format!("{host} answered HTTP {status}"))
                .with_advice("wait, then download fewer files at once"),
            500..=599 | 408 => {
                Error::new(ErrorKind::Http, format!("{host} answered HTTP {status}"))
            }
            _ => Error::new(ErrorKind::Http, format!("{host} answered HTTP {status}")).with_advice(
                "look the job up again; if the error persists, check the proxies in between",
            ),
        };
        error.with_http_status(self.status).with_reached(true)
    }

    /// The error for an answer that is this instead of an image or a video.
    pub(super) fn unexpected(&self, what: &str) -> Error {
        unexpected(self.host, what).with_http_status(self.status)
    }

    fn too_large(&self, total: u64, max_bytes: u64) -> Error {
        too_large(self.host, max_bytes, Some(total)).with_http_status(self.status)
    }
}

pub(super) fn unexpected(host: &str, what: &str) -> Error {
    Error::new(
        ErrorKind::UnexpectedContent,
        format!("{host} sent {what} instead of an image or a video"),
    )
    .with_reached(true)
}

pub(super) fn too_large(host: &str, max_bytes: u64, total: Option<u64>) -> Error {
    let size = total.map_or_else(String::new, |total| format!(" ({total} bytes)"));
    Error::new(
        ErrorKind::ResponseTooLarge,
        format!("the file at {host}{size} is larger than the limit of {max_bytes} bytes"),
    )
    .with_advice("allow more bytes with Download::max_bytes")
    .with_reached(true)
}

struct Range {
    first: u64,
    last: u64,
    total: u64,
}

#[cfg(test)]
mod tests;
