//! `webhook`.

use std::{path::PathBuf, time::Duration};

use clap::{Args, Subcommand, ValueHint};

/// Inspect the deliveries of AKOOL's webhooks
#[derive(Args)]
pub(crate) struct WebhookArgs {
    #[command(subcommand)]
    pub(crate) command: WebhookCommand,
}

#[derive(Subcommand)]
pub(crate) enum WebhookCommand {
    Verify(VerifyArgs),
}

const HELP: &str = "\
Examples:
  akool-faceswap webhook verify delivery.json
  akool-faceswap webhook verify --client-id-file id.txt \\
    --client-secret-file secret.txt delivery.txt
  akool-faceswap webhook verify --any-age --json - \\
    < delivery.json | jq -r .id

Environment:
  AKOOL_CLIENT_ID      the client id, unless
                       --client-id-file is given
  AKOOL_CLIENT_SECRET  the client secret, unless
                       --client-secret-file is given; if it
                       is not set, AKOOL_API_KEY: AKOOL uses
                       the same value for both

Exit code:
  0  it verifies, and its event is on standard output
  1  it cannot be read, or the output cannot be written
  2  invalid arguments or settings
  3  it was refused: it was changed, is not AKOOL's, is for
     another account, or is too old";

/// Verify and decrypt one delivery, as a service does
///
/// FILE is the body of the request as received, byte for byte; a whole request with its headers works, too. Prints the
/// job's id, its status and the type. The signature contains no secret: look the job up before you act on it. Neither
/// the credentials nor the decrypted text, which has a link to the result, are printed. No request is made.
#[derive(Args)]
#[command(after_help = HELP)]
pub(crate) struct VerifyArgs {
    /// The delivery; `-` reads it from standard input
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,

    /// A file that holds the client id [default: that in AKOOL_CLIENT_ID]
    #[expect(clippy::doc_markdown, reason = "it is help text")]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) client_id_file: Option<PathBuf>,

    /// A file that holds the client secret [default: that in AKOOL_CLIENT_SECRET]
    #[expect(clippy::doc_markdown, reason = "it is help text")]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) client_secret_file: Option<PathBuf>,

    /// How old a delivery may be
    #[arg(long, value_name = "TIME", default_value = "24h", value_parser = humantime::parse_duration)]
    pub(crate) window: Duration,

    /// Accept a delivery of any age, such as a sample that you kept
    #[arg(long, conflicts_with = "window")]
    pub(crate) any_age: bool,

    /// Print one JSON object
    ///
    /// Its keys: outcome (valid, refused); id; status and status_code; type; signed_at (RFC 3339);
    /// dedup_key; error (kind, message). What does not apply is null.
    #[expect(clippy::doc_markdown, reason = "it is help text")]
    #[arg(long)]
    pub(crate) json: bool,
}
