//! `credit`: the credits that the account has left.

use serde::Serialize;

use crate::{
    args::CreditArgs,
    connection::Connection,
    exit::Exit,
    output::{Stdout, write_line},
    problem::Problem,
    runtime,
    verbosity::{causes, reason},
};

/// The credit as text, so that no digit is lost in a reader's floating-point number.
#[derive(Serialize)]
struct Line<'a> {
    credit: &'a str,
}

/// Runs the command.
pub(crate) fn run(args: &CreditArgs) -> Result<Exit, Problem> {
    let connection = Connection::new(&args.connection)?;
    let credit = runtime::start()?
        .block_on(async { connection.client.credit().await })
        .map_err(|error| {
            Problem::failure(reason(&error), connection.advice(&error)).because(causes(&error))
        })?;
    let _ = Stdout::lock().emit(|out| {
        if args.output.is_json() {
            write_line(
                out,
                &Line {
                    credit: credit.as_str(),
                },
            )
        } else {
            writeln!(out, "{credit}")
        }
    })?;
    Ok(Exit::Complete)
}
