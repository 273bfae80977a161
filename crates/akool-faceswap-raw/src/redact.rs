//! Types for values that must not be in debug output: result URLs and secrets.
//!
//! The `Debug` output of a generated type leaves such fields out; that of these types is safe, too,
//! once the value is taken out of its field. A result URL is a link to a person's face and needs no
//! key to open.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

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

/// A secret or token. Its `Debug` output does not contain it, and it is overwritten when dropped.
///
/// ```
/// let secret = akool_faceswap_raw::Secret::from("planted".to_owned());
/// assert_eq!(format!("{secret:?}"), "Secret(<redacted>)");
/// assert_eq!(secret.expose(), "planted");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// The secret itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(secret: String) -> Self {
        Self(Zeroizing::new(secret))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(<redacted>)")
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for Secret {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Secret".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "writeOnly": true })
    }
}
