//! The outcomes of `results`, and its exit codes.

use std::{
    net::TcpListener,
    time::{Duration, SystemTime},
};

use akool_faceswap_mock::{Answer, FakeAkool, FakeJob, JobState, http};

use crate::program::{
    assert_code, assert_says, file, key_file, left_after_a_line, program, program_for, results, run,
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Created in June 2024.
const OLD: &str = "667d228400000000000a0001";

fn done() -> FakeJob {
    FakeJob::image()
        .after_polls(0, 0)
        .with_url("https://cdn.example/a.jpeg")
}

#[test]
fn all_found_is_0_whatever_the_status() {
    let fake = FakeAkool::start().unwrap();
    let jobs = [
        done(),
        FakeJob::image(),
        FakeJob::video().after_polls(0, 1),
        done().failing(),
    ];
    let ids = jobs.map(|job| fake.add_job(job));
    fake.set_state(&ids[1], JobState::Other(9)).unwrap();
    let said = results(&fake, &[&ids.join(",")]);
    assert_code(&said, 0);
    let rows: Vec<&str> = said.stdout.lines().collect();
    assert_eq!(rows.len(), 5, "{}", said.stdout);
    for (row, id) in rows[1..].iter().zip(&ids) {
        assert!(row.starts_with(id.as_str()), "{row}");
    }
    assert_says(rows[1], "  success ");
    assert_says(rows[1], "  in 6 d 23 h  https://cdn.example/a.jpeg");
    assert_says(rows[2], "  unknown (9) ");
    assert_says(rows[3], "  processing ");
    assert_says(rows[4], "  failed ");
    // A URL is filled in from the start, but it is not a result.
    assert_eq!(said.stdout.matches("http").count(), 1, "{}", said.stdout);
    assert_eq!(
        said.stderr,
        "4 ids: 4 found (1 processing, 1 success, 1 failed, 1 of unknown status)\n"
    );
}

#[test]
fn an_expired_result_is_reported() {
    let fake = FakeAkool::start().unwrap();
    let id = fake.add_job(done().created_at(SystemTime::now() - 8 * DAY));
    let said = results(&fake, &[&id]);
    assert_code(&said, 0);
    assert_says(
        &said.stdout,
        "  8 d ago  expired 1 d ago  deleted after 7 days",
    );
}

#[test]
fn missing_ids_are_3_and_say_why() {
    let fake = FakeAkool::start().unwrap();
    let id = fake.add_job(done());
    let said = results(&fake, &[&id, OLD, "unknown-id"]);
    assert_code(&said, 3);
    assert_says(&said.stdout, "unknown-id                missing");
    let lines: Vec<&str> = said.stderr.lines().collect();
    assert_eq!(lines.len(), 3, "{}", said.stderr);
    assert_says(
        lines[0],
        &format!("missing: {OLD}: its result was deleted after 7 days"),
    );
    assert_says(
        lines[1],
        "missing: unknown-id: this account has no such job; check",
    );
    assert_eq!(lines[2], "3 ids: 1 found (1 success), 2 missing");
}

#[test]
fn some_failed_is_3_and_the_others_are_shown() {
    let fake = FakeAkool::start().unwrap();
    let ids: Vec<String> = (0..101).map(|_| fake.add_job(done())).collect();
    fake.push_answer(Answer::business(1104).for_id(&ids[100]).always());
    let path = file("some-failed.txt", ids.join(","));
    let said = results(&fake, &["--ids-file", &path]);
    assert_code(&said, 3);
    assert_eq!(said.stdout.matches("https://cdn.example").count(), 100);
    let lines: Vec<&str> = said.stderr.lines().collect();
    assert_eq!(lines.len(), 2, "{}", said.stderr);
    assert_says(
        lines[0],
        &format!("error: {}: AKOOL answered 1104", ids[100]),
    );
    assert_says(lines[0], "; top up credit");
    assert_eq!(lines[1], "101 ids: 100 found (100 success), 1 failed");
}

/// Errors that end a lookup at once, and their advice.
#[test]
fn nothing_fetched_is_1_with_one_line_what_and_one_line_what_to_do() {
    let html = Answer::html(http::StatusCode::FORBIDDEN);
    let elsewhere = Answer::redirect("https://login.example/PLANTED").unwrap();
    for (answer, what, help) in [
        (
            Answer::business(1101),
            "1101",
            "check the API key in AKOOL_API_KEY",
        ),
        (Answer::business(1104), "1104", "top up credit"),
        (Answer::business(1003), "1003", "`_id`"),
        (html, "HTTP 403", "check the base URL"),
        (elsewhere, "redirects to login.example", "set the base URL"),
        (
            Answer::json("no envelope"),
            "is not an envelope",
            "base URL",
        ),
    ] {
        let fake = FakeAkool::start().unwrap();
        fake.push_answer(answer.always());
        let said = results(&fake, &[OLD]);
        assert_code(&said, 1);
        assert_eq!(said.stdout, "");
        assert_eq!(said.stderr.lines().count(), 2, "{}", said.stderr);
        assert_says(&said.stderr, "error: 1 id could not be looked up: ");
        assert_says(&said.stderr, what);
        assert_says(&said.stderr, "\nhelp: ");
        assert_says(&said.stderr, help);
        assert!(!said.stderr.contains("PLANTED"), "{}", said.stderr);
    }
}

#[test]
fn a_wrong_key_is_named_by_its_place_and_never_shown() {
    let fake = FakeAkool::start().unwrap();
    let path = key_file("wrong-key.txt", "PLANTED");
    let said = results(&fake, &[OLD, "--api-key-file", &path]);
    assert_code(&said, 1);
    assert_says(&said.stderr, "1101");
    assert_says(&said.stderr, "wrong-key.txt against AKOOL's console");
    assert!(!said.stderr.contains("PLANTED"), "{}", said.stderr);
}

#[test]
fn a_refused_connection_is_1_after_some_attempts() {
    let address = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let url = format!("http://{address}");
    let mut command = program(&["results", OLD, "--base-url", &url]);
    command.env("AKOOL_API_KEY", "PLANTED");
    let said = run(command);
    assert_code(&said, 1);
    assert_says(&said.stderr, "no connection to 127.0.0.1: ");
    assert_says(&said.stderr, "after 4 attempts in ");
    assert_says(&said.stderr, "\nhelp: check the base URL, the network");
    assert!(!said.stderr.contains("PLANTED"), "{}", said.stderr);
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let fake = FakeAkool::start().unwrap();
    let ids = fake.seed_population(2_000).join(",");
    for format in [&[][..], &["--json"], &["--csv"]] {
        // More than fits a pipe is left unread.
        let command = program_for(&fake, &[&["results", &ids], format].concat());
        let (code, stderr) = left_after_a_line(command);
        assert_eq!(code, Some(0), "{stderr}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
        assert_says(&stderr, "2000 ids: 2000 found");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_reported() {
    let fake = FakeAkool::start().unwrap();
    let id = fake.add_job(done());
    let mut command = program_for(&fake, &["results", &id]);
    let full = std::fs::File::options()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let output = command.stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_says(&stderr, "error: cannot write to standard output: ");
}
