use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::{
    Client, ErrorKind,
    clock::Clock,
    detect::MAX_PICTURE_BYTES,
    testing::scripted::{Reply, Scripted},
};

const NOW: SystemTime = UNIX_EPOCH;

fn server(body: Value) -> Scripted {
    Scripted::new(move |_| Reply::http(200, &body.to_string()))
}

fn client(server: &Scripted) -> Client {
    server.client_with(|mut builder| {
        builder.clock = Clock::standing_at(NOW);
        builder.api_key("k")
    })
}

fn faces(keys: &[&str]) -> Value {
    let frame = json!({"region": [[0,0,3,4]], "face_urls": ["https://cdn.example/PLANTED.jpg"]});
    let frames = keys.iter().map(|key| ((*key).to_owned(), frame.clone()));
    json!({"error_code": 0, "error_msg": "SUCCESS", "faces_obj": Value::Object(frames.collect())})
}

fn sent(server: &Scripted) -> Value {
    serde_json::from_str(&server.bodies()[0]).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_picture_is_sent_as_its_url_and_crops_are_requested() {
    let server = server(faces(&["0"]));
    let picture = client(&server)
        .detect("https://a.example/team.jpg?sig=1")
        .await
        .unwrap();
    assert_eq!(server.seen()[0].path, "/interface/detect-api/detect_faces");
    let expected = json!({"url": "https://a.example/team.jpg?sig=1", "return_face_url": true});
    assert_eq!(sent(&server), expected);
    assert_eq!(
        picture.url().unwrap().as_str(),
        "https://a.example/team.jpg?sig=1"
    );
    let face = picture.require_one().unwrap();
    assert_eq!((face.detected_at(), picture.detected_at()), (NOW, NOW));
    assert!(!format!("{picture:?}").contains("PLANTED"));
}

#[tokio::test(start_paused = true)]
async fn bytes_and_files_are_sent_as_base64_and_have_no_url() {
    let server = server(faces(&["0"]));
    let client = client(&server);
    let picture = client.detect_bytes([0xff, 0xd8, 0xff]).await.unwrap();
    assert_eq!(
        sent(&server),
        json!({"img": "/9j/", "return_face_url": true})
    );
    assert!(picture.url().is_none() && picture.largest().unwrap().crop().is_some());

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("me.jpg");
    std::fs::write(&path, [0xff, 0xd8, 0xff]).unwrap();
    client.detect_file(&path).await.unwrap();
    assert_eq!(server.bodies()[0], server.bodies()[1]);
    let error = client
        .detect_file(folder.path().join("you.jpg"))
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.message()),
        (ErrorKind::Io, "you.jpg could not be read")
    );
    assert_eq!(server.requests(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_picture_too_large_or_empty_is_refused_without_a_request() {
    let server = server(faces(&["0"]));
    let client = client(&server);
    assert!(
        client
            .detect_bytes(vec![0; MAX_PICTURE_BYTES])
            .await
            .is_ok()
    );
    for bytes in [vec![], vec![0; MAX_PICTURE_BYTES + 1]] {
        let error = client.detect_bytes(bytes).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.jpg");
    std::fs::File::create(&path)
        .unwrap()
        .set_len(MAX_PICTURE_BYTES as u64 * 10)
        .unwrap();
    let error = client.detect_file(&path).await.unwrap_err();
    assert!(
        error.message().starts_with("large.jpg has more than"),
        "{error}"
    );
    assert_eq!(server.requests(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_video_has_frames_whose_number_can_be_set() {
    let server = server(faces(&["10", "5"]));
    let client = client(&server);
    let video = client
        .detect_video("https://a.example/film.mp4")
        .num_frames(24)
        .await
        .unwrap();
    let expected =
        json!({"url": "https://a.example/film.mp4", "return_face_url": true, "num_frames": 24});
    assert_eq!(sent(&server), expected);
    assert_eq!(video.frames().len(), 2);
    // Detected as a picture, it is an error that says what to do.
    let error = client
        .detect("https://a.example/film.mp4")
        .await
        .unwrap_err();
    assert_eq!(error.advice(), "use detect_video for videos");
    for frames in [0, 101] {
        let video = client
            .detect_video("https://a.example/film.mp4")
            .num_frames(frames);
        assert_eq!(video.await.unwrap_err().kind(), ErrorKind::InvalidInput);
    }
    assert!(
        client
            .detect_video("film.mp4")
            .await
            .unwrap_err()
            .is_invalid_input()
    );
    assert_eq!(server.requests(), 2);
}

#[tokio::test(start_paused = true)]
async fn frames_are_analyzed_by_their_urls() {
    let server = server(json!({"success": true, "frame_count": 1, "persons": [{"index": 0}]}));
    let client = client(&server);
    let analysis = client
        .analyze(["https://a.example/1.jpg", "https://a.example/2.jpg"])
        .await;
    assert_eq!(analysis.unwrap().persons().len(), 1);
    assert_eq!(
        server.seen()[0].path,
        "/interface/detect-api/faceswap/analyze_frames"
    );
    assert_eq!(
        sent(&server),
        json!({"frame_urls": ["https://a.example/1.jpg", "https://a.example/2.jpg"], "expand_ratio": 0.5})
    );
    let nothing: [&str; 0] = [];
    assert!(client.analyze(nothing).await.unwrap().persons().is_empty());
    assert!(
        client
            .analyze(vec!["https://a.example/1.jpg"; 101])
            .await
            .unwrap_err()
            .is_invalid_input()
    );
    assert_eq!(server.requests(), 1);
    let most = client.analyze(vec!["https://a.example/1.jpg"; 100]).await;
    assert!(most.is_ok());
    let error = client
        .analyze(["https://a.example/1.jpg", "2.jpg"])
        .await
        .unwrap_err();
    assert!(error.message().starts_with("frame_urls[1]: "), "{error}");
    assert_eq!(server.requests(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_detection_waits_longer_for_its_answer_than_a_lookup() {
    let server = Scripted::new(|_| {
        let body = faces(&["0"]).to_string();
        Reply::http(200, &body).after(std::time::Duration::from_secs(100))
    });
    let short = std::time::Duration::from_secs(10);
    let client = server.client_with(|builder| {
        let patient = builder.operation_timeout(crate::Timeout::Disabled);
        patient.api_key("k").attempt_timeout(short)
    });
    assert!(client.detect("https://a.example/team.jpg").await.is_ok());
    assert_eq!(server.requests(), 1);
}

#[tokio::test(start_paused = true)]
async fn each_refusal_is_an_error_and_a_picture_without_faces_is_not() {
    for (body, kind) in [
        (
            json!({"error_code": 1, "error_msg": "'NoneType' https://PLANTED.example/PLANTED", "faces_obj": {}}),
            ErrorKind::Api,
        ),
        (
            json!({"success": false, "error": "frame_urls is required"}),
            ErrorKind::Api,
        ),
        (json!({"code": 1101, "msg": "bad"}), ErrorKind::Api),
        (json!({"faces_obj": [7]}), ErrorKind::Decode),
        (json!([]), ErrorKind::Decode),
    ] {
        let server = server(body);
        let error = client(&server)
            .detect("https://a.example/team.jpg")
            .await
            .unwrap_err();
        assert_eq!((error.kind(), server.requests()), (kind, 1), "{error}");
        assert!(!format!("{error} {error:?}").contains("PLANTED"));
    }
    let server = server(json!({"error_code": 0, "error_msg": "SUCCESS", "faces_obj": {}}));
    let picture = client(&server)
        .detect("https://a.example/team.jpg")
        .await
        .unwrap();
    let error = crate::Error::from(picture.largest().unwrap_err());
    assert_eq!(error.kind(), ErrorKind::FaceCount);
    assert_eq!(error.message(), "no face in team.jpg at a.example");
}

#[tokio::test(start_paused = true)]
async fn a_detection_is_repeated_like_a_lookup() {
    let server = Scripted::new(|seen| match seen.n {
        0 => Reply::reset(),
        1 => Reply::http(503, ""),
        2 => Reply::business(1005),
        _ => Reply::http(200, &faces(&["0"]).to_string()),
    });
    assert!(
        client(&server)
            .detect("https://a.example/team.jpg")
            .await
            .is_ok()
    );
    assert_eq!(server.requests(), 4);
}
