//! Compares the files of each published package with the list in `packages/`, and their size with a
//! limit. Files in `src` and `tests` are not listed: they change with the code.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{
    fs,
    process::{Command, ExitCode},
};

use end_to_end::workspace;

/// The most that one package's files may take together, before they are compressed.
const LIMIT: u64 = 2 * 1024 * 1024;

fn main() -> ExitCode {
    let metadata = workspace::metadata(&["--no-deps"]);
    let root = workspace::root(&metadata);
    let mut texts = Vec::new();
    for (name, package) in workspace::published(&metadata) {
        let output = Command::new(workspace::cargo())
            .current_dir(&root)
            .args(["package", "--list", "--allow-dirty", "--locked", "-p", name])
            .output()
            .expect("cargo starts");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let list = String::from_utf8(output.stdout).unwrap().replace('\\', "/");
        let directory = std::path::Path::new(package["manifest_path"].as_str().unwrap());
        let directory = directory.parent().unwrap();
        // What cargo writes into the package has no file here, and is small.
        let bytes: u64 = list
            .lines()
            .filter_map(|file| fs::metadata(directory.join(file)).ok())
            .map(|file| file.len())
            .sum();
        println!(
            "{name}: {} files, {} KiB",
            list.lines().count(),
            bytes / 1024
        );
        assert!(
            bytes < LIMIT,
            "{name} has {bytes} bytes; the limit is {LIMIT}"
        );
        let mut named: Vec<&str> = list
            .lines()
            .filter(|file| !file.starts_with("src/") && !file.starts_with("tests/"))
            .collect();
        named.push("");
        let text = named.join("\n");
        texts.push((root.join("packages").join(format!("{name}.txt")), text));
    }
    assert!(!texts.is_empty(), "nothing is published");
    workspace::compare(texts, "just api")
}
