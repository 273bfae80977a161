//! The detector's answers in every shape that is documented or was seen, and in those that were not.

use std::time::UNIX_EPOCH;

use proptest::prelude::*;
use serde_json::{Map, json};

use super::*;

fn url() -> MediaUrl {
    MediaUrl::new("https://a.example/folder/team.jpg?sig=1").unwrap()
}

fn picture(faces_obj: &Value) -> Picture {
    Picture::from_answer(Input::Picture(url()), UNIX_EPOCH, faces_obj).unwrap()
}

fn video(faces_obj: &Value) -> Video {
    let url = MediaUrl::new("https://a.example/film.mp4").unwrap();
    Video::from_answer(url, UNIX_EPOCH, faces_obj).unwrap()
}

/// The numbers that the vendor published for one face.
fn documented() -> Value {
    json!({"0": {
        "landmarks": [[[249,510],[460,516],[343,657],[351,739],[254,739],[449,745]]],
        "landmarks_str": ["249,510:460,516:343,657:351,739"],
        "region": [[150,261,437,661]],
        "frame_time": null,
        "crop_region": [[3,0,731,1183]],
        "crop_landmarks": ["246,510:457,516:340,657:348,739"],
        "face_urls": ["https://cdn.example/f/0.jpg"],
    }})
}

#[test]
fn each_url_has_the_points_of_its_own_picture() {
    let picture = picture(&documented());
    let face = picture.require_one().unwrap();
    let crop = face.crop().unwrap();
    assert_eq!(crop.url().as_str(), "https://cdn.example/f/0.jpg");
    assert_eq!(
        crop.landmarks().unwrap().as_str(),
        "246,510:457,516:340,657:348,739"
    );
    assert_eq!(crop.bbox(), None);
    let whole = face.in_picture().unwrap();
    assert_eq!(whole.url(), picture.url().unwrap());
    assert_eq!(
        whole.landmarks().unwrap().as_str(),
        "249,510:460,516:343,657:351,739"
    );
    assert_eq!(whole.bbox().unwrap().corners(), ((3, 0), (734, 1183)));
    assert_eq!(
        face.bounding_box().unwrap().corners(),
        ((150, 261), (587, 922))
    );
    assert!(picture.notes().is_empty());
}

#[test]
fn points_of_a_crop_are_those_of_the_picture_minus_its_corner() {
    let picture = picture(&documented());
    let face = picture.require_one().unwrap();
    let numbers = |image: &crate::model::FaceImage| -> Vec<i64> {
        let text = image.landmarks().unwrap().as_str().to_owned();
        text.split([',', ':']).map(|n| n.parse().unwrap()).collect()
    };
    let ((left, top), _) = face.in_picture().unwrap().bbox().unwrap().corners();
    let moved: Vec<i64> = numbers(face.in_picture().unwrap())
        .chunks(2)
        .flat_map(|point| [point[0] - left, point[1] - top])
        .collect();
    assert_eq!(numbers(face.crop().unwrap()), moved);
}

#[test]
fn frames_are_in_numeric_order_and_empty_ones_are_kept() {
    let video = video(&json!({
        "0": {"landmarks": [], "landmarks_str": [], "region": [], "removed": [], "frame_time": 0.0},
        "10": {"landmarks": [[[1,1],[2,1],[1,2],[1,3],[1,3],[2,3]]], "landmarks_str": ["1,1:2,1:1,2:1,3"],
               "region": [[0,0,3,4]], "removed": [], "frame_time": 0.4},
        "5": {"landmarks": [], "landmarks_str": [], "region": [], "frame_time": 0.2},
    }));
    let numbers: Vec<u64> = video.frames().iter().map(Frame::number).collect();
    assert_eq!(numbers, [0, 5, 10]);
    assert_eq!(video.frames()[1].time(), Some(Duration::from_millis(200)));
    assert_eq!(video.first_frame_with_faces().unwrap().number(), 10);
    assert!(video.frame(5).unwrap().faces().is_empty() && video.frame(6).is_none());
    assert!(video.url().unwrap().as_str().ends_with("film.mp4") && video.notes().is_empty());
    let face = video.frame(10).unwrap().faces().largest().unwrap();
    // A video's URL is no picture of a face.
    assert!(face.in_picture().is_none() && face.crop().is_none());
    assert_eq!((face.frame(), face.index()), (10, 0));
}

