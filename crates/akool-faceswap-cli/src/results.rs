//! `results`: look ids up once, show what became of each.

use std::{
    io::{self, Write},
    time::{Duration, SystemTime},
};

use akool_faceswap::{
    Error, ResultId,
    lookup::{Outcome, Results},
    model::RESULT_LIFETIME,
};

use crate::{
    args::ResultsArgs,
    connection::Connection,
    exit::Exit,
    ids,
    output::{
        Counts, Reader, Record, Stdout, shown, style, tell, write_csv, write_line, write_table,
    },
    problem::{Problem, write_causes},
    runtime,
    verbosity::{Verbosity, causes, reason},
};

/// A job that was submitted this short a time ago may not be known to the lookup yet.
const VERY_NEW: Duration = Duration::from_secs(5 * 60);

/// Runs the command.
pub(crate) fn run(args: &ResultsArgs, verbosity: Verbosity) -> Result<Exit, Problem> {
    // Ids first: what is wrong with them can be said without a key.
    let ids = ids::read(&args.ids)?;
    let connection = Connection::new(&args.connection)?;
    let format = Format::of(args);
    let lookup = async { connection.client.lookup(&ids).await };
    match runtime::start()?.block_on(lookup) {
        Ok(results) => show(&results, format, &connection, verbosity),
        Err(error) => {
            // A program gets its line for every id even so; a person sees nothing in a table of
            // the same error.
            if format != Format::Table {
                let outcome = Outcome::Failed(error.clone());
                let _ = write(
                    format,
                    ids.iter().map(|id| (id, &outcome)),
                    SystemTime::now(),
                )?;
            }
            Err(nothing_learnt(&error, ids.len(), &connection))
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Table,
    Json,
    Csv,
}

impl Format {
    fn of(args: &ResultsArgs) -> Self {
        match (args.json, args.csv) {
            (true, _) => Self::Json,
            (_, true) => Self::Csv,
            _ => Self::Table,
        }
    }
}

fn show(
    results: &Results,
    format: Format,
    connection: &Connection,
    verbosity: Verbosity,
) -> Result<Exit, Problem> {
    let now = SystemTime::now();
    // A reader that has seen enough of the rows is still told the rest.
    let _ = write(format, results.iter(), now)?;
    let counts: Counts = results.iter().map(|(_, outcome)| outcome).collect();
    tell(|out| {
        write_remarks(out, results, now, connection, verbosity)?;
        writeln!(out, "{counts}")
    });
    Ok(if counts.is_complete() {
        Exit::Complete
    } else {
        Exit::Incomplete
    })
}

fn write<'a>(
    format: Format,
    outcomes: impl IntoIterator<Item = (&'a ResultId, &'a Outcome)>,
    now: SystemTime,
) -> Result<Reader, Problem> {
    let mut stdout = Stdout::lock();
    match format {
        Format::Table => {
            let width = stdout.width();
            stdout.emit_styled(|out| write_table(out, outcomes, now, width))
        }
        Format::Csv => stdout.emit(|out| write_csv(out, outcomes)),
        Format::Json => stdout.emit(|out| {
            outcomes
                .into_iter()
                .try_for_each(|(id, outcome)| write_line(out, &Record::new(id, outcome)))
        }),
    }
}

/// One line for everything that a person should know beside the results.
fn write_remarks(
    out: &mut (impl Write + ?Sized),
    results: &Results,
    now: SystemTime,
    connection: &Connection,
    verbosity: Verbosity,
) -> io::Result<()> {
    let (bad, doubtful) = (style::BAD, style::DOUBTFUL);
    let mut told = None;
    for (id, outcome) in results.iter() {
        match outcome {
            Outcome::Found(job) => {
                for note in job.notes() {
                    let note = note.to_string();
                    writeln!(out, "{doubtful}odd:{doubtful:#} {id}: {}", shown(&note))?;
                }
            }
            Outcome::Missing => {
                let why = why_missing(id, now);
                writeln!(out, "{doubtful}missing:{doubtful:#} {id}: {why}")?;
            }
            Outcome::Failed(error) => {
                let advice = connection.advice(error);
                writeln!(out, "{bad}error:{bad:#} {id}: {}; {advice}", reason(error))?;
                if verbosity >= Verbosity::Causes {
                    // Ids of one request have one error: its causes once are enough.
                    let causes = causes(error);
                    if told.as_ref() != Some(&causes) {
                        write_causes(out, &causes)?;
                        told = Some(causes);
                    }
                }
            }
        }
    }
    let strangers = match results.unexpected().len() {
        0 => return Ok(()),
        1 => "one row of the answers belongs to no id asked for".to_owned(),
        n => format!("{n} rows of the answers belong to no id asked for"),
    };
    writeln!(out, "{doubtful}odd:{doubtful:#} {strangers}")
}

/// The API does not say why it knows nothing of an id, but its time of creation may.
fn why_missing(id: &ResultId, now: SystemTime) -> String {
    let unknown = || {
        "this account has no such job; check the id (the `_id` of the submit answer) and that the \
         API key is of the account that submitted it"
            .to_owned()
    };
    let Some(age) = id
        .created_at()
        .and_then(|created| now.duration_since(created).ok())
    else {
        return unknown();
    };
    if age > RESULT_LIFETIME {
        let days = age.as_secs() / (24 * 60 * 60);
        format!(
            "its result was deleted after 7 days (the job is {days} days old); fetch results sooner"
        )
    } else if age < VERY_NEW {
        "it was submitted a moment ago and is not known yet; ask again in a few seconds".to_owned()
    } else {
        unknown()
    }
}

fn nothing_learnt(error: &Error, ids: usize, connection: &Connection) -> Problem {
    let plural = if ids == 1 { "" } else { "s" };
    let tried = match error.attempts() {
        0 | 1 => String::new(),
        attempts => format!(
            ", after {attempts} attempts in {:.1} s",
            error.elapsed().as_secs_f64()
        ),
    };
    Problem::failure(
        format!(
            "nothing was learnt about {ids} id{plural}: {}{tried}",
            reason(error)
        ),
        connection.advice(error),
    )
    .because(causes(error))
}

#[cfg(test)]
mod tests {
    use akool_faceswap::{Client, RetryPolicy};
    use akool_faceswap_mock::{Answer, FakeAkool};

    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    /// Created at 2024-06-27 08:27:48.
    const ID: &str = "667d228400000000000a0001";

    fn why(id: &str, age: Duration) -> String {
        let created = ResultId::new(ID).unwrap().created_at().unwrap();
        why_missing(&ResultId::new(id).unwrap(), created + age)
    }

    #[test]
    fn why_an_id_is_missing_follows_from_its_age() {
        assert!(why(ID, 9 * DAY).contains("deleted after 7 days (the job is 9 days old)"));
        assert!(why(ID, DAY).contains("no such job"));
        assert!(why(ID, MINUTE).contains("a moment ago"));
        assert!(why("not-an-object-id", 9 * DAY).contains("no such job"));
    }

    #[test]
    fn a_rate_limit_says_what_to_do() {
        let fake = FakeAkool::start().unwrap();
        fake.push_answer(Answer::business(1005).always());
        let client = Client::builder()
            .base_url(fake.url())
            .api_key(fake.api_key())
            .retry(RetryPolicy::never())
            .build()
            .unwrap();
        let id = ResultId::new(ID).unwrap();
        let lookup = async { client.lookup(&id).await };
        let error = runtime::start().unwrap().block_on(lookup).unwrap_err();
        let problem = nothing_learnt(&error, 1, &Connection::of_client(client));
        let mut told = Vec::new();
        problem.write_to(&mut told, Verbosity::Normal).unwrap();
        let told = String::from_utf8(told).unwrap();
        let told = anstream::adapter::strip_str(&told).to_string();
        assert_eq!(told.lines().count(), 2, "{told}");
        assert!(told.starts_with("error: nothing was learnt about 1 id: "));
        assert!(told.contains("1005"));
        assert!(told.contains("\nhelp: wait a minute"));
    }
}
