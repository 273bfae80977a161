//! `results`.

use clap::{ArgGroup, Args};

use super::{IdArgs, LookupArgs, OutputArgs, environment};

const HELP: &str = concat!(
    "\
Examples:
  akool-faceswap results 667d228400000000000a0001
  akool-faceswap results --ids-file ids.txt
  akool-faceswap results --ids-file ids.txt -o csv > all.csv
  psql -Atc 'select result_id from jobs' |
    akool-faceswap results --json - |
    jq -r 'select(.url) | .url'

JSON keys:
  id           as given
  outcome      found, missing or error
  status       in_queue, processing, success, failed or
               unknown
  status_code  the API's number for it
  url          the result, only at success
  created_at   RFC 3339, UTC
  expires_at   RFC 3339, UTC
  error        null, or kind, code, http_status and message
What does not apply is null.

",
    environment!(),
    "

Exit code:
  0  every id was found, whatever its status
  1  no id could be looked up, or the output failed
  2  invalid arguments, ids or settings; nothing was sent
  3  some ids are missing, or their lookup failed"
);

/// Look jobs up by the `_id` of their submit answers
///
/// Prints a table, JSON lines or CSV on standard output: each id once, in the order given. Counts,
/// missing ids and errors go to standard error.
///
/// A result URL needs no key: anyone who has it can see the result. It expires 7 days after the job was
/// created.
#[derive(Args)]
#[command(
    after_help = HELP,
    override_usage = "akool-faceswap results [OPTIONS] ID...\n       \
                      akool-faceswap results [OPTIONS] --ids-file FILE",
    group = ArgGroup::new("jobs").args(["ids", "ids_file"]).multiple(true).required(true)
)]
pub(crate) struct ResultsArgs {
    #[command(flatten)]
    pub(crate) ids: IdArgs,

    #[command(flatten)]
    pub(crate) output: OutputArgs,

    #[command(flatten)]
    pub(crate) lookup: LookupArgs,
}
