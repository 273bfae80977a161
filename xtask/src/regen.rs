//! `cargo xtask regen`: from the vendor's pages to everything that is made of them.

use std::{io, path::PathBuf};

use crate::{
    assembly::{Vendored, assemble, parse},
    changes::{self, Report, Snapshot},
    copies::Copies,
    day::Day,
    document::File,
    link,
    lock::{Lock, sha256},
    problem::Problem,
    source::{self, Origin},
    transaction::{self, Change, Content},
    tree::Tree,
};

/// Where the document is taken from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// The addresses in the lock.
    Lock,
    /// Files, folders and addresses; see [`source::origins`].
    From(Vec<String>),
    /// No page: the vendored document as it is. Only what is made of it is made again.
    Vendored,
}

/// The vendored document that the pages make.
const DOCUMENT: &str = "faceswap.yaml";
const NO_REPORT: &str = "# API changes\n\nThere was no document to compare with.\n";

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Where the document is taken from.
    pub input: Input,
    /// Report only.
    pub dry_run: bool,
    /// Write the report to this file, too.
    pub report: Option<PathBuf>,
    /// The day of the fetch.
    pub today: Day,
}

/// Runs the command: the report on `out`, progress and what was written on `progress`.
///
/// # Errors
///
/// If anything is wrong with the pages, with what is made of them, or with writing. Then nothing
/// is written, except that `dry_run` writes its report even if nothing can be generated.
pub fn run(
    tree: &Tree,
    options: &Options,
    out: &mut dyn io::Write,
    progress: &mut dyn io::Write,
) -> Result<(), Problem> {
    let new = gather(tree, options, progress)?;
    let report = compare(tree, &new, progress)?;
    let differs = report.as_ref().is_none_or(|report| !report.is_empty());
    let markdown = report.map_or_else(|| NO_REPORT.to_owned(), |report| report.to_markdown());
    if differs {
        say(out, markdown.trim_end());
    }
    let report_file = options.report.as_ref().map(|path| Change {
        path: path.clone(),
        content: Content::Text(markdown),
    });
    if options.dry_run {
        transaction::commit(report_file.as_slice())?;
    }
    let mut changes = tree_changes(tree, &new)?;
    let unchanged = changes.is_empty();
    let verb = if options.dry_run {
        "would write"
    } else {
        changes.extend(report_file);
        transaction::commit(&changes)?;
        "wrote"
    };
    if unchanged {
        say(out, "Nothing changed: the tree is what the pages make.");
    } else if !differs {
        say(out, "No change to the API.");
    }
    for change in &changes {
        say(progress, &format!("{verb} {}", tree.name(&change.path)));
    }
    Ok(())
}

/// The vendor's word, from where the options say.
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
                    .mend("name the pages: cargo xtask regen --from URL")
            })?;
            let mut origins = Vec::new();
            for page in &lock.pages {
                origins.push(Origin::Url(
                    source::page_url(&page.url).map_err(Problem::new)?,
                ));
            }
            let sources = source::bring(&origins, progress)?;
            assemble(Some(&lock), &sources, &options.today)
        }
        Input::From(from) => {
            let mut origins = Vec::new();
            for from in from {
                origins.extend(source::origins(from)?);
            }
            let sources = source::bring(&origins, progress)?;
            assemble(lock(tree)?.as_ref(), &sources, &options.today)
        }
    }
}

/// Nobody is told less if the terminal is gone.
fn say(to: &mut dyn io::Write, line: &str) {
    let _ = writeln!(to, "{line}");
}

fn lock(tree: &Tree) -> Result<Option<Lock>, Problem> {
    let path = tree.lock();
    tree.read_if_any(&path)?
        .map(|text| Lock::parse(&tree.name(&path), &text))
        .transpose()
}

/// The document that is vendored already.
fn vendored(tree: &Tree) -> Result<Vendored, Problem> {
    let path = tree.document();
    let text = tree.read(&path)?;
    let lock =
        lock(tree)?.ok_or_else(|| Problem::at(tree.name(&tree.lock()), "the file is missing"))?;
    if sha256(text.as_bytes()) != lock.document_sha256 {
        return Err(Problem::at(
            tree.name(&path),
            "not what sources.lock says, so nothing is made of it",
        )
        .mend("cargo xtask regen"));
    }
    let document = parse(&text).map_err(|why| Problem::at(tree.name(&path), why))?;
    Ok(Vendored {
        text,
        document,
        lock,
    })
}

/// What changed for users; `None` if there is nothing to compare with.
fn compare(
    tree: &Tree,
    new: &Vendored,
    progress: &mut dyn io::Write,
) -> Result<Option<Report>, Problem> {
    let path = tree.document();
    let old = match tree.read_if_any(&path)?.map(|text| parse(&text)) {
        Some(Ok(old)) => old,
        None => return Ok(None),
        Some(Err(why)) => {
            let path = tree.name(&path);
            say(
                progress,
                &format!("{path} as it stands is {why}; no comparison"),
            );
            return Ok(None);
        }
    };
    let statuses = lock(tree)?.map_or_else(|| new.lock.statuses(), |lock| lock.statuses());
    changes::compare(
        &Snapshot {
            document: &old,
            statuses: &statuses,
        },
        &Snapshot {
            document: &new.document,
            statuses: &new.lock.statuses(),
        },
    )
    .map(Some)
}

/// What must be written so that the tree is what the pages make.
fn tree_changes(tree: &Tree, new: &Vendored) -> Result<Vec<Change>, Problem> {
    let mut vendored = tree.vendored()?;
    vendored.retain(|file| file.name != DOCUMENT);
    vendored.insert(
        0,
        File {
            name: DOCUMENT.to_owned(),
            text: new.text.clone(),
        },
    );
    let copies = Copies::generate(tree, &vendored)?;
    let mut changes = Vec::new();
    for (path, text) in [
        (tree.document(), new.text.clone()),
        (tree.lock(), new.lock.to_toml()?),
        (tree.client_copy(), copies.client),
        (tree.httpmock_copy(), copies.httpmock),
    ] {
        if tree.read_if_any(&path)?.as_ref() != Some(&text) {
            changes.push(Change {
                path,
                content: Content::Text(text),
            });
        }
    }
    changes.extend(link::repair(tree));
    Ok(changes)
}
