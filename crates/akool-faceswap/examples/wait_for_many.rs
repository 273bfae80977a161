//! Waits for a few hundred jobs, with a progress line that is redrawn.
//!
//! `cargo run -p akool-faceswap --example wait_for_many`: the jobs are those of a fake AKOOL in this
//! process, so it needs no key and costs nothing.

use std::{
    error::Error,
    io::{self, IsTerminal as _, Write as _},
    time::Duration,
};

use akool_faceswap::{
    Client, ResultId, ResultIds,
    wait::{GroupProgress, PollPolicy, WaitErrorKind},
};
use akool_faceswap_mock::{FakeAkool, FakeJob};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    // With the real API these are three lines:
    //     let client = Client::from_env()?; // AKOOL_API_KEY
    //     let text = std::fs::read_to_string("ids.txt")?;
    //     let ids = ResultIds::parse_all(text.lines())?;
    let fake = FakeAkool::start()?;
    let ids = jobs(&fake)?;
    let client = Client::builder()
        .base_url(fake.url())
        .api_key(fake.api_key())
        .build()?;

    let mut ended = client
        .wait_each(ids)
        // Leave these two out: the defaults suit jobs that take from seconds to hours.
        .poll_policy(PollPolicy::fixed(Duration::from_millis(200)))
        .missing_grace(Duration::from_secs(1))
        .start();

    let mut redraw = tokio::time::interval(Duration::from_millis(100));
    let (mut succeeded, mut others) = (0, Vec::new());
    loop {
        // Both futures are cancel-safe, so no outcome is lost.
        tokio::select! {
            outcome = ended.next() => match outcome {
                Some(Ok(_)) => succeeded += 1,
                Some(Err(error)) => others.push(error),
                None => break,
            },
            _ = redraw.tick() => draw(&ended.progress())?,
        }
    }
    draw(&ended.progress())?;
    if io::stderr().is_terminal() {
        eprintln!();
    }

    println!(
        "{succeeded} succeeded, in {} requests",
        fake.request_count()
    );
    let failed = others
        .iter()
        .filter(|error| error.kind() == WaitErrorKind::JobFailed);
    println!("{} failed", failed.count());
    for error in others
        .iter()
        .filter(|error| error.kind() != WaitErrorKind::JobFailed)
    {
        println!("{error}");
    }
    Ok(())
}

/// Draws the line over the last one; a file or a pipe gets none.
fn draw(progress: &GroupProgress) -> io::Result<()> {
    let mut out = io::stderr().lock();
    if !out.is_terminal() {
        return Ok(());
    }
    write!(
        out,
        "\r\x1b[K{} of {} settled, {} queued, {} processing, {} missing",
        progress.settled(),
        progress.total(),
        progress.in_queue(),
        progress.processing(),
        progress.missing(),
    )?;
    if let Some(error) = progress.last_error() {
        write!(out, "; {} failing: {error}", progress.failing())?;
    }
    out.flush()
}

/// Three hundred jobs that end within two seconds, some of them with a failure, and one unknown id.
fn jobs(fake: &FakeAkool) -> Result<ResultIds, Box<dyn Error>> {
    let mut ids: Vec<ResultId> = Vec::new();
    for n in 0..300 {
        let job =
            FakeJob::image().after(Duration::from_millis(3 * n), Duration::from_millis(4 * n));
        let job = if n % 40 == 7 { job.failing() } else { job };
        ids.push(fake.add_job(job).parse()?);
    }
    ids.push("667d228400000000000a0001".parse()?);
    Ok(ids.into_iter().collect())
}
