//! The part of a file that is already on disk, beside the path of the complete file.
//!
//! `NAME.part` has the bytes, and `NAME.part.json` what is needed to resume: the id of the job, and the file's
//! validator. The writer holds an operating system lock on `NAME.part`, which a crash releases. Every function
//! here blocks, so it is called on a thread for blocking work.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, ErrorKind, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::download::transfer::FileFacts;
use crate::model::ResultId;

/// The version of the notes; notes of another version are ignored.
const VERSION: u32 = 1;

/// The most bytes of notes that are read.
const MAX_NOTES: u64 = 64 * 1024;

/// A part that is locked.
#[derive(Debug)]
pub(super) struct Part {
    file: File,
    paths: Paths,
    id: ResultId,
    /// The length of the part.
    len: u64,
}

/// Where the part and its notes are.
#[derive(Clone, Debug)]
pub(super) struct Paths {
    part: PathBuf,
    notes: PathBuf,
}

/// The content of `NAME.part.json`.
#[derive(Serialize, Deserialize)]
struct Notes {
    version: u32,
    id: ResultId,
    file: FileFacts,
}

impl Paths {
    /// Beside `name`, which has a file name.
    pub(super) fn beside(name: &Path) -> Self {
        let with = |suffix: &str| {
            let mut text = OsString::from(name);
            text.push(suffix);
            PathBuf::from(text)
        };
        Self {
            part: with(".part"),
            notes: with(".part.json"),
        }
    }

    pub(super) fn part(&self) -> &Path {
        &self.part
    }

    /// The length of the part, no matter who writes it.
    pub(super) fn part_len(&self) -> Option<u64> {
        Some(fs::metadata(&self.part).ok()?.len())
    }
}

/// Whether an attempt to lock a file succeeded, or cannot be made.
fn is_locked(attempt: Result<(), fs4::TryLockError>) -> io::Result<bool> {
    match attempt {
        Ok(()) => Ok(true),
        Err(fs4::TryLockError::WouldBlock) => Ok(false),
        Err(fs4::TryLockError::Error(error)) if has_no_locks(&error) => {
            tracing::warn!(
                "the file system has no file locks: do not download a result twice at once"
            );
            Ok(true)
        }
        Err(fs4::TryLockError::Error(error)) => Err(error),
    }
}

/// Whether the file system, or a sandbox around the program, supports no locks at all, like some network file
/// systems. A file is then written without a lock.
fn has_no_locks(error: &io::Error) -> bool {
    const ENOLCK: i32 = 37;
    error.kind() == ErrorKind::Unsupported
        || (cfg!(target_os = "linux") && error.raw_os_error() == Some(ENOLCK))
}

impl Part {
    /// Locks the part, and creates it if it does not exist.
    ///
    /// `None` while another download holds it.
    pub(super) fn lock(paths: &Paths, id: &ResultId) -> io::Result<Option<Self>> {
        Self::claim(open(paths)?, paths, id)
    }

    /// Locks an open file.
    fn claim(file: File, paths: &Paths, id: &ResultId) -> io::Result<Option<Self>> {
        if !is_locked(fs4::FileExt::try_lock(&file))? {
            return Ok(None);
        }
        // Between opening and locking it, another download may have moved it to its place.
        if !is_at(&file, &paths.part)? {
            return Ok(None);
        }
        Ok(Some(Self {
            len: file.metadata()?.len(),
            file,
            paths: paths.clone(),
            id: id.clone(),
        }))
    }

    /// The length of the part and the file that it belongs to, if that is this id's.
    pub(super) fn kept(&self) -> Option<(u64, FileFacts)> {
        let mut text = Vec::new();
        let notes = File::open(&self.paths.notes).ok()?;
        notes.take(MAX_NOTES).read_to_end(&mut text).ok()?;
        let notes: Notes = serde_json::from_slice(&text).ok()?;
        let fits = notes.version == VERSION
            && notes.id == self.id
            && self.len > 0
            && notes.file.total.is_none_or(|total| self.len <= total);
        fits.then_some((self.len, notes.file))
    }

    /// Empties the part, to receive this file from its first byte.
    pub(super) fn begin(&mut self, file: FileFacts) -> io::Result<()> {
        // In this order, so that the notes never describe bytes of another file.
        self.file.set_len(0)?;
        self.len = 0;
        let notes = Notes {
            version: VERSION,
            id: self.id.clone(),
            file,
        };
        let notes = serde_json::to_vec(&notes).map_err(io::Error::other)?;
        fs::write(&self.paths.notes, notes)
    }

    /// Appends bytes.
    pub(super) fn append(&mut self, pieces: &[Bytes]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(self.len))?;
        for piece in pieces {
            self.file.write_all(piece)?;
            self.len += piece.len() as u64;
        }
        Ok(())
    }

    pub(super) fn path(&self) -> &Path {
        &self.paths.part
    }

    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// Syncs the complete file to disk, then gives it its name.
    pub(super) fn finish(self, target: &Path) -> io::Result<()> {
        self.file.sync_all()?;
        // Checked last, since another program may have put something there meanwhile.
        if fs::symlink_metadata(target).is_ok() {
            return Err(io::Error::new(
                ErrorKind::AlreadyExists,
                "a file of this name exists by now",
            ));
        }
        fs::rename(&self.paths.part, target)?;
        sync_directory(target);
        // The file is saved; notes that stay behind are ignored.
        let _ = fs::remove_file(&self.paths.notes);
        Ok(())
    }

    /// Deletes the part and its notes.
    pub(super) fn discard(self) {
        // An error has been reported already, and what stays behind is used or ignored.
        let _ = fs::remove_file(&self.paths.notes);
        let _ = fs::remove_file(&self.paths.part);
    }
}

