//! The fake's clock.
//!
//! It drives jobs that advance by time, creation times and ids. A test advances it, so nothing has
//! to sleep. Delays of answers are real and do not use it.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

use tokio::sync::watch;

/// The current time of a [`FakeAkool`](crate::FakeAkool).
///
/// Clones share one time, so several fakes can use the same clock.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use akool_faceswap_mock::Clock;
///
/// let clock = Clock::manual(SystemTime::UNIX_EPOCH);
/// clock.advance(Duration::from_secs(90));
/// assert_eq!(clock.now(), SystemTime::UNIX_EPOCH + Duration::from_secs(90));
/// ```
#[derive(Clone)]
pub struct Clock {
    base: Base,
    advanced: Arc<watch::Sender<Duration>>,
}

/// What moves a clock besides [`Clock::advance`].
#[derive(Clone, Copy)]
enum Base {
    Machine,
    /// Nothing.
    Standing(SystemTime),
    /// Tokio's clock, which tests pause: it was `origin` at `start`.
    Tokio {
        start: SystemTime,
        origin: tokio::time::Instant,
    },
}

impl Clock {
    /// The machine's clock, plus the time by which it was [advanced](Self::advance).
    pub fn wall() -> Self {
        Self {
            base: Base::Machine,
            advanced: Arc::default(),
        }
    }

    /// A clock that stands still at `start` until it is [advanced](Self::advance).
    pub fn manual(start: SystemTime) -> Self {
        Self {
            base: Base::Standing(start),
            advanced: Arc::default(),
        }
    }

    /// A clock that is at `start` now and moves with tokio's clock: under a paused one, a test and
    /// its client share one time.
    pub fn tokio(start: SystemTime) -> Self {
        Self {
            base: Base::Tokio {
                start,
                origin: tokio::time::Instant::now(),
            },
            advanced: Arc::default(),
        }
    }

    /// The current time, as a function for a client that takes one.
    pub fn source(&self) -> impl Fn() -> SystemTime + Clone + Send + Sync + use<> {
        let clock = self.clone();
        move || clock.now()
    }

    /// The current time.
    pub fn now(&self) -> SystemTime {
        let base = match self.base {
            Base::Machine => SystemTime::now(),
            Base::Standing(time) => time,
            Base::Tokio { start, origin } => start + origin.elapsed(),
        };
        base.checked_add(*self.advanced.borrow()).unwrap_or(base)
    }

    /// Moves the clock, and every clone of it, forward.
    pub fn advance(&self, by: Duration) {
        self.advanced
            .send_modify(|advanced| *advanced = advanced.saturating_add(by));
    }

    /// Reports each [`advance`](Self::advance).
    pub(crate) fn subscribe(&self) -> watch::Receiver<Duration> {
        self.advanced.subscribe()
    }

    /// Completes when the clock has moved by `time` on its own; never if it stands still.
    pub(crate) async fn sleep(&self, time: Duration) {
        match self.base {
            Base::Machine | Base::Tokio { .. } => tokio::time::sleep(time).await,
            Base::Standing(_) => std::future::pending().await,
        }
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::wall()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clock")
            .field("manual", &matches!(self.base, Base::Standing(_)))
            .field("now", &self.now())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wall_clock_can_be_advanced() {
        let clock = Clock::wall();
        let before = SystemTime::now();
        clock.advance(Duration::from_secs(3600));
        assert!(clock.now() >= before + Duration::from_secs(3600));
    }

    #[test]
    fn clones_share_the_time() {
        let clock = Clock::manual(SystemTime::UNIX_EPOCH);
        clock.clone().advance(Duration::from_secs(5));
        assert_eq!(clock.now(), SystemTime::UNIX_EPOCH + Duration::from_secs(5));
    }

    #[test]
    fn advancing_too_far_does_not_panic() {
        let clock = Clock::manual(SystemTime::UNIX_EPOCH);
        clock.advance(Duration::MAX);
        clock.advance(Duration::MAX);
        let _ = clock.now();
    }
}
