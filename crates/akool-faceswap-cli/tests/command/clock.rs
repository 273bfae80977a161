//! A machine whose clock is days off: AKOOL's dates are compared with AKOOL's own time.

use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::{
    doctor::answering,
    program::{Said, assert_code, assert_says, program, run},
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Runs the program against a server whose clock shows `time`, with a job that it has just made.
fn at_a_server_of(time: SystemTime, args: &[&str]) -> Said {
    let created = humantime::format_rfc3339_millis(time - Duration::from_secs(60));
    let body = format!(
        r#"{{"code":1000,"msg":"OK","data":{{"result":[{{"_id":"a","faceswap_status":3,
            "url":"https://cdn.example/x.png","createdAt":"{created}"}}]}}}}"#
    );
    let url = answering(format!(
        "HTTP/1.1 200 OK\r\nDate: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        httpdate::fmt_http_date(time),
        body.len(),
    ));
    let mut command = program(args);
    command
        .env("AKOOL_API_KEY", "k")
        .env("AKOOL_API_HOST", format!("http://{url}"));
    run(command)
}

#[test]
fn a_new_result_is_shown_although_this_clock_calls_it_deleted() {
    for server in [SystemTime::now() - 8 * DAY, SystemTime::now() + 8 * DAY] {
        let said = at_a_server_of(server, &["results", "a"]);
        assert_code(&said, 0);
        assert_says(&said.stdout, "  in 6 d 23 h  https://cdn.example/x.png\n");
    }
}

#[test]
fn doctor_says_by_how_much_the_clock_is_off() {
    for (server, days) in [
        (SystemTime::now() - 8 * DAY, 8),
        (SystemTime::now() + 8 * DAY, -8),
    ] {
        let said = at_a_server_of(server, &["doctor", "--json"]);
        assert_code(&said, 0);
        let findings = said.stdout.lines().map(serde_json::from_str::<Value>);
        let clock = findings
            .map(Result::unwrap)
            .find(|finding| finding["check"] == "clock")
            .unwrap();
        assert_eq!(clock["verdict"], "warn");
        let skew = clock["skew_seconds"].as_i64().unwrap();
        assert!((skew - days * 86_400).abs() < 60, "{skew}");
    }
}
