//! The world outside the service: people who want faces swapped, and a network that loses answers.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use akool_faceswap_mock::{Answer, FakeAkool, FakeJob, JobState};
use serde_json::json;

use super::BoxError;

/// Orders three swaps. One succeeds, one loses its submit's answer, and one takes longer than the service runs.
pub(crate) async fn before_the_restart(
    address: SocketAddr,
    fake: &FakeAkool,
) -> Result<(), BoxError> {
    let visitor = Visitor::new(address)?;
    fake.set_webhook_copies(2);

    visitor.order("https://example.com/one.jpg").await?;
    visitor.shows("saved", 1).await?;

    fake.push_answer(Answer::reset().after_handling().on_submits());
    visitor.order("https://example.com/two.jpg").await?;
    visitor.shows("saved", 2).await?;

    let hour = Duration::from_secs(3600);
    fake.set_submitted_job(FakeJob::video().after(Duration::ZERO, hour));
    visitor.order("https://example.com/film.mp4").await?;
    visitor.shows("waiting", 1).await?;
    println!("\nBefore the restart:\n{}", visitor.page().await?);
    Ok(())
}

/// Ends the last job, and checks that no job was bought twice.
pub(crate) async fn after_the_restart(
    address: SocketAddr,
    fake: &FakeAkool,
) -> Result<(), BoxError> {
    let visitor = Visitor::new(address)?;
    let ids = fake.submitted_ids();
    let last = ids.last().ok_or("nothing was submitted")?;
    fake.set_state(last, JobState::Success)?;
    visitor.shows("saved", 3).await?;
    println!("\nAfter the restart:\n{}", visitor.page().await?);
    fake.assert_jobs_created(3);
    Ok(())
}

struct Visitor {
    http: reqwest::Client,
    swaps: String,
}

impl Visitor {
    fn new(address: SocketAddr) -> Result<Self, BoxError> {
        // reqwest is built without a TLS provider here, so one has to be chosen.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Ok(Self {
            http: reqwest::Client::builder().no_proxy().build()?,
            swaps: format!("http://{address}/swaps"),
        })
    }

    async fn order(&self, original: &str) -> Result<(), BoxError> {
        let order = json!({ "original": original, "new_face": "https://example.com/me.jpg" });
        let request = self.http.post(&self.swaps).body(order.to_string());
        let request = request.header("content-type", "application/json");
        request.send().await?.error_for_status()?;
        Ok(())
    }

    async fn page(&self) -> Result<String, BoxError> {
        Ok(self.http.get(&self.swaps).send().await?.text().await?)
    }

    /// Waits until the page has this number of swaps in this state.
    async fn shows(&self, state: &str, count: usize) -> Result<(), BoxError> {
        let begun = Instant::now();
        while self.page().await?.matches(state).count() < count {
            if begun.elapsed() > Duration::from_secs(30) {
                return Err(format!("not {count} times {state}:\n{}", self.page().await?).into());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }
}
