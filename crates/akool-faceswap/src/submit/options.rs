//! The options of a swap, apart from the faces.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The style of a result of Face Swap Plus (`model_style`).
///
/// The vendor adds styles; one that this version does not name can be given as text.
///
/// ```
/// use akool_faceswap::submit::Style;
///
/// assert_eq!(Style::Lossless.as_str(), "lossless");
/// assert_eq!(Style::from("vintage").as_str(), "vintage");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Style {
    /// `realistic`, the vendor's default.
    Realistic,
    /// `beautify`.
    Beautify,
    /// `lossless`.
    Lossless,
    /// A style that this version of the library does not name.
    Other(Box<str>),
}

impl Style {
    /// The style as the API writes it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Realistic => "realistic",
            Self::Beautify => "beautify",
            Self::Lossless => "lossless",
            Self::Other(name) => name,
        }
    }
}

impl From<&str> for Style {
    fn from(name: &str) -> Self {
        match name {
            "realistic" => Self::Realistic,
            "beautify" => Self::Beautify,
            "lossless" => Self::Lossless,
            name => Self::Other(name.into()),
        }
    }
}

impl fmt::Display for Style {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The model of the v3 endpoints, which they call `face_enhance`: an integer, not a switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum V3Model {
    /// 0, "Classic": the vendor's default.
    Classic,
    /// 1, "HD Optimized".
    HdOptimized,
}

impl V3Model {
    pub(super) fn face_enhance(self) -> u8 {
        match self {
            Self::Classic => 0,
            Self::HdOptimized => 1,
        }
    }
}

/// The endpoint that a swap is sent to. The client never falls back from one to another: each costs credits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Endpoint {
    /// Face Swap Plus: pictures and videos, one face or up to 8.
    Plus,
    /// Face Swap Pro: pictures, highest quality.
    Pro,
    /// Image Faceswap v3: up to 8 faces of a picture.
    ImageV3,
    /// Video Faceswap v3: up to 8 faces of a video.
    VideoV3,
}

impl Endpoint {
    /// A name for machines, such as `plus`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Plus => "plus",
            Self::Pro => "pro",
            Self::ImageV3 => "image_v3",
            Self::VideoV3 => "video_v3",
        }
    }

    /// The most faces that one request may replace.
    ///
    /// Source: business code 1007 of <https://docs.akool.com/authentication/usage>, and the schema
    /// of Face Swap Pro.
    pub const fn max_faces(self) -> usize {
        match self {
            Self::Pro => 50,
            Self::Plus | Self::ImageV3 | Self::VideoV3 => 8,
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_is_shown_and_read_as_the_api_writes_it() {
        for name in ["realistic", "beautify", "lossless", "another"] {
            assert_eq!(Style::from(name).to_string(), name);
        }
    }
}
