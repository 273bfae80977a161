//! `doctor`: its findings if all is well, and for each possible problem.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener},
    process::Stdio,
    thread,
    time::{Duration, SystemTime},
};

use akool_faceswap_mock::{Answer, CredentialKind, FakeAkool, RecordedRequest};
use serde_json::{Value, json};

use crate::program::{Said, assert_code, assert_says, file, key_file, program, program_for, run};

/// The verdicts with their checks, in order.
fn verdicts(said: &Said) -> Vec<String> {
    said.stdout
        .lines()
        .filter(|line| !line.starts_with("      help: "))
        .map(|line| line[..17].trim_end().to_owned())
        .collect()
}

/// The finding of the last check and what to do about it.
fn last(said: &Said) -> (&str, &str) {
    let lines: Vec<&str> = said.stdout.lines().collect();
    let [.., what, help] = lines[..] else {
        panic!("{said:#?}")
    };
    (what, help.strip_prefix("      help: ").unwrap())
}

const TO_THE_SERVER: [&str; 8] = [
    "ok    environment",
    "ok    API key",
    "ok    base URL",
    "ok    DNS",
    "ok    connection",
    "ok    TLS",
    "ok    server",
    "ok    clock",
];

fn doctor(fake: &FakeAkool, args: &[&str]) -> Said {
    run(program_for(fake, &[&["doctor"], args].concat()))
}

/// Accepts connections in turn, and sends `answer` to each request.
pub(crate) fn answering(answer: String) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            // A connection test sends nothing.
            if connection
                .read(&mut [0; 4096])
                .is_ok_and(|length| length > 0)
            {
                let _ = connection.write_all(answer.as_bytes());
            }
        }
    });
    address
}

fn doctor_at(url: &str) -> Said {
    let mut command = program(&["doctor", "--base-url", url]);
    command.env("AKOOL_API_KEY", "PLANTED");
    let said = run(command);
    assert!(!said.stdout.contains("PLANTED"), "{}", said.stdout);
    assert!(!said.stderr.contains("PLANTED"), "{}", said.stderr);
    said
}

#[test]
fn all_is_well() {
    let fake = FakeAkool::builder().path_prefix("/proxy").start().unwrap();
    let said = doctor(&fake, &[]);
    assert_code(&said, 0);
    assert_eq!(
        verdicts(&said),
        [&TO_THE_SERVER[..], &["ok    lookup"]].concat()
    );
    assert_says(&said.stdout, "set: AKOOL_API_KEY, AKOOL_API_HOST\n");
    assert_says(
        &said.stdout,
        &format!("{}, from AKOOL_API_HOST\n", fake.url()),
    );
    assert_eq!(said.stderr, "9 findings: 9 ok\n");
    let key = fake.api_key();
    assert!(!said.stdout.contains(&key), "{}", said.stdout);
}

#[test]
fn one_plain_request_and_one_lookup_of_an_id_in_the_right_form_are_made() {
    let fake = FakeAkool::start().unwrap();
    assert_code(&doctor(&fake, &[]), 0);
    let requests = fake.requests();
    let credentials: Vec<CredentialKind> =
        requests.iter().map(RecordedRequest::credential).collect();
    assert_eq!(credentials, [CredentialKind::None, CredentialKind::ApiKey]);
    assert_eq!(requests[0].ids(), [""; 0]);
    let [id] = requests[1].ids() else {
        panic!("{:?}", requests[1])
    };
    assert_eq!(id.len(), 24);
    assert!(id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
}

#[test]
fn a_wrong_key_is_found_at_the_end() {
    let fake = FakeAkool::start().unwrap();
    let path = key_file("doctor-wrong-key.txt", "PLANTED");
    let said = doctor(&fake, &["--api-key-file", &path]);
    assert_code(&said, 1);
    assert_eq!(
        verdicts(&said),
        [&TO_THE_SERVER[..], &["fail  lookup"]].concat()
    );
    let (what, help) = last(&said);
    assert_says(what, "1101");
    assert_says(help, &format!("check the API key in {path}"));
    assert_eq!(said.stderr, "9 findings: 8 ok, 1 failed\n");
    assert!(!said.stdout.contains("PLANTED"), "{}", said.stdout);
}

#[test]
fn without_a_key_the_connection_is_checked_and_nothing_is_looked_up() {
    let fake = FakeAkool::start().unwrap();
    for (key, what) in [
        (None, "there is no API key"),
        (Some("PLANTED PLANTED"), "not visible ASCII"),
    ] {
        let mut command = program(&["doctor", "--base-url", fake.url()]);
        if let Some(key) = key {
            command.env("AKOOL_API_KEY", key);
        }
        let said = run(command);
        assert_code(&said, 1);
        let mut expected = TO_THE_SERVER;
        expected[1] = "fail  API key";
        assert_eq!(verdicts(&said), expected);
        assert_says(&said.stdout, what);
        assert!(!said.stdout.contains("PLANTED"), "{}", said.stdout);
    }
    assert!(
        fake.requests()
            .iter()
            .all(|request| request.ids().is_empty())
    );
}

#[test]
fn a_key_file_that_others_can_read_is_a_warning() {
    let fake = FakeAkool::start().unwrap();
    let path = key_file("doctor-open-key.txt", fake.api_key());
    let said = doctor(&fake, &["--api-key-file", &path]);
    assert_code(&said, 0);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let said = doctor(&fake, &["--api-key-file", &path]);
        assert_code(&said, 0);
        assert_says(
            &said.stdout,
            "\nwarn  API key      every user of this machine",
        );
        assert_says(&said.stdout, &format!("chmod 600 {path}\n"));
        assert_eq!(said.stderr, "9 findings: 8 ok, 1 warning\n");
    }
}

