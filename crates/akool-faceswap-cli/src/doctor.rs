//! `doctor`: checks everything that a lookup needs, step by step, and says how to correct what is wrong.
//!
//! A check that depends on one that failed is skipped: it could only report the same error again. No value of a setting
//! is shown except the base URL, and that only once it is known to contain no password.

mod account;
mod finding;
mod network;
mod report;
mod settings;

use crate::{
    args::DoctorArgs, environment::Environment, exit::Exit, output::remark, problem::Problem,
    proxy, runtime, verbosity::Verbosity,
};

use akool_faceswap_raw::ClientInfo as _;

use self::report::Report;

/// Runs the command.
pub(crate) fn run(args: &DoctorArgs, verbosity: Verbosity) -> Result<Exit, Problem> {
    let environment = Environment::of_process();
    let runtime = runtime::start()?;
    let mut report = Report::new(args.output.is_json(), verbosity);
    runtime.block_on(examine(args, &environment, &mut report))?;
    // Do not wait for a name that is still being resolved.
    runtime.shutdown_background();
    remark(|out| writeln!(out, "{report}"));
    Ok(if report.is_passed() {
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
    let raw = client.raw();
    let proxy = proxy::for_url(environment, raw.baseurl());
    let is_reached = network::reach(&raw, proxy, report).await?;
    if has_key && is_reached {
        account::look_up(settings, environment, report).await?;
    }
    Ok(())
}
