//! The four points of a face, as the one string that submits take.
//!
//! The detector writes `x,y:x,y:x,y:x,y`, and submits take exactly that string as `opts`. Strings made by hand are a
//! known mistake: six points, arrays, the points of another picture. So a string comes from a detection, or from
//! [`Landmarks::from_detector_string`] if one was stored.

use std::{fmt, sync::Arc};

/// Four points of a face: left eye, right eye, nose, and the middle of the mouth.
///
/// ```
/// use akool_faceswap::model::Landmarks;
///
/// let stored = Landmarks::from_detector_string("249,510:460,516:343,657:351,739")?;
/// assert_eq!(stored.as_str(), "249,510:460,516:343,657:351,739");
/// assert!(Landmarks::from_detector_string("[[249,510],[460,516]]").is_err());
/// # Ok::<(), akool_faceswap::model::InvalidLandmarks>(())
/// ```
///
/// They are pixels of one picture, the whole one or the crop of one face, and are meant for a
/// request with that picture's URL only. `Debug` shows no point. Cloning copies no text.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Landmarks(Arc<str>);

impl Landmarks {
    /// The longest string that is accepted, in bytes.
    const MAX_LEN: usize = 128;

    /// Takes a string that a detector answered earlier: an entry of `landmarks_str` or
    /// `crop_landmarks`. It is kept unchanged.
    ///
    /// # Errors
    ///
    /// If it is not four points `x,y` with colons between them.
    pub fn from_detector_string(text: &str) -> Result<Self, InvalidLandmarks> {
        if text.len() > Self::MAX_LEN {
            return Err(InvalidLandmarks);
        }
        let mut points = 0;
        for point in text.split(':') {
            let (x, y) = point.split_once(',').ok_or(InvalidLandmarks)?;
            if !is_number(x) || !is_number(y) {
                return Err(InvalidLandmarks);
            }
            points += 1;
        }
        if points != 4 {
            return Err(InvalidLandmarks);
        }
        Ok(Self(text.into()))
    }

    /// The string as the detector wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Digits, with an optional sign and an optional fraction.
fn is_number(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.split_once('.') {
        None => digits(text),
        Some((whole, fraction)) => digits(whole) && digits(fraction),
    }
}

impl fmt::Debug for Landmarks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Landmarks").finish_non_exhaustive()
    }
}

/// Why a text is not [`Landmarks`]. It never contains the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidLandmarks;

impl fmt::Display for InvalidLandmarks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "landmarks are four points of a detector's landmarks_str or crop_landmarks, such as \
             \"1,2:3,4:5,6:7,8\"",
        )
    }
}

impl std::error::Error for InvalidLandmarks {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn anything_but_four_points_is_refused() {
        for text in [
            "",
            "1,2",
            "1,2:3,4:5,6",
            "1,2:3,4:5,6:7,8:9,10",
            "1,2:3,4:5,6:7,8:",
            "1,2:3,4:5,6:7",
            "1,2:3,4:5,6:7,",
            "1,2:3,4:5,6:a,8",
            "1,2:3,4:5,6:7,8 ",
            "1,2:3,4:5,6:7,8.",
            "1,2:3,4:5,6:7,--8",
            "1;2:3;4:5;6:7;8",
            "[[1,2],[3,4],[5,6],[7,8]]",
            "1,2:3,4:5,6:7,8,9",
        ] {
            assert_eq!(
                Landmarks::from_detector_string(text),
                Err(InvalidLandmarks),
                "{text:?}"
            );
        }
        for text in ["1,2:3,4:5,6:7,8", "-1,0:3.5,4:5,6:7,8"] {
            assert_eq!(
                Landmarks::from_detector_string(text).unwrap().as_str(),
                text
            );
        }
        let long = format!("1,2:3,4:5,6:7,{}", "8".repeat(114));
        assert!(Landmarks::from_detector_string(&long).is_ok() && long.len() == 128);
        assert!(Landmarks::from_detector_string(&format!("{long}8")).is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_landmarks_or_an_error(text in any::<String>()) {
            if let Ok(landmarks) = Landmarks::from_detector_string(&text) {
                prop_assert_eq!(landmarks.as_str(), text);
            }
        }

        #[test]
        fn no_point_is_shown(points in prop::array::uniform8(100_000i64..)) {
            let [a, b, c, d, e, f, g, h] = points;
            let text = format!("{a},{b}:{c},{d}:{e},{f}:{g},{h}");
            if let Ok(landmarks) = Landmarks::from_detector_string(&text) {
                let shown = format!("{landmarks:?} {InvalidLandmarks}");
                prop_assert!(points.iter().all(|point| !shown.contains(&point.to_string())));
            }
        }
    }

    #[test]
    fn the_error_shows_what_landmarks_look_like() {
        assert!(InvalidLandmarks.to_string().contains("1,2:3,4:5,6:7,8"));
    }
}
