//! Each endpoint's request, field by field as in the vendor's tables.

use super::*;

#[test]
fn plus_with_one_face_sets_single_face_mode() {
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
fn v3_falls_back_to_the_whole_picture_with_its_own_points() {
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
