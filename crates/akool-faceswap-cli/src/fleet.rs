//! `fleet`: many processes, one set of tracked jobs in a database.
//!
//! Each subcommand is one call of `akool-faceswap-fleet`; `work` runs until Ctrl-C.

mod args;
mod database;
mod status;
mod work;

use akool_faceswap_fleet::{Fleet, Outcome, Tracking, postgres};
use serde::Serialize;

use crate::{
    exit::Exit,
    ids,
    output::{Stdout, tell, write_line},
    problem::Problem,
    runtime,
};
pub(crate) use args::FleetArgs;
use args::{FleetCommand, MigrateArgs, StatsArgs, TakeArgs, TrackArgs};
use database::{DatabaseArgs, problem};

/// Runs the command.
pub(crate) fn run(args: &FleetArgs) -> Result<Exit, Problem> {
    let database = &args.database;
    match &args.command {
        FleetCommand::Migrate(args) => migrate(database, args),
        FleetCommand::Work(args) => work::run(database, args),
        FleetCommand::Track(args) => track(database, args),
        FleetCommand::Take(args) => take(database, args),
        FleetCommand::Stats(args) => stats(database, args),
    }
}

fn migrate(database: &DatabaseArgs, args: &MigrateArgs) -> Result<Exit, Problem> {
    if args.print {
        let _ = Stdout::lock().emit(|out| {
            for (version, sql) in postgres::MIGRATIONS {
                writeln!(out, "-- version {version}\n\n{sql}")?;
            }
            Ok(())
        })?;
        return Ok(Exit::Complete);
    }
    let url = database.url()?;
    let migrating = async { Fleet::migrate(&url).await.map_err(|error| problem(&error)) };
    let version = runtime::start()?.block_on(migrating)?;
    tell(|out| writeln!(out, "the schema has version {version}"));
    Ok(Exit::Complete)
}

fn track(database: &DatabaseArgs, args: &TrackArgs) -> Result<Exit, Problem> {
    let ids = ids::read(&args.ids)?;
    let url = database.url()?;
    let new = runtime::start()?.block_on(async {
        let fleet = database.connect(&url).await?;
        let tracking = ids.iter().map(|id| {
            let tracking = Tracking::new(id.clone());
            match &args.tag {
                Some(tag) => tracking.tag(tag),
                None => tracking,
            }
        });
        fleet.track(tracking).await.map_err(|error| problem(&error))
    })?;
    let known = ids.len() as u64 - new;
    tell(|out| match known {
        0 => writeln!(out, "{new} tracked"),
        _ => writeln!(out, "{new} tracked, {known} tracked already"),
    });
    Ok(Exit::Complete)
}

fn take(database: &DatabaseArgs, args: &TakeArgs) -> Result<Exit, Problem> {
    let url = database.url()?;
    let outcomes = runtime::start()?.block_on(async {
        let fleet = database.connect(&url).await?;
        fleet.take(args.max).await.map_err(|error| problem(&error))
    })?;
    let _ = Stdout::lock().emit(|out| {
        outcomes
            .iter()
            .try_for_each(|outcome| write_line(out, &OutcomeLine::new(outcome)))
    })?;
    let taken = outcomes.len();
    tell(|out| writeln!(out, "{taken} taken"));
    Ok(Exit::Complete)
}

/// One line of `take`.
#[derive(Serialize)]
struct OutcomeLine<'a> {
    id: &'a str,
    tag: Option<&'a str>,
    outcome: &'static str,
    url: Option<&'a str>,
    error: Option<&'a str>,
    ticket: Option<&'a akool_faceswap::Ticket>,
}

impl<'a> OutcomeLine<'a> {
    fn new(outcome: &'a Outcome) -> Self {
        Self {
            id: outcome.id().as_str(),
            tag: outcome.tag(),
            outcome: outcome.kind().as_str(),
            url: outcome.job().and_then(|job| job.result_url()),
            error: outcome.error(),
            ticket: outcome.ticket(),
        }
    }
}

fn stats(database: &DatabaseArgs, args: &StatsArgs) -> Result<Exit, Problem> {
    let url = database.url()?;
    let stats = runtime::start()?.block_on(async {
        let fleet = database.connect(&url).await?;
        fleet.stats().await.map_err(|error| problem(&error))
    })?;
    let figures = status::figures(&stats);
    let _ = Stdout::lock().emit(|out| {
        if args.output.is_json() {
            let object: serde_json::Map<_, _> = figures
                .iter()
                .map(|figure| (figure.name.to_owned(), figure.json()))
                .collect();
            return write_line(out, &object);
        }
        figures
            .iter()
            .try_for_each(|figure| writeln!(out, "{:<28} {}", figure.label, figure.text()))
    })?;
    Ok(Exit::Complete)
}
