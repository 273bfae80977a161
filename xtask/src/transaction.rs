//! Writes several files, or none.
//!
//! Everything is first written beside its place and flushed to the disk, together with a copy of
//! what stands there now; only then are the new files renamed into place, one after the other. If
//! a rename fails, the copies are renamed back. A reader sees whole files at any moment. Nothing
//! but a crash between two renames leaves some new and some old, and `regen --check` finds that.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use tempfile::{Builder, TempPath};

use crate::problem::Problem;

/// One file to be as given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Which file.
    pub path: PathBuf,
    /// What it is to be.
    pub content: Content,
}

/// What a file is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// A text file.
    Text(String),
    /// A symbolic link with this target; where none can be made, a text file that says so, as git
    /// has it.
    Link(&'static str),
}

/// A file that waits for its turn.
struct Staged {
    path: PathBuf,
    new: TempPath,
    old: Option<TempPath>,
}

/// Makes all changes, or none.
///
/// # Errors
///
/// If one cannot be made: then everything is as it was.
pub fn commit(changes: &[Change]) -> Result<(), Problem> {
    commit_with(changes, |from, to| fs::rename(from, to))
}

fn commit_with(
    changes: &[Change],
    mut rename: impl FnMut(&Path, &Path) -> io::Result<()>,
) -> Result<(), Problem> {
    let mut staged = Vec::new();
    for change in changes {
        staged.push(stage(change).map_err(|error| unwritten(&change.path, &error))?);
    }
    for (index, file) in staged.iter().enumerate() {
        let Err(error) = rename(&file.new, &file.path) else {
            continue;
        };
        let problem = unwritten(&file.path, &error);
        for done in staged[..index].iter().rev() {
            let back = match &done.old {
                Some(old) => fs::rename(old, &done.path),
                None => fs::remove_file(&done.path),
            };
            if let Err(back) = back {
                let path = done.path.display();
                return Err(Problem::new(format!(
                    "{problem}\n  and {path} could not be put back: {back}"
                ))
                .mend(format!("git restore {path}")));
            }
        }
        return Err(problem);
    }
    for file in &staged {
        flush_folder(folder(&file.path));
    }
    Ok(())
}

fn unwritten(path: &Path, error: &io::Error) -> Problem {
    Problem::at(
        path.display(),
        format!("cannot be written, so nothing was: {error}"),
    )
}

fn stage(change: &Change) -> io::Result<Staged> {
    Ok(Staged {
        path: change.path.clone(),
        old: keep(&change.path)?,
        new: match &change.content {
            Content::Text(text) => text_file(&change.path, text)?,
            Content::Link(target) => symlink(&change.path, Path::new(target))
                .or_else(|_| text_file(&change.path, target))?,
        },
    })
}

/// A copy of what stands there now.
fn keep(path: &Path) -> io::Result<Option<TempPath>> {
    let metadata = match fs::symlink_metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    if metadata.is_symlink() {
        return symlink(path, &fs::read_link(path)?).map(Some);
    }
    if !metadata.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    let copy = named().tempfile_in(folder(path))?.into_temp_path();
    fs::copy(path, &copy)?;
    fs::File::open(&copy)?.sync_all()?;
    Ok(Some(copy))
}

fn text_file(path: &Path, text: &str) -> io::Result<TempPath> {
    let mut file = named().tempfile_in(folder(path))?;
    file.write_all(text.as_bytes())?;
    if let Ok(metadata) = fs::symlink_metadata(path)
        && metadata.is_file()
    {
        file.as_file().set_permissions(metadata.permissions())?;
    }
    file.as_file().sync_all()?;
    Ok(file.into_temp_path())
}

fn symlink(path: &Path, target: &Path) -> io::Result<TempPath> {
    let file = named().make_in(folder(path), |at| {
        #[cfg(unix)]
        return std::os::unix::fs::symlink(target, at);
        #[cfg(windows)]
        return std::os::windows::fs::symlink_dir(target, at);
        #[cfg(not(any(unix, windows)))]
        return Err::<(), _>(io::Error::from(io::ErrorKind::Unsupported));
    })?;
    Ok(file.into_temp_path())
}

/// New files get the rights that the user's mask gives, not those of a secret.
fn named() -> Builder<'static, 'static> {
    let mut builder = Builder::new();
    builder.prefix(".regen-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

/// So that the renames outlive a power cut; where a folder cannot be flushed, the file system
/// orders them itself.
fn flush_folder(folder: &Path) {
    if let Ok(folder) = fs::File::open(folder) {
        let _ = folder.sync_all();
    }
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

    /// Everything in a folder: name, and text or link target.
    fn state(folder: &Path) -> Vec<(String, String)> {
        let mut state: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| {
                let path = entry.unwrap().path();
                let name = path.file_name().unwrap().to_str().unwrap().to_owned();
                let content = match fs::read_link(&path) {
                    Ok(target) => format!("-> {}", target.display()),
                    Err(_) if path.is_dir() => "folder".to_owned(),
                    Err(_) => fs::read_to_string(&path).unwrap(),
                };
                (name, content)
            })
            .collect();
        state.sort();
        state
    }

    fn folder_with_old_files() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a"), "old a").unwrap();
        fs::write(folder.path().join("c"), "old c").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink("elsewhere", folder.path().join("l")).unwrap();
        folder
    }

    fn all(folder: &Path) -> Vec<Change> {
        vec![
            text(folder, "a", "new a"),
            text(folder, "b", "new b"),
            Change {
                path: folder.join("l"),
                content: Content::Link("target"),
            },
            text(folder, "c", "new c"),
        ]
    }

    #[test]
    fn all_are_written_and_nothing_else_is_left() {
        let folder = folder_with_old_files();
        commit(&all(folder.path())).unwrap();
        let expected = [
            ("a", "new a"),
            ("b", "new b"),
            ("c", "new c"),
            ("l", "-> target"),
        ];
        assert_eq!(
            state(folder.path()),
            expected.map(|(name, content)| (name.to_owned(), content.to_owned()))
        );
    }

    #[test]
    fn a_rename_that_fails_leaves_everything_as_it_was() {
        for fails_at in 0..4 {
            let folder = folder_with_old_files();
            let before = state(folder.path());
            let mut renames = 0;
            let error = commit_with(&all(folder.path()), |from, to| {
                renames += 1;
                if renames > fails_at {
                    return Err(io::Error::other("the disk is full"));
                }
                fs::rename(from, to)
            })
            .unwrap_err()
            .to_string();
            assert_eq!(renames, fails_at + 1);
            assert!(error.contains("nothing was: the disk is full"), "{error}");
            assert_eq!(state(folder.path()), before, "failed at {fails_at}");
        }
    }

    #[test]
    fn a_place_that_cannot_be_written_stops_before_the_first_rename() {
        let folder = folder_with_old_files();
        fs::create_dir(folder.path().join("d")).unwrap();
        let before = state(folder.path());
        for impossible in ["d", "no/such/folder"] {
            let mut changes = all(folder.path());
            changes.push(text(folder.path(), impossible, "new"));
            let error = commit_with(&changes, |_, _| panic!("renamed")).unwrap_err();
            assert!(error.to_string().contains("nothing was"), "{error}");
            assert_eq!(state(folder.path()), before);
        }
    }

    #[cfg(unix)]
    #[test]
    fn rights_stay_as_they_were() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = folder_with_old_files();
        let path = folder.path().join("a");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o604)).unwrap();
        commit(&all(folder.path())).unwrap();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o604);
        assert_ne!(mode(&folder.path().join("b")) & 0o044, 0);
    }
}
