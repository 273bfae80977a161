//! `swap`: sent once, with one of three outcomes, and followed to its end.

mod tickets;

use std::fs;

use akool_faceswap_mock::{Answer, FakeAkool, FakeJob, Scene};
use serde_json::Value;

use crate::program::{Said, assert_code, assert_says, file, program_for, run};

const ORIGINAL: &str = "https://example.com/film.mp4";
const NEW: &str = "https://example.com/me.jpg";

/// Runs a swap with further arguments; returns its output, and the object of `--json`.
pub(super) fn swap(fake: &FakeAkool, args: &[&str]) -> (Said, Value) {
    swap_of(fake, ORIGINAL, NEW, args)
}

fn swap_of(fake: &FakeAkool, original: &str, new: &str, args: &[&str]) -> (Said, Value) {
    let first = ["swap", "--original", original, "--new", new, "--json"];
    let said = run(program_for(fake, &[&first, args].concat()));
    assert!(said.stdout.lines().count() <= 1, "{said:#?}");
    let line = serde_json::from_str(&said.stdout).unwrap_or_default();
    (said, line)
}

#[test]
fn an_accepted_swap_has_an_id() {
    let fake = FakeAkool::start().unwrap();
    let (said, line) = swap(&fake, &[]);
    assert_code(&said, 0);
    assert_eq!(line["outcome"], "accepted");
    assert_eq!(line["id"], *fake.submitted_ids()[0]);
    assert_eq!(fake.jobs_created(), 1);
    assert_says(&said.stderr, "help: wait for it: akool-faceswap wait ");
}

#[test]
fn a_refused_swap_costs_nothing() {
    let fake = FakeAkool::start().unwrap();
    fake.push_answer(Answer::business(1003).always());
    let (said, line) = swap(&fake, &["--wait"]);
    assert_code(&said, 1);
    assert_eq!(line["outcome"], "refused");
    assert_eq!(line["id"], Value::Null);
    assert_eq!(line["error"]["kind"], "refused");
    assert_eq!(line["error"]["code"], 1003);
    assert_eq!(fake.jobs_created(), 0);
}

#[test]
fn a_lost_answer_is_unknown_and_not_sent_again() {
    let fake = FakeAkool::start().unwrap();
    fake.push_answer(Answer::hang_up().always());
    let (said, line) = swap(&fake, &["--wait"]);
    assert_code(&said, 3);
    assert_eq!(line["outcome"], "unknown");
    assert_eq!(line["error"]["kind"], "unknown");
    assert_eq!(line["token"].as_str().unwrap().len(), 32);
    assert_says(&said.stderr, "help: ");
    assert_eq!(fake.request_count(), 1);
}

#[test]
fn the_whole_life_is_one_object() {
    let fake = FakeAkool::start().unwrap();
    fake.set_submitted_job(FakeJob::image().after_polls(0, 0));
    let dir = tempfile::tempdir().unwrap();
    let (said, line) = swap(&fake, &["--download", dir.path().to_str().unwrap()]);
    assert_code(&said, 0);
    let keys = [
        "outcome",
        "token",
        "job_id",
        "id",
        "status",
        "status_code",
        "url",
        "created_at",
        "expires_at",
        "error",
        "waited_seconds",
        "file",
    ];
    let mut from = 0;
    for key in keys {
        from += said.stdout[from..].find(&format!("\"{key}\":")).unwrap();
    }
    let id = line["id"].as_str().unwrap();
    assert_eq!(line["outcome"], "accepted");
    assert_eq!(line["status"], "success");
    assert_eq!(line["error"], Value::Null);
    assert!(line["waited_seconds"].is_number(), "{line}");
    let file = dir.path().join(format!("{id}.mp4"));
    assert!(file.is_file());
    assert_eq!(line["file"], file.to_str().unwrap());
    // For people it is the line of `wait`.
    let args = ["swap", "--original", ORIGINAL, "--new", NEW, "--wait"];
    let said = run(program_for(&fake, &args));
    assert_code(&said, 0);
    assert_says(&said.stdout, "  success  ");
}

#[test]
fn a_job_that_fails_is_3_and_one_that_takes_longer_is_4() {
    let fake = FakeAkool::start().unwrap();
    fake.set_submitted_job(FakeJob::image().after_polls(0, 0).failing());
    let (said, line) = swap(&fake, &["--wait"]);
    assert_code(&said, 3);
    assert_eq!(line["outcome"], "accepted");
    assert_eq!(line["error"]["kind"], "job_failed");

    fake.set_submitted_job(FakeJob::image().after_polls(u32::MAX, 0));
    let (said, line) = swap(&fake, &["--wait", "--timeout", "1s"]);
    assert_code(&said, 4);
    assert_eq!(line["outcome"], "accepted");
    assert_eq!(line["error"]["kind"], "deadline_passed");
    assert_eq!(line["id"], *fake.submitted_ids()[1]);
}

