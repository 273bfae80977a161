//! `fake`.

use std::{path::PathBuf, time::Duration};

use akool_faceswap_mock::FaultRule;
use clap::{Args, builder::RangedU64ValueParser};

const HELP: &str = "\
Examples:
  akool-faceswap fake --jobs 500 --ids-file ids.txt
  akool-faceswap fake --port 8080 --seed 7 --settle-within 5s --stats
  akool-faceswap fake --fault rate-limit=5/1s --fault 503:5% --fault truncated:files:3x

In another shell:
  export AKOOL_API_HOST=http://127.0.0.1:8080 AKOOL_API_KEY=fake-akool-api-key
  akool-faceswap wait --ids-file ids.txt --tickets jobs.jsonl

Exit code:
  0  ended by Ctrl-C or SIGTERM
  1  the port is taken, or --ids-file could not be written
  2  wrong arguments";

/// Run a fake AKOOL server with made-up jobs, for tests in any language
///
/// Prints its URL as the first line, then how to use it, and serves until Ctrl-C or SIGTERM. It
/// answers lookups and getToken, and serves the files of the jobs that have succeeded. Three jobs in
/// ten are videos and take longer; three in a hundred fail.
#[derive(Args)]
#[command(after_help = HELP)]
pub(crate) struct FakeArgs {
    /// The port on 127.0.0.1; 0 is any that is free
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub(crate) port: u16,

    /// The same number makes the same jobs with the same ids
    #[arg(long, value_name = "N", default_value_t = 7)]
    pub(crate) seed: u64,

    /// How many jobs
    #[arg(long, value_name = "N", default_value_t = 100,
          value_parser = RangedU64ValueParser::<usize>::new().range(1..=1_000_000))]
    pub(crate) jobs: usize,

    /// How long after the start the last job has settled: 500ms, 30s, 3h
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = humantime::parse_duration)]
    pub(crate) settle_within: Duration,

    /// Write the ids of the jobs to a file, one a line
    #[arg(long, value_name = "FILE")]
    pub(crate) ids_file: Option<PathBuf>,

    #[arg(long = "fault", value_name = "WHAT", help = "What goes wrong; may be given many times",
          long_help = fault_help())]
    pub(crate) faults: Vec<FaultRule>,

    /// A path in front of the API's own, as behind a proxy
    #[arg(long, value_name = "PATH", default_value = "")]
    pub(crate) path_prefix: String,

    /// Print at the end what has come: requests, ids, faults, downloads
    #[arg(long)]
    pub(crate) stats: bool,
}

fn fault_help() -> String {
    format!(
        "What goes wrong; may be given many times\n\n\
         WHAT[=VALUE][:SELECTOR]... The first that is for a request decides.\n\n\
         Faults: {}.\n\n\
         Selectors: {}.",
        FaultRule::FAULTS,
        FaultRule::SELECTORS
    )
}
