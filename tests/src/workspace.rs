//! The workspace as cargo sees it: its root, and the packages that are published.

use std::{
    env,
    ffi::OsString,
    path::PathBuf,
    process::{Command, ExitCode},
};

use serde_json::Value;

/// The output of `cargo metadata` with these further arguments.
///
/// # Panics
///
/// If cargo fails: a check without it would check nothing.
#[must_use]
#[expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a check that cannot run must fail"
)]
pub fn metadata(args: &[&str]) -> Value {
    let output = Command::new(cargo())
        .args(["metadata", "--format-version", "1", "--locked"])
        .args(args)
        .output()
        .expect("cargo starts");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}"))
}

/// The cargo that runs this program, or the one on the path.
#[must_use]
pub fn cargo() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// The workspace's published packages, by name.
pub fn published(metadata: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let members = metadata["workspace_members"].as_array();
    let packages = metadata["packages"].as_array();
    packages
        .into_iter()
        .flatten()
        .filter(move |package| {
            // Without `publish` it is null; `publish = false` is an empty list.
            package["publish"].is_null()
                && members.is_some_and(|members| members.contains(&package["id"]))
        })
        .filter_map(|package| Some((package["name"].as_str()?, package)))
}

/// The root of the workspace.
#[must_use]
pub fn root(metadata: &Value) -> PathBuf {
    metadata["workspace_root"]
        .as_str()
        .unwrap_or_default()
        .into()
}

/// The lines that differ between the text in a file and what it should be; empty if they are equal.
#[must_use]
pub fn difference(before: &str, after: &str) -> String {
    let gone = before
        .lines()
        .filter(|line| !after.lines().any(|other| other == *line));
    let new = after
        .lines()
        .filter(|line| !before.lines().any(|other| other == *line));
    gone.map(|line| format!("-{line}\n"))
        .chain(new.map(|line| format!("+{line}\n")))
        .collect()
}

/// Compares texts with the checked-in files; with `--write` it writes those that differ.
///
/// # Panics
///
/// If a file cannot be written.
#[expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a check that cannot run must fail"
)]
pub fn compare(texts: impl IntoIterator<Item = (PathBuf, String)>, how: &str) -> ExitCode {
    let write = env::args()
        .nth(1)
        .is_some_and(|argument| argument == "--write");
    let mut same = true;
    for (path, text) in texts {
        let before = std::fs::read_to_string(&path)
            .unwrap_or_default()
            .replace("\r\n", "\n");
        if before == text {
            continue;
        }
        println!("{}:\n{}", path.display(), difference(&before, &text));
        if write {
            std::fs::create_dir_all(path.parent().expect("a file in a directory"))
                .and_then(|()| std::fs::write(&path, text))
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        } else {
            same = false;
        }
    }
    if same {
        return ExitCode::SUCCESS;
    }
    println!(
        "the checked-in files differ; if the change is intended, run `{how}` and commit the result"
    );
    ExitCode::FAILURE
}
