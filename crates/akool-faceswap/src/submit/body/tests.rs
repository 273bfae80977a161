//! Each endpoint's request, field by field as the vendor's tables have it, and each refusal by name.

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

/// A face out of bytes: its crop alone has a URL.
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

/// The same with each number as a float: the generated type writes boxes so.
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

#[test]
fn plus_with_one_face_says_so() {
    golden(
        &one(FILM, "https://b.example/me.jpg?sig=1"),
        &json!({
            "source_url": "https://b.example/me.jpg?sig=1",
            "target_url": FILM,
            "single_face_mode": true,
        }),
    );
    let mut draft = one(&photo(1), me());
    draft.style = Some(Style::Lossless);
    draft.enhance = Some(true);
    draft
        .undocumented
        .insert("time_range".into(), json!({"start": 1}));
    golden(
        &draft,
        &json!({
            "source_url": "https://cdn.example/me.jpg",
            "target_url": TEAM,
            "single_face_mode": true,
            "model_style": "lossless",
            "face_enhance": true,
            "time_range": {"start": 1},
        }),
    );
}

#[test]
fn plus_maps_crops_without_boxes() {
    let photo = photo(2);
    let [left, right] = photo.faces().as_slice() else {
        panic!()
    };
    golden(
        &pairs(&photo, [(left, me()), (right, left.clone())]),
        &json!({
            "source_url": "https://cdn.example/me.jpg",
            "target_url": TEAM,
            "single_face_mode": false,
            "face_mapping": [
                {
                    "source_face_info": {"face_url": "https://cdn.example/me.jpg"},
                    "target_face_info": {"face_url": "https://cdn.example/f/0.jpg"},
                },
                {
                    "source_face_info": {"face_url": "https://cdn.example/f/0.jpg"},
                    "target_face_info": {"face_url": "https://cdn.example/f/1.jpg"},
                },
            ],
        }),
    );
}

#[test]
fn plus_names_a_face_of_a_whole_picture_by_two_corners() {
    let photo = picture_of(TEAM, &without_crops(faces_obj(2)));
    let new = picture_of("https://b.example/me.jpg", &without_crops(faces_obj(1)));
    golden(
        &pairs(
            &photo,
            [(&photo.faces().as_slice()[1], new.largest().unwrap())],
        ),
        &json!({
            "source_url": "https://b.example/me.jpg",
            "target_url": TEAM,
            "single_face_mode": false,
            "face_mapping": [{
                "source_face_info": {"face_url": "https://b.example/me.jpg", "bbox": [0, 4, 6, 12]},
                "target_face_info": {"face_url": TEAM, "bbox": [10, 4, 16, 12]},
            }],
        }),
    );
}

#[test]
fn plus_takes_persons_of_frames_of_a_video() {
    let persons =
        json!([{"index": 0, "face_url": "https://cdn.example/p0.jpg", "bbox": [1,2,3,4]}]);
    let frames = [
        url("https://b.example/1.jpg"),
        url("https://b.example/2.jpg"),
    ];
    let analysis = Analysis::from_answer(frames.into(), NOW, &persons).unwrap();
    golden(
        &pairs(FILM, [(&analysis.persons()[0], me())]),
        &json!({
            "source_url": "https://cdn.example/me.jpg",
            "target_url": FILM,
            "single_face_mode": false,
            "face_mapping": [{
                "source_face_info": {"face_url": "https://cdn.example/me.jpg"},
                "target_face_info": {"face_url": "https://cdn.example/p0.jpg"},
            }],
        }),
    );
}

#[test]
fn pro_one_to_one_needs_no_landmarks_and_always_names_its_model() {
    golden(
        &to(Endpoint::Pro, one(TEAM, "https://b.example/me.jpg")),
        &json!({
            "sourceImage": [{"path": "https://b.example/me.jpg"}],
            "targetImage": [{"path": TEAM}],
            "model_name": "akool_faceswap_image_hq",
        }),
    );
    let mut draft = to(Endpoint::Pro, one(&photo(1), me()));
    draft.enhance = Some(false);
    golden(
        &draft,
        &json!({
            "sourceImage": [{"path": "https://cdn.example/me.jpg", "opts": "9,0:2,2:3,3:4,4"}],
            "targetImage": [{"path": TEAM}],
            "model_name": "akool_faceswap_image_hq",
            "face_enhance": false,
        }),
    );
}

