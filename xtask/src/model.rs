//! `cargo xtask model`: plays very many random cases of waiting against what was promised.
//!
//! The same test runs with some hundred cases among all others; where it fails it prints the least
//! case that does.

use std::process::Command;

use crate::{problem::Problem, tree::Tree};

/// The test in the SDK.
const TEST: &str = "wait::tests::model";

/// Plays `cases` random cases.
///
/// # Errors
///
/// If one of them breaks a promise, or the test cannot be built.
pub fn run(tree: &Tree, cases: u32) -> Result<(), Problem> {
    let status = Command::new("cargo")
        .args(["test", "-p", "akool-faceswap", "--release", "--lib", TEST])
        .env("PROPTEST_CASES", cases.to_string())
        .current_dir(tree.root())
        .status()
        .map_err(|error| Problem::new(format!("cannot run cargo: {error}")))?;
    if status.success() {
        return Ok(());
    }
    Err(Problem::new(
        "the model of waiting does not hold; the least case that breaks it is above",
    ))
}