#[test]
fn odd_variables_are_warnings() {
    let fake = FakeAkool::start().unwrap();
    let mut command = program_for(&fake, &["doctor"]);
    command
        .env("AKOOL_CLIENT_ID", "PLANTED")
        .env("AKOOL_TOKEN", "PLANTED");
    let said = run(command);
    assert_code(&said, 0);
    assert_says(
        &said.stdout,
        "warn  environment  this command does not know AKOOL_TOKEN",
    );
    assert_says(
        &said.stdout,
        "warn  environment  AKOOL_CLIENT_ID is set without",
    );
    assert!(!said.stdout.contains("PLANTED"), "{}", said.stdout);
}

#[test]
fn an_invalid_base_url_ends_it() {
    for url in [
        "http://openapi.akool.com",
        "https://u:PLANTED@h.example",
        "",
    ] {
        let said = doctor_at(url);
        assert_code(&said, 1);
        assert_eq!(verdicts(&said)[2..], ["fail  base URL"]);
        assert_says(last(&said).1, "correct --base-url");
    }
}

#[test]
fn a_name_that_does_not_exist() {
    // Longer than a label may be, so that no name server is queried.
    let said = doctor_at(&format!("https://{}", "a".repeat(64)));
    assert_code(&said, 1);
    assert_eq!(verdicts(&said)[3..], ["fail  DNS"]);
    assert_says(last(&said).0, "cannot be resolved");
}

#[test]
fn a_port_where_nobody_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let said = doctor_at(&format!("http://{address}"));
    assert_code(&said, 1);
    assert_eq!(verdicts(&said)[3..], ["ok    DNS", "fail  connection"]);
    assert_says(last(&said).0, &format!("no connection: {address}: "));
}

#[test]
fn a_server_that_does_not_speak_tls() {
    let address = answering("HTTP/1.1 400 Bad Request\r\n\r\n".into());
    let said = doctor_at(&format!("https://{address}"));
    assert_code(&said, 1);
    assert_eq!(
        verdicts(&said)[3..],
        ["ok    DNS", "ok    connection", "fail  TLS"]
    );
    assert_says(last(&said).0, "no secure connection to 127.0.0.1: ");
}

#[test]
fn a_server_that_hangs_up() {
    let address = answering(String::new());
    let said = doctor_at(&format!("http://{address}"));
    assert_code(&said, 1);
    assert_eq!(verdicts(&said)[4..], ["ok    connection", "fail  server"]);
}

