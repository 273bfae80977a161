//! Taking the ends of waits as they come: print, note, count; and leaving in good order.

use std::{collections::HashMap, time::SystemTime};

use akool_faceswap::{Completions, Error, Job, ResultId, Ticket, WaitError};
use tokio::time::{MissedTickBehavior, interval};

use super::{
    display::{Display, Situation},
    settlement::{Fate, Settlement},
    tally::{Jobs, Tally},
    tickets::{Settled, TicketFile},
};
use crate::{
    connection::Connection,
    exit::Exit,
    interrupt::Interrupt,
    output::{Reader, Stdout, style, tell},
    problem::{Problem, write_causes},
    verbosity::{Verbosity, causes},
};

/// How the ends are told on standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Text,
    Json,
}

/// Everything that waits need to be followed to their ends.
pub(crate) struct Follower<'a> {
    pub(crate) connection: &'a Connection,
    pub(crate) verbosity: Verbosity,
    pub(crate) format: Format,
    pub(crate) file: Option<TicketFile>,
    pub(crate) tally: Tally,
    pub(crate) display: Display,
    pub(crate) interrupt: Interrupt,
}

/// What stopped the following.
enum Stop {
    AllEnded,
    Interrupted,
    /// Nobody reads standard output any more.
    Unread,
}

/// What did not settle.
#[derive(Default)]
struct Open {
    tickets: Vec<Ticket>,
    /// The faults that ended waits, each with the number of jobs.
    faults: Vec<(Error, usize)>,
}

/// More kinds of errors are not told one by one.
const MOST_FAULTS: usize = 16;

impl Open {
    fn take(&mut self, error: WaitError) {
        if let Some(fault) = error.error() {
            let alike = |(known, _): &&mut (Error, usize)| known.message() == fault.message();
            if let Some((_, jobs)) = self.faults.iter_mut().find(alike) {
                *jobs += 1;
            } else if self.faults.len() < MOST_FAULTS {
                self.faults.push((fault.clone(), 1));
            }
        }
        self.tickets.extend(error.into_ticket());
    }
}

impl Follower<'_> {
    /// Follows `ended`, whose waits have `begun` at these times, until there is nothing to follow.
    pub(crate) async fn follow(
        mut self,
        mut ended: Completions,
        begun: HashMap<ResultId, SystemTime>,
    ) -> Result<Exit, Problem> {
        let id_width = begun.keys().map(|id| id.as_str().len()).max().unwrap_or(0);
        let mut open = Open::default();
        let mut tick = interval(self.display.interval());
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let stop = loop {
            tokio::select! {
                biased;
                () = self.interrupt.came() => break Stop::Interrupted,
                next = ended.next() => {
                    let Some(outcome) = next else { break Stop::AllEnded };
                    let settlement = Self::settlement(outcome, &begun);
                    if self.take(settlement, id_width, &mut open)? == Reader::Gone {
                        break Stop::Unread;
                    }
                }
                _ = tick.tick() => self.display.show(&Situation {
                    progress: &ended.progress(),
                    tally: &self.tally,
                    downloading: 0,
                }),
            }
        };
        open.tickets.extend(ended.tickets());
        self.leave(&stop, &open)
    }

    fn settlement(
        outcome: Result<Job, WaitError>,
        begun: &HashMap<ResultId, SystemTime>,
    ) -> Settlement {
        let id = outcome.as_ref().map_or_else(WaitError::id, Job::id);
        let waited = begun
            .get(id)
            .and_then(|begun| SystemTime::now().duration_since(*begun).ok())
            .unwrap_or_default();
        Settlement { waited, outcome }
    }

    /// Tells one end, then notes it. In this order, so that whatever comes in between has a job told
    /// once more and never not at all.
    fn take(
        &mut self,
        settlement: Settlement,
        id_width: usize,
        open: &mut Open,
    ) -> Result<Reader, Problem> {
        if self.print(&settlement, id_width)? == Reader::Gone {
            open.tickets
                .extend(settlement.outcome.err().and_then(WaitError::into_ticket));
            return Ok(Reader::Gone);
        }
        self.tally.count_settlement(&settlement);
        if let Fate::Settled(outcome) = settlement.fate() {
            if let Some(file) = &mut self.file {
                let id = settlement.id().clone();
                file.settle(Settled { id, outcome })?;
            }
        } else if let Err(error) = settlement.outcome {
            open.take(error);
        }
        Ok(Reader::Listening)
    }

    fn print(&self, settlement: &Settlement, id_width: usize) -> Result<Reader, Problem> {
        self.display.aside(|| match self.format {
            Format::Json => Stdout::lock().emit(|out| settlement.write_json(out)),
            // An error is one for many jobs: it is told once, at the end.
            Format::Text if settlement.is_of_many() => Ok(Reader::Listening),
            Format::Text => Stdout::lock().emit_styled(|out| settlement.write_text(out, id_width)),
        })
    }

    /// Writes down what is left, and says what it all came to.
    fn leave(mut self, stop: &Stop, open: &Open) -> Result<Exit, Problem> {
        self.display.end();
        if let Some(file) = &mut self.file {
            file.rewrite(&open.tickets)?;
        }
        let tally = self.tally;
        let nothing_learnt = matches!(stop, Stop::AllEnded) && tally.is_nothing_learnt();
        if nothing_learnt {
            return Err(self.nothing_learnt(open));
        }
        self.tell_faults(open);
        let left = Jobs(open.tickets.len());
        tell(|out| match stop {
            Stop::AllEnded => writeln!(out, "{}: {tally}", Jobs(tally.all())),
            Stop::Interrupted => writeln!(out, "interrupted with {left} left: {tally}"),
            Stop::Unread => writeln!(out, "nobody reads on; {left} left: {tally}"),
        });
        if !open.tickets.is_empty() && !matches!(stop, Stop::Unread) {
            let (help, how) = (style::HELP, self.how_to_go_on(open));
            tell(|out| writeln!(out, "{help}help:{help:#} {how}"));
        }
        Ok(match stop {
            Stop::Interrupted => Exit::Interrupted,
            Stop::AllEnded | Stop::Unread => tally.exit(),
        })
    }

    fn tell_faults(&self, open: &Open) {
        let bad = style::BAD;
        for (error, jobs) in &open.faults {
            let (jobs, message, advice) =
                (Jobs(*jobs), error.message(), self.connection.advice(error));
            tell(|out| {
                writeln!(out, "{bad}error:{bad:#} {jobs}: {message}; {advice}")?;
                if self.verbosity >= Verbosity::Causes {
                    write_causes(out, &causes(error))?;
                }
                Ok(())
            });
        }
    }

    fn how_to_go_on(&self, open: &Open) -> String {
        if let Some(file) = &self.file {
            return format!("run the same command again to go on; {file} has what is left");
        }
        let left: Vec<&str> = open
            .tickets
            .iter()
            .map(|ticket| ticket.id().as_str())
            .collect();
        format!("go on with: akool-faceswap wait {}", left.join(","))
    }

    fn nothing_learnt(&self, open: &Open) -> Problem {
        let jobs = Jobs(open.tickets.len());
        match open.faults.first() {
            Some((error, _)) => Problem::failure(
                format!("nothing was learnt about {jobs}: {}", error.message()),
                self.connection.advice(error),
            )
            .because(causes(error)),
            None => Problem::failure(
                format!("nothing was learnt about {jobs}: no answer came in time"),
                "check the network, or give a longer --timeout",
            ),
        }
    }
}
