//! The measured programs, built and run from outside, so that this command works even if the SDK
//! does not build.

use std::{
    io,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{problem::Problem, tree::Tree};

/// Builds one, and finds it. `target` is `--bench` or `--bin`.
pub(super) fn build(
    tree: &Tree,
    package: &str,
    (target, name): (&str, &str),
    feature: Option<&str>,
    progress: &mut dyn io::Write,
) -> Result<PathBuf, Problem> {
    say(progress, "building the measured program");
    let output = Command::new("cargo")
        .args(["build", "--release", "-p", package])
        .args([target, name, "--message-format", "json"])
        .args(feature.map(|feature| format!("--features={feature}")))
        .current_dir(tree.root())
        .output()
        .map_err(|error| Problem::new(format!("cannot run cargo: {error}")))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(Problem::new(format!(
            "the measured program does not build:\n{said}"
        )));
    }
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| message["target"]["name"] == name)
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .ok_or_else(|| Problem::new("cargo does not name the measured program's file"))
}

/// Runs one, and returns what it printed.
pub(super) fn run(program: &Path, args: &[&str]) -> Result<String, Problem> {
    let output = Command::new(program)
        .args(args)
        .output()
        .map_err(|error| Problem::new(format!("cannot run the measured program: {error}")))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(Problem::new(format!(
            "the measured program failed:\n{said}"
        )));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

pub(super) fn say(progress: &mut dyn io::Write, what: &str) {
    // A closed terminal is no reason to stop.
    let _ = writeln!(progress, "{what} …");
}
