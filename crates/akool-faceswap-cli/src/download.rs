//! `download`: look jobs up once, and save the results of those that have succeeded.

use std::{borrow::Cow, collections::HashMap};

use akool_faceswap::{Job, JobStatus, ResultId, lookup::Outcome};

use crate::{
    args::{DownloadArgs, OutputFormat},
    connection::Connection,
    downloads::{Download, Downloads, NotSaved, Saved, saved_earlier},
    exit::Exit,
    ids,
    interrupt::Interrupt,
    output::{
        FileRecord, Reader, Record, Stdout, remark, shown, style, tell, write_csv_header,
        write_csv_line, write_line,
    },
    problem::Problem,
    results::nothing_fetched,
    runtime,
    verbosity::{Verbosity, reason},
};

/// What this command adds to the columns of `results`.
const COLUMNS: [&str; 1] = ["file"];

/// Runs the command.
pub(crate) fn run(args: &DownloadArgs, verbosity: Verbosity) -> Result<Exit, Problem> {
    let ids = ids::read(&args.ids)?;
    let connection = Connection::for_lookups(&args.lookup, &ids)?;
    let downloads = Downloads::save_in(&args.to, &connection.client)?;
    let printer = Printer {
        format: args.output.format(),
        id_width: ids.iter().map(|id| id.as_str().len()).max().unwrap_or(0),
    };
    let mut interrupt = Interrupt::watch()?;
    runtime::start()?.block_on(async {
        let looked_up = tokio::select! {
            () = interrupt.came() => return Ok(Exit::Interrupted),
            results = async { connection.client.lookup(&ids).await } => results,
        };
        let header = printer.begin()?;
        match looked_up {
            Ok(results) if header == Reader::Listening => {
                Saving {
                    connection: &connection,
                    verbosity,
                    downloads,
                    printer,
                    unsaved: 0,
                }
                .save_all(results.iter(), interrupt)
                .await
            }
            Ok(_) => Ok(Exit::Failure),
            Err(error) => {
                if printer.format != OutputFormat::Table {
                    let outcome = Outcome::Failed(error.clone());
                    for id in &ids {
                        let _ = printer.print(id, &outcome, None)?;
                    }
                }
                Err(nothing_fetched(&error, ids.len(), &connection))
            }
        }
    })
}

struct Saving<'a> {
    connection: &'a Connection,
    verbosity: Verbosity,
    downloads: Downloads,
    printer: Printer,
    unsaved: usize,
}

impl Saving<'_> {
    async fn save_all<'r>(
        mut self,
        outcomes: impl Iterator<Item = (&'r ResultId, &'r Outcome)>,
        mut interrupt: Interrupt,
    ) -> Result<Exit, Problem> {
        let mut pending = HashMap::new();
        for (id, outcome) in outcomes {
            let saved = match outcome {
                Outcome::Found(job) if job.status() == JobStatus::Success => {
                    pending.insert(id, outcome);
                    self.downloads.begin(job.clone());
                    continue;
                }
                Outcome::Missing => {
                    let dir = self.downloads.dir().to_owned();
                    let earlier = saved_earlier(dir, id.clone()).await;
                    earlier.map(|path| Ok(Saved::Earlier(path)))
                }
                _ => None,
            };
            if self.take(id, outcome, saved.as_ref())? == Reader::Gone {
                return Ok(Exit::Failure);
            }
        }
        while !pending.is_empty() {
            let next = tokio::select! {
                biased;
                () = interrupt.came() => {
                    remark(|out| writeln!(out, "{}", self.downloads));
                    let help = style::HELP;
                    remark(|out| writeln!(out, "{help}help:{help:#} run the same command again to resume"));
                    return Ok(Exit::Interrupted);
                }
                next = self.downloads.next() => next,
            };
            let Some(Download { id, outcome: saved }) = next else {
                break;
            };
            if let Some((id, outcome)) = pending.remove_entry(&id)
                && self.take(id, outcome, Some(&saved))? == Reader::Gone
            {
                return Ok(Exit::Failure);
            }
        }
        remark(|out| writeln!(out, "{}", self.downloads));
        Ok(if self.unsaved + pending.len() == 0 {
            Exit::Complete
        } else {
            Exit::Incomplete
        })
    }

    /// Prints one job, and reports an error that kept its result from being saved.
    fn take(
        &mut self,
        id: &ResultId,
        outcome: &Outcome,
        saved: Option<&Result<Saved, NotSaved>>,
    ) -> Result<Reader, Problem> {
        let reader = self.printer.print(id, outcome, saved)?;
        self.unsaved += usize::from(!matches!(saved, Some(Ok(_))));
        let (error, advice) = match (saved, outcome) {
            (Some(Err(NotSaved::Error(error))), _) => (error, Connection::download_advice(error)),
            (None, Outcome::Failed(error)) => (error, self.connection.advice(error)),
            _ => return Ok(reader),
        };
        let bad = style::BAD;
        tell(|out| {
            writeln!(
                out,
                "{bad}not saved:{bad:#} {id}: {}; {advice}",
                reason(error)
            )?;
            self.verbosity.write_causes_of(out, Some(error))
        });
        Ok(reader)
    }
}

