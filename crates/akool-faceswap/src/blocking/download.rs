//! Downloads with calls that block.

use std::path::PathBuf;

use super::{Client, thread::Thread};
use crate::{
    download::{self, SavedFile},
    error::Error,
    model::Job,
};

impl Client {
    /// The download of a job's result; see [`Client::download`](crate::Client::download).
    pub fn download(&self, job: &Job) -> Download {
        Download {
            thread: self.thread.clone(),
            download: self.client.download(job),
        }
    }
}

/// The download of one result; made by [`Client::download`].
///
/// For its options and for a stream of bytes see [`Client::block_on`] and
/// [`download::Download`](crate::download::Download).
#[must_use = "a download does nothing until it is saved"]
#[derive(Debug)]
pub struct Download {
    thread: Thread,
    download: download::Download,
}

impl Download {
    /// The result as a file in `dir`; see [`save_in`](crate::download::Download::save_in).
    ///
    /// # Errors
    ///
    /// As the asynchronous call.
    pub fn save_in(self, dir: impl Into<PathBuf>) -> Result<SavedFile, Error> {
        self.thread.block_on(self.download.save_in(dir.into()))
    }

    /// The result as a file at `path`; see [`save_to`](crate::download::Download::save_to).
    ///
    /// # Errors
    ///
    /// As the asynchronous call.
    pub fn save_to(self, path: impl Into<PathBuf>) -> Result<SavedFile, Error> {
        self.thread.block_on(self.download.save_to(path.into()))
    }
}
