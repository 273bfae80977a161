//! `wait`: every way in which it ends, and its output.

mod download;
mod tickets;

use std::net::TcpListener;

use akool_faceswap_mock::{Answer, FakeAkool, FakeJob, RecordedRequest};
use serde_json::Value;

use crate::program::{
    Said, assert_code, assert_says, key_file, left_after_a_line, program, program_for, run, wait,
};

const URL: &str = "https://cdn.example/a.jpeg";

pub(super) fn done() -> FakeJob {
    FakeJob::image().after_polls(0, 0).with_url(URL)
}

/// Queued for ever.
pub(super) fn endless() -> FakeJob {
    FakeJob::video().after_polls(u32::MAX, 0)
}

pub(super) fn json_lines(said: &Said) -> Vec<Value> {
    said.stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn all_succeeded_is_0() {
    let fake = FakeAkool::start().unwrap();
    let ids = [fake.add_job(done()), fake.add_job(done())];
    let said = wait(&fake, &[&ids.join(",")]);
    assert_code(&said, 0);
    let lines: Vec<&str> = said.stdout.lines().collect();
    assert_eq!(lines.len(), 2, "{said:#?}");
    for id in &ids {
        let line = lines
            .iter()
            .find(|line| line.starts_with(id.as_str()))
            .unwrap();
        assert_says(line, "  success  ");
        assert!(line.ends_with(&format!("  {URL}")), "{line}");
    }
    assert_says(&said.stderr, "waiting for 2 jobs, 4h at most\n");
    assert!(said.stderr.ends_with("2 jobs: 2 success\n"), "{said:#?}");
    assert!(!said.stderr.contains("cdn.example"), "{said:#?}");
}

#[test]
fn a_job_that_settles_later_is_waited_for() {
    let fake = FakeAkool::start().unwrap();
    let id = fake.add_job(FakeJob::image().after_polls(1, 0).with_url(URL));
    let said = wait(&fake, &["--json", &id]);
    assert_code(&said, 0);
    let line = &json_lines(&said)[0];
    assert!(line["waited_seconds"].as_f64().unwrap() > 1.0, "{line}");
    assert_says(&said.stderr, "0 of 1 settled; 1 in queue; oldest ");
}

#[test]
fn nothing_known_is_1_for_a_wrong_key() {
    let fake = FakeAkool::start().unwrap();
    let ids = [fake.add_job(done()), fake.add_job(done())].join(",");
    let key = key_file("wait-wrong-key.txt", "PLANTED");
    for format in [&[][..], &["--json"]] {
        let said = wait(&fake, &[&[&*ids, "--api-key-file", &key], format].concat());
        assert_code(&said, 1);
        assert_says(&said.stderr, "error: 2 jobs could not be looked up: ");
        assert_says(&said.stderr, "1101");
        assert_says(&said.stderr, "\nhelp: check the API key in ");
        assert!(!said.stderr.contains("PLANTED"), "{said:#?}");
        if format.is_empty() {
            assert_eq!(said.stdout, "");
        } else {
            for line in json_lines(&said) {
                assert_eq!(line["outcome"], "error");
                assert_eq!(line["error"]["kind"], "fault");
                assert_eq!(line["error"]["code"], 1101);
            }
        }
    }
}

#[test]
fn nothing_known_is_1_without_a_connection_until_the_end() {
    let address = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let url = format!("http://{address}");
    let mut command = program(&["wait", "a1", "--timeout", "1s", "--base-url", &url]);
    command.env("AKOOL_API_KEY", "PLANTED");
    let said = run(command);
    assert_code(&said, 1);
    assert_says(
        &said.stderr,
        "1 job could not be looked up: no connection to 127.0.0.1",
    );
    assert_says(&said.stderr, "\nhelp: ");
    assert!(!said.stderr.contains("PLANTED"), "{said:#?}");
}

#[test]
fn usage_is_2_before_any_request() {
    let fake = FakeAkool::start().unwrap();
    for (args, what) in [
        (&[][..], "required"),
        (&["20240627082748003-5746"], "is a job_id"),
        (&["a1", "--timeout", "soon"], "--timeout"),
        (&["a1", "--ids-file", "/no/such/file"], "cannot read ids"),
        (
            &["a1", "--api-key-file", "/no/such/file"],
            "cannot read the API key",
        ),
    ] {
        let said = wait(&fake, args);
        assert_code(&said, 2);
        assert_says(&said.stderr, what);
        assert_eq!(said.stdout, "");
    }
    assert_eq!(fake.request_count(), 0);
}

#[test]
fn some_failed_is_3_and_says_why() {
    let fake = FakeAkool::start().unwrap();
    let ids = [fake.add_job(done()), fake.add_job(done().failing())];
    let said = wait(&fake, &[&ids.join(",")]);
    assert_code(&said, 3);
    let failed = said.stdout.lines().find(|line| line.starts_with(&ids[1]));
    assert_says(failed.unwrap(), "  failed  ");
    // It has a URL from the start, but no file exists there.
    assert_eq!(said.stdout.matches("http").count(), 1, "{said:#?}");
    assert!(
        said.stderr.ends_with("2 jobs: 1 success, 1 failed\n"),
        "{said:#?}"
    );

    let said = wait(&fake, &["--json", &ids[1]]);
    assert_code(&said, 3);
    let line = &json_lines(&said)[0];
    assert_eq!(line["outcome"], "found");
    assert_eq!(line["status"], "failed");
    assert_eq!(line["url"], Value::Null);
    assert_eq!(line["error"]["kind"], "job_failed");
    assert!(!line["error"]["message"].as_str().unwrap().is_empty());
}

#[test]
fn an_error_that_ends_some_waits_is_3() {
    let fake = FakeAkool::start().unwrap();
    let ids: Vec<String> = (0..101).map(|_| fake.add_job(done())).collect();
    fake.push_answer(Answer::business(1104).for_id(&ids[100]).always());
    let said = wait(&fake, &["--json", &ids.join(",")]);
    assert_code(&said, 3);
    assert_says(&said.stderr, "error: ");
    assert_says(&said.stderr, "; top up credit");
    let lines = json_lines(&said);
    assert_eq!(lines.len(), 101);
    let is_fault = |line: &&Value| line["error"]["kind"] == "fault";
    assert!(lines.iter().filter(is_fault).count() >= 1);
}

#[test]
fn a_passed_deadline_is_4_even_where_others_failed() {
    let fake = FakeAkool::start().unwrap();
    let ids = [done(), done().failing(), endless()].map(|job| fake.add_job(job));
    let said = wait(&fake, &[&ids.join(","), "--timeout", "1s"]);
    assert_code(&said, 4);
    let late = said.stdout.lines().find(|line| line.starts_with(&ids[2]));
    assert_says(late.unwrap(), "  late  ");
    assert_says(late.unwrap(), "last seen in queue");
    assert_says(
        &said.stderr,
        "3 jobs: 1 success, 1 failed, 1 not settled in time\n",
    );
    let help = format!("help: resume with: akool-faceswap wait {}\n", ids[2]);
    assert!(said.stderr.ends_with(&help), "{said:#?}");

    let said = wait(&fake, &["--json", &ids[2], "--timeout", "1s"]);
    assert_code(&said, 4);
    let line = &json_lines(&said)[0];
    assert_eq!(line["outcome"], "error");
    assert_eq!(line["error"]["kind"], "deadline_passed");
}

#[test]
fn every_line_has_the_keys_of_results_and_two_more() {
    let fake = FakeAkool::start().unwrap();
    let ids = [done(), done().failing(), endless()].map(|job| fake.add_job(job));
    let said = wait(&fake, &["--json", &ids.join(","), "--timeout", "1s"]);
    let keys = [
        "id",
        "outcome",
        "status",
        "status_code",
        "url",
        "created_at",
        "expires_at",
        "error",
        "waited_seconds",
        "file",
    ];
    assert_eq!(json_lines(&said).len(), 3);
    for (line, value) in said.stdout.lines().zip(json_lines(&said)) {
        assert_eq!(value.as_object().unwrap().len(), keys.len(), "{line}");
        let mut from = 0;
        for key in keys {
            from += line[from..].find(&format!("\"{key}\":")).unwrap();
        }
        assert_eq!(value["error"].is_null(), !value["url"].is_null(), "{line}");
    }
}

#[test]
fn csv_has_a_header_and_a_line_for_each_job() {
    let fake = FakeAkool::start().unwrap();
    let id = fake.add_job(done());
    let said = wait(&fake, &["--csv", &id, "--color", "always"]);
    assert_code(&said, 0);
    let rows: Vec<&str> = said.stdout.split("\r\n").collect();
    let header = "id,outcome,status,status_code,url,created_at,expires_at,error_kind,error_code,\
                  error_http_status,error_message,waited_seconds,file";
    assert_eq!(rows[0], header);
    assert!(rows[1].starts_with(&format!("{id},found,success,3,{URL},")));
    let cells: Vec<&str> = rows[1].split(',').collect();
    assert!(cells[11].parse::<f64>().unwrap() >= 0.0, "{}", rows[1]);
    assert_eq!((cells[12], rows[2..].concat()), ("", String::new()));
}

#[test]
fn one_format_at_a_time() {
    let fake = FakeAkool::start().unwrap();
    for formats in [
        &["--json", "--csv"][..],
        &["-o", "json", "--json"],
        &["--output", "yaml"],
    ] {
        assert_code(&wait(&fake, &[&["a1"], formats].concat()), 2);
    }
    assert_eq!(fake.request_count(), 0);
    let id = fake.add_job(done());
    let said = wait(&fake, &["-o", "json", &id]);
    assert_eq!(json_lines(&said).len(), 1);
}

#[test]
fn the_interval_and_the_size_of_requests_are_as_given() {
    let fake = FakeAkool::start().unwrap();
    let ids: Vec<String> = (0..7)
        .map(|_| fake.add_job(FakeJob::image().after_polls(3, 0).with_url(URL)))
        .collect();
    let args = ["--interval", "100ms", "--ids-per-request", "3"];
    let said = wait(&fake, &[&args[..], &[&ids.join(",")]].concat());
    assert_code(&said, 0);
    fake.assert_max_ids_per_request(3);
    // Four lookups of each job; at the default interval they take six seconds.
    let received = fake.requests();
    let times = received.iter().map(RecordedRequest::received_at);
    let took = times.clone().max().unwrap() - times.min().unwrap();
    assert!(took < std::time::Duration::from_secs(4), "{took:?}");
}

#[test]
fn a_missing_job_is_waited_for_as_long_as_given() {
    let fake = FakeAkool::start().unwrap();
    let said = wait(&fake, &["--json", "--missing-grace", "0s", "unknown"]);
    assert_code(&said, 3);
    assert_eq!(json_lines(&said)[0]["outcome"], "missing");
    assert_eq!(fake.request_count(), 1);
}

#[test]
fn quiet_prints_only_errors() {
    let fake = FakeAkool::start().unwrap();
    let ids = [done(), done().failing()].map(|job| fake.add_job(job));
    let said = wait(&fake, &["-q", &ids.join(",")]);
    assert_code(&said, 3);
    assert_eq!(said.stderr, "");
    assert_eq!(said.stdout.lines().count(), 2);
    assert_code(&wait(&fake, &["-q", "-v", "a1"]), 2);
    fake.push_answer(Answer::business(1104).always());
    let said = wait(&fake, &["--quiet", "--timeout", "1s", &ids[0]]);
    assert_code(&said, 1);
    assert!(said.stderr.starts_with("error: "), "{said:#?}");
}

#[test]
fn a_reader_that_goes_away_loses_no_ticket() {
    let fake = FakeAkool::start().unwrap();
    let ids: Vec<String> = (0..500).map(|_| fake.add_job(done())).collect();
    let list = crate::program::file("wait-pipe-tickets.txt", ids.join("\n"));
    let path = crate::program::new_path("wait-pipe-tickets.jsonl");
    let args = ["wait", "--json", "--tickets", &path, "--ids-file", &list];
    let (code, stderr) = left_after_a_line(program_for(&fake, &args));
    assert_eq!(code, Some(1), "{stderr}");
    let tickets = std::fs::read_to_string(&path).unwrap();
    for id in &ids {
        assert!(tickets.contains(&**id), "{id} is lost");
    }
}

#[test]
fn a_reader_that_goes_away_ends_the_wait_without_an_error() {
    let fake = FakeAkool::start().unwrap();
    let mut ids: Vec<String> = (0..2_000).map(|_| fake.add_job(done())).collect();
    ids.push(fake.add_job(endless()));
    let list = crate::program::file("wait-pipe.txt", ids.join("\n"));
    for format in [&[][..], &["--json"]] {
        let command = program_for(&fake, &[&["wait", "--ids-file", &list], format].concat());
        let (code, stderr) = left_after_a_line(command);
        // Jobs are left, so it is not a success.
        assert_eq!(code, Some(1), "{stderr}");
        assert!(!stderr.contains("error"), "{stderr}");
        assert_says(&stderr, "the reader of standard output has gone; ");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_reported() {
    let fake = FakeAkool::start().unwrap();
    let id = fake.add_job(done());
    let full = std::fs::File::options()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let output = program_for(&fake, &["wait", &id])
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_says(&stderr, "error: cannot write to standard output: ");
}

#[test]
fn errors_are_reported_and_waited_out() {
    let fake = FakeAkool::start().unwrap();
    let id = fake.add_job(endless());
    fake.push_answer(Answer::business(1005).always());
    let said = wait(&fake, &[&id, "--timeout", "1500ms"]);
    assert_code(&said, 1);
    assert_says(&said.stderr, "1005");
}
