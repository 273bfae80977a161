//! The outcome of a download to disk.

use std::path::{Path, PathBuf};

/// A complete result on disk; made by [`Download::save_to`](super::Download::save_to) and
/// [`Download::save_in`](super::Download::save_in).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedFile {
    pub(super) path: PathBuf,
    pub(super) bytes: u64,
    pub(super) content_type: String,
    pub(super) declared_type: Option<String>,
    pub(super) resumed_from: Option<u64>,
    pub(super) already_existed: bool,
}

impl SavedFile {
    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The length of the file in bytes.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The media type, such as `video/mp4`: from the first bytes if their kind is known, otherwise from the
    /// header.
    pub fn content_type(&self) -> &str {
        &self.content_type
    }

    /// What the host's header called the file, if its bytes are something else.
    ///
    /// The bytes decide, so the file is saved; a host that mislabels files may be worth a look.
    pub fn mislabeled_as(&self) -> Option<&str> {
        self.declared_type.as_deref()
    }

    /// How many bytes an earlier call had saved, which were not fetched again; `None` if the file was fetched
    /// from its beginning.
    pub fn resumed_from(&self) -> Option<u64> {
        self.resumed_from
    }

    /// Whether the file existed already, so that nothing was fetched.
    pub fn already_existed(&self) -> bool {
        self.already_existed
    }
}
