//! When a job that is waited for is looked up again.
//!
//! A job that has just changed may soon change again; one that has been the same for an hour will
//! hardly end in the next five seconds. So the interval is a share of the time since the last
//! change: what is learnt late is late by a share of what it took, and the number of lookups grows
//! with the logarithm of the time until the ceiling is reached.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// No schedule asks more often than this, whatever it says.
const FLOOR: Duration = Duration::from_millis(100);

/// How far an interval is moved by chance, to either side, in percent.
const JITTER: u64 = 10;

/// When a job that is waited for is looked up.
///
/// The first lookup comes [`first_after`](Self::initial_delay) the beginning of the wait. From then on
/// the interval is [`growth_percent`](Self::growth_percent) of the time since the job last changed,
/// at least [`shortest`](Self::min_interval) and at most [`longest`](Self::max_interval); it is short again
/// as soon as the job moves from queued to processing. Up to 10 % are added or taken away by chance,
/// so that programs which began together do not stay together.
///
/// A lookup that is under way for other jobs has room for this one, too: a job rides along once
/// half of its interval has passed. That costs no request, and is never later than the schedule
/// says.
///
/// ```
/// # use akool_faceswap_mock::{FakeAkool, FakeJob};
/// use std::time::Duration;
/// use akool_faceswap::{Client, wait::PollPolicy};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let fake = FakeAkool::start()?;
/// # let id: akool_faceswap::ResultId = fake.add_job(FakeJob::image()).to_string().parse()?;
/// # let client = Client::builder().base_url(fake.url()).api_key(fake.api_key()).build()?;
/// // Long videos: nobody needs to know within seconds.
/// let schedule = PollPolicy::new()
///     .initial_delay(Duration::from_secs(30))
///     .max_interval(Duration::from_secs(120));
/// # let schedule = schedule.initial_delay(Duration::ZERO);
/// let job = client.wait(id).poll_policy(schedule).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct PollPolicy {
    #[serde(rename = "first_after_ms", with = "millis")]
    #[cfg_attr(feature = "schemars", schemars(with = "u64"))]
    initial_delay: Duration,
    #[serde(rename = "shortest_ms", with = "millis")]
    #[cfg_attr(feature = "schemars", schemars(with = "u64"))]
    min_interval: Duration,
    growth_percent: u32,
    #[serde(rename = "longest_ms", with = "millis")]
    #[cfg_attr(feature = "schemars", schemars(with = "u64"))]
    max_interval: Duration,
}

impl Default for PollPolicy {
    fn default() -> Self {
        Self {
            initial_delay: Duration::ZERO,
            min_interval: Duration::from_secs(2),
            growth_percent: 10,
            max_interval: Duration::from_secs(30),
        }
    }
}

impl PollPolicy {
    /// The default: at once, then every 10 % of the time since the last change, from 2 s to 30 s.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same interval all the time, but for jitter.
    pub fn fixed(interval: Duration) -> Self {
        Self::default()
            .min_interval(interval)
            .max_interval(interval)
    }

    /// How long after the beginning of the wait the job is looked up first. Default: at once, which
    /// tells what is known already.
    #[must_use]
    pub fn initial_delay(mut self, delay: Duration) -> Self {
        self.initial_delay = delay;
        self
    }

    /// The shortest interval. Default: 2 s. Less than 100 ms is taken as 100 ms.
    #[must_use]
    pub fn min_interval(mut self, interval: Duration) -> Self {
        self.min_interval = interval;
        self
    }

    /// The interval in percent of the time since the job last changed. Default: 10. With 0 it is
    /// always the shortest.
    #[must_use]
    pub fn growth_percent(mut self, percent: u32) -> Self {
        self.growth_percent = percent;
        self
    }

    /// The longest interval. Default: 30 s. Less than the shortest is taken as the shortest.
    #[must_use]
    pub fn max_interval(mut self, interval: Duration) -> Self {
        self.max_interval = interval;
        self
    }