#[test]
fn a_clock_that_is_off() {
    let body = r#"{"code":1000,"msg":"OK","data":{"result":[]}}"#;
    let length = body.len();
    let answer = |date: &str| {
        format!(
            "HTTP/1.1 200 OK\r\n{date}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        )
    };
    let now = SystemTime::now();
    let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
    let date = |time| answer(&format!("Date: {}\r\n", httpdate::fmt_http_date(time)));
    for (answer, verdict, what) in [
        (date(now + minutes(4)), "ok", "within "),
        (
            date(now + minutes(125)),
            "warn",
            "is 2 h 4 min behind the server\n",
        ),
        (
            date(now - minutes(12)),
            "warn",
            "is 12 min ahead of the server\n",
        ),
        (answer(""), "warn", "no date"),
        (answer("Date: yesterday\r\n"), "warn", "no date"),
    ] {
        let said = doctor_at(&format!("http://{}", answering(answer)));
        // Everything that depends on the time uses the server's clock.
        assert_code(&said, 0);
        assert_says(&said.stdout, &format!("\n{verdict:4}  clock  "));
        assert_says(&said.stdout, what);
        // The other checks follow.
        assert_eq!(verdicts(&said)[8..], ["ok    lookup"]);
    }
}

#[test]
fn a_rate_limit_is_not_the_fault_of_the_key() {
    let fake = FakeAkool::start().unwrap();
    fake.push_answer(Answer::normal());
    fake.push_answer(Answer::business(1005).always());
    let said = doctor(&fake, &[]);
    assert_code(&said, 0);
    assert_eq!(verdicts(&said)[8..], ["warn  lookup"]);
    assert_says(last(&said).1, "wait a minute");
    assert_eq!(fake.request_count(), 2);
}

#[test]
fn a_server_that_is_not_the_api_is_found_by_the_lookup() {
    let fake = FakeAkool::start().unwrap();
    fake.push_answer(Answer::json("<h1>Welcome</h1>").always());
    let said = doctor(&fake, &["-v"]);
    assert_code(&said, 1);
    assert_says(
        &said.stdout,
        "\nfail  lookup       the answer of 127.0.0.1 is not an envelope",
    );
    assert_says(
        &said.stdout,
        "\ncause: the answer begins: <h1>Welcome</h1>\n",
    );
}

#[test]
fn behind_a_proxy_name_and_connection_are_not_checked() {
    let proxy = answering("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n".into());
    let mut command = program(&["doctor", "--base-url", "https://api.example"]);
    command
        .env("AKOOL_API_KEY", "PLANTED")
        .env("https_proxy", format!("http://user:PLANTED@{proxy}"));
    let said = run(command);
    assert_code(&said, 1);
    assert_says(&said.stdout, "set: AKOOL_API_KEY, https_proxy\n");
    assert_eq!(verdicts(&said)[3..], ["fail  connection"]);
    assert_says(last(&said).0, "through the proxy of https_proxy: ");
    assert!(!said.stdout.contains("PLANTED"), "{}", said.stdout);
}

#[test]
fn a_proxy_that_is_ignored_or_excepted_is_not_used() {
    let fake = FakeAkool::start().unwrap();
    for (value, what) in [
        (
            "ftp://user:PLANTED@proxy.example",
            "HTTPS_PROXY is not the URL of a proxy",
        ),
        ("http:// PLANTED", "HTTPS_PROXY is not the URL of a proxy"),
        (
            "http://PLANTED:port",
            "the port in HTTPS_PROXY is not a number",
        ),
        ("socks5://PLANTED", "HTTPS_PROXY names a SOCKS proxy"),
    ] {
        let mut command = program_for(&fake, &["doctor"]);
        command.env("HTTPS_PROXY", value);
        let said = run(command);
        assert_code(&said, 0);
        assert_says(&said.stdout, &format!("warn  environment  {what}"));
        assert!(!said.stdout.contains("PLANTED"), "{}", said.stdout);
    }
    // Not through the proxy, so the name is resolved here.
    let mut command = program(&["doctor", "--base-url", "https://api.invalid"]);
    command
        .env("AKOOL_API_KEY", "PLANTED")
        .env("HTTPS_PROXY", "http://proxy.invalid:1")
        .env("NO_PROXY", "api.invalid");
    let said = run(command);
    assert_says(&said.stdout, "fail  DNS  ");
}

#[test]
fn json_has_a_line_for_every_finding() {
    let fake = FakeAkool::start().unwrap();
    let path = file("doctor-json-key.txt", "");
    let said = doctor(
        &fake,
        &["--json", "--color", "always", "--api-key-file", &path],
    );
    assert_code(&said, 1);
    let lines: Vec<Value> = said
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let checks: Vec<&str> = lines
        .iter()
        .map(|line| line["check"].as_str().unwrap())
        .collect();
    assert_eq!(
        checks,
        [
            "environment",
            "api_key",
            "base_url",
            "dns",
            "connection",
            "tls",
            "server",
            "clock"
        ]
    );
    assert_eq!(
        lines[1],
        json!({"check": "api_key", "verdict": "fail",
            "message": format!("the API key is empty ({path})"),
            "help": "copy it from AKOOL's console again: only the key, on one line"})
    );
    assert_eq!(lines[7]["verdict"], "ok");
    assert_eq!(lines[7]["help"], Value::Null);
}

#[test]
fn a_reader_that_is_gone_does_not_change_the_exit_code() {
    let fake = FakeAkool::start().unwrap();
    for (args, code) in [(&["doctor"][..], 0), (&["doctor", "--base-url", ""], 1)] {
        let mut child = program_for(&fake, args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        assert_eq!(child.wait().unwrap().code(), Some(code), "{args:?}");
    }
}
