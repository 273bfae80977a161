//! `--csv`: a header line and a line for every id, by RFC 4180.

use akool_faceswap_mock::{FakeAkool, FakeJob};

use crate::program::{assert_code, assert_says, key_file, results};

const HEADER: &str = "id,outcome,status,status_code,url,created_at,expires_at,\
                      error_kind,error_code,error_http_status,error_message\r\n";

#[test]
fn found_and_missing_in_the_order_asked() {
    let fake = FakeAkool::start().unwrap();
    let id = fake.add_job(
        FakeJob::image()
            .with_id("667d228400000000000a0001")
            .created_at(humantime::parse_rfc3339("2024-06-27T08:27:48.006Z").unwrap())
            .with_url("https://cdn.example/a,b.jpeg")
            .after_polls(0, 0),
    );
    let said = results(&fake, &["--csv", "--color", "always", "unknown", &id]);
    assert_code(&said, 3);
    assert_eq!(
        said.stdout,
        format!(
            "{HEADER}unknown,missing,,,,,,,,,\r\n\
             {id},found,success,3,\"https://cdn.example/a,b.jpeg\",2024-06-27T08:27:48.006Z,\
             2024-07-04T08:27:48.006Z,,,,\r\n"
        )
    );
}

#[test]
fn a_cell_that_a_spreadsheet_would_run_is_text() {
    let fake = FakeAkool::start().unwrap();
    let said = results(&fake, &["--csv", "--", "=1+2", "-1+2", "@SUM"]);
    assert_code(&said, 3);
    let lines: Vec<&str> = said.stdout.lines().skip(1).collect();
    assert_eq!(lines.len(), 3, "{}", said.stdout);
    for (line, id) in lines.iter().zip(["'=1+2", "'-1+2", "'@SUM"]) {
        assert!(line.starts_with(&format!("{id},missing,")), "{line}");
    }
}

#[test]
fn a_failed_lookup_has_a_line_for_every_id_too() {
    let fake = FakeAkool::builder().api_key("another").start().unwrap();
    let path = key_file("csv-key.txt", "PLANTED");
    let said = results(&fake, &["--csv", "b2,a1", "--api-key-file", &path]);
    assert_code(&said, 1);
    let lines: Vec<&str> = said.stdout.lines().skip(1).collect();
    assert_eq!(lines.len(), 2, "{}", said.stdout);
    assert!(
        lines[0].starts_with("b2,error,,,,,,api,1101,200,"),
        "{}",
        lines[0]
    );
    assert!(!said.stdout.contains("PLANTED"));
}

#[test]
fn one_format_at_a_time() {
    let fake = FakeAkool::start().unwrap();
    let said = results(&fake, &["--csv", "--json", "a1"]);
    assert_code(&said, 2);
    assert_says(&said.stderr, "cannot be used with");
    assert_eq!(fake.request_count(), 0);
}
