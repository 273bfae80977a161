//! Replaces one of several faces in a photo with the face from a local picture.
//!
//! `cargo run -p akool-faceswap --example swap_group_photo`: the API is a fake in this process, so it
//! needs no key and costs nothing.

use std::error::Error;

use akool_faceswap::{Client, submit::Style};
use akool_faceswap_mock::{FakeAkool, Scene};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    // With the real API this is one line:
    //     let client = Client::from_env()?; // AKOOL_API_KEY
    let fake = FakeAkool::start()?;
    fake.set_scene("https://example.com/team.jpg", Scene::picture(4));
    let client = Client::builder()
        .base_url(fake.url())
        .api_key(fake.api_key())
        .build()?;
    let folder = tempfile::tempdir()?;
    let me = folder.path().join("me.jpg");
    std::fs::write(&me, "the picture")?;

    let photo = client.detect("https://example.com/team.jpg").await?;
    println!("{} faces", photo.faces().len());
    // A local picture has no URL, but its detected faces have one, so you can use them.
    let me = client.detect_file(me).await?.largest()?;

    let job = client
        .swap()
        .original(&photo)
        .replace(photo.leftmost()?, me)
        .style(Style::Lossless)
        .submit()
        .await?;
    let done = job.wait().await?;
    let file = client.download(&done).save_in(folder.path()).await?;
    println!("{}: {} bytes", job.id(), file.bytes());
    Ok(())
}
