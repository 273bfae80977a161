//! `doctor`.

use clap::Args;

use super::{ConnectionArgs, JsonArgs, environment};

const HELP: &str = concat!(
    "\
Examples:
  akool-faceswap doctor
  akool-faceswap doctor --api-key-file key.txt
  akool-faceswap doctor --json |
    jq -r 'select(.verdict != \"ok\") | .message'

JSON keys:
  check    environment, api_key, base_url, dns, connection,
           tls, server, clock or lookup
  verdict  ok, warn or fail
  message  what was found
  help     what to do; null if ok

",
    environment!(),
    "

Exit code:
  0  nothing failed; there may be warnings
  1  something failed, or the output could not be written
  2  invalid arguments"
);

/// Check everything that a lookup needs, and say what to do
///
/// Checks the environment variables, the API key, the base URL, name resolution, the connection, its
/// certificate, this machine's clock (against the server's), and by one lookup of a made-up id that
/// AKOOL accepts the key. Never prints a key. Costs no credits.
#[derive(Args)]
#[command(after_help = HELP)]
pub(crate) struct DoctorArgs {
    #[command(flatten)]
    pub(crate) output: JsonArgs,

    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}
