//! `swap`: sent once, with one of three outcomes.

use akool_faceswap_mock::{Answer, FakeAkool};
use serde_json::Value;

use crate::program::{Said, assert_code, assert_says, program_for, run};

fn swap(fake: &FakeAkool) -> (Said, Value) {
    let args = [
        "swap",
        "--original",
        "https://example.com/film.mp4",
        "--new",
        "https://example.com/me.jpg",
        "--json",
    ];
    let said = run(program_for(fake, &args));
    let line = serde_json::from_str(&said.stdout).unwrap();
    (said, line)
}

#[test]
fn an_accepted_swap_has_an_id() {
    let fake = FakeAkool::start().unwrap();
    let (said, line) = swap(&fake);
    assert_code(&said, 0);
    assert_eq!(line["outcome"], "accepted");
    assert_eq!(line["id"], *fake.submitted_ids()[0]);
    assert_eq!(fake.jobs_created(), 1);
}

#[test]
fn a_refused_swap_costs_nothing() {
    let fake = FakeAkool::start().unwrap();
    fake.push_answer(Answer::business(1003).always());
    let (said, line) = swap(&fake);
    assert_code(&said, 1);
    assert_eq!(line["outcome"], "refused");
    assert_eq!(fake.jobs_created(), 0);
}

#[test]
fn a_lost_answer_is_unknown_and_not_sent_again() {
    let fake = FakeAkool::start().unwrap();
    fake.push_answer(Answer::hang_up().always());
    let (said, line) = swap(&fake);
    assert_code(&said, 3);
    assert_eq!(line["outcome"], "unknown");
    assert_says(&said.stderr, "help: ");
    assert_eq!(fake.request_count(), 1);
}
