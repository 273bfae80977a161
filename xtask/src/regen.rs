//! `cargo xtask regen`: from the vendor's pages to everything that is generated from them.

use std::{io, path::PathBuf};

use serde_json::{Value, json};
use toml::value::Datetime;

use crate::{
    assembly::{FIRST, Vendored, assemble, parse},
    changes::{self, Change as Row, Group, Report, Snapshot},
    generated::{self, Generated},
    lock::{Lock, sha256},
    openapi_link,
    problem::Problem,
    sdk_build,
    source::{self, Origin},
    supplement::Documents,
    tree::Tree,
    write::{Change, Content, write},
};

/// Where the documents are taken from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// The URLs in the lock.
    Lock,
    /// Files, folders and URLs; see [`source::origins`].
    From(Vec<String>),
    /// The vendored documents as they are. Only what is generated from them is regenerated.
    Vendored,
}

const NO_REPORT: &str = "# API changes\n\nThere was no document to compare with.\n";

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Where the documents are taken from.
    pub input: Input,
    /// Report only.
    pub dry_run: bool,
    /// Also write the report to this file.
    pub report: Option<PathBuf>,
    /// The day of the fetch.
    pub today: Datetime,
}

/// Runs the command: the report goes to `out`, progress and the names of written files to `progress`.
///
/// # Errors
///
/// If a page is wrong, nothing can be generated, or a file cannot be written. Then nothing is written,
/// except that `dry_run` writes its report even if nothing can be generated. Also if the SDK does not
/// build with the written files, which are kept.
pub fn run(
    tree: &Tree,
    options: &Options,
    out: &mut dyn io::Write,
    progress: &mut dyn io::Write,
) -> Result<(), Problem> {
    let new = gather(tree, options, progress)?;
    let generated = Generated::new(tree, &new.files());
    let mut report = compare(tree, &new, progress)?;
    let documents = Documents::read(tree, &new.files())?;
    let overlap = documents.overlap();
    if let Some(report) = &mut report {
        add(
            report,
            "supplement.yaml",
            &documents.compare(&overlap.operations)?,
        );
        if let Ok(generated) = &generated {
            add_generated(tree, report, generated)?;
        }
    }
    let differs = report.as_ref().is_none_or(|report| !report.is_empty());
    let mut markdown = report.map_or_else(|| NO_REPORT.to_owned(), |report| report.to_markdown());
    if !overlap.is_empty() {
        markdown.push_str(
            "\n## Vendored and in the supplement\n\nRemove from openapi/supplement.yaml: ",
        );
        markdown.push_str(&overlap.names());
        markdown.push_str(".\n");
    }
    if differs || !overlap.is_empty() {
        print(out, markdown.trim_end());
    }
    let report_file = options.report.as_ref().map(|path| Change {
        path: path.clone(),
        content: Content::Text(markdown),
    });
    if options.dry_run {
        write(report_file.as_slice())?;
    }
    let generated = generated?;
    let mut changes = tree_changes(tree, &new, &generated)?;
    let unchanged = changes.is_empty();
    let rebuilt = changes
        .iter()
        .any(|change| change.path == tree.client() || change.path == tree.httpmock());
    let verb = if options.dry_run {
        "would write"
    } else {
        changes.extend(report_file);
        write(&changes)?;
        "wrote"
    };
    for change in &changes {
        let verb = match change.content {
            Content::Nothing if options.dry_run => "would remove",
            Content::Nothing => "removed",
            _ => verb,
        };
        print(progress, &format!("{verb} {}", tree.name(&change.path)));
    }
    if rebuilt && !options.dry_run && tree.root().join("Cargo.toml").exists() {
        print(progress, "checking that the SDK builds");
        sdk_build::check(tree)?;
    }
    if unchanged {
        print(out, "Nothing changed: the tree matches the pages.");
    } else if !differs {
        print(out, "No change to the API.");
    }
    Ok(())
}

/// The documents, from the input that the options name.
fn gather(
    tree: &Tree,
    options: &Options,
    progress: &mut dyn io::Write,
) -> Result<Vendored, Problem> {
    match &options.input {
        Input::Vendored => vendored(tree),
        Input::Lock => {
            let lock = lock(tree)?.ok_or_else(|| {
                Problem::at(tree.name(&tree.lock()), "the file is missing")
                    .hint("name the pages: cargo xtask regen --from URL")
            })?;
            let mut origins = Vec::new();
            for page in &lock.pages {
                origins.push(Origin::Url(
                    source::page_url(&page.url).map_err(Problem::new)?,
                ));
            }
            let sources = source::read_all(&origins, progress)?;
            assemble(Some(&lock), &sources, options.today)
        }
        Input::From(from) => {
            let mut origins = Vec::new();
            for from in from {
                origins.extend(source::origins(from)?);
            }
            let sources = source::read_all(&origins, progress)?;
            assemble(lock(tree)?.as_ref(), &sources, options.today)
        }
    }
}

/// A closed terminal is no reason to stop.
fn print(to: &mut dyn io::Write, line: &str) {
    let _ = writeln!(to, "{line}");
}

fn lock(tree: &Tree) -> Result<Option<Lock>, Problem> {
    let path = tree.lock();
    tree.read_if_any(&path)?
        .map(|text| Lock::parse(&tree.name(&path), &text))
        .transpose()
}

