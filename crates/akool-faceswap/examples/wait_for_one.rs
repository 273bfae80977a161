//! Waits for one job, and prints every change when it is seen.
//!
//! `cargo run -p akool-faceswap --example wait_for_one`: the jobs are those of a fake AKOOL in this
//! process, so it needs no key and costs nothing.

use std::{error::Error, time::Duration};

use akool_faceswap::{
    Client, ResultId,
    wait::{Change, PollPolicy, WaitErrorKind},
};
use akool_faceswap_mock::{FakeAkool, FakeJob};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    // With the real API these are two lines:
    //     let client = Client::from_env()?; // AKOOL_API_KEY
    //     let id: ResultId = "the _id of the submit's answer".parse()?;
    let fake = FakeAkool::start()?;
    let half = Duration::from_millis(500);
    let id: ResultId = fake.add_job(FakeJob::image().after(half, half)).parse()?;
    let client = Client::builder()
        .base_url(fake.url())
        .api_key(fake.api_key())
        .build()?;

    let waiting = client
        .wait(id)
        // Leave this out: the default suits jobs that take from seconds to hours.
        .poll_policy(PollPolicy::fixed(Duration::from_millis(100)))
        .timeout(Duration::from_secs(3600))
        .start();

    // If only the end matters, `waiting.await` is enough.
    let mut changes = waiting.changes();
    while let Some(change) = changes.next().await {
        match change {
            Change::Progress(progress) => match (progress.status(), progress.last_error()) {
                // The wait continues regardless.
                (_, Some(error)) => println!("the last lookup failed: {error}"),
                (Some(status), None) => println!("{status} after {:.1?}", progress.waited()),
                (None, None) => println!("not there yet"),
            },
            Change::Settled(Ok(job)) => {
                let has_url = job.result_url().is_some();
                println!("{}, with a URL: {has_url}", job.status());
            }
            Change::Settled(Err(error)) => {
                match error.kind() {
                    WaitErrorKind::JobFailed => println!("submit it again: {error}"),
                    // The job was accepted and is paid for: keep error.ticket() and resume it later.
                    WaitErrorKind::DeadlinePassed => println!("not done yet: {error}"),
                    _ => println!("{error}"),
                }
                return Err(error.into());
            }
            _ => {}
        }
    }
    Ok(())
}
