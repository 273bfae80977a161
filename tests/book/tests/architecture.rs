//! ARCHITECTURE.md and CONTRIBUTING.md match the code: the modules that they name exist, the table of layers has
//! all modules, and the lines of the worked example are in the files.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{collections::BTreeSet, fs, path::Path};

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn text(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// The inline code of a text, without its fenced blocks.
fn code(text: &str) -> impl Iterator<Item = &str> {
    let prose = text.split("```").step_by(2);
    prose.flat_map(|part| part.split('`').skip(1).step_by(2))
}

/// The paths of files and modules that a text names and that do not exist.
fn unknown_paths(text: &str) -> Vec<&str> {
    let folders = [
        "",
        "crates",
        "crates/akool-faceswap",
        "crates/akool-faceswap/src",
        "crates/akool-faceswap-fleet",
        "crates/akool-faceswap-fleet/src",
        "crates/akool-faceswap-raw",
    ];
    let is_path = |name: &&str| {
        name.contains('/')
            && name
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "_./-".contains(c))
    };
    let exists = |name: &str| {
        folders.iter().any(|folder| {
            let path = root().join(folder).join(name);
            path.exists() || path.with_extension("rs").exists()
        })
    };
    code(text)
        .filter(is_path)
        .filter(|name| !exists(name))
        .collect()
}

#[test]
fn the_modules_that_are_named_exist() {
    let page = text("ARCHITECTURE.md");
    assert!(code(&page).count() > 100);
    assert_eq!(unknown_paths(&page), [""; 0]);
    assert_eq!(unknown_paths("`wait/rules` `wait/poller`"), ["wait/rules"]);
}

#[test]
fn the_table_of_layers_has_every_module_of_the_sdk() {
    let page = text("ARCHITECTURE.md");
    let table = page.split("| layer |").nth(1).unwrap();
    let rows = table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    let listed: BTreeSet<String> = rows
        .flat_map(|row| code(row.split('|').nth(1).unwrap()))
        .map(str::to_owned)
        .collect();
    let modules: BTreeSet<String> = fs::read_dir(root().join("crates/akool-faceswap/src"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        // The root, and what only tests and fuzzers use.
        .filter(|name| !["lib", "testing", "fuzzing"].contains(&name.as_str()))
        .collect();
    assert_eq!(listed, modules);
}

/// Whether a text has these lines one after the other, whatever their indentation.
fn contains(text: &str, lines: &[&str]) -> bool {
    let text: Vec<&str> = text.lines().map(str::trim).collect();
    text.windows(lines.len()).any(|window| window == lines)
}

#[test]
fn the_worked_example_is_in_the_tree() {
    let page = text("CONTRIBUTING.md");
    let section = page.split("## Add an endpoint").nth(1).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let blocks: Vec<&str> = section.split("```").skip(1).step_by(2).collect();
    assert!(blocks.len() > 8, "{}", blocks.len());
    for block in blocks {
        let (head, body) = block.split_once('\n').unwrap();
        let file = head.split_once(' ').unwrap().1;
        let lines: Vec<&str> = body.trim().lines().map(str::trim).collect();
        assert!(contains(&text(file), &lines), "not in {file}:\n{body}");
    }
    assert!(!contains(
        "fn a() {}\nfn b() {}",
        &["fn b() {}", "fn a() {}"]
    ));
}
