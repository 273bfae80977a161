//! The arguments of `fleet`.

use std::net::SocketAddr;

use clap::{Args, Subcommand, builder::RangedU64ValueParser};

use super::DatabaseArgs;
use crate::args::{ConnectionArgs, IdArgs, JsonArgs};

const HELP: &str = "\
Examples:
  export AKOOL_DATABASE_URL=postgres://akool@db/jobs
  akool-faceswap fleet migrate
  akool-faceswap fleet track 667d228400000000000a0001
  akool-faceswap fleet work --status 127.0.0.1:9187
  akool-faceswap fleet take | jq -r 'select(.url) | .url'
  akool-faceswap fleet stats

Environment:
  AKOOL_DATABASE_URL  the database, unless --database or
                      --database-file is given

Exit code:
  0  done
  1  the database or the API refused it
  2  invalid arguments, ids or settings";

/// Share one set of tracked jobs among many processes, in a database
///
/// The database is PostgreSQL (postgres://...), or for the processes of one machine a SQLite file
/// (sqlite:PATH). Its URL is never printed. Any number of processes may work at once: each job is looked up by
/// one of them, all share one request budget, and each job has one outcome.
#[derive(Args)]
#[command(after_help = HELP)]
pub(crate) struct FleetArgs {
    #[command(subcommand)]
    pub(super) command: FleetCommand,

    #[command(flatten)]
    pub(super) database: DatabaseArgs,
}

#[derive(Subcommand)]
pub(super) enum FleetCommand {
    Migrate(MigrateArgs),
    Work(WorkArgs),
    Track(TrackArgs),
    Take(TakeArgs),
    Stats(StatsArgs),
}

/// Create the tables and functions, or update them
///
/// Run it before you deploy a release. Workers of the previous release continue to work.
#[derive(Args)]
pub(super) struct MigrateArgs {
    /// Print the SQL for PostgreSQL instead of running it
    #[arg(long)]
    pub(super) print: bool,
}

/// Look tracked jobs up until Ctrl-C
#[derive(Args)]
pub(super) struct WorkArgs {
    /// Requests a second for all workers of the lane together; 0: no limit
    #[arg(long, value_name = "N", default_value_t = 20.0)]
    pub(super) requests_per_second: f64,

    /// Requests that may be sent at once after a pause
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(super) burst: u32,

    /// Requests in flight at once, for this worker
    #[arg(long, value_name = "N", default_value_t = 4,
          value_parser = RangedU64ValueParser::<usize>::new().range(1..=64))]
    pub(super) concurrent: usize,

    /// Serve /healthz, /metrics (Prometheus) and a page with figures at this address
    ///
    /// It has no password: give an address that only your own machines reach.
    #[arg(long, value_name = "IP:PORT")]
    pub(super) status: Option<SocketAddr>,

    #[command(flatten)]
    pub(super) connection: ConnectionArgs,
}

/// Have workers look jobs up
#[derive(Args)]
pub(super) struct TrackArgs {
    #[command(flatten)]
    pub(super) ids: IdArgs,

    /// A text that comes back with each outcome
    #[arg(long, value_name = "TEXT")]
    pub(super) tag: Option<String>,
}

/// Take outcomes out of the database: one JSON object a line
///
/// Its keys: id; tag; outcome (success, job_failed, missing, no_result_url, deadline_passed,
/// fault); url (only of a success);
/// error; ticket. The outcomes are deleted before they are printed: a program that must not lose any takes them by SQL,
/// in its own transaction.
#[derive(Args)]
#[expect(clippy::doc_markdown, reason = "it is help text")]
pub(super) struct TakeArgs {
    /// The most outcomes to take
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub(super) max: u32,
}

/// Show the queue, its lag, the budget, the workers and the oldest outcome
///
/// Times in JSON are seconds.
#[derive(Args)]
pub(super) struct StatsArgs {
    #[command(flatten)]
    pub(super) output: JsonArgs,
}
