//! The result of a detection: a picture with its faces, or a video with its frames.
//!
//! The detector answers a map from frame numbers, written as text, to lists that run in parallel by
//! face. As text the numbers sort wrongly, and in one list the same person would appear many times. So a video has
//! [`frames`](Video::frames) in numeric order, and there is no list of all faces.

mod lenient;

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

use serde_json::Value;

use super::{
    face::{Detection, Face, FaceError, Faces, Input},
    job::Note,
    media_url::MediaUrl,
};

pub(crate) use lenient::UnreadableFaces;
pub(super) use lenient::{as_four, as_media_url};

/// A picture and the faces that the detector found in it.
///
/// ```
/// # use akool_faceswap_mock::{FakeAkool, Scene};
/// # use akool_faceswap::Client;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let fake = FakeAkool::start()?;
/// # fake.set_scene("https://example.com/wall.jpg", Scene::picture(0));
/// # let client = Client::builder().base_url(fake.url()).api_key(fake.api_key()).build()?;
/// let wall = client.detect("https://example.com/wall.jpg").await?;
/// assert!(wall.faces().is_empty());
/// assert_eq!(wall.largest().unwrap_err().to_string(), "no face in wall.jpg at example.com");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Picture {
    detection: Arc<Detection>,
    faces: Faces,
    notes: Vec<Note>,
}

impl Picture {
    /// Reads `faces_obj` of the detector's answer about a picture.
    pub(crate) fn from_answer(
        input: Input,
        at: SystemTime,
        faces_obj: &Value,
    ) -> Result<Self, UnreadableFaces> {
        let detection = Arc::new(Detection { input, at });
        let (mut frames, notes) = lenient::frames(&detection, faces_obj)?;
        if frames.len() > 1 {
            return Err(UnreadableFaces::IsVideo(frames.len()));
        }
        let faces = frames.pop().map_or_else(
            || Faces::new(detection.clone(), 0, Vec::new()),
            |frame| frame.faces,
        );
        Ok(Self {
            detection,
            faces,
            notes,
        })
    }

    /// The face with the largest box: see [`Faces::largest`].
    ///
    /// # Errors
    ///
    /// [`FaceError`] if there is no face, or several and one of them without a box.
    pub fn largest(&self) -> Result<Face, FaceError> {
        self.faces.largest()
    }

    /// The face furthest to the left: see [`Faces::leftmost`].
    ///
    /// # Errors
    ///
    /// [`FaceError`] if there is no face, or several and one of them without a box.
    pub fn leftmost(&self) -> Result<Face, FaceError> {
        self.faces.leftmost()
    }

    /// The only face: see [`Faces::require_one`].
    ///
    /// # Errors
    ///
    /// [`FaceError`] if there is no face, or more than one.
    pub fn require_one(&self) -> Result<Face, FaceError> {
        self.faces.require_one()
    }

    /// All faces, in the detector's order. If there are none, the list is empty; that is not an error.
    pub fn faces(&self) -> &Faces {
        &self.faces
    }

    /// The picture's URL; `None` if it was sent as bytes.
    pub fn url(&self) -> Option<&MediaUrl> {
        self.detection.input.url()
    }

    /// When it was detected, by the clock of this machine.
    pub fn detected_at(&self) -> SystemTime {
        self.detection.at
    }

    /// Invalid parts of the answer, each of which affected only its own field.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    pub(crate) fn detection(&self) -> &Arc<Detection> {
        &self.detection
    }
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Picture")
            .field("input", &self.detection.input.label())
            .field("faces", &self.faces)
            .field("notes", &self.notes)
            .finish_non_exhaustive()
    }
}

/// A video and the frames that the detector looked at.
///
/// The detector does not identify persons: the same person has a face in many frames. Take all faces from one frame
/// that shows everybody, or extract frames yourself and analyze them.
///
/// ```
/// # use akool_faceswap_mock::{FakeAkool, Scene};
/// # use akool_faceswap::Client;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let fake = FakeAkool::start()?;
/// # let film = Scene::video([(0, 0), (5, 1), (10, 2)]);
/// # fake.set_scene("https://example.com/film.mp4", film);
/// # let client = Client::builder().base_url(fake.url()).api_key(fake.api_key()).build()?;
/// let film = client.detect_video("https://example.com/film.mp4").await?;
/// let numbers: Vec<u64> = film.frames().iter().map(|frame| frame.number()).collect();
/// assert_eq!(numbers, [0, 5, 10]);
/// let first = film.first_frame_with_faces()?;
/// assert_eq!((first.number(), first.faces().len()), (5, 1));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Video {
    detection: Arc<Detection>,
    frames: Vec<Frame>,
    notes: Vec<Note>,
}

impl Video {
    /// Reads `faces_obj` of the detector's answer about a video.
    pub(crate) fn from_answer(
        url: MediaUrl,
        at: SystemTime,
        faces_obj: &Value,
    ) -> Result<Self, UnreadableFaces> {
        let input = Input::Video(url);
        let detection = Arc::new(Detection { input, at });
        let (frames, notes) = lenient::frames(&detection, faces_obj)?;
        Ok(Self {
            detection,
            frames,
            notes,
        })
    }

    /// The frames in the order of their numbers, including those without a face.
    pub fn frames(&self) -> &[Frame] {
        &self.frames
    }

    /// The frame with this number, if the detector looked at it.
    pub fn frame(&self, number: u64) -> Option<&Frame> {
        let found = self
            .frames
            .binary_search_by_key(&number, |frame| frame.number);
        found.ok().and_then(|at| self.frames.get(at))
    }

    /// The first frame that shows a face.
    ///
    /// # Errors
    ///
    /// [`FaceError`] if no frame does.
    pub fn first_frame_with_faces(&self) -> Result<&Frame, FaceError> {
        self.frames
            .iter()
            .find(|frame| !frame.faces.is_empty())
            .ok_or_else(|| FaceError::in_no_frame(&self.detection))
    }

    /// The video's URL.
    pub fn url(&self) -> Option<&MediaUrl> {
        self.detection.input.url()
    }

    /// When it was detected, by the clock of this machine.
    pub fn detected_at(&self) -> SystemTime {
        self.detection.at
    }

    /// Invalid parts of the answer, each of which affected only its own field.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    pub(crate) fn detection(&self) -> &Arc<Detection> {
        &self.detection
    }
}

impl fmt::Debug for Video {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Video")
            .field("input", &self.detection.input.label())
            .field("frames", &self.frames)
            .field("notes", &self.notes)
            .finish_non_exhaustive()
    }
}

/// One frame of a video and the faces in it.
#[derive(Clone, Debug)]
pub struct Frame {
    number: u64,
    time: Option<Duration>,
    faces: Faces,
}

impl Frame {
    /// The frame's number in the video.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Its time from the beginning of the video, if the detector gave one.
    pub fn time(&self) -> Option<Duration> {
        self.time
    }

    /// The faces in it.
    pub fn faces(&self) -> &Faces {
        &self.faces
    }
}

#[cfg(test)]
mod tests;
