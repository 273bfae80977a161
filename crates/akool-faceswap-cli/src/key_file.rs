//! A file that holds the API key and nothing else.

use std::{
    fs::{File, Metadata},
    io::{self, Read as _},
    path::Path,
};

/// Keys have some dozens of bytes; what is longer is not a key file.
const MAX_BYTES: u64 = 16 * 1024;

/// What a key file holds, and who may know it.
pub(crate) struct KeyFile {
    pub(crate) key: String,
    /// Whether every user of the machine can read it.
    pub(crate) is_open_to_others: bool,
}

impl KeyFile {
    pub(crate) fn read(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        // Of the open file, and not of what its name may lead to by then.
        let is_open_to_others = is_open_to_others(&file.metadata()?);
        let mut key = String::new();
        file.take(MAX_BYTES + 1).read_to_string(&mut key)?;
        if key.len() as u64 > MAX_BYTES {
            return Err(io::Error::other(format!(
                "it has more than {MAX_BYTES} bytes"
            )));
        }
        Ok(Self {
            key,
            is_open_to_others,
        })
    }
}

/// A pipe such as a shell's `<(…)` has no permissions that mean anything.
#[cfg(unix)]
fn is_open_to_others(metadata: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;

    metadata.is_file() && metadata.permissions().mode() & 0o004 != 0
}

/// Other systems have lists of who may read, which are their own business.
#[cfg(not(unix))]
fn is_open_to_others(_: &Metadata) -> bool {
    false
}
