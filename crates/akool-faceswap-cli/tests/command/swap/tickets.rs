//! `swap --tickets`: the intent is on the disk before anything is sent, and the same command never buys
//! twice.

use std::{fs, thread, time::Duration};

use akool_faceswap_mock::{Answer, FakeAkool, FakeJob};
use serde_json::Value;

use super::{NEW, ORIGINAL, swap};
use crate::program::{assert_code, assert_says, new_path, program_for, spawn, wait};

/// The submits in a tickets file, oldest line first.
fn submits(path: &str) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    lines
        .filter_map(|line: Value| line.get("submit").cloned())
        .collect()
}

#[test]
fn the_same_command_resumes_with_the_job_that_it_bought() {
    let fake = FakeAkool::start().unwrap();
    fake.set_submitted_job(FakeJob::image().after_polls(1, 0));
    let path = new_path("swap-again.jsonl");
    let (said, first) = swap(&fake, &["--tickets", &path]);
    assert_code(&said, 0);
    let outcomes: Vec<Value> = submits(&path)
        .iter()
        .map(|submit| submit["outcome"].clone())
        .collect();
    assert_eq!(outcomes, ["intended", "accepted"]);
    let text = fs::read_to_string(&path).unwrap();
    assert!(!text.contains("example.com"), "{text}");

    // Twice: once to resume the wait, and once after it has settled.
    for _ in 0..2 {
        let (said, again) = swap(&fake, &["--tickets", &path, "--wait"]);
        assert_code(&said, 0);
        assert_says(&said.stderr, "; nothing was sent\n");
        assert_eq!(again["id"], first["id"]);
        assert_eq!(again["status"], "success");
    }
    fake.assert_jobs_created(1);

    // Another swap is another purchase, and so is one that was allowed.
    let (said, _) = swap(&fake, &["--tickets", &path, "--style", "beautify"]);
    assert_code(&said, 0);
    let (said, _) = swap(&fake, &["--tickets", &path, "--allow-second-purchase"]);
    assert_code(&said, 0);
    fake.assert_jobs_created(3);
    // All of them are waited for by the file.
    let said = wait(&fake, &["--tickets", &path]);
    assert_code(&said, 0);
    assert_says(&said.stderr, "3 jobs: 3 success");
    assert_eq!(submits(&path).len(), 3);
}

#[test]
fn a_killed_run_leaves_its_intent_and_nothing_is_sent_again() {
    let fake = FakeAkool::start().unwrap();
    let path = new_path("swap-killed.jsonl");
    let args = [
        "swap",
        "--original",
        ORIGINAL,
        "--new",
        NEW,
        "--tickets",
        &path,
    ];
    fake.push_answer(Answer::silent().after_handling());
    let mut child = spawn(program_for(&fake, &args));
    while fake.jobs_created() == 0 {
        assert!(child.try_wait().unwrap().is_none());
        thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let written = submits(&path);
    assert_eq!(written.len(), 1);
    assert_eq!(written[0]["outcome"], "intended");

    let (said, line) = swap(&fake, &["--tickets", &path]);
    assert_code(&said, 3);
    assert_eq!(line["outcome"], "unknown");
    assert_eq!(line["token"], written[0]["token"]);
    assert_says(&said.stderr, "it is unknown whether it did");
    assert_says(&said.stderr, "--allow-second-purchase");
    fake.assert_jobs_created(1);
    // Every `wait` with this file reports it.
    let id = &*fake.submitted_ids()[0];
    fake.set_state(id, akool_faceswap_mock::JobState::Success)
        .unwrap();
    let said = wait(&fake, &["--tickets", &path, id]);
    assert_code(&said, 0);
    assert_says(&said.stderr, "has 1 submit that may have made a job");
    assert_eq!(submits(&path).len(), 1);
}

#[test]
fn a_refused_swap_may_be_sent_again_and_a_lost_one_may_not() {
    let fake = FakeAkool::start().unwrap();
    let path = new_path("swap-refused.jsonl");
    fake.push_answer(Answer::business(1006));
    let (said, _) = swap(&fake, &["--tickets", &path]);
    assert_code(&said, 1);
    fake.push_answer(Answer::hang_up().after_handling());
    let (said, line) = swap(&fake, &["--tickets", &path]);
    assert_code(&said, 3);
    assert_eq!(line["outcome"], "unknown");
    let (said, again) = swap(&fake, &["--tickets", &path]);
    assert_code(&said, 3);
    assert_eq!(again["token"], line["token"]);
    fake.assert_jobs_created(1);
    let outcomes = submits(&path).into_iter().map(|one| one["outcome"].clone());
    assert_eq!(outcomes.collect::<Vec<_>>(), ["refused", "unknown"]);
}
