//! Waits for jobs, dies halfway, and resumes: every job is settled exactly once.
//!
//! `cargo run -p akool-faceswap --example resume`: it starts a fake AKOOL, and then itself twice as the program
//! that waits. The first time, that program ends in the middle of its work, as if its machine had failed.

mod store;

use std::{
    collections::HashSet,
    env,
    error::Error,
    fs,
    path::Path,
    process::{self, Command},
    time::Duration,
};

use akool_faceswap::{Client, ResultIds, wait::PollPolicy};
use akool_faceswap_mock::{FakeAkool, FakeJob};

use store::Store;

const JOBS: u64 = 60;

fn main() -> Result<(), Box<dyn Error>> {
    if env::var_os("AKOOL_API_KEY").is_some() && env::args_os().len() == 3 {
        return wait();
    }
    // The server, and the ids that submits would have returned.
    let fake = FakeAkool::start()?;
    let ids: Vec<String> = (0..JOBS)
        .map(|n| {
            let part = Duration::from_millis(10 * n);
            fake.add_job(FakeJob::image().after(part, part))
        })
        .collect();
    let folder = env::temp_dir().join(format!("akool-faceswap-resume-{}", process::id()));
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("ids.txt"), ids.join("\n"))?;

    for dies_after in ["25", "never"] {
        let status = Command::new(env::current_exe()?)
            .arg(&folder)
            .arg(dies_after)
            .env("AKOOL_API_KEY", fake.api_key())
            .env("AKOOL_API_HOST", fake.url())
            .status()?;
        println!("the program ended with {status}");
    }

    let journal = fs::read_to_string(folder.join("journal"))?;
    fs::remove_dir_all(&folder)?;
    let settled: HashSet<&str> = journal.lines().collect();
    println!(
        "{} jobs, {} lines in the journal",
        ids.len(),
        journal.lines().count()
    );
    if settled.len() == ids.len() && journal.lines().count() == ids.len() {
        Ok(())
    } else {
        Err("a job is not in the journal exactly once".into())
    }
}

/// The program that waits. With the real API this is the whole program; only the source of the ids and the poll
/// policy change.
#[tokio::main(flavor = "current_thread")]
async fn wait() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let folder = arguments.next().ok_or("no folder")?;
    let folder = Path::new(&folder);
    let dies_after: Option<usize> = arguments.next().and_then(|text| text.parse().ok());

    let client = Client::from_env()?;
    let mut store = Store::open(folder)?;
    let mut ended = if let Some(tickets) = store.left()? {
        println!("resuming {} jobs", tickets.len());
        client.resume_each(tickets).start()
    } else {
        let text = fs::read_to_string(folder.join("ids.txt"))?;
        let ids = ResultIds::parse_all(text.lines())?;
        let ended = client
            .wait_each(ids)
            // Leave this out: the default suits jobs that take from seconds to hours.
            .poll_policy(PollPolicy::fixed(Duration::from_millis(100)))
            .start();
        // Before the first outcome is taken, so that none can be lost.
        store.begin(&ended.tickets())?;
        println!("waiting for {} jobs", ended.remaining());
        ended
    };

    let mut taken = 0;
    while let Some(outcome) = ended.next().await {
        match outcome {
            Ok(job) => store.settle(job.id(), job.status().as_str())?,
            Err(error) => store.settle(error.id(), error.kind().as_str())?,
        }
        taken += 1;
        if dies_after == Some(taken) {
            // From here on nothing is dropped or written.
            process::exit(1);
        }
    }
    Ok(())
}
