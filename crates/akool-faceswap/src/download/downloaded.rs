//! What a download to the disk came to.

use std::path::{Path, PathBuf};

/// A result on the disk, complete; made by [`Download::to_file`](super::Download::to_file) and
/// [`Download::into_dir`](super::Download::into_dir).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Downloaded {
    pub(super) path: PathBuf,
    pub(super) bytes: u64,
    pub(super) content_type: String,
    pub(super) resumed_from: Option<u64>,
    pub(super) was_there: bool,
}

impl Downloaded {
    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The length of the file.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The media type, such as `video/mp4`: by the first bytes where they tell, else by the header.
    pub fn content_type(&self) -> &str {
        &self.content_type
    }

    /// How many bytes an earlier call had left, which were not fetched again; `None` if the file
    /// was fetched from its beginning.
    pub fn resumed_from(&self) -> Option<u64> {
        self.resumed_from
    }

    /// Whether the file was there already, so that nothing was fetched.
    pub fn was_there(&self) -> bool {
        self.was_there
    }
}
