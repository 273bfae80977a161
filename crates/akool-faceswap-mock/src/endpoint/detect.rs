//! The two detectors, each with its own envelope: `error_code` and `success`.

use std::collections::HashMap;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::{Map, Value, json};

use super::{
    scene::{Face, Frame, Scene},
    submit::http_url,
};
use crate::{envelope, files};

/// Frames per second.
const FRAME_RATE: u32 = 25;

/// Documented: how many frames of a video are analyzed if `num_frames` is absent.
const DEFAULT_FRAMES: u64 = 5;

/// The most scenes that are kept.
const MAX_SCENES: usize = 100_000;

/// What is in the pictures that tests have described; all others show one face.
#[derive(Default)]
pub(crate) struct Scenes(HashMap<Vec<u8>, Scene>);

impl Scenes {
    /// `input` is a URL, or the bytes of a picture that is sent as base64.
    pub(crate) fn set(&mut self, input: &[u8], scene: Scene) {
        if self.0.len() < MAX_SCENES || self.0.contains_key(input) {
            self.0.insert(input.to_vec(), scene);
        }
    }

    fn get(&self, input: &[u8]) -> Scene {
        let known = self.0.get(input).cloned();
        known.unwrap_or_else(|| Scene::picture(1))
    }

    /// The answer of `detect_faces`.
    pub(crate) fn detect_faces(&self, body: &[u8], base_url: &str) -> Response<Bytes> {
        let request = match Detection::read(body) {
            Ok(request) => request,
            Err(message) => return failed_detection(StatusCode::BAD_REQUEST, message),
        };
        let scene = self.get(&request.input);
        if let Some(message) = &scene.failure {
            return failed_detection(StatusCode::OK, message);
        }
        let most = usize::try_from(request.num_frames).unwrap_or(usize::MAX);
        let mut frames: Vec<&Frame> = scene.frames.iter().take(most).collect();
        // Sorted as text, like real answers and the maps of JSON libraries.
        frames.sort_by_key(|frame| frame.number.to_string());
        let crops = request
            .return_face_url
            .then(|| crop_urls(base_url, &request.input));
        let faces_obj: Map<String, Value> = frames
            .into_iter()
            .map(|frame| {
                let faces = request.faces(frame.faces);
                (
                    frame.number.to_string(),
                    described(&scene, frame, &faces, crops.as_deref()),
                )
            })
            .collect();
        let answer = json!({"error_code": 0, "error_msg": "SUCCESS", "faces_obj": faces_obj});
        envelope::json(StatusCode::OK, &answer)
    }

    /// The answer of `analyze_frames`.
    pub(crate) fn analyze_frames(&self, body: &[u8], base_url: &str) -> Response<Bytes> {
        let Ok(body) = serde_json::from_slice::<Value>(body) else {
            return failed_analysis(StatusCode::BAD_REQUEST, "the body is not JSON");
        };
        let urls: Option<Vec<&str>> = body["frame_urls"]
            .as_array()
            .and_then(|urls| urls.iter().map(|url| http_url(url).ok()).collect());
        let Some(urls) = urls.filter(|urls| !urls.is_empty()) else {
            let message = "frame_urls is required and must not be empty";
            return failed_analysis(StatusCode::BAD_REQUEST, message);
        };
        let times: Option<Vec<f64>> = match body.get("timestamps") {
            None => Some((0_u32..).map(f64::from).take(urls.len()).collect()),
            Some(times) => times
                .as_array()
                .and_then(|times| times.iter().map(Value::as_f64).collect()),
        };
        let Some(times) = times.filter(|times| times.len() == urls.len()) else {
            let message = "timestamps must be numbers, one for each frame";
            return failed_analysis(StatusCode::BAD_REQUEST, message);
        };
        let scenes: Vec<Scene> = urls.iter().map(|url| self.get(url.as_bytes())).collect();
        if let Some(message) = scenes.iter().find_map(|scene| scene.failure.as_deref()) {
            return failed_analysis(StatusCode::INTERNAL_SERVER_ERROR, message);
        }
        let most = scenes.iter().map(Scene::most_faces).max().unwrap_or(0);
        let crops = crop_urls(base_url, urls[0].as_bytes());
        let persons: Vec<Value> = (0..most)
            .map(|number| {
                let seen = |(at, scene): (usize, &Scene)| {
                    (number < scene.most_faces()).then_some((at, times[at]))
                };
                let appearances: Vec<(usize, f64)> =
                    scenes.iter().enumerate().filter_map(seen).collect();
                person(&Face::new(number), &appearances, &crops)
            })
            .collect();
        let answer = json!({"success": true, "frame_count": urls.len(), "persons": persons});
        envelope::json(StatusCode::OK, &answer)
    }
}

