//! `wait`: one line for each job as it settles, and a file that outlives the process.
//!
//! The jobs come from the arguments and the [`tickets`]. [`follow`] takes the outcomes as they come, prints them
//! through [`settlement`] and counts them in [`tally`], while [`display`] shows progress.

mod display;
mod follow;
mod settlement;
mod tally;
mod tickets;
mod waits;

use std::{
    collections::HashSet,
    time::{Duration, SystemTime},
};

use akool_faceswap::{ResultId, ResultIds, Ticket, wait::PollPolicy};

pub(crate) use self::{
    display::Display,
    follow::{Follower, Format},
    settlement::Settlement,
    tally::Tally,
    tickets::{Submit, SubmitOutcome, TicketFile},
};
use self::{settlement::whole, tally::Jobs};
use crate::{
    args::WaitArgs, connection::Connection, downloads::Downloads, exit::Exit, gallery::Gallery,
    ids, interrupt::Interrupt, output::remark, problem::Problem, runtime, verbosity::Verbosity,
};

/// The time between two lines of progress in a log.
const BETWEEN_LINES: Duration = Duration::from_secs(10);

/// Runs the command.
pub(crate) fn run(args: &WaitArgs, verbosity: Verbosity) -> Result<Exit, Problem> {
    let given = ids::read_any(&args.ids)?;
    let mut file = args.tickets.as_deref().map(TicketFile::open).transpose()?;
    let known = file
        .as_mut()
        .map(TicketFile::take_waiting)
        .unwrap_or_default();
    if let Some(file) = &file {
        file.warn_of_unknown_submits();
    }
    let mut tally = Tally::default();
    let settled = file.as_ref().map(TicketFile::settled).unwrap_or_default();
    for settled in settled {
        tally.count_earlier(settled.outcome);
    }
    let fresh = not_among(
        given,
        known
            .iter()
            .map(Ticket::id)
            .chain(settled.iter().map(|one| &one.id)),
    );
    if known.is_empty() && fresh.is_empty() && (args.download.is_none() || tally.earlier == 0) {
        if tally.earlier == 0 {
            return Err(ids::none_given());
        }
        remark(|out| writeln!(out, "nothing is left to wait for: {tally}"));
        return Ok(tally.exit());
    }
    let connection = Connection::for_lookups(&args.lookup, &fresh)?;
    let downloads = args
        .download
        .as_deref()
        .map(|dir| Downloads::save_in(dir, &connection.client))
        .transpose()?;
    let gallery = Gallery::of(&args.gallery)?;
    let interrupt = Interrupt::watch()?;
    runtime::start()?.block_on(async {
        let mut tickets = known;
        let now = SystemTime::now();
        tickets.extend(fresh.into_iter().map(|id| Ticket::new(id, now)));
        let tickets: Vec<Ticket> = tickets
            .into_iter()
            .map(|ticket| with_options(ticket, args))
            .collect();
        if let Some(file) = &mut file {
            file.rewrite(&tickets)?;
        }
        let display = Display::of_process(BETWEEN_LINES);
        if let (Display::Remarks(_), 1..) = (&display, tickets.len()) {
            let (jobs, timeout) = (Jobs(tickets.len()), whole(args.timeout));
            let earlier = match tally.earlier {
                0 => String::new(),
                earlier => format!("; {earlier} settled in earlier runs"),
            };
            remark(|out| writeln!(out, "waiting for {jobs}, {timeout} at most{earlier}"));
        }
        let follower = Follower {
            connection: &connection,
            verbosity,
            format: args.output.format().into(),
            file,
            tally,
            downloads,
            display,
            interrupt,
            gallery,
        };
        let waits = connection
            .client
            .resume_each(tickets)
            .timeout(args.timeout)
            .start();
        follower.follow(waits).await
    })
}

fn not_among<'a>(given: ResultIds, known: impl Iterator<Item = &'a ResultId>) -> ResultIds {
    let known: HashSet<&ResultId> = known.collect();
    given.into_iter().filter(|id| !known.contains(id)).collect()
}

/// The ticket with the options of this run.
fn with_options(mut ticket: Ticket, args: &WaitArgs) -> Ticket {
    if let Some(interval) = args.interval {
        ticket = ticket.with_poll_policy(PollPolicy::fixed(interval));
    }
    if let Some(grace) = args.missing_grace {
        ticket = ticket.with_missing_grace(grace);
    }
    ticket
}
