//! The command-line arguments and their help.

mod account;
mod detect;
mod doctor;
mod download;
mod fake;
mod gallery;
mod output;
mod results;
mod shell;
mod swap;
mod wait;
mod webhook;

use std::path::PathBuf;

use clap::{
    ArgAction, Args, ColorChoice, Parser, Subcommand, ValueHint, builder::RangedU64ValueParser,
};

pub(crate) use crate::fleet::FleetArgs;
pub(crate) use account::{CreditArgs, DeleteArgs};
pub(crate) use detect::DetectArgs;
pub(crate) use doctor::DoctorArgs;
pub(crate) use download::DownloadArgs;
pub(crate) use fake::FakeArgs;
pub(crate) use gallery::GalleryArgs;
pub(crate) use output::{JsonArgs, OutputArgs, OutputFormat};
pub(crate) use results::ResultsArgs;
pub(crate) use shell::{CompletionsArgs, ManArgs};
pub(crate) use swap::{SwapArgs, Which};
pub(crate) use wait::WaitArgs;
pub(crate) use webhook::{VerifyArgs, WebhookArgs, WebhookCommand};

/// The section of help about environment variables.
macro_rules! environment {
    () => {
        "\
Environment:
  AKOOL_API_KEY   the API key; or use --api-key-file
  AKOOL_CLIENT_ID and AKOOL_CLIENT_SECRET
                  credentials to use if there is no key
  AKOOL_API_HOST  the base URL, unless --base-url is given
  HTTPS_PROXY     an http:// or https:// proxy
  NO_PROXY        hosts to reach without the proxy
  SSL_CERT_FILE   the authorities to trust, in PEM (not on
                  Windows and macOS)"
    };
}
use environment;

const HELP: &str = "\
Examples:
  akool-faceswap demo
  akool-faceswap doctor
  akool-faceswap wait --tickets t.jsonl --ids-file ids.txt
  akool-faceswap results 667d228400000000000a0001
  akool-faceswap download --to results --ids-file ids.txt

`demo` needs no key and no network.
`akool-faceswap help COMMAND` has more examples.";

/// Submit face swaps to AKOOL, wait for them and save their results
#[derive(Parser)]
#[command(
    // Otherwise it is the package's name.
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

/// How much every command prints, and in which colours.
#[derive(Args)]
pub(crate) struct MannerArgs {
    /// Print more on standard error: -v the causes of errors, -vv also each request
    #[arg(short, long, global = true, display_order = 100, action = ArgAction::Count)]
    pub(crate) verbose: u8,

    /// Print only errors and warnings on standard error: no progress, counts or hints
    #[arg(
        short,
        long,
        global = true,
        display_order = 100,
        conflicts_with = "verbose"
    )]
    pub(crate) quiet: bool,

    /// Whether to use colours
    ///
    /// `auto` uses them on a terminal, unless NO_COLOR is set; with CLICOLOR_FORCE anywhere.
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
    Download(DownloadArgs),
    Swap(SwapArgs),
    Detect(DetectArgs),
    Delete(DeleteArgs),
    Credit(CreditArgs),
    Webhook(WebhookArgs),
    Doctor(DoctorArgs),
    Fake(FakeArgs),
    Fleet(FleetArgs),
    Demo(DemoArgs),
    Completions(CompletionsArgs),
    Man(ManArgs),
}

const DEMO_HELP: &str = "\
Examples:
  akool-faceswap demo
  akool-faceswap demo --jobs 500 --seed 42 --dir results
  akool-faceswap demo --gallery demo.html

Exit code:
  0    everything went as expected
  1    the fake server could not start, or the results, the
       page or the output could not be written
  2    invalid arguments
  130  ended by Ctrl-C";

/// Watch the whole life of made-up jobs: no key, no network, no credits
///
/// Starts a fake AKOOL server inside this process, detects a face, submits swaps, loses the answer to
/// one and finds its job by a webhook, waits for all as `wait` does, with a rate limit on the way, and
/// saves the results. Takes about ten seconds.
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

    #[command(flatten)]
    pub(crate) gallery: GalleryArgs,
}

/// The jobs that a command is about.
#[derive(Args)]
pub(crate) struct IdArgs {
    /// Ids, or lists of them separated by commas; `-` reads them from standard input
    #[arg(value_name = "ID", value_hint = ValueHint::Other)]
    pub(crate) ids: Vec<String>,

    /// Read ids from a file too (`-`: standard input)
    ///
    /// One or more on a line, separated by commas, semicolons or white space, with or without quotes;
    /// a # at the beginning of a word starts a comment. Or what this command prints: its table, JSON,
    /// CSV with a column id or _id, and the file of --tickets. At most 4 MiB.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) ids_file: Option<PathBuf>,
}

/// The base URL and the credentials.
#[derive(Args)]
pub(crate) struct ConnectionArgs {
    /// The base URL of the API [default: AKOOL_API_HOST, else openapi.akool.com]
    #[expect(clippy::doc_markdown, reason = "it is help text")]
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    pub(crate) base_url: Option<String>,

    /// A file that holds the API key [default: the key in AKOOL_API_KEY]
    #[expect(clippy::doc_markdown, reason = "it is help text")]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) api_key_file: Option<PathBuf>,
}

/// How lookups are sent.
#[derive(Args)]
pub(crate) struct LookupArgs {
    /// At most this many ids in one request, for a server that refuses longer ones [default: 100]
    ///
    /// Without it the limit is found automatically: a request that is refused for its length is split in two.
    #[arg(long, value_name = "N", value_hint = ValueHint::Other,
          value_parser = RangedU64ValueParser::<usize>::new().range(1..=1000))]
    pub(crate) ids_per_request: Option<usize>,

    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_arguments_fit_together() {
        Cli::command().debug_assert();
    }

    fn check_help(command: &mut clap::Command) {
        let help = command.render_long_help().to_string();
        let after = command.get_after_help().map(ToString::to_string);
        for line in after.iter().flat_map(|after| after.lines()) {
            assert!(line.chars().count() <= 60, "it would be wrapped: {line:?}");
        }
        for line in help.lines() {
            let words = line.split_whitespace().count();
            // A single word that does not fit cannot be broken.
            assert!(
                line.chars().count() <= 60 || words == 1,
                "{}: {line:?} in\n{help}",
                command.get_name()
            );
        }
        for subcommand in command.get_subcommands_mut() {
            check_help(subcommand);
        }
    }

    #[test]
    fn no_word_of_any_help_is_broken_at_60_columns() {
        let mut command = Cli::command().term_width(60);
        command.build();
        check_help(&mut command);
    }
}
