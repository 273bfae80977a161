//! `webhook verify`.

use std::{
    io::Write as _,
    process::{Command, Stdio},
    time::SystemTime,
};

use akool_faceswap_mock::WebhookSigner;
use serde_json::Value;

use crate::program::{Said, assert_code, assert_says, file, key_file, program, run};

const ID: &str = "PLANTED-CLIENT-ID-0001==";
const SECRET: &str = "PLANTED-CLIENT-SECRET-32-BYTES-0";
const PAYLOAD: &str = r#"{"_id":"667d2284dca9e468ba8ead23","status":3,"type":"faceswap","url":"https://cdn.example/PLANTED.jpg"}"#;

fn verify(args: &[&str]) -> Command {
    let mut command = program(&[&["webhook", "verify"], args].concat());
    command
        .env("AKOOL_CLIENT_ID", ID)
        .env("AKOOL_CLIENT_SECRET", SECRET);
    command
}

fn signer() -> WebhookSigner {
    WebhookSigner::new(ID, SECRET).unwrap()
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.unwrap().as_secs()
}

#[track_caller]
fn assert_nothing_planted(said: &Said) {
    let all = format!("{}{}", said.stdout, said.stderr);
    assert!(!all.contains("PLANTED"), "{said:#?}");
}

#[test]
fn a_delivery_that_verifies_is_0_and_its_event_is_printed() {
    let body = signer().sign_and_encrypt(PAYLOAD, now(), "4821");
    let request = format!("POST /akool HTTP/1.1\r\nHost: me.example\r\n\r\n{body}");
    for (name, content) in [("webhook-body", &body), ("webhook-request", &request)] {
        let path = file(name, content);
        let said = run(verify(&[&path]));
        assert_code(&said, 0);
        let line = "667d2284dca9e468ba8ead23  success  faceswap  signed ";
        assert!(said.stdout.starts_with(line), "{said:#?}");
        assert_says(&said.stderr, "valid: ");
        assert_nothing_planted(&said);
        let said = run(verify(&[&path, "--json"]));
        assert_code(&said, 0);
        let line: Value = serde_json::from_str(&said.stdout).unwrap();
        assert_eq!(line["outcome"], "valid");
        assert_eq!(line["id"], "667d2284dca9e468ba8ead23");
        assert_eq!(line["status_code"], 3);
        assert_eq!(line["type"], "faceswap");
        assert_eq!(line["dedup_key"], "667d2284dca9e468ba8ead23:3");
        assert_eq!(line["error"], Value::Null);
        assert_nothing_planted(&said);
    }
}

#[test]
fn it_is_read_from_standard_input_too() {
    let mut child = verify(&["-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let body = signer().sign_and_encrypt(PAYLOAD, now(), 7);
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(body.as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    assert!(
        output
            .stdout
            .starts_with(b"667d2284dca9e468ba8ead23  success")
    );
}

#[test]
fn a_refused_delivery_is_3_and_says_why() {
    let signed = |payload: &str, at| signer().sign_and_encrypt(payload, at, "1");
    let other = WebhookSigner::new(ID, "ANOTHER-CLIENT-SECRET-32-BYTES-0").unwrap();
    for (name, body, kind) in [
        ("malformed", "PLANTED".to_owned(), "malformed"),
        ("empty", String::new(), "malformed"),
        (
            "changed",
            signed(PAYLOAD, now()).replace("\"nonce\":\"1\"", "\"nonce\":\"2\""),
            "invalid_signature",
        ),
        (
            "old",
            signed(PAYLOAD, now() - 90_000),
            "outside_replay_window",
        ),
        (
            "other",
            other.sign_and_encrypt(PAYLOAD, now(), "1"),
            "undecryptable",
        ),
        ("no-id", signed("{\"PLANTED\":1}", now()), "invalid_payload"),
        ("large", "x".repeat(70_000), "too_large"),
    ] {
        let path = file(&format!("webhook-{name}"), body);
        let said = run(verify(&[&path, "--json"]));
        assert_code(&said, 3);
        let line: Value = serde_json::from_str(&said.stdout).unwrap();
        assert_eq!(line["outcome"], "refused");
        assert_eq!(line["error"]["kind"], kind, "{name}");
        assert_eq!(line["id"], Value::Null);
        assert_says(&said.stderr, "refused: ");
        assert_says(&said.stderr, "\nhelp: ");
        assert_nothing_planted(&said);
    }
}

#[test]
fn an_old_sample_verifies_on_request() {
    let path = file(
        "webhook-sample",
        signer().sign_and_encrypt(PAYLOAD, 1_719_476_900, "1"),
    );
    assert_code(&run(verify(&[&path])), 3);
    assert_code(&run(verify(&[&path, "--any-age"])), 0);
    assert_code(&run(verify(&[&path, "--window", "100000d"])), 0);
    assert_code(&run(verify(&[&path, "--any-age", "--window", "1h"])), 2);
}

#[test]
fn credentials_come_from_files_or_the_environment_and_are_never_shown() {
    let path = file(
        "webhook-credentials",
        signer().sign_and_encrypt(PAYLOAD, now(), "1"),
    );
    let id = key_file("webhook-id.txt", format!("{ID}\n"));
    let secret = key_file("webhook-secret.txt", format!("{SECRET}\n"));
    let files = ["--client-id-file", &id, "--client-secret-file", &secret];
    let all = |args: &[&str]| program(&[&["webhook", "verify", &path], args].concat());
    assert_code(&run(all(&files)), 0);
    // The client secret is the API key.
    let mut command = all(&files[..2]);
    command.env("AKOOL_API_KEY", SECRET);
    assert_code(&run(command), 0);

    for (command, what) in [
        (
            all(&[]),
            "there is no client id: AKOOL_CLIENT_ID is not set",
        ),
        (all(&files[..2]), "there is no client secret: "),
        (
            all(&["--client-id-file", "/no/such/file"]),
            "cannot read the client id",
        ),
    ] {
        let said = run(command);
        assert_code(&said, 2);
        assert_says(&said.stderr, what);
        assert_nothing_planted(&said);
    }
    let short = key_file("webhook-short.txt", "PLANTED");
    let said = run(all(&[
        "--client-id-file",
        &id,
        "--client-secret-file",
        &short,
    ]));
    assert_code(&said, 2);
    assert_says(
        &said.stderr,
        "the client secret has 7 bytes; webhooks need 16, 24 or 32",
    );
    assert_nothing_planted(&said);
    let said = run(verify(&["/no/such/file"]));
    assert_code(&said, 1);
}
