//! The real client against the fake server over loopback, under the real clock.
//!
//! The client has the main thread to itself; the fake runs in another thread.

use std::time::{Duration, Instant, SystemTime};

use akool_faceswap::{Client, ResultIds, wait::WaitErrorKind};
use akool_faceswap_mock::{FakeAkool, FakeJob};
use serde::Serialize;

use crate::{
    figures::{cpu_seconds, percentile, print},
    ours::{self, Settings},
};

/// Jobs end evenly between these times; three in a hundred fail.
const LIVES_MS: std::ops::Range<u64> = 5_000..90_000;
const FAILED_PERCENT: usize = 3;

#[derive(Debug, Serialize)]
struct Live {
    jobs: usize,
    requests: u64,
    seconds: f64,
    client_cpu_seconds: f64,
    busiest_second_cpu: f64,
    lag_median: f64,
    lag_p95: f64,
    lag_max: f64,
}

pub fn run(jobs: usize, settings: Settings) {
    let fake = FakeAkool::start().unwrap();
    let mut rng = fastrand::Rng::with_seed(5);
    // All jobs begin at the same time, once all have been added.
    let building = Duration::from_secs(jobs as u64 / 50_000 + 1);
    let (begun, instant) = (SystemTime::now() + building, Instant::now() + building);
    let mut lives = Vec::with_capacity(jobs);
    let mut ids = Vec::with_capacity(jobs);
    for n in 0..jobs {
        let life = Duration::from_millis(rng.u64(LIVES_MS));
        let mut job = FakeJob::image()
            .with_id(ours::id(n))
            .created_at(begun)
            .after(life / 4, life * 3 / 4);
        if n % 100 < FAILED_PERCENT {
            job = job.failing();
        }
        ids.push(fake.add_job(job));
        lives.push(life);
    }
    let ids = ResultIds::parse_all(ids).unwrap();
    let mut builder = Client::builder()
        .base_url(fake.url())
        .api_key(fake.api_key())
        .max_tracked_ids(jobs);
    if let Some(requests) = settings.concurrency {
        builder = builder.max_concurrent_requests(requests.get());
    }
    let client = builder.build().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    std::thread::sleep(instant.saturating_duration_since(Instant::now()));

    let cpu_before = cpu_seconds();
    let (mut lags, mut busiest) = (Vec::with_capacity(jobs), 0f64);
    runtime.block_on(async {
        let mut ended = client
            .wait_each(ids)
            .poll_policy(settings.poll_policy())
            .start();
        let (mut second, mut cpu_then) = (0, cpu_before);
        while let Some(outcome) = ended.next().await {
            let reported_at = instant.elapsed();
            let id = match &outcome {
                Ok(job) => job.id(),
                Err(error) => error.id(),
            };
            let n = ours::number(id.as_str());
            let failed = outcome
                .as_ref()
                .err()
                .map(akool_faceswap::wait::WaitError::kind);
            let is_failing = n % 100 < FAILED_PERCENT;
            assert_eq!(failed, is_failing.then_some(WaitErrorKind::JobFailed));
            lags.push(reported_at.saturating_sub(lives[n]).as_secs_f64());
            if reported_at.as_secs() > second {
                let cpu = cpu_seconds();
                let passed = (reported_at.as_secs() - second) as f64;
                busiest = busiest.max((cpu - cpu_then) / passed);
                (second, cpu_then) = (reported_at.as_secs(), cpu);
            }
        }
    });
    assert_eq!(lags.len(), jobs);
    print(&Live {
        jobs,
        requests: fake.request_count(),
        seconds: instant.elapsed().as_secs_f64(),
        client_cpu_seconds: cpu_seconds() - cpu_before,
        busiest_second_cpu: busiest,
        lag_median: percentile(&mut lags, 50.0),
        lag_p95: percentile(&mut lags, 95.0),
        lag_max: percentile(&mut lags, 100.0),
    });
}