#[test]
fn no_face_is_an_empty_list_and_the_error_names_the_input() {
    for faces_obj in [
        json!({}),
        json!(null),
        json!([]),
        json!({"0": {}}),
        json!({"0": {"region": []}}),
    ] {
        let picture = picture(&faces_obj);
        assert!(picture.faces().is_empty(), "{faces_obj}");
        for error in [picture.largest(), picture.leftmost(), picture.require_one()] {
            let error = error.unwrap_err();
            assert!(error.is_no_face() && error.advice().contains("shows a face clearly"));
            assert_eq!(error.to_string(), "no face in team.jpg at a.example");
        }
    }
    let error = video(&json!({"0": {}, "5": {}}))
        .first_frame_with_faces()
        .map(Frame::number);
    assert_eq!(
        error.unwrap_err().to_string(),
        "no face in any detected frame of film.mp4 at a.example"
    );
    let error = video(&json!({"5": {}}))
        .frame(5)
        .unwrap()
        .faces()
        .largest()
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "no face in film.mp4 at a.example (frame 5)"
    );
    let bytes = Input::Bytes {
        label: "me.jpg".into(),
    };
    let local = Picture::from_answer(bytes, UNIX_EPOCH, &json!({})).unwrap();
    assert_eq!(
        local.largest().unwrap_err().to_string(),
        "no face in me.jpg"
    );
    assert_eq!(local.url(), None);
}

#[test]
fn faces_are_chosen_by_their_boxes() {
    let of_boxes = picture;
    let picture = picture(
        &json!({"0": {"region": [[50,0,10,10],[20,0,30,30],[90,0,5,5],[20,9,1,1],[0,0,30,30]]}}),
    );
    assert_eq!(picture.largest().unwrap().index(), 1);
    assert_eq!(picture.leftmost().unwrap().index(), 4);
    let error = picture.require_one().unwrap_err();
    assert!(!error.is_no_face());
    assert_eq!(
        error.to_string(),
        "5 faces in team.jpg at a.example, where one was expected"
    );

    let unequal = json!({"0": {"region": [[0,0,1,1], null]}});
    let error = of_boxes(&unequal).largest().unwrap_err();
    assert!(error.to_string().contains("no box for face 1"), "{error}");
    // One face needs no comparison.
    assert!(
        of_boxes(&json!({"0": {"region": [null]}}))
            .largest()
            .is_ok()
    );
}

#[test]
fn a_null_crop_affects_no_other_face() {
    let picture = picture(&json!({"0": {
        "region": [[0,0,1,1],[1,0,1,1]],
        "landmarks_str": ["1,1:2,1:1,2:1,3", "5,1:2,1:1,2:1,3"],
        "face_urls": [null, "https://cdn.example/1.jpg"],
        "crop_region": [null, [0,0,2,2]],
        "crop_landmarks": [null, "4,1:2,1:1,2:1,3"],
    }}));
    assert!(picture.notes().is_empty(), "{:?}", picture.notes());
    let [first, second] = picture.faces().as_slice() else {
        panic!()
    };
    assert!(first.crop().is_none());
    assert_eq!(first.in_picture().unwrap().bbox(), None);
    assert_eq!(
        second.crop().unwrap().landmarks().unwrap().as_str(),
        "4,1:2,1:1,2:1,3"
    );
}

#[test]
fn a_list_of_another_length_is_left_out() {
    let picture = picture(&json!({"0": {
        "region": [[0,0,1,1],[1,0,1,1]],
        "landmarks_str": ["1,1:2,1:1,2:1,3"],
        "face_urls": ["https://cdn.example/1.jpg"],
        "crop_landmarks": ["4,1:2,1:1,2:1,3", "4,1:2,1:1,2:1,3", "4,1:2,1:1,2:1,3"],
        "crop_region": 7,
    }}));
    assert_eq!(picture.faces().len(), 2);
    for face in picture.faces() {
        assert!(face.crop().is_none());
        assert!(face.in_picture().unwrap().landmarks().is_none());
    }
    let fields: Vec<&str> = picture.notes().iter().map(Note::field).collect();
    assert_eq!(
        fields,
        [
            "landmarks_str",
            "face_urls",
            "crop_region",
            "crop_landmarks"
        ]
    );
}

#[test]
fn unreadable_entries_are_left_out_and_noted() {
    let picture = picture(&json!({"0": {
        "region": [[0,0,0,1],[1.2,0,1,1],[1,2,3],["a",0,1,1]],
        "landmarks_str": ["1,2", 7, {}, "1,1:2,1:1,2:1,3"],
        "face_urls": ["data:image/png;base64,AA", "/f.jpg", 3, "https://cdn.example/1.jpg"],
    }, "x": {}, "7": 3}));
    let boxes: Vec<bool> = picture
        .faces()
        .iter()
        .map(|face| face.bounding_box().is_some())
        .collect();
    assert_eq!(boxes, [false, true, false, false]);
    let crops: Vec<bool> = picture
        .faces()
        .iter()
        .map(|face| face.crop().is_some())
        .collect();
    assert_eq!(crops, [false, false, false, true]);
    let fields: Vec<&str> = picture.notes().iter().map(Note::field).collect();
    assert_eq!(
        fields,
        [
            "region",
            "landmarks_str",
            "face_urls",
            "faces_obj",
            "faces_obj"
        ]
    );
}