#[test]
fn pro_pairs_name_the_whole_original_with_its_own_points() {
    let photo = photo(2);
    let [left, right] = photo.faces().as_slice() else {
        panic!()
    };
    golden(
        &to(Endpoint::Pro, pairs(&photo, [(right, me()), (left, me())])),
        &json!({
            "sourceImage": [
                {"path": "https://cdn.example/me.jpg", "opts": "9,0:2,2:3,3:4,4"},
                {"path": "https://cdn.example/me.jpg", "opts": "9,0:2,2:3,3:4,4"},
            ],
            "targetImage": [
                {"path": TEAM, "opts": "1,1:2,2:3,3:4,4"},
                {"path": TEAM, "opts": "0,1:2,2:3,3:4,4"},
            ],
            "model_name": "akool_faceswap_image_hq",
        }),
    );
}

#[test]
fn v3_keeps_arrays_in_step_and_its_model_is_an_integer() {
    let photo = photo(2);
    let [left, right] = photo.faces().as_slice() else {
        panic!()
    };
    let mut draft = to(
        Endpoint::ImageV3,
        pairs(&photo, [(right, me()), (left, me())]),
    );
    let mut expected = json!({
        "sourceImage": [
            {"path": "https://cdn.example/me.jpg", "opts": "9,0:2,2:3,3:4,4"},
            {"path": "https://cdn.example/me.jpg", "opts": "9,0:2,2:3,3:4,4"},
        ],
        "targetImage": [
            {"path": "https://cdn.example/f/1.jpg", "opts": "9,1:2,2:3,3:4,4"},
            {"path": "https://cdn.example/f/0.jpg", "opts": "9,0:2,2:3,3:4,4"},
        ],
        "modifyImage": TEAM,
        "face_enhance": 0,
    });
    golden(&draft, &expected);
    draft.model = V3Model::HdOptimized;
    expected["face_enhance"] = 1.into();
    golden(&draft, &expected);
}

#[test]
fn v3_falls_back_to_the_whole_picture_with_the_points_of_the_whole_picture() {
    let photo = picture_of(TEAM, &without_crops(faces_obj(2)));
    golden(
        &to(
            Endpoint::ImageV3,
            pairs(TEAM, [(&photo.faces().as_slice()[1], me())]),
        ),
        &json!({
            "sourceImage": [{"path": "https://cdn.example/me.jpg", "opts": "9,0:2,2:3,3:4,4"}],
            "targetImage": [{"path": TEAM, "opts": "1,1:2,2:3,3:4,4"}],
            "modifyImage": TEAM,
            "face_enhance": 0,
        }),
    );
}

#[test]
fn v3_changes_a_video_by_the_crops_of_its_faces() {
    golden(
        &to(
            Endpoint::VideoV3,
            pairs(&film(), [(&film_faces()[1], me())]),
        ),
        &json!({
            "sourceImage": [{"path": "https://cdn.example/me.jpg", "opts": "9,0:2,2:3,3:4,4"}],
            "targetImage": [{"path": "https://cdn.example/f/1.jpg", "opts": "9,1:2,2:3,3:4,4"}],
            "modifyVideo": FILM,
            "face_enhance": 0,
        }),
    );
}

#[test]
fn stored_images_stand_for_faces() {
    let points = || Landmarks::from_detector_string("7,7:2,2:3,3:4,4").unwrap();
    let crop = FaceImage::stored_crop(url("https://cdn.example/s.jpg"), points(), NOW);
    let whole = FaceImage::stored_picture(url(TEAM), points(), XyXy::new(1, 2, 3, 4).unwrap());
    let original = OriginalFace::stored(url(TEAM), whole.clone());
    let draft = pairs(TEAM, [(original, NewFace::from(crop.clone()))]);
    let body = body(&to(Endpoint::Pro, draft.clone()), NOW).unwrap();
    assert_eq!(
        body["targetImage"],
        json!([{"path": TEAM, "opts": "7,7:2,2:3,3:4,4"}])
    );
    let body = super::body(&draft, NOW).unwrap();
    assert_eq!(
        body["face_mapping"][0]["target_face_info"],
        json!({"face_url": TEAM, "bbox": [1, 2, 3, 4]})
    );
    let elsewhere = OriginalFace::stored(url("https://a.example/other.jpg"), whole);
    refused(
        &pairs(TEAM, [(elsewhere, NewFace::from(crop))]),
        "face_mapping[0].target_face_info",
        "another picture",
    );
}