/// Standard output.
struct Printer {
    format: OutputFormat,
    id_width: usize,
}

impl Printer {
    fn begin(&self) -> Result<Reader, Problem> {
        match self.format {
            OutputFormat::Csv => Stdout::lock().emit(|out| write_csv_header(out, &COLUMNS)),
            _ => Ok(Reader::Listening),
        }
    }

    fn print(
        &self,
        id: &ResultId,
        outcome: &Outcome,
        saved: Option<&Result<Saved, NotSaved>>,
    ) -> Result<Reader, Problem> {
        let mut stdout = Stdout::lock();
        let why = why_not(outcome, saved);
        let file = match saved {
            Some(Ok(saved)) => Some(saved.path().to_string_lossy()),
            _ => None,
        };
        if self.format == OutputFormat::Table {
            return stdout.emit_styled(|out| {
                let (status, style) = in_words(outcome);
                let rest = file.as_deref().unwrap_or(&why);
                let width = self.id_width;
                writeln!(
                    out,
                    "{:width$}  {style}{status:<10}{style:#}  {}",
                    id.as_str(),
                    shown(rest)
                )
            });
        }
        let mut record = Record::new(id, outcome);
        if let Some(Err(not_saved)) = saved {
            record = record.because(not_saved.kind(), &why, not_saved.error());
        }
        let line = FileRecord {
            record,
            waited_seconds: None,
            file,
        };
        stdout.emit(|out| match self.format {
            OutputFormat::Csv => write_csv_line(out, &line, &COLUMNS),
            _ => write_line(out, &line),
        })
    }
}

/// Why the result of a job is not saved.
fn why_not<'a>(outcome: &'a Outcome, saved: Option<&Result<Saved, NotSaved>>) -> Cow<'a, str> {
    match (saved, outcome) {
        (Some(Err(why)), _) => why.to_string().into(),
        (_, Outcome::Missing) => "this account has no such job, or its result was deleted".into(),
        (_, Outcome::Failed(error)) => reason(error),
        (_, Outcome::Found(job)) => match job.status() {
            JobStatus::Failed => job
                .failure_reason()
                .unwrap_or("AKOOL gives no reason for the failure")
                .into(),
            _ => "not finished; use `wait --download`".into(),
        },
    }
}

fn in_words(outcome: &Outcome) -> (Cow<'static, str>, anstyle::Style) {
    match outcome {
        Outcome::Found(job) => {
            let style = match job.status() {
                JobStatus::Success => style::GOOD,
                JobStatus::Failed => style::BAD,
                JobStatus::InQueue | JobStatus::Processing => style::PENDING,
                _ => style::DOUBTFUL,
            };
            (status_of(job), style)
        }
        Outcome::Missing => ("missing".into(), style::DOUBTFUL),
        Outcome::Failed(_) => ("error".into(), style::BAD),
    }
}

fn status_of(job: &Job) -> Cow<'static, str> {
    job.status().as_str().replace('_', " ").into()
}
