//! `credit` and `delete`.

use akool_faceswap_mock::{FakeAkool, FakeJob};

use crate::program::{assert_code, assert_says, program_for, run};

#[test]
fn credit_is_a_number_with_every_digit() {
    let fake = FakeAkool::start().unwrap();
    let said = run(program_for(&fake, &["credit"]));
    assert_code(&said, 0);
    let number = said.stdout.trim_end();
    assert!(number.parse::<f64>().is_ok(), "{said:#?}");
    let said = run(program_for(&fake, &["credit", "--json"]));
    assert_eq!(said.stdout, format!("{{\"credit\":\"{number}\"}}\n"));
}

#[test]
fn delete_needs_a_yes_and_then_the_results_are_gone() {
    let fake = FakeAkool::start().unwrap();
    let ids = [(), ()].map(|()| fake.add_job(FakeJob::image().after_polls(0, 0)));
    let list = ids.join(",");
    let said = run(program_for(&fake, &["delete", &list]));
    assert_code(&said, 2);
    assert_says(&said.stderr, "--yes");
    assert_eq!(fake.request_count(), 0);
    let said = run(program_for(&fake, &["delete", "--yes", &list]));
    assert_code(&said, 0);
    assert_says(&said.stderr, "2 of 2 deleted\n");
    let said = run(program_for(&fake, &["results", &list]));
    assert_code(&said, 3);
}
