//! `cargo xtask mutants` and `cargo xtask coverage`: how much the SDK's tests would notice.

use std::process::Command;

use crate::{problem::Problem, tree::Tree};

/// Breaks the SDK in one place after the other and runs its tests, by cargo-mutants.
///
/// The leak search and the salvage properties are left out: they take the longest, and what they
/// hold is held by the unit tests and the fault table, too.
///
/// `shard` is `K/N`: every N-th mutant, beginning with the K-th, counted from 0; all take hours.
///
/// # Errors
///
/// If cargo-mutants is missing, or a mutant survives; `mutants.out/missed.txt` names them.
pub fn mutants(tree: &Tree, shard: Option<&str>) -> Result<(), Problem> {
    let mut args = vec!["mutants", "-p", "akool-faceswap", "--gitignore", "true"];
    // What only the fuzzer compiles is tested by no test.
    args.extend(["--exclude-re", "fuzzing::"]);
    if let Some(shard) = shard {
        args.extend(["--sharding", "round-robin", "--shard", shard]);
    }
    args.extend(["--minimum-test-timeout", "60", "--"]);
    args.extend([
        "--lib", "--test", "download", "--test", "faults", "--test", "spans",
    ]);
    cargo(tree, &args, "cargo install cargo-mutants")
}

/// Measures which lines of the SDK its tests run, by cargo-tarpaulin.
///
/// # Errors
///
/// If cargo-tarpaulin is missing, or a test fails.
pub fn coverage(tree: &Tree) -> Result<(), Problem> {
    let args = [
        "tarpaulin",
        "-p",
        "akool-faceswap",
        "--engine",
        "ptrace",
        "--include-files",
        "crates/akool-faceswap/src/*",
        "--exclude-files",
        "*/tests.rs",
        "*/tests/*",
        "*/scripted.rs",
        "--lib",
        "--tests",
        "--skip-clean",
        "--timeout",
        "300",
        "--target-dir",
        "target/coverage",
    ];
    cargo(tree, &args, "cargo install cargo-tarpaulin")
}

fn cargo(tree: &Tree, args: &[&str], needs: &str) -> Result<(), Problem> {
    let status = Command::new("cargo")
        .args(args)
        // Line tables would double the time of a build that is made hundreds of times.
        .env(
            "CARGO_PROFILE_DEV_DEBUG",
            if args[0] == "mutants" { "0" } else { "1" },
        )
        .current_dir(tree.root())
        .status()
        .map_err(|error| Problem::new(format!("cannot run cargo: {error}")))?;
    if status.success() {
        return Ok(());
    }
    Err(Problem::new(format!(
        "cargo {} did not end well; it needs `{needs}`",
        args[0]
    )))
}
