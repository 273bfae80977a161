//! `results`: looks ids up once, and shows the outcome of each.

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
    args::{OutputFormat, ResultsArgs},
    connection::Connection,
    exit::Exit,
    ids,
    output::{
        Counts, Reader, Record, Stdout, remark, shown, style, tell, write_csv, write_line,
        write_table,
    },
    problem::{Problem, write_causes},
    runtime,
    verbosity::{Verbosity, causes, reason},
};

/// The lookup may not know a younger job yet.
const VERY_NEW: Duration = Duration::from_secs(5 * 60);

/// Runs the command.
pub(crate) fn run(args: &ResultsArgs, verbosity: Verbosity) -> Result<Exit, Problem> {
    // Ids first: checking them needs no key.
    let ids = ids::read(&args.ids)?;
    let connection = Connection::for_lookups(&args.lookup, &ids)?;
    let format = args.output.format();
    let lookup = async { connection.client.lookup(&ids).await };
    match runtime::start()?.block_on(lookup) {
        Ok(results) => show(&results, format, &connection, verbosity),
        Err(error) => {
            // A program still gets a line for every id; a table that repeats one error would tell a
            // person nothing.
            if format != OutputFormat::Table {
                let outcome = Outcome::Failed(error.clone());
                let _ = write(
                    format,
                    ids.iter().map(|id| (id, &outcome)),
                    connection.now(),
                )?;
            }
            Err(nothing_fetched(&error, ids.len(), &connection))
        }
    }
}

fn show(
    results: &Results,
    format: OutputFormat,
    connection: &Connection,
    verbosity: Verbosity,
) -> Result<Exit, Problem> {
    let now = connection.now();
    // If the reader of the rows has left, the counts are still printed.
    let _ = write(format, results.iter(), now)?;
    let counts: Counts = results.iter().map(|(_, outcome)| outcome).collect();
    tell(|out| write_errors(out, results, connection, verbosity));
    remark(|out| {
        write_remarks(out, results, now)?;
        writeln!(out, "{counts}")
    });
    Ok(if counts.is_complete() {
        Exit::Complete
    } else {
        Exit::Incomplete
    })
}

fn write<'a>(
    format: OutputFormat,
    outcomes: impl IntoIterator<Item = (&'a ResultId, &'a Outcome)>,
    now: SystemTime,
) -> Result<Reader, Problem> {
    let mut stdout = Stdout::lock();
    match format {
        OutputFormat::Table => {
            let width = stdout.width();
            stdout.emit_styled(|out| write_table(out, outcomes, now, width))
        }
        OutputFormat::Csv => stdout.emit(|out| write_csv(out, outcomes)),
        OutputFormat::Json => stdout.emit(|out| {
            outcomes
                .into_iter()
                .try_for_each(|(id, outcome)| write_line(out, &Record::new(id, outcome)))
        }),
    }
}

/// One line for each id whose lookup failed.
fn write_errors(
    out: &mut (impl Write + ?Sized),
    results: &Results,
    connection: &Connection,
    verbosity: Verbosity,
) -> io::Result<()> {
    let bad = style::BAD;
    let mut written = None;
    for (id, outcome) in results.iter() {
        let Outcome::Failed(error) = outcome else {
            continue;
        };
        let advice = connection.advice(error);
        writeln!(out, "{bad}error:{bad:#} {id}: {}; {advice}", reason(error))?;
        if verbosity >= Verbosity::Causes {
            // The ids of one request have one error, so its causes are printed once.
            let causes = causes(error);
            if written.as_ref() != Some(&causes) {
                write_causes(out, &causes)?;
                written = Some(causes);
            }
        }
    }
    Ok(())
}

/// One line for everything else that a person should know.
fn write_remarks(
    out: &mut (impl Write + ?Sized),
    results: &Results,
    now: SystemTime,
) -> io::Result<()> {
    let doubtful = style::DOUBTFUL;
    for (id, outcome) in results.iter() {
        match outcome {
            Outcome::Found(job) => {
                for note in job.notes() {
                    let note = note.to_string();
                    writeln!(out, "{doubtful}note:{doubtful:#} {id}: {}", shown(&note))?;
                }
            }
            Outcome::Missing => {
                let why = why_missing(id, now);
                writeln!(out, "{doubtful}missing:{doubtful:#} {id}: {why}")?;
            }
            Outcome::Failed(_) => {}
        }
    }
    let strangers = match results.unexpected().len() {
        0 => return Ok(()),
        1 => "one row of the answers belongs to no requested id".to_owned(),
        n => format!("{n} rows of the answers belong to no requested id"),
    };
    writeln!(out, "{doubtful}note:{doubtful:#} {strangers}")
}

/// The API does not say why it does not know an id; the time in the id may.
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
        "it was submitted a moment ago and is not known yet; look it up again in a few seconds"
            .to_owned()
    } else {
        unknown()
    }
}

/// The problem if no id could be looked up.
pub(crate) fn nothing_fetched(error: &Error, ids: usize, connection: &Connection) -> Problem {
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
            "{ids} id{plural} could not be looked up: {}{tried}",
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
    fn the_age_of_an_id_explains_why_it_is_missing() {
        assert!(why(ID, 9 * DAY).contains("deleted after 7 days (the job is 9 days old)"));
        assert!(why(ID, DAY).contains("no such job"));
        assert!(why(ID, MINUTE).contains("a moment ago"));
        assert!(why("not-an-object-id", 9 * DAY).contains("no such job"));
    }

    #[test]
    fn a_rate_limit_has_advice() {
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
        let problem = nothing_fetched(&error, 1, &Connection::of_client(client));
        let mut output = Vec::new();
        problem.write_to(&mut output, Verbosity::Normal).unwrap();
        let output = String::from_utf8(output).unwrap();
        let output = anstream::adapter::strip_str(&output).to_string();
        assert_eq!(output.lines().count(), 2, "{output}");
        assert!(output.starts_with("error: 1 id could not be looked up: "));
        assert!(output.contains("1005"));
        assert!(output.contains("\nhelp: wait a minute"));
    }
}
