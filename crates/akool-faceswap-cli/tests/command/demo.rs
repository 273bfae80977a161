//! `demo`: needs nothing, and ends with every job settled.

use std::process::Stdio;

use crate::program::{assert_code, assert_says, program, run};

#[test]
fn every_job_settles_without_key_or_network() {
    let said = run(program(&["demo"]));
    assert_code(&said, 0);
    assert_eq!(said.stderr, "");
    assert_says(&said.stdout, "\n     1  ");
    let counts = said
        .stdout
        .lines()
        .find(|line| line.starts_with("36 ids: 36 found ("))
        .unwrap();
    assert_says(counts, " success, ");
    assert_says(counts, " failed)");
    assert!(!counts.contains("queue"), "{counts}");
    assert!(!counts.contains("processing"), "{counts}");
    assert!(said.stdout.is_ascii());
}

#[test]
fn a_seed_makes_the_same_course() {
    let rounds = |seed| {
        let said = run(program(&["demo", "--jobs", "60", "--seed", seed]));
        assert_code(&said, 0);
        let rounds: Vec<String> = said
            .stdout
            .lines()
            .filter(|line| line.starts_with("    "))
            .map(str::to_owned)
            .collect();
        assert!(rounds.len() > 2, "{}", said.stdout);
        rounds
    };
    assert_eq!(rounds("3"), rounds("3"));
    assert_ne!(rounds("3"), rounds("4"));
}

#[test]
fn a_number_of_jobs_that_cannot_be_is_refused() {
    for jobs in ["0", "10001", "-1", "many"] {
        assert_code(&run(program(&["demo", "--jobs", jobs])), 2);
    }
}

#[test]
fn a_reader_that_is_gone_is_no_error() {
    let mut child = program(&["demo"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(output.stderr, b"");
}
