//! `fake`.

use std::{path::PathBuf, time::Duration};

use akool_faceswap_mock::FaultRule;
use clap::{
    Args, ValueHint,
    builder::{PossibleValue, RangedU64ValueParser, TypedValueParser},
};

const HELP: &str = "\
Examples:
  akool-faceswap fake --jobs 500 --ids-file ids.txt
  akool-faceswap fake --port 8080 --settle-within 5s --stats
  akool-faceswap fake --fault rate-limit=5/1s \\
    --fault 503:5% --fault truncated:files:3x

In another shell:
  export AKOOL_API_HOST=http://127.0.0.1:8080
  export AKOOL_API_KEY=fake-akool-api-key
  akool-faceswap wait --ids-file ids.txt

Exit code:
  0  ended by Ctrl-C or SIGTERM
  1  the port is taken, or --ids-file could not be written
  2  invalid arguments";

/// Run a fake AKOOL server with made-up jobs, for tests in any language
///
/// Prints its URL on the first line, then how to use it, and serves until Ctrl-C or SIGTERM. It
/// answers every operation of the API and serves the files of the jobs that have succeeded. Three
/// jobs in ten are videos and take longer; three in a hundred fail.
#[derive(Args)]
#[command(after_help = HELP)]
pub(crate) struct FakeArgs {
    /// The port on 127.0.0.1; 0: any free one
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub(crate) port: u16,

    /// The same number gives the same jobs with the same ids
    #[arg(long, value_name = "N", default_value_t = 7)]
    pub(crate) seed: u64,

    /// How many jobs
    #[arg(long, value_name = "N", default_value_t = 100,
          value_parser = RangedU64ValueParser::<usize>::new().range(1..=1_000_000))]
    pub(crate) jobs: usize,

    /// How long after the start the last job settles: 500ms, 30s, 3h
    #[arg(long, value_name = "TIME", default_value = "30s", value_hint = ValueHint::Other,
          value_parser = humantime::parse_duration)]
    pub(crate) settle_within: Duration,

    /// Write the ids of the jobs to a file, one a line
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) ids_file: Option<PathBuf>,

    #[arg(long = "fault", value_name = "WHAT", value_parser = FaultParser,
          hide_possible_values = true, help = "What goes wrong; may be repeated",
          long_help = fault_help())]
    pub(crate) faults: Vec<FaultRule>,

    /// A prefix to the paths of the API, as behind a proxy
    #[arg(long, value_name = "PATH", default_value = "", value_hint = ValueHint::Other)]
    pub(crate) path_prefix: String,

    /// Print statistics at the end: requests, ids, faults, downloads
    #[arg(long)]
    pub(crate) stats: bool,
}

/// Parses a fault, and lets shells complete the examples.
#[derive(Clone)]
struct FaultParser;

impl TypedValueParser for FaultParser {
    type Value = FaultRule;

    fn parse_ref(
        &self,
        command: &clap::Command,
        arg: Option<&clap::Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<FaultRule, clap::Error> {
        let parse: fn(&str) -> Result<FaultRule, _> = str::parse;
        parse.parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let examples = FaultRule::FAULTS.split(", ");
        Some(Box::new(examples.map(PossibleValue::new)))
    }
}

fn fault_help() -> String {
    format!(
        "What goes wrong; may be repeated\n\n\
         WHAT[=VALUE][:SELECTOR]... The first one that matches a request applies.\n\n\
         Faults: {}.\n\n\
         Selectors: {}.",
        FaultRule::FAULTS,
        FaultRule::SELECTORS
    )
}
