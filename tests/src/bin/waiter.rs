//! A program that waits for jobs and may be killed at any moment; see `tests/killed.rs`.
//!
//! It keeps its tickets and its journal with the code of the SDK's example `resume`, so that what the
//! example shows is what is tested. Its only argument is the folder of `ids.txt`; the rest is in the
//! environment.

#[path = "../../../crates/akool-faceswap/examples/resume/store.rs"]
mod store;

use std::{env, error::Error, fs, path::PathBuf, time::Duration};

use akool_faceswap::{Client, ResultIds, wait::PollPolicy};
use store::Store;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(env::args_os().nth(1).ok_or("no folder")?);
    let client = Client::from_env()?;
    let mut store = Store::open(&folder)?;
    let mut ended = if let Some(tickets) = store.left()? {
        client.resume_each(tickets).start()
    } else {
        let text = fs::read_to_string(folder.join("ids.txt"))?;
        let ids = ResultIds::parse_all(text.lines())?;
        let ended = client
            .wait_each(ids)
            .poll_policy(PollPolicy::fixed(Duration::from_millis(100)))
            .missing_grace(Duration::from_millis(300))
            .start();
        store.begin(&ended.tickets())?;
        ended
    };
    while let Some(outcome) = ended.next().await {
        match outcome {
            Ok(job) => store.settle(job.id(), job.status().as_str())?,
            Err(error) => store.settle(error.id(), error.kind().as_str())?,
        }
    }
    Ok(())
}
