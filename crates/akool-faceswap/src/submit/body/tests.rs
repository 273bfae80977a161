//! Each endpoint's request, field by field as in the vendor's tables, and each refusal by name.

mod refusals;
mod requests;

use std::time::{Duration, UNIX_EPOCH};

use super::*;
use crate::{
    model::{Analysis, CROP_LIFETIME, Face, Input, Landmarks, Picture, Video, XyXy},
    submit::{
        operation::Submit,
        options::{Style, V3Model},
    },
};

const TEAM: &str = "https://a.example/team.jpg";
const FILM: &str = "https://a.example/film.mp4";
const NOW: SystemTime = UNIX_EPOCH;

fn url(text: &str) -> MediaUrl {
    MediaUrl::new(text).unwrap()
}

/// `count` faces side by side, with crops; point strings begin with 9 for a crop.
fn faces_obj(count: usize) -> Value {
    let each = |of: &dyn Fn(usize) -> Value| -> Vec<Value> { (0..count).map(of).collect() };
    json!({"0": {
        "region": each(&|n| json!([10 * n, 5, 4, 6])),
        "landmarks_str": each(&|n| json!(format!("{n},1:2,2:3,3:4,4"))),
        "face_urls": each(&|n| json!(format!("https://cdn.example/f/{n}.jpg"))),
        "crop_region": each(&|n| json!([10 * n, 4, 6, 8])),
        "crop_landmarks": each(&|n| json!(format!("9,{n}:2,2:3,3:4,4"))),
    }})
}

fn without_crops(mut faces_obj: Value) -> Value {
    faces_obj["0"]["face_urls"] = Value::Null;
    faces_obj
}

fn picture_of(at: &str, faces_obj: &Value) -> Picture {
    Picture::from_answer(Input::Picture(url(at)), NOW, faces_obj).unwrap()
}

fn photo(faces: usize) -> Picture {
    picture_of(TEAM, &faces_obj(faces))
}

/// A face detected in bytes: only its crop has a URL.
fn me() -> Face {
    let input = Input::Bytes {
        label: "me.jpg".into(),
    };
    let mut faces_obj = faces_obj(1);
    faces_obj["0"]["face_urls"] = json!(["https://cdn.example/me.jpg"]);
    let picture = Picture::from_answer(input, NOW, &faces_obj).unwrap();
    picture.require_one().unwrap()
}

fn film() -> Video {
    Video::from_answer(url(FILM), NOW, &faces_obj(2)).unwrap()
}

fn film_faces() -> Vec<Face> {
    let film = film();
    film.first_frame_with_faces()
        .unwrap()
        .faces()
        .as_slice()
        .to_vec()
}

fn one(original: impl Into<Original>, new: impl Into<crate::submit::NewFaceSource>) -> Draft {
    Draft::new(original.into(), Faces::One(new.into()))
}

fn pairs(
    original: impl Into<Original>,
    pairs: impl IntoIterator<Item = (impl Into<OriginalFace>, impl Into<NewFace>)>,
) -> Draft {
    let pairs = pairs.into_iter().map(|(o, n)| (o.into(), n.into()));
    Draft::new(original.into(), Faces::Pairs(pairs.collect()))
}

fn to(endpoint: Endpoint, mut draft: Draft) -> Draft {
    draft.endpoint = endpoint;
    draft
}

fn golden(draft: &Draft, expected: &Value) {
    let body = Value::Object(body(draft, NOW).unwrap());
    assert_eq!(&body, expected);
    // The generated type of the endpoint keeps every field under its name, and adds none.
    let Value::Object(fields) = body.clone() else {
        panic!()
    };
    let sent = serde_json::to_value(Submit::new(draft.endpoint, fields).unwrap()).unwrap();
    assert_eq!(in_floats(&sent), in_floats(&body));
    let text = sent.to_string();
    assert!(!text.contains("null") && !text.contains("\"\""), "{text}");
}

/// The same with each number as a float, as the generated type writes boxes.
fn in_floats(value: &Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64()),
        Value::Array(list) => list.iter().map(in_floats).collect(),
        Value::Object(map) => map.iter().map(|(k, v)| (k.clone(), in_floats(v))).collect(),
        value => value.clone(),
    }
}

/// The field and the reason of a refusal.
fn refused(draft: &Draft, field: &str, reason: &str) {
    let error = body(draft, NOW).unwrap_err();
    assert_eq!(error.field(), field);
    assert!(error.problem().contains(reason), "{error}");
    assert!(!error.to_string().contains("example"), "{error}");
}
