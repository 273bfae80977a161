//! The URL of a picture or video that AKOOL fetches.
//!
//! The API takes URLs, not files: a relative path, a `data:` URI or a `file:` URL is accepted by the
//! submit endpoint and fails the paid job later. So a URL that AKOOL cannot fetch is refused here, before any request.
//! A URL may carry the signature of a presigned link in its query, so neither `Display` nor `Debug` shows one.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use url::Url;

/// An absolute `http` or `https` URL without credentials.
///
/// ```
/// use akool_faceswap::model::MediaUrl;
///
/// let url: MediaUrl = "https://example.com/team.jpg?signature=abc".parse()?;
/// assert_eq!(url.as_str(), "https://example.com/team.jpg?signature=abc");
/// assert_eq!(url.to_string(), "https://example.com/team.jpg?…");
///
/// for refused in ["team.jpg", "file:///team.jpg", "data:image/png;base64,AA==", "https://u:p@example.com/a.jpg"] {
///     assert!(refused.parse::<MediaUrl>().is_err());
/// }
/// # Ok::<(), akool_faceswap::model::InvalidMediaUrl>(())
/// ```
///
/// The URL is kept in the form that the URL standard writes it in: `https://EXAMPLE.com:443/a b.jpg`
/// becomes `https://example.com/a%20b.jpg`. It has at most [`MAX_LEN`](Self::MAX_LEN) bytes.
/// `Display` replaces a query by `…`; `Debug` shows only the host. Cloning copies no text.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct MediaUrl(Arc<str>);

impl MediaUrl {
    /// The longest URL that is accepted, in bytes: a limit of this library, none is documented.
    pub const MAX_LEN: usize = 8192;

    /// Checks `url` and keeps it.
    ///
    /// # Errors
    ///
    /// [`InvalidMediaUrl`] with the reason. It does not contain the URL.
    pub fn new(url: impl AsRef<str>) -> Result<Self, InvalidMediaUrl> {
        let text = url.as_ref();
        if text.is_empty() {
            return Err(InvalidMediaUrl::Empty);
        }
        if text.len() > Self::MAX_LEN {
            return Err(InvalidMediaUrl::TooLong);
        }
        // The URL standard drops these silently.
        if text.starts_with(char::is_whitespace)
            || text.ends_with(char::is_whitespace)
            || text.contains(char::is_control)
        {
            return Err(InvalidMediaUrl::Spaces);
        }
        let url = match Url::parse(text) {
            Ok(url) => url,
            Err(url::ParseError::RelativeUrlWithoutBase) => return Err(InvalidMediaUrl::Relative),
            Err(_) => return Err(InvalidMediaUrl::Syntax),
        };
        match url.scheme() {
            "http" | "https" => {}
            "data" => return Err(InvalidMediaUrl::Data),
            _ => return Err(InvalidMediaUrl::Scheme),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(InvalidMediaUrl::Credentials);
        }
        if url.as_str().len() > Self::MAX_LEN {
            return Err(InvalidMediaUrl::TooLong);
        }
        Ok(Self(String::from(url).into()))
    }

    /// The whole URL, query included. It may be a link to a person's face: keep it out of logs.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Scheme and host, for `Debug`.
    fn origin(&self) -> &str {
        let host = self.0.find("://").map_or(0, |at| at + 3);
        let end = self.0[host..]
            .find(['/', '?', '#'])
            .map_or(self.0.len(), |at| host + at);
        &self.0[..end]
    }

    /// The host, and the name of the file if it is plain: enough to recognise your own input, but not a link.
    pub(crate) fn label(&self) -> String {
        let origin = self.origin();
        let host = origin.split_once("://").map_or(origin, |(_, host)| host);
        let path = self.0[origin.len()..]
            .split(['?', '#'])
            .next()
            .unwrap_or_default();
        let name = path.rsplit('/').next().unwrap_or_default();
        let is_plain = name.len() <= 40
            && name.contains('.')
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
        if is_plain {
            format!("{name} at {host}")
        } else {
            format!("the input at {host}")
        }
    }
}

impl fmt::Display for MediaUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.find(['?', '#']) {
            None => f.write_str(&self.0),
            Some(end) => write!(f, "{}?…", &self.0[..end]),
        }
    }
}

impl fmt::Debug for MediaUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MediaUrl({}/…)", self.origin())
    }
}

impl FromStr for MediaUrl {
    type Err = InvalidMediaUrl;

    fn from_str(url: &str) -> Result<Self, InvalidMediaUrl> {
        Self::new(url)
    }
}

impl TryFrom<&str> for MediaUrl {
    type Error = InvalidMediaUrl;

    fn try_from(url: &str) -> Result<Self, InvalidMediaUrl> {
        Self::new(url)
    }
}

impl TryFrom<String> for MediaUrl {
    type Error = InvalidMediaUrl;

    fn try_from(url: String) -> Result<Self, InvalidMediaUrl> {
        Self::new(url)
    }
}

impl From<&MediaUrl> for MediaUrl {
    fn from(url: &MediaUrl) -> Self {
        url.clone()
    }
}

impl Serialize for MediaUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for MediaUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::new(text).map_err(serde::de::Error::custom)
    }
}

