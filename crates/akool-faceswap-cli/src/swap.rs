//! `swap`: one face swap, submitted once.

use akool_faceswap::submit::{PendingSubmit, SubmitErrorKind};
use serde::Serialize;

use crate::{
    args::SwapArgs,
    connection::Connection,
    exit::Exit,
    output::{Stdout, shown, style, tell, write_line},
    problem::Problem,
    runtime,
    verbosity::{causes, reason},
};

/// What became of the submit, as a JSON line.
#[derive(Serialize)]
struct Line<'a> {
    outcome: &'static str,
    id: Option<&'a str>,
    job_id: Option<&'a str>,
    token: Option<String>,
    error: Option<String>,
}

/// Runs the command.
pub(crate) fn run(args: &SwapArgs) -> Result<Exit, Problem> {
    let connection = Connection::new(&args.connection)?;
    runtime::start()?.block_on(async {
        let pending = prepare(args, &connection).await?;
        match connection.client.send(pending).await {
            Ok(job) => {
                let id = job.id();
                let _ = Stdout::lock().emit(|out| {
                    if args.json {
                        let line = Line {
                            outcome: "accepted",
                            id: Some(id.as_str()),
                            job_id: job.job_id(),
                            token: Some(job.token().to_string()),
                            error: None,
                        };
                        write_line(out, &line)
                    } else {
                        writeln!(out, "{id}")
                    }
                })?;
                tell(|out| writeln!(out, "accepted; wait for it: akool-faceswap wait {id}"));
                Ok(Exit::Complete)
            }
            Err(error) => {
                let (outcome, exit) = match error.kind() {
                    SubmitErrorKind::NotSent | SubmitErrorKind::Refused => {
                        ("refused", Exit::Failure)
                    }
                    SubmitErrorKind::AcceptedWithoutId => ("accepted", Exit::Incomplete),
                    _ => ("unknown", Exit::Incomplete),
                };
                let message = shown(&error.to_string()).into_owned();
                if args.json {
                    let line = Line {
                        outcome,
                        id: None,
                        job_id: error.job_id(),
                        token: error.token().map(ToString::to_string),
                        error: Some(message.clone()),
                    };
                    let _ = Stdout::lock().emit(|out| write_line(out, &line))?;
                }
                let (bad, help) = (style::BAD, style::HELP);
                tell(|out| {
                    writeln!(out, "{bad}{outcome}:{bad:#} {message}")?;
                    writeln!(out, "{help}help:{help:#} {}", error.advice())
                });
                Ok(exit)
            }
        }
    })
}

/// Checks the swap, and detects the new face where it is a file. Nothing is paid for by that.
async fn prepare(args: &SwapArgs, connection: &Connection) -> Result<PendingSubmit, Problem> {
    let swap = connection.client.swap().original(&*args.original);
    let mut swap = if args.new.contains("://") {
        swap.new_face(&*args.new)
    } else {
        let picture = connection
            .client
            .detect_file(&args.new)
            .await
            .map_err(|error| {
                Problem::failure(reason(&error), connection.advice(&error)).because(causes(&error))
            })?;
        let face = picture.require_one().map_err(|error| {
            Problem::failure(
                error.to_string(),
                "give a picture that shows one face; nothing was submitted",
            )
        })?;
        swap.new_face(face)
    };
    if let Some(style) = &args.style {
        swap = swap.style(&**style);
    }
    let prepared = if args.pro {
        swap.pro().prepare()
    } else {
        swap.prepare()
    };
    prepared.map_err(|error| Problem::usage(reason(&error), connection.advice(&error)))
}
