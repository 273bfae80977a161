//! `credit` and `delete`.

use clap::{ArgGroup, Args};

use super::{ConnectionArgs, IdArgs};

const CREDIT_HELP: &str = "\
Examples:
  akool-faceswap credit
  akool-faceswap credit --json | jq -r .credit

Exit code:
  0  the credit is on standard output
  1  it could not be fetched
  2  wrong arguments or settings; no request was made";

/// Print how many credits the account has
#[derive(Args)]
#[command(after_help = CREDIT_HELP)]
pub(crate) struct CreditArgs {
    /// Print one JSON object with the key credit, a string with every digit
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}

const DELETE_HELP: &str = "\
Examples:
  akool-faceswap delete 667d228400000000000a0001
  akool-faceswap delete --yes --ids-file ids.txt

Exit code:
  0    all are deleted
  1    no deletion was confirmed
  2    wrong arguments, ids or settings; no request was made
  3    some deletions were not confirmed; deleting them again does no harm
  130  you said no; no request was made";

/// Delete results for good
///
/// Asks first on a terminal. Elsewhere --yes is required. Credits do not come back.
#[derive(Args)]
#[command(
    after_help = DELETE_HELP,
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
