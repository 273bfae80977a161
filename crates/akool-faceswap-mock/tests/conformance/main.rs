//! Every answer of the fake without a fault conforms to the vendor's document.
//!
//! Requests are made from the document, too: a path or a parameter that is not in it fails here.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod spec;

use std::time::{Duration, SystemTime};

use akool_faceswap_mock::{
    Answer, Clock, FakeAkool, FakeJob, JobState, Malformed, Population, Scene,
};
use serde_json::{Value, json};

use crate::spec::{Operation, Spec};

fn http() -> reqwest::Client {
    // Fails if another test has installed a provider, which is just as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::new()
}

fn fake() -> FakeAkool {
    let june_2024 = SystemTime::UNIX_EPOCH + Duration::from_millis(1_719_476_868_006);
    let clock = Clock::manual(june_2024);
    FakeAkool::builder().clock(clock).start().unwrap()
}

/// Looks these jobs up as the document says, with this key.
async fn look_up(lookup: &Operation<'_>, fake: &FakeAkool, key: &str, ids: &[String]) -> Value {
    let request = lookup.request(&http(), fake, &[("_ids", &ids.join(","))]);
    let response = request.header("x-api-key", key).send().await.unwrap();
    assert_eq!(response.status(), 200);
    let content_type = response.headers()["content-type"].to_str().unwrap();
    assert!(
        content_type.starts_with("application/json"),
        "{content_type}"
    );
    response.json().await.unwrap()
}

/// Asserts that the document allows the answer, and returns its business code and its statuses.
#[track_caller]
fn conforming(lookup: &Operation<'_>, answer: &Value) -> (i64, Vec<i64>) {
    let violations = lookup.violations(answer);
    assert!(violations.is_empty(), "{violations:#?} in {answer:#}");
    let rows = answer["data"]["result"].as_array();
    let statuses = rows.into_iter().flatten();
    let statuses = statuses.map(|row| row["faceswap_status"].as_i64().unwrap());
    (answer["code"].as_i64().unwrap(), statuses.collect())
}

#[tokio::test]
async fn every_state_of_every_kind_of_job_conforms() {
    for spec in [Spec::vendored(), Spec::effective()] {
        let lookup = spec.operation("/listbyids");
        for kind in [FakeJob::image, FakeJob::video] {
            for (job, seen) in [
                (kind(), [1, 2, 3]),
                (kind().failing(), [1, 2, 4]),
                (kind().with_url("https://cdn.example/a.mp4"), [1, 2, 3]),
            ] {
                let fake = fake();
                let ids = [fake.add_job(job)];
                for status in seen {
                    let answer = look_up(&lookup, &fake, &fake.api_key(), &ids).await;
                    assert_eq!(conforming(&lookup, &answer), (1000, vec![status]));
                }
            }
        }
    }
}

#[tokio::test]
async fn a_population_of_all_ages_conforms() {
    let spec = Spec::vendored();
    let lookup = spec.operation("/listbyids");
    let fake = fake();
    let mut ids = fake.seed_population(50);
    ids.extend(fake.seed_population_of(Population::Realistic, 50));
    ids.push("667d228400000000000a0001".to_owned());
    for minutes in [0, 1, 10, 60, 12_000] {
        fake.clock().advance(Duration::from_secs(minutes * 60));
        let answer = look_up(&lookup, &fake, &fake.api_key(), &ids).await;
        let (code, statuses) = conforming(&lookup, &answer);
        assert_eq!(code, 1000);
        assert!(statuses.len() > 90 && statuses.len() < ids.len());
    }
}

#[tokio::test]
async fn missing_ids_and_refusals_conform() {
    for spec in [Spec::vendored(), Spec::effective()] {
        let lookup = spec.operation("/listbyids");
        let fake = fake();
        let key = fake.api_key();
        let unknown = ["667d228400000000000a0001".to_owned()];
        let answer = look_up(&lookup, &fake, &key, &unknown).await;
        assert_eq!(conforming(&lookup, &answer), (1000, vec![]));
        for (key, ids, code) in [
            (key.as_str(), &[][..], 1003),
            ("", &unknown, 1102),
            ("another", &unknown, 1101),
        ] {
            let answer = look_up(&lookup, &fake, key, ids).await;
            assert_eq!(conforming(&lookup, &answer), (code, vec![]));
        }
        for code in [1003, 1005, 1006, 1009, 1015, 1104, 1200, 2001, 4242] {
            fake.push_answer(Answer::business(code));
            let answer = look_up(&lookup, &fake, &key, &unknown).await;
            assert_eq!(conforming(&lookup, &answer), (code, vec![]));
        }
    }
}

/// The vendor's list of statuses is closed; the raw client's is open.
#[tokio::test]
async fn a_new_status_violates_only_the_vendors_document() {
    let fake = fake();
    let ids = [fake.add_job(FakeJob::image())];
    fake.set_state(&ids[0], JobState::Other(5)).unwrap();
    let (vendored, open) = (Spec::vendored(), Spec::effective());
    let lookup = open.operation("/listbyids");
    let answer = look_up(&lookup, &fake, &fake.api_key(), &ids).await;
    assert_eq!(conforming(&lookup, &answer), (1000, vec![5]));
    assert!(
        !vendored
            .operation("/listbyids")
            .violations(&answer)
            .is_empty()
    );
}

