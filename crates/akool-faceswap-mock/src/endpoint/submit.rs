//! The four submit endpoints: what they accept, and what they read from a request.
//!
//! The checks are those of the vendor's pages. Where a page is silent the fake is strict (a null or
//! an empty string is a wrong parameter), so that a client that passes here sends nothing unusual.

use http::Uri;
use serde_json::{Map, Value};

use crate::{
    envelope::{PARAMETER, TOO_MANY_FACES},
    job::Kind,
};

/// An endpoint for submissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SubmitEndpoint {
    /// Face Swap Plus: images and videos, v4.
    Plus,
    /// Face Swap Pro: images, v4.
    Pro,
    ImageV3,
    VideoV3,
}

/// A request that was accepted.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Submission {
    pub(crate) kind: Kind,
    pub(crate) webhook_url: Option<String>,
}

/// The most faces of a Plus or v3 request: documented for Plus, and the meaning of code 1007.
const MAX_FACES: usize = 8;

/// The most elements in each list of a Pro request.
const MAX_PRO_FACES: usize = 50;

/// A submitted video, always of the same length, because the fake does not look at the file.
const VIDEO: Kind = Kind::Video { seconds: 12.5 };

/// File extensions that the vendor's pages list for videos.
const VIDEO_EXTENSIONS: [&str; 5] = [".mp4", ".mov", ".avi", ".webm", ".m4v"];

type Object = Map<String, Value>;

/// A business code, if the request is refused.
type Checked<T> = Result<T, i64>;

impl SubmitEndpoint {
    /// Whether the answer contains the result's URL, which exists before the result does.
    pub(crate) fn answers_with_url(self) -> bool {
        matches!(self, Self::ImageV3 | Self::VideoV3)
    }

    /// The `msg` of an accepted request: prose in v3 like the vendor's, but in our own words.
    pub(crate) fn message(self) -> &'static str {
        match self {
            Self::Plus | Self::Pro => "OK",
            Self::ImageV3 => {
                "Please be patient! If there is no result after three hours, please check your \
                 input image."
            }
            Self::VideoV3 => {
                "Please be patient! If there is no result after three hours, please check your \
                 input video."
            }
        }
    }

    /// Checks the body of a request.
    pub(crate) fn read(self, body: &[u8]) -> Checked<Submission> {
        let body: Object = serde_json::from_slice(body).map_err(|_| PARAMETER)?;
        let webhook_url = match body.get("webhookUrl") {
            None => None,
            Some(url) => Some(http_url(url)?.to_owned()),
        };
        let kind = match self {
            Self::Plus => plus(&body)?,
            Self::Pro => pro(&body)?,
            Self::ImageV3 => v3(&body, "modifyImage").map(|()| Kind::Image)?,
            Self::VideoV3 => v3(&body, "modifyVideo").map(|()| VIDEO)?,
        };
        Ok(Submission { kind, webhook_url })
    }
}

fn plus(body: &Object) -> Checked<Kind> {
    http_url(required(body, "source_url")?)?;
    let target = http_url(required(body, "target_url")?)?;
    optional(body, "face_enhance", Value::is_boolean)?;
    optional(body, "model_style", |style| {
        ["realistic", "beautify", "lossless"]
            .iter()
            .any(|known| style == known)
    })?;
    optional(body, "single_face_mode", Value::is_boolean)?;
    let pairs = match body.get("face_mapping") {
        None => &[][..],
        Some(pairs) => pairs.as_array().ok_or(PARAMETER)?,
    };
    let is_single = body.get("single_face_mode") == Some(&Value::Bool(true));
    // The mode defaults to false, so a request with neither lacks its mapping.
    if !is_single && pairs.is_empty() {
        return Err(PARAMETER);
    }
    if pairs.len() > MAX_FACES {
        return Err(TOO_MANY_FACES);
    }
    for pair in pairs {
        let face = |name| pair.get(name).and_then(Value::as_object).ok_or(PARAMETER);
        let (source, target) = (face("source_face_info")?, face("target_face_info")?);
        http_url(required(source, "face_url")?)?;
        if let Some(url) = target.get("face_url") {
            http_url(url)?;
        }
        optional(source, "bbox", is_bbox)?;
        optional(target, "bbox", is_bbox)?;
    }
    let path = target.parse::<Uri>().map_err(|_| PARAMETER)?;
    let path = path.path().to_ascii_lowercase();
    let is_video = VIDEO_EXTENSIONS.iter().any(|end| path.ends_with(end));
    Ok(if is_video { VIDEO } else { Kind::Image })
}

fn pro(body: &Object) -> Checked<Kind> {
    let (sources, targets) = (faces(body, "sourceImage")?, faces(body, "targetImage")?);
    let longest = sources.len().max(targets.len());
    if longest > MAX_PRO_FACES {
        return Err(PARAMETER);
    }
    let has_landmarks = |face: &Object| face.contains_key("opts");
    if longest > 1
        && !sources
            .iter()
            .chain(&targets)
            .all(|face| has_landmarks(face))
    {
        return Err(PARAMETER);
    }
    optional(body, "model_name", |name| name == "akool_faceswap_image_hq")?;
    optional(body, "face_enhance", Value::is_boolean)?;
    optional(body, "single_face_mode", Value::is_boolean)?;
    Ok(Kind::Image)
}

