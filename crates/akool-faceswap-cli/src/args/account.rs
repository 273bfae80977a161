//! `credit` and `delete`.

use clap::{ArgGroup, Args};

use super::{ConnectionArgs, IdArgs, JsonArgs, environment};

const CREDIT_HELP: &str = concat!(
    "\
Examples:
  akool-faceswap credit
  akool-faceswap credit --json | jq -r .credit

JSON keys:
  credit  a string with every digit

",
    environment!(),
    "

Exit code:
  0  the credit is on standard output
  1  it could not be fetched
  2  invalid arguments or settings; no request was sent"
);

/// Print how many credits the account has
#[derive(Args)]
#[command(after_help = CREDIT_HELP)]
pub(crate) struct CreditArgs {
    #[command(flatten)]
    pub(crate) output: JsonArgs,

    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}

const DELETE_HELP: &str = concat!(
    "\
Examples:
  akool-faceswap delete 667d228400000000000a0001
  akool-faceswap delete --yes --ids-file ids.txt

",
    environment!(),
    "

Exit code:
  0    all are deleted
  1    no deletion was confirmed
  2    invalid arguments, ids or settings; nothing was sent
  3    some deletions were not confirmed; repeat them
  130  you said no; nothing was sent"
);

/// Delete results permanently
///
/// Asks first on a terminal; elsewhere --yes is required. Credits are not refunded.
#[derive(Args)]
#[command(
    after_help = DELETE_HELP,
    override_usage = "akool-faceswap delete [OPTIONS] ID...\n       \
                      akool-faceswap delete [OPTIONS] --ids-file FILE",
    group = ArgGroup::new("jobs").args(["ids", "ids_file"]).multiple(true).required(true)
)]
pub(crate) struct DeleteArgs {
    #[command(flatten)]
    pub(crate) ids: IdArgs,

    /// Delete without asking
    #[arg(long)]
    pub(crate) yes: bool,

    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}
