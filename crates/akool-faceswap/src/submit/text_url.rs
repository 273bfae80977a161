//! A URL that a caller gave as text, checked at once and refused later.
//!
//! The builder takes text without an error in between; an invalid URL is reported when the request is prepared, with
//! the name of the field. A refused text is not kept.

use crate::model::{InvalidMediaUrl, MediaUrl};

#[derive(Clone, Debug)]
pub(super) struct TextUrl(Result<MediaUrl, InvalidMediaUrl>);

impl TextUrl {
    pub(super) fn get(&self) -> Result<&MediaUrl, InvalidMediaUrl> {
        self.0.as_ref().map_err(|reason| *reason)
    }
}

impl From<&str> for TextUrl {
    fn from(text: &str) -> Self {
        Self(MediaUrl::new(text))
    }
}

impl From<MediaUrl> for TextUrl {
    fn from(url: MediaUrl) -> Self {
        Self(Ok(url))
    }
}
