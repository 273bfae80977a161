//! The content coding of a file: what its header says, and how the file is decoded.
//!
//! Compressed files are not asked for. Some hosts send them nevertheless, and some name a coding that was never
//! applied: object stores repeat `aws-chunked` from the upload, others say `none` or `utf-8`. So a coding that
//! this build supports is decoded, and any other label is ignored: the first bytes must then be those of a
//! known image or video.

use http::{HeaderMap, header};

/// What the header `Content-Encoding` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    /// Nothing, or `identity`.
    Identity,
    /// Compressed in a way that this build decodes.
    #[cfg(feature = "_decode")]
    Decoded(Algorithm),
    /// Compressed, and this build does not decode it; described for people.
    Compressed(&'static str),
    /// A label that names no compression.
    Unknown,
}

/// How a file is decoded.
#[cfg(feature = "_decode")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Algorithm {
    #[cfg(feature = "gzip")]
    Gzip,
    #[cfg(feature = "brotli")]
    Brotli,
    #[cfg(feature = "zstd")]
    Zstd,
}

impl Coding {
    pub(super) fn from_headers(headers: &HeaderMap) -> Self {
        let values = headers.get_all(header::CONTENT_ENCODING).iter();
        let mut labels: Vec<String> = values
            .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
            .map(|label| String::from_utf8_lossy(label).trim().to_ascii_lowercase())
            .filter(|label| !label.is_empty() && label != "identity")
            .collect();
        if labels.len() > 1 {
            // It describes an upload, and object stores repeat it beside the coding of the file.
            labels.retain(|label| label != "aws-chunked");
        }
        let [label] = &labels[..] else {
            return if labels.is_empty() {
                Self::Identity
            } else {
                Self::Unknown
            };
        };
        match label.as_str() {
            #[cfg(feature = "gzip")]
            "gzip" | "x-gzip" => Self::Decoded(Algorithm::Gzip),
            #[cfg(feature = "brotli")]
            "br" => Self::Decoded(Algorithm::Brotli),
            #[cfg(feature = "zstd")]
            "zstd" => Self::Decoded(Algorithm::Zstd),
            #[cfg(not(feature = "gzip"))]
            "gzip" | "x-gzip" => Self::Compressed("a file compressed with gzip"),
            #[cfg(not(feature = "brotli"))]
            "br" => Self::Compressed("a file compressed with brotli"),
            #[cfg(not(feature = "zstd"))]
            "zstd" => Self::Compressed("a file compressed with zstd"),
            "deflate" | "compress" | "x-compress" => Self::Compressed("a compressed file"),
            _ => Self::Unknown,
        }
    }

    /// Whether the bytes are decoded before they are handed out.
    pub(super) fn is_decoded(self) -> bool {
        match self {
            #[cfg(feature = "_decode")]
            Self::Decoded(_) => true,
            Self::Identity | Self::Compressed(_) | Self::Unknown => false,
        }
    }

    /// What to call a file of this coding if its bytes are not those of a known image or video; `None` if the
    /// content type can still decide.
    pub(super) fn obstacle(self) -> Option<&'static str> {
        match self {
            Self::Compressed(what) => Some(what),
            Self::Unknown => Some("a file with an unknown content coding"),
            #[cfg(feature = "_decode")]
            Self::Decoded(_) => None,
            Self::Identity => None,
        }
    }
}

#[cfg(feature = "_decode")]
pub(super) mod decoder {
    //! A coded body as a stream of decoded bytes.

    use std::{io, pin::Pin};

    use bytes::Bytes;
    use futures_util::{Stream, StreamExt as _, TryStreamExt as _, stream};
    use tokio::io::AsyncRead;
    use tokio_util::io::{ReaderStream, StreamReader};

    use super::Algorithm;
    use crate::download::head::unexpected;
    use crate::{
        download::{body::Body, timeouts::Patience},
        error::{Error, ErrorKind},
    };

    pub(in crate::download) type Decoded = Pin<Box<dyn Stream<Item = Result<Bytes, Error>> + Send>>;

