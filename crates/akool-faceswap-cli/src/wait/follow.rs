//! Taking the ends of waits as they come: print, note, count; and leaving in good order.

use std::{collections::HashMap, path::Path, time::SystemTime};

use akool_faceswap::{
    Error, Job, ResultId, Ticket,
    wait::{WaitEach, WaitError},
};
use tokio::time::{MissedTickBehavior, interval};

use super::{
    display::{Display, Situation},
    downloads::{Download, Downloads, NotSaved},
    settlement::{End, Fate, Settlement},
    tally::{Jobs, Tally},
    tickets::{Saved, Settled, TicketFile},
};
use crate::{
    connection::Connection,
    exit::Exit,
    interrupt::Interrupt,
    output::{Reader, Stdout, style, tell},
    problem::{Problem, write_causes},
    verbosity::{Verbosity, causes, reason},
};

/// How the ends are told on standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Text,
    Json,
    /// Not at all: somebody else does, once all have ended.
    Silent,
}

/// Everything that waits need to be followed to their ends.
pub(crate) struct Follower<'a> {
    pub(crate) connection: &'a Connection,
    pub(crate) verbosity: Verbosity,
    pub(crate) format: Format,
    pub(crate) file: Option<TicketFile>,
    pub(crate) tally: Tally,
    pub(crate) downloads: Option<Downloads>,
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
        mut ended: WaitEach,
        begun: HashMap<ResultId, SystemTime>,
    ) -> Result<Exit, Problem> {
        let id_width = begun.keys().map(|id| id.as_str().len()).max().unwrap_or(0);
        let mut open = Open::default();
        self.catch_up();
        let mut tick = interval(self.display.interval());
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut all_ended = false;
        let stop = loop {
            let downloading = self.downloads.as_ref().map_or(0, Downloads::under_way);
            if all_ended && downloading == 0 {
                break Stop::AllEnded;
            }
            tokio::select! {
                biased;
                () = self.interrupt.came() => break Stop::Interrupted,
                next = ended.next(), if !all_ended => {
                    let Some(outcome) = next else {
                        all_ended = true;
                        continue;
                    };
                    let settlement = Self::settlement(outcome, &begun);
                    if self.take(settlement, id_width, &mut open)? == Reader::Gone {
                        break Stop::Unread;
                    }
                }
                Some(download) = next_of(&mut self.downloads), if downloading > 0 => {
                    self.take_download(download)?;
                }
                _ = tick.tick() => self.display.show(&Situation {
                    progress: &ended.progress(),
                    tally: &self.tally,
                    downloading,
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
        if let (Fate::Settled(outcome), Some(file)) = (settlement.fate(), &mut self.file) {
            let id = settlement.id().clone();
            file.settle(Settled { id, outcome })?;
        }
        match settlement.outcome {
            Ok(job) => {
                if let Some(downloads) = &mut self.downloads {
                    downloads.begin(job);
                }
            }
            Err(error) => open.take(error),
        }
        Ok(Reader::Listening)
    }

    /// Begins to save what had succeeded in earlier runs and is not on the disk.
    fn catch_up(&mut self) {
        let (Some(downloads), Some(file)) = (&mut self.downloads, &self.file) else {
            return;
        };
        let saved: HashMap<&ResultId, &str> = file
            .saved()
            .iter()
            .map(|saved| (&saved.id, &*saved.path))
            .collect();
        for settled in file.settled() {
            let mut is_there = || {
                let path = saved.get(&settled.id);
                path.is_some_and(|path| downloads.has(Path::new(path)))
            };
            if settled.outcome == End::Success && !is_there() {
                downloads.look_up_and_begin(settled.id.clone());
            }
        }
    }

    fn take_download(&mut self, download: Download) -> Result<(), Problem> {
        let Download { id, outcome } = download;
        let why = match outcome {
            Ok(None) => return Ok(()),
            Ok(Some(saved)) => {
                let Some(file) = &mut self.file else {
                    return Ok(());
                };
                let path = saved.path().to_string_lossy().into_owned();
                return file.save(Saved { id, path });
            }
            Err(NotSaved::Error(error)) => {
                let advice = Connection::download_advice(&error);
                format!("{}; {advice}", reason(&error))
            }
            Err(NotSaved::Gone) => {
                "AKOOL no longer knows the job; results are deleted after 7 days".to_owned()
            }
        };
        let bad = style::BAD;
        self.display
            .aside(|| tell(|out| writeln!(out, "{bad}not saved:{bad:#} {id}: {why}")));
        Ok(())
    }

    fn print(&self, settlement: &Settlement, id_width: usize) -> Result<Reader, Problem> {
        self.display.aside(|| match self.format {
            Format::Json => Stdout::lock().emit(|out| settlement.write_json(out)),
            Format::Silent => Ok(Reader::Listening),
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
        if let Some(downloads) = &self.downloads {
            tell(|out| writeln!(out, "{downloads}"));
        }
        let left = Jobs(open.tickets.len());
        tell(|out| match stop {
            Stop::AllEnded => writeln!(out, "{}: {tally}", Jobs(tally.all())),
            Stop::Interrupted => writeln!(out, "interrupted with {left} left: {tally}"),
            Stop::Unread => writeln!(out, "nobody reads on; {left} left: {tally}"),
        });
        let broken_off = self.downloads.as_ref().map_or(0, Downloads::under_way);
        if open.tickets.len() + broken_off > 0
            && !matches!(stop, Stop::Unread)
            && self.format != Format::Silent
        {
            let (help, how) = (style::HELP, self.how_to_go_on(open));
            tell(|out| writeln!(out, "{help}help:{help:#} {how}"));
        }
        Ok(match stop {
            Stop::Interrupted => Exit::Interrupted,
            Stop::Unread if open.tickets.len() + broken_off > 0 => Exit::Failure,
            Stop::AllEnded | Stop::Unread => {
                let unsaved = self.downloads.as_ref().map_or(0, Downloads::failed);
                match tally.exit() {
                    Exit::Complete if unsaved > 0 => Exit::Incomplete,
                    exit => exit,
                }
            }
        })
    }

    fn tell_faults(&self, open: &Open) {
        let bad = style::BAD;
        for (error, jobs) in &open.faults {
            let (jobs, message, advice) =
                (Jobs(*jobs), reason(error), self.connection.advice(error));
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
        let mut left: Vec<&str> = open
            .tickets
            .iter()
            .map(|ticket| ticket.id().as_str())
            .collect();
        let mut dir = String::new();
        if let Some(downloads) = &self.downloads {
            left.extend(downloads.ids().map(ResultId::as_str));
            dir = format!("--download {} ", downloads.dir().display());
        }
        format!("go on with: akool-faceswap wait {dir}{}", left.join(","))
    }

    fn nothing_learnt(&self, open: &Open) -> Problem {
        let jobs = Jobs(open.tickets.len());
        match open.faults.first() {
            Some((error, _)) => Problem::failure(
                format!("nothing was learnt about {jobs}: {}", reason(error)),
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

async fn next_of(downloads: &mut Option<Downloads>) -> Option<Download> {
    downloads.as_mut()?.next().await
}