#[tokio::test]
async fn tokens_and_their_refusals_conform() {
    let spec = Spec::effective();
    let get_token = spec.operation("/getToken");
    let fake = fake();
    for (secret, code) in [
        (fake.api_key(), 1000),
        ("x".to_owned(), 1101),
        (String::new(), 1003),
    ] {
        let values = [("clientId", "me"), ("clientSecret", secret.as_str())];
        let request = get_token.request(&http(), &fake, &values);
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        let violations = get_token.violations(&answer);
        assert!(violations.is_empty(), "{violations:#?} in {answer:#}");
        assert_eq!(answer["code"], code);
        assert_eq!(answer["token"].is_string(), code == 1000);
    }
}

/// Submissions, detections, credit and deletion, accepted and refused.
#[tokio::test]
async fn the_answers_of_the_other_operations_conform() {
    let spec = Spec::effective();
    let fake = fake();
    let url = "https://cdn.example/a.jpg";
    let faces = json!([{"path": url, "opts": "1,2:3,4:5,6:7,8"}]);
    let v3 = |original: &str| json!({"sourceImage": faces, "targetImage": faces, original: url});
    let plus = json!({"source_url": url, "target_url": url, "single_face_mode": true});
    fake.set_scene("https://cdn.example/broken.jpg", Scene::failing("no shape"));
    let film = Scene::video([(0, 0), (5, 2)]);
    fake.set_scene("https://cdn.example/film.mp4", film);
    let deleted = fake.add_job(FakeJob::image());
    for (path, body) in [
        ("/faceswapPlusByImage", plus),
        ("/faceswapPlusByImage", json!({})),
        (
            "/faceswapByImage",
            json!({"sourceImage": faces, "targetImage": faces}),
        ),
        ("/specifyimage", v3("modifyImage")),
        ("/specifyvideo", v3("modifyVideo")),
        ("/quota/info", Value::Null),
        ("/delbyids", json!({"_ids": deleted})),
        ("/delbyids", json!({"_ids": deleted})),
        (
            "/detect_faces",
            json!({"url": url, "return_face_url": true}),
        ),
        (
            "/detect_faces",
            json!({"url": "https://cdn.example/film.mp4"}),
        ),
        (
            "/detect_faces",
            json!({"url": "https://cdn.example/broken.jpg"}),
        ),
        ("/detect_faces", json!({})),
        ("/analyze_frames", json!({"frame_urls": [url]})),
        ("/analyze_frames", json!({"frame_urls": []})),
    ] {
        let operation = spec.operation(path);
        let target = format!("{}{}", fake.url(), operation.path);
        let request = http().request(operation.method.to_uppercase().parse().unwrap(), target);
        let request = request.header("x-api-key", fake.api_key()).json(&body);
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        let violations = operation.violations(&answer);
        assert!(violations.is_empty(), "{violations:#?} in {answer:#}");
    }
    fake.assert_jobs_created(4);
}

/// When this fails, serve the new operation and test it here.
#[test]
fn every_documented_operation_is_known() {
    let spec = Spec::effective();
    let operations = spec.operations();
    let mut known: Vec<_> = operations
        .iter()
        .map(|operation| (operation.path, operation.method))
        .collect();
    // Whether a JSON object keeps its order depends on the features of other packages.
    known.sort_unstable();
    assert_eq!(
        known,
        [
            ("/api/open/v3/faceswap/highquality/specifyimage", "post"),
            ("/api/open/v3/faceswap/highquality/specifyvideo", "post"),
            ("/api/open/v3/faceswap/quota/info", "get"),
            ("/api/open/v3/faceswap/result/delbyids", "post"),
            ("/api/open/v3/faceswap/result/listbyids", "get"),
            ("/api/open/v3/getToken", "post"),
            ("/api/open/v4/faceswap/faceswapByImage", "post"),
            ("/api/open/v4/faceswap/faceswapPlusByImage", "post"),
            ("/interface/detect-api/detect_faces", "post"),
            ("/interface/detect-api/faceswap/analyze_frames", "post"),
        ]
    );
}

/// Shows that the check can fail, and that deviations deviate.
#[tokio::test]
async fn malformed_answers_violate_the_document_where_it_is_strict() {
    let spec = Spec::vendored();
    let lookup = spec.operation("/listbyids");
    let fake = fake();
    let ids = [fake.add_job(FakeJob::video())];
    let allowed = [
        Malformed::UnknownMember,
        Malformed::DataAbsent,
        Malformed::RowWithoutId,
        Malformed::StatusAbsent,
        Malformed::OtherFieldsAbsent,
        Malformed::UnknownFields,
    ];
    for malformed in Malformed::ALL {
        fake.push_answer(Answer::malformed(malformed));
        let answer = look_up(&lookup, &fake, &fake.api_key(), &ids).await;
        let is_allowed = lookup.violations(&answer).is_empty();
        assert_eq!(
            is_allowed,
            allowed.contains(&malformed),
            "{malformed}: {answer:#}"
        );
    }
}
