//! `cargo xtask regen --check`: whether the tree is what `regen` would leave behind.
//!
//! Offline and read-only. Every rule is checked, whatever the others found, so that one run shows
//! everything that needs fixing. Whether the SDK knows the statuses of the lock is a test of the SDK.

use serde_json::Value;

use crate::{
    assembly::parse,
    document::File,
    generated::Generated,
    lock::{Lock, sha256},
    openapi_link,
    operation::Operation,
    problem::Problem,
    supplement::Documents,
    tree::Tree,
};

const REGEN: &str = "cargo xtask regen";
const OFFLINE: &str = "cargo xtask regen --offline";
/// The field whose values the pages explain in a table.
const STATUS: &str = "faceswap_status";

/// All problems; empty if the tree is up to date.
pub fn check(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    let lock_name = tree.name(&tree.lock());
    let lock = note(
        &mut problems,
        tree.read(&tree.lock())
            .map_err(|problem| problem.hint(format!("git restore {lock_name}")))
            .and_then(|text| Lock::parse(&lock_name, &text)),
    );
    let files = note(&mut problems, tree.vendored()).unwrap_or_default();
    // Generated code can only be fixed after its document.
    let mut remake = OFFLINE;
    if let Some(lock) = &lock {
        for file in &files {
            let problem = match check_lock(lock, file) {
                Ok(()) => continue,
                Err(problem) => problem,
            };
            remake = REGEN;
            let name = tree.name(&tree.document(&file.name));
            let hint = format!("{REGEN}    (offline: git restore {name} {lock_name})");
            problems.push(Problem::at(name, problem).hint(hint));
        }
        for known in &lock.documents {
            if !files.iter().any(|file| file.name == known.file) {
                remake = REGEN;
                let name = tree.name(&tree.document(&known.file));
                problems.push(Problem::at(name, "the file is missing").hint(REGEN));
            }
        }
    }
    generated(tree, &files, remake, &mut problems);
    for file in &files {
        let name = tree.name(&tree.document(&file.name));
        let document = note(
            &mut problems,
            parse(&file.text).map_err(|why| Problem::at(&name, why).hint(REGEN)),
        );
        if let (Some(lock), Some(document)) = (&lock, &document) {
            operations(&name, lock, &file.name, document, &mut problems);
            statuses(&name, lock, document, &mut problems);
        }
    }
    if let Ok(documents) = Documents::read(tree, &files) {
        let overlap = documents.overlap();
        if !overlap.is_empty() {
            let name = tree.name(&tree.supplement());
            problems.push(Problem::at(&name, "repeats what is vendored").hint(format!(
                "remove from {name}: {}; then {OFFLINE}",
                overlap.names()
            )));
        }
    }
    note(&mut problems, openapi_link::check(tree));
    problems
}

/// Whether a document is the one that the lock was written for.
fn check_lock(lock: &Lock, file: &File) -> Result<(), &'static str> {
    let known = lock.documents.iter().find(|known| known.file == file.name);
    let known = known.ok_or("not in sources.lock")?;
    let hash = sha256(file.text.as_bytes());
    let pages: Vec<_> = lock
        .pages
        .iter()
        .filter(|page| page.document == file.name)
        .collect();
    // The document of a single page is its fence.
    let fence = match &pages[..] {
        [page] => &page.fence_sha256,
        _ => &hash,
    };
    if hash == known.sha256 && hash == *fence {
        return Ok(());
    }
    Err("not what sources.lock says: edited by hand? Deviations belong in openapi/overlay.yaml")
}

fn note<T>(problems: &mut Vec<Problem>, result: Result<T, Problem>) -> Option<T> {
    result.map_err(|problem| problems.push(problem)).ok()
}

fn generated(tree: &Tree, files: &[File], hint: &str, problems: &mut Vec<Problem>) {
    let Some(generated) = note(problems, Generated::new(tree, files)) else {
        return;
    };
    for (path, fresh) in [
        (tree.client(), generated.client),
        (tree.httpmock(), generated.httpmock),
    ] {
        let found = tree.read(&path).map_err(|problem| problem.hint(hint));
        let Some(found) = note(problems, found) else {
            continue;
        };
        if let Some((line, stale, fresh)) = first_difference(&found, &fresh) {
            problems.push(
                Problem::at(
                    tree.name(&path),
                    format!(
                        "stale, from this line on:\n  is:        {stale}\n  should be: {fresh}"
                    ),
                )
                .line(line)
                .hint(hint),
            );
        }
    }
}

