//! A file that holds the API key and nothing else.

use std::{
    fs::{File, Metadata},
    io::{self, Read as _},
    path::Path,
};

/// Keys have a few dozen bytes; what is longer is not a key file.
const MAX_BYTES: u64 = 16 * 1024;

/// What a key file holds, and who may read it.
pub(crate) struct KeyFile {
    pub(crate) key: String,
    pub(crate) access: Access,
}

/// Who can read a file, besides the superuser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Owner,
    #[cfg_attr(not(unix), expect(dead_code, reason = "only Unix tells"))]
    Group,
    #[cfg_attr(not(unix), expect(dead_code, reason = "only Unix tells"))]
    Everyone,
}

impl KeyFile {
    pub(crate) fn read(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        // Of the open file: its name may lead to another one by now.
        let access = access(&file.metadata()?);
        let mut key = String::new();
        file.take(MAX_BYTES + 1).read_to_string(&mut key)?;
        if key.len() as u64 > MAX_BYTES {
            return Err(io::Error::other(format!(
                "it has more than {MAX_BYTES} bytes"
            )));
        }
        Ok(Self { key, access })
    }
}

/// A pipe such as a shell's `<(…)` has no permissions that mean anything.
#[cfg(unix)]
fn access(metadata: &Metadata) -> Access {
    use std::os::unix::fs::PermissionsExt as _;

    match metadata.permissions().mode() {
        _ if !metadata.is_file() => Access::Owner,
        mode if mode & 0o004 != 0 => Access::Everyone,
        mode if mode & 0o040 != 0 => Access::Group,
        _ => Access::Owner,
    }
}

/// Other systems have access control lists, which are not checked.
#[cfg(not(unix))]
fn access(_: &Metadata) -> Access {
    Access::Owner
}
