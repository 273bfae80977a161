//! What the head of an answer promises, and what is refused by it.
//!
//! No byte of a file is taken before its head was judged: the status, the length and, where only
//! the rest was asked for, whether this is the rest of the same file. Of what the server
//! wrote, only its status is in an error: error pages repeat paths and keys.

use http::{HeaderMap, StatusCode, Version, header};

use crate::download::{coding::Coding, media::Declared, validator::Validator};
use crate::error::{Error, ErrorKind};

/// The head of an answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head<'a> {
    pub(super) host: &'a str,
    pub(super) status: StatusCode,
    pub(super) version: Version,
    /// Whether TLS tells the end of the connection from a break.
    pub(super) is_secure: bool,
    pub(super) headers: &'a HeaderMap,
}

/// The part of a file that is not there yet.
#[derive(Clone, Debug)]
pub(super) struct Rest {
    /// How many bytes are there.
    pub(super) from: u64,
    /// The whole length, if it is known.
    pub(super) total: Option<u64>,
    pub(super) validator: Validator,
}

/// What the answer is.
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
    /// Nothing follows: what is there is the whole file.
    Complete { total: u64 },
    /// What is there is of no use; the whole file has to be asked for.
    StartOver,
}

impl Head<'_> {
    /// Judges the answer to a request for the whole file, or for its rest.
    pub(super) fn promise(&self, asked: Option<&Rest>, max_bytes: u64) -> Result<Promise, Error> {
        let promise = match (self.status, asked) {
            (StatusCode::OK, _) => self.whole()?,
            // The whole file under the status of a part: some servers know no other.
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
        // Before HTTP/2 a body without a length and without chunks ends where the connection does,
        // so that a break would look like the end, were it not for TLS.
        let has_end = self.version >= Version::HTTP_2
            || self.is_secure
            || total.is_some()
            || self.headers.contains_key(header::TRANSFER_ENCODING);
        if !has_end {
            return Err(self.unexpected("a file without saying where it ends"));
        }
        let coding = Coding::from_headers(self.headers);
        let is_decoded = coding.is_decoded();
        Ok(Promise::Whole {
            // Length and mark are those of the coded bytes.
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

    /// There is nothing behind what is there: it is all, or another file.
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
        // A list of the same length over and over is that length (RFC 9110, section 8.6).
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

    /// What follows the unit in `Content-Range`; units are written in any letters.
    fn range(&self) -> Option<&str> {
        let (unit, range) = self.header(&header::CONTENT_RANGE)?.split_once(' ')?;
        unit.eq_ignore_ascii_case("bytes").then(|| range.trim())
    }

    /// Whether the part is all there is.
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
            // File servers answer 403 for what is deleted, and some 401, 404 or 410.
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
            _ => Error::new(ErrorKind::Http, format!("{host} answered HTTP {status}"))
                .with_advice("look the job up again; if it persists, check proxies on the way"),
        };
        error.with_http_status(self.status).with_reached(true)
    }

    /// What came is no image and no video but this.
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
        format!("{host} sent {what} in place of an image or a video"),
    )
    .with_reached(true)
}

