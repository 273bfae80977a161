//! The place of a tickets file: the ordinary file behind any links, its lock, and the temporary
//! file that takes its name once it is complete.
//!
//! `FILE.lock` and `FILE.new` are beside the file itself, so two runs that reach it by different links share them. A
//! run that was killed may leave `FILE.new`; the next one removes it.

use std::{
    ffi::OsStr,
    fs::{self, File},
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

use fs4::TryLockError;

use super::unwritable;
use crate::{
    output::{shown_path, style, tell},
    problem::Problem,
};

/// As many links as Linux follows.
const MOST_LINKS: usize = 40;

/// Follows the links of `path` to a file, or to a place where one can be made.
pub(super) fn behind_links(path: &Path) -> Result<PathBuf, Problem> {
    // This follows links that have no readable target too, as those to pipes in /dev/fd.
    match fs::metadata(path) {
        Ok(found) if !found.is_file() => {
            let what = if found.is_dir() {
                "a directory"
            } else {
                "a device, a pipe or a socket"
            };
            return Err(Problem::usage(
                format!("{} is {what} and cannot hold tickets", path.display()),
                "name an ordinary file, or one that does not exist yet; nothing was changed",
            ));
        }
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(unwritable(path, &error)),
        _ => {}
    }
    let mut target = path.to_owned();
    for _ in 0..MOST_LINKS {
        match fs::read_link(&target) {
            Ok(link) => target = directory_of(&target).join(link),
            // It is not a link, or nothing exists there.
            Err(_) => return Ok(target),
        }
    }
    Err(Problem::usage(
        format!("{} has too many levels of symbolic links", path.display()),
        "name the file itself; nothing was changed",
    ))
}

/// Locks `path` against other runs until the returned file is dropped.
pub(super) fn lock(path: &Path) -> Result<File, Problem> {
    if path.file_name().is_none_or(OsStr::is_empty) {
        return Err(Problem::usage(
            format!("{} is not the name of a file", path.display()),
            "name a file in a directory that exists",
        ));
    }
    let lock_path = beside(path, ".lock");
    let lock = File::options()
        .create(true)
        .write(true)
        .truncate(false)
        .open(&lock_path)
        .map_err(|error| unwritable(&lock_path, &error))?;
    match fs4::FileExt::try_lock(&lock) {
        Ok(()) => {
            let leftover = beside(path, ".new");
            remove(&leftover).map_err(|error| unwritable(&leftover, &error))?;
        }
        Err(TryLockError::WouldBlock) => {
            return Err(Problem::usage(
                format!("another run uses {}", path.display()),
                "wait for it to end or stop it; for other jobs name another file",
            ));
        }
        Err(TryLockError::Error(error)) if has_no_locks(&error) => {
            let (doubtful, path) = (style::DOUBTFUL, shown_path(path));
            tell(|out| {
                writeln!(
                    out,
                    "{doubtful}warning:{doubtful:#} the file system of {path} has no locks; make \
                     sure that no other run uses this file"
                )
            });
        }
        Err(TryLockError::Error(error)) => return Err(unwritable(&lock_path, &error)),
    }
    Ok(lock)
}

/// Whether the error says that the file system cannot lock, as some NFS, Lustre and FUSE mounts.
pub(super) fn has_no_locks(error: &io::Error) -> bool {
    // `ErrorKind` has no name for it.
    const ENOLCK: i32 = if cfg!(target_os = "linux") { 37 } else { 77 };
    // ENOSYS and EOPNOTSUPP.
    error.kind() == ErrorKind::Unsupported || (cfg!(unix) && error.raw_os_error() == Some(ENOLCK))
}

/// The file that will replace `path`: only its owner can read it, or those who could read the old
/// one.
pub(super) fn create_new(path: &Path) -> io::Result<(PathBuf, File)> {
    let new_path = beside(path, ".new");
    remove(&new_path)?;
    let mut options = File::options();
    // Never through a link that somebody else created.
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(&new_path)?;
    if let Ok(old) = fs::metadata(path) {
        // If the file system refuses this, the tickets are still written.
        let _ = file.set_permissions(old.permissions());
    }
    Ok((new_path, file))
}

/// Gives the complete file its name, and syncs the name to the disk if the system can.
pub(super) fn rename(new_path: &Path, path: &Path) -> io::Result<()> {
    fs::rename(new_path, path)?;
    if cfg!(unix) {
        File::open(directory_of(path))?.sync_all()?;
    }
    Ok(())
}

pub(super) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(suffix);
    path.with_file_name(name)
}

fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}
