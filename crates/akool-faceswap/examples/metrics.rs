//! How do I export metrics? Counters from the client's events and gauges from a snapshot, in the text
//! format of Prometheus; an OpenTelemetry meter takes the same calls.
//!
//! It runs without a network and without a key, against the fake:
//!
//! ```sh
//! cargo run -p akool-faceswap --example metrics
//! ```

use std::{
    collections::BTreeMap,
    error::Error,
    fmt::Write as _,
    sync::{Arc, Mutex, PoisonError},
};

use akool_faceswap::{
    Client,
    error::BusinessCode,
    metrics::{Metrics, RequestMetrics, Stats, WaitMetrics},
};
use akool_faceswap_mock::{FakeAkool, FakeJob};

/// Counters by name and labels.
#[derive(Default)]
struct Registry(Mutex<BTreeMap<String, f64>>);

impl Registry {
    fn add(&self, name: &str, labels: &str, value: f64) {
        let mut counters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counters.entry(format!("{name}{{{labels}}}")).or_default() += value;
    }

    /// The answer to a scrape of `/metrics`.
    fn render(&self, stats: &Stats) -> String {
        let mut text = String::new();
        let counters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (counter, value) in counters.iter() {
            let _ = writeln!(text, "{counter} {value}");
        }
        let held = stats.throttled_for.unwrap_or_default().as_secs_f64();
        for (gauge, value) in [
            ("akool_lookups_in_flight", stats.lookups_in_flight),
            (
                "akool_other_requests_in_flight",
                stats.other_requests_in_flight,
            ),
            ("akool_downloads_in_flight", stats.downloads_in_flight),
            ("akool_tracked_ids", stats.tracked_ids),
            ("akool_retries_left", stats.retries_left as usize),
        ] {
            let _ = writeln!(text, "{gauge} {value}");
        }
        let _ = writeln!(text, "akool_throttled_seconds {held}");
        text
    }
}

impl Metrics for Registry {
    fn request(&self, request: &RequestMetrics) {
        let error = request.error.map_or("", |kind| kind.as_str());
        let code = request.business_code.map_or(1000, BusinessCode::code);
        let labels = format!(
            r#"operation="{}",host="{}",error="{error}",code="{code}""#,
            request.operation, request.host
        );
        self.add("akool_requests_total", &labels, 1.0);
        let seconds = request.duration.as_secs_f64();
        self.add("akool_request_seconds_sum", &labels, seconds);
    }

    fn wait(&self, wait: &WaitMetrics) {
        let error = wait.error.map_or("", |kind| kind.as_str());
        self.add("akool_waits_total", &format!(r#"error="{error}""#), 1.0);
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let fake = FakeAkool::start()?;
    let good = fake.add_job(FakeJob::image());
    let bad = fake.add_job(FakeJob::image().failing());

    let registry = Arc::new(Registry::default());
    let client = Client::builder()
        .base_url(fake.url())
        .api_key(fake.api_key())
        .metrics(registry.clone())
        .build()?;

    let ids: akool_faceswap::ResultIds = format!("{good},{bad}").parse()?;
    client.wait_all(ids).await;

    let text = registry.render(&client.stats());
    print!("{text}");
    for line in [
        r#"akool_waits_total{error=""} 1"#,
        r#"akool_waits_total{error="job_failed"} 1"#,
        "akool_tracked_ids 0",
    ] {
        if !text.contains(line) {
            return Err(format!("{line} is missing").into());
        }
    }
    Ok(())
}
