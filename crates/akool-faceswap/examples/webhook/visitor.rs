//! The world outside the service: someone who submits jobs, and AKOOL, which sends webhooks.

use std::{
    error::Error,
    net::SocketAddr,
    time::{Duration, Instant, SystemTime},
};

use akool_faceswap_mock::{FakeAkool, FakeJob, JobState, WebhookSigner};
use serde_json::{Value, json};

pub(crate) const CLIENT_ID: &str = "EXAMPLE-CLIENT-ID-0001==";
pub(crate) const CLIENT_SECRET: &str = "EXAMPLE-CLIENT-SECRET-32-BYTES-0";

/// Has the service wait for two jobs; the first ends, and its webhook is delivered twice.
pub(crate) async fn visit(address: SocketAddr, fake: &FakeAkool) -> Result<(), Box<dyn Error>> {
    // reqwest is built without a TLS provider here, so one has to be chosen.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let http = reqwest::Client::builder().no_proxy().build()?;
    let url = |path: &str| format!("http://{address}{path}");

    let hour = Duration::from_secs(3600);
    let first = fake.add_job(FakeJob::video().after(hour, hour));
    let second = fake.add_job(FakeJob::video().after(hour, hour));
    for id in [&first, &second] {
        let tracked = http.post(url(&format!("/jobs/{id}"))).send().await?;
        println!("{id}: {}", tracked.status());
    }

    // The first poll is over; the next regular one is more than a second away.
    tokio::time::sleep(Duration::from_millis(600)).await;
    fake.set_state(&first, JobState::Success)?;

    let signer = WebhookSigner::new(CLIENT_ID, CLIENT_SECRET)?;
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
    let payload = json!({ "_id": first, "status": 3, "type": "faceswap" }).to_string();
    let delivery = signer.sign_and_encrypt(payload, now.as_secs(), 4821);
    let forgery = delivery.replace("4821", "4822");
    let delivered = Instant::now();
    for (body, expected) in [(&forgery, 400), (&delivery, 200), (&delivery, 200)] {
        let webhook = http.post(url("/akool/webhook")).body(body.clone());
        let status = webhook.send().await?.status();
        if status != expected {
            return Err(format!("a webhook was answered with {status}").into());
        }
    }

    loop {
        let answer = http.get(url(&format!("/jobs/{first}"))).send().await?;
        let job: Value = serde_json::from_slice(&answer.bytes().await?)?;
        if job["state"] == "success" {
            let elapsed = delivered.elapsed();
            println!("{first}: success, {elapsed:.1?} after the webhook");
            return Ok(());
        }
        if delivered.elapsed() > Duration::from_secs(1) {
            return Err("the webhook did not shorten the wait".into());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
