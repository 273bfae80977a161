//! The request of a submit, and the job that it creates.

use super::*;

#[tokio::test(start_paused = true)]
async fn an_accepted_submit_is_a_job_with_a_valid_ticket() {
    let server = Scripted::new(|_| accepted());
    let client = client(&server);
    let job = submit(&client).await.unwrap();
    assert_eq!(
        (job.id().as_str(), job.job_id()),
        (ID, Some("20260312101500123-4821"))
    );
    assert_eq!(job.ticket().id(), job.id());
    assert_eq!(
        job.ticket().deadline(),
        Some(NOW + Duration::from_secs(4 * 60 * 60))
    );
    let seen = server.seen().remove(0);
    assert_eq!(seen.path, "/api/open/v4/faceswap/faceswapPlusByImage");
    assert_eq!(seen.headers.get("x-api-key").unwrap(), "k");
    assert!(!seen.headers.contains_key("api-version"));
    let body: Value = serde_json::from_str(&server.bodies()[0]).unwrap();
    assert_eq!(
        body,
        json!({
            "source_url": "https://b.example/me.jpg?sig=PLANTED",
            "target_url": "https://a.example/film.mp4?sig=PLANTED",
            "single_face_mode": true,
        })
    );
}

#[tokio::test(start_paused = true)]
async fn each_endpoint_has_its_own_path_and_keeps_undocumented_fields() {
    use crate::model::{Input, MediaUrl, Picture, Video};
    let faces_obj = json!({"0": {
        "region": [[0,0,1,1]], "landmarks_str": ["1,1:2,2:3,3:4,4"],
        "face_urls": ["https://cdn.example/0.jpg"], "crop_landmarks": ["1,1:2,2:3,3:4,4"],
    }});
    let url = MediaUrl::new("https://a.example/team.jpg").unwrap();
    let photo = Picture::from_answer(Input::Picture(url), NOW, &faces_obj).unwrap();
    let url = MediaUrl::new("https://a.example/film.mp4").unwrap();
    let film = Video::from_answer(url, NOW, &faces_obj).unwrap();
    let face = photo.require_one().unwrap();
    let film_face = film.frames()[0].faces().require_one().unwrap();
    let server = Scripted::new(|_| accepted());
    let client = client(&server);
    let swap = || client.swap().original(&photo).replace(&face, &face);
    let model = crate::submit::V3Model::HdOptimized;
    let _ = swap()
        .style("vintage")
        .undocumented_field("later", 1)
        .submit()
        .await
        .unwrap();
    let _ = swap()
        .pro()
        .enhance(true)
        .undocumented_field("later", 2)
        .submit()
        .await
        .unwrap();
    let _ = swap()
        .image_v3(model)
        .undocumented_field("later", 3)
        .submit()
        .await
        .unwrap();
    let video = client
        .swap()
        .original(&film)
        .replace(&film_face, &face)
        .video_v3(model);
    let _ = video.undocumented_field("later", 4).submit().await.unwrap();
    let paths: Vec<String> = server.seen().into_iter().map(|seen| seen.path).collect();
    assert_eq!(
        paths,
        [
            "/api/open/v4/faceswap/faceswapPlusByImage",
            "/api/open/v4/faceswap/faceswapByImage",
            "/api/open/v3/faceswap/highquality/specifyimage",
            "/api/open/v3/faceswap/highquality/specifyvideo",
        ]
    );
    for (n, body) in server.bodies().iter().enumerate() {
        let body: Value = serde_json::from_str(body).unwrap();
        assert_eq!(body["later"], json!(n + 1));
        assert!(!body.to_string().contains("null"), "{body}");
    }
    let last: Value = serde_json::from_str(&server.bodies()[3]).unwrap();
    assert_eq!(
        (&last["face_enhance"], &last["modifyVideo"]),
        (&json!(1), &json!("https://a.example/film.mp4"))
    );
}
