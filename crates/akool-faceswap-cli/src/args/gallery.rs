//! `--gallery`, for the commands that produce results.

use std::path::PathBuf;

use clap::{Args, ValueHint};

/// The page with pictures.
#[derive(Args)]
pub(crate) struct GalleryArgs {
    /// Write a page with originals, new faces and results side by side
    ///
    /// One HTML file without scripts. It contains the pictures and videos that are on this machine: results saved by
    /// --download, and the new face if it is a file. It contains no key and, without --gallery-links, no URL. Only you
    /// can read the file.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) gallery: Option<PathBuf>,

    /// Let the page link to files that are not on this machine, and show them
    ///
    /// Anyone who has the page then has the URLs of faces and results, and sees them without a key. A
    /// browser fetches them from their hosts when the page is opened.
    #[arg(long, requires = "gallery")]
    pub(crate) gallery_links: bool,
}
