//! The result files: their names, and how a request for one is answered.
//!
//! A file is generated from the job's id for each request: no two jobs share a file, and nothing is
//! stored.

mod content;
mod range;

use std::time::Duration;

use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Method, Response, StatusCode,
    header::{
        ACCEPT_RANGES, ALLOW, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_RANGE, RANGE,
    },
};

use self::range::RequestedRange;
use crate::{envelope, job::Kind};

/// Documented: results live for seven days; the CDN is said to answer 403 afterwards.
pub(crate) const LIFETIME: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The folder of all files, after the path prefix.
pub(crate) const FOLDER: &str = "/files/";

/// The last path segment of a job's URL.
pub(crate) fn name(id: &str, kind: Kind) -> String {
    // Encoded as in a query, so that any id is one path segment and can be decoded.
    let encoded: String = form_urlencoded::byte_serialize(id.as_bytes()).collect();
    let suffix = match kind {
        Kind::Image => "png",
        Kind::Video { .. } => "mp4",
    };
    format!("{encoded}.{suffix}")
}

/// The id in the last path segment of a URL.
pub(crate) fn id_of(name: &str) -> Option<String> {
    let (encoded, _suffix) = name.rsplit_once('.')?;
    let (id, _) = form_urlencoded::parse(encoded.as_bytes()).next()?;
    Some(id.into_owned())
}

/// The prefix of the names of an input's face crops.
pub(crate) fn crop_prefix(input: &[u8]) -> String {
    format!("face-{:08x}-", content::crc32(input))
}

/// The name of a picture for tests.
pub(crate) fn picture_name(name: &str) -> String {
    self::name(&format!("picture-{name}"), Kind::Image)
}

/// The bytes of a picture for tests.
pub(crate) fn picture(name: &str) -> Bytes {
    bytes(&format!("picture-{name}"), Kind::Image)
}

/// Whether the id belongs to a face crop or to a picture for tests, not to a job.
pub(crate) fn is_picture(id: &str) -> bool {
    id.starts_with("face-") || id.starts_with("picture-")
}

/// The bytes of a job's file.
pub(crate) fn bytes(id: &str, kind: Kind) -> Bytes {
    match kind {
        Kind::Image => content::picture(id),
        Kind::Video { .. } => content::film(id),
    }
    .into()
}

/// Answers a request for a file that exists: all of it, a range, or an error.
pub(crate) fn serve(id: &str, kind: Kind, method: &Method, headers: &HeaderMap) -> Response<Bytes> {
    if method != Method::GET && method != Method::HEAD {
        let mut refusal = envelope::html(StatusCode::METHOD_NOT_ALLOWED);
        let allowed = HeaderValue::from_static("GET, HEAD");
        refusal.headers_mut().insert(ALLOW, allowed);
        return refusal;
    }
    let file = bytes(id, kind);
    let length = file.len();
    let etag = etag(id, length);
    let requested = match headers.get(RANGE) {
        // Ranges are only defined for GET (RFC 9110, 14.2).
        Some(range) if method == Method::GET && is_same(headers.get(IF_RANGE), &etag) => {
            RequestedRange::from_header(range, length)
        }
        _ => RequestedRange::Whole,
    };
    let content_type = HeaderValue::from_static(match kind {
        Kind::Image => "image/png",
        Kind::Video { .. } => "video/mp4",
    });
    let (status, body, content_range) = match requested {
        RequestedRange::Whole => (StatusCode::OK, file, None),
        RequestedRange::Part { first, last } => (
            StatusCode::PARTIAL_CONTENT,
            file.slice(first..=last),
            Some(format!("bytes {first}-{last}/{length}")),
        ),
        RequestedRange::Unsatisfiable => (
            StatusCode::RANGE_NOT_SATISFIABLE,
            Bytes::new(),
            Some(format!("bytes */{length}")),
        ),
    };
    let body_length = body.len();
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, content_type);
    headers.insert(CONTENT_LENGTH, body_length.into());
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(ETAG, etag);
    if let Some(value) = content_range.and_then(|range| HeaderValue::try_from(range).ok()) {
        headers.insert(CONTENT_RANGE, value);
    }
    response
}

/// Whether a range may be sent: the request has no condition, or the file has not changed.
fn is_same(if_range: Option<&HeaderValue>, etag: &HeaderValue) -> bool {
    if_range.is_none_or(|condition| condition == etag)
}

/// As good as a checksum of the file, because the file is generated from the id.
fn etag(id: &str, length: usize) -> HeaderValue {
    let tag = format!("\"{:08x}-{length:x}\"", content::crc32(id.as_bytes()));
    HeaderValue::try_from(tag).unwrap_or(HeaderValue::from_static("\"0\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILM: Kind = Kind::Video { seconds: 12.5 };

    fn ask(method: &Method, headers: &[(http::HeaderName, &str)]) -> Response<Bytes> {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.clone(), value.parse().unwrap()))
            .collect();
        serve("a", FILM, method, &headers)
    }

    #[test]
    fn any_id_can_be_read_back_from_its_file_name() {
        for id in ["667d228400000000000a0001", "a/b c+d.e&f=g%", "ä€", ".", ""] {
            let name = name(id, Kind::Image);
            assert!(!name.contains('/'), "{name}");
            assert_eq!(id_of(&name).unwrap_or_default(), id);
        }
        assert_eq!(name("a", FILM), "a.mp4");
        assert_eq!(id_of("a"), None);
    }

    #[test]
    fn no_two_jobs_have_the_same_file() {
        for kind in [Kind::Image, FILM] {
            assert_ne!(bytes("a", kind), bytes("b", kind));
            assert_eq!(bytes("a", kind), bytes("a", kind));
        }
    }

    #[test]
    fn a_file_can_be_fetched_in_parts() {
        let whole = ask(&Method::GET, &[]);
        let etag = whole.headers()[ETAG].to_str().unwrap().to_owned();
        assert_eq!(whole.status(), 200);
        assert_eq!(whole.headers()[ACCEPT_RANGES], "bytes");
        let start = ask(&Method::GET, &[(RANGE, "bytes=0-99")]);
        let rest = ask(&Method::GET, &[(RANGE, "bytes=100-"), (IF_RANGE, &etag)]);
        assert_eq!(
            (start.status(), rest.status()),
            (StatusCode::PARTIAL_CONTENT, StatusCode::PARTIAL_CONTENT)
        );
        let length = whole.body().len();
        let range = format!("bytes 100-{}/{length}", length - 1);
        assert_eq!(rest.headers()[CONTENT_RANGE], range);
        assert_eq!([&start.body()[..], rest.body()].concat(), whole.body()[..]);
    }

    #[test]
    fn a_changed_file_is_sent_whole() {
        let other = ask(
            &Method::GET,
            &[(RANGE, "bytes=5-"), (IF_RANGE, "\"other\"")],
        );
        assert_eq!(other.status(), 200);
    }

    #[test]
    fn a_range_beyond_the_end_is_not_satisfiable() {
        let beyond = ask(&Method::GET, &[(RANGE, "bytes=99999999-")]);
        assert_eq!(beyond.status(), 416);
        let length = bytes("a", FILM).len();
        assert_eq!(beyond.headers()[CONTENT_RANGE], format!("bytes */{length}"));
    }

    #[test]
    fn only_get_and_head_are_allowed() {
        assert_eq!(ask(&Method::HEAD, &[(RANGE, "bytes=5-")]).status(), 200);
        let refusal = ask(&Method::PUT, &[]);
        assert_eq!(refusal.status(), 405);
        assert_eq!(refusal.headers()[ALLOW], "GET, HEAD");
    }
}
