//! `delete`: deletes results permanently, after a question on a terminal.

use std::io::{self, BufRead as _, IsTerminal as _};

use akool_faceswap::ResultIds;

use crate::{
    args::DeleteArgs,
    connection::Connection,
    exit::Exit,
    ids,
    output::{remark, style, tell},
    problem::Problem,
    runtime,
    verbosity::{causes, reason},
};

/// Runs the command.
pub(crate) fn run(args: &DeleteArgs) -> Result<Exit, Problem> {
    let ids = ids::read(&args.ids)?;
    let connection = Connection::new(&args.connection)?;
    if !args.yes && !confirmed(&ids)? {
        remark(|out| writeln!(out, "nothing was deleted"));
        return Ok(Exit::Interrupted);
    }
    let deletion = runtime::start()?
        .block_on(async { connection.client.delete(&ids).await })
        .map_err(|error| {
            Problem::failure(
                format!("no deletion was confirmed: {}", reason(&error)),
                connection.advice(&error),
            )
            .because(causes(&error))
        })?;
    let bad = style::BAD;
    tell(|out| {
        for (ids, error) in deletion.failed() {
            let (message, advice) = (reason(error), connection.advice(error));
            for id in ids {
                writeln!(out, "{bad}not confirmed:{bad:#} {id}: {message}; {advice}")?;
            }
        }
        Ok(())
    });
    let deleted = deletion.deleted().count();
    remark(|out| writeln!(out, "{deleted} of {} deleted", ids.len()));
    Ok(if deletion.is_complete() {
        Exit::Complete
    } else {
        Exit::Incomplete
    })
}

/// Asks the person at the terminal. Without a terminal the deletion is refused.
fn confirmed(ids: &ResultIds) -> Result<bool, Problem> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Err(Problem::usage(
            "a deletion cannot be undone, and there is no terminal to ask for confirmation",
            "give --yes to delete without a question; no request was sent",
        ));
    }
    let count = ids.len();
    let results = if count == 1 { "result" } else { "results" };
    tell(|out| write!(out, "Delete {count} {results} permanently? [y/N] "));
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).map_err(|error| {
        Problem::failure(
            format!("cannot read your answer: {error}"),
            "give --yes to delete without a question; no request was sent",
        )
    })?;
    Ok(matches!(
        answer.trim().to_ascii_lowercase().as_str(),
        "y" | "yes"
    ))
}
