//! Checks that no dependency of the published crates needs a newer compiler than they state.
//!
//! `.ci/run` runs it. It is not a test, because cargo may have to download manifests for it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::HashSet;

use end_to_end::workspace;

fn version(text: &str) -> (u64, u64) {
    let mut parts = text.split('.').map(|part| part.parse().unwrap());
    (parts.next().unwrap(), parts.next().unwrap())
}

fn main() {
    let metadata = workspace::metadata(&[]);
    let packages = metadata["packages"].as_array().unwrap();
    let nodes = metadata["resolve"]["nodes"].as_array().unwrap();
    let package = |id: &str| packages.iter().find(|package| package["id"] == id).unwrap();
    let stated = packages
        .iter()
        .find(|package| package["name"] == "akool-faceswap")
        .and_then(|package| package["rust_version"].as_str())
        .unwrap();

    let mut seen = HashSet::new();
    let mut open: Vec<&str> = workspace::published(&metadata)
        .map(|(_, package)| package["id"].as_str().unwrap())
        .collect();
    assert!(!open.is_empty(), "nothing is published");
    while let Some(id) = open.pop() {
        if !seen.insert(id) {
            continue;
        }
        let node = nodes.iter().find(|node| node["id"] == id).unwrap();
        for dependency in node["deps"].as_array().unwrap() {
            let kinds = dependency["dep_kinds"].as_array().unwrap();
            if kinds.iter().any(|kind| kind["kind"] != "dev") {
                open.push(dependency["pkg"].as_str().unwrap());
            }
        }
    }
    let newer: Vec<String> = seen
        .into_iter()
        .map(package)
        .filter(|package| {
            package["rust_version"]
                .as_str()
                .is_some_and(|needed| version(needed) > version(stated))
        })
        .map(|package| format!("{} needs {}", package["id"], package["rust_version"]))
        .collect();
    assert!(newer.is_empty(), "stated is {stated}: {newer:#?}");
    println!("no dependency needs a newer compiler than {stated}");
}
