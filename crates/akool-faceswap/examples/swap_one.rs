//! Swaps the only face in a video, from two URLs to a file on disk.
//!
//! `cargo run -p akool-faceswap --example swap_one`: AKOOL is a fake in this process, so it needs no key and
//! costs nothing.

use std::error::Error;

use akool_faceswap::{Client, submit::SubmitErrorKind};
use akool_faceswap_mock::FakeAkool;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    // With the real API this is one line:
    //     let client = Client::from_env()?; // AKOOL_API_KEY
    let fake = FakeAkool::start()?;
    let client = Client::builder()
        .base_url(fake.url())
        .api_key(fake.api_key())
        .build()?;
    let folder = tempfile::tempdir()?;

    let pending = client
        .swap()
        .original("https://example.com/film.mp4")
        .new_face("https://example.com/me.jpg")
        .prepare()?;
    // Store the intent before any money moves: after a crash it says what may have been bought.
    std::fs::write(
        folder.path().join("intent.json"),
        serde_json::to_string(&pending)?,
    )?;

    let job = match client.send(pending).await {
        Ok(job) => job,
        Err(error) => {
            match error.kind() {
                SubmitErrorKind::NotSent | SubmitErrorKind::Refused => {
                    println!("nothing is billed: {error}");
                }
                // The swap may have been bought. Sending it again could buy a second one.
                _ => println!("store this, and look for the job: {error}"),
            }
            return Err(error.into());
        }
    };
    // From here on any process can wait for it.
    std::fs::write(
        folder.path().join("ticket.json"),
        serde_json::to_string(&job.ticket())?,
    )?;
    println!("accepted as {}", job.id());

    let done = job.wait().await?;
    let file = client.download(&done).save_in(folder.path()).await?;
    println!(
        "{} bytes; {} credits left",
        file.bytes(),
        client.credit().await?
    );
    Ok(())
}
