//! Points in time for the poller: small, comparable, and able to lie before the start of the program.
//!
//! A wait may have begun in another process, before this one's clock started, which `Instant` cannot always
//! express. A [`Timestamp`] is a number of microseconds from an origin that each client sets. The code that
//! decides reads no clock: it is given the time, as a [`Now`].

use std::{
    num::NonZeroI64,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use tokio::time::Instant;

use crate::clock::Clock;

/// Microseconds from the client's own origin of time, which is 1; earlier times are negative. No timestamp is
/// 0, so that an `Option<Timestamp>` takes no more memory: each job has several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Timestamp(NonZeroI64);

impl Timestamp {
    /// Later than everything: no deadline, nothing due.
    pub(crate) const NEVER: Self = Self(NonZeroI64::MAX);

    const ORIGIN: Self = Self(const { NonZeroI64::new(1).unwrap() });

    fn at(micros: i64) -> Self {
        NonZeroI64::new(micros).map_or(Self::ORIGIN, Self)
    }

    pub(crate) fn plus(self, delay: Duration) -> Self {
        // A time that no clock can express never comes.
        i64::try_from(delay.as_micros()).map_or(Self::NEVER, |delay| {
            Self::at(self.0.get().saturating_add(delay))
        })
    }

    /// The time since `earlier`, or zero if that is later.
    pub(crate) fn since(self, earlier: Self) -> Duration {
        let between = self.0.get().saturating_sub(earlier.0.get());
        Duration::from_micros(u64::try_from(between).unwrap_or(0))
    }

    /// `None` for never.
    pub(crate) fn if_ever(self) -> Option<Self> {
        (self != Self::NEVER).then_some(self)
    }
}

/// The present, by the monotonic clock and by the wall clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Now {
    pub(crate) timestamp: Timestamp,
    pub(crate) wall: SystemTime,
}

impl Now {
    /// A point in time for which only the wall clock is known.
    pub(crate) fn at(wall: SystemTime) -> Self {
        Self {
            timestamp: Timestamp::ORIGIN,
            wall,
        }
    }

    /// A timestamp as Unix time in milliseconds, for other processes.
    pub(crate) fn unix_millis(&self, timestamp: Timestamp) -> i64 {
        let wall = match self.wall.duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
            Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |ms| -ms),
        };
        let [then, now] = [timestamp, self.timestamp].map(|timestamp| timestamp.0.get());
        wall.saturating_add(then.saturating_sub(now).div_euclid(1000))
    }

    /// The timestamp of a Unix time in milliseconds.
    pub(crate) fn timestamp_at(&self, unix_millis: i64) -> Timestamp {
        let ahead = unix_millis.saturating_sub(self.unix_millis(self.timestamp));
        let now = self.timestamp.0.get();
        Timestamp::at(now.saturating_add(ahead.saturating_mul(1000)))
    }
}

/// A client's origin of time, and its clocks.
pub(crate) struct TimeSource {
    origin: Instant,
    clock: Clock,
}

impl TimeSource {
    pub(crate) fn new(clock: Clock) -> Self {
        Self {
            origin: Instant::now(),
            clock,
        }
    }

    pub(crate) fn now(&self) -> Now {
        let since = Instant::now().saturating_duration_since(self.origin);
        Now {
            timestamp: Timestamp::ORIGIN.plus(since),
            wall: self.clock.now(),
        }
    }

    /// When to wake for a timestamp; `None` if it is beyond what the clock can express.
    pub(crate) fn instant(&self, timestamp: Timestamp) -> Option<Instant> {
        let since = timestamp.if_ever()?.since(Timestamp::ORIGIN);
        self.origin.checked_add(since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_saturate() {
        let second = Duration::from_secs(1);
        let begin = Timestamp::at(5);
        assert_eq!(begin.plus(second).since(begin), second);
        assert_eq!(begin.since(begin.plus(second)), Duration::ZERO);
        assert_eq!(begin.plus(Duration::MAX), Timestamp::NEVER);
        assert_eq!(Timestamp::NEVER.plus(second), Timestamp::NEVER);
        assert_eq!(
            (Timestamp::NEVER.if_ever(), begin.if_ever()),
            (None, Some(begin))
        );
    }

    #[test]
    fn timestamps_and_wall_clock_times_convert_both_ways() {
        let now = Now {
            timestamp: Timestamp::at(7_000_000),
            wall: UNIX_EPOCH + Duration::from_millis(1_719_476_868_006),
        };
        assert_eq!(now.unix_millis(Timestamp::at(5_000_000)), 1_719_476_866_006);
        assert_eq!(now.unix_millis(Timestamp::at(5_999_999)), 1_719_476_867_005);
        for millis in [1_719_476_868_006, 0, 1_719_476_869_000] {
            assert_eq!(now.unix_millis(now.timestamp_at(millis)), millis);
        }
        // No time in a ticket can overflow.
        assert_eq!(now.timestamp_at(i64::MAX), Timestamp::NEVER);
        // There is no 0: the microsecond after -1 is 1.
        let before = Timestamp::at(-1);
        assert_eq!(before.plus(Duration::from_micros(1)), Timestamp::at(1));
        assert_eq!(size_of::<Option<Timestamp>>(), size_of::<i64>());
        assert!(now.timestamp_at(i64::MIN) < Timestamp::at(0));
    }
}
