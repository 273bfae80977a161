//! `demo`: made-up jobs on a fake server in this process, watched until all are settled.
//!
//! One line for each lookup, never overwritten: it is the same in a terminal, a file and a log.

use std::{
    io::{self, IsTerminal as _, Write},
    time::{Duration, SystemTime},
};

use akool_faceswap::{Client, Outcome, ResultId, ResultIds};
use akool_faceswap_mock::FakeAkool;

use crate::{
    args::DemoArgs,
    exit::Exit,
    output::{Counts, Reader, Stdout, write_table},
    problem::Problem,
    runtime,
};

/// Between two lookups, so that a person can follow.
const PAUSE: Duration = Duration::from_millis(400);

/// The fake's jobs settle after at most twelve lookups.
const MOST_LOOKUPS: usize = 20;

/// The widest bar; where there are more jobs, one character stands for several.
const MOST_BAR: usize = 48;

/// Runs the command.
pub(crate) fn run(args: &DemoArgs) -> Result<Exit, Problem> {
    let fake = FakeAkool::builder()
        .seed(args.seed)
        .start()
        .map_err(|error| {
            Problem::failure(
                format!("the fake server cannot start: {error}"),
                "allow this program to listen on 127.0.0.1",
            )
        })?;
    let client = Client::builder()
        .base_url(fake.url())
        .api_key(fake.api_key())
        .build()
        .map_err(|error| Problem::failure(error.message(), error.advice()))?;
    let ids = ResultIds::from_texts(fake.seed_population(args.jobs))
        .map_err(|error| Problem::failure(error.to_string(), "try another --seed"))?;
    let pause = if io::stdout().is_terminal() {
        PAUSE
    } else {
        Duration::ZERO
    };
    let demo = Demo {
        fake,
        client,
        seed: args.seed,
        pause,
        jobs: ids.into_iter().map(|id| (id, Outcome::Missing)).collect(),
    };
    runtime::start()?.block_on(demo.play(&mut Stdout::lock()))
}

struct Demo {
    fake: FakeAkool,
    client: Client,
    seed: u64,
    pause: Duration,
    /// What was last learnt of each job.
    jobs: Vec<(ResultId, Outcome)>,
}

impl Demo {
    async fn play(mut self, stdout: &mut Stdout) -> Result<Exit, Problem> {
        let mut asked = 0;
        let mut reader = stdout.emit_styled(|out| self.write_opening(out))?;
        for lookup in 1..=MOST_LOOKUPS {
            let unsettled = self.unsettled();
            if unsettled.is_empty() || reader == Reader::Gone {
                break;
            }
            if lookup > 1 {
                tokio::time::sleep(self.pause).await;
            }
            asked += unsettled.len();
            self.look_up(&unsettled).await?;
            reader = stdout.emit_styled(|out| write_round(out, lookup, &self.counts()))?;
        }
        if reader == Reader::Listening {
            let width = stdout.width();
            let _ = stdout.emit_styled(|out| self.write_end(out, asked, width))?;
        }
        Ok(Exit::Complete)
    }

    /// The ids that have not succeeded or failed yet.
    fn unsettled(&self) -> ResultIds {
        self.jobs
            .iter()
            .filter(|(_, outcome)| !matches!(outcome, Outcome::Found(job) if job.is_terminal()))
            .map(|(id, _)| id.clone())
            .collect()
    }

    async fn look_up(&mut self, ids: &ResultIds) -> Result<(), Problem> {
        let results = self.client.results(ids).await.map_err(|error| {
            Problem::failure(
                format!("the fake server could not be asked: {}", error.message()),
                "if a proxy is set (HTTP_PROXY), except this machine from it: NO_PROXY=127.0.0.1",
            )
        })?;
        for (id, outcome) in &mut self.jobs {
            if let Some(learnt) = results.get(id.as_str()) {
                *outcome = learnt.clone();
            }
        }
        Ok(())
    }

    fn counts(&self) -> Counts {
        self.jobs.iter().map(|(_, outcome)| outcome).collect()
    }

    fn write_opening(&self, out: &mut dyn Write) -> io::Result<()> {
        let jobs = self.jobs.len();
        let plural = if jobs == 1 { "" } else { "s" };
        writeln!(
            out,
            "A fake AKOOL server runs in this process: no key, no network, no credits.\n\
             It has {jobs} face swap job{plural} (seed {}). Each line is one lookup of those not \
             settled yet.\n\n\
             lookup  in queue  processing  success  failed   \
             # success  x failed  = processing  . in queue",
            self.seed
        )
    }

    fn write_end(&self, out: &mut dyn Write, asked: usize, width: Option<usize>) -> io::Result<()> {
        let requests = self.fake.request_count();
        let outcomes = self.jobs.iter().map(|(id, outcome)| (id, outcome));
        writeln!(out, "\nWhat `akool-faceswap results` shows of them:\n")?;
        write_table(out, outcomes, SystemTime::now(), width)?;
        writeln!(
            out,
            "\n{}\n\
             It took {requests} requests; one for each job and lookup would have been {asked}.\n\
             The results' links lead to the fake server, which ends now.\n\n\
             Your own jobs: set AKOOL_API_KEY, then `akool-faceswap results ID...`",
            self.counts()
        )
    }
}

fn write_round(out: &mut dyn Write, lookup: usize, counts: &Counts) -> io::Result<()> {
    writeln!(
        out,
        "{lookup:>6}  {:>8}  {:>10}  {:>7}  {:>6}   {}",
        counts.in_queue,
        counts.processing,
        counts.success,
        counts.failed,
        bar(counts)
    )
}

/// One character for each job, or for equal parts of them where there are many.
fn bar(counts: &Counts) -> String {
    let parts = [
        (counts.success, '#'),
        (counts.failed, 'x'),
        (counts.processing, '='),
        (counts.in_queue, '.'),
    ];
    let jobs: usize = parts.iter().map(|(count, _)| count).sum();
    let length = jobs.min(MOST_BAR);
    let mut bar = String::with_capacity(length);
    let mut jobs_so_far = 0;
    for (count, character) in parts {
        jobs_so_far += count;
        // Rounding the running total and not each part keeps every bar equally long.
        let end = (jobs_so_far * length).checked_div(jobs).unwrap_or(0);
        while bar.len() < end {
            bar.push(character);
        }
    }
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_has_one_character_for_each_job_or_equal_parts_of_many() {
        let few = Counts {
            in_queue: 3,
            processing: 1,
            success: 2,
            failed: 1,
            ..Counts::default()
        };
        assert_eq!(bar(&few), "##x=...");
        let many = Counts {
            in_queue: 2_500,
            success: 7_500,
            ..Counts::default()
        };
        assert_eq!(bar(&many), "#".repeat(36) + &".".repeat(12));
        assert_eq!(bar(&Counts::default()), "");
    }
}
