//! Submissions: jobs that the other endpoints know, credits, deletion, and every way to lose the
//! answer.

use std::time::Duration;

use akool_faceswap_mock::{Answer, FakeAkool, FakeJob, FaultRule, Scene, http::StatusCode};
use serde_json::{Value, json};

use crate::request::{get, http_client, look_up, status};

pub(crate) const PLUS: &str = "/api/open/v4/faceswap/faceswapPlusByImage";
const PRO: &str = "/api/open/v4/faceswap/faceswapByImage";
const IMAGE: &str = "/api/open/v3/faceswap/highquality/specifyimage";
const VIDEO: &str = "/api/open/v3/faceswap/highquality/specifyvideo";
const DELETE: &str = "/api/open/v3/faceswap/result/delbyids";
const CREDIT: &str = "/api/open/v3/faceswap/quota/info";

async fn post(fake: &FakeAkool, path: &str, body: &Value) -> reqwest::Result<reqwest::Response> {
    let url = format!("{}{path}", fake.url());
    let request = http_client().post(url).header("x-api-key", fake.api_key());
    request.json(body).send().await
}

pub(crate) async fn posted(fake: &FakeAkool, path: &str, body: &Value) -> Value {
    post(fake, path, body).await.unwrap().json().await.unwrap()
}

pub(crate) fn plus(target: &str) -> Value {
    json!({"source_url": "https://cdn.example/me.jpg", "target_url": target, "single_face_mode": true})
}

fn picture() -> Value {
    plus("https://cdn.example/a.jpg")
}

async fn credit(fake: &FakeAkool) -> f64 {
    let answer: Value = get(fake, CREDIT).await.unwrap().json().await.unwrap();
    answer["data"]["credit"].as_f64().unwrap()
}

#[tokio::test]
async fn every_submission_creates_a_job_and_costs_credits() {
    let fake = FakeAkool::start().unwrap();
    fake.set_credit(10.5);
    fake.set_price(2.5);
    let list = json!([{"path": "https://cdn.example/me.jpg", "opts": "1,2:3,4:5,6:7,8"}]);
    let v3 = |original: &str| json!({"sourceImage": list, "targetImage": list, original: "https://cdn.example/a.jpg"});
    let submissions = [
        (PLUS, picture(), 1, None),
        (
            PRO,
            json!({"sourceImage": list, "targetImage": list}),
            1,
            None,
        ),
        (IMAGE, v3("modifyImage"), 1, Some("input image.")),
        (VIDEO, v3("modifyVideo"), 0, Some("input video.")),
    ];
    for (path, body, image, sentence) in &submissions {
        let answer = posted(&fake, path, body).await;
        assert_eq!(answer["code"], 1000, "{path}");
        let data = &answer["data"];
        let id = data["_id"].as_str().unwrap();
        let row = look_up(&fake, &[id])
            .await
            .data
            .unwrap()
            .result
            .unwrap()
            .remove(0);
        assert_eq!(data["job_id"].as_str(), row.job_id.as_deref());
        assert_eq!(row.image, Some(*image));
        let message = answer["msg"].as_str().unwrap();
        if let Some(sentence) = sentence {
            assert!(message.ends_with(sentence), "{message}");
            assert_eq!(data["url"], json!(row.url.unwrap().into_string()));
        } else {
            assert_eq!(message, "OK");
            assert!(data.get("url").is_none());
        }
        assert_eq!(fake.submitted_ids().last().map(String::as_str), Some(id));
    }
    fake.assert_jobs_created(4);
    assert_eq!(credit(&fake).await.to_string(), "0.5");
    assert_eq!(fake.credits_taken().to_string(), "10");
    // Too little credit is left.
    assert_eq!(posted(&fake, PLUS, &picture()).await["code"], 1006);
    assert_eq!(posted(&fake, PLUS, &json!({})).await["code"], 1003);
    assert_eq!(fake.jobs_created(), 4);
}

#[tokio::test]
#[should_panic(expected = "submissions created 1 jobs for 4 credits, not 0")]
async fn a_second_job_fails_the_assertion() {
    let fake = FakeAkool::start().unwrap();
    posted(&fake, PLUS, &picture()).await;
    fake.assert_jobs_created(0);
}

#[tokio::test]
async fn submitted_jobs_behave_as_configured() {
    let fake = FakeAkool::start().unwrap();
    fake.set_submitted_job(
        FakeJob::image()
            .after_polls(0, 0)
            .failing_with("generate temp file error"),
    );
    let answer = posted(&fake, PLUS, &plus("https://cdn.example/a.mp4")).await;
    let id = answer["data"]["_id"].as_str().unwrap().to_owned();
    let row = look_up(&fake, &[&id])
        .await
        .data
        .unwrap()
        .result
        .unwrap()
        .remove(0);
    assert_eq!((row.faceswap_status, row.image), (Some(4), Some(0)));
    assert_eq!(row.extra["alg_msg"], "generate temp file error");
    // The job has a URL but no file: the host answers 403, as for an expired result.
    let url = row.url.unwrap().into_string();
    assert_eq!(http_client().get(url).send().await.unwrap().status(), 403);
}

