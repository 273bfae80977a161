//! `demo`: needs nothing, and ends with every job settled and every result on the disk.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use crate::program::{assert_code, assert_says, program, run, unread};

#[test]
fn every_job_settles_without_key_or_network() {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("demo");
    if dir.exists() {
        fs::remove_dir_all(&dir).unwrap();
    }
    let begun = Instant::now();
    let page = dir.with_extension("html");
    let (to, shown) = (dir.to_str().unwrap(), page.to_str().unwrap());
    let said = run(program(&["demo", "--dir", to, "--gallery", shown]));
    assert!(begun.elapsed() < Duration::from_secs(20), "{said:#?}");
    assert_code(&said, 0);
    let files = fs::read_dir(&dir).unwrap().count();
    assert_says(
        &said.stderr,
        &format!("{files} files in {} (", dir.display()),
    );
    assert_says(&said.stderr, &format!("60 jobs: {files} success, "));
    assert_says(&said.stderr, " failed, 1 missing\n");
    // Lines in between, since there is no terminal.
    assert!(
        said.stderr.matches(" of 60 settled; ").count() > 2,
        "{said:#?}"
    );
    assert_eq!(said.stdout.matches("  success  ").count(), files);
    assert_eq!(said.stdout.matches("  missing  ").count(), 1);
    assert!(said.stdout.is_ascii());
    for part in [
        "detect   found one face",
        "submit   59 swaps were accepted\n",
        "submit   the answer to one was lost",
        "webhook  brought the id of its job: ",
        "credit   1000000.0 before, 999760.0 now: 60 jobs, none bought twice\n",
    ] {
        assert_says(&said.stdout, part);
    }
    let html = fs::read_to_string(page).unwrap();
    assert_eq!(html.matches("<article").count(), 60);
    // Each has a new face, and each image its original.
    let pictures = html.matches("src=\"data:image/png").count();
    assert!(pictures > 60 + files, "{pictures}");
    assert!(!html.contains("http:"));
}

#[test]
fn an_invalid_number_of_jobs_is_refused() {
    for jobs in ["0", "10001", "-1", "many"] {
        assert_code(&run(program(&["demo", "--jobs", jobs])), 2);
    }
}

#[test]
fn a_reader_that_is_gone_is_no_error() {
    let (code, stderr) = unread(program(&["demo"]));
    assert_eq!(code, Some(0));
    assert!(!stderr.contains("error"), "{stderr}");
}