fn v3(body: &Object, original: &str) -> Checked<()> {
    http_url(required(body, original)?)?;
    let (sources, targets) = (faces(body, "sourceImage")?, faces(body, "targetImage")?);
    if sources.len().max(targets.len()) > MAX_FACES {
        return Err(TOO_MANY_FACES);
    }
    if sources.len() != targets.len() {
        return Err(PARAMETER);
    }
    optional(body, "face_enhance", |enhance| {
        matches!(enhance.as_u64(), Some(0 | 1))
    })
}

/// A list of `{path, opts}` with at least one element.
fn faces<'a>(body: &'a Object, name: &str) -> Checked<Vec<&'a Object>> {
    let list = required(body, name)?.as_array().ok_or(PARAMETER)?;
    let faces: Option<Vec<&Object>> = list.iter().map(Value::as_object).collect();
    let faces = faces.filter(|faces| !faces.is_empty()).ok_or(PARAMETER)?;
    for face in &faces {
        http_url(required(face, "path")?)?;
        optional(face, "opts", is_landmarks)?;
    }
    Ok(faces)
}

fn required<'a>(object: &'a Object, name: &str) -> Checked<&'a Value> {
    object.get(name).ok_or(PARAMETER)
}

/// A member may be absent, but if it is present it must be valid.
fn optional(object: &Object, name: &str, is_valid: impl Fn(&Value) -> bool) -> Checked<()> {
    match object.get(name) {
        Some(value) if !is_valid(value) => Err(PARAMETER),
        _ => Ok(()),
    }
}

pub(super) fn http_url(value: &Value) -> Checked<&str> {
    let url = value.as_str().ok_or(PARAMETER)?;
    let has_host = url.parse::<Uri>().is_ok_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some()
    });
    if has_host { Ok(url) } else { Err(PARAMETER) }
}

/// `[x1, y1, x2, y2]`, of which the second corner is to the right of the first and below it.
fn is_bbox(value: &Value) -> bool {
    let numbers: Option<Vec<f64>> = value
        .as_array()
        .and_then(|list| list.iter().map(Value::as_f64).collect());
    matches!(numbers.as_deref(), Some([left, top, right, bottom]) if left < right && top < bottom)
}

