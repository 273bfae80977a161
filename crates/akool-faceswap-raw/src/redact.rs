//! Result URLs, kept out of debug output.
//!
//! A result URL is a link to a person's face and needs no key to open. The generated row type
//! derives `Debug`; with this type for its `url` field a row can be logged without the link.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A result URL as it was sent; its `Debug` output does not contain it.
///
/// ```
/// let url = akool_faceswap_raw::ResultUrl::from("https://cdn.example/final.jpeg".to_owned());
/// assert_eq!(format!("{url:?}"), "ResultUrl(<redacted>)");
/// assert_eq!(url.as_str(), "https://cdn.example/final.jpeg");
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct ResultUrl(String);

impl ResultUrl {
    /// The URL as it was sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The URL as it was sent, without a copy.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl From<String> for ResultUrl {
    fn from(url: String) -> Self {
        Self(url)
    }
}

impl fmt::Debug for ResultUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResultUrl(<redacted>)")
    }
}
