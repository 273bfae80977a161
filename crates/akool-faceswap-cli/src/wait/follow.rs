//! Follows waits to their end: prints, records and counts outcomes, and leaves cleanly.

use std::{collections::HashMap, path::Path};

use akool_faceswap::{
    Error, Job, ResultId, Ticket,
    wait::{WaitEach, WaitError},
};
use tokio::time::{MissedTickBehavior, interval};

use super::{
    display::{Display, Situation},
    settlement::{End, Fate, Settlement},
    tally::{Jobs, Tally},
    tickets::{self, Settled, TicketFile},
    waits::Waits,
};
use crate::{
    args::OutputFormat,
    connection::Connection,
    downloads::{Download, Downloads, NotSaved},
    exit::Exit,
    gallery::Gallery,
    interrupt::Interrupt,
    output::{
        Reader, Stdout, remark, shell_word, shown_path, style, tell, write_csv_header,
        write_csv_line, write_line,
    },
    problem::Problem,
    swap::Accepted,
    verbosity::{Verbosity, causes, reason},
};

/// What this command adds to the columns of `results`.
const COLUMNS: [&str; 2] = ["waited_seconds", "file"];

/// How outcomes are printed on standard output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Text,
    Json,
    /// As JSON, with what is known about the submit that made the job.
    Swap(Accepted),
    Csv,
    /// Not at all: the caller prints them, once all have ended.
    Silent,
}

impl From<OutputFormat> for Format {
    fn from(format: OutputFormat) -> Self {
        match format {
            OutputFormat::Table => Self::Text,
            OutputFormat::Json => Self::Json,
            OutputFormat::Csv => Self::Csv,
        }
    }
}

/// Everything that is needed to follow waits to their end.
pub(crate) struct Follower<'a> {
    pub(crate) connection: &'a Connection,
    pub(crate) verbosity: Verbosity,
    pub(crate) format: Format,
    pub(crate) file: Option<TicketFile>,
    pub(crate) tally: Tally,
    pub(crate) downloads: Option<Downloads>,
    pub(crate) display: Display,
    pub(crate) interrupt: Interrupt,
    pub(crate) gallery: Option<Gallery>,
}

/// Why following stopped.
enum Stop {
    AllEnded,
    Interrupted,
    /// Nobody reads standard output any more.
    Unread,
}

/// The jobs that did not settle.
#[derive(Default)]
struct Open {
    tickets: Vec<Ticket>,
    /// The errors that ended waits, each with the number of jobs.
    faults: Vec<(Error, usize)>,
}

