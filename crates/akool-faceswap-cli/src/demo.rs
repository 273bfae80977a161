//! `demo`: made-up jobs on a fake server in this process, waited for and saved as `wait` does it.

use std::{
    fs, io,
    path::PathBuf,
    time::{Duration, SystemTime},
};

use akool_faceswap::{Client, Error, ResultIds, wait::PollPolicy};
use akool_faceswap_mock::{Answer, FakeAkool, FakeJob};

use crate::{
    args::DemoArgs,
    connection::Connection,
    downloads::Downloads,
    exit::Exit,
    fake::{self, Lives},
    interrupt::Interrupt,
    output::{Reader, Stdout, tell, write_table},
    problem::Problem,
    runtime,
    verbosity::Verbosity,
    wait::{Display, Follower, Format, Tally},
};

/// When the last job has settled; long enough to watch, and short enough to watch twice.
const SETTLED_WITHIN: Duration = Duration::from_secs(9);

/// How long the job that is never found is waited for; `wait` has two minutes for it.
const MISSING_GRACE: Duration = Duration::from_secs(6);

/// Nothing of it should take longer.
const TIMEOUT: Duration = Duration::from_secs(18);

/// Between two lines where there is no terminal.
const BETWEEN_LINES: Duration = Duration::from_secs(1);

/// Runs the command.
pub(crate) fn run(args: &DemoArgs, verbosity: Verbosity) -> Result<Exit, Problem> {
    let fake = FakeAkool::builder()
        .seed(args.seed)
        .start()
        .map_err(|error| fake::cannot_start(&error))?;
    let jobs = Lives::new(args.seed, SETTLED_WITHIN).take(args.jobs - 1);
    let jobs = jobs.chain([FakeJob::image().missing()]);
    let ids = ResultIds::parse_all(jobs.map(|job| fake.add_job(job)))
        .map_err(|error| Problem::failure(error.to_string(), "try another --seed"))?;
    // Too many requests, for a moment.
    fake.push_answer(Answer::business(1005).every(6).times(2));
    let client = Client::builder()
        .base_url(fake.url())
        .api_key(fake.api_key())
        .build()
        .map_err(|error| unasked(&error))?;
    let dir = directory(args).map_err(|error| {
        Problem::failure(
            format!("there is no place for the results: {error}"),
            "name a directory that may be written: --dir DIR",
        )
    })?;
    let opening = format!(
        "A fake AKOOL server runs in this process: no key, no network, no credits.\n\
         It has {} face swap jobs (seed {}): most are images, some are videos and take longer,\n\
         some fail, and one is never found. Their results go to {}\n",
        ids.len(),
        args.seed,
        dir.display()
    );
    if Stdout::lock().emit_styled(|out| writeln!(out, "{opening}"))? == Reader::Gone {
        return Ok(Exit::Complete);
    }
    let connection = Connection::of_client(client);
    let follower = Follower {
        connection: &connection,
        verbosity,
        format: Format::Silent,
        file: None,
        tally: Tally::default(),
        downloads: Some(Downloads::save_in(&dir, &connection.client)?),
        display: Display::of_process(BETWEEN_LINES),
        interrupt: Interrupt::watch()?,
    };
    runtime::start()?.block_on(play(&fake, ids, follower))
}

async fn play(fake: &FakeAkool, ids: ResultIds, follower: Follower<'_>) -> Result<Exit, Problem> {
    let client = follower.connection.client.clone();
    let schedule = PollPolicy::new()
        .min_interval(Duration::from_millis(300))
        .max_interval(Duration::from_secs(1));
    let ended = client
        .wait_each(&ids)
        .poll_policy(schedule)
        .missing_grace(MISSING_GRACE)
        .timeout(TIMEOUT)
        .start();
    match follower.follow(ended).await? {
        Exit::Complete | Exit::Incomplete => {}
        early => return Ok(early),
    }
    let waited_for = fake.request_count();
    let results = client.lookup(&ids).await.map_err(|error| unasked(&error))?;
    let mut stdout = Stdout::lock();
    let width = stdout.width();
    let _ = stdout.emit_styled(|out| {
        writeln!(out, "\nWhat `akool-faceswap results` shows of them:\n")?;
        write_table(out, results.iter(), SystemTime::now(), width)
    })?;
    tell(|out| {
        writeln!(
            out,
            "\nIt took {waited_for} requests to see {} jobs to their ends. The links lead to the \
             fake server, which ends now;\nthe files stay.\n\n\
             Your own jobs: set AKOOL_API_KEY, then `akool-faceswap wait ID... --download DIR`",
            ids.len()
        )
    });
    Ok(Exit::Complete)
}

/// The directory that was named, else one in the system's place for such.
fn directory(args: &DemoArgs) -> io::Result<PathBuf> {
    if let Some(dir) = &args.dir {
        fs::create_dir_all(dir)?;
        return Ok(dir.clone());
    }
    let dir = tempfile::Builder::new()
        .prefix("akool-faceswap-demo-")
        .tempdir()?;
    Ok(dir.keep())
}

fn unasked(error: &Error) -> Problem {
    Problem::failure(
        format!("the fake server could not be asked: {}", error.message()),
        "if a proxy is set (HTTP_PROXY), except this machine from it: NO_PROXY=127.0.0.1",
    )
}
