//! Whether AKOOL accepts the credentials: one lookup of an id that nobody has.

use std::time::{Duration, Instant};

use akool_faceswap::{Error, ResultId, RetryPolicy};

use super::{
    finding::{Check, Finding},
    report::Report,
};
use crate::{
    args::ConnectionArgs, connection::Connection, environment::Environment, problem::Problem,
    verbosity::causes,
};

/// It has the form of an id, of a job that was created on the first day of 1970.
const MADE_UP: &str = "000000000000000000000001";

const PATIENCE: Duration = Duration::from_secs(20);

/// Looks an id up, once.
pub(super) async fn look_up(
    args: &ConnectionArgs,
    environment: &Environment,
    report: &mut Report,
) -> Result<(), Problem> {
    let connection = Connection::of(args, environment)?;
    let id = ResultId::new(MADE_UP)
        .map_err(|error| Problem::failure(error.to_string(), "report it: this is a bug"))?;
    let started = Instant::now();
    let answer = connection
        .client
        .lookup(&id)
        .retry(RetryPolicy::never())
        .operation_timeout(PATIENCE)
        .await;
    report.add(&match answer {
        Ok(_) => Finding::ok(
            Check::Lookup,
            format!(
                "AKOOL accepts the API key ({} ms)",
                started.elapsed().as_millis()
            ),
        ),
        Err(error) => refused(&error, &connection),
    })
}

fn refused(error: &Error, connection: &Connection) -> Finding {
    let (what, help) = (error.message(), connection.advice(error));
    if error.is_rate_limit() {
        // It says nothing about the key.
        Finding::warn(Check::Lookup, what, help)
    } else {
        Finding::fail(Check::Lookup, what, help)
    }
    .because(causes(error))
}
