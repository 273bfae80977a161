//! Faces as detections find them: each with the pictures that show it and the points that fit them.
//!
//! A face can be named to the API in two ways: by the crop that the detector stored, or by the whole
//! picture. Points and boxes belong to one of the two, and mixing them swaps the wrong part of the
//! wrong picture. So a [`Face`] comes only from a detection, and keeps each URL together with the measurements of that
//! picture, as a [`FaceImage`].

mod faces;
mod image;

use std::{fmt, sync::Arc, time::SystemTime};

use super::{boxes::XyXy, media_url::MediaUrl};

pub use faces::{FaceError, Faces};
pub use image::{CROP_LIFETIME, FaceImage};

/// One face that a detection found.
///
/// ```
/// # use akool_faceswap_mock::{FakeAkool, Scene};
/// # use akool_faceswap::Client;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let fake = FakeAkool::start()?;
/// # fake.set_scene("https://example.com/team.jpg", Scene::picture(3));
/// # let client = Client::builder().base_url(fake.url()).api_key(fake.api_key()).build()?;
/// let photo = client.detect("https://example.com/team.jpg").await?;
/// let face = photo.leftmost()?;
/// // The API names it by its crop, or by the whole picture with its place in it.
/// assert!(face.crop().is_some() && face.in_picture().is_some());
/// let swap = client.swap().original(&photo).replace(face, photo.largest()?);
/// # Ok(())
/// # }
/// ```
///
/// It comes from [`Picture`](super::Picture), a [`Frame`](super::Frame) of a
/// [`Video`](super::Video), or a [`Person`](super::Person). `Debug` shows no URL and no point.
/// Cloning is cheap.
#[derive(Clone)]
pub struct Face(Arc<Inner>);

struct Inner {
    detection: Arc<Detection>,
    frame: u64,
    index: usize,
    bounding_box: Option<XyXy>,
    crop: Option<FaceImage>,
    in_picture: Option<FaceImage>,
}

/// The parts of a face.
pub(super) struct Found {
    pub(super) frame: u64,
    pub(super) index: usize,
    pub(super) bounding_box: Option<XyXy>,
    pub(super) crop: Option<FaceImage>,
    pub(super) in_picture: Option<FaceImage>,
}

/// What was examined, and when.
pub(crate) struct Detection {
    pub(crate) input: Input,
    pub(crate) at: SystemTime,
}

/// The input of a detection.
#[derive(Clone)]
pub(crate) enum Input {
    Picture(MediaUrl),
    Video(MediaUrl),
    /// A picture sent as bytes; only the crops of its faces have URLs.
    Bytes {
        label: Box<str>,
    },
    /// Frames of a video, which the caller extracted.
    Frames(Box<[MediaUrl]>),
}

impl Input {
    /// The URL of the whole picture or video, if it has one.
    pub(crate) fn url(&self) -> Option<&MediaUrl> {
        match self {
            Self::Picture(url) | Self::Video(url) => Some(url),
            Self::Bytes { .. } | Self::Frames(_) => None,
        }
    }

    /// Names the input for a person, without a link to it.
    pub(crate) fn label(&self) -> String {
        match self {
            Self::Picture(url) | Self::Video(url) => url.label(),
            Self::Bytes { label } => label.to_string(),
            Self::Frames(urls) => match &**urls {
                [url] => url.label(),
                urls => format!("{} frames", urls.len()),
            },
        }
    }
}

impl Face {
    pub(super) fn new(detection: &Arc<Detection>, found: Found) -> Self {
        let Found {
            frame,
            index,
            bounding_box,
            crop,
            in_picture,
        } = found;
        Self(Arc::new(Inner {
            detection: detection.clone(),
            frame,
            index,
            bounding_box,
            crop,
            in_picture,
        }))
    }

    /// The picture of this face alone that the detector stored, with the points in that picture.
    ///
    /// `None` if the detector stored none. It is served for [`CROP_LIFETIME`].
    pub fn crop(&self) -> Option<&FaceImage> {
        self.0.crop.as_ref()
    }

    /// The whole picture, with the points of this face in it.
    ///
    /// `None` for a face of a video, of frames, and of a picture that was sent as bytes: then no picture has a URL.
    pub fn in_picture(&self) -> Option<&FaceImage> {
        self.0.in_picture.as_ref()
    }

    /// The tight box around the face, in pixels of the whole picture or frame.
    pub fn bounding_box(&self) -> Option<XyXy> {
        self.0.bounding_box
    }

    /// The number of the frame it was found in; 0 for a picture.
    pub fn frame(&self) -> u64 {
        self.0.frame
    }

    /// Its place in the detector's list for that frame, from 0. The order is not documented.
    pub fn index(&self) -> usize {
        self.0.index
    }

    /// When it was detected, by the clock of this machine.
    pub fn detected_at(&self) -> SystemTime {
        self.0.detection.at
    }

    pub(crate) fn detection(&self) -> &Arc<Detection> {
        &self.0.detection
    }
}

/// Whether both are the same face of the same detection.
impl PartialEq for Face {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0.detection, &other.0.detection)
            && (self.0.frame, self.0.index) == (other.0.frame, other.0.index)
    }
}

impl Eq for Face {}

impl fmt::Debug for Face {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Face")
            .field("frame", &self.0.frame)
            .field("index", &self.0.index)
            .field("has_crop", &self.0.crop.is_some())
            .field("has_picture", &self.0.in_picture.is_some())
            .finish_non_exhaustive()
    }
}