    pub(in crate::download) fn decode(
        body: Body,
        algorithm: Algorithm,
        patience: Patience,
    ) -> Decoded {
        let host = body.host.clone();
        let coded = stream::try_unfold(body, move |mut body| async move {
            let bytes = body.next(&patience).await.map_err(io::Error::other)?;
            io::Result::Ok(bytes.map(|bytes| (bytes, body)))
        });
        let coded = StreamReader::new(Box::pin(coded));
        let reader: Pin<Box<dyn AsyncRead + Send>> = match algorithm {
            #[cfg(feature = "gzip")]
            Algorithm::Gzip => {
                let mut decoder = async_compression::tokio::bufread::GzipDecoder::new(coded);
                decoder.multiple_members(true);
                Box::pin(decoder)
            }
            #[cfg(feature = "brotli")]
            Algorithm::Brotli => {
                Box::pin(async_compression::tokio::bufread::BrotliDecoder::new(coded))
            }
            #[cfg(feature = "zstd")]
            Algorithm::Zstd => Box::pin(async_compression::tokio::bufread::ZstdDecoder::new(coded)),
        };
        ReaderStream::with_capacity(reader, 64 * 1024)
            .map_err(move |error| broken(&host, error))
            .boxed()
    }

    /// The error of the answer itself, if that is the cause; otherwise the coding is broken.
    fn broken(host: &str, error: io::Error) -> Error {
        match error.downcast::<Error>() {
            Ok(error) => error,
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Error::new(
                ErrorKind::Transport,
                format!("the compressed file from {host} ends too early"),
            )
            .with_reached(true),
            Err(error) => unexpected(host, "a file that cannot be decoded").with_source(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coding(value: &str) -> Coding {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_ENCODING, value.parse().unwrap());
        Coding::from_headers(&headers)
    }

    #[test]
    fn a_label_is_a_coding_only_if_it_names_one() {
        assert_eq!(Coding::from_headers(&HeaderMap::new()), Coding::Identity);
        for label in ["", "identity", "Identity", " IDENTITY "] {
            assert_eq!(coding(label), Coding::Identity, "{label}");
        }
        for label in ["aws-chunked", "none", "utf-8", "binary", "gzip, br"] {
            assert_eq!(coding(label), Coding::Unknown, "{label}");
        }
        // A list that reduces to one coding is that coding
        // (<https://github.com/google/neuroglancer/issues/795>).
        for label in [
            "gzip, identity",
            ",gzip",
            "aws-chunked,GZIP",
            "gzip,aws-chunked",
        ] {
            assert_eq!(coding(label), coding("gzip"), "{label}");
        }
        assert_eq!(coding("identity, identity"), Coding::Identity);
        assert_eq!(coding("Deflate").obstacle(), Some("a compressed file"));
        let is_obstacle = coding("GZIP").obstacle().is_some();
        assert_eq!(is_obstacle, !cfg!(feature = "gzip"));
    }

    #[test]
    fn a_compression_is_undone_where_the_build_can_and_named_elsewhere() {
        for (label, is_decoded, what) in [
            (
                "gzip",
                cfg!(feature = "gzip"),
                "a file compressed with gzip",
            ),
            (
                "x-gzip",
                cfg!(feature = "gzip"),
                "a file compressed with gzip",
            ),
            (
                "br",
                cfg!(feature = "brotli"),
                "a file compressed with brotli",
            ),
            (
                "zstd",
                cfg!(feature = "zstd"),
                "a file compressed with zstd",
            ),
            ("compress", false, "a compressed file"),
            ("utf-8", false, "a file with an unknown content coding"),
        ] {
            let coding = coding(label);
            assert_eq!(coding.is_decoded(), is_decoded, "{label}");
            assert_eq!(coding.obstacle(), (!is_decoded).then_some(what), "{label}");
        }
        assert_eq!(Coding::Identity.obstacle(), None);
        assert!(!Coding::Identity.is_decoded());
    }
}
