//! Fetching results: [`Client::download`].

use crate::{client::Client, download::Download, model::Job};

impl Client {
    /// Fetches the result of a job: see [`Download`].
    ///
    /// Nothing happens before one of its methods is called.
    pub fn download(&self, job: &Job) -> Download {
        Download::new(self.downloader.clone(), job)
    }
}