/// Opens the part, and creates it if it does not exist.
fn open(paths: &Paths) -> io::Result<File> {
    // If its metadata cannot be read, opening it says why.
    if fs::symlink_metadata(&paths.part).is_ok_and(|found| !found.is_file()) {
        return Err(io::Error::new(
            ErrorKind::AlreadyExists,
            "something that is not a file has this name",
        ));
    }
    File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&paths.part)
}

/// Whether `path` still leads to the open file.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;

    let open = file.metadata()?;
    match fs::symlink_metadata(path) {
        Ok(found) => Ok((open.dev(), open.ino()) == (found.dev(), found.ino())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Elsewhere the standard library does not identify files; only a missing one is noticed.
#[cfg(not(unix))]
fn is_at(_: &File, path: &Path) -> io::Result<bool> {
    path.try_exists()
}

/// Makes the new name survive a crash of the machine, on systems that support it.
fn sync_directory(target: &Path) {
    #[cfg(unix)]
    if let Some(directory) = target.parent() {
        let directory = if directory.as_os_str().is_empty() {
            Path::new(".")
        } else {
            directory
        };
        // Some file systems refuse; the file itself is safe.
        let _ = File::open(directory).and_then(|directory| directory.sync_all());
    }
    #[cfg(not(unix))]
    let _ = target;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn a_path_that_cannot_be_checked_is_an_error_and_not_gone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        let file = File::create(&path).unwrap();
        assert!(is_at(&file, &path).unwrap());
        assert!(!is_at(&file, &dir.path().join("b")).unwrap());
        // A file is not a directory.
        assert!(is_at(&file, &path.join("b")).is_err());
    }

    #[test]
    fn a_part_that_was_moved_before_it_was_locked_is_not_taken() {
        let dir = tempfile::tempdir().unwrap();
        let paths = Paths::beside(&dir.path().join("a"));
        let id = ResultId::new("a").unwrap();
        let opened = || open(&paths).unwrap();
        let (early, late) = (opened(), opened());
        let part = Part::claim(opened(), &paths, &id).unwrap().unwrap();
        part.finish(&dir.path().join("a.png")).unwrap();
        // Nothing is there,
        assert!(Part::claim(early, &paths, &id).unwrap().is_none());
        // or another part.
        let another = Part::lock(&paths, &id).unwrap();
        assert!(another.is_some());
        #[cfg(unix)]
        assert!(Part::claim(late, &paths, &id).unwrap().is_none());
        #[cfg(not(unix))]
        drop(late);
    }

    #[test]
    fn notes_without_a_byte_are_not_resumed_from() {
        let dir = tempfile::tempdir().unwrap();
        let paths = Paths::beside(&dir.path().join("a"));
        let id = ResultId::new("a").unwrap();
        let mut part = Part::lock(&paths, &id).unwrap().unwrap();
        let facts: FileFacts = serde_json::from_value(serde_json::json!({
            "media_type": "image/png", "total": 3, "validator": null,
        }))
        .unwrap();
        part.begin(facts.clone()).unwrap();
        assert_eq!(part.kept(), None);
        for (bytes, kept) in [("ab", Some(2)), ("c", Some(3)), ("d", None)] {
            part.append(&[Bytes::from_static(bytes.as_bytes())])
                .unwrap();
            assert_eq!(part.kept(), kept.map(|len| (len, facts.clone())));
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_system_without_locks_is_recognized() {
        // ENOSYS, ENOLCK, EOPNOTSUPP; EACCES, ENOSPC.
        for (code, expected) in [(38, true), (37, true), (95, true), (13, false), (28, false)] {
            let error = io::Error::from_raw_os_error(code);
            assert_eq!(has_no_locks(&error), expected, "{error}");
        }
    }

    #[test]
    fn one_part_has_one_owner() {
        let dir = tempfile::tempdir().unwrap();
        let paths = Paths::beside(&dir.path().join("a"));
        let id = ResultId::new("a").unwrap();
        let part = Part::lock(&paths, &id).unwrap();
        assert!(part.is_some());
        assert!(Part::lock(&paths, &id).unwrap().is_none());
        drop(part);
        assert!(Part::lock(&paths, &id).unwrap().is_some());
    }

    #[test]
    fn only_a_file_system_without_locks_is_written_to_without_one() {
        let failed = |kind: ErrorKind| is_locked(Err(fs4::TryLockError::Error(kind.into())));
        assert!(is_locked(Ok(())).unwrap());
        assert!(!is_locked(Err(fs4::TryLockError::WouldBlock)).unwrap());
        assert!(failed(ErrorKind::Unsupported).unwrap());
        let error = failed(ErrorKind::PermissionDenied).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::PermissionDenied);
    }

    /// A host chooses its mark, and every byte of it may be written as two or more.
    #[test]
    fn notes_with_a_long_mark_are_read() {
        let dir = tempfile::tempdir().unwrap();
        let paths = Paths::beside(&dir.path().join("a"));
        let id = ResultId::new("a").unwrap();
        let mut part = Part::lock(&paths, &id).unwrap().unwrap();
        let facts: FileFacts = serde_json::from_value(serde_json::json!({
            "media_type": "image/png", "total": 3, "validator": {"etag": "\\".repeat(1024)},
        }))
        .unwrap();
        part.begin(facts.clone()).unwrap();
        part.append(&[Bytes::from_static(b"ab")]).unwrap();
        assert_eq!(part.kept(), Some((2, facts)));
    }
}
