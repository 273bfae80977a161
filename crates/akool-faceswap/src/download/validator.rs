//! Validators: how to tell that a file is still the one whose first bytes have been received.
//!
//! The rest of a file may be requested only together with a validator (`If-Range`); otherwise two files could
//! be spliced. RFC 9110 allows a strong `ETag` (section 8.8.3) or, if there is no `ETag`, a `Last-Modified`
//! that was at least a second old when it was sent (section 8.8.2.2).

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, header};
use serde::{Deserialize, Serialize};

/// The longest validator that is kept; longer ones are not worth a resumed download.
const LONGEST: usize = 512;

/// A strong validator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Validator {
    Etag(String),
    LastModified(String),
}

impl Validator {
    /// The validator in the head of an answer with the whole file.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        if headers.contains_key(header::ETAG) {
            // A weak one says that two files are equivalent, not that they have the same bytes.
            let etag = text(headers, &header::ETAG)?;
            return etag.starts_with('"').then_some(Self::Etag(etag));
        }
        let modified = text(headers, &header::LAST_MODIFIED)?;
        let date = |text: &str| httpdate::parse_http_date(text).ok();
        let sent = date(&text(headers, &header::DATE)?)?;
        let age = sent.duration_since(date(&modified)?).ok()?;
        (age >= Duration::from_secs(1)).then_some(Self::LastModified(modified))
    }

    /// As the value of `If-Range`.
    pub(super) fn if_range(&self) -> Option<HeaderValue> {
        let (Self::Etag(text) | Self::LastModified(text)) = self;
        HeaderValue::from_str(text).ok()
    }

    /// Whether an answer with a part of a file is about the same file.
    pub(super) fn agrees_with(&self, headers: &HeaderMap) -> bool {
        match self {
            // RFC 9110, section 15.3.7: a 206 repeats the ETag,
            Self::Etag(etag) => text(headers, &header::ETAG).as_ref() == Some(etag),
            // but need not repeat Last-Modified.
            Self::LastModified(modified) => {
                !headers.contains_key(header::LAST_MODIFIED)
                    || text(headers, &header::LAST_MODIFIED).as_ref() == Some(modified)
            }
        }
    }
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let text = headers.get(name)?.to_str().ok()?.trim();
    (!text.is_empty() && text.len() <= LONGEST).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "Mon, 23 Nov 2026 10:00:00 GMT";
    const LATER: &str = "Mon, 23 Nov 2026 10:00:01 GMT";

    fn head<const N: usize>(lines: [(&'static str, &str); N]) -> HeaderMap {
        lines
            .into_iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn strong_validators_are_accepted_and_weak_ones_are_not() {
        let etag = Validator::of(&head([("etag", "\"a\""), ("last-modified", OLD)]));
        assert_eq!(etag, Some(Validator::Etag("\"a\"".into())));
        let modified = Validator::of(&head([("last-modified", OLD), ("date", LATER)]));
        assert_eq!(modified, Some(Validator::LastModified(OLD.into())));
        let long = format!("\"{}\"", "x".repeat(LONGEST));
        for weak in [
            head([("etag", "W/\"a\""), ("last-modified", OLD), ("date", LATER)]),
            head([("etag", "a"), ("date", LATER)]),
            head([("etag", &long), ("date", LATER)]),
            head([("last-modified", OLD), ("date", OLD)]),
            head([("last-modified", LATER), ("date", OLD)]),
            head([("last-modified", "yesterday"), ("date", LATER)]),
        ] {
            assert_eq!(Validator::of(&weak), None, "{weak:?}");
        }
        assert_eq!(Validator::of(&head([("last-modified", OLD)])), None);
        assert_eq!(Validator::of(&HeaderMap::new()), None);
    }

    #[test]
    fn a_part_of_another_file_is_recognized() {
        let etag = Validator::Etag("\"a\"".into());
        assert_eq!(etag.if_range().unwrap(), "\"a\"");
        assert!(etag.agrees_with(&head([("etag", "\"a\"")])));
        assert!(!etag.agrees_with(&head([("etag", "\"b\"")])));
        assert!(!etag.agrees_with(&HeaderMap::new()));
        let modified = Validator::LastModified(OLD.into());
        assert_eq!(modified.if_range().unwrap(), OLD);
        assert!(modified.agrees_with(&head([("last-modified", OLD)])));
        assert!(modified.agrees_with(&HeaderMap::new()));
        assert!(!modified.agrees_with(&head([("last-modified", LATER)])));
    }
}