#[test]
fn the_faces_to_replace_are_chosen() {
    let fake = FakeAkool::start().unwrap();
    // Face Swap Plus takes at most eight faces, so a refusal shows how many were chosen.
    let (team, crowd) = (
        "https://example.com/team.jpg",
        "https://example.com/crowd.jpg",
    );
    fake.set_scene(team, Scene::picture(8));
    fake.set_scene(crowd, Scene::picture(9));
    for (original, face) in [(team, "all"), (crowd, "largest"), (crowd, "8")] {
        let (said, line) = swap_of(&fake, original, NEW, &["--face", face]);
        assert_code(&said, 0);
        assert_eq!(line["outcome"], "accepted", "{face}");
    }
    let (said, _) = swap_of(&fake, crowd, NEW, &["--face", "all"]);
    assert_code(&said, 2);
    assert_says(&said.stderr, "face_mapping: ");
    fake.assert_jobs_created(3);
}

#[test]
fn a_face_that_does_not_exist_is_never_paid_for() {
    let fake = FakeAkool::start().unwrap();
    let (group, nobody) = (
        "https://example.com/team.jpg",
        "https://example.com/sea.jpg",
    );
    fake.set_scene(group, Scene::picture(3));
    fake.set_scene(nobody, Scene::picture(0));
    for (original, new, face, what) in [
        (group, NEW, "3", "there is no face 3: the original has 3"),
        (nobody, NEW, "largest", "no face in sea.jpg"),
        (nobody, NEW, "all", "no face in sea.jpg"),
        (group, group, "largest", "3 faces in team.jpg"),
    ] {
        let (said, _) = swap_of(&fake, original, new, &["--face", face]);
        assert_code(&said, 1);
        assert_says(&said.stderr, what);
        assert_says(&said.stderr, "nothing was submitted");
    }
    let (said, _) = swap(&fake, &["--face", "smallest"]);
    assert_code(&said, 2);
    fake.assert_jobs_created(0);
}

#[test]
fn a_file_can_be_the_new_face_and_not_the_original() {
    let fake = FakeAkool::start().unwrap();
    let picture = file("swap-me.png", b"\x89PNG not looked at by the fake");
    let (said, line) = swap_of(&fake, ORIGINAL, &picture, &[]);
    assert_code(&said, 0);
    assert_eq!(line["outcome"], "accepted");
    // Only the crop that the detector stored has a URL, and the fake accepts nothing else.

    for (original, what) in [
        (&*picture, "is a file, and --original needs a URL"),
        (
            "film.mp4",
            "--original needs a URL that begins with https://",
        ),
    ] {
        let (said, _) = swap_of(&fake, original, NEW, &[]);
        assert_code(&said, 2);
        assert_says(&said.stderr, what);
        assert_says(&said.stderr, "Nothing was sent");
    }
    fake.assert_jobs_created(1);
}

#[test]
fn a_picture_in_the_arguments_is_neither_sent_nor_shown() {
    let fake = FakeAkool::start().unwrap();
    let data = "DATA:image/png;base64,UExBTlRFRA==";
    for (original, new) in [(data, NEW), (ORIGINAL, data)] {
        let (said, _) = swap_of(&fake, original, new, &[]);
        assert_code(&said, 2);
        assert_says(&said.stderr, "error: a data: URL is given");
        assert!(!said.stderr.contains("UExBTlRFRA"), "{}", said.stderr);
    }
    assert_eq!(fake.request_count(), 0);
}

#[test]
fn an_option_that_the_endpoint_does_not_have_is_refused() {
    let fake = FakeAkool::start().unwrap();
    let (said, _) = swap(&fake, &["--pro", "--style", "beautify"]);
    assert_code(&said, 2);
    assert_eq!(fake.request_count(), 0);
    let (said, _) = swap(&fake, &["--style", "beautify"]);
    assert_code(&said, 0);
    fake.assert_jobs_created(1);
}

#[test]
fn an_unwritable_file_is_reported_before_the_purchase() {
    let fake = FakeAkool::start().unwrap();
    let occupied = file("swap-occupied", "");
    for args in [
        ["--download", &*occupied],
        ["--gallery", "/no/such/directory/page.html"],
        ["--tickets", "/no/such/directory/jobs.jsonl"],
    ] {
        let (said, _) = swap(&fake, &args);
        assert!(said.code == 1 || said.code == 2, "{said:#?}");
        assert_says(&said.stderr, "error: cannot ");
    }
    assert_eq!(fake.request_count(), 0);
    assert!(fs::read(occupied).unwrap().is_empty());
}
