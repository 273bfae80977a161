//! Where key and base URL come from, and the errors if they are invalid.

use std::net::TcpListener;

use akool_faceswap_mock::{CredentialKind, FakeAkool, FakeJob};

use crate::program::{Said, assert_code, assert_says, key_file, program, program_for, run};

const ID: &str = "667d228400000000000a0001";

/// Asserts two lines: what happened, and what to do; and that no secret is in either.
#[track_caller]
fn assert_refused(said: &Said, what: &str, help: &str) {
    assert_code(said, 2);
    assert_eq!(said.stdout, "");
    assert_eq!(said.stderr.lines().count(), 2, "{}", said.stderr);
    assert_says(&said.stderr, &format!("error: {what}"));
    assert_says(&said.stderr, "\nhelp: ");
    assert_says(&said.stderr, help);
    assert!(!said.stderr.contains("PLANTED"), "{}", said.stderr);
}

#[test]
fn without_a_key_nothing_is_sent() {
    for key in [None, Some(""), Some(" \n")] {
        let mut command = program(&["results", ID]);
        if let Some(key) = key {
            command.env("AKOOL_API_KEY", key);
        }
        assert_refused(&run(command), "there is no API key", "--api-key-file FILE");
    }
}

#[test]
fn a_key_file_overrides_the_environment() {
    let fake = FakeAkool::start().unwrap();
    let id = fake.add_job(FakeJob::image());
    let path = key_file("key.txt", format!("{}\n", fake.api_key()));
    let mut command = program_for(&fake, &["results", &id, "--api-key-file", &path]);
    command.env("AKOOL_API_KEY", "another");
    assert_code(&run(command), 0);
    assert_eq!(fake.requests()[0].credential(), CredentialKind::ApiKey);
}

#[test]
fn an_invalid_key_file_is_named() {
    let two_lines = key_file("two-keys.txt", "PLANTED\nPLANTED\n");
    let binary = key_file("binary-key.txt", b"PLANTED\xff");
    let large = key_file("large-key.txt", "PLANTED".repeat(10_000));
    for (path, what, help) in [
        (
            "no/such/key",
            "cannot read the API key in no/such/key: ",
            "text file",
        ),
        (&two_lines, "the API key has a character", "two-keys.txt"),
        (&binary, "cannot read the API key in ", "text file"),
        (&large, "cannot read the API key in ", "text file"),
    ] {
        let said = run(program(&["results", ID, "--api-key-file", path]));
        assert_refused(&said, what, help);
    }
}

#[cfg(unix)]
#[test]
fn a_key_file_that_others_can_read_causes_a_warning_and_is_used() {
    use std::os::unix::fs::PermissionsExt as _;

    let fake = FakeAkool::start().unwrap();
    let id = fake.add_job(FakeJob::image());
    let path = key_file("open-key.txt", fake.api_key());
    for (mode, warned) in [(0o600, false), (0o640, true), (0o604, true), (0o644, true)] {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        let url = fake.url();
        let args = ["results", &id, "--api-key-file", &path, "--base-url", url];
        let said = run(program(&args));
        assert_code(&said, 0);
        let warning = said
            .stderr
            .lines()
            .find(|line| line.starts_with("warning: "));
        assert_eq!(warning.is_some(), warned, "{mode:o}: {}", said.stderr);
        if let Some(warning) = warning {
            assert_says(warning, &format!("chmod 600 {path}"));
        }
    }
}

#[test]
fn a_key_file_goes_with_the_base_url_of_the_environment() {
    let fake = FakeAkool::start().unwrap();
    let id = fake.add_job(FakeJob::image());
    let path = key_file("host-key.txt", fake.api_key());
    let mut command = program(&["results", &id, "--api-key-file", &path]);
    command.env("AKOOL_API_HOST", fake.url());
    assert_code(&run(command), 0);
}