/// The documents that are vendored already.
fn vendored(tree: &Tree) -> Result<Vendored, Problem> {
    let lock =
        lock(tree)?.ok_or_else(|| Problem::at(tree.name(&tree.lock()), "the file is missing"))?;
    let mut documents = Vec::new();
    for file in tree.vendored()? {
        let name = tree.name(&tree.document(&file.name));
        let hash = sha256(file.text.as_bytes());
        if !lock
            .documents
            .iter()
            .any(|known| known.file == file.name && known.sha256 == hash)
        {
            return Err(Problem::at(
                name,
                "not what sources.lock says, so nothing is generated from it",
            )
            .hint("cargo xtask regen"));
        }
        let value = parse(&file.text).map_err(|why| Problem::at(name, why))?;
        documents.push((file, value));
    }
    for known in &lock.documents {
        if !documents.iter().any(|(file, _)| file.name == known.file) {
            let name = tree.name(&tree.document(&known.file));
            return Err(Problem::at(name, "the file is missing").hint("cargo xtask regen"));
        }
    }
    Ok(Vendored { documents, lock })
}

/// What changed for users; `None` if there is nothing to compare with.
fn compare(
    tree: &Tree,
    new: &Vendored,
    progress: &mut dyn io::Write,
) -> Result<Option<Report>, Problem> {
    let old = tree.vendored()?;
    let statuses = lock(tree)?.map_or_else(|| new.lock.statuses(), |lock| lock.statuses());
    let mut report = None;
    let names = old.iter().chain(new.documents.iter().map(|(file, _)| file));
    let mut names: Vec<&str> = names.map(|file| file.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let path = tree.name(&tree.document(name));
        let before = match old
            .iter()
            .find(|file| file.name == name)
            .map(|file| parse(&file.text))
        {
            Some(Err(why)) => {
                print(progress, &format!("{path} is {why}; no comparison"));
                continue;
            }
            Some(Ok(before)) => Some(before),
            None => None,
        };
        let after = new.documents.iter().find(|(file, _)| file.name == name);
        let after = after.map(|(_, value)| value.clone());
        if name == FIRST && before.is_none() {
            continue;
        }
        // A new or removed document is compared with one that has no operation.
        let empty = |other: &Option<Value>| other.clone().map(without_operations);
        let (Some(before), Some(after)) = (
            before.clone().or_else(|| empty(&after)),
            after.clone().or_else(|| empty(&before)),
        ) else {
            continue;
        };
        let rows = |name: &str| {
            if name == FIRST {
                (statuses.clone(), new.lock.statuses())
            } else {
                Default::default()
            }
        };
        let (old_statuses, new_statuses) = rows(name);
        let found = changes::compare(
            &Snapshot {
                document: &before,
                statuses: &old_statuses,
            },
            &Snapshot {
                document: &after,
                statuses: &new_statuses,
            },
        )?;
        let report = report.get_or_insert_with(Report::default);
        if name == FIRST {
            report.extend(found.changes().iter().cloned());
        } else {
            add(report, name, &found);
        }
    }
    Ok(report)
}

fn without_operations(mut document: Value) -> Value {
    document["paths"] = json!({});
    if let Some(document) = document.as_object_mut() {
        document.remove("components");
    }
    document
}

/// Adds the rows of another document's report.
fn add(report: &mut Report, document: &str, found: &Report) {
    report.extend(found.changes().iter().cloned().map(|row| Row {
        place: format!("{document}#{}", row.place),
        ..row
    }));
}

/// Adds what changed in the generated code, if the report has nothing breaking: then every type and
/// method that changed needs a person.
fn add_generated(tree: &Tree, report: &mut Report, new: &Generated) -> Result<(), Problem> {
    let path = tree.client();
    let Some(old) = tree.read_if_any(&path)? else {
        return Ok(());
    };
    if report
        .changes()
        .iter()
        .any(|row| row.group == Group::Breaking)
    {
        return Ok(());
    }
    let name = tree.name(&path);
    let changed = generated::changed(&old, &new.client);
    report.extend(changed.into_iter().map(|item| {
        Row::new(
            Group::NeedsPerson,
            name.as_str(),
            format!("`{item}`"),
            "the generated code changed",
            (None, None),
            "Code that uses it may no longer compile, or read answers differently, although the \
             documents show nothing breaking.",
        )
    }));
    Ok(())
}

/// The changes that make the tree match the pages.
fn tree_changes(
    tree: &Tree,
    new: &Vendored,
    generated: &Generated,
) -> Result<Vec<Change>, Problem> {
    let mut files: Vec<(PathBuf, String)> = Vec::new();
    for (file, _) in &new.documents {
        files.push((tree.document(&file.name), file.text.clone()));
    }
    files.push((tree.lock(), new.lock.to_toml()?));
    files.push((tree.client(), generated.client.clone()));
    files.push((tree.httpmock(), generated.httpmock.clone()));
    let mut changes = Vec::new();
    for (path, text) in files {
        if tree.read_if_any(&path)?.as_ref() != Some(&text) {
            changes.push(Change {
                path,
                content: Content::Text(text),
            });
        }
    }
    for old in tree.vendored()? {
        if !new.documents.iter().any(|(file, _)| file.name == old.name) {
            changes.push(Change {
                path: tree.document(&old.name),
                content: Content::Nothing,
            });
        }
    }
    changes.extend(openapi_link::repair(tree));
    Ok(changes)
}
