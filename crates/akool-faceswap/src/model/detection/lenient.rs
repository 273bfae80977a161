//! Reads the detector's map of frames, and leaves out what is invalid in it.
//!
//! All lists of a frame run in parallel by face. A null or invalid entry affects only itself: a crop that failed leaves
//! a face without a crop. A list whose length differs from that of the list of boxes cannot be attributed to faces at
//! all, since it may have skipped any of them; it is dropped as a whole, with a note. Guessing would pair one person's
//! picture with another's points.

use std::{collections::BTreeMap, fmt, sync::Arc, time::Duration};

use serde_json::{Map, Value};

use super::Frame;
use crate::model::{
    boxes::XyWh,
    face::{Detection, Face, FaceImage, Faces, Found, Input},
    job::Note,
    landmarks::Landmarks,
    media_url::MediaUrl,
};

/// The most frames and the most faces of a frame that are read; an answer has at most 100 frames.
const MAX_FRAMES: usize = 1_000;
const MAX_FACES: usize = 1_000;

/// Why an answer about faces could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UnreadableFaces {
    NoMap,
    TooMany,
    /// The request was about a picture, and the answer has this many frames.
    IsVideo(usize),
}

impl fmt::Display for UnreadableFaces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoMap => f.write_str("faces_obj is not an object"),
            Self::TooMany => f.write_str("faces_obj has more than 1000 frames or faces in a frame"),
            Self::IsVideo(frames) => {
                write!(f, "the answer has {frames} frames, so this is a video")
            }
        }
    }
}

/// The frames in the order of their numbers, and notes about what was invalid.
pub(super) fn frames(
    detection: &Arc<Detection>,
    faces_obj: &Value,
) -> Result<(Vec<Frame>, Vec<Note>), UnreadableFaces> {
    let map = match faces_obj {
        Value::Object(map) => map,
        Value::Null => return Ok((Vec::new(), Vec::new())),
        Value::Array(list) if list.is_empty() => return Ok((Vec::new(), Vec::new())),
        _ => return Err(UnreadableFaces::NoMap),
    };
    if map.len() > MAX_FRAMES {
        return Err(UnreadableFaces::TooMany);
    }
    let mut notes = Vec::new();
    let mut frames = BTreeMap::new();
    for (key, value) in map {
        let Ok(number) = key.trim().parse::<u64>() else {
            notes.push(Note::new(
                "faces_obj",
                "a key is not a frame number; its frame is left out",
            ));
            continue;
        };
        let Value::Object(fields) = value else {
            notes.push(Note::new(
                "faces_obj",
                "a frame is not an object; it is left out",
            ));
            continue;
        };
        let frame = Reader {
            detection,
            number,
            fields,
            notes: &mut notes,
        }
        .frame()?;
        if frames.insert(number, frame).is_some() {
            notes.push(Note::new(
                "faces_obj",
                "a frame number appears twice; the last is kept",
            ));
        }
    }
    Ok((frames.into_values().collect(), notes))
}

/// Reads one frame.
struct Reader<'a> {
    detection: &'a Arc<Detection>,
    number: u64,
    fields: &'a Map<String, Value>,
    notes: &'a mut Vec<Note>,
}

impl<'a> Reader<'a> {
    fn frame(mut self) -> Result<Frame, UnreadableFaces> {
        let count = self.count();
        if count > MAX_FACES {
            return Err(UnreadableFaces::TooMany);
        }
        let regions = self.list("region", count);
        let strings = self.list("landmarks_str", count);
        let crop_urls = self.list("face_urls", count);
        let crop_regions = self.list("crop_region", count);
        let crop_strings = self.list("crop_landmarks", count);
        let mut faces = Vec::with_capacity(count);
        for index in 0..count {
            let at = |list: &[&'a Value]| list.get(index).copied();
            let region = self.read("region", at(&regions), as_xywh);
            let wide = self.read("crop_region", at(&crop_regions), as_xywh);
            let landmarks = self.read("landmarks_str", at(&strings), as_landmarks);
            let crop_landmarks = self.read("crop_landmarks", at(&crop_strings), as_landmarks);
            let crop = self.read("face_urls", at(&crop_urls), as_media_url);
            let in_picture = match &self.detection.input {
                Input::Picture(url) => Some(FaceImage::picture(
                    url.clone(),
                    landmarks,
                    wide.map(XyWh::to_xyxy),
                )),
                _ => None,
            };
            faces.push(Face::new(
                self.detection,
                Found {
                    frame: self.number,
                    index,
                    bounding_box: region.map(XyWh::to_xyxy),
                    crop: crop.map(|url| FaceImage::crop(url, crop_landmarks, self.detection.at)),
                    in_picture,
                },
            ));
        }
        let time = self
            .fields
            .get("frame_time")
            .and_then(Value::as_f64)
            .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        Ok(Frame {
            number: self.number,
            time,
            faces: Faces::new(self.detection.clone(), self.number, faces),
        })
    }

    /// How many faces there are: the length of the first list that exists.
    fn count(&self) -> usize {
        ["region", "landmarks", "landmarks_str", "face_urls"]
            .into_iter()
            .find_map(|name| self.fields.get(name)?.as_array())
            .map_or(0, Vec::len)
    }

    /// The entries of a list, if it has one for each face.
    fn list(&mut self, name: &'static str, count: usize) -> Vec<&'a Value> {
        match self.fields.get(name) {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(list)) if list.len() == count => list.iter().collect(),
            Some(Value::Array(_)) => {
                self.note(
                    name,
                    "does not have one entry for each face; it is left out",
                );
                Vec::new()
            }
            Some(_) => {
                self.note(name, "is not an array; it is left out");
                Vec::new()
            }
        }
    }

    fn read<T>(
        &mut self,
        name: &'static str,
        value: Option<&Value>,
        read: impl Fn(&Value) -> Option<T>,
    ) -> Option<T> {
        let value = value.filter(|value| !value.is_null())?;
        let read = read(value);
        if read.is_none() {
            self.note(name, "an entry cannot be read; it is left out");
        }
        read
    }

    fn note(&mut self, field: &'static str, problem: &'static str) {
        let note = Note::new(field, problem);
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }
}

fn as_xywh(value: &Value) -> Option<XyWh> {
    let [x, y, width, height] = as_four(value)?;
    XyWh::new(x, y, width, height).ok()
}

/// Four whole numbers.
pub(in crate::model) fn as_four(value: &Value) -> Option<[i64; 4]> {
    let numbers: Vec<i64> = value
        .as_array()
        .filter(|list| list.len() == 4)?
        .iter()
        .map(as_pixel)
        .collect::<Option<_>>()?;
    numbers.try_into().ok()
}

/// A whole number of pixels; a fraction is rounded.
fn as_pixel(value: &Value) -> Option<i64> {
    /// The range in which a float is exact, far beyond any picture.
    const LIMIT: f64 = 9_007_199_254_740_992.0;
    value.as_i64().or_else(|| {
        let number = value.as_f64()?.round();
        #[expect(clippy::cast_possible_truncation, reason = "it is whole and in range")]
        (number.abs() < LIMIT).then_some(number as i64)
    })
}

fn as_landmarks(value: &Value) -> Option<Landmarks> {
    Landmarks::from_detector_string(value.as_str()?).ok()
}

pub(in crate::model) fn as_media_url(value: &Value) -> Option<MediaUrl> {
    MediaUrl::new(value.as_str()?).ok()
}
