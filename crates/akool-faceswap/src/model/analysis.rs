//! The result of frame analysis: the persons in a series of pictures.
//!
//! Unlike the detector it merges the same person across frames, so it suits a video whose frames the
//! caller has extracted. It gives a crop and a box of each person and no landmarks, so only the endpoint of Face Swap
//! Plus accepts its faces.

use std::{sync::Arc, time::SystemTime};

use serde_json::{Map, Value};

use super::{
    boxes::XyXy,
    detection::{as_four, as_media_url},
    face::{Detection, Face, FaceImage, Found, Input},
    job::Note,
    media_url::MediaUrl,
};

/// The most persons, and appearances of one, that are read.
const MAX_ENTRIES: usize = 10_000;

/// The persons that frame analysis found.
///
/// ```
/// # use akool_faceswap_mock::FakeAkool;
/// # use akool_faceswap::Client;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let fake = FakeAkool::start()?;
/// # let client = Client::builder().base_url(fake.url()).api_key(fake.api_key()).build()?;
/// let frames = ["https://example.com/frame-1.jpg", "https://example.com/frame-2.jpg"];
/// for person in client.analyze(frames).await?.persons() {
///     println!("seen {} times", person.appearances().len());
/// }
/// # Ok(())
/// # }
/// ```
///
/// `Debug` shows no URL.
#[derive(Clone, Debug, Default)]
pub struct Analysis {
    persons: Vec<Person>,
    notes: Vec<Note>,
}

impl Analysis {
    /// Reads `persons` of an answer; `None` if it is not a list.
    pub(crate) fn from_answer(
        frames: Box<[MediaUrl]>,
        at: SystemTime,
        persons: &Value,
    ) -> Option<Self> {
        let entries = match persons {
            Value::Null => &[],
            Value::Array(entries) if entries.len() <= MAX_ENTRIES => entries.as_slice(),
            _ => return None,
        };
        let input = Input::Frames(frames);
        let detection = Arc::new(Detection { input, at });
        let mut notes = Vec::new();
        let mut persons = Vec::with_capacity(entries.len());
        for (place, entry) in entries.iter().enumerate() {
            match entry.as_object() {
                Some(fields) => persons.push(Person::read(&detection, place, fields, &mut notes)),
                None => notes.push(Note::new(
                    "persons",
                    "an entry is not an object; it is left out",
                )),
            }
        }
        persons.sort_by_key(|person| person.face.index());
        Some(Self { persons, notes })
    }

    /// The persons from left to right, by the number that the API gives them.
    ///
    /// If there are none, the list is empty; that is not an error.
    pub fn persons(&self) -> &[Person] {
        &self.persons
    }

    /// Invalid parts of the answer, each of which affected only its own field.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }
}

/// One person, as found in one or more frames.
#[derive(Clone, Debug)]
pub struct Person {
    id: Option<Box<str>>,
    face: Face,
    confidence: Option<f64>,
    appearances: Vec<Appearance>,
}

impl Person {
    fn read(
        detection: &Arc<Detection>,
        place: usize,
        fields: &Map<String, Value>,
        notes: &mut Vec<Note>,
    ) -> Self {
        let field = |name: &str| fields.get(name).filter(|value| !value.is_null());
        let index = field("index").and_then(Value::as_u64);
        let bounding_box = field("bbox").and_then(as_xyxy);
        if field("bbox").is_some() && bounding_box.is_none() {
            notes.push(Note::new("bbox", "an entry cannot be read; it is left out"));
        }
        let url = field("face_url").and_then(as_media_url);
        if url.is_none() {
            notes.push(Note::new(
                "face_url",
                "missing or not a URL; the person has no crop",
            ));
        }
        let appearances: Vec<Appearance> = field("appearances")
            .and_then(Value::as_array)
            .map(|list| {
                let read = list.iter().take(MAX_ENTRIES).filter_map(Appearance::read);
                read.collect()
            })
            .unwrap_or_default();
        let frame = appearances.first().map_or(0, |appearance| appearance.frame);
        let crop = url.map(|url| FaceImage::crop(url, None, detection.at));
        Self {
            id: field("person_id").and_then(Value::as_str).map(Into::into),
            face: Face::new(
                detection,
                Found {
                    frame,
                    index: index
                        .and_then(|index| usize::try_from(index).ok())
                        .unwrap_or(place),
                    bounding_box,
                    crop,
                    in_picture: None,
                },
            ),
            confidence: field("confidence").and_then(Value::as_f64),
            appearances,
        }
    }