pub(super) fn too_large(host: &str, max_bytes: u64, total: Option<u64>) -> Error {
    let size = total.map_or_else(String::new, |total| format!(", with {total} bytes,"));
    Error::new(
        ErrorKind::ResponseTooLarge,
        format!("the file{size} is larger than the limit of {max_bytes} bytes, at {host}"),
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
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn headers(lines: &[(&str, &str)]) -> HeaderMap {
        lines
            .iter()
            .map(|(name, value)| {
                let name: header::HeaderName = name.parse().unwrap();
                (name, value.parse().unwrap())
            })
            .collect()
    }

    fn judged(status: u16, asked: Option<&Rest>, lines: &[(&str, &str)]) -> Result<Promise, Error> {
        let headers = headers(lines);
        let head = Head {
            host: "cdn.example",
            status: StatusCode::from_u16(status).unwrap(),
            version: Version::HTTP_11,
            is_secure: false,
            headers: &headers,
        };
        head.promise(asked, 1000)
    }

    #[test]
    fn a_file_that_ends_with_its_connection_is_taken_over_tls() {
        let headers = headers(&[("content-type", "image/png")]);
        for (is_secure, is_taken) in [(true, true), (false, false)] {
            let head = Head {
                host: "cdn.example",
                status: StatusCode::OK,
                version: Version::HTTP_10,
                is_secure,
                headers: &headers,
            };
            assert_eq!(head.promise(None, 1000).is_ok(), is_taken);
        }
    }

    fn rest(from: u64, total: Option<u64>) -> Rest {
        Rest {
            from,
            total,
            validator: Validator::Etag("\"a\"".into()),
        }
    }

    #[test]
    fn a_whole_file_says_how_long_it_is_or_comes_in_chunks() {
        let whole = judged(
            200,
            None,
            &[("content-length", "9"), ("content-type", "image/png")],
        );
        assert!(matches!(whole, Ok(Promise::Whole { total: Some(9), .. })));
        assert!(judged(200, None, &[("transfer-encoding", "chunked")]).is_ok());
        let error = judged(200, None, &[("content-type", "image/png")]).unwrap_err();
        assert!(error.message().contains("where it ends"), "{error}");
        assert!(!error.is_retryable());
    }

    #[test]
    fn what_is_too_large_is_refused_before_its_first_byte() {
        let length = |bytes| judged(200, None, &[("content-length", bytes)]);
        assert!(length("1000").is_ok());
        let error = length("1001").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ResponseTooLarge);
        let range = &[("content-range", "bytes 5-1000/1001"), ("etag", "\"a\"")];
        let error = judged(206, Some(&rest(5, None)), range).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ResponseTooLarge);
    }

    #[test]
    fn no_label_refuses_a_file_before_its_bytes_are_seen() {
        for line in [
            ("content-type", "text/html"),
            ("content-encoding", "aws-chunked"),
            ("content-encoding", "gzip"),
        ] {
            assert!(judged(200, None, &[("content-length", "9"), line]).is_ok());
        }
        let rest_of_it = [
            ("content-range", "bytes 5-9/10"),
            ("etag", "\"a\""),
            ("content-encoding", "none"),
        ];
        let promise = judged(206, Some(&rest(5, None)), &rest_of_it).unwrap();
        assert_eq!(promise, Promise::Rest { total: 10 });
    }

    #[test]
    fn a_length_that_is_repeated_is_one_length() {
        let total = |length| match judged(200, None, &[("content-length", length)]) {
            Ok(Promise::Whole { total, .. }) => total,
            _ => None,
        };
        assert_eq!(total("69, 69"), Some(69));
        assert_eq!(total("69, 70"), None);
    }

    #[test]
    fn the_rest_is_exactly_the_rest_of_the_same_file() {
        let good = &[
            ("content-range", "bytes 5-9/10"),
            ("content-length", "5"),
            ("etag", "\"a\""),
        ];
        for known in [None, Some(10)] {
            let promise = judged(206, Some(&rest(5, known)), good).unwrap();
            assert_eq!(promise, Promise::Rest { total: 10 });
        }
        for (from, known, lines) in [
            (4, None, &good[..]),
            (5, Some(11), &good[..]),
            (5, None, &good[1..]),
            (5, None, &good[..2]),
            (
                5,
                None,
                &[("content-range", "bytes 5-8/10"), ("etag", "\"a\"")],
            ),
            (
                5,
                None,
                &[("content-range", "bytes 5-9/*"), ("etag", "\"a\"")],
            ),
            (
                5,
                None,
                &[("content-range", "bytes 5-9/10"), ("etag", "\"b\"")],
            ),
            (
                5,
                None,
                &[
                    ("content-range", "bytes 5-18446744073709551615/0"),
                    ("etag", "\"a\""),
                ],
            ),
            (
                5,
                None,
                &[
                    ("content-range", "bytes 5-9/10"),
                    ("etag", "\"a\""),
                    ("content-length", "4"),
                ],
            ),
        ] {
            let promise = judged(206, Some(&rest(from, known)), lines).unwrap();
            assert_eq!(promise, Promise::StartOver, "{lines:?}");
        }
    }

    #[test]
    fn all_of_a_file_is_taken_under_the_status_of_a_part() {
        // <https://github.com/ansible/ansible/issues/68843>, and a server that ignores what was asked.
        let all = &[("content-range", "bytes 0-9/10"), ("content-length", "10")];
        for asked in [None, Some(rest(5, None))] {
            let promise = judged(206, asked.as_ref(), all).unwrap();
            assert!(
                matches!(
                    promise,
                    Promise::Whole {
                        total: Some(10),
                        ..
                    }
                ),
                "{promise:?}"
            );
        }
        let part = &[("content-range", "bytes 0-8/10"), ("content-length", "9")];
        assert!(judged(206, None, part).is_err());
        // <https://github.com/xroche/httrack/issues/7>
        let whole = judged(200, None, all).unwrap();
        assert!(
            matches!(
                whole,
                Promise::Whole {
                    total: Some(10),
                    ..
                }
            ),
            "{whole:?}"
        );
    }

    #[test]
    fn the_unit_of_a_range_is_written_in_any_letters() {
        // <https://github.com/fernandotonon/QtMeshEditor/pull/1039>
        for range in ["Bytes 5-9/10", "BYTES  5-9/10"] {
            let lines = &[("content-range", range), ("etag", "\"a\"")];
            let promise = judged(206, Some(&rest(5, None)), lines).unwrap();
            assert_eq!(promise, Promise::Rest { total: 10 });
        }
        let end = &[("content-range", "Bytes */5")];
        let promise = judged(416, Some(&rest(5, None)), end).unwrap();
        assert_eq!(promise, Promise::Complete { total: 5 });
    }

    #[test]
    fn a_range_that_cannot_be_had_is_the_end_or_another_file() {
        let of = |known, range| {
            judged(416, Some(&rest(10, known)), &[("content-range", range)]).unwrap()
        };
        assert_eq!(of(None, "bytes */10"), Promise::Complete { total: 10 });
        assert_eq!(of(Some(11), "bytes */10"), Promise::StartOver);
        assert_eq!(of(None, "bytes */9"), Promise::StartOver);
        assert_eq!(of(None, "bytes 0-1/2"), Promise::StartOver);
    }

    #[test]
    fn statuses_are_what_they_mean_for_a_file() {
        for (status, kind, retryable) in [
            (401, ErrorKind::Expired, false),
            (403, ErrorKind::Expired, false),
            (404, ErrorKind::Expired, false),
            (410, ErrorKind::Expired, false),
            (204, ErrorKind::UnexpectedContent, false),
            (206, ErrorKind::UnexpectedContent, false),
            (400, ErrorKind::Http, false),
            (416, ErrorKind::Http, false),
            (408, ErrorKind::Http, true),
            (429, ErrorKind::Http, true),
            (500, ErrorKind::Http, true),
            (503, ErrorKind::Http, true),
        ] {
            let error = judged(status, None, &[]).unwrap_err();
            assert_eq!(
                (error.kind(), error.is_retryable()),
                (kind, retryable),
                "{status}"
            );
            assert_eq!(error.http_status(), Some(status));
            assert!(!error.is_auth() && error.may_have_reached_server());
            assert!(error.message().contains("cdn.example"), "{error}");
        }
        let busy = judged(429, None, &[]).unwrap_err();
        assert!(busy.advice().contains("fewer files at once"), "{busy}");
        // It is the host's own fault, which the job's next lookup does not change.
        let broken = judged(503, None, &[]).unwrap_err();
        assert!(!broken.advice().contains("look the job up"), "{broken}");
    }

    proptest! {
        #[test]
        fn any_content_range_is_judged(
            range in "(bytes )?[0-9*]{0,21}-?[0-9]{0,21}/?[0-9*]{0,21}",
            from: u64,
        ) {
            let lines = [("content-range", range.as_str()), ("etag", "\"a\"")];
            for status in [206, 416] {
                if let Ok(Promise::Rest { total }) = judged(status, Some(&rest(from, None)), &lines) {
                    prop_assert!(from < total && total <= 1000);
                }
            }
        }
    }
}
