//! Imports go downwards only: no layer of the SDK imports one above it, and nothing imports through
//! the crate root, which re-exports everything.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{
    fs,
    path::{Path, PathBuf},
};

/// From the ground up; a module imports from its own and from those that stand before it. The table
/// in ARCHITECTURE.md says the same.
const LAYERS: &[&[&str]] = &[
    &["model"],
    &["error"],
    &["clock", "limits", "metrics", "secret"],
    &["retry"],
    &["transport"],
    &["auth"],
    &["api"],
    // The features, each on its own or on those before it.
    &["lookup"],
    &["download"],
    &["account", "delete", "detect", "webhook"],
    &["wait"],
    &["submit"],
    &["client"],
    &["blocking"],
];

/// The root, which re-exports, and what only tests and fuzzers use.
const EXEMPT: &[&str] = &["lib", "testing", "fuzzing"];

fn rank(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

/// The module of the crate root that a file belongs to.
fn module(file: &Path) -> String {
    let first = file.iter().next().unwrap().to_str().unwrap();
    first.trim_end_matches(".rs").to_owned()
}

/// The code of a file without comments and without its tests.
fn code(text: &str) -> String {
    let text = text
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or_default();
    let lines = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// The first name of every path that begins with `crate::`, those in braces included.
fn imports(code: &str) -> Vec<String> {
    let mut names = Vec::new();
    for after in code.split("crate::").skip(1) {
        let Some(group) = after.strip_prefix('{') else {
            names.push(first_name(after));
            continue;
        };
        let mut depth = 0;
        let mut begin = 0;
        for (at, character) in group.char_indices() {
            match character {
                '{' => depth += 1,
                ',' if depth == 0 => {
                    names.push(first_name(&group[begin..at]));
                    begin = at + 1;
                }
                '}' if depth == 0 => {
                    names.push(first_name(&group[begin..at]));
                    break;
                }
                '}' => depth -= 1,
                _ => {}
            }
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

fn first_name(path: &str) -> String {
    path.trim_start()
        .chars()
        .take_while(|character| character.is_alphanumeric() || *character == '_')
        .collect()
}

/// What is wrong with the imports of a file.
fn complaints(file: &Path, text: &str) -> Vec<String> {
    let own = module(file);
    let Some(own_rank) = rank(&own) else {
        return vec![format!("{}: no layer has the module {own}", file.display())];
    };
    let wrong = |name: &String| match rank(name) {
        None => Some(format!(
            "{}: imports crate::{name} through the crate root",
            file.display()
        )),
        Some(rank) if rank > own_rank || (rank == own_rank && *name != own) => Some(format!(
            "{}: {own} imports crate::{name}, which is not below it",
            file.display()
        )),
        Some(_) => None,
    };
    imports(&code(text)).iter().filter_map(wrong).collect()
}

fn files(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap();
        if path.is_dir() {
            if name != "tests" {
                files(&path, found);
            }
        } else if name != "tests" {
            found.push(path);
        }
    }
}

#[test]
fn no_layer_imports_one_above_it() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    files(&src, &mut found);
    assert!(found.len() > 50, "only {} files in src", found.len());
    let mut complained = Vec::new();
    for path in found {
        let file = path.strip_prefix(&src).unwrap();
        if !EXEMPT.contains(&module(file).as_str()) {
            complained.extend(complaints(file, &fs::read_to_string(&path).unwrap()));
        }
    }
    assert!(complained.is_empty(), "\n{}\n", complained.join("\n"));
}

#[test]
fn a_planted_import_is_found() {
    let of = |file: &str, text: &str| complaints(Path::new(file), text).len();
    assert_eq!(of("transport/exchange.rs", "use crate::api::Api;"), 1);
    assert_eq!(
        of(
            "retry.rs",
            "use crate::{error::Error, auth::{Token, TokenProvider}};"
        ),
        1
    );
    assert_eq!(
        of("lookup/rows.rs", "fn f(client: &crate::client::Client) {}"),
        1
    );
    assert_eq!(of("lookup.rs", "use crate::{Error, model::Job};"), 1);
    assert_eq!(of("limits.rs", "use crate::metrics::Metrics;"), 1);
    assert_eq!(of("unheard_of.rs", ""), 1);
    for allowed in [
        "use crate::{error::{Error, ErrorKind}, model::Job};",
        "//! See [`crate::client::Client`].",
        "#[cfg(test)]\nmod tests {\n    use crate::client::Client;\n}",
    ] {
        assert_eq!(of("transport/exchange.rs", allowed), 0, "{allowed}");
    }
}