#[test]
fn a_client_id_and_secret_replace_a_key() {
    let fake = FakeAkool::start().unwrap();
    let id = fake.add_job(FakeJob::image());
    let with = |secret: &str| {
        let mut command = program(&["results", &id, "--base-url", fake.url()]);
        command
            .env("AKOOL_CLIENT_ID", "client")
            .env("AKOOL_CLIENT_SECRET", secret);
        run(command)
    };
    assert_code(&with(&fake.api_key()), 0);
    let refused = with("PLANTED");
    assert_code(&refused, 1);
    assert_says(&refused.stderr, "AKOOL_CLIENT_ID and AKOOL_CLIENT_SECRET");
    assert!(!refused.stderr.contains("PLANTED"), "{}", refused.stderr);
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_no_text_is_named() {
    use std::os::unix::ffi::OsStringExt as _;

    let value = std::ffi::OsString::from_vec(b"PLANTED\xff".to_vec());
    for name in ["AKOOL_API_KEY", "AKOOL_API_HOST"] {
        let mut command = program(&["results", ID]);
        command.env("AKOOL_API_KEY", "k").env(name, &value);
        let what = format!("the environment variable {name} is not UTF-8");
        assert_refused(&run(command), &what, "correct the environment");
    }
}

#[test]
fn the_base_url_of_an_argument_overrides_the_environment() {
    let fake = FakeAkool::builder().path_prefix("/proxy").start().unwrap();
    let id = fake.add_job(FakeJob::image());
    let mut command = program_for(&fake, &["results", &id, "--base-url", fake.url()]);
    command.env("AKOOL_API_HOST", "https://127.0.0.1:1");
    assert_code(&run(command), 0);
    assert_eq!(fake.request_count(), 1);
}

#[test]
fn a_base_url_that_would_show_the_key_is_refused() {
    for (url, what) in [
        (
            "http://openapi.akool.com",
            "the base URL begins with http://",
        ),
        (
            "https://PLANTED:PLANTED@openapi.akool.com",
            "the base URL has a user name",
        ),
        ("", "the base URL is invalid"),
    ] {
        let mut command = program(&["results", ID, "--base-url", url]);
        command.env("AKOOL_API_KEY", "PLANTED");
        assert_refused(&run(command), what, "the base URL from --base-url");
    }
    let mut command = program(&["results", ID]);
    command
        .env("AKOOL_API_KEY", "PLANTED")
        .env("AKOOL_API_HOST", "ftp://openapi.akool.com");
    assert_refused(
        &run(command),
        "the base URL must",
        "the base URL from AKOOL_API_HOST",
    );
}

#[test]
fn a_key_given_as_an_id_is_neither_sent_nor_shown() {
    let fake = FakeAkool::start().unwrap();
    let key = "PLANTED-3f9a+/key==";
    let path = key_file("key-as-id.txt", key);
    let list = key_file("key-in-ids.txt", format!("{ID}\nAKOOL_API_KEY={key}\n"));
    let token = "eyJhbGciOiJIUzI1NiJ9.PLANTED.c2ln";
    for args in [
        &[key][..],
        &[ID, &key.to_lowercase()],
        &["--ids-file", &list],
        &[token],
        &[key, "--api-key-file", &path],
    ] {
        for command in ["results", "wait", "download", "delete"] {
            let is_file = args.contains(&"--api-key-file");
            if command == "delete" && is_file {
                continue;
            }
            let mut command = program_for(&fake, &[&[command], args].concat());
            command.env("AKOOL_API_KEY", if is_file { "another-key" } else { key });
            let said = run(command);
            assert_code(&said, 2);
            assert_says(&said.stderr, " was given as an id\nhelp: ");
            let shown = (said.stdout + &said.stderr).to_uppercase();
            assert!(!shown.contains("PLANTED"), "{shown}");
        }
    }
    assert_eq!(fake.request_count(), 0);
}

#[test]
fn a_key_is_no_argument_and_is_not_shown_when_given_as_one() {
    for args in [
        &["results", ID, "--api-key=PLANTED"][..],
        &["results", ID, "--api-key", "PLANTED"],
    ] {
        let said = run(program(args));
        assert_code(&said, 2);
        assert_says(&said.stderr, "--api-key-file");
        assert!(!said.stderr.contains("PLANTED"), "{}", said.stderr);
    }
}

#[test]
fn a_proxy_of_the_environment_sees_nothing_that_is_meant_for_this_machine() {
    let fake = FakeAkool::start().unwrap();
    let id = fake.add_job(FakeJob::image());
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    proxy.set_nonblocking(true).unwrap();
    let mut command = program_for(&fake, &["results", &id]);
    let url = format!("http://{}", proxy.local_addr().unwrap());
    for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        command.env(name, &url);
    }
    assert_code(&run(command), 0);
    assert!(proxy.accept().is_err(), "the proxy was asked");
}

/// <https://github.com/moby/moby/issues/46773>
#[test]
fn every_command_warns_about_quotes_around_a_key() {
    let fake = FakeAkool::start().unwrap();
    let mut command = program_for(&fake, &["credit"]);
    command.env("AKOOL_API_KEY", format!("'{}'", fake.api_key()));
    let said = run(command);
    assert_code(&said, 1);
    assert_says(
        &said.stderr,
        "warning: the value of AKOOL_API_KEY is in quotes, which count as part of it; remove the quotes",
    );
    assert!(!said.stderr.contains(&fake.api_key()), "{}", said.stderr);
}

#[test]
fn every_command_warns_about_a_proxy_that_is_ignored() {
    let fake = FakeAkool::start().unwrap();
    let id = fake.add_job(FakeJob::image().after_polls(0, 0));
    for args in [
        &["results", &*id][..],
        &["wait", &id],
        &["credit"],
        &["detect", "https://example.com/a.jpg"],
    ] {
        let mut command = program_for(&fake, args);
        command.env("HTTPS_PROXY", "PLANTED nonsense");
        let said = run(command);
        assert_code(&said, 0);
        assert_says(
            &said.stderr,
            "warning: HTTPS_PROXY is not the URL of a proxy and is ignored: requests are sent directly; \
             set it to http://HOST:PORT, or unset it\n",
        );
        assert!(!said.stderr.contains("PLANTED"), "{}", said.stderr);
        let mut command = program_for(&fake, args);
        command.env("HTTPS_PROXY", "http://proxy.example:3128");
        let said = run(command);
        assert_code(&said, 0);
        assert!(!said.stderr.contains("warning"), "{}", said.stderr);
    }
}
