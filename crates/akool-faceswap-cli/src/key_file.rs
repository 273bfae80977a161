//! A file that holds the API key and nothing else.

use std::{
    fs::{File, Metadata},
    io::{self, Read as _},
    path::Path,
};

use crate::environment::is_quoted;

/// Keys have a few dozen bytes; a longer file is not a key file.
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
    #[cfg_attr(not(unix), expect(dead_code, reason = "only Unix reports it"))]
    Group,
    #[cfg_attr(not(unix), expect(dead_code, reason = "only Unix reports it"))]
    Everyone,
}

impl KeyFile {
    pub(crate) fn read(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        // Of the open file: by now its name may refer to another one.
        let access = access(&file.metadata()?);
        let mut key = String::new();
        file.take(MAX_BYTES + 1).read_to_string(&mut key)?;
        if key.len() as u64 > MAX_BYTES {
            return Err(io::Error::other(format!(
                "it has more than {MAX_BYTES} bytes"
            )));
        }
        // The mark that an editor puts in front.
        let key = key.trim_start_matches('\u{feff}').trim();
        if let Some(what) = flaw(key) {
            return Err(io::Error::other(what));
        }
        let key = key.to_owned();
        Ok(Self { key, access })
    }
}

/// Why a text is not a bare key, although a shell would turn it into one.
fn flaw(key: &str) -> Option<&'static str> {
    if is_quoted(key) {
        Some("the key is in quotes, which would count as part of it")
    } else if key.starts_with("AKOOL_") || key.starts_with("export ") {
        Some("it contains a setting with its name, as for a shell")
    } else {
        None
    }
}

/// A pipe such as a shell's `<(…)` has no meaningful permissions.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, text).unwrap();
        let read = KeyFile::read(file.path());
        read.map(|file| file.key).map_err(|error| error.to_string())
    }

    /// <https://github.com/dropbox/dropbox-sdk-php/issues/28>,
    /// <https://github.com/onedr0p/exportarr/pull/327>
    #[test]
    fn a_key_is_trimmed_and_a_text_that_is_not_a_bare_key_is_refused() {
        for text in ["k-1=", "k-1=\n", "\u{feff}k-1=\r\n", "  k-1=  \n\n"] {
            assert_eq!(read(text).as_deref(), Ok("k-1="), "{text:?}");
        }
        for (text, expected) in [
            ("'PLANTED'", "the key is in quotes"),
            ("\"PLANTED\"\n", "the key is in quotes"),
            ("AKOOL_API_KEY=PLANTED", "a setting with its name"),
            ("export X=PLANTED", "a setting with its name"),
        ] {
            let refused = read(text).unwrap_err();
            assert!(refused.contains(expected), "{refused}");
            assert!(!refused.contains("PLANTED"), "{refused}");
        }
        // The library refuses texts that can never be a key.
        for text in ["\n", "k-1\nk-2"] {
            assert_eq!(read(text).as_deref(), Ok(text.trim()));
        }
    }
}
