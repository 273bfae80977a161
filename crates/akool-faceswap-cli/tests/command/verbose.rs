//! `-v` and `-vv`: causes and requests on standard error, without secrets.

use std::net::TcpListener;

use akool_faceswap_mock::{Answer, FakeAkool, FakeJob};

use crate::program::{Said, assert_code, assert_says, file, program, program_for, results, run};

const ID: &str = "667d228400000000000a0001";

fn causes(said: &Said) -> Vec<&str> {
    said.stderr
        .lines()
        .filter_map(|line| line.strip_prefix("cause: "))
        .collect()
}

#[test]
fn a_connection_that_is_refused_is_followed_to_the_last_cause() {
    let address = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let url = format!("http://{address}");
    let mut command = program(&["results", ID, "-v", "--base-url", &url]);
    command.env("AKOOL_API_KEY", "PLANTED");
    let said = run(command);
    assert_code(&said, 1);
    let lines: Vec<&str> = said.stderr.lines().collect();
    assert!(lines[0].starts_with("error: "), "{}", said.stderr);
    assert!(
        lines[lines.len() - 1].starts_with("help: "),
        "{}",
        said.stderr
    );
    let causes = causes(&said);
    assert_eq!(causes.len(), lines.len() - 2, "{}", said.stderr);
    assert!(causes.len() > 1, "{}", said.stderr);
    assert_says(&causes[causes.len() - 1].to_lowercase(), "refused");
    assert!(!said.stderr.contains("PLANTED"), "{}", said.stderr);
    assert!(!said.stderr.contains("listbyids"), "{}", said.stderr);
}

#[test]
fn an_invalid_answer_is_shown_without_what_it_echoes() {
    let fake = FakeAkool::start().unwrap();
    let key = fake.api_key();
    let page = format!("<h1>Sign in</h1> {key} https://cdn.example/PLANTED.jpg");
    fake.push_answer(Answer::json(page).always());
    let quiet = results(&fake, &[ID]);
    assert_code(&quiet, 1);
    assert!(!quiet.stderr.contains("Sign in"), "{}", quiet.stderr);
    let said = results(&fake, &[ID, "--verbose"]);
    assert_code(&said, 1);
    assert_says(&said.stderr, "cause: the answer begins: <h1>Sign in</h1>");
    assert!(!said.stderr.contains(&key), "{}", said.stderr);
    assert!(!said.stderr.contains("PLANTED"), "{}", said.stderr);
}

#[test]
fn an_error_of_some_has_its_causes_below_it() {
    let fake = FakeAkool::start().unwrap();
    let ids = fake.seed_population(150);
    fake.push_answer(Answer::json("no envelope").for_id(&ids[149]).always());
    let path = file("verbose-some.txt", ids.join(","));
    let said = results(&fake, &["-v", "--ids-file", &path]);
    assert_code(&said, 3);
    // Fifty ids, one request, one error.
    assert_eq!(
        causes(&said),
        ["the answer begins: no envelope"],
        "{}",
        said.stderr
    );
}

#[test]
fn spans_have_a_line_each_and_nothing_secret() {
    let fake = FakeAkool::start().unwrap();
    let id = fake.add_job(
        FakeJob::image()
            .after_polls(0, 0)
            .with_url("https://cdn.example/PLANTED.jpg"),
    );
    fake.push_answer(Answer::business(2001));
    let said = run(program_for(&fake, &["-vv", "results", "--json", &id]));
    assert_code(&said, 0);
    assert_eq!(said.stdout.lines().count(), 1, "{}", said.stdout);
    let attempts: Vec<&str> = said
        .stderr
        .lines()
        .filter(|line| line.contains("akool_faceswap.attempt{"))
        .collect();
    assert_eq!(attempts.len(), 2, "{}", said.stderr);
    assert_says(attempts[0], "http.request.resend_count=0");
    assert_says(attempts[1], "http.request.resend_count=1");
    assert_says(attempts[1], "http.response.status_code=200");
    assert_says(&said.stderr, "akool_faceswap.results{");
    for secret in [&*fake.api_key(), &id, "PLANTED", "listbyids", "\u{1b}"] {
        assert!(!said.stderr.contains(secret), "{secret}: {}", said.stderr);
    }

    let said = run(program_for(&fake, &["-v", "results", &id]));
    assert!(!said.stderr.contains("akool_faceswap"), "{}", said.stderr);
}

#[test]
fn a_closed_standard_error_is_not_a_panic() {
    let fake = FakeAkool::start().unwrap();
    let id = fake.add_job(FakeJob::image());
    let mut command = program_for(&fake, &["-vv", "results", &id]);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    command.stderr(writer);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8(output.stdout).unwrap().contains(&id));
}