    /// The API's name for the person, such as `person_0`; it has no meaning in other answers.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// The person's face, for a swap: a crop without landmarks.
    pub fn face(&self) -> &Face {
        &self.face
    }

    /// How sure the API is that this is a face, from 0 to 1.
    pub fn confidence(&self) -> Option<f64> {
        self.confidence
    }

    /// Where the person was seen, as answered.
    pub fn appearances(&self) -> &[Appearance] {
        &self.appearances
    }
}

/// One appearance of a person.
#[derive(Clone, Debug)]
pub struct Appearance {
    frame: u64,
    timestamp: Option<f64>,
    bounding_box: Option<XyXy>,
}

impl Appearance {
    fn read(value: &Value) -> Option<Self> {
        let fields = value.as_object()?;
        Some(Self {
            frame: fields.get("frame_idx").and_then(Value::as_u64).unwrap_or(0),
            timestamp: fields.get("timestamp").and_then(Value::as_f64),
            bounding_box: fields.get("bbox").and_then(as_xyxy),
        })
    }

    /// The frame's place in the list that was sent, from 0.
    pub fn frame(&self) -> u64 {
        self.frame
    }

    /// The frame's time in seconds: the time that was sent with it, or its place in the list.
    pub fn timestamp(&self) -> Option<f64> {
        self.timestamp
    }

    /// The tight box around the face, in pixels of the frame.
    pub fn bounding_box(&self) -> Option<XyXy> {
        self.bounding_box
    }
}

/// `[x1, y1, x2, y2]`, the form of boxes that only this endpoint answers.
fn as_xyxy(value: &Value) -> Option<XyXy> {
    let [x1, y1, x2, y2] = as_four(value)?;
    XyXy::new(x1, y1, x2, y2).ok()
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use serde_json::json;

    use super::*;

    fn analysis(persons: &Value) -> Option<Analysis> {
        Analysis::from_answer(Box::new([]), UNIX_EPOCH, persons)
    }

    #[test]
    fn persons_are_read_from_left_to_right() {
        let found = analysis(&json!([
            {"person_id": "person_1", "index": 1, "face_url": "https://cdn.example/1.jpg",
             "bbox": [10, 20, 30, 60], "confidence": 0.5, "first_seen": 0.0, "last_seen": 1.0,
             "appearances": [{"timestamp": 1.5, "frame_idx": 3, "bbox": [11, 20, 30, 60]}, 7]},
            {"person_id": "person_0", "index": 0, "face_url": "https://cdn.example/0.jpg"},
        ]))
        .unwrap();
        let [first, second] = found.persons() else {
            panic!()
        };
        assert_eq!(
            (first.id(), second.id()),
            (Some("person_0"), Some("person_1"))
        );
        let face = second.face();
        assert_eq!((face.frame(), face.index()), (3, 1));
        assert_eq!(face.bounding_box().unwrap().corners(), ((10, 20), (30, 60)));
        let crop = face.crop().unwrap();
        assert!(crop.landmarks().is_none() && crop.bbox().is_none());
        assert!(face.in_picture().is_none());
        assert_eq!(
            (second.confidence(), second.appearances().len()),
            (Some(0.5), 1)
        );
        let seen = &second.appearances()[0];
        assert_eq!((seen.frame(), seen.timestamp()), (3, Some(1.5)));
        assert_eq!(seen.bounding_box().unwrap().corners().0, (11, 20));
        assert!(found.notes().is_empty());
    }

    #[test]
    fn unreadable_fields_are_left_out_and_noted() {
        let found =
            analysis(&json!([{"bbox": [5, 5, 1, 1], "face_url": "/0.jpg"}, 3, {}])).unwrap();
        assert_eq!(found.persons().len(), 2);
        assert!(found.persons()[0].face().bounding_box().is_none());
        let fields: Vec<&str> = found.notes().iter().map(Note::field).collect();
        assert_eq!(fields, ["bbox", "face_url", "persons", "face_url"]);
        assert!(analysis(&json!(null)).unwrap().persons().is_empty());
        assert!(analysis(&json!({})).is_none() && analysis(&json!("x")).is_none());
    }
}
