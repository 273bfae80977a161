//! The options that choose the format of standard output.

use clap::{Args, ValueEnum};

/// The formats of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputFormat {
    /// A table or lines for people
    Table,
    /// One JSON object a line
    Json,
    /// Comma-separated values with a header line (RFC 4180)
    Csv,
}

/// For commands that print one row for each job.
#[derive(Args)]
pub(crate) struct OutputArgs {
    /// The format of standard output: table, json or csv [default: table]
    #[arg(
        short,
        long,
        value_name = "FORMAT",
        hide_possible_values = true,
        conflicts_with_all = ["json", "csv"]
    )]
    output: Option<OutputFormat>,

    /// Print one JSON object a line, for every job: --output json
    #[arg(long)]
    json: bool,

    /// Print comma-separated values with a header line (RFC 4180): --output csv
    ///
    /// The columns are the JSON keys, with error_kind, error_code, error_http_status and
    /// error_message in place of error. What does not apply is empty. A cell that a spreadsheet
    /// would take for a formula begins with an apostrophe.
    #[expect(clippy::doc_markdown, reason = "it is help text")]
    #[arg(long, conflicts_with = "json")]
    csv: bool,
}

impl OutputArgs {
    pub(crate) fn format(&self) -> OutputFormat {
        match (self.output, self.json, self.csv) {
            (Some(format), ..) => format,
            (None, true, _) => OutputFormat::Json,
            (None, _, true) => OutputFormat::Csv,
            (None, ..) => OutputFormat::Table,
        }
    }
}

/// The formats of output that is not a list of jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum TextOrJson {
    /// Lines for people
    Table,
    /// One JSON object a line
    Json,
}

/// For all other commands.
#[derive(Args)]
pub(crate) struct JsonArgs {
    /// The format of standard output: table or json [default: table]
    #[arg(
        short,
        long,
        value_name = "FORMAT",
        hide_possible_values = true,
        conflicts_with = "json"
    )]
    output: Option<TextOrJson>,

    /// Print one JSON object a line: --output json
    #[arg(long)]
    json: bool,
}

impl JsonArgs {
    pub(crate) fn is_json(&self) -> bool {
        self.json || self.output == Some(TextOrJson::Json)
    }
}
