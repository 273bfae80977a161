//! Where the files are in the workspace, and reading them as text.
//!
//! The root is a parameter, so that tests work on a copy. Texts are read with `\n` line ends,
//! because a checkout may have turned them into `\r\n`.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::{
    document::{self, File},
    problem::Problem,
};

/// The workspace, by its root folder.
#[derive(Debug, Clone)]
pub struct Tree {
    root: PathBuf,
}

impl Tree {
    /// The workspace whose root is `root`.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The root folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of the vendored documents, the supplement, the overlay and the lock.
    pub fn openapi(&self) -> PathBuf {
        self.root.join("openapi")
    }

    /// A vendored document, by the name of its file.
    pub fn document(&self, name: &str) -> PathBuf {
        self.openapi().join(name)
    }

    /// Every deviation from the documents.
    pub fn overlay(&self) -> PathBuf {
        self.openapi().join("overlay.yaml")
    }

    /// What the vendored documents lack, in this project's own words.
    pub fn supplement(&self) -> PathBuf {
        self.openapi().join("supplement.yaml")
    }

    /// Where the vendored documents come from.
    pub fn lock(&self) -> PathBuf {
        self.openapi().join("sources.lock")
    }

    /// The generated client as it is checked in.
    pub fn client(&self) -> PathBuf {
        self.root.join("crates/akool-faceswap-raw/src/generated.rs")
    }

    /// The generated httpmock helpers as they are checked in.
    pub fn httpmock(&self) -> PathBuf {
        self.root
            .join("crates/akool-faceswap-mock/src/generated.rs")
    }

    /// The link by which the raw package includes `openapi/`.
    pub fn link(&self) -> PathBuf {
        self.root.join("crates/akool-faceswap-raw/openapi")
    }

    /// The vendored documents.
    ///
    /// # Errors
    ///
    /// If one of them cannot be read.
    pub(crate) fn vendored(&self) -> Result<Vec<File>, Problem> {
        let folder = self.openapi();
        if !folder.exists() {
            return Ok(Vec::new());
        }
        let unreadable =
            |error| Problem::at(self.name(&folder), format!("cannot be read: {error}"));
        let mut names = Vec::new();
        for entry in fs::read_dir(&folder).map_err(unreadable)? {
            names.extend(entry.map_err(unreadable)?.file_name().into_string());
        }
        document::vendored(names)
            .into_iter()
            .map(|name| {
                let text = self.read(&folder.join(&name))?;
                Ok(File { name, text })
            })
            .collect()
    }

    /// A path as people name it: from the root, with `/`.
    pub fn name(&self, path: &Path) -> String {
        path.strip_prefix(&self.root)
            .unwrap_or(path)
            .to_string_lossy()
            .replace('\\', "/")
    }

    /// The text of a file, with `\n` line ends.
    ///
    /// # Errors
    ///
    /// If it cannot be read or is not UTF-8.
    pub fn read(&self, path: &Path) -> Result<String, Problem> {
        self.read_if_any(path)?
            .ok_or_else(|| Problem::at(self.name(path), "the file is missing"))
    }

    /// As [`Tree::read`]; `None` if the file does not exist.
    ///
    /// # Errors
    ///
    /// If it exists, but cannot be read or is not UTF-8.
    pub fn read_if_any(&self, path: &Path) -> Result<Option<String>, Problem> {
        match fs::read_to_string(path) {
            Ok(text) => Ok(Some(text.replace("\r\n", "\n"))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Problem::at(
                self.name(path),
                format!("cannot be read: {error}"),
            )),
        }
    }
}
