//! Each refusal, by the field that it names.

use super::*;

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
    // Two stored images are one face where URL and points are the same.
    let stored = |name: &str, points: &str| {
        let image = url(&format!("https://a.example/{name}.jpg"));
        let landmarks = Landmarks::from_detector_string(points).unwrap();
        let crop = FaceImage::stored_crop(image, landmarks, NOW);
        OriginalFace::stored(url(TEAM), crop)
    };
    let one = stored("one", "1,2:3,4:5,6:7,8");
    let twice = |other: OriginalFace| pairs(TEAM, [(one.clone(), me()), (other, me())]);
    let field = "face_mapping[1].target_face_info";
    refused(&twice(one.clone()), field, "replaced twice");
    for other in [
        stored("other", "1,2:3,4:5,6:7,8"),
        stored("one", "1,2:3,4:5,6:7,9"),
    ] {
        assert!(body(&twice(other), NOW).is_ok());
    }
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
fn a_face_without_a_usable_image_is_refused() {
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
fn invalid_options_are_refused() {
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
