//! `swap`: one face swap, submitted once, and followed to its end on request.
//!
//! [`request`] makes the submit from the arguments. [`journal`] writes it into the tickets file before it is sent, and
//! says what an earlier run of the same command has bought. [`line`](mod@line) is the outcome for machines.

mod journal;
mod line;
mod request;

use std::{
    pin::pin,
    time::{Duration, SystemTime},
};

use akool_faceswap::{
    Ticket,
    submit::{SubmitError, SubmitErrorKind},
};

use self::journal::{Earlier, Journal};
pub(crate) use self::line::Accepted;
use crate::{
    args::SwapArgs,
    connection::Connection,
    downloads::Downloads,
    exit::Exit,
    gallery::Gallery,
    interrupt::Interrupt,
    output::{Stdout, shell_word, shown, style, tell},
    problem::Problem,
    runtime,
    verbosity::Verbosity,
    wait::{Display, Follower, Format, Tally},
};

/// The time between two lines of progress in a log.
const BETWEEN_LINES: Duration = Duration::from_secs(10);

/// Runs the command.
pub(crate) fn run(args: &SwapArgs, verbosity: Verbosity) -> Result<Exit, Problem> {
    let mut journal = Journal::open(args)?;
    let connection = Connection::new(&args.connection)?;
    let downloads = args
        .download
        .as_deref()
        .map(|dir| Downloads::save_in(dir, &connection.client))
        .transpose()?;
    let gallery = Gallery::of(&args.gallery)?;
    let mut interrupt = Interrupt::watch()?;
    runtime::start()?.block_on(async {
        let earlier = if args.allow_second_purchase {
            None
        } else {
            journal.earlier()
        };
        let job = match earlier {
            Some(Earlier::Unknown(submit)) => return tell_unknown(args, &submit),
            Some(Earlier::Accepted(accepted)) => {
                let id = accepted.id.clone();
                tell(|out| writeln!(out, "accepted in an earlier run as {id}; nothing was sent"));
                let ticket = journal.take_ticket(&id);
                Job {
                    accepted,
                    ticket,
                    is_interrupted: false,
                }
            }
            None => match submit(args, &connection, &mut journal, &mut interrupt).await? {
                Sent::Accepted(job) => *job,
                Sent::Not => {
                    tell(|out| writeln!(out, "interrupted; nothing was sent"));
                    return Ok(Exit::Interrupted);
                }
                Sent::Error(error) => return tell_refused(args, &error),
            },
        };
        if job.is_interrupted || !args.waits() {
            return tell_accepted(args, &job);
        }
        let follower = Follower {
            connection: &connection,
            verbosity,
            format: if args.output.is_json() {
                Format::Swap(job.accepted.clone())
            } else {
                Format::Text
            },
            file: journal.into_file(),
            tally: Tally::default(),
            downloads,
            display: Display::of_process(BETWEEN_LINES),
            interrupt,
            gallery: gallery.map(|gallery| gallery.with_inputs(&job.accepted.id, args)),
        };
        follow(args, job, follower).await
    })
}

/// A job that was bought, in this run or an earlier one.
struct Job {
    accepted: Accepted,
    ticket: Option<Ticket>,
    /// Whether Ctrl-C came while the submit was in flight.
    is_interrupted: bool,
}

/// How far a submit got.
enum Sent {
    Accepted(Box<Job>),
    Error(SubmitError),
    /// Ctrl-C came before it was sent.
    Not,
}

