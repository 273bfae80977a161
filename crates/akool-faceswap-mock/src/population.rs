//! A mixed population of jobs drawn from a seed, for demonstrations and load tests.
//!
//! All draws use integers: floating-point functions differ between platforms in the last digit, and
//! a seed must mean the same everywhere.

use std::time::{Duration, SystemTime};

use crate::{
    job::{FakeJob, Kind},
    rng::Rng,
};

/// The kind of jobs that [`seed_population_of`](crate::FakeAkool::seed_population_of) draws.
///
/// ```
/// use akool_faceswap_mock::{FakeAkool, Population};
///
/// # fn main() -> std::io::Result<()> {
/// let fake = FakeAkool::builder().seed(7).start()?;
/// let by_lookups = fake.seed_population_of(Population::Quick, 20);
/// let by_time = fake.seed_population_of(Population::Realistic, 1000);
/// # assert_eq!(by_lookups.len() + by_time.len(), 1020);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Population {
    /// Jobs that end after a number of lookups, for short tests and demonstrations.
    ///
    /// 30 % are videos and 12 % fail. Images end after at most six lookups and videos after at
    /// most twelve. All were created within the last half hour, and all are found.
    Quick,
    /// Jobs that end by the fake's time, like those of a busy account.
    ///
    /// 30 % are videos, 3 % fail, 0.5 % are never found. All are created now. Images take 8
    /// seconds to 6 minutes (median 40 seconds), videos one minute to 3 hours (median 12
    /// minutes). They spend a tenth to a half of that in the queue.
    Realistic,
}

/// Videos in a hundred jobs.
const VIDEOS: u32 = 30;

/// The greatest age of a job of a quick population, in milliseconds.
const OLDEST: u32 = 30 * 60 * 1000;

/// How long jobs take: thousandths of all jobs and milliseconds, interpolated linearly.
type Quantiles = [(u32, u32)];

const IMAGE: &Quantiles = &[
    (0, 8_000),
    (250, 24_000),
    (500, 40_000),
    (750, 66_000),
    (900, 110_000),
    (990, 240_000),
    (1000, 360_000),
];

const VIDEO: &Quantiles = &[
    (0, 60_000),
    (250, 5 * 60_000),
    (500, 12 * 60_000),
    (750, 30 * 60_000),
    (900, 60 * 60_000),
    (990, 150 * 60_000),
    (1000, 180 * 60_000),
];

impl Population {
    /// Draws one job.
    pub(crate) fn draw(self, rng: &mut Rng, now: SystemTime) -> FakeJob {
        match self {
            Self::Quick => quick(rng, now),
            Self::Realistic => realistic(rng),
        }
    }
}

fn quick(rng: &mut Rng, now: SystemTime) -> FakeJob {
    let age = Duration::from_millis(u64::from(rng.below(OLDEST)));
    let job = if rng.percent(VIDEOS) {
        video(rng).after_polls(rng.below(4), 2 + rng.below(7))
    } else {
        FakeJob::image().after_polls(rng.below(3), rng.below(4))
    };
    let job = job.created_at(now.checked_sub(age).unwrap_or(now));
    if rng.percent(12) { job.failing() } else { job }
}

fn realistic(rng: &mut Rng) -> FakeJob {
    let (job, quantiles) = if rng.percent(VIDEOS) {
        (video(rng), VIDEO)
    } else {
        (FakeJob::image(), IMAGE)
    };
    let total = drawn_from(quantiles, rng);
    let queued = total * (100 + rng.below(401)) / 1000;
    let job = job.after(queued, total.saturating_sub(queued));
    let job = if rng.percent(3) { job.failing() } else { job };
    if rng.below(1000) < 5 {
        job.missing()
    } else {
        job
    }
}

/// A video of 2 to 122 seconds.
fn video(rng: &mut Rng) -> FakeJob {
    let tenths = 20 + rng.below(1200);
    FakeJob::new(Kind::Video {
        seconds: f64::from(tenths) / 10.0,
    })
}

fn drawn_from(quantiles: &Quantiles, rng: &mut Rng) -> Duration {
    // In millionths, for precision between two quantiles.
    let drawn = u64::from(rng.below(1_000_000));
    let mut before = (0, 0);
    for &(thousandth, millis) in quantiles {
        let here = (u64::from(thousandth) * 1000, u64::from(millis));
        if drawn <= here.0 && here.0 > before.0 {
            let passed = (drawn - before.0) * (here.1 - before.1) / (here.0 - before.0);
            return Duration::from_millis(before.1 + passed);
        }
        before = here;
    }
    Duration::from_millis(before.1)
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;
    use crate::job::{JobState, Schedule};

    const NOW: SystemTime = UNIX_EPOCH;

    fn drawn(population: Population, count: usize) -> Vec<FakeJob> {
        let mut rng = Rng::new(0);
        (0..count)
            .map(|_| population.draw(&mut rng, NOW + Duration::from_secs(1_000_000)))
            .collect()
    }

    fn count(jobs: &[FakeJob], is_one: impl Fn(&FakeJob) -> bool) -> usize {
        jobs.iter().filter(|job| is_one(job)).count()
    }

    #[test]
    fn a_quick_population_is_mixed() {
        let jobs = drawn(Population::Quick, 1000);
        let videos = count(&jobs, |job| job.kind != Kind::Image);
        let failing = count(&jobs, |job| job.outcome == JobState::Failed);
        assert!((250..350).contains(&videos), "{videos}");
        assert!((80..160).contains(&failing), "{failing}");
        let now = NOW + Duration::from_secs(1_000_000);
        assert!(jobs.iter().all(|job| job.created_at <= Some(now)));
    }

    #[test]
    fn a_realistic_population_is_as_documented() {
        let jobs = drawn(Population::Realistic, 20_000);
        let failing = count(&jobs, |job| job.outcome == JobState::Failed);
        let missing = count(&jobs, |job| job.missing_first == u32::MAX);
        assert!((500..700).contains(&failing), "{failing} of 20,000 fail");
        assert!((70..130).contains(&missing), "{missing} of 20,000 missing");
        for (is_image, least, median, most) in
            [(true, 8, 40, 360), (false, 60, 12 * 60, 3 * 60 * 60)]
        {
            let of_kind = jobs
                .iter()
                .filter(|job| (job.kind == Kind::Image) == is_image);
            let mut times: Vec<Duration> = of_kind
                .map(|job| match job.schedule {
                    Schedule::Time { queued, processing } => {
                        let total = queued + processing;
                        assert!(queued * 10 >= total && queued * 2 <= total);
                        total
                    }
                    Schedule::Polls { .. } => panic!("by lookups"),
                })
                .collect();
            times.sort_unstable();
            let seconds = |at: usize| times[at].as_secs_f64();
            assert!(seconds(0) >= f64::from(least));
            assert!(seconds(times.len() - 1) <= f64::from(most));
            let middle = seconds(times.len() / 2) / f64::from(median);
            assert!((0.9..1.1).contains(&middle), "{middle}");
        }
    }

    /// Do not update these numbers: people note seeds down.
    #[test]
    fn a_seed_means_the_same_in_every_release() {
        let jobs = drawn(Population::Realistic, 2);
        let times: Vec<Schedule> = jobs.iter().map(|job| job.schedule).collect();
        let time = |queued, processing| Schedule::Time {
            queued: Duration::from_micros(queued),
            processing: Duration::from_micros(processing),
        };
        assert_eq!(
            times,
            [
                time(83_559_451, 526_363_549),
                time(355_261_420, 604_904_580)
            ]
        );
    }
}