/// More different errors are not printed.
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
    /// Follows `waits` until all have ended, and their results are saved.
    pub(crate) async fn follow(mut self, mut waits: WaitEach) -> Result<Exit, Problem> {
        let begun = Waits::start(waits.tickets());
        let id_width = begun.id_width();
        let mut open = Open::default();
        // Jobs that have succeeded, and are printed once their results are saved.
        let mut unsaved: HashMap<ResultId, Settlement> = HashMap::new();
        self.catch_up();
        let mut tick = interval(self.display.interval());
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut all_ended = false;
        let mut reader = self.begin()?;
        let stop = loop {
            let downloading = self.downloads.as_ref().map_or(0, Downloads::in_flight);
            if reader == Reader::Gone {
                break Stop::Unread;
            }
            if all_ended && downloading == 0 {
                break Stop::AllEnded;
            }
            tokio::select! {
                biased;
                () = self.interrupt.came() => break Stop::Interrupted,
                next = waits.next(), if !all_ended => {
                    let Some(outcome) = next else {
                        all_ended = true;
                        continue;
                    };
                    let id = outcome.as_ref().map_or_else(WaitError::id, Job::id).clone();
                    let settlement = Settlement {
                        waited: begun.waited(&id),
                        outcome,
                        saved: None,
                    };
                    if let (Ok(job), Some(downloads)) = (&settlement.outcome, &mut self.downloads) {
                        downloads.begin(job.clone());
                        unsaved.insert(id, settlement);
                    } else {
                        reader = self.take(settlement, id_width, &begun, &mut open)?;
                    }
                }
                Some(download) = next_of(&mut self.downloads), if downloading > 0 => {
                    let Download { id, outcome } = download;
                    if let Some(mut settlement) = unsaved.remove(&id) {
                        settlement.saved = Some(outcome);
                        reader = self.take(settlement, id_width, &begun, &mut open)?;
                    } else {
                        match outcome {
                            Ok(saved) => self.record_saved(id, saved.path())?,
                            Err(why) => self.report_unsaved(&id, &why),
                        }
                    }
                }
                _ = tick.tick() => self.display.show(&Situation {
                    progress: &waits.progress(),
                    tally: &self.tally,
                    downloading,
                }),
            }
        };
        open.tickets.extend(waits.tickets());
        let unsaved = unsaved.keys().filter_map(|id| begun.ticket(id).cloned());
        open.tickets.extend(unsaved);
        self.leave(&stop, &open)
    }

    fn begin(&self) -> Result<Reader, Problem> {
        match self.format {
            Format::Csv => Stdout::lock().emit(|out| write_csv_header(out, &COLUMNS)),
            _ => Ok(Reader::Listening),
        }
    }

    /// Prints one outcome, then records it: if the program is killed in between, the next run prints the job again; no
    /// job is ever omitted.
    fn take(
        &mut self,
        settlement: Settlement,
        id_width: usize,
        begun: &Waits,
        open: &mut Open,
    ) -> Result<Reader, Problem> {
        if self.print(&settlement, id_width)? == Reader::Gone {
            open.tickets.extend(begun.ticket(settlement.id()).cloned());
            return Ok(Reader::Gone);
        }
        self.tally.count_settlement(&settlement);
        if let Some(gallery) = &mut self.gallery {
            settlement.show_in(gallery);
        }
        if let (Fate::Settled(outcome), Some(file)) = (settlement.fate(), &mut self.file) {
            let id = settlement.id().clone();
            file.settle(Settled { id, outcome })?;
        }
        match &settlement.saved {
            Some(Ok(saved)) => self.record_saved(settlement.id().clone(), saved.path())?,
            Some(Err(why)) => self.report_unsaved(settlement.id(), why),
            None => {}
        }
        if let Err(error) = settlement.outcome {
            open.take(error);
        }
        Ok(Reader::Listening)
    }

    /// Starts to save results of earlier runs that are not on the disk.
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
            let mut exists = || {
                let path = saved.get(&settled.id);
                path.is_some_and(|path| downloads.has(Path::new(path)))
            };
            if settled.outcome == End::Success && !exists() {
                downloads.look_up_and_begin(settled.id.clone());
            }
        }
    }

    fn record_saved(&mut self, id: ResultId, path: &Path) -> Result<(), Problem> {
        let path = path.to_string_lossy().into_owned();
        match &mut self.file {
            Some(file) => file.save(tickets::Saved { id, path }),
            None => Ok(()),
        }
    }

    fn report_unsaved(&self, id: &ResultId, why: &NotSaved) {
        let bad = style::BAD;
        let advice = why
            .error()
            .map(|error| format!("; {}", Connection::download_advice(error)))
            .unwrap_or_default();
        self.display.aside(|| {
            tell(|out| {
                writeln!(out, "{bad}not saved:{bad:#} {id}: {why}{advice}")?;
                self.verbosity.write_causes_of(out, why.error())
            });
        });
    }

    fn print(&self, settlement: &Settlement, id_width: usize) -> Result<Reader, Problem> {
        self.display.aside(|| match &self.format {
            Format::Swap(swap) => Stdout::lock().emit(|out| swap.write_json_of(settlement, out)),
            Format::Json => {
                Stdout::lock().emit(|out| settlement.write_record(|record| write_line(out, record)))
            }
            Format::Csv => Stdout::lock().emit(|out| {
                settlement.write_record(|record| write_csv_line(out, record, &COLUMNS))
            }),
            Format::Silent => Ok(Reader::Listening),
            // The error is the same for many jobs: it is printed once, at the end.
            Format::Text if settlement.is_of_many() => Ok(Reader::Listening),
            Format::Text => Stdout::lock().emit_styled(|out| settlement.write_text(out, id_width)),
        })
    }

    /// Records what is left, and reports how everything ended.
    fn leave(mut self, stop: &Stop, open: &Open) -> Result<Exit, Problem> {
        self.display.end();
        if let Some(file) = &mut self.file {
            file.rewrite(&open.tickets)?;
        }
        if let Some(gallery) = &mut self.gallery {
            for saved in self.file.iter().flat_map(TicketFile::saved) {
                gallery.saved_earlier(&saved.id, Path::new(&saved.path));
            }
            gallery.write()?;
            tell(|out| writeln!(out, "gallery: {}", shown_path(gallery.path())));
        }
        let tally = self.tally;
        if matches!(stop, Stop::AllEnded) && tally.is_nothing_known() {
            return Err(self.nothing_known(open));
        }
        self.report_errors(open);
        if let Some(downloads) = &self.downloads {
            remark(|out| writeln!(out, "{downloads}"));
        }
        let left = Jobs(open.tickets.len());
        remark(|out| match stop {
            Stop::AllEnded => writeln!(out, "{}: {tally}", Jobs(tally.all())),
            Stop::Interrupted => writeln!(out, "interrupted with {left} left: {tally}"),
            Stop::Unread => writeln!(
                out,
                "the reader of standard output has gone; {left} left: {tally}"
            ),
        });
        let interrupted = self.downloads.as_ref().map_or(0, Downloads::in_flight);
        if open.tickets.len() + interrupted > 0
            && !matches!(stop, Stop::Unread)
            && self.format != Format::Silent
        {
            let (help, how) = (style::HELP, self.how_to_resume(open));
            remark(|out| writeln!(out, "{help}help:{help:#} {how}"));
        }
        Ok(match stop {
            Stop::Interrupted => Exit::Interrupted,
            Stop::Unread if open.tickets.len() + interrupted > 0 => Exit::Failure,
            Stop::AllEnded | Stop::Unread => {
                let unsaved = self.downloads.as_ref().map_or(0, Downloads::failed);
                match tally.exit() {
                    Exit::Complete if unsaved > 0 => Exit::Incomplete,
                    exit => exit,
                }
            }
        })
    }

    fn report_errors(&self, open: &Open) {
        let bad = style::BAD;
        for (error, jobs) in &open.faults {
            let (jobs, message, advice) =
                (Jobs(*jobs), reason(error), self.connection.advice(error));
            tell(|out| {
                writeln!(out, "{bad}error:{bad:#} {jobs}: {message}; {advice}")?;
                self.verbosity.write_causes_of(out, Some(error))
            });
        }
    }

    fn how_to_resume(&self, open: &Open) -> String {
        if let Some(file) = &self.file {
            return format!("run the same command again to resume; {file} has the remaining jobs");
        }
        let tickets = open.tickets.iter();
        let left: Vec<&str> = tickets.map(|ticket| ticket.id().as_str()).collect();
        let dir = match &self.downloads {
            Some(downloads) => format!("--download {} ", shell_word(downloads.dir())),
            None => String::new(),
        };
        format!("resume with: akool-faceswap wait {dir}{}", left.join(","))
    }

    fn nothing_known(&self, open: &Open) -> Problem {
        let jobs = Jobs(open.tickets.len());
        match open.faults.first() {
            Some((error, _)) => Problem::failure(
                format!("{jobs} could not be looked up: {}", reason(error)),
                self.connection.advice(error),
            )
            .because(causes(error)),
            None => Problem::failure(
                format!("{jobs} could not be looked up: no answer came in time"),
                "check the network, or give a longer --timeout",
            ),
        }
    }
}

async fn next_of(downloads: &mut Option<Downloads>) -> Option<Download> {
    downloads.as_mut()?.next().await
}
