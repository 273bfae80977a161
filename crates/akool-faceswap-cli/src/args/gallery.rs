//! `--gallery`, of the commands that come to results.

use std::path::PathBuf;

use clap::{Args, ValueHint};

/// A page to look at.
#[derive(Args)]
pub(crate) struct GalleryArgs {
    /// Write a page with originals, new faces and results side by side
    ///
    /// One HTML file without scripts. Pictures and videos that are on this machine are in it: results
    /// by --download, and the new face where it is a file. It holds no key and, without
    /// --gallery-links, no URL. Only you can read the file.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) gallery: Option<PathBuf>,

    /// Let the page link to what is not on this machine, and show it
    ///
    /// Anyone who has the page then has the URLs of faces and results, and sees them without a key. A
    /// browser fetches them from their hosts when the page is opened.
    #[arg(long, requires = "gallery")]
    pub(crate) gallery_links: bool,
}