/// Prepares, records, sends, and records again.
async fn submit(
    args: &SwapArgs,
    connection: &Connection,
    journal: &mut Journal,
    interrupt: &mut Interrupt,
) -> Result<Sent, Problem> {
    let pending = tokio::select! {
        biased;
        () = interrupt.came() => return Ok(Sent::Not),
        pending = request::prepare(args, connection) => pending?,
    };
    let (token, prepared_at) = (pending.token().clone(), pending.prepared_at());
    journal.intend(&token, prepared_at)?;
    let mut is_interrupted = false;
    let mut sending = pin!(connection.client.send(pending));
    let sent = tokio::select! {
        biased;
        sent = &mut sending => sent,
        () = interrupt.came() => {
            is_interrupted = true;
            tell(|out| {
                writeln!(
                    out,
                    "the submit is in flight; waiting for its answer. Ctrl-C again ends at once, and \
                     leaves unknown whether a job exists"
                )
            });
            sending.await
        }
    };
    let job = match sent {
        Ok(job) => job,
        Err(error) => {
            journal.failed(&token, prepared_at, &error)?;
            return Ok(Sent::Error(error));
        }
    };
    let (id, ticket) = (job.id().clone(), job.ticket());
    tell(|out| writeln!(out, "accepted as {id}"));
    journal.accepted(&token, prepared_at, &ticket)?;
    let accepted = Accepted {
        id,
        token,
        job_id: job.job_id().map(Into::into),
    };
    Ok(Sent::Accepted(Box::new(Job {
        accepted,
        ticket: Some(ticket),
        is_interrupted,
    })))
}

async fn follow(args: &SwapArgs, job: Job, follower: Follower<'_>) -> Result<Exit, Problem> {
    let client = follower.connection.client.clone();
    let accepted = job.accepted;
    let ticket = match job.ticket {
        Some(ticket) => ticket,
        // It settled in an earlier run; its outcome is looked up again.
        None => Ticket::new(accepted.id.clone(), SystemTime::now()),
    };
    let ended = client.resume_each([ticket]).timeout(args.timeout).start();
    let exit = follower.follow(ended).await?;
    if exit == Exit::Interrupted && args.output.is_json() {
        let _ = Stdout::lock().emit(|out| accepted.write_json(out))?;
    }
    Ok(exit)
}

fn tell_accepted(args: &SwapArgs, job: &Job) -> Result<Exit, Problem> {
    let accepted = &job.accepted;
    let _ = Stdout::lock().emit(|out| {
        if args.output.is_json() {
            accepted.write_json(out)
        } else {
            writeln!(out, "{}", accepted.id)
        }
    })?;
    let help = style::HELP;
    tell(|out| match &args.tickets {
        Some(file) => writeln!(
            out,
            "{help}help:{help:#} wait for it: akool-faceswap wait --tickets {}",
            shell_word(file)
        ),
        None => writeln!(
            out,
            "{help}help:{help:#} wait for it: akool-faceswap wait {}",
            accepted.id
        ),
    });
    Ok(if job.is_interrupted {
        Exit::Interrupted
    } else {
        Exit::Complete
    })
}

fn tell_refused(args: &SwapArgs, error: &SubmitError) -> Result<Exit, Problem> {
    let (outcome, exit) = match error.kind() {
        SubmitErrorKind::NotSent | SubmitErrorKind::Refused => ("refused", Exit::Failure),
        SubmitErrorKind::AcceptedWithoutId => ("accepted", Exit::Incomplete),
        _ => ("unknown", Exit::Incomplete),
    };
    let message = match (outcome, error.error()) {
        // The API's message is the reason, and there is no submit to look for.
        ("refused", Some(cause)) => format!("{error}: {cause}"),
        _ => error.to_string(),
    };
    let message = shown(&message).into_owned();
    if args.output.is_json() {
        let _ = Stdout::lock().emit(|out| line::write_error(out, outcome, error, &message))?;
    }
    tell_end(outcome, &message, error.advice());
    Ok(exit)
}

/// The tickets file has a submit of this swap whose outcome is not known.
fn tell_unknown(args: &SwapArgs, submit: &journal::Unknown) -> Result<Exit, Problem> {
    let message = submit.to_string();
    if args.output.is_json() {
        let _ = Stdout::lock().emit(|out| line::write_unknown(out, submit.token(), &message))?;
    }
    tell_end(
        "unknown",
        &message,
        "look for the job in AKOOL's console; only --allow-second-purchase sends the swap again, and \
         may buy it twice",
    );
    Ok(Exit::Incomplete)
}

fn tell_end(outcome: &str, message: &str, advice: &str) {
    let (bad, help) = (style::BAD, style::HELP);
    tell(|out| {
        writeln!(out, "{bad}{outcome}:{bad:#} {message}")?;
        writeln!(out, "{help}help:{help:#} {advice}")
    });
}