/// Why a text is not a [`MediaUrl`]. It never contains the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidMediaUrl {
    /// It is empty.
    Empty,
    /// It has more than [`MediaUrl::MAX_LEN`] bytes.
    TooLong,
    /// It begins or ends with white space, or contains control characters.
    Spaces,
    /// It is a relative URL or a path.
    Relative,
    /// It is not a URL.
    Syntax,
    /// It is a `data:` URI.
    Data,
    /// Its scheme is neither `http` nor `https`.
    Scheme,
    /// It contains a user name or a password.
    Credentials,
}

impl fmt::Display for InvalidMediaUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "the URL is empty",
            Self::TooLong => "the URL has more than 8192 bytes",
            Self::Spaces => {
                "the URL begins or ends with white space, or contains control characters"
            }
            Self::Relative => {
                "the URL is relative or a path; AKOOL fetches absolute http(s) URLs only"
            }
            Self::Syntax => "this is not a valid URL",
            Self::Data => {
                "this is a data: URI; AKOOL fetches http(s) URLs only. For a new face, detect the \
                 picture's bytes and use the face"
            }
            Self::Scheme => "the URL must begin with http:// or https://",
            Self::Credentials => "the URL contains a user name or password; use a presigned URL",
        })
    }
}

impl std::error::Error for InvalidMediaUrl {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn urls_that_akool_cannot_fetch_are_refused() {
        use InvalidMediaUrl::{
            Credentials, Data, Empty, Relative, Scheme, Spaces, Syntax, TooLong,
        };
        for (text, expected) in [
            ("", Empty),
            (" https://a.example/", Spaces),
            ("https://a.example/\n", Spaces),
            ("https://a.exa\tmple/", Spaces),
            ("team.jpg", Relative),
            ("/team.jpg", Relative),
            ("//a.example/team.jpg", Relative),
            ("https://", Syntax),
            ("http://a b.example/", Syntax),
            ("data:image/png;base64,AAAA", Data),
            ("file:///team.jpg", Scheme),
            ("ftp://a.example/a.jpg", Scheme),
            ("C:\\team.jpg", Scheme),
            ("https://user@a.example/", Credentials),
            ("https://user:PLANTED@a.example/", Credentials),
            ("https://:PLANTED@a.example/", Credentials),
        ] {
            assert_eq!(MediaUrl::new(text), Err(expected), "{text:?}");
        }
        let url = |len: usize| format!("https://a.example/{}", "x".repeat(len - 18));
        assert!(MediaUrl::new(url(MediaUrl::MAX_LEN)).is_ok());
        assert_eq!(MediaUrl::new(url(MediaUrl::MAX_LEN + 1)), Err(TooLong));
        // It grows when it is written in the standard's form.
        assert_eq!(
            MediaUrl::new(format!("{}ö", url(MediaUrl::MAX_LEN - 2))),
            Err(TooLong)
        );
        assert!(TooLong.to_string().contains(&MediaUrl::MAX_LEN.to_string()));
    }

    #[test]
    fn the_same_url_is_equal_however_it_is_written() {
        let of = |text: &str| MediaUrl::new(text).unwrap();
        assert_eq!(
            of("HTTPS://A.example:443/a b.jpg"),
            of("https://a.example/a%20b.jpg")
        );
        assert_ne!(
            of("https://a.example/a.jpg?v=1"),
            of("https://a.example/a.jpg?v=2")
        );
    }

    #[test]
    fn a_label_is_recognised_and_is_not_a_link() {
        for (url, label) in [
            (
                "https://a.example/secret-folder/team.jpg?sig=1",
                "team.jpg at a.example",
            ),
            ("https://a.example:8443/x/", "the input at a.example:8443"),
            ("https://a.example", "the input at a.example"),
            ("https://a.example/a%20b.jpg", "the input at a.example"),
            ("https://a.example?x=/team.jpg", "the input at a.example"),
        ] {
            assert_eq!(MediaUrl::new(url).unwrap().label(), label, "{url}");
        }
    }

    #[test]
    fn json_is_the_whole_url_and_is_checked() {
        let url = MediaUrl::new("https://a.example/a.jpg?sig=1").unwrap();
        let json = serde_json::to_string(&url).unwrap();
        assert_eq!(json, r#""https://a.example/a.jpg?sig=1""#);
        assert_eq!(serde_json::from_str::<MediaUrl>(&json).unwrap(), url);
        assert!(serde_json::from_str::<MediaUrl>(r#""a.jpg""#).is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_a_url_or_an_error_and_a_query_is_never_shown(
            text in any::<String>(),
            path in "[a-z/]{0,20}",
        ) {
            for text in [text.clone(), format!("https://a.example/{path}?PLANTED{text}")] {
                let shown = match MediaUrl::new(&text) {
                    Ok(url) => {
                        prop_assert_eq!(&MediaUrl::new(url.as_str()).unwrap(), &url);
                        format!("{url} {url:?} {}", url.label())
                    }
                    Err(error) => format!("{error} {error:?}"),
                };
                prop_assert!(!shown.contains("PLANTED"), "{}", shown);
            }
        }
    }
}