#[test]
fn an_original_of_another_picture_is_refused() {
    let photo = photo(2);
    let other = picture_of("https://a.example/other.jpg", &faces_obj(1));
    let stranger = other.largest().unwrap();
    let left = photo.leftmost().unwrap();
    refused(
        &pairs(&photo, [(left.clone(), me()), (stranger.clone(), me())]),
        "face_mapping[1].target_face_info",
        "another picture",
    );
    for (endpoint, list) in [
        (Endpoint::Pro, "targetImage"),
        (Endpoint::ImageV3, "targetImage"),
    ] {
        refused(
            &to(endpoint, pairs(&photo, [(stranger.clone(), me())])),
            &format!("{list}[0].path"),
            "another picture",
        );
    }
    refused(
        &to(Endpoint::VideoV3, pairs(FILM, [(left, me())])),
        "modifyVideo",
        "this is a picture",
    );
    let frames =
        Analysis::from_answer([url(FILM)].into(), NOW, &json!([{"face_url": TEAM}])).unwrap();
    refused(
        &pairs(&photo, [(&frames.persons()[0], me())]),
        "face_mapping[0].target_face_info",
        "another picture",
    );
}

#[test]
fn new_and_original_face_the_wrong_way_round_are_refused() {
    let photo = photo(2);
    refused(
        &pairs(&photo, [(me(), photo.leftmost().unwrap())]),
        "face_mapping[0].target_face_info",
        "detected in bytes",
    );
    let new = picture_of("https://b.example/me.jpg", &faces_obj(1));
    refused(
        &pairs(
            &photo,
            [(new.largest().unwrap(), photo.leftmost().unwrap())],
        ),
        "face_mapping[0].target_face_info",
        "is it the new face?",
    );
}

#[test]
fn a_picture_without_a_url_cannot_be_changed() {
    let input = Input::Bytes {
        label: "team.jpg".into(),
    };
    let local = Picture::from_answer(input, NOW, &faces_obj(1)).unwrap();
    refused(&one(&local, me()), "target_url", "has no URL");
    let pro = to(Endpoint::Pro, one(&local, me()));
    refused(&pro, "targetImage[0].path", "has no URL");
    let v3 = to(
        Endpoint::ImageV3,
        pairs(&local, [(local.largest().unwrap(), me())]),
    );
    refused(&v3, "modifyImage", "has no URL");
}

#[test]
fn one_face_mode_is_refused_where_there_is_not_one_face() {
    refused(&one(&photo(0), me()), "target_url", "no face");
    refused(&one(&photo(3), me()), "target_url", "3 faces were detected");
    let pro = to(Endpoint::Pro, one(&photo(2), me()));
    refused(&pro, "targetImage[0].path", "2 faces were detected");
}

#[test]
fn more_faces_than_the_endpoint_takes_are_refused() {
    for (endpoint, field) in [
        (Endpoint::Plus, "face_mapping"),
        (Endpoint::ImageV3, "targetImage"),
        (Endpoint::Pro, "targetImage"),
    ] {
        let most = endpoint.max_faces();
        let photo = photo(most + 1);
        let all = || photo.faces().iter().map(|face| (face, me()));
        let enough = to(endpoint, pairs(&photo, all().take(most)));
        assert!(body(&enough, NOW).is_ok(), "{endpoint}");
        let reason = format!("{most} at most");
        refused(&to(endpoint, pairs(&photo, all())), field, &reason);
    }
}

#[test]
fn no_pair_and_a_face_replaced_twice_are_refused() {
    let nobody: [(Face, Face); 0] = [];
    refused(&pairs(TEAM, nobody), "face_mapping", "no pair");
    let photo = photo(2);
    let left = photo.leftmost().unwrap();
    refused(
        &pairs(&photo, [(left.clone(), me()), (left, me())]),
        "face_mapping[1].target_face_info",
        "replaced twice",
    );
}

