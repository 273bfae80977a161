//! The simulated server: what happens to a request, in the same way for every strategy.

use crate::population::{Life, Micros, SECOND};

/// Of each thousand requests that the limit allows: 503 at once, broken connections, and requests without any
/// answer.
const UNAVAILABLE: u32 = 30;
const BROKEN: u32 = 15;
const SILENT: u32 = 5;

const LATENCY: std::ops::Range<Micros> = 100_000..200_000;

/// What comes back, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Answered,
    /// 1005 or 429, without `Retry-After`.
    Limited,
    Unavailable,
    Broken,
    Silent,
}

/// The server, and what it counts.
#[derive(Debug)]
pub struct World {
    pub lives: Vec<Life>,
    rng: fastrand::Rng,
    has_faults: bool,
    limit: Option<Limit>,
    pub requests: u64,
    pub limited: u64,
    pub lookups: u64,
    second: Micros,
    in_second: u64,
    pub peak: u64,
    /// CPU seconds spent on making answers.
    pub seconds: f64,
}

/// Requests a second, in bursts of up to a second's worth.
#[derive(Debug)]
struct Limit {
    per_second: u64,
    tokens: f64,
    at: Micros,
}

impl World {
    pub fn new(lives: Vec<Life>, limit: Option<u64>, has_faults: bool, seed: u64) -> Self {
        Self {
            lives,
            rng: fastrand::Rng::with_seed(seed),
            has_faults,
            limit: limit.map(|per_second| Limit {
                per_second,
                tokens: per_second as f64,
                at: 0,
            }),
            requests: 0,
            limited: 0,
            lookups: 0,
            second: 0,
            in_second: 0,
            peak: 0,
            seconds: 0.0,
        }
    }

    /// Handles a request for this many jobs that is sent at `now`. Returns the verdict and the latency.
    pub fn request(&mut self, now: Micros, jobs: usize) -> (Verdict, Micros) {
        self.requests += 1;
        if now / SECOND == self.second {
            self.in_second += 1;
        } else {
            (self.second, self.in_second) = (now / SECOND, 1);
        }
        self.peak = self.peak.max(self.in_second);
        let latency = self.rng.u64(LATENCY);
        if let Some(limit) = &mut self.limit
            && !limit.lets_through(now)
        {
            self.limited += 1;
            return (Verdict::Limited, latency);
        }
        let drawn = if self.has_faults {
            self.rng.u32(0..1000)
        } else {
            u32::MAX
        };
        let verdict = match drawn {
            drawn if drawn < UNAVAILABLE => Verdict::Unavailable,
            drawn if drawn < UNAVAILABLE + BROKEN => Verdict::Broken,
            drawn if drawn < UNAVAILABLE + BROKEN + SILENT => Verdict::Silent,
            _ => {
                self.lookups += jobs as u64;
                Verdict::Answered
            }
        };
        (verdict, latency)
    }

    /// Requests a second that are allowed.
    pub fn limit(&self) -> Option<u64> {
        self.limit.as_ref().map(|limit| limit.per_second)
    }

    pub fn is_even(&mut self) -> bool {
        self.rng.bool()
    }
}

impl Limit {
    fn lets_through(&mut self, now: Micros) -> bool {
        let rate = self.per_second as f64;
        let since = now.saturating_sub(self.at) as f64 / SECOND as f64;
        self.tokens = (self.tokens + since * rate).min(rate);
        self.at = self.at.max(now);
        let is_free = self.tokens >= 1.0;
        if is_free {
            self.tokens -= 1.0;
        }
        is_free
    }
}
