//! The picture or video to change.

use std::sync::Arc;

use crate::model::{Detection, InvalidMediaUrl, MediaUrl, Picture, Video};

use super::text_url::TextUrl;

/// The picture or video to change: its URL, or what was detected in it.
///
/// With a [`Picture`] or [`Video`] more mistakes are refused before anything is sent: a picture
/// without a face, a video given to an endpoint for pictures.
#[derive(Clone, Debug)]
pub struct Original(Which);

#[derive(Clone, Debug)]
enum Which {
    Url(TextUrl),
    Picture(Picture),
    Video(Video),
}

/// What is known about the medium.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Medium {
    Picture,
    Video,
    Unknown,
}

/// Why an original has no URL.
pub(super) enum NoUrl {
    Invalid(InvalidMediaUrl),
    Bytes,
}

impl Original {
    pub(super) fn url(&self) -> Result<&MediaUrl, NoUrl> {
        let detection: &Arc<Detection> = match &self.0 {
            Which::Url(url) => return url.get().map_err(NoUrl::Invalid),
            Which::Picture(picture) => picture.detection(),
            Which::Video(video) => video.detection(),
        };
        detection.input.url().ok_or(NoUrl::Bytes)
    }

    pub(super) fn medium(&self) -> Medium {
        match &self.0 {
            Which::Url(_) => Medium::Unknown,
            Which::Picture(_) => Medium::Picture,
            Which::Video(_) => Medium::Video,
        }
    }

    /// How many faces a picture is known to have.
    pub(super) fn faces(&self) -> Option<usize> {
        match &self.0 {
            Which::Picture(picture) => Some(picture.faces().len()),
            _ => None,
        }
    }
}

impl From<&str> for Original {
    fn from(url: &str) -> Self {
        Self(Which::Url(url.into()))
    }
}

impl From<String> for Original {
    fn from(url: String) -> Self {
        Self(Which::Url(url.as_str().into()))
    }
}

impl From<MediaUrl> for Original {
    fn from(url: MediaUrl) -> Self {
        Self(Which::Url(url.into()))
    }
}

impl From<&MediaUrl> for Original {
    fn from(url: &MediaUrl) -> Self {
        Self(Which::Url(url.clone().into()))
    }
}

impl From<&Picture> for Original {
    fn from(picture: &Picture) -> Self {
        let picture = picture.clone();
        Self(Which::Picture(picture))
    }
}

impl From<&Video> for Original {
    fn from(video: &Video) -> Self {
        let video = video.clone();
        Self(Which::Video(video))
    }
}
