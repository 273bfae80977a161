//! When a tracked job is polled again.
//!
//! A job that has just changed may soon change again; one that has not changed for an hour will hardly end in
//! the next five seconds. So the interval is a share of the time since the last change: an end is reported late
//! by at most a share of the time that the job took, and the number of lookups grows with the logarithm of the
//! time until the interval reaches its ceiling.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The shortest interval, whatever the policy says.
const FLOOR: Duration = Duration::from_millis(100);

/// Without a law of ends: the longest interval in seconds if all jobs fit into one request ...
const FULL_REQUEST: f64 = 3.0;

/// ... if they need very many ...
const MANY_REQUESTS: f64 = 6.5;

/// ... and in any case.
const CEILING: f64 = 30.0;

/// From this age in seconds on, the longest interval grows with the age.
const OLD: f64 = 900.0;

/// The price of looking one job up in a full request, in seconds of lag ...
const PRICE: f64 = 0.25;

/// ... and the longest interval in seconds that this leads to, up to the age of `LATE` seconds.
const LONGEST: f64 = 5.0;
const LATE: f64 = 900.0;

/// With fewer jobs in a request, the longest interval grows as this power of the cost of each. The price alone
/// would give 1/2. The power is smaller so that a single job is polled every 30 s and not every few minutes.
const FEW_EXPONENT: f64 = 0.39;

/// From `MANY` jobs on, intervals grow as this power of the number of jobs, so that the requests for each job
/// fall to 0.6 at 10,000 jobs and to 0.45 at 100,000.
const MANY_EXPONENT: f64 = 0.15;

/// The most that they grow, which they reach at 20,000 jobs: beyond that, the lag matters more.
const MANY_MOST: f64 = 1.58;

/// The number of ids in a full request, for the price of one of them.
const FULL: f64 = 100.0;

/// From this number of jobs on, intervals grow with it.
const MANY: f64 = 1000.0;

/// The jitter of an interval to either side, in percent.
const JITTER: u64 = 10;

/// How often a wait polls its job.
///
/// The first lookup comes after [`initial_delay`](Self::initial_delay). From then on the interval is
/// [`growth_percent`](Self::growth_percent) of the time since the job last changed, at least
/// [`min_interval`](Self::min_interval) and at most [`max_interval`](Self::max_interval), which by default
/// follows from what a lookup costs. It is short again as soon as the job moves from queued to processing.
/// Jitter of up to 10 % keeps programs that started together from polling in step.
///
/// A request for other jobs includes this one once half of its interval has passed. That costs no extra request
/// and is never later than the policy says.
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
    #[serde(
        rename = "longest_ms",
        with = "optional_millis",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "schemars", schemars(with = "Option<u64>"))]
    max_interval: Option<Duration>,
}

impl Default for PollPolicy {
    fn default() -> Self {
        Self {
            initial_delay: Duration::ZERO,
            min_interval: Duration::from_secs(2),
            growth_percent: 10,
            max_interval: None,
        }
    }
}

impl PollPolicy {
    /// The default: at once, then every 10 % of the time since the last change, from 2 s up to what
    /// [`max_interval`](Self::max_interval) says.
    pub fn new() -> Self {
        Self::default()
    }

    /// A constant interval, apart from jitter.
    pub fn fixed(interval: Duration) -> Self {
        Self::default()
            .min_interval(interval)
            .max_interval(interval)
    }

    /// The delay between the start of the wait and the first lookup. Default: 0, so that you learn the current
    /// status at once.
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

    /// The longest interval. Less than the shortest is taken as the shortest.
    ///
    /// Default: it depends on what a lookup costs and how likely it is to find an end. The client learns from
    /// the jobs that end when the others are likely to end, separately for images and videos, and polls more
    /// often the likelier that is. With 100 jobs or more, whose lookups share requests, it polls at least every
    /// 5 s, or every 8 s from 20,000 jobs on. With fewer jobs a request brings fewer answers, and the interval
    /// grows: 12 s for ten jobs, 30 s for one. From an age of 15 minutes on it grows with the age, up to 30 s.
    /// An interval that you set is used as it is.
    #[must_use]
    pub fn max_interval(mut self, interval: Duration) -> Self {
        self.max_interval = Some(interval);
        self
    }

    pub(crate) fn first(&self) -> Duration {
        self.initial_delay
    }