/// The ways in which a submission can fail, and whether a job was created.
#[tokio::test]
async fn answers_are_lost_before_and_after_a_job_is_created() {
    let fake = FakeAkool::start().unwrap();
    let bad_gateway = || Answer::html(StatusCode::BAD_GATEWAY);
    for (fault, created) in [
        (bad_gateway(), 0),
        (bad_gateway().after_handling(), 1),
        (Answer::reset(), 0),
        (Answer::reset().after_handling(), 1),
        (Answer::hang_up().after_handling(), 1),
        (Answer::reset_before_body(), 0),
        (Answer::reset_in_request(), 0),
        (Answer::truncated(), 1),
        (Answer::reset_in_body(), 1),
        (Answer::chunk_cut(), 1),
        (Answer::accepted_without_id(), 1),
        (Answer::business(1005), 0),
        (Answer::too_many_requests(None), 0),
        (Answer::business(2001).after_handling(), 1),
    ] {
        let shown = format!("{fault:?}");
        let before = fake.jobs_created();
        fake.push_answer(fault.on_submits());
        // A lookup does not consume the fault.
        look_up(&fake, &["a"]).await;
        let id = match post(&fake, PLUS, &picture()).await {
            Ok(response) => {
                response.json::<Value>().await.unwrap_or_default()["data"]["_id"].clone()
            }
            Err(_) => Value::Null,
        };
        assert_eq!(id, Value::Null, "{shown}");
        assert_eq!(fake.jobs_created() - before, created, "{shown}");
        assert_eq!(fake.answers_left(), 0, "{shown}");
    }
    for rule in [
        "reset:handled:submits:1x",
        "502:handled:1x",
        "without-id:submits:1x",
    ] {
        fake.push_answer(rule.parse::<FaultRule>().unwrap());
        let before = fake.jobs_created();
        let _ = post(&fake, PLUS, &picture()).await;
        assert_eq!(fake.jobs_created(), before + 1, "{rule}");
    }
}

#[tokio::test]
async fn an_answer_without_the_id_keeps_the_rest() {
    let fake = FakeAkool::start().unwrap();
    fake.push_answer(Answer::accepted_without_id());
    let answer = posted(&fake, PLUS, &picture()).await;
    assert_eq!(answer["code"], 1000);
    assert!(answer["data"]["job_id"].is_string() && answer["data"].get("_id").is_none());
    fake.assert_jobs_created(1);
}

/// An accepted submission whose answer never comes.
#[tokio::test]
async fn a_submission_without_an_answer_can_create_a_job() {
    let fake = FakeAkool::start().unwrap();
    fake.push_answer(Answer::silent().after_handling().on_submits());
    let body = picture();
    let submission = post(&fake, PLUS, &body);
    let accepted = async {
        while fake.jobs_created() == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        _ = submission => panic!("answered"),
        () = accepted => {}
    }
}

#[tokio::test]
async fn results_are_deleted_once() {
    let fake = FakeAkool::start().unwrap();
    let (a, b) = (
        fake.add_job(FakeJob::image()),
        fake.add_job(FakeJob::image()),
    );
    let code = async |body: Value| posted(&fake, DELETE, &body).await["code"].clone();
    assert_eq!(code(json!({"_ids": [a]})).await, 1003);
    assert_eq!(code(json!({"_ids": format!("{a},unknown")})).await, 1000);
    assert_eq!(code(json!({"_ids": a})).await, 1008);
    assert_eq!(
        look_up(&fake, &[&a])
            .await
            .data
            .unwrap()
            .result
            .unwrap()
            .len(),
        0
    );
    assert_eq!(status(&fake, &b).await, 1);
}

#[tokio::test]
async fn detected_crops_can_be_fetched() {
    let fake = FakeAkool::builder().path_prefix("/proxy").start().unwrap();
    let url = fake.picture_url("team");
    let picture = http_client().get(&url).send().await.unwrap();
    assert_eq!(picture.status(), 200);
    assert_eq!(picture.bytes().await.unwrap(), fake.picture("team"));
    fake.set_scene(&url, Scene::picture(2));
    let request = json!({"url": url, "return_face_url": true});
    let answer = posted(&fake, "/interface/detect-api/detect_faces", &request).await;
    let crops = answer["faces_obj"]["0"]["face_urls"]
        .as_array()
        .unwrap()
        .clone();
    assert_eq!(crops.len(), 2);
    for crop in crops {
        let crop = http_client()
            .get(crop.as_str().unwrap())
            .send()
            .await
            .unwrap();
        assert_eq!(crop.headers()["content-type"], "image/png");
    }
    let request = json!({"frame_urls": [url]});
    let answer = posted(
        &fake,
        "/interface/detect-api/faceswap/analyze_frames",
        &request,
    )
    .await;
    assert_eq!(answer["persons"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn credentials_are_checked_except_for_tokens() {
    let fake = FakeAkool::start().unwrap();
    for path in [PLUS, DELETE, "/interface/detect-api/detect_faces"] {
        let request = http_client()
            .post(format!("{}{path}", fake.url()))
            .json(&picture());
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        assert_eq!(answer["code"], 1102, "{path}");
    }
    fake.assert_jobs_created(0);
    let credentials = json!({"clientId": fake.client_id(), "clientSecret": fake.client_secret()});
    let answer = posted(&fake, "/api/open/v3/getToken", &credentials).await;
    assert_eq!(answer["token"], json!(fake.bearer_token()));
}

/// A picture as base64 is larger than other requests.
#[tokio::test]
async fn a_body_of_two_megabytes_is_read() {
    let fake = FakeAkool::start().unwrap();
    let request = json!({"img": "QUJD".repeat(512 * 1024)});
    let answer = tokio::time::timeout(
        Duration::from_secs(60),
        posted(&fake, "/interface/detect-api/detect_faces", &request),
    );
    assert_eq!(answer.await.unwrap()["error_code"], 0);
}
