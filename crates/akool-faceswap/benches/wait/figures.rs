//! The figures of a run, as one line of JSON for `cargo xtask bench wait`.

use serde::Serialize;

use crate::{
    population::{Life, Micros, SECOND},
    world::World,
};

/// How late the waiter learned of each job's end; jobs that never end are omitted.
#[derive(Clone, Debug, Default)]
pub struct Lags {
    all: Vec<f64>,
    images: Vec<f64>,
    videos: Vec<f64>,
}

impl Lags {
    pub fn push(&mut self, life: &Life, learned: Micros) {
        let lag = learned.saturating_sub(life.ended) as f64 / SECOND as f64;
        self.all.push(lag);
        if life.is_video {
            self.videos.push(lag);
        } else {
            self.images.push(lag);
        }
    }

    pub fn len(&self) -> usize {
        self.all.len()
    }

    fn add(&mut self, other: Self) {
        self.all.extend(other.all);
        self.images.extend(other.images);
        self.videos.extend(other.videos);
    }

    fn figures(&mut self) -> LagFigures {
        LagFigures {
            median: percentile(&mut self.all, 50.0),
            p95: percentile(&mut self.all, 95.0),
            p95_images: percentile(&mut self.images, 95.0),
            p95_videos: percentile(&mut self.videos, 95.0),
        }
    }
}

/// Seconds between the end of a job and the moment at which the waiter has the outcome.
#[derive(Debug, Serialize)]
pub struct LagFigures {
    pub median: f64,
    pub p95: f64,
    pub p95_images: f64,
    pub p95_videos: f64,
}

/// The smallest value that this many percent of the values do not exceed; 0 without values.
pub fn percentile(values: &mut [f64], percent: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let rank = (percent / 100.0 * values.len() as f64).ceil() as usize;
    values
        .get(rank.saturating_sub(1))
        .copied()
        .unwrap_or_default()
}

#[derive(Debug, Serialize)]
pub struct Figures {
    pub strategy: String,
    pub jobs: usize,
    /// How many populations were drawn; counts are sums over all of them, and lags are of all jobs.
    pub populations: u64,
    /// Requests a second that the server allows.
    pub limit: Option<u64>,
    /// Seconds over which the jobs are submitted.
    pub arriving: u64,
    pub ended: usize,
    pub requests: u64,
    /// Answers about one job.
    pub lookups: u64,
    pub refused_by_limit: u64,
    pub peak: u64,
    pub lag: LagFigures,
    #[serde(skip)]
    pub lags: Lags,
    /// CPU time of the SDK with the simulated server in its process, and the server's share of it.
    pub cpu_seconds: Option<f64>,
    pub server_seconds: Option<f64>,
    pub simulated_seconds: f64,
}

impl Figures {
    /// The figures of one population, from the counts of `world` and the lags.
    pub fn new(strategy: &str, world: &World, mut lags: Lags, arriving: u64, end: Micros) -> Self {
        Self {
            strategy: strategy.to_owned(),
            jobs: world.lives.len(),
            populations: 1,
            limit: world.limit(),
            arriving,
            ended: lags.len(),
            requests: world.requests,
            lookups: world.lookups,
            refused_by_limit: world.limited,
            peak: world.peak,
            lag: lags.figures(),
            lags,
            cpu_seconds: None,
            server_seconds: None,
            simulated_seconds: end as f64 / SECOND as f64,
        }
    }

    /// Adds the figures of another population.
    pub fn and(mut self, other: Self) -> Self {
        self.populations += other.populations;
        self.ended += other.ended;
        self.requests += other.requests;
        self.lookups += other.lookups;
        self.refused_by_limit += other.refused_by_limit;
        self.peak = self.peak.max(other.peak);
        self.lags.add(other.lags);
        self.lag = self.lags.figures();
        let sum = |a: Option<f64>, b: Option<f64>| Some(a? + b?);
        self.cpu_seconds = sum(self.cpu_seconds, other.cpu_seconds);
        self.server_seconds = sum(self.server_seconds, other.server_seconds);
        self.simulated_seconds += other.simulated_seconds;
        self
    }
}

pub fn print(figures: &impl Serialize) {
    println!("{}", serde_json::to_string(figures).unwrap());
}

/// CPU time of this thread in seconds; 0 if the system does not report it.
pub fn cpu_seconds() -> f64 {
    #[cfg(unix)]
    {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
    }
    #[cfg(not(unix))]
    0.0
}
