//! What a file is: its first bytes decide, and a header counts only if they are of an unknown kind.
//!
//! Headers are wrong in both directions: error pages come as `video/mp4`, and images come as `text/plain` or as
//! form data. So a file that begins like a known kind of image or video is accepted under any header, one that
//! begins like text is refused under any header, and for bytes of an unknown kind the header decides, if it
//! names an image or a video.

use http::{HeaderMap, header};
use serde::{Deserialize, Serialize};

/// How many of a file's first bytes are examined.
pub(super) const LOOKED_AT: usize = 512;

/// The longest media type that is accepted from a header.
const LONGEST: usize = 64;

/// A media type such as `video/mp4`: an image's or a video's, in lowercase, without parameters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct MediaType(String);

/// Media types with the extensions of their files.
const EXTENSIONS: [(&str, &str); 13] = [
    ("image/png", "png"),
    ("image/jpeg", "jpg"),
    ("image/webp", "webp"),
    ("image/gif", "gif"),
    ("image/avif", "avif"),
    ("image/heic", "heic"),
    ("image/bmp", "bmp"),
    ("image/tiff", "tif"),
    ("video/mp4", "mp4"),
    ("video/quicktime", "mov"),
    ("video/x-msvideo", "avi"),
    ("video/webm", "webm"),
    ("video/x-matroska", "mkv"),
];

/// The extension for media types that are not in the table.
const OTHER_EXTENSION: &str = "bin";

impl MediaType {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// The extension of a file of this kind.
    pub(super) fn extension(&self) -> &'static str {
        EXTENSIONS
            .into_iter()
            .find_map(|(media_type, extension)| (media_type == self.0).then_some(extension))
            .unwrap_or(OTHER_EXTENSION)
    }

    /// Every extension that a file may have.
    pub(super) fn extensions() -> impl Iterator<Item = &'static str> {
        EXTENSIONS
            .into_iter()
            .map(|(_, extension)| extension)
            .chain([OTHER_EXTENSION])
    }

    /// Whether these are the first bytes of a known kind of file.
    #[cfg(feature = "_decode")]
    pub(super) fn is_known_beginning(beginning: &[u8]) -> bool {
        Self::of_beginning(beginning).is_some() || is_quicktime(beginning)
    }

    /// The kind of file that begins with these bytes, if it is a known one.
    fn of_beginning(beginning: &[u8]) -> Option<Self> {
        let media_type = match beginning {
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => "image/png",
            [0xff, 0xd8, 0xff, ..] => "image/jpeg",
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => "image/gif",
            [
                b'R',
                b'I',
                b'F',
                b'F',
                _,
                _,
                _,
                _,
                b'W',
                b'E',
                b'B',
                b'P',
                ..,
            ] => "image/webp",
            [
                b'R',
                b'I',
                b'F',
                b'F',
                _,
                _,
                _,
                _,
                b'A',
                b'V',
                b'I',
                b' ',
                ..,
            ] => "video/x-msvideo",
            // Two letters alone could begin a text.
            [b'B', b'M', _, _, _, _, 0, 0, 0, 0, ..] => "image/bmp",
            [b'I', b'I', 0x2a, 0, ..] | [b'M', b'M', 0, 0x2a, ..] => "image/tiff",
            // ISO base media: a length, `ftyp` and the brand.
            [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => match brand {
                [b'q', b't', b' ', b' ', ..] => "video/quicktime",
                [b'a', b'v', b'i', b'f' | b's', ..] => "image/avif",
                [b'h', b'e', b'i', b'c' | b'x', ..] | [b'm', b'i', b'f', b'1', ..] => "image/heic",
                _ => "video/mp4",
            },
            // EBML: WebM says so in its header, or else it is Matroska.
            [0x1a, 0x45, 0xdf, 0xa3, header @ ..] => {
                if header.windows(4).any(|word| word == b"webm") {
                    "video/webm"
                } else {
                    "video/x-matroska"
                }
            }
            _ => return None,
        };
        Some(Self(media_type.to_owned()))
    }
}

/// What the header says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Declared {
    /// An image or a video of this type.
    Media(MediaType),
    /// Nothing, or "a stream of bytes".
    Opaque,
    /// Something else, described for people.
    Other(&'static str),
}

