//! The jobs that are waited for: a random mix, drawn from a seed.

use std::{f64::consts::TAU, time::Duration};

/// A point in the simulated time, in microseconds from its beginning.
pub type Micros = u64;

pub const SECOND: Micros = 1_000_000;

/// How many of each hundred jobs are drawn as videos, failed or missing, and how long jobs take: lognormal
/// times for both kinds.
pub const VIDEO_PERCENT: f64 = 15.0;
pub const FAILED_PERCENT: f64 = 3.0;
pub const MISSING_PERCENT: f64 = 0.5;
const IMAGE_MEDIAN_SECONDS: f64 = 40.0;
const IMAGE_SIGMA: f64 = 0.8;
const VIDEO_MEDIAN_SECONDS: f64 = 900.0;
const VIDEO_SIGMA: f64 = 1.0;
/// The share of its life that a job is queued: drawn evenly between these.
pub const QUEUED: (f64, f64) = (0.05, 0.5);
const SHORTEST_SECONDS: f64 = 2.0;
const LONGEST_SECONDS: f64 = 3.0 * 3600.0;

/// How a job ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Success,
    Failed,
    /// It is never in any answer.
    Missing,
}

/// One job's life.
#[derive(Clone, Copy, Debug)]
pub struct Life {
    pub is_video: bool,
    pub end: End,
    pub submitted: Micros,
    pub processing: Micros,
    pub ended: Micros,
}

impl Life {
    /// The status that the API returns at this time; `None` if the job is missing.
    pub fn status(&self, at: Micros) -> Option<u8> {
        match self.end {
            End::Missing => None,
            _ if at < self.processing => Some(1),
            _ if at < self.ended => Some(2),
            End::Success => Some(3),
            End::Failed => Some(4),
        }
    }
}

/// Draws `jobs` jobs that are submitted evenly over `arriving`, in the order of their submission.
pub fn draw(jobs: usize, arriving: Duration, seed: u64) -> Vec<Life> {
    let mut rng = fastrand::Rng::with_seed(seed);
    let arriving = arriving.as_micros() as Micros;
    (0..jobs)
        .map(|n| {
            let is_video = rng.f64() * 100.0 < VIDEO_PERCENT;
            let seconds = life_seconds(is_video, normal(&mut rng));
            let drawn = rng.f64() * 100.0;
            let end = if drawn < MISSING_PERCENT {
                End::Missing
            } else if drawn < MISSING_PERCENT + FAILED_PERCENT {
                End::Failed
            } else {
                End::Success
            };
            let submitted = arriving * n as u64 / jobs as u64;
            let (least, most) = QUEUED;
            let queued = seconds * (least + (most - least) * rng.f64());
            let after = |seconds: f64| submitted + (seconds * SECOND as f64) as Micros;
            Life {
                is_video,
                end,
                submitted,
                processing: after(queued),
                ended: after(seconds),
            }
        })
        .collect()
}

/// How long a job takes, if `drawn` was drawn from the standard normal distribution.
fn life_seconds(is_video: bool, drawn: f64) -> f64 {
    let (median, sigma) = if is_video {
        (VIDEO_MEDIAN_SECONDS, VIDEO_SIGMA)
    } else {
        (IMAGE_MEDIAN_SECONDS, IMAGE_SIGMA)
    };
    (median * (sigma * drawn).exp()).clamp(SHORTEST_SECONDS, LONGEST_SECONDS)
}

/// The distribution of how long jobs of a kind take, in fine steps: seconds, and their probability.
pub fn law(is_video: bool) -> Vec<(f64, f64)> {
    let step = 0.01;
    (-600..600)
        .map(|n| {
            let drawn = (f64::from(n) + 0.5) * step;
            let weight = step * (-drawn * drawn / 2.0).exp() / TAU.sqrt();
            (life_seconds(is_video, drawn), weight)
        })
        .collect()
}

/// A number drawn from the standard normal distribution, after Box and Muller.
fn normal(rng: &mut fastrand::Rng) -> f64 {
    let distance = (-2.0 * (1.0 - rng.f64()).ln()).sqrt();
    distance * (TAU * rng.f64()).cos()
}
