//! A picture on this machine, read up to a size limit.

use std::{
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use crate::error::{Error, ErrorKind};

use super::MAX_PICTURE_BYTES;

/// The name of a file without its folders.
pub(super) fn label(path: &Path) -> String {
    path.file_name()
        .map_or_else(|| "the file".into(), |name| name.to_string_lossy())
        .chars()
        .map(|c| if c.is_control() { '?' } else { c })
        .take(64)
        .collect()
}

/// Reads it on a thread for blocking work.
pub(super) async fn read(path: PathBuf) -> Result<Vec<u8>, Error> {
    let label = label(&path);
    let failed = move |error: io::Error| {
        Error::new(ErrorKind::Io, format!("{label} could not be read")).with_source(error)
    };
    let reading = tokio::task::spawn_blocking(move || {
        let mut bytes = Vec::new();
        let limit = MAX_PICTURE_BYTES as u64 + 1;
        File::open(path)?.take(limit).read_to_end(&mut bytes)?;
        Ok(bytes)
    });
    match reading.await {
        Ok(read) => read.map_err(failed),
        Err(died) => Err(failed(io::Error::other(died))),
    }
}
