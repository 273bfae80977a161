//! Where a result is saved: at a given path, or in a directory under the name of its id.

use std::{
    fs::{self, File},
    io::{self, ErrorKind, Read as _},
    path::{Path, PathBuf},
};

use crate::download::{
    file_name,
    media::{self, LOOKED_AT, MediaType},
    partial_file::Paths,
    saved_file::SavedFile,
};
use crate::{error::Error, model::ResultId};

#[derive(Clone, Debug)]
pub(super) enum Target {
    File(PathBuf),
    /// The extension is known once the first bytes have arrived.
    InDir {
        dir: PathBuf,
        stem: String,
    },
}

/// Why there is nothing to download.
#[derive(Debug)]
pub(super) enum Taken {
    /// The complete file is there.
    Whole(SavedFile),
    /// Something else is there.
    BySomethingElse(PathBuf),
}

impl Target {
    pub(super) fn in_dir(dir: PathBuf, id: &ResultId) -> Result<Self, Error> {
        let stem = file_name::stem(id)?;
        Ok(Self::InDir { dir, stem })
    }

    /// Where the file is written until it is complete.
    pub(super) fn paths(&self) -> Paths {
        match self {
            Self::File(path) => Paths::beside(path),
            Self::InDir { dir, stem } => Paths::beside(&dir.join(stem)),
        }
    }

    /// Where the complete file goes.
    pub(super) fn place(&self, media_type: &MediaType) -> PathBuf {
        match self {
            Self::File(path) => path.clone(),
            Self::InDir { dir, stem } => dir.join(format!("{stem}.{}", media_type.extension())),
        }
    }

    /// What is at the target already. Blocks.
    ///
    /// In a directory, only the last step of a download creates a name that is made from an id, so a file of
    /// that name is complete; its first bytes are checked nevertheless. Nothing is known about a file whose
    /// name the program chose.
    pub(super) fn taken(&self) -> io::Result<Option<Taken>> {
        match self {
            Self::File(path) => {
                let is_there = exists(path)?;
                Ok(is_there.then(|| Taken::BySomethingElse(path.clone())))
            }
            Self::InDir { dir, stem } => {
                for extension in MediaType::extensions() {
                    let path = dir.join(format!("{stem}.{extension}"));
                    if exists(&path)? {
                        return whole(path).map(Some);
                    }
                }
                Ok(None)
            }
        }
    }
}

fn exists(path: &Path) -> io::Result<bool> {
    match fs::symlink_metadata(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

fn whole(path: PathBuf) -> io::Result<Taken> {
    let metadata = match fs::metadata(&path) {
        // A dangling link.
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Ok(Taken::BySomethingElse(path));
        }
        metadata => metadata?,
    };
    if !metadata.is_file() {
        return Ok(Taken::BySomethingElse(path));
    }
    let mut beginning = Vec::new();
    File::open(&path)?
        .take(LOOKED_AT as u64)
        .read_to_end(&mut beginning)?;
    Ok(match media::of_file(&beginning) {
        None => Taken::BySomethingElse(path),
        Some(media_type) => Taken::Whole(SavedFile {
            path,
            bytes: metadata.len(),
            content_type: media_type.as_str().to_owned(),
            declared_type: None,
            resumed_from: None,
            already_existed: true,
        }),
    })
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn what_cannot_be_looked_at_is_an_error_and_not_free() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        assert!(!exists(&file).unwrap());
        fs::write(&file, "").unwrap();
        assert!(exists(&file).unwrap());
        // A file is no directory.
        assert!(exists(&file.join("below")).is_err());
    }

    #[test]
    fn a_link_that_leads_to_itself_is_an_error_and_one_to_nothing_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let link = |name: &str, to: &str| {
            let path = dir.path().join(name);
            symlink(dir.path().join(to), &path).unwrap();
            path
        };
        assert!(whole(link("itself", "itself")).is_err());
        let taken = whole(link("empty", "nothing")).unwrap();
        assert!(matches!(taken, Taken::BySomethingElse(_)));
    }
}
