//! `cargo xtask regen --check`: whether the tree is what `regen` would leave behind.
//!
//! Offline and read-only. Every rule is looked at, whatever the others found, so that one run
//! tells all there is to mend.

mod sdk;

use serde_json::Value;

use crate::{
    assembly::parse,
    copies::Copies,
    link,
    lock::{Lock, sha256},
    operation::Operation,
    page::StatusRow,
    problem::Problem,
    tree::Tree,
};

const REGEN: &str = "cargo xtask regen";
const OFFLINE: &str = "cargo xtask regen --offline";
/// The field whose values the SDK names.
const STATUS: &str = "faceswap_status";

/// Everything that is wrong; nothing if all is in order.
pub fn check(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    let lock_name = tree.name(&tree.lock());
    let lock = note(
        &mut problems,
        tree.read(&tree.lock())
            .map_err(|problem| problem.mend(format!("git restore {lock_name}")))
            .and_then(|text| Lock::parse(&lock_name, &text)),
    );
    let name = tree.name(&tree.document());
    let text = note(
        &mut problems,
        tree.read(&tree.document())
            .map_err(|problem| problem.mend(REGEN)),
    );
    // What is made of a document can only be mended after the document itself.
    let mut remake = OFFLINE;
    if let (Some(lock), Some(text)) = (&lock, &text)
        && !is_locked(lock, text)
    {
        remake = REGEN;
        problems.push(
            Problem::at(
                &name,
                "not what sources.lock says: edited by hand? Deviations belong in \
                     openapi/overlay.yaml",
            )
            .mend(format!(
                "{REGEN}    (offline: git restore {name} {lock_name})"
            )),
        );
    }
    if let Some(text) = &text {
        copies(tree, remake, &mut problems);
        let document = note(
            &mut problems,
            parse(text).map_err(|why| Problem::at(&name, why).mend(REGEN)),
        );
        if let (Some(lock), Some(document)) = (&lock, &document) {
            operations(&name, lock, document, &mut problems);
            statuses(tree, lock, document, &mut problems);
        }
    }
    note(&mut problems, link::check(tree));
    problems
}

/// Whether the document is the one that the lock was written for.
fn is_locked(lock: &Lock, text: &str) -> bool {
    let hash = sha256(text.as_bytes());
    // Of one page the document is the fence.
    let fence = match &lock.pages[..] {
        [page] => &page.fence_sha256,
        _ => &hash,
    };
    hash == lock.document_sha256 && hash == *fence
}

fn note<T>(problems: &mut Vec<Problem>, result: Result<T, Problem>) -> Option<T> {
    result.map_err(|problem| problems.push(problem)).ok()
}

fn copies(tree: &Tree, mend: &str, problems: &mut Vec<Problem>) {
    let copies = tree
        .vendored()
        .and_then(|vendored| Copies::generate(tree, &vendored));
    let Some(copies) = note(problems, copies) else {
        return;
    };
    for (path, fresh) in [
        (tree.client_copy(), copies.client),
        (tree.httpmock_copy(), copies.httpmock),
    ] {
        let found = tree.read(&path).map_err(|problem| problem.mend(mend));
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
                .mend(mend),
            );
        }
    }
}

/// The first line that differs: its number, and how it reads on either side.
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

fn operations(name: &str, lock: &Lock, document: &Value, problems: &mut Vec<Problem>) {
    let mut found = Operation::of_document(document);
    let mut locked: Vec<Operation> = lock
        .pages
        .iter()
        .flat_map(|page| page.operations.clone())
        .collect();
    found.sort();
    locked.sort();
    if found != locked {
        problems
            .push(Problem::at(name, "its operations are not those of sources.lock").mend(REGEN));
    }
}

/// Page's table, document's enum and SDK's variants are the same.
fn statuses(tree: &Tree, lock: &Lock, document: &Value, problems: &mut Vec<Problem>) {
    let table = lock.statuses();
    let mut values: Vec<i64> = table.iter().map(|row| row.value).collect();
    values.sort_unstable();
    for (pointer, mut found) in status_enums(document) {
        found.sort_unstable();
        if found != values {
            problems.push(
                Problem::at(
                    tree.name(&tree.document()),
                    format!(
                        "{pointer} has the values {found:?}, the page's status table in \
                         sources.lock has {values:?}"
                    ),
                )
                .mend(format!(
                    "{REGEN}    (if it stays: the vendor's page contradicts itself, ask the vendor)"
                )),
            );
        }
    }
    let path = tree.status_source();
    let source = tree.name(&path);
    let documented = tree
        .read(&path)
        .and_then(|text| sdk::documented(&source, &text))
        .map_err(|problem| problem.mend(sdk::EXPECTED));
    let Some(documented) = note(problems, documented) else {
        return;
    };
    for row in &table {
        if !documented.iter().any(|(known, _)| known == row) {
            let StatusRow { value, description } = row;
            problems.push(
                Problem::at(
                    &source,
                    format!("DOCUMENTED lacks the page's status {value} \"{description}\""),
                )
                .mend(format!(
                    "edit {source}: name it in JobStatus and in DOCUMENTED"
                )),
            );
        }
    }
    for (row, line) in &documented {
        if !table.contains(row) {
            let StatusRow { value, description } = row;
            problems.push(
                Problem::at(
                    &source,
                    format!(
                        "DOCUMENTED has the status {value} \"{description}\", which is not in the \
                         page's table"
                    ),
                )
                .line(*line)
                .mend(format!(
                    "edit {source}: take it out of DOCUMENTED, or correct it"
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
    fn the_status_field_is_found_wherever_it_stands() {
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
