//! Replaces every face in a video with the same new face.
//!
//! `cargo run -p akool-faceswap --example swap_video`: the API is a fake in this process, so it needs
//! no key and costs nothing.

use std::error::Error;

use akool_faceswap::{Client, model::Frame, submit::V3Model};
use akool_faceswap_mock::{FakeAkool, Scene};

const FILM: &str = "https://example.com/film.mp4";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    // With the real API this is one line:
    //     let client = Client::from_env()?; // AKOOL_API_KEY
    let fake = FakeAkool::start()?;
    // The first frame shows nobody; people come in later.
    fake.set_scene(FILM, Scene::video([(0, 0), (5, 1), (10, 2)]));
    let client = Client::builder()
        .base_url(fake.url())
        .api_key(fake.api_key())
        .build()?;

    let film = client.detect_video(FILM).num_frames(10).await?;
    for frame in film.frames() {
        println!("frame {}: {} faces", frame.number(), frame.faces().len());
    }
    // Use one frame that shows everybody: across all frames, the same person would be listed many times.
    let everybody = film
        .frames()
        .iter()
        .max_by_key(|frame| frame.faces().len())
        .map(Frame::faces)
        .ok_or("no frame")?;
    let me = client
        .detect("https://example.com/me.jpg")
        .await?
        .require_one()?;

    let job = client
        .swap()
        .original(&film)
        .pairs(everybody.iter().map(|face| (face, &me)))
        .video_v3(V3Model::HdOptimized)
        .submit()
        .await?;
    let done = job.wait().await?;
    println!("{}: {}", job.id(), done.status());
    Ok(())
}
