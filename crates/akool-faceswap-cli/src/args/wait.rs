//! `wait`.

use std::{path::PathBuf, time::Duration};

use clap::{ArgGroup, Args, ValueHint};

use super::{GalleryArgs, IdArgs, LookupArgs, OutputArgs, environment};

const HELP: &str = concat!(
    "\
Examples:
  akool-faceswap wait 667d228400000000000a0001
  akool-faceswap wait --ids-file ids.txt --timeout 3h
  akool-faceswap wait --ids-file ids.txt --tickets t.jsonl
  akool-faceswap wait --tickets t.jsonl --download results
  psql -Atc 'select result_id from jobs' |
    akool-faceswap wait --json - >> settled.jsonl

JSON keys:
  those of `results --json`, and
  waited_seconds  how long the job was waited for
  file            where --download saved the result, or null
  error           also: why there is no result. Kinds:
                  job_failed, missing, no_result_url;
                  deadline_passed and fault, whose jobs have
                  not settled and may come again in a later
                  run. With --download also: why the result
                  was not saved

",
    environment!(),
    "

Exit code, the first that applies:
  130  ended by Ctrl-C; with --tickets the same command
       resumes
  2    invalid arguments, ids or settings; nothing was sent
  1    no job could be looked up; or --tickets or the output
       could not be written, or its reader left before all
       jobs had settled
  4    timed out, some jobs have not settled; run it again
  3    some jobs failed or are missing, an error ended their
       wait, or a result could not be saved
  0    all succeeded, in this run and those before it"
);

/// Wait until jobs have ended
///
/// Looks all of them up together, every few seconds at first and at most every 30 seconds for jobs
/// that take long. Prints one line on standard output for each job as it settles: id, status, how
/// long it was waited for, and the result's URL or why there is none. Progress goes to standard
/// error: bars on a terminal; elsewhere a line when something has changed, at most every 10 seconds.
/// Failed lookups are retried, except for permanent errors such as a wrong key.
///
/// A job that AKOOL does not know for 2 minutes is missing. Ctrl-C ends the wait cleanly, a second one at once; the
/// jobs themselves continue.
#[derive(Args)]
#[command(
    after_help = HELP,
    override_usage = "akool-faceswap wait [OPTIONS] ID...\n       \
                      akool-faceswap wait [OPTIONS] --ids-file FILE\n       \
                      akool-faceswap wait [OPTIONS] --tickets FILE",
    group = ArgGroup::new("jobs").args(["ids", "ids_file", "tickets"]).multiple(true).required(true)
)]
pub(crate) struct WaitArgs {
    #[command(flatten)]
    pub(crate) ids: IdArgs,

    /// How long to wait, from now: 90s, 30m, 3h
    #[arg(long, value_name = "TIME", default_value = "4h", value_hint = ValueHint::Other,
          value_parser = humantime::parse_duration)]
    pub(crate) timeout: Duration,

    /// Look each job up at this interval: 5s, 1m [default: adapts]
    ///
    /// Without it the interval grows with the time since the job last changed, from 2 seconds, and
    /// with the number of jobs. Lookups share requests, and vary by up to a tenth so that programs do not poll in step.
    /// At least 100ms.
    #[arg(long, value_name = "TIME", value_hint = ValueHint::Other,
          value_parser = humantime::parse_duration)]
    pub(crate) interval: Option<Duration>,

    /// How long AKOOL may not know a job before it is missing [default: 2m]
    ///
    /// A job may be unknown to lookups for a while after its submit. 0s: the first answer without it
    /// decides.
    #[arg(long, value_name = "TIME", value_hint = ValueHint::Other,
          value_parser = humantime::parse_duration)]
    pub(crate) missing_grace: Option<Duration>,

    /// Keep the state in a file, so that the same command resumes after Ctrl-C or a crash
    ///
    /// The file is written at the start, added to as jobs settle, and kept at the end. The jobs in it
    /// are waited for too, so you need not give them again. Jobs that have settled are neither waited
    /// for nor printed again, but count for the exit code; to see them use `results`. A run that was
    /// killed between printing a job and recording it prints that one again. The file holds ids,
    /// times, outcomes and names of saved files: no URL, no credentials. FILE.lock beside it keeps a
    /// second run away; FILE.new is the file while it is rewritten. A symbolic link is followed.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) tickets: Option<PathBuf>,

    /// Save each result in a directory as its job succeeds, as ID.png, ID.mp4 or the like
    ///
    /// The directory is created if needed. A job is printed once its result is saved, with the name
    /// of the file. A file gets its name once it is complete; an interrupted download is resumed by
    /// the next run; a file that exists is not fetched again. With --tickets results of earlier runs
    /// are saved too, while AKOOL has them. A result that cannot be saved is reported on standard
    /// error, and the others continue. The API key is not sent to the host of a result.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) download: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) output: OutputArgs,

    #[command(flatten)]
    pub(crate) gallery: GalleryArgs,

    #[command(flatten)]
    pub(crate) lookup: LookupArgs,
}
