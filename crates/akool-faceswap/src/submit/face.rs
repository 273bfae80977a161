//! The two roles of a face in a swap, as types that cannot take each other's place.
//!
//! The API calls the new face "source" and the face that it replaces "target", and the vendor's own
//! samples once had the two reversed.

use crate::model::{Face, FaceImage, Input, MediaUrl, Person};

use super::text_url::TextUrl;

/// A face to put in.
///
/// It is made from a [`Face`], a [`Person`], or a [`FaceImage`] that was stored.
#[derive(Clone, Debug)]
pub struct NewFace(Which);

/// A face to be replaced, in the picture or video that is changed.
///
/// It is made from a [`Face`] or [`Person`], which know what they were detected in, or from a stored
/// image and the URL of what it was detected in.
#[derive(Clone, Debug)]
pub struct OriginalFace {
    which: Which,
    /// What a stored image was detected in.
    stored_of: Option<MediaUrl>,
}

#[derive(Clone, Debug)]
enum Which {
    Face(Face),
    Image(FaceImage),
}

impl Which {
    fn crop(&self) -> Option<&FaceImage> {
        match self {
            Self::Face(face) => face.crop(),
            Self::Image(image) => Some(image).filter(|image| image.is_crop()),
        }
    }

    fn in_picture(&self) -> Option<&FaceImage> {
        match self {
            Self::Face(face) => face.in_picture(),
            Self::Image(image) => Some(image).filter(|image| !image.is_crop()),
        }
    }
}

impl NewFace {
    /// The image that names the face to the API: the crop where there is one.
    pub(super) fn image(&self) -> Option<&FaceImage> {
        self.0.crop().or_else(|| self.0.in_picture())
    }
}

/// Where an original face was found.
pub(super) enum FoundIn<'a> {
    Picture(&'a MediaUrl),
    Video(&'a MediaUrl),
    /// One or the other.
    Either(&'a MediaUrl),
    /// Frames that the caller took; from which video is not known.
    Frames(&'a [MediaUrl]),
    /// Bytes, which have no URL.
    Bytes,
}

impl OriginalFace {
    /// A face that was detected earlier in the picture or video at `of`, and stored since.
    pub fn stored(of: MediaUrl, image: FaceImage) -> Self {
        Self {
            which: Which::Image(image),
            stored_of: Some(of),
        }
    }

    /// The image that names the face to the API: the crop where there is one.
    pub(super) fn image(&self) -> Option<&FaceImage> {
        self.which.crop().or_else(|| self.which.in_picture())
    }

    /// The whole picture with the face.
    pub(super) fn in_picture(&self) -> Option<&FaceImage> {
        self.which.in_picture()
    }

    pub(super) fn found_in(&self) -> FoundIn<'_> {
        match (&self.which, &self.stored_of) {
            (Which::Face(face), _) => match &face.detection().input {
                Input::Picture(url) => FoundIn::Picture(url),
                Input::Video(url) => FoundIn::Video(url),
                Input::Frames(urls) => FoundIn::Frames(urls),
                Input::Bytes { .. } => FoundIn::Bytes,
            },
            (Which::Image(_), Some(url)) => FoundIn::Either(url),
            (Which::Image(_), None) => FoundIn::Bytes,
        }
    }

    /// Whether both are the same face.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        match (&self.which, &other.which) {
            (Which::Face(one), Which::Face(other)) => one == other,
            (Which::Image(one), Which::Image(other)) => {
                one.url() == other.url() && one.landmarks() == other.landmarks()
            }
            _ => false,
        }
    }
}

impl From<Face> for NewFace {
    fn from(face: Face) -> Self {
        Self(Which::Face(face))
    }
}

impl From<&Face> for NewFace {
    fn from(face: &Face) -> Self {
        Self(Which::Face(face.clone()))
    }
}

impl From<&Person> for NewFace {
    fn from(person: &Person) -> Self {
        person.face().into()
    }
}

impl From<FaceImage> for NewFace {
    fn from(image: FaceImage) -> Self {
        Self(Which::Image(image))
    }
}

impl From<&NewFace> for NewFace {
    fn from(face: &NewFace) -> Self {
        face.clone()
    }
}

impl From<Face> for OriginalFace {
    fn from(face: Face) -> Self {
        Self {
            which: Which::Face(face),
            stored_of: None,
        }
    }
}

impl From<&Face> for OriginalFace {
    fn from(face: &Face) -> Self {
        face.clone().into()
    }
}

impl From<&Person> for OriginalFace {
    fn from(person: &Person) -> Self {
        person.face().into()
    }
}

/// The new face where the service itself finds the face to replace: a detected face, or the URL of a
/// picture that shows one face.
#[derive(Clone, Debug)]
pub struct NewFaceSource(pub(super) Source);

#[derive(Clone, Debug)]
pub(super) enum Source {
    Picture(TextUrl),
    Face(NewFace),
}

impl From<&str> for NewFaceSource {
    fn from(url: &str) -> Self {
        Self(Source::Picture(url.into()))
    }
}

impl From<String> for NewFaceSource {
    fn from(url: String) -> Self {
        Self(Source::Picture(url.as_str().into()))
    }
}

impl From<MediaUrl> for NewFaceSource {
    fn from(url: MediaUrl) -> Self {
        Self(Source::Picture(url.into()))
    }
}

impl From<Face> for NewFaceSource {
    fn from(face: Face) -> Self {
        Self(Source::Face(face.into()))
    }
}

impl From<&Face> for NewFaceSource {
    fn from(face: &Face) -> Self {
        Self(Source::Face(face.into()))
    }
}

impl From<NewFace> for NewFaceSource {
    fn from(face: NewFace) -> Self {
        Self(Source::Face(face))
    }
}
