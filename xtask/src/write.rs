//! Writing files whole: everything is written next to its place first, then moved there.
//!
//! A file that cannot be written is found before the first one is replaced. Should a move fail
//! after that, git has the files as they were, and `regen --check` finds what is stale.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use tempfile::{Builder, NamedTempFile};

use crate::problem::Problem;

/// A change to one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    /// Which file.
    pub(crate) path: PathBuf,
    /// Its new content.
    pub(crate) content: Content,
}

/// The new content of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Content {
    /// A text file.
    Text(String),
    /// A symbolic link with this target; on systems without links, a text file with the target, as
    /// git writes it.
    Link(&'static str),
    /// Removed.
    Nothing,
}

/// Makes all changes.
///
/// # Errors
///
/// If one cannot be made. If this is found before the first move, nothing was changed.
pub(crate) fn write(changes: &[Change]) -> Result<(), Problem> {
    let mut staged = Vec::new();
    for Change { path, content } in changes {
        let file = match content {
            Content::Text(text) => Some(stage(path, text)),
            Content::Link(target) if !cfg!(unix) => Some(stage(path, target)),
            Content::Link(_) | Content::Nothing => None,
        };
        let file = file.transpose().map_err(|error| {
            Problem::at(
                path.display(),
                format!("cannot be written, so nothing was: {error}"),
            )
        })?;
        staged.push((path, content, file));
    }
    for (path, content, file) in staged {
        let done = match (file, content) {
            (Some(file), _) => file.persist(path).map(drop).map_err(|error| error.error),
            (None, Content::Link(target)) => link(path, target),
            (None, _) => fs::remove_file(path),
        };
        done.map_err(|error| {
            let name = path.display();
            Problem::at(&name, format!("cannot be written: {error}"))
                .hint("git status shows what was written; git restore undoes it")
        })?;
    }
    Ok(())
}

fn stage(path: &Path, text: &str) -> io::Result<NamedTempFile> {
    let mut builder = Builder::new();
    // A new file gets the user's default permissions, not those of a temporary file.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let folder = match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let mut file = builder.prefix(".regen-").tempfile_in(folder)?;
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_file() => {
            file.as_file().set_permissions(metadata.permissions())?;
        }
        Ok(metadata) if metadata.is_dir() => return Err(io::Error::other("it is a folder")),
        _ => {}
    }
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    Ok(file)
}

#[cfg(unix)]
fn link(path: &Path, target: &str) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    std::os::unix::fs::symlink(target, path)
}

#[cfg(not(unix))]
fn link(path: &Path, target: &str) -> io::Result<()> {
    fs::write(path, target)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(folder: &Path, name: &str, text: &str) -> Change {
        Change {
            path: folder.join(name),
            content: Content::Text(text.to_owned()),
        }
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn files_are_replaced_created_and_removed() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        fs::write(folder.join("a"), "old").unwrap();
        fs::write(folder.join("gone"), "old").unwrap();
        fs::write(folder.join("link"), "old").unwrap();
        let change = |name: &str, content| Change {
            path: folder.join(name),
            content,
        };
        write(&[
            text(folder, "a", "new"),
            text(folder, "b", "new"),
            change("gone", Content::Nothing),
            change("link", Content::Link("b")),
        ])
        .unwrap();
        assert_eq!(names(folder), ["a", "b", "link"]);
        assert_eq!(fs::read_to_string(folder.join("a")).unwrap(), "new");
        #[cfg(unix)]
        assert_eq!(fs::read_link(folder.join("link")).unwrap(), Path::new("b"));
    }

    #[test]
    fn a_place_that_cannot_be_written_stops_before_anything_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        fs::write(folder.join("a"), "old").unwrap();
        fs::create_dir(folder.join("d")).unwrap();
        for impossible in ["d", "no/such/folder"] {
            let changes = [text(folder, "a", "new"), text(folder, impossible, "new")];
            let error = write(&changes).unwrap_err().to_string();
            assert!(error.contains("nothing was"), "{error}");
            assert_eq!(fs::read_to_string(folder.join("a")).unwrap(), "old");
            assert_eq!(names(folder), ["a", "d"]);
        }
    }

    #[cfg(unix)]
    #[test]
    fn permissions_stay_as_they_were() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o604)).unwrap();
        write(&[
            text(folder.path(), "a", "new"),
            text(folder.path(), "b", "new"),
        ])
        .unwrap();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o604);
        assert_ne!(mode(&folder.path().join("b")) & 0o044, 0);
    }
}
