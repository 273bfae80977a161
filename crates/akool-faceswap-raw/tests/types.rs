//! What the generated types send, accept and show.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fmt::Debug;

use akool_faceswap_raw::types::{
    AnalyzeFramesRequest, AnalyzeFramesResponse, ApiResponse, DeleteResultsByIdsBody,
    FaceDetectionResponse, FaceFrameData, FaceImageWithOpts, FaceMappingItem,
    FaceMappingItemSourceFaceInfo, FaceMappingItemTargetFaceInfo, GetCreditResponse,
    GetTokenResponse, ImageFaceswapPlusRequest, ImageFaceswapProRequest, ImageFaceswapRequest,
    PersonInfo, SubmitFaceSwapPlusResponse, SubmitVideoFaceSwapResponse,
    UnifiedFaceDetectionRequest, VideoFaceswapRequest,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

/// Asserts that exactly this is sent: an omitted field is not sent as null.
#[track_caller]
fn sends(request: &impl Serialize, body: &Value) {
    assert_eq!(serde_json::to_value(request).unwrap(), *body);
}

fn image(path: &str) -> FaceImageWithOpts {
    FaceImageWithOpts {
        path: path.to_owned(),
        opts: None,
    }
}

#[test]
fn an_omitted_field_is_not_sent() {
    let plus = ImageFaceswapPlusRequest {
        source_url: "s".to_owned(),
        target_url: "t".to_owned(),
        face_enhance: None,
        face_mapping: vec![],
        model_style: None,
        single_face_mode: None,
        webhook_url: None,
        extra: serde_json::Map::new(),
    };
    sends(&plus, &json!({"source_url": "s", "target_url": "t"}));
    let mapped = ImageFaceswapPlusRequest {
        face_mapping: vec![FaceMappingItem {
            source_face_info: FaceMappingItemSourceFaceInfo {
                face_url: "n".to_owned(),
                bbox: vec![],
            },
            target_face_info: FaceMappingItemTargetFaceInfo {
                face_url: None,
                bbox: vec![1.0, 2.0, 3.0, 4.5],
            },
        }],
        extra: serde_json::Map::from_iter([("later".to_owned(), json!(1))]),
        ..plus
    };
    sends(
        &mapped,
        &json!({
            "source_url": "s",
            "target_url": "t",
            "face_mapping": [{
                "source_face_info": {"face_url": "n"},
                "target_face_info": {"bbox": [1.0, 2.0, 3.0, 4.5]},
            }],
            "later": 1,
        }),
    );
    sends(
        &ImageFaceswapProRequest {
            source_image: vec![image("s")],
            target_image: vec![image("t")],
            face_enhance: None,
            model_name: None,
            single_face_mode: None,
            webhook_url: None,
            extra: serde_json::Map::new(),
        },
        &json!({"sourceImage": [{"path": "s"}], "targetImage": [{"path": "t"}]}),
    );
    sends(
        &ImageFaceswapRequest {
            source_image: vec![],
            target_image: vec![],
            modify_image: "m".to_owned(),
            face_enhance: Some(1),
            webhook_url: None,
            extra: serde_json::Map::new(),
        },
        &json!({"sourceImage": [], "targetImage": [], "modifyImage": "m", "face_enhance": 1}),
    );
    sends(
        &VideoFaceswapRequest {
            source_image: vec![],
            target_image: vec![],
            modify_video: "m".to_owned(),
            face_enhance: None,
            webhook_url: Some("w".to_owned()),
            extra: serde_json::Map::new(),
        },
        &json!({"sourceImage": [], "targetImage": [], "modifyVideo": "m", "webhookUrl": "w"}),
    );
    sends(
        &UnifiedFaceDetectionRequest {
            url: None,
            img: None,
            num_frames: None,
            return_face_url: None,
            single_face: None,
        },
        &json!({}),
    );
    sends(
        &AnalyzeFramesRequest {
            frame_urls: vec!["f".to_owned()],
            timestamps: vec![],
            expand_ratio: None,
        },
        &json!({"frame_urls": ["f"]}),
    );
    sends(
        &DeleteResultsByIdsBody {
            ids: "a,b".to_owned(),
        },
        &json!({"_ids": "a,b"}),
    );
}

#[track_caller]
fn reads<T: DeserializeOwned>(answers: &[Value]) -> Vec<T> {
    answers
        .iter()
        .map(|answer| {
            serde_json::from_value(answer.clone()).unwrap_or_else(|e| panic!("{e}: {answer}"))
        })
        .collect()
}

#[test]
fn an_answer_needs_only_the_field_that_says_whether_it_succeeded() {
    reads::<SubmitFaceSwapPlusResponse>(&[
        json!({"code": 1000, "msg": "OK", "data": {"_id": "a", "job_id": "b", "url": "c"}}),
        json!({"code": 1000, "msg": "OK", "data": {"_id": null, "job_id": null}}),
        json!({"code": 1003, "msg": "parameter validate error"}),
        json!({"code": 1003, "msg": "", "data": null}),
    ]);
    reads::<SubmitVideoFaceSwapResponse>(&[json!({"code": 1000, "msg": "…", "data": {}})]);
    reads::<ApiResponse>(&[json!({"code": 1000, "msg": "OK", "data": []})]);
    let credit = reads::<GetCreditResponse>(&[
        json!({"code": 1000, "msg": "OK", "data": {"credit": 1.5}}),
        json!({"code": 1000, "msg": "OK", "data": {"credit": null}}),
    ]);
    assert_eq!(credit[0].data.as_ref().unwrap().credit, Some(1.5));
    reads::<GetTokenResponse>(&[
        json!({"code": 1000, "token": "t"}),
        json!({"code": 1101, "token": null, "msg": null}),
    ]);
    let analyzed = reads::<AnalyzeFramesResponse>(&[
        json!({"success": true, "frame_count": 1, "persons": [{"bbox": null, "index": null}]}),
        json!({"success": true, "persons": null}),
        json!({"success": false, "error": "frame_urls is required"}),
    ]);
    assert_eq!(analyzed[2].error.as_deref(), Some("frame_urls is required"));
}

#[test]
fn a_detection_reads_whatever_the_frames_lack() {
    let detected = reads::<FaceDetectionResponse>(&[
        json!({"error_code": 0, "error_msg": "SUCCESS", "faces_obj": {}}),
        json!({"error_code": 1, "error_msg": "…"}),
        json!({"error_code": 1, "error_msg": null, "faces_obj": null}),
        json!({"error_code": 0, "error_msg": "SUCCESS", "faces_obj": {
            "10": {"landmarks": [[[1, 1]], null], "landmarks_str": ["1,1", null], "region": [null],
                   "frame_time": 0.4, "face_urls": [null, "u"], "crop_region": [null, [1, 2, 3, 4]],
                   "crop_landmarks": [null]},
            "5": {"landmarks": null, "landmarks_str": null, "region": null, "removed": null,
                  "frame_time": null, "face_urls": null, "crop_region": null,
                  "crop_landmarks": null},
            "0": {},
        }}),
    ]);
    let frames = detected[3].faces_obj.as_ref().unwrap();
    assert_eq!(frames.len(), 3);
    let urls = frames["10"].face_urls.as_ref().unwrap();
    assert_eq!(urls[1].as_deref(), Some("u"));
}

/// Code that names some fields and takes the rest from `Default` still compiles when the vendor adds one.
#[test]
fn a_type_has_a_default_wherever_its_fields_have_one() {
    fn serialized<T: Default + Serialize>() -> Value {
        serde_json::to_value(T::default()).unwrap()
    }
    assert_eq!(
        serialized::<akool_faceswap_raw::types::FaceswapResultDetail>(),
        json!({})
    );
    assert_eq!(serialized::<UnifiedFaceDetectionRequest>(), json!({}));
    assert_eq!(serialized::<DeleteResultsByIdsBody>(), json!({"_ids": ""}));
    assert_eq!(serialized::<GetTokenResponse>(), json!({"code": 0}));
    assert_eq!(
        serialized::<ImageFaceswapPlusRequest>(),
        json!({"source_url": "", "target_url": ""})
    );
    assert_eq!(
        serialized::<FaceMappingItem>(),
        json!({"source_face_info": {"face_url": ""}, "target_face_info": {}})
    );
}

#[test]
fn debug_output_shows_only_numbers_and_flags() {
    fn shown<T: DeserializeOwned + Debug>(value: Value) -> String {
        let shown = format!("{:?}", serde_json::from_value::<T>(value).unwrap());
        assert!(!shown.contains("PLANTED"), "{shown}");
        assert!(!shown.contains("424242"), "{shown}");
        shown
    }
    let frame = json!({"landmarks": [[[424_242, 1]]], "landmarks_str": ["PLANTED"],
        "region": [[424_242]], "face_urls": ["PLANTED"], "crop_landmarks": ["PLANTED"],
        "frame_time": 0.25});
    assert_eq!(
        shown::<FaceFrameData>(frame),
        "FaceFrameData { frame_time: Some(0.25), .. }"
    );
    let plus = json!({"source_url": "PLANTED", "target_url": "PLANTED", "face_enhance": true,
        "webhookUrl": "PLANTED", "model_style": "PLANTED", "more": "PLANTED", "face_mapping": [
            {"source_face_info": {"face_url": "PLANTED", "bbox": [424_242.0]},
             "target_face_info": {"face_url": "PLANTED"}}]});
    assert_eq!(
        shown::<ImageFaceswapPlusRequest>(plus),
        "ImageFaceswapPlusRequest { face_enhance: Some(true), single_face_mode: None, .. }"
    );
    shown::<PersonInfo>(json!({"person_id": "PLANTED", "face_url": "PLANTED", "bbox": [424_242]}));
    shown::<UnifiedFaceDetectionRequest>(json!({"img": "PLANTED", "url": "PLANTED"}));
    shown::<FaceImageWithOpts>(json!({"path": "PLANTED", "opts": "PLANTED"}));
    shown::<DeleteResultsByIdsBody>(json!({"_ids": "PLANTED"}));
    let answer =
        json!({"code": 1000, "msg": "PLANTED", "data": {"_id": "PLANTED", "url": "PLANTED"}});
    assert_eq!(
        shown::<SubmitVideoFaceSwapResponse>(answer),
        "SubmitVideoFaceSwapResponse { code: 1000, .. }"
    );
}
