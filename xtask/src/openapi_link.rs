//! The raw package's link to `openapi/`, by which `cargo package` finds the document.
//!
//! A checkout without symbolic links has a text file in its place, and some tools copy the folder:
//! both are accepted if they match.

use std::{fs, io, path::Path};

use crate::{
    problem::Problem,
    tree::Tree,
    write::{Change, Content},
};

/// Where the link points, from its own folder.
pub const TARGET: &str = "../../openapi";

const REBUILD: &str = "cargo xtask regen --offline";

/// Checks the link.
///
/// # Errors
///
/// What is wrong with it, and the command that fixes it.
pub fn check(tree: &Tree) -> Result<(), Problem> {
    let link = tree.link();
    let problem = |what: String| Problem::at(tree.name(&link), what).hint(REBUILD);
    let metadata = match fs::symlink_metadata(&link) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(problem(format!("the link to {TARGET} is missing")));
        }
        Err(error) => return Err(problem(format!("cannot be read: {error}"))),
    };
    if metadata.is_symlink() {
        let target = fs::read_link(&link).map_err(|error| problem(error.to_string()))?;
        if target != Path::new(TARGET) {
            let target = target.display();
            return Err(problem(format!("points to {target}, not to {TARGET}")));
        }
    } else if metadata.is_file() {
        if tree.read(&link)?.trim_end() != TARGET {
            return Err(problem(format!("a file that does not say {TARGET}")));
        }
    } else {
        same_files(tree, &link)?;
    }
    Ok(())
}

/// A folder in the link's place must have the same files as `openapi/`.
fn same_files(tree: &Tree, copy: &Path) -> Result<(), Problem> {
    let names = |folder: &Path| -> Result<Vec<_>, Problem> {
        let unreadable =
            |error: io::Error| Problem::at(tree.name(folder), format!("cannot be read: {error}"));
        let mut names = Vec::new();
        for entry in fs::read_dir(folder).map_err(unreadable)? {
            names.push(entry.map_err(unreadable)?.file_name());
        }
        names.sort();
        Ok(names)
    };
    let original = names(&tree.openapi())?;
    let mut same = names(copy)? == original;
    for name in &original {
        same = same
            && tree.read_if_any(&copy.join(name))?
                == tree.read_if_any(&tree.openapi().join(name))?;
    }
    if same {
        return Ok(());
    }
    let name = tree.name(copy);
    Err(
        Problem::at(&name, "a folder that does not hold the same as openapi/")
            .hint(format!("rm -r {name} && {REBUILD}")),
    )
}

/// The change that fixes the link: `None` if it is valid, or if there is a folder in its place, which
/// a person must judge.
pub(crate) fn repair(tree: &Tree) -> Option<Change> {
    let link = tree.link();
    if link.symlink_metadata().is_ok_and(|found| found.is_dir()) || check(tree).is_ok() {
        return None;
    }
    Some(Change {
        path: link,
        content: Content::Link(TARGET),
    })
}
