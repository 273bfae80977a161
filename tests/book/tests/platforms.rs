//! The page about operating systems names every file whose code depends on one.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{fs, path::Path};

/// Whether the code before a file's tests depends on the operating system.
fn depends_on_the_system(source: &str) -> bool {
    let code = source.split("#[cfg(test)]").next().unwrap();
    code.lines()
        .filter(|line| line.contains("cfg(") || line.contains("cfg!("))
        .any(|line| {
            ["unix", "windows", "target_os", "target_family"]
                .iter()
                .any(|name| line.contains(name))
        })
}

fn sources(directory: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if !path.ends_with("tests") {
                sources(&path, found);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && !path.ends_with("tests.rs")
            && depends_on_the_system(&fs::read_to_string(&path).unwrap())
        {
            found.push(path.to_str().unwrap().replace('\\', "/"));
        }
    }
}

#[test]
fn the_page_names_every_file_with_a_branch_and_no_other() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap();
    let page = fs::read_to_string(root.join("docs/platforms.md")).unwrap();
    let mut found = Vec::new();
    for entry in fs::read_dir(root.join("crates")).unwrap() {
        sources(&entry.unwrap().path().join("src"), &mut found);
    }
    sources(&root.join("xtask/src"), &mut found);
    assert!(!found.is_empty());
    let prefix = format!("{}/", root.to_str().unwrap().replace('\\', "/"));
    let found: Vec<&str> = found
        .iter()
        .map(|file| file.strip_prefix(&prefix).unwrap())
        .collect();
    let missing: Vec<&&str> = found.iter().filter(|file| !page.contains(**file)).collect();
    assert!(
        missing.is_empty(),
        "docs/platforms.md does not name {missing:#?}"
    );
    let named = page.split('`').filter(|part| {
        Path::new(part)
            .extension()
            .is_some_and(|extension| extension == "rs")
    });
    let stale: Vec<&str> = named.filter(|file| !found.contains(file)).collect();
    assert!(
        stale.is_empty(),
        "docs/platforms.md names {stale:#?}, which have no branch"
    );
}
