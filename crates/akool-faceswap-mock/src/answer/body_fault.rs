//! Damaged bodies: the normal answer, cut off, endless or slow.

use std::time::Duration;

use bytes::Bytes;
use http::{
    Response,
    header::{CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING},
};

use super::WireScript;

/// The size of a chunk of an endless body.
const FILLER: usize = 16 * 1024;

/// What happens to the body of the normal answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyFault {
    /// `Content-Length` announces all of it, but the connection is closed after half.
    Truncated,
    /// Half is sent as a chunk, without the final chunk.
    ChunkCut,
    /// `Content-Length` announces all of it, but the connection is reset after half.
    ResetInBody,
    /// All of it is sent, then endless spaces.
    Endless,
    /// It is sent this many bytes at a time.
    Slow { bytes: u32, every: Duration },
}

impl BodyFault {
    /// What to send in place of `normal`.
    pub(crate) fn script(self, normal: &Response<Bytes>) -> WireScript {
        let body = normal.body();
        let half = body.slice(..body.len() / 2);
        // An empty body has no half: one byte is announced and not sent.
        let announced = body.len().max(1);
        match self {
            Self::Truncated => WireScript::new()
                .write(head(normal, Length::Bytes(announced)))
                .write(half),
            Self::ResetInBody => WireScript::new()
                .write(head(normal, Length::Bytes(announced)))
                .write(half)
                .reset(),
            Self::ChunkCut => WireScript::new()
                .write(head(normal, Length::Chunked))
                .write(chunk(&half)),
            Self::Endless => WireScript::new()
                .write(head(normal, Length::Chunked))
                .write(chunk(body))
                .endless(chunk(&[b' '; FILLER])),
            Self::Slow { bytes, every } => WireScript::new()
                .write(head(normal, Length::Bytes(body.len())))
                .drip(body.clone(), bytes as usize, every),
        }
    }
}

#[derive(Clone, Copy)]
enum Length {
    Bytes(usize),
    Chunked,
}

/// The status line and headers of `response`, with another length.
fn head(response: &Response<Bytes>, length: Length) -> Vec<u8> {
    let status = response.status();
    let reason = status.canonical_reason().unwrap_or_default();
    let mut head = format!("HTTP/1.1 {} {reason}\r\n", status.as_u16()).into_bytes();
    let ours = [CONTENT_LENGTH, TRANSFER_ENCODING, CONNECTION];
    for (name, value) in response.headers() {
        if !ours.contains(name) {
            head.extend_from_slice(name.as_str().as_bytes());
            head.extend_from_slice(b": ");
            head.extend_from_slice(value.as_bytes());
            head.extend_from_slice(b"\r\n");
        }
    }
    let length = match length {
        Length::Bytes(bytes) => format!("content-length: {bytes}"),
        Length::Chunked => "transfer-encoding: chunked".to_owned(),
    };
    head.extend_from_slice(format!("{length}\r\nconnection: close\r\n\r\n").as_bytes());
    head
}

/// One chunk of a chunked body; none for no bytes, because an empty chunk would end the body.
fn chunk(bytes: &[u8]) -> Vec<u8> {
    if bytes.is_empty() {
        return Vec::new();
    }
    let size = format!("{:x}\r\n", bytes.len());
    [size.as_bytes(), bytes, b"\r\n"].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_has_one_length_and_all_other_headers() {
        let response = Response::builder()
            .status(206)
            .header("content-type", "image/png")
            .header("content-length", "5")
            .body(Bytes::from_static(b"12345"))
            .unwrap();
        assert_eq!(
            String::from_utf8(head(&response, Length::Bytes(5))).unwrap(),
            "HTTP/1.1 206 Partial Content\r\ncontent-type: image/png\r\n\
             content-length: 5\r\nconnection: close\r\n\r\n"
        );
        let chunked = String::from_utf8(head(&response, Length::Chunked)).unwrap();
        assert!(!chunked.contains("content-length"), "{chunked}");
    }

    #[test]
    fn each_fault_ends_in_its_own_way() {
        let response = Response::new(Bytes::from_static(b"12345"));
        let slow = BodyFault::Slow {
            bytes: 1,
            every: Duration::ZERO,
        };
        for (body_fault, end) in [
            (BodyFault::Truncated, "close"),
            (BodyFault::ChunkCut, "close"),
            (BodyFault::ResetInBody, "reset"),
            (BodyFault::Endless, "endless"),
            (slow, "close"),
        ] {
            let shown = format!("{:?}", body_fault.script(&response));
            assert!(shown.contains(end), "{body_fault:?}: {shown}");
        }
    }

    #[test]
    fn chunks_are_framed() {
        assert_eq!(chunk(b"0123456789abcdef"), b"10\r\n0123456789abcdef\r\n");
        assert!(chunk(b"").is_empty());
    }
}
