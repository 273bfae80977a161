//! `doctor`: looks at everything that a lookup needs, one thing after the other, and says what to
//! do about what is amiss.
//!
//! A check that depends on one that failed is left out: it could only say the same again. No value
//! of a setting is shown but the base URL, and that only once it is known to hold no password.

mod account;
mod finding;
mod network;
mod report;
mod settings;

use crate::{
    args::DoctorArgs, environment::Environment, exit::Exit, output::tell, problem::Problem,
    runtime, verbosity::Verbosity,
};

use report::Report;

/// Runs the command.
pub(crate) fn run(args: &DoctorArgs, verbosity: Verbosity) -> Result<Exit, Problem> {
    let environment = Environment::of_process();
    let runtime = runtime::start()?;
    let mut report = Report::new(args.json, verbosity);
    runtime.block_on(examine(args, &environment, &mut report))?;
    // A name that is still being resolved is no reason to wait.
    runtime.shutdown_background();
    tell(|out| writeln!(out, "{report}"));
    Ok(if report.is_well() {
        Exit::Complete
    } else {
        Exit::Failure
    })
}

async fn examine(
    args: &DoctorArgs,
    environment: &Environment,
    report: &mut Report,
) -> Result<(), Problem> {
    let settings = &args.connection;
    settings::environment(environment, report)?;
    let has_key = settings::key(settings, environment, report)?;
    let Some(client) = settings::base_url(settings, environment, report)? else {
        return Ok(());
    };
    let proxy = settings::proxy(environment);
    let is_reached = network::reach(&client.raw(), proxy, report).await?;
    if has_key && is_reached {
        account::look_up(settings, environment, report).await?;
    }
    Ok(())
}