#[test]
fn the_first_list_gives_the_number_of_faces() {
    for faces_obj in [
        json!({"0": {"landmarks": [[], []]}}),
        json!({"0": {"landmarks_str": [null, null]}}),
        json!({"0": {"region": null, "face_urls": [null, null]}}),
    ] {
        assert_eq!(picture(&faces_obj).faces().len(), 2, "{faces_obj}");
    }
}

#[test]
fn an_answer_that_is_no_map_or_too_large_is_an_error() {
    let read = |faces_obj: &Value| {
        Picture::from_answer(Input::Picture(url()), UNIX_EPOCH, faces_obj).map(|_| ())
    };
    for faces_obj in [json!([1]), json!("x"), json!(1), json!(true)] {
        assert_eq!(read(&faces_obj), Err(UnreadableFaces::NoMap), "{faces_obj}");
    }
    let many = json!({"0": {"region": vec![[0, 0, 1, 1]; 1001]}});
    assert_eq!(read(&many), Err(UnreadableFaces::TooMany));
    let frames: Map<String, Value> = (0..1001).map(|n| (n.to_string(), json!({}))).collect();
    assert_eq!(read(&Value::Object(frames)), Err(UnreadableFaces::TooMany));
    assert_eq!(
        read(&json!({"0": {}, "5": {}})),
        Err(UnreadableFaces::IsVideo(2))
    );
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-z:/.]{0,12}PLANTED".prop_map(Value::from),
        Just(json!("https://PLANTED.example/PLANTED/PLANTED.jpg?PLANTED")),
        Just(json!(
            "777001,777002:777003,777004:777005,777006:777007,777008"
        )),
        prop::array::uniform4(-5i64..100).prop_map(|numbers| json!(numbers)),
    ];
    let key = prop::sample::select(vec![
        "0",
        "5",
        "10",
        "x",
        "region",
        "landmarks",
        "landmarks_str",
        "face_urls",
        "crop_region",
        "crop_landmarks",
        "frame_time",
        "removed",
    ]);
    leaf.prop_recursive(4, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..9).prop_map(|fields| {
                Value::Object(fields.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())
            }),
        ]
    })
}

/// The documented form with planted texts, in which any part may be something else: random JSON alone
/// has no face in it.
fn near_the_documented_form() -> impl Strategy<Value = Value> {
    const POINTS: &str = "777001,777002:777003,777004:777005,777006:777007,777008";
    let frame = (0_usize..3).prop_flat_map(|faces| {
        let list = move |one: Value| {
            prop_oneof![9 => Just(Value::from(vec![one; faces])), 1 => any_json()]
        };
        let url = json!("https://cdn.example/PLANTED.jpg?PLANTED");
        (
            list(json!([10, 10, 20, 20])),
            list(json!(POINTS)),
            list(json!([0, 0, 50, 50])),
            list(json!(POINTS)),
            list(url),
        )
            .prop_map(|(region, points, crop_region, crop_points, urls)| {
                json!({
                    "region": region, "landmarks_str": points, "crop_region": crop_region,
                    "crop_landmarks": crop_points, "face_urls": urls,
                })
            })
    });
    let key = prop::sample::select(vec!["0", "5", "10"]);
    prop::collection::vec((key, frame), 1..4).prop_map(|frames| {
        Value::Object(frames.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())
    })
}

proptest! {
    #[test]
    fn any_json_gives_faces_or_an_error_and_shows_nothing_of_them(
        faces_obj in prop_oneof![any_json(), near_the_documented_form()],
    ) {
        let mut shown = Vec::new();
        match Picture::from_answer(Input::Picture(url()), UNIX_EPOCH, &faces_obj) {
            Ok(picture) => {
                shown.push(format!("{picture:?} {:?} {:?}", picture.largest(), picture.require_one()));
                for face in picture.faces() {
                    shown.push(format!("{face:?} {:?} {:?}", face.crop(), face.in_picture()));
                }
            }
            Err(error) => shown.push(format!("{error} {error:?}")),
        }
        let film = MediaUrl::new("https://a.example/film.mp4?PLANTED").unwrap();
        if let Ok(video) = Video::from_answer(film, UNIX_EPOCH, &faces_obj) {
            prop_assert!(video.frames().windows(2).all(|pair| pair[0].number() < pair[1].number()));
            shown.push(format!("{video:?} {:?}", video.first_frame_with_faces()));
        }
        if let Some(analysis) = crate::model::Analysis::from_answer([url()].into(), UNIX_EPOCH, &faces_obj) {
            shown.push(format!("{analysis:?}"));
        }
        let shown = shown.concat();
        prop_assert!(!shown.contains("PLANTED") && !shown.contains("7770"), "{}", shown);
    }
}