/// `x,y:x,y:x,y:x,y`.
fn is_landmarks(value: &Value) -> bool {
    let Some(text) = value.as_str() else {
        return false;
    };
    let is_point = |point: &str| {
        let numbers: Vec<&str> = point.split(',').collect();
        numbers.len() == 2 && numbers.iter().all(|number| number.parse::<f64>().is_ok())
    };
    text.split(':').count() == 4 && text.split(':').all(is_point)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const FACE: &str = "https://cdn.example/face.jpg";
    const LANDMARKS: &str = "1,2:3,2:2,3:2,4";

    fn code(endpoint: SubmitEndpoint, body: &Value) -> i64 {
        let read = endpoint.read(body.to_string().as_bytes());
        read.err().unwrap_or(1000)
    }

    fn changed(body: &Value, name: &str, value: Value) -> Value {
        let mut body = body.clone();
        body[name] = value;
        body
    }

    fn without(body: &Value, name: &str) -> Value {
        let mut body = body.clone();
        body.as_object_mut().unwrap().remove(name);
        body
    }

    fn plus_single() -> Value {
        json!({"source_url": FACE, "target_url": "https://cdn.example/a.jpg", "single_face_mode": true})
    }

    #[test]
    fn plus_needs_one_face_mode_or_pairs() {
        let single = plus_single();
        let pair = json!({"source_face_info": {"face_url": FACE},
            "target_face_info": {"face_url": FACE, "bbox": [1, 2, 3, 4]}});
        let pairs = |count| {
            let body = without(&single, "single_face_mode");
            changed(&body, "face_mapping", json!(vec![pair.clone(); count]))
        };
        for (body, expected) in [
            (single.clone(), 1000),
            (pairs(1), 1000),
            (pairs(8), 1000),
            (pairs(9), 1007),
            (pairs(0), 1003),
            (without(&single, "single_face_mode"), 1003),
            (without(&single, "source_url"), 1003),
            (changed(&single, "target_url", json!("a.jpg")), 1003),
            (
                changed(&single, "target_url", json!("ftp://cdn.example/a.jpg")),
                1003,
            ),
            (changed(&single, "face_enhance", json!(1)), 1003),
            (changed(&single, "model_style", json!("lossless")), 1000),
            (changed(&single, "model_style", json!("")), 1003),
            (changed(&single, "webhookUrl", json!("")), 1003),
            (changed(&single, "webhookUrl", Value::Null), 1003),
            (changed(&single, "new_field", json!(1)), 1000),
            (json!([]), 1003),
        ] {
            assert_eq!(code(SubmitEndpoint::Plus, &body), expected, "{body}");
        }
        let box_of = |bbox: Value| {
            let mut body = pairs(1);
            body["face_mapping"][0]["source_face_info"]["bbox"] = bbox;
            code(SubmitEndpoint::Plus, &body)
        };
        assert_eq!(box_of(json!([0.5, 1, 9, 9])), 1000);
        assert_eq!(box_of(json!([150, 261, 100, 661])), 1003, "a width");
        assert_eq!(box_of(json!([1, 2, 3])), 1003);
    }

    #[test]
    fn plus_recognizes_videos_by_their_extension() {
        for (target, kind) in [
            ("https://cdn.example/a.png", Kind::Image),
            ("https://cdn.example/a.MP4?token=1", VIDEO),
            ("https://cdn.example/a", Kind::Image),
        ] {
            let body = changed(&plus_single(), "target_url", json!(target));
            let read = SubmitEndpoint::Plus.read(body.to_string().as_bytes());
            assert_eq!(read.unwrap().kind, kind, "{target}");
        }
    }

    #[test]
    fn pro_needs_landmarks_for_more_than_one_face() {
        let face = |count, with_landmarks| {
            let mut face = json!({"path": FACE});
            if with_landmarks {
                face["opts"] = json!(LANDMARKS);
            }
            json!(vec![face; count])
        };
        let body = |sources: Value, targets: Value| json!({"sourceImage": sources, "targetImage": targets, "model_name": "akool_faceswap_image_hq"});
        for (sources, targets, expected) in [
            (face(1, false), face(1, false), 1000),
            (face(1, true), face(1, false), 1000),
            (face(2, true), face(2, true), 1000),
            (face(2, true), face(2, false), 1003),
            (face(1, false), face(2, true), 1003),
            (face(50, true), face(50, true), 1000),
            (face(51, true), face(51, true), 1003),
            (face(0, true), face(1, true), 1003),
        ] {
            let body = body(sources, targets);
            assert_eq!(code(SubmitEndpoint::Pro, &body), expected, "{body}");
        }
        let other = changed(
            &body(face(1, false), face(1, false)),
            "model_name",
            json!("x"),
        );
        assert_eq!(code(SubmitEndpoint::Pro, &other), 1003);
    }

    proptest! {
        /// Replaces one member of a valid request at a time.
        #[test]
        fn no_body_makes_a_submission_panic(name in "source_url|target_url|face_mapping|sourceImage|targetImage|modifyImage|webhookUrl|face_enhance",
            text in ".{0,20}", number in any::<f64>(), raw in ".{0,40}") {
            let list = json!([{"path": FACE, "opts": LANDMARKS}]);
            let valid = json!({"source_url": FACE, "target_url": FACE, "single_face_mode": true,
                "sourceImage": list, "targetImage": list, "modifyImage": FACE});
            for endpoint in [SubmitEndpoint::Plus, SubmitEndpoint::Pro, SubmitEndpoint::ImageV3, SubmitEndpoint::VideoV3] {
                for value in [json!(text), json!(number), json!([text]), json!([{"path": text}]), json!({"a": number}), Value::Null] {
                    let code = code(endpoint, &changed(&valid, &name, value));
                    prop_assert!([1000, 1003, 1007].contains(&code));
                }
                let _ = endpoint.read(raw.as_bytes());
            }
        }
    }

    #[test]
    fn v3_needs_two_lists_of_the_same_length() {
        let faces = |count| json!(vec![json!({"path": FACE, "opts": LANDMARKS}); count]);
        let image = json!({"sourceImage": faces(1), "targetImage": faces(1), "modifyImage": FACE});
        for (body, expected) in [
            (image.clone(), 1000),
            (changed(&image, "face_enhance", json!(1)), 1000),
            (changed(&image, "face_enhance", json!(true)), 1003),
            (changed(&image, "face_enhance", json!(2)), 1003),
            (changed(&image, "sourceImage", faces(2)), 1003),
            (
                changed(
                    &changed(&image, "sourceImage", faces(9)),
                    "targetImage",
                    faces(9),
                ),
                1007,
            ),
            (
                changed(
                    &image,
                    "sourceImage",
                    json!([{"path": FACE, "opts": "1,2:3,4"}]),
                ),
                1003,
            ),
            (
                changed(
                    &image,
                    "sourceImage",
                    json!([{"path": FACE, "opts": [1, 2]}]),
                ),
                1003,
            ),
            (without(&image, "modifyImage"), 1003),
        ] {
            assert_eq!(code(SubmitEndpoint::ImageV3, &body), expected, "{body}");
        }
        assert_eq!(code(SubmitEndpoint::VideoV3, &image), 1003);
        let video = changed(&without(&image, "modifyImage"), "modifyVideo", json!(FACE));
        assert_eq!(code(SubmitEndpoint::VideoV3, &video), 1000);
    }
}
