//! `wait`.

use std::{path::PathBuf, time::Duration};

use clap::{ArgGroup, Args};

use super::{ConnectionArgs, IdArgs};

const HELP: &str = "\
Examples:
  akool-faceswap wait 667d228400000000000a0001
  akool-faceswap wait --ids-file ids.txt --timeout 3h
  akool-faceswap wait --ids-file ids.txt --tickets jobs.jsonl    # Ctrl-C; the same again goes on
  akool-faceswap wait --tickets jobs.jsonl --download results
  psql -Atc 'select result_id from jobs' | akool-faceswap wait --json - >> settled.jsonl

Environment:
  AKOOL_API_KEY   the API key, unless --api-key-file is given
  AKOOL_API_HOST  the base URL, unless --base-url is given

Exit code, the first that applies:
  130  ended by Ctrl-C; with --tickets the same command goes on
  2    wrong arguments, ids or settings; no request was made
  1    nothing could be learnt of any job, or --tickets or the output could not be written, or
       its reader left before all jobs had settled
  4    the time was over before some jobs had settled; running again goes on
  3    some jobs failed or are missing, an error ended their wait, or a result could not be saved
  0    all succeeded, in this run and those before it";

/// Wait until jobs have ended
///
/// Asks AKOOL about all of them together, every few seconds at first and at most every 30 seconds
/// for jobs that take long. Prints one line on standard output for each job as it settles: id,
/// status, how long it was waited for, and the result's URL or why there is none. How things stand
/// goes to standard error: bars on a terminal; else a line when something has changed, at most
/// every 10 seconds. Lookups that fail are repeated, but for what cannot pass, such as a wrong key.
///
/// A job that AKOOL has answered without for 2 minutes is missing. Ctrl-C ends the wait in good
/// order, a second one at once; no job is touched by either.
#[derive(Args)]
#[command(
    after_help = HELP,
    group = ArgGroup::new("jobs").args(["ids", "ids_file", "tickets"]).multiple(true).required(true)
)]
pub(crate) struct WaitArgs {
    #[command(flatten)]
    pub(crate) ids: IdArgs,

    /// How long to wait, from now on: 90s, 30m, 3h
    #[arg(long, value_name = "TIME", default_value = "4h", value_parser = humantime::parse_duration)]
    pub(crate) timeout: Duration,

    /// Keep what is waited for in a file, so that the same command goes on after Ctrl-C or a crash
    ///
    /// Written at the start, added to as jobs settle, and kept at the end; its jobs are waited for
    /// too, so they need not be given again. Jobs that have settled by it are neither waited for nor
    /// printed again, but count for the exit code; once all have, running again says so. To see
    /// them use `results`. A run that was killed between printing a job and noting it prints that
    /// one again. The file holds ids, times, outcomes and names of saved files: no URL, no
    /// credentials. FILE.lock beside it keeps a second run away; FILE.new is the file while it is
    /// rewritten. A symbolic link is followed.
    #[arg(long, value_name = "FILE")]
    pub(crate) tickets: Option<PathBuf>,

    /// Save each result in a directory as its job succeeds, as ID.png, ID.mp4 or the like
    ///
    /// The directory is made if it is not there. A file gets its name once it is whole; one that was
    /// broken off is gone on with by the next run. What is there already is not fetched again. With
    /// --tickets results of earlier runs are saved too, while AKOOL has them. A result that cannot
    /// be saved is told on standard error, and the rest goes on. No key is sent to the file's host.
    #[arg(long, value_name = "DIR")]
    pub(crate) download: Option<PathBuf>,

    /// Print one JSON object a line, for every job as it settles
    ///
    /// Its keys: those of `results --json`, and waited_seconds. Where there is no result, error
    /// says why; its kind then is job_failed, missing, deadline_passed or fault. The last two may
    /// come again in a later run: their jobs have not settled.
    #[expect(clippy::doc_markdown, reason = "it is help text")]
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}
