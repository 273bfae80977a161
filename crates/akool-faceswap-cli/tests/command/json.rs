//! `--json`: one object for every id, in order, always with the same keys.

use akool_faceswap_mock::{Answer, FakeAkool, FakeJob};
use serde_json::{Value, json};

use crate::program::{Said, assert_code, file, key_file, results};

const KEYS: [&str; 8] = [
    "id",
    "outcome",
    "status",
    "status_code",
    "url",
    "created_at",
    "expires_at",
    "error",
];

/// Every line, with its keys and their order checked.
fn lines(said: &Said) -> Vec<Value> {
    said.stdout
        .lines()
        .map(|line| {
            let value: Value = serde_json::from_str(line).unwrap();
            assert_eq!(value.as_object().unwrap().len(), KEYS.len(), "{line}");
            let mut from = 0;
            for key in KEYS {
                from += line[from..]
                    .find(&format!("\"{key}\":"))
                    .unwrap_or_else(|| panic!("no {key} in its place: {line}"));
            }
            value
        })
        .collect()
}

#[test]
fn found_and_missing() {
    let fake = FakeAkool::start().unwrap();
    let success = fake.add_job(
        FakeJob::image()
            .with_id("667d228400000000000a0001")
            .created_at(humantime::parse_rfc3339("2024-06-27T08:27:48.006Z").unwrap())
            .with_url("https://cdn.example/a.jpeg")
            .after_polls(0, 0),
    );
    let queued = fake.add_job(FakeJob::image());
    let said = results(&fake, &["--json", "unknown", &success, &queued]);
    assert_code(&said, 3);
    let lines = lines(&said);
    assert_eq!(
        lines[0],
        json!({"id": "unknown", "outcome": "missing", "status": null, "status_code": null,
            "url": null, "created_at": null, "expires_at": null, "error": null})
    );
    assert_eq!(
        lines[1],
        json!({"id": success, "outcome": "found", "status": "success", "status_code": 3,
            "url": "https://cdn.example/a.jpeg", "created_at": "2024-06-27T08:27:48.006Z",
            "expires_at": "2024-07-04T08:27:48.006Z", "error": null})
    );
    assert_eq!(lines[2]["status"], "in_queue");
    assert_eq!(lines[2]["url"], Value::Null);
    assert_eq!(lines.len(), 3);
}

#[test]
fn an_error_of_some_ids() {
    let fake = FakeAkool::start().unwrap();
    let ids = fake.seed_population(150);
    fake.push_answer(Answer::business(1104).for_id(&ids[149]).always());
    let path = file("json-some.txt", ids.join(","));
    let said = results(&fake, &["--json", "--ids-file", &path]);
    assert_code(&said, 3);
    let lines = lines(&said);
    let outcomes: Vec<&Value> = lines.iter().map(|line| &line["outcome"]).collect();
    assert_eq!(outcomes[..100], [&json!("found"); 100]);
    assert_eq!(outcomes[100..], [&json!("error"); 50]);
}

#[test]
fn a_failed_lookup_has_a_line_for_every_id_too() {
    let fake = FakeAkool::builder().api_key("another").start().unwrap();
    let path = key_file("json-key.txt", "PLANTED");
    let said = results(&fake, &["--json", "b2,a1", "--api-key-file", &path]);
    assert_code(&said, 1);
    let lines = lines(&said);
    assert_eq!(lines.len(), 2);
    for (line, id) in lines.iter().zip(["b2", "a1"]) {
        assert_eq!(line["id"], id);
        assert_eq!(line["outcome"], "error");
        let error = line["error"].as_object().unwrap();
        assert_eq!(error.len(), 4);
        assert_eq!(error["kind"], "api");
        assert_eq!(error["code"], 1101);
        assert_eq!(error["http_status"], 200);
        assert!(error["message"].as_str().unwrap().contains("1101"));
    }
    assert!(!said.stdout.contains("PLANTED"));
    assert_eq!(said.stderr.lines().count(), 2, "{}", said.stderr);
}