impl Declared {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let Some(value) = headers.get(header::CONTENT_TYPE) else {
            return Self::Opaque;
        };
        let value = value.to_str().unwrap_or("?");
        let essence = value.split(';').next().unwrap_or_default().trim();
        let essence = essence.to_ascii_lowercase();
        match essence.as_str() {
            "" | "application/octet-stream" | "binary/octet-stream" => return Self::Opaque,
            "text/html" | "application/xhtml+xml" => return Self::Other("a web page"),
            "application/json" => return Self::Other("JSON"),
            "application/xml" | "text/xml" => return Self::Other("XML"),
            _ => {}
        }
        let is_token = |text: &str| {
            !text.is_empty()
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte))
        };
        match essence.split_once('/') {
            _ if essence.len() > LONGEST => Self::Other("another content type"),
            Some((_, subtype)) if subtype.ends_with("+xml") => Self::Other("XML"),
            Some((_, subtype)) if subtype.ends_with("+json") => Self::Other("JSON"),
            Some(("text", _)) => Self::Other("a text"),
            Some(("image" | "video", subtype)) if is_token(subtype) => {
                Self::Media(MediaType(essence))
            }
            _ => Self::Other("another content type"),
        }
    }

    /// The media type of a file that begins with these bytes: its first [`LOOKED_AT`] bytes, or all of them.
    ///
    /// # Errors
    ///
    /// What it is instead, for people.
    pub(super) fn judge(&self, beginning: &[u8]) -> Result<MediaType, &'static str> {
        if beginning.is_empty() {
            return Err("nothing");
        }
        if let Some(known) = MediaType::of_beginning(beginning) {
            return Ok(known);
        }
        if is_quicktime(beginning) && !matches!(self, Self::Media(_)) {
            return Ok(MediaType("video/quicktime".to_owned()));
        }
        if let Self::Other(what) = self {
            return Err(what);
        }
        if is_text(beginning) {
            return Err("a text with a wrong content type");
        }
        if let Some(what) = foreign(beginning) {
            return Err(what);
        }
        match self {
            Self::Media(media_type) => Ok(media_type.clone()),
            _ => Err("bytes of an unknown kind"),
        }
    }

    /// The header's media type, if it differs from `actual`.
    pub(super) fn other_than(&self, actual: &MediaType) -> Option<String> {
        match self {
            Self::Media(media_type) if media_type != actual => Some(media_type.0.clone()),
            Self::Other(what) => Some((*what).to_owned()),
            Self::Media(_) | Self::Opaque => None,
        }
    }
}

/// The media type of a file on disk by its first bytes, if it can be an image or a video.
pub(super) fn of_file(beginning: &[u8]) -> Option<MediaType> {
    MediaType::of_beginning(beginning).or_else(|| {
        let is_something = !beginning.is_empty() && !is_text(beginning);
        is_something.then(|| MediaType("application/octet-stream".to_owned()))
    })
}

/// Whether a file begins with one of the atoms of `QuickTime` other than `ftyp`: a length, which no text begins
/// with, and a name. MP4 has some of them as well, so a header that names a media type is believed.
fn is_quicktime(beginning: &[u8]) -> bool {
    match beginning {
        [0, _, _, _, name @ ..] => [b"moov", b"wide", b"free", b"skip", b"pnot", b"mdat"]
            .iter()
            .any(|atom| name.starts_with(*atom)),
        // The atom of the pictures themselves may be long.
        [0..0x20, _, _, _, b'm', b'd', b'a', b't', ..] => true,
        _ => false,
    }
}

/// What begins with these bytes, if it is known to be neither an image nor a video.
fn foreign(beginning: &[u8]) -> Option<&'static str> {
    match beginning {
        [0x1f, 0x8b, ..] => Some("a file compressed with gzip"),
        [b'P', b'K', 3, 4, ..] => Some("a ZIP archive"),
        [b'%', b'P', b'D', b'F', ..] => Some("a PDF document"),
        // Space that a store reserved for a file that was never written.
        _ if beginning.len() == LOOKED_AT && beginning.iter().all(|byte| *byte == 0) => {
            Some("nothing but zeros")
        }
        _ => None,
    }
}

/// Whether these bytes are text: UTF-8 without the control characters that every image and video begins with,
/// or a UTF-16 byte order mark.
fn is_text(bytes: &[u8]) -> bool {
    if let [0xff, 0xfe, ..] | [0xfe, 0xff, ..] = bytes {
        return true;
    }
    let is_utf_8 = match std::str::from_utf8(bytes) {
        Ok(_) => true,
        // The last character is cut off.
        Err(error) => error.error_len().is_none(),
    };
    let is_control = |byte: &u8| byte.is_ascii_control() && !b"\t\n\x0c\r".contains(byte);
    is_utf_8 && !bytes.iter().any(is_control)
}

#[cfg(test)]
mod tests;
