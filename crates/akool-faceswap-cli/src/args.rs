//! What can be typed, and the help that says so.

mod account;
mod detect;
mod fake;
mod swap;
mod wait;

use std::path::PathBuf;

use clap::{
    ArgAction, ArgGroup, Args, ColorChoice, Parser, Subcommand, builder::RangedU64ValueParser,
};
use clap_complete::Shell;

pub(crate) use crate::fleet::FleetArgs;
pub(crate) use account::{CreditArgs, DeleteArgs};
pub(crate) use detect::DetectArgs;
pub(crate) use fake::FakeArgs;
pub(crate) use swap::SwapArgs;
pub(crate) use wait::WaitArgs;

const HELP: &str = "\
Examples:
  akool-faceswap demo
  akool-faceswap doctor
  akool-faceswap wait --tickets jobs.jsonl --ids-file ids.txt
  akool-faceswap results 667d228400000000000a0001
  akool-faceswap completions bash > ~/.local/share/bash-completion/completions/akool-faceswap

`demo` needs no key and no network. `akool-faceswap help COMMAND` has more examples.";

/// Ask the AKOOL Face Swap API what became of your jobs
#[derive(Parser)]
#[command(
    // Else it is the package's.
    name = "akool-faceswap",
    version,
    max_term_width = 100,
    after_help = HELP
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,

    #[command(flatten)]
    pub(crate) manner: MannerArgs,
}

/// How every command speaks.
#[derive(Args)]
pub(crate) struct MannerArgs {
    /// Tell more on standard error: -v the causes of errors, -vv each request too
    #[arg(short, long, global = true, display_order = 100, action = ArgAction::Count)]
    pub(crate) verbose: u8,

    /// Whether to use colours
    ///
    /// `auto` uses them on a terminal, unless NO_COLOR is set; CLICOLOR_FORCE wants them anywhere.
    #[expect(clippy::doc_markdown, reason = "it is help text")]
    #[arg(
        long,
        global = true,
        display_order = 100,
        value_name = "WHEN",
        default_value_t = ColorChoice::Auto,
        hide_possible_values = true,
        help = "Whether to use colours: auto, always, never"
    )]
    pub(crate) color: ColorChoice,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    Wait(WaitArgs),
    Results(ResultsArgs),
    Swap(SwapArgs),
    Detect(DetectArgs),
    Delete(DeleteArgs),
    Credit(CreditArgs),
    Doctor(DoctorArgs),
    Fake(FakeArgs),
    Fleet(FleetArgs),
    Demo(DemoArgs),
    Completions(CompletionsArgs),
}

const DEMO_HELP: &str = "\
Examples:
  akool-faceswap demo
  akool-faceswap demo --jobs 500 --seed 42 --dir results";

/// Watch made-up jobs settle: no key, no network, no credits
///
/// Starts a fake AKOOL server inside this process, gives it jobs, waits for them as `wait` does, with
/// a rate limit on the way, and saves their results. Takes about ten seconds.
#[derive(Args)]
#[command(after_help = DEMO_HELP)]
pub(crate) struct DemoArgs {
    /// How many jobs
    #[arg(long, value_name = "N", default_value_t = 60,
          value_parser = RangedU64ValueParser::<usize>::new().range(1..=10_000))]
    pub(crate) jobs: usize,

    /// The same number makes the same jobs
    #[arg(long, value_name = "N", default_value_t = 7)]
    pub(crate) seed: u64,

    /// Where the results go [default: a new directory for temporary files]
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
}

const DOCTOR_HELP: &str = "\
Examples:
  akool-faceswap doctor
  akool-faceswap doctor --api-key-file key.txt --base-url https://openapi.akool.com
  akool-faceswap doctor --json | jq -r 'select(.verdict != \"ok\") | .message'

Exit code:
  0  nothing failed; there may be warnings
  1  something failed, or the output could not be written
  2  wrong arguments";

/// Look at everything that a lookup needs, and say what to do
///
/// Checks the environment variables, the API key, the base URL, name resolution, the connection,
/// its certificate, this machine's clock (by the server's), and by one lookup of a made-up id that
/// AKOOL accepts the key. Keys are never shown. Costs no credits.
#[derive(Args)]
#[command(after_help = DOCTOR_HELP)]
pub(crate) struct DoctorArgs {
    /// Print one JSON object a line, for every finding
    ///
    /// Its keys: check (environment, api_key, base_url, dns, connection, tls, server, clock,
    /// lookup); verdict (ok, warn, fail); message; help (null if ok).
    #[expect(clippy::doc_markdown, reason = "it is help text")]
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}

