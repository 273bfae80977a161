//! `swap`.

use clap::Args;

use super::ConnectionArgs;

const HELP: &str = "\
Examples:
  akool-faceswap swap --original https://example.com/film.mp4 --new https://example.com/me.jpg
  akool-faceswap wait --download results \"$(akool-faceswap swap --original URL --new me.png)\"

Exit code:
  0  accepted; the job's id is on standard output
  1  refused or not sent; nothing is billed
  2  wrong arguments or settings; nothing was sent
  3  unknown, or accepted without an id: a job may exist and be billed; do not run it again";

/// Submit one face swap, which costs credits
///
/// The submit is sent once and never repeated where it may have reached AKOOL. Do not interrupt it:
/// whether there is a job is then unknown.
#[derive(Args)]
#[command(after_help = HELP)]
pub(crate) struct SwapArgs {
    /// The URL of the picture or video to change
    #[arg(long, value_name = "URL")]
    pub(crate) original: String,

    /// The face to put in: the URL of a picture, or a file on this machine, with one face
    #[arg(long, value_name = "URL|FILE")]
    pub(crate) new: String,

    /// The style: realistic, beautify, lossless
    #[arg(long, value_name = "STYLE")]
    pub(crate) style: Option<String>,

    /// Use the Pro endpoint
    #[arg(long)]
    pub(crate) pro: bool,

    /// Print one JSON object
    ///
    /// Its keys: outcome (accepted, refused, unknown); id; job_id; token (of the callback); error.
    /// What does not apply is null.
    #[expect(clippy::doc_markdown, reason = "it is help text")]
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}