    /// The interval, before jitter, of a job that has not changed for this long.
    pub(crate) fn interval(&self, unchanged: Duration, load: Load) -> Duration {
        let shortest = self.min_interval.max(FLOOR);
        let share = u128::from(self.growth_percent) * unchanged.as_micros() / 100;
        let mut share = Duration::from_micros(u64::try_from(share).unwrap_or(u64::MAX));
        let longest = match (self.max_interval, load.law) {
            (Some(longest), _) => longest,
            (None, None) => longest_interval(unchanged, load.jobs),
            (None, Some((hazard, age))) => {
                // Few jobs teach little, so the fewer there are, the less the law of ends shapes the interval.
                share = Duration::try_from_secs_f64(share.as_secs_f64() * load.ids().sqrt())
                    .unwrap_or(Duration::MAX);
                load.longest_interval(hazard.into(), age)
            }
        };
        share.clamp(shortest, longest.max(shortest))
    }
}

/// What a lookup costs, and how likely it is to find an end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    /// How many jobs share requests.
    pub(crate) jobs: usize,
    /// The rate in 1/s at which jobs like this one end, and its age; `None` if nothing has been learned.
    pub(crate) law: Option<(f32, Duration)>,
}

impl Load {
    /// This many jobs, about which nothing has been learned.
    pub(crate) const fn jobs(jobs: usize) -> Self {
        Self { jobs, law: None }
    }

    /// How many ids share a request.
    fn ids(self) -> f64 {
        count(self.jobs).clamp(1.0, FULL)
    }

    /// The longest interval by the law of ends.
    ///
    /// If jobs end at the rate h, a lookup every T seconds costs 1/T per second and leaves a lag of h·T/2 per
    /// second. If a lookup is worth c seconds of lag, T = √(2c/h) minimises the sum. With n ids in a request, c
    /// is proportional to 1/n. From a thousand jobs on, intervals grow slowly with the number of jobs.
    fn longest_interval(self, hazard: f64, age: Duration) -> Duration {
        let price = PRICE * FULL / self.ids();
        let best = (2.0 * price / hazard.max(f64::MIN_POSITIVE)).sqrt();
        let late = (age.as_secs_f64() / LATE).max(1.0);
        let longest = LONGEST * late * (FULL / self.ids()).powf(FEW_EXPONENT);
        let many = (count(self.jobs) / MANY)
            .max(1.0)
            .powf(MANY_EXPONENT)
            .min(MANY_MOST);
        Duration::from_secs_f64((best.min(longest) * many).min(CEILING))
    }
}

/// A number of jobs, for calculations.
fn count(jobs: usize) -> f64 {
    f64::from(u32::try_from(jobs).unwrap_or(u32::MAX))
}

/// The longest interval if none is set and nothing has been learned, as for tickets that a program stores
/// itself.
///
/// A request costs the same for one id as for a hundred. If n jobs share a request, each ends at a rate h, and
/// a request is worth c seconds of lag, then one lookup every √(2c/(h·n)) minimises the sum of lag and
/// requests. So the interval is proportional to 1/√n, up to a full request. Above that, more jobs need more
/// requests, and the interval grows a little, so that the rate of requests grows more slowly than the number of
/// jobs. The rate h falls with the age of a job. The constants are those that did best in `BENCHMARKS.md`.
fn longest_interval(unchanged: Duration, tracked: usize) -> Duration {
    let full_requests = count(tracked.max(1)) / FULL;
    let seconds = if full_requests < 1.0 {
        FULL_REQUEST / full_requests.sqrt()
    } else {
        FULL_REQUEST + (MANY_REQUESTS - FULL_REQUEST) * (1.0 - 1.0 / full_requests.sqrt())
    };
    let age = (unchanged.as_secs_f64() / OLD).max(1.0);
    Duration::from_secs_f64((seconds * age).min(CEILING))
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

/// The same for a duration that may be absent.
mod optional_millis {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    #[expect(
        clippy::ref_option,
        reason = "serde hands out a reference to the field"
    )]
    pub(super) fn serialize<S: Serializer>(
        duration: &Option<Duration>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match duration {
            Some(duration) => super::millis::serialize(duration, serializer),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Duration>, D::Error> {
        let millis = Option::<u64>::deserialize(deserializer)?;
        Ok(millis.map(Duration::from_millis))
    }
}

#[cfg(test)]
mod tests;