const COMPLETIONS_HELP: &str = "\
Examples:
  akool-faceswap completions bash > ~/.local/share/bash-completion/completions/akool-faceswap
  akool-faceswap completions zsh > ~/.zfunc/_akool-faceswap
  akool-faceswap completions fish > ~/.config/fish/completions/akool-faceswap.fish
  akool-faceswap completions powershell >> $PROFILE";

/// Print a script that completes commands and options in a shell
///
/// Put it where the shell looks for such scripts, and open a new shell.
#[derive(Args)]
#[command(after_help = COMPLETIONS_HELP)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub(crate) shell: Shell,
}

const RESULTS_HELP: &str = "\
Examples:
  akool-faceswap results 667d228400000000000a0001
  akool-faceswap results 667d228400000000000a0001,667d228400000000000a0002
  akool-faceswap results --ids-file ids.txt
  akool-faceswap results --ids-file ids.txt --csv > results.csv
  psql -Atc 'select result_id from jobs' | akool-faceswap results --json -
  akool-faceswap results --json --ids-file ids.txt | jq -r 'select(.url) | .url'

Environment:
  AKOOL_API_KEY   the API key, unless --api-key-file is given
  AKOOL_API_HOST  the base URL, unless --base-url is given

Exit code:
  0  every id was found, whatever its status
  1  nothing could be learnt, or the output could not be written
  2  wrong arguments, ids or settings; no request was made
  3  some ids are missing or their lookup failed; the others are shown";

/// Look jobs up by the `_id` of their submit answers
///
/// Shows a table, JSON lines or CSV on standard output: each id once, in the order given. Counts,
/// missing ids and errors go to standard error.
///
/// A result URL needs no key: whoever has it sees the result. It dies 7 days after the job's
/// creation.
#[derive(Args)]
#[command(
    after_help = RESULTS_HELP,
    group = ArgGroup::new("jobs").args(["ids", "ids_file"]).multiple(true).required(true)
)]
pub(crate) struct ResultsArgs {
    #[command(flatten)]
    pub(crate) ids: IdArgs,

    /// Print one JSON object a line, for every id
    ///
    /// Its keys: id; outcome (found, missing, error); status (in_queue, processing, success,
    /// failed, unknown) and status_code; url (only of a success); created_at and expires_at
    /// (RFC 3339, UTC); error (kind, code, http_status, message). What does not apply is null.
    #[expect(clippy::doc_markdown, reason = "it is help text")]
    #[arg(long)]
    pub(crate) json: bool,

    /// Print comma-separated values with a header line (RFC 4180)
    ///
    /// Its columns are the keys of --json, with error_kind, error_code, error_http_status and
    /// error_message. What does not apply is empty. A cell that a spreadsheet would take for a
    /// formula begins with an apostrophe.
    #[expect(clippy::doc_markdown, reason = "it is help text")]
    #[arg(long, conflicts_with = "json")]
    pub(crate) csv: bool,

    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}

/// The jobs that a command is about.
#[derive(Args)]
pub(crate) struct IdArgs {
    /// Ids, or lists of them separated by commas; `-` reads them from standard input
    #[arg(value_name = "ID")]
    pub(crate) ids: Vec<String>,

    /// Read ids from a file too (`-`: standard input)
    ///
    /// One or many a line, separated by commas or white space. Empty lines are passed over, and so
    /// is everything from a # at the beginning of a word to the end of its line. At most 4 MiB.
    #[arg(long, value_name = "FILE")]
    pub(crate) ids_file: Option<PathBuf>,
}

/// Where the API is and what to show it.
#[derive(Args)]
pub(crate) struct ConnectionArgs {
    /// Where the API is [default: AKOOL_API_HOST, else openapi.akool.com]
    #[expect(clippy::doc_markdown, reason = "it is help text")]
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<String>,

    /// A file that holds the API key [default: the key in AKOOL_API_KEY]
    #[expect(clippy::doc_markdown, reason = "it is help text")]
    #[arg(long, value_name = "FILE")]
    pub(crate) api_key_file: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_arguments_fit_together() {
        Cli::command().debug_assert();
    }
}
