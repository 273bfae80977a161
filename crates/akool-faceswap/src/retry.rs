//! When a request is retried, and how long to wait before.
//!
//! Four rules, each in its own module: how often and how far apart ([`RetryPolicy`]), what the server asks for
//! ([`retry_after`]), how much all clones of a client may retry together ([`budget`]), and how a rate limit
//! slows all of them ([`throttle`]). [`decision`] applies them. [`concurrency`] adapts the number of lookups in
//! flight to the server.

pub(crate) mod budget;
pub(crate) mod concurrency;
pub(crate) mod decision;
pub(crate) mod retry_after;
pub(crate) mod throttle;

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// How often a request is retried, and how far apart.
///
/// A lookup changes nothing, so it is retried after every transient error: see
/// [`Error::is_retryable`](crate::error::Error::is_retryable). The delay before retry `n` is drawn
/// evenly from zero to `base_delay` times 2ⁿ⁻¹, and at most `max_delay` ("full jitter"), so that
/// clients which failed together do not come back together.
///
/// ```
/// use std::time::Duration;
/// use akool_faceswap::{Client, RetryPolicy};
///
/// let client = Client::builder()
///     .api_key("k")
///     .retry(RetryPolicy::new().max_attempts(6).base_delay(Duration::from_millis(100)))
///     .build()?;
/// # Ok::<(), akool_faceswap::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    max_attempts: u32,
    base_delay: Duration,
    max_delay: Duration,
    max_retry_after: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_attempts: 4,
            base_delay: Duration::from_millis(250),
            max_delay: Duration::from_secs(20),
            max_retry_after: Duration::from_secs(60),
        }
    }
}

impl RetryPolicy {
    /// The default: 4 attempts, delays from 250 ms up to 20 s, `Retry-After` up to 60 s.
    pub fn new() -> Self {
        Self::default()
    }

    /// One attempt, no retries.
    pub fn never() -> Self {
        Self::default().max_attempts(1)
    }

    /// The most attempts for one request, including the first. 0 is taken as 1. Default: 4.
    #[must_use]
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts.max(1);
        self
    }

    /// Upper bound of the delay before the first retry. Default: 250 ms.
    #[must_use]
    pub fn base_delay(mut self, delay: Duration) -> Self {
        self.base_delay = delay;
        self
    }

    /// Upper bound of the delay before any retry. Default: 20 s.
    #[must_use]
    pub fn max_delay(mut self, delay: Duration) -> Self {
        self.max_delay = delay;
        self
    }

    /// Upper bound of the delay that a server asks for in `Retry-After`; a longer one is cut to this.
    /// Default: 60 s.
    #[must_use]
    pub fn max_retry_after(mut self, delay: Duration) -> Self {
        self.max_retry_after = delay;
        self
    }

    /// Whether there is a further attempt after `attempts` of them.
    pub(crate) fn allows_another(&self, attempts: u32) -> bool {
        attempts < self.max_attempts
    }

    /// The delay before the attempt that follows `attempts` of them.
    pub(crate) fn delay(
        &self,
        attempts: u32,
        retry_after: Option<Duration>,
        jitter: &Jitter,
    ) -> Duration {
        let doublings = attempts.saturating_sub(1).min(31);
        let ceiling = self
            .base_delay
            .saturating_mul(1 << doublings)
            .min(self.max_delay);
        let backoff = jitter.up_to(ceiling);
        let asked = retry_after.map_or(Duration::ZERO, |delay| delay.min(self.max_retry_after));
        backoff.max(asked)
    }

    /// The server's delay, cut to the maximum.
    pub(crate) fn capped(&self, retry_after: Duration) -> Duration {
        retry_after.min(self.max_retry_after)
    }
}

/// The source of jitter; a seed makes it reproducible.
#[derive(Debug)]
pub(crate) struct Jitter(Mutex<fastrand::Rng>);

impl Jitter {
    pub(crate) fn new(seed: Option<u64>) -> Self {
        Self(Mutex::new(
            seed.map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed),
        ))
    }

    /// A duration drawn evenly from zero to `ceiling`, both included.
    pub(crate) fn up_to(&self, ceiling: Duration) -> Duration {
        let ceiling = u64::try_from(ceiling.as_nanos()).unwrap_or(u64::MAX);
        let mut rng = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Duration::from_nanos(rng.u64(0..=ceiling))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn zero_attempts_are_one() {
        assert!(!RetryPolicy::new().max_attempts(0).allows_another(1));
        assert!(!RetryPolicy::never().allows_another(1));
        assert!(RetryPolicy::new().allows_another(3));
        assert!(!RetryPolicy::new().allows_another(4));
    }

    #[test]
    fn the_same_seed_gives_the_same_delays() {
        let delays = |seed| -> Vec<Duration> {
            let jitter = Jitter::new(Some(seed));
            (1..20)
                .map(|n| RetryPolicy::new().delay(n, None, &jitter))
                .collect()
        };
        assert_eq!(delays(1), delays(1));
        assert_ne!(delays(1), delays(2));
    }

    #[test]
    fn jitter_is_full() {
        let jitter = Jitter::new(Some(7));
        let policy = RetryPolicy::new().base_delay(Duration::from_secs(1));
        let delays: Vec<f64> = (0..2000)
            .map(|_| policy.delay(1, None, &jitter).as_secs_f64())
            .collect();
        let mean = delays.iter().sum::<f64>() / 2000.0;
        assert!((0.45..0.55).contains(&mean), "{mean}");
        assert!(delays.iter().any(|delay| *delay < 0.05));
        assert!(delays.iter().any(|delay| *delay > 0.95));
    }

    proptest! {
        #[test]
        fn a_delay_keeps_every_bound(
            seed: u64,
            attempts in 0u32..=u32::MAX,
            base in 0u64..10_000,
            max in 0u64..100_000,
            after in prop::option::of(0u64..200_000),
            max_after in 0u64..100_000,
        ) {
            let policy = RetryPolicy::new()
                .base_delay(Duration::from_millis(base))
                .max_delay(Duration::from_millis(max))
                .max_retry_after(Duration::from_millis(max_after));
            let after = after.map(Duration::from_millis);
            let delay = policy.delay(attempts, after, &Jitter::new(Some(seed)));
            let doubled = u128::from(base) << attempts.saturating_sub(1).min(31);
            let ceiling = doubled.min(u128::from(max));
            let asked = after.map_or(0, |after| after.as_millis().min(u128::from(max_after)));
            prop_assert!(delay.as_nanos() <= ceiling.max(asked) * 1_000_000);
            prop_assert!(delay.as_millis() >= asked);
        }
    }
}
