//! One picture of a face, with the measurements of that same picture.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use crate::model::{boxes::XyXy, job::RESULT_LIFETIME, landmarks::Landmarks, media_url::MediaUrl};

/// How long the detector serves the crop of a face: 7 days, like all files of the API.
///
/// A submit with an older crop is refused before it is sent: detect the face again.
///
/// Source: <https://docs.akool.com/ai-tools-suite/faceswap>, on the lifetime of files.
pub const CROP_LIFETIME: Duration = RESULT_LIFETIME;

/// The URL of a picture and the measurements of one face in it, which share a coordinate space.
///
/// ```
/// use std::time::SystemTime;
/// use akool_faceswap::model::{FaceImage, Landmarks, MediaUrl};
///
/// // Stored after an earlier detection, together:
/// let crop = FaceImage::stored_crop(
///     MediaUrl::new("https://cdn.example/f/0.jpg")?,
///     Landmarks::from_detector_string("246,510:457,516:340,657:348,739")?,
///     SystemTime::now(),
/// );
/// assert!(crop.is_crop());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// `Debug` shows no URL and no point. Cloning copies no text.
#[derive(Clone)]
pub struct FaceImage {
    url: MediaUrl,
    landmarks: Option<Landmarks>,
    shows: Shows,
}

#[derive(Clone, Copy)]
enum Shows {
    /// One face alone, on the detector's file server.
    Crop { detected_at: SystemTime },
    /// The whole picture, with the face in this box.
    Picture { bbox: Option<XyXy> },
}

impl FaceImage {
    pub(in crate::model) fn crop(
        url: MediaUrl,
        landmarks: Option<Landmarks>,
        detected_at: SystemTime,
    ) -> Self {
        Self {
            url,
            landmarks,
            shows: Shows::Crop { detected_at },
        }
    }

    pub(in crate::model) fn picture(
        url: MediaUrl,
        landmarks: Option<Landmarks>,
        bbox: Option<XyXy>,
    ) -> Self {
        Self {
            url,
            landmarks,
            shows: Shows::Picture { bbox },
        }
    }

    /// A crop of an earlier detection that you have stored: an entry of `face_urls` with the entry of `crop_landmarks`
    /// at the same place.
    ///
    /// Nothing can check later that the two belong together; points of another picture swap the
    /// wrong place, and the job is paid for. The crop is served for [`CROP_LIFETIME`].
    pub fn stored_crop(url: MediaUrl, landmarks: Landmarks, detected_at: SystemTime) -> Self {
        Self::crop(url, Some(landmarks), detected_at)
    }

    /// A whole picture that was detected earlier: its own URL, with the entries of `landmarks_str`
    /// and `crop_region` for one face. The latter is an [`XyWh`](crate::model::XyWh): see
    /// [`to_xyxy`](crate::model::XyWh::to_xyxy).
    ///
    /// Nothing can check later that they belong together.
    pub fn stored_picture(url: MediaUrl, landmarks: Landmarks, bbox: XyXy) -> Self {
        Self::picture(url, Some(landmarks), Some(bbox))
    }

    /// The picture. It is a link to a person's face: keep it out of logs.
    pub fn url(&self) -> &MediaUrl {
        &self.url
    }

    /// The points of the face in that picture, if the detector gave any.
    pub fn landmarks(&self) -> Option<&Landmarks> {
        self.landmarks.as_ref()
    }

    /// The box around the face in a whole picture, as submits take it; `None` for a crop.
    pub fn bbox(&self) -> Option<XyXy> {
        match self.shows {
            Shows::Crop { .. } => None,
            Shows::Picture { bbox } => bbox,
        }
    }

    /// Whether it shows only this face.
    pub fn is_crop(&self) -> bool {
        matches!(self.shows, Shows::Crop { .. })
    }

    /// Whether it is a crop that the detector's file server has deleted by `time`.
    pub fn is_expired_at(&self, time: SystemTime) -> bool {
        match self.shows {
            Shows::Picture { .. } => false,
            Shows::Crop { detected_at } => detected_at
                .checked_add(CROP_LIFETIME)
                .is_some_and(|end| end <= time),
        }
    }
}

impl fmt::Debug for FaceImage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FaceImage")
            .field("is_crop", &self.is_crop())
            .field("has_landmarks", &self.landmarks.is_some())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crop_expires_and_a_picture_of_ones_own_does_not() {
        let url = MediaUrl::new("https://a.example/a.jpg").unwrap();
        let points = Landmarks::from_detector_string("1,2:3,4:5,6:7,8").unwrap();
        let at = SystemTime::UNIX_EPOCH;
        let crop = FaceImage::stored_crop(url.clone(), points.clone(), at);
        let second = Duration::from_secs(1);
        assert!(!crop.is_expired_at(at + CROP_LIFETIME - second));
        assert!(crop.is_expired_at(at + CROP_LIFETIME));
        let bbox = XyXy::new(0, 0, 1, 1).unwrap();
        let picture = FaceImage::stored_picture(url, points, bbox);
        assert!(!picture.is_expired_at(SystemTime::now()));
        assert_eq!((crop.bbox(), picture.bbox()), (None, Some(bbox)));
    }
}
