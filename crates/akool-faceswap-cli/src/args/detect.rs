//! `detect`.

use clap::Args;

use super::ConnectionArgs;

const HELP: &str = "\
Examples:
  akool-faceswap detect https://example.com/team.jpg
  akool-faceswap detect portrait.png --json | jq -r .crop_url

Exit code:
  0  there is at least one face
  1  the detection failed, or the output could not be written
  2  wrong arguments or settings; no request was made
  3  there is no face";

/// Detect the faces of a picture
///
/// Prints one line for each face: its index, its box in pixels and the URL of its crop. Whoever has
/// that URL sees the face.
#[derive(Args)]
#[command(after_help = HELP)]
pub(crate) struct DetectArgs {
    /// The URL of a picture, or a file on this machine
    #[arg(value_name = "URL|FILE")]
    pub(crate) picture: String,

    /// Print one JSON object a line, for every face
    ///
    /// Its keys: index; bounding_box (x1, y1, x2, y2); crop_url. What does not apply is null.
    #[expect(clippy::doc_markdown, reason = "it is help text")]
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}