    pub(crate) fn first(&self) -> Duration {
        self.initial_delay
    }

    /// The interval, before jitter, of a job that has been as it is for so long.
    pub(crate) fn interval(&self, unchanged: Duration) -> Duration {
        let shortest = self.min_interval.max(FLOOR);
        let share = u128::from(self.growth_percent) * unchanged.as_micros() / 100;
        let share = Duration::from_micros(u64::try_from(share).unwrap_or(u64::MAX));
        share.clamp(shortest, self.max_interval.max(shortest))
    }
}

/// `interval`, up to 10 % shorter or longer: the shortest at a `jitter` of 0, the longest at 1.
pub(crate) fn jittered(interval: Duration, jitter: f64) -> Duration {
    let jitter = if jitter.is_nan() {
        0.5
    } else {
        jitter.clamp(0.0, 1.0)
    };
    let micros = u64::try_from(interval.as_micros()).unwrap_or(u64::MAX);
    let most = micros / 100 * JITTER;
    let spread = Duration::from_micros(2 * most).mul_f64(jitter);
    Duration::from_micros(micros - most).saturating_add(spread)
}

/// A duration as a whole number of milliseconds.
pub(super) mod millis {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(
        duration: &Duration,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_millis)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn an_interval_grows_with_the_time_since_the_last_change_up_to_a_ceiling() {
        let schedule = PollPolicy::new();
        for (unchanged, expected) in [(0, 2), (10, 2), (20, 2), (40, 4), (300, 30), (10_800, 30)] {
            assert_eq!(
                schedule.interval(unchanged * SECOND),
                expected * SECOND,
                "{unchanged}"
            );
        }
    }

    #[test]
    fn settings_that_cannot_be_are_taken_as_the_next_that_can() {
        let hot = PollPolicy::fixed(Duration::ZERO);
        assert_eq!(hot.interval(SECOND), FLOOR);
        let crossed = PollPolicy::new()
            .min_interval(5 * SECOND)
            .max_interval(SECOND);
        assert_eq!(crossed.interval(1000 * SECOND), 5 * SECOND);
        let steady = PollPolicy::new().growth_percent(0);
        assert_eq!(steady.interval(1000 * SECOND), 2 * SECOND);
    }

    #[test]
    fn jitter_goes_to_both_sides() {
        for (jitter, expected) in [
            (0.0, 9),
            (0.5, 10),
            (1.0, 11),
            (-3.0, 9),
            (7.0, 11),
            (f64::NAN, 10),
        ] {
            assert_eq!(jittered(10 * SECOND, jitter), expected * SECOND, "{jitter}");
        }
    }

    proptest! {
        #[test]
        fn no_setting_makes_a_hot_loop_or_a_panic(
            min_interval: u64, max_interval: u64, growth_percent: u32, unchanged: u64, jitter: f64,
        ) {
            let schedule = PollPolicy::new()
                .min_interval(Duration::from_micros(min_interval))
                .max_interval(Duration::from_micros(max_interval))
                .growth_percent(growth_percent);
            let interval = schedule.interval(Duration::from_micros(unchanged));
            prop_assert!(interval >= FLOOR);
            let moved = jittered(interval, jitter);
            prop_assert!(moved >= FLOOR / 10 * 9);
        }

        #[test]
        fn it_is_the_same_after_a_journey(first: u32, min_interval: u32, growth: u32, max_interval: u32) {
            let schedule = PollPolicy::new()
                .initial_delay(Duration::from_millis(first.into()))
                .min_interval(Duration::from_millis(min_interval.into()))
                .growth_percent(growth)
                .max_interval(Duration::from_millis(max_interval.into()));
            let text = serde_json::to_string(&schedule).unwrap();
            prop_assert_eq!(serde_json::from_str::<PollPolicy>(&text).unwrap(), schedule);
        }
    }
}