/// A request to `detect_faces`.
struct Detection {
    input: Vec<u8>,
    num_frames: u64,
    return_face_url: bool,
    single_face: bool,
}

impl Detection {
    fn read(body: &[u8]) -> Result<Self, &'static str> {
        let body: Value = serde_json::from_slice(body).map_err(|_| "the body is not JSON")?;
        let flag = |name: &str| match body.get(name) {
            None => Ok(false),
            Some(flag) => flag.as_bool().ok_or("a flag is not a boolean"),
        };
        let num_frames = match body.get("num_frames") {
            None => DEFAULT_FRAMES,
            Some(frames) => frames
                .as_u64()
                .filter(|frames| (1..=100).contains(frames))
                .ok_or("num_frames must be from 1 to 100")?,
        };
        // Documented: `url` wins.
        let input = if let Some(url) = body.get("url") {
            let url = http_url(url).map_err(|_| "url is not an http or https URL")?;
            url.as_bytes().to_vec()
        } else {
            let image = body.get("img").and_then(Value::as_str);
            let image = image.ok_or("url or img is required")?;
            let base64 = image
                .split_once(";base64,")
                .map_or(image, |(_, base64)| base64);
            let bytes = BASE64_STANDARD.decode(base64).ok();
            bytes
                .filter(|bytes| !bytes.is_empty())
                .ok_or("img is not base64")?
        };
        Ok(Self {
            input,
            num_frames,
            return_face_url: flag("return_face_url")?,
            single_face: flag("single_face")?,
        })
    }

    /// The faces of a frame that shows `count` faces, from right to left.
    fn faces(&self, count: usize) -> Vec<Face> {
        let mut faces: Vec<Face> = (0..count).rev().map(Face::new).collect();
        if self.single_face {
            let largest = faces.iter().copied().max_by_key(Face::area);
            faces = largest.into_iter().collect();
        }
        faces
    }
}

/// One frame of `faces_obj`; all lists are parallel.
fn described(scene: &Scene, frame: &Frame, faces: &[Face], crops: Option<&str>) -> Value {
    let origin = [0, 0];
    let mut described = json!({
        "landmarks": faces.iter().map(|face| face.landmarks).collect::<Vec<_>>(),
        "landmarks_str": faces.iter().map(|face| face.landmark_text(origin)).collect::<Vec<_>>(),
        "region": faces.iter().map(|face| face.region).collect::<Vec<_>>(),
        "frame_time": scene.is_video.then(|| f64::from(frame.number) / f64::from(FRAME_RATE)),
    });
    if scene.has_removed {
        described["removed"] = json!([]);
    }
    if let Some(crops) = crops {
        let crop = |value: &dyn Fn(&Face) -> Value| -> Vec<Value> {
            let has_crop = |face: &Face| !scene.without_crop.contains(&face.number);
            let values = faces.iter().map(|face| has_crop(face).then(|| value(face)));
            values.map(Option::unwrap_or_default).collect()
        };
        described["face_urls"] = json!(crop(&|face| json!(crop_url(crops, face))));
        described["crop_region"] = json!(crop(&|face| json!(face.crop)));
        let landmarks = |face: &Face| json!(face.landmark_text([face.crop[0], face.crop[1]]));
        described["crop_landmarks"] = json!(crop(&landmarks));
    }
    described
}

