//! `wait`: one line for each job as it settles, and a file that outlives the process.
//!
//! What is to be waited for comes from the arguments and the [`tickets`]; [`follow`] takes the ends
//! as they come, tells them by [`settlement`] and counts them by [`tally`], while [`display`] shows
//! how things stand.

mod display;
mod downloads;
mod follow;
mod settlement;
mod tally;
mod tickets;

use std::{collections::HashSet, time::Duration};

use akool_faceswap::{Client, ResultId, ResultIds, Ticket};

pub(crate) use self::{
    display::Display,
    downloads::Downloads,
    follow::{Follower, Format},
    tally::Tally,
};
use self::{settlement::whole, tally::Jobs, tickets::TicketFile};
use crate::{
    args::WaitArgs, connection::Connection, exit::Exit, ids, interrupt::Interrupt, output::tell,
    problem::Problem, runtime, verbosity::Verbosity,
};

/// Between two lines that say how things stand, in a log.
const BETWEEN_LINES: Duration = Duration::from_secs(10);

/// Runs the command.
pub(crate) fn run(args: &WaitArgs, verbosity: Verbosity) -> Result<Exit, Problem> {
    let asked = ids::read_any(&args.ids)?;
    let mut file = args.tickets.as_deref().map(TicketFile::open).transpose()?;
    let known = file
        .as_mut()
        .map(TicketFile::take_waiting)
        .unwrap_or_default();
    let mut tally = Tally::default();
    let settled = file.as_ref().map(TicketFile::settled).unwrap_or_default();
    for settled in settled {
        tally.count_earlier(settled.outcome);
    }
    let fresh = not_among(
        asked,
        known
            .iter()
            .map(Ticket::id)
            .chain(settled.iter().map(|one| &one.id)),
    );
    if known.is_empty() && fresh.is_empty() && (args.download.is_none() || tally.earlier == 0) {
        if tally.earlier == 0 {
            return Err(ids::none_given());
        }
        tell(|out| writeln!(out, "nothing is left to wait for: {tally}"));
        return Ok(tally.exit());
    }
    let connection = Connection::new(&args.connection)?;
    let downloads = args
        .download
        .as_deref()
        .map(|dir| Downloads::save_in(dir, &connection.client))
        .transpose()?;
    let interrupt = Interrupt::watch()?;
    runtime::start()?.block_on(async {
        let mut tickets = known;
        tickets.extend(fresh_tickets(&connection.client, fresh));
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
            tell(|out| writeln!(out, "waiting for {jobs}, {timeout} at most{earlier}"));
        }
        let follower = Follower {
            connection: &connection,
            verbosity,
            format: if args.json {
                Format::Json
            } else {
                Format::Text
            },
            file,
            tally,
            downloads,
            display,
            interrupt,
        };
        let begun = tickets
            .iter()
            .map(|ticket| (ticket.id().clone(), ticket.begun_at()))
            .collect();
        let ended = connection
            .client
            .resume_each(tickets)
            .timeout(args.timeout)
            .start();
        follower.follow(ended, begun).await
    })
}

fn not_among<'a>(asked: ResultIds, known: impl Iterator<Item = &'a ResultId>) -> ResultIds {
    let known: HashSet<&ResultId> = known.collect();
    asked.into_iter().filter(|id| !known.contains(id)).collect()
}

/// A ticket for each: they begin now. To be called in a runtime.
fn fresh_tickets(client: &Client, ids: ResultIds) -> Vec<Ticket> {
    // A wait that is given up before anything was asked is a ticket and nothing else.
    client.wait_each(ids).start().tickets()
}
