//! The code generated now and the checked-in copy are the same, and depend on the documents only.
#![cfg(feature = "codegen")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

const GENERATED: &str = include_str!(concat!(env!("OUT_DIR"), "/generated.rs"));
const CHECKED_IN: &str = include_str!("../src/generated.rs");

#[test]
fn the_checked_in_copy_is_what_the_generator_makes() {
    // A checkout may have other line ends.
    assert!(
        GENERATED == CHECKED_IN.replace("\r\n", "\n"),
        "src/generated.rs is stale: run `cargo xtask regen` and commit what it writes"
    );
}

#[test]
fn the_generator_runs_again_only_if_the_documents_change() {
    let output = std::path::Path::new(env!("OUT_DIR")).join("../output");
    let output = std::fs::read_to_string(output).unwrap();
    let watched: Vec<&str> = output
        .lines()
        .filter_map(|line| line.strip_prefix("cargo::rerun-if-changed="))
        .map(|path| path.rsplit(['/', '\\']).next().unwrap())
        .collect();
    assert_eq!(watched, ["openapi"]);
    assert!(!output.contains("rerun-if-env-changed"), "{output}");
}
