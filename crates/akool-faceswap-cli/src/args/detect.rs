//! `detect`.

use clap::{Args, ValueHint};

use super::{ConnectionArgs, JsonArgs, environment};

const HELP: &str = concat!(
    "\
Examples:
  akool-faceswap detect https://example.com/team.jpg
  akool-faceswap detect me.png --json | jq -r .crop_url

JSON keys:
  index         from 0
  bounding_box  x1, y1, x2 and y2 in pixels, or null
  crop_url      a picture of the face, or null

",
    environment!(),
    "

Exit code:
  0  there is at least one face
  1  the detection or the output failed
  2  invalid arguments or settings; no request was sent
  3  there is no face"
);

/// Detect the faces of a picture
///
/// Prints one line for each face: its index, its box in pixels and the URL of its crop. Anyone who has
/// that URL can see the face.
#[derive(Args)]
#[command(after_help = HELP)]
pub(crate) struct DetectArgs {
    /// The URL of a picture, or a file on this machine
    #[arg(value_name = "URL|FILE", value_hint = ValueHint::FilePath)]
    pub(crate) picture: String,

    #[command(flatten)]
    pub(crate) output: JsonArgs,

    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}
