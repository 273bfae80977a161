//! `swap`.

use std::{path::PathBuf, time::Duration};

use clap::{Args, ValueHint};

use super::{ConnectionArgs, GalleryArgs, JsonArgs, environment};

const HELP: &str = concat!(
    "\
Examples:
  akool-faceswap swap --new me.jpg \\
    --original https://example.com/film.mp4
  akool-faceswap swap --original URL --new URL \\
    --tickets jobs.jsonl --download results
  akool-faceswap swap --original URL --new me.jpg \\
    --face largest --download results --gallery swap.html

",
    environment!(),
    "

Exit code:
  0    accepted; with --wait or --download: it succeeded,
       and its result is saved
  1    refused or not sent; nothing is billed
  2    invalid arguments or settings; nothing was sent
  3    unknown, or accepted without an id: a job may exist
       and be billed; do not run it again. With --wait:
       the job failed or is missing, or its result could
       not be saved
  4    accepted, and not settled in time; use `wait`
  130  ended by Ctrl-C: before the submit nothing was sent,
       after it use `wait`"
);

/// Submit one face swap, which costs credits
///
/// The submit is sent once and never repeated if it may have reached AKOOL. Ctrl-C does not cut it off: the command
/// ends once it is answered. With --tickets the same command can be run again after any crash: it sends nothing that
/// may have been sent before.
///
/// The keys of the JSON object: outcome (accepted, refused, unknown); token (of the submit); job_id;
/// then those of `wait --json`, with an error whose kind is not_sent, refused, unknown or accepted_without_id if there
/// is no id. What does not apply is null.
#[derive(Args)]
#[expect(clippy::doc_markdown, reason = "it is help text")]
#[command(
    after_help = HELP,
    override_usage = "akool-faceswap swap [OPTIONS] \\\n       \
                      --original <URL> --new <URL|FILE>"
)]
pub(crate) struct SwapArgs {
    /// The URL of the picture or video to change
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    pub(crate) original: String,

    /// The face to put in: the URL of a picture, or a file on this machine, with one face
    #[arg(long, value_name = "URL|FILE")]
    pub(crate) new: String,

    /// Which face of the original picture to replace: largest, all, or an index that `detect` prints
    ///
    /// Without it the original must show exactly one face, which AKOOL finds. With it the faces of the original and of
    /// the new picture are detected first, at no cost.
    #[arg(long, value_name = "largest|N|all")]
    pub(crate) face: Option<Which>,

    /// The style: realistic, beautify, lossless
    #[arg(long, value_name = "STYLE")]
    pub(crate) style: Option<String>,

    /// Use the Pro endpoint
    #[arg(long, conflicts_with = "style")]
    pub(crate) pro: bool,

    /// Wait until the job has ended
    #[arg(long)]
    pub(crate) wait: bool,

    /// How long to wait: 90s, 30m, 3h
    #[arg(long, value_name = "TIME", default_value = "4h", value_parser = humantime::parse_duration)]
    pub(crate) timeout: Duration,

    /// Save the result in a directory, as ID.png, ID.mp4 or the like; implies --wait
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) download: Option<PathBuf>,

    /// Record the submit in a tickets file before it is sent, and its job afterwards
    ///
    /// If the file says that the same swap was accepted, it is not sent again: the command
    /// resumes with that job. If it says that the swap may have been sent, but not its outcome, the outcome is unknown,
    /// and nothing is sent. The same swap has the same original, new face, --face, --style and --pro. The file contains
    /// no URL and no credentials.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) tickets: Option<PathBuf>,

    /// Send the swap although the tickets file says that it was, or may have been, bought before
    #[arg(long, requires = "tickets")]
    pub(crate) allow_second_purchase: bool,

    #[command(flatten)]
    pub(crate) output: JsonArgs,

    #[command(flatten)]
    pub(crate) gallery: GalleryArgs,

    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}

/// Which faces of the original are replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    Largest,
    All,
    /// By the index that `detect` prints.
    Index(usize),
}

impl std::str::FromStr for Which {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "largest" => Ok(Self::Largest),
            "all" => Ok(Self::All),
            index => index
                .parse()
                .map(Self::Index)
                .map_err(|_| "expected largest, all, or the index of a face".to_owned()),
        }
    }
}

impl SwapArgs {
    /// Whether to wait until the job has ended.
    pub(crate) fn waits(&self) -> bool {
        self.wait || self.download.is_some() || self.gallery.gallery.is_some()
    }
}