#[test]
fn a_picture_and_a_video_are_not_taken_for_each_other() {
    let film_face = film_faces().remove(0);
    for (endpoint, field) in [
        (Endpoint::ImageV3, "modifyImage"),
        (Endpoint::Pro, "targetImage[0].path"),
    ] {
        for original in [Original::from(&film()), Original::from(FILM)] {
            let draft = pairs(original, [(film_face.clone(), me())]);
            refused(&to(endpoint, draft), field, "this is a video");
        }
    }
    let photo = photo(1);
    let draft = pairs(&photo, [(photo.largest().unwrap(), me())]);
    refused(
        &to(Endpoint::VideoV3, draft),
        "modifyVideo",
        "this is a picture",
    );
}

#[test]
fn urls_that_akool_cannot_fetch_are_refused() {
    for (text, reason) in [
        ("team.jpg", "relative"),
        ("", "empty"),
        ("data:image/png;base64,AA==", "data: URI"),
        ("ftp://a.example/a.jpg", "http"),
        (
            "https://user:secret@a.example/a.jpg",
            "user name or password",
        ),
    ] {
        refused(&one(text, "https://b.example/me.jpg"), "target_url", reason);
        refused(&one(TEAM, text), "source_url", reason);
        let pro = |draft| to(Endpoint::Pro, draft);
        refused(
            &pro(one(text, "https://b.example/me.jpg")),
            "targetImage[0].path",
            reason,
        );
        refused(&pro(one(TEAM, text)), "sourceImage[0].path", reason);
        let film_face = film_faces().remove(0);
        let v3 = to(Endpoint::VideoV3, pairs(text, [(film_face, me())]));
        refused(&v3, "modifyVideo", reason);
    }
}

#[test]
fn a_crop_older_than_seven_days_is_refused() {
    let photo = photo(2);
    let draft = pairs(&photo, [(photo.leftmost().unwrap(), me())]);
    let second = Duration::from_secs(1);
    assert!(body(&draft, NOW + CROP_LIFETIME - second).is_ok());
    let error = body(&draft, NOW + CROP_LIFETIME).unwrap_err();
    assert_eq!(error.field(), "face_mapping[0].source_face_info");
    assert!(error.problem().contains("older than 7 days"), "{error}");
    let error = body(&one(TEAM, me()), NOW + CROP_LIFETIME).unwrap_err();
    assert_eq!(error.field(), "source_url");
}

#[test]
fn a_face_without_landmarks_is_refused_where_they_are_needed() {
    let mut faces_obj = faces_obj(2);
    faces_obj["0"]["crop_landmarks"] = Value::Null;
    faces_obj["0"]["landmarks_str"] = Value::Null;
    let photo = picture_of(TEAM, &faces_obj);
    let left = photo.leftmost().unwrap();
    for endpoint in [Endpoint::ImageV3, Endpoint::Pro] {
        let draft = pairs(&photo, [(left.clone(), me())]);
        refused(&to(endpoint, draft), "targetImage[0].opts", "no landmarks");
        let draft = pairs(&photo, [(photo.leftmost().unwrap(), left.clone())]);
        refused(&to(endpoint, draft), "sourceImage[0].opts", "no landmarks");
    }
    assert!(body(&pairs(&photo, [(left, me())]), NOW).is_ok());
}

#[test]
fn a_face_that_nothing_shows_is_refused() {
    let mut nothing = faces_obj(1);
    nothing["0"]["face_urls"] = json!([null]);
    nothing["0"]["crop_region"] = json!([null]);
    let photo = picture_of(TEAM, &nothing);
    let face = photo.largest().unwrap();
    refused(
        &pairs(&photo, [(face, me())]),
        "face_mapping[0].target_face_info.bbox",
        "no box",
    );
    let film = Video::from_answer(url(FILM), NOW, &without_crops(faces_obj(1))).unwrap();
    let face = film.frames()[0].faces().largest().unwrap();
    refused(
        &pairs(&film, [(face, me())]),
        "face_mapping[0].target_face_info",
        "no picture of this face",
    );
}

#[test]
fn odd_options_are_refused() {
    let mut draft = one(TEAM, me());
    draft.style = Some(Style::from(""));
    refused(&draft, "model_style", "empty");
    for (name, value, reason) in [
        ("", json!(1), "no name"),
        ("face_enhance", json!(true), "method of its own"),
        ("webhookUrl", json!("x"), "method of its own"),
        ("later", Value::Null, "null"),
        ("later", json!(""), "empty"),
    ] {
        let mut draft = one(TEAM, me());
        draft.undocumented.insert(name.into(), value);
        refused(&draft, name, reason);
    }
}