fn person(face: &Face, appearances: &[(usize, f64)], crops: &str) -> Value {
    let [x, y, width, height] = face.region;
    let bbox = [x, y, x + width, y + height];
    let seen: Vec<Value> = appearances
        .iter()
        .map(|(frame, time)| json!({"timestamp": time, "frame_idx": frame, "bbox": bbox}))
        .collect();
    let time = |appearance: Option<&(usize, f64)>| appearance.map(|(_, time)| *time);
    json!({
        "person_id": format!("person_{}", face.number),
        "index": face.number,
        "face_url": crop_url(crops, face),
        "bbox": bbox,
        "confidence": 0.98,
        "appearances": seen,
        "first_seen": time(appearances.first()),
        "last_seen": time(appearances.last()),
    })
}

/// The common start of the crop URLs of one input.
fn crop_urls(base_url: &str, input: &[u8]) -> String {
    format!("{base_url}{}{}", files::FOLDER, files::crop_prefix(input))
}

fn crop_url(crops: &str, face: &Face) -> String {
    format!("{crops}{}.png", face.number)
}

fn failed_detection(status: StatusCode, message: &str) -> Response<Bytes> {
    let answer = json!({"error_code": 1, "error_msg": message, "faces_obj": {}});
    envelope::json(status, &answer)
}