/// The first line that differs: its number, and its text on either side.
fn first_difference(found: &str, fresh: &str) -> Option<(usize, String, String)> {
    if found == fresh {
        return None;
    }
    let mut found = found.split('\n');
    let mut fresh = fresh.split('\n');
    let show = |line: Option<&str>| line.map_or_else(|| "(the end)".to_owned(), str::to_owned);
    (1..).find_map(|line| {
        let (found, fresh) = (found.next(), fresh.next());
        (found != fresh).then(|| (line, show(found), show(fresh)))
    })
}

fn operations(name: &str, lock: &Lock, file: &str, document: &Value, problems: &mut Vec<Problem>) {
    let mut found = Operation::of_document(document);
    let mut locked: Vec<Operation> = lock
        .pages
        .iter()
        .filter(|page| page.document == file)
        .flat_map(|page| page.operations.clone())
        .collect();
    found.sort();
    locked.sort();
    locked.dedup();
    if found != locked {
        problems
            .push(Problem::at(name, "its operations are not those of sources.lock").hint(REGEN));
    }
}

/// Checks that the pages' table and the document's enums are the same.
fn statuses(name: &str, lock: &Lock, document: &Value, problems: &mut Vec<Problem>) {
    let mut values: Vec<i64> = lock.statuses().iter().map(|row| row.value).collect();
    if values.is_empty() {
        return;
    }
    values.sort_unstable();
    for (pointer, mut found) in status_enums(document) {
        found.sort_unstable();
        if found != values {
            problems.push(
                Problem::at(
                    name,
                    format!(
                        "{pointer} has the values {found:?}, the page's status table in \
                         sources.lock has {values:?}"
                    ),
                )
                .hint(format!(
                    "{REGEN}    (if it persists: the vendor's page contradicts itself, ask the vendor)"
                )),
            );
        }
    }
}

/// Every enum of the status field: its JSON pointer and values.
fn status_enums(document: &Value) -> Vec<(String, Vec<i64>)> {
    fn walk(value: &Value, pointer: &str, found: &mut Vec<(String, Vec<i64>)>) {
        match value {
            Value::Object(map) => {
                for (key, value) in map {
                    let key = key.replace('~', "~0").replace('/', "~1");
                    let pointer = format!("{pointer}/{key}");
                    if key == STATUS
                        && let Some(Value::Array(values)) = value.get("enum")
                    {
                        let values = values.iter().filter_map(Value::as_i64).collect();
                        found.push((format!("{pointer}/enum"), values));
                    }
                    walk(value, &pointer, found);
                }
            }
            Value::Array(items) => {
                for (index, value) in items.iter().enumerate() {
                    walk(value, &format!("{pointer}/{index}"), found);
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    walk(document, "", &mut found);
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_first_differing_line_is_shown() {
        let found = |a, b| first_difference(a, b).map(|(line, a, b)| format!("{line} {a} | {b}"));
        assert_eq!(found("a\nb\n", "a\nb\n"), None);
        assert_eq!(found("a\nb\n", "a\nc\n").unwrap(), "2 b | c");
        assert_eq!(found("a\n", "a\nb\n").unwrap(), "2  | b");
        assert_eq!(found("a", "a\nb").unwrap(), "2 (the end) | b");
    }

    #[test]
    fn the_status_field_is_found_at_any_depth() {
        let document = json!({"components": {"schemas": {"A": {"properties": {
            "faceswap_status": {"enum": [1, 2]}, "other_status": {"enum": [9]},
        }}, "B": [{"faceswap_status": {"type": "integer"}}, {"faceswap_status": {"enum": [3]}}]}}});
        let found = status_enums(&document);
        assert_eq!(
            found,
            [
                (
                    "/components/schemas/A/properties/faceswap_status/enum".to_owned(),
                    vec![1, 2]
                ),
                (
                    "/components/schemas/B/1/faceswap_status/enum".to_owned(),
                    vec![3]
                ),
            ]
        );
    }
}
