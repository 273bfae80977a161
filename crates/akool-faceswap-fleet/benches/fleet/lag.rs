//! How late outcomes are: four workers behind one database against one process's poller, on the same fake
//! with the same jobs, one after the other.

use std::{
    collections::HashMap,
    time::{Duration, Instant, SystemTime},
};

use akool_faceswap::{Client, ResultId, ResultIds};
use akool_faceswap_fleet::{Account, Fleet, Worker};
use akool_faceswap_mock::{FakeAkool, FakeJob};

use crate::{Size, database, server::Server};

const WORKERS: usize = 4;

/// Jobs with lives of 5 to 90 s, and when each ends.
fn jobs(fake: &FakeAkool, count: usize) -> HashMap<ResultId, SystemTime> {
    let mut random = fastrand::Rng::with_seed(1);
    (0..count)
        .map(|_| {
            let life = Duration::from_millis(random.u64(5_000..90_000));
            let id = fake.add_job(FakeJob::image().after(life / 4, life / 4 * 3));
            (id.parse().unwrap(), SystemTime::now() + life)
        })
        .collect()
}

fn client(fake: &FakeAkool) -> Client {
    Client::builder()
        .base_url(fake.url())
        .api_key(fake.api_key())
        .build()
        .unwrap()
}

fn row(what: &str, mut lags: Vec<Duration>, requests: u64, time: Duration) {
    lags.sort_unstable();
    let at = |percent: usize| lags[(lags.len() - 1) * percent / 100].as_secs_f64();
    println!(
        "| {what} | {requests} | {:.0} | {:.2} | {:.2} | {:.2} |",
        time.as_secs_f64(),
        at(50),
        at(95),
        at(100)
    );
}

pub(crate) async fn compare(server: &Server, size: Size) {
    println!(
        "**Lag**, {} jobs with lives of 5 to 90 s, from a job's end to its outcome:\n",
        size.jobs
    );
    println!("| who waits | requests | s | median s | 95 % s | longest s |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: |");
    one_process(size).await;
    fleet(server, size).await;
    println!();
}

async fn one_process(size: Size) {
    let fake = FakeAkool::start().unwrap();
    let ends = jobs(&fake, size.jobs);
    let begun = Instant::now();
    let ids: ResultIds = ends.keys().cloned().collect();
    let client = client(&fake);
    let mut settled = client.wait_each(ids).start();
    let mut lags = Vec::with_capacity(size.jobs);
    while let Some(outcome) = settled.next().await {
        let job = outcome.unwrap();
        lags.push(ends[job.id()].elapsed().unwrap_or_default());
    }
    row(
        "one process, its poller",
        lags,
        fake.request_count(),
        begun.elapsed(),
    );
}

async fn fleet(server: &Server, size: Size) {
    let url = database(server).await;
    let fake = FakeAkool::start().unwrap();
    let fleet = Fleet::connect(&url).await.unwrap();
    let ends = jobs(&fake, size.jobs);
    let begun = Instant::now();
    let ids: Vec<ResultId> = ends.keys().cloned().collect();
    for some in ids.chunks(1000) {
        fleet.track(some).await.unwrap();
    }
    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..WORKERS {
        let fleet = Fleet::connect(&url).await.unwrap();
        let account = Account::from_api_key(&fake.api_key());
        let worker = Worker::new(&fleet, client(&fake), account).requests_per_second(0.0, 1);
        workers.spawn(worker.run(std::future::pending()));
    }
    let mut lags = Vec::with_capacity(size.jobs);
    while lags.len() < size.jobs {
        let outcomes = fleet.take(1000).await.unwrap();
        if outcomes.is_empty() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        for outcome in outcomes {
            // From the moment when it could be taken.
            let lag = outcome.settled_at().duration_since(ends[outcome.id()]);
            lags.push(lag.unwrap_or_default());
        }
    }
    let what = format!("a fleet of {WORKERS} workers");
    row(&what, lags, fake.request_count(), begun.elapsed());
}
