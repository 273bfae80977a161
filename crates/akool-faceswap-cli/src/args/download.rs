//! `download`.

use std::path::PathBuf;

use clap::{ArgGroup, Args, ValueHint};

use super::{IdArgs, LookupArgs, OutputArgs, environment};

const HELP: &str = concat!(
    "\
Examples:
  akool-faceswap download 667d228400000000000a0001
  akool-faceswap download --to results --ids-file ids.txt
  akool-faceswap download --json --ids-file ids.txt |
    jq -r 'select(.file) | .file'

JSON keys:
  those of `results --json`, and
  file   where the result was saved; null if it was not
  error  also: why the result was not saved

",
    environment!(),
    "

Exit code:
  0    all results are saved
  1    no id could be looked up, or the output failed
  2    invalid arguments, ids or settings; nothing was sent
  3    some results are not saved
  130  ended by Ctrl-C; the same command resumes"
);

/// Save the results of jobs that have succeeded, without waiting
///
/// Looks the jobs up once and saves each result as ID.png, ID.mp4 or the like. Prints one line for
/// each job, as soon as it is saved. A file gets its name once it is complete; an interrupted
/// download is resumed by the next run; a file that exists is not fetched again. To wait for jobs
/// that are still running, use `wait --download`. The API key is not sent to the host of a result.
#[derive(Args)]
#[command(
    after_help = HELP,
    override_usage = "akool-faceswap download [OPTIONS] ID...\n       \
                      akool-faceswap download [OPTIONS] --ids-file FILE",
    group = ArgGroup::new("jobs").args(["ids", "ids_file"]).multiple(true).required(true)
)]
pub(crate) struct DownloadArgs {
    #[command(flatten)]
    pub(crate) ids: IdArgs,

    /// The directory, which is created if needed
    #[arg(long, value_name = "DIR", default_value = ".", value_hint = ValueHint::DirPath)]
    pub(crate) to: PathBuf,

    #[command(flatten)]
    pub(crate) output: OutputArgs,

    #[command(flatten)]
    pub(crate) lookup: LookupArgs,
}
