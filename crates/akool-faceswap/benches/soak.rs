//! Starts and ends waits under faults for a set time: no wait may be lost, doubled or left behind, and no job
//! polled in vain.
//!
//! `just soak` runs it. It prints a line of JSON, and fails if anything was lost, doubled or left
//! behind.
#![allow(missing_docs, unreachable_pub)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(clippy::cast_precision_loss, reason = "figures for people")]

#[path = "soak/jobs.rs"]
mod jobs;
#[path = "soak/ledger.rs"]
mod ledger;
#[path = "soak/server.rs"]
mod server;
#[path = "soak/ways.rs"]
mod ways;

use std::{
    alloc::System,
    env, fs,
    process::ExitCode,
    sync::{Arc, atomic::Ordering::Relaxed},
    time::{Duration, Instant},
};

use cap::Cap;
use serde::Serialize;

use crate::{jobs::Jobs, ledger::Ledger, ways::Bench};

/// Counts the allocated bytes.
#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

/// How many tasks wait at a time.
const ACTORS: usize = 1024;

/// How much memory may grow from the warm-up to the end: a factor, and bytes on top.
const MORE_LIVE: (f64, f64) = (1.10, 64e3);
const MORE_RESIDENT: (f64, f64) = (1.10, 4e6);

#[derive(Debug, Serialize)]
struct Report {
    seconds: f64,
    begun: u64,
    settled: u64,
    timed_out: u64,
    shut_down: u64,
    dropped: u64,
    resumed: u64,
    lookups: u64,
    hints: u64,
    requests: u64,
    faulty_requests: u64,
    live_bytes_after_warm_up: f64,
    live_bytes_at_end: f64,
    live_bytes_left: f64,
    resident_bytes_after_warm_up: f64,
    resident_bytes_at_end: f64,
    tasks_left: usize,
    violations: u64,
    problems: Vec<String>,
}

fn main() -> ExitCode {
    let seconds: Option<u64> = env::args().nth(1).and_then(|word| word.parse().ok());
    let Some(seconds) = seconds else {
        // `cargo test` and `cargo bench` pass flags of their own, and no work.
        println!("nothing to do; run `just soak`");
        return ExitCode::SUCCESS;
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_time()
        .build()
        .unwrap();
    let report = runtime.block_on(soak(Duration::from_secs(seconds)));
    println!("{}", serde_json::to_string(&report).unwrap());
    if report.problems.is_empty() && report.violations == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

async fn soak(time: Duration) -> Report {
    let begun = Instant::now();
    let jobs = Jobs::new();
    let ledger = Arc::new(Ledger::default());
    let before = live();
    let bench = Bench {
        client: server::client(&jobs, &ledger),
        jobs: jobs.clone(),
        ledger: ledger.clone(),
    };
    let actors: Vec<_> = (0..ACTORS)
        .map(|_| {
            let bench = bench.clone();
            tokio::spawn(async move {
                while begun.elapsed() < time {
                    bench.go().await;
                }
            })
        })
        .collect();

    // Means over a fifth of the time, after the first fifth and at the end: waits come and go.
    let (mut early, mut late) = (Samples::default(), Samples::default());
    while begun.elapsed() < time {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let share = begun.elapsed().as_secs_f64() / time.as_secs_f64();
        if (0.2..0.4).contains(&share) {
            early.take(before);
        } else if (0.8..1.0).contains(&share) {
            late.take(before);
        }
    }
    for actor in actors {
        if actor.await.is_err() {
            ledger.violation("an actor died".to_owned());
        }
    }
    drop(bench);
    let tasks_left = tasks_left().await;

    let mut problems = ledger.shown.lock().unwrap().clone();
    let count = |counter: &std::sync::atomic::AtomicU64| counter.load(Relaxed);
    let ended = [
        &ledger.settled,
        &ledger.timed_out,
        &ledger.shut_down,
        &ledger.dropped,
    ];
    let ended: u64 = ended.into_iter().map(count).sum();
    if ended != count(&ledger.begun) {
        problems.push(format!(
            "{} waits started, {ended} ended",
            count(&ledger.begun)
        ));
    }
    if tasks_left > 0 {
        problems.push(format!("{tasks_left} tasks are still alive"));
    }
    let grown = |what: &str, early: f64, late: f64, (share, more): (f64, f64)| {
        (late > early * share + more).then(|| format!("{what} grew from {early} to {late} bytes"))
    };
    problems.extend(grown("live memory", early.live(), late.live(), MORE_LIVE));
    problems.extend(grown(
        "resident memory",
        early.resident(),
        late.resident(),
        MORE_RESIDENT,
    ));
    Report {
        seconds: begun.elapsed().as_secs_f64(),
        begun: count(&ledger.begun),
        settled: count(&ledger.settled),
        timed_out: count(&ledger.timed_out),
        shut_down: count(&ledger.shut_down),
        dropped: count(&ledger.dropped),
        resumed: count(&ledger.resumed),
        lookups: count(&ledger.lookups),
        hints: count(&ledger.hints),
        requests: count(&ledger.requests.all),
        faulty_requests: count(&ledger.requests.faulty),
        live_bytes_after_warm_up: early.live(),
        live_bytes_at_end: late.live(),
        live_bytes_left: live() - before,
        resident_bytes_after_warm_up: early.resident(),
        resident_bytes_at_end: late.resident(),
        tasks_left,
        violations: count(&ledger.violations),
        problems,
    }
}

/// The tasks that are alive after they have had time to end.
async fn tasks_left() -> usize {
    let metrics = tokio::runtime::Handle::current().metrics();
    for _ in 0..50 {
        if metrics.num_alive_tasks() == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    metrics.num_alive_tasks()
}

/// Sums of samples of memory.
#[derive(Debug, Default)]
struct Samples {
    number: f64,
    live: f64,
    resident: f64,
}

impl Samples {
    /// Live bytes count from `before`, when there were no waits.
    fn take(&mut self, before: f64) {
        self.number += 1.0;
        self.live += live() - before;
        self.resident += resident();
    }

    fn live(&self) -> f64 {
        (self.live / self.number.max(1.0)).round()
    }

    fn resident(&self) -> f64 {
        (self.resident / self.number.max(1.0)).round()
    }
}

fn live() -> f64 {
    ALLOCATOR.allocated() as f64
}

/// The resident set of this process in bytes; 0 if the system does not report it.
fn resident() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kibibytes: f64 = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB"))
        .and_then(|number| number.trim().parse().ok())
        .unwrap_or_default();
    kibibytes * 1024.0
}