fn failed_analysis(status: StatusCode, message: &str) -> Response<Bytes> {
    envelope::json(status, &json!({"success": false, "error": message}))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TEAM: &str = "https://cdn.example/team.jpg";

    fn detected(scene: Scene, request: &Value) -> Value {
        let mut scenes = Scenes::default();
        scenes.set(TEAM.as_bytes(), scene);
        let response = scenes.detect_faces(request.to_string().as_bytes(), "http://fake");
        serde_json::from_slice(response.body()).unwrap()
    }

    #[test]
    fn faces_come_from_right_to_left_with_crops_in_their_own_space() {
        let answer = detected(
            Scene::picture(2),
            &json!({"url": TEAM, "return_face_url": true}),
        );
        assert_eq!(answer["error_code"], 0);
        let frame = &answer["faces_obj"]["0"];
        assert_eq!(frame["frame_time"], Value::Null);
        assert!(frame["region"][0][0].as_i64() > frame["region"][1][0].as_i64());
        assert_eq!(frame["crop_region"][1], json!([19, 0, 402, 564]));
        assert_eq!(frame["landmarks_str"][1], "160,230:280,232:221,300:220,360");
        assert_eq!(
            frame["crop_landmarks"][1],
            "141,230:261,232:202,300:201,360"
        );
        let url = frame["face_urls"][1].as_str().unwrap();
        assert!(
            url.starts_with("http://fake/files/face-") && url.ends_with("-0.png"),
            "{url}"
        );
    }

    #[test]
    fn single_face_returns_the_largest() {
        let answer = detected(
            Scene::picture(3),
            &json!({"url": TEAM, "single_face": true}),
        );
        assert_eq!(
            answer["faces_obj"]["0"]["region"],
            json!([Face::new(1).region])
        );
        assert!(answer["faces_obj"]["0"].get("face_urls").is_none());
    }

    #[test]
    fn a_video_has_frames_out_of_order_and_gaps() {
        let film = Scene::video([(0, 0), (5, 1), (10, 2)])
            .without_crop(1)
            .without_removed();
        let answer = detected(film, &json!({"url": TEAM, "return_face_url": true}));
        let text = answer.to_string();
        let at = |key: &str| text.find(&format!("\"{key}\":{{")).unwrap();
        assert!(at("0") < at("10") && at("10") < at("5"));
        let last = &answer["faces_obj"]["10"];
        assert_eq!(last["frame_time"], 0.4);
        assert!(last.get("removed").is_none());
        assert_eq!(
            last["face_urls"][0],
            Value::Null,
            "the rightmost has no crop"
        );
        assert!(last["face_urls"][1].is_string());
        let few = detected(
            Scene::video([(0, 1), (5, 1)]),
            &json!({"url": TEAM, "num_frames": 1}),
        );
        assert_eq!(few["faces_obj"].as_object().unwrap().len(), 1);
    }

    #[test]
    fn the_error_names_what_is_wrong_with_a_request() {
        for (request, message) in [
            (json!({}), "url or img is required"),
            (json!({"url": ""}), "url is not an http or https URL"),
            (json!({"img": "?"}), "img is not base64"),
            (
                json!({"url": TEAM, "num_frames": 0}),
                "num_frames must be from 1 to 100",
            ),
            (
                json!({"url": TEAM, "single_face": 1}),
                "a flag is not a boolean",
            ),
        ] {
            let answer = detected(Scene::picture(1), &request);
            assert_eq!(
                answer,
                json!({"error_code": 1, "error_msg": message, "faces_obj": {}})
            );
        }
        let failed = detected(Scene::failing("no shape"), &json!({"url": TEAM}));
        assert_eq!(failed["error_msg"], "no shape");
    }

    #[test]
    fn a_local_picture_is_identified_by_its_bytes() {
        let mut scenes = Scenes::default();
        scenes.set(b"abc", Scene::picture(0));
        for image in ["YWJj", "data:image/png;base64,YWJj"] {
            let body = json!({"img": image}).to_string();
            let response = scenes.detect_faces(body.as_bytes(), "");
            let answer: Value = serde_json::from_slice(response.body()).unwrap();
            assert_eq!(answer["faces_obj"]["0"]["region"], json!([]));
        }
    }

    proptest! {
        #[test]
        fn no_request_makes_the_detectors_panic(
            body in any_json(),
            faces in 0_usize..5,
            frames in prop::collection::vec((0_u32..50, 0_usize..3), 0..4),
        ) {
            let mut scenes = Scenes::default();
            scenes.set(TEAM.as_bytes(), Scene::picture(faces));
            scenes.set(b"abc", Scene::video(frames));
            for request in [body.clone(), json!({"url": TEAM, "num_frames": body}), json!({"frame_urls": body}),
                json!({"frame_urls": [TEAM, TEAM], "timestamps": body}), json!({"img": "YWJj", "single_face": body})] {
                let body = request.to_string();
                for response in [scenes.detect_faces(body.as_bytes(), ""), scenes.analyze_frames(body.as_bytes(), "")] {
                    let answer: Value = serde_json::from_slice(response.body()).unwrap();
                    prop_assert!(answer["error_code"].is_i64() || answer["success"].is_boolean());
                }
            }
        }
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".{0,9}".prop_map(Value::from),
            Just(json!(TEAM)),
        ];
        leaf.prop_recursive(3, 12, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::hash_map("[a-z_]{1,9}|url|img|frame_urls", inner, 0..4)
                    .prop_map(Value::from_iter),
            ]
        })
    }

    #[test]
    fn persons_are_merged_across_frames() {
        let mut scenes = Scenes::default();
        scenes.set(TEAM.as_bytes(), Scene::picture(2));
        let analyzed = |request: Value| -> Value {
            let response = scenes.analyze_frames(request.to_string().as_bytes(), "http://fake");
            serde_json::from_slice(response.body()).unwrap()
        };
        let answer = analyzed(json!({"frame_urls": ["https://cdn.example/one.jpg", TEAM]}));
        assert_eq!(
            (&answer["success"], &answer["frame_count"]),
            (&json!(true), &json!(2))
        );
        let persons = answer["persons"].as_array().unwrap();
        assert_eq!(persons.len(), 2);
        assert_eq!(persons[0]["appearances"].as_array().unwrap().len(), 2);
        assert_eq!(persons[1]["first_seen"], 1.0);
        assert_eq!(persons[0]["bbox"], json!([100, 120, 340, 440]));
        for request in [
            json!({}),
            json!({"frame_urls": []}),
            json!({"frame_urls": [TEAM], "timestamps": []}),
        ] {
            assert_eq!(analyzed(request)["success"], false);
        }
    }
}
