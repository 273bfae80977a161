//! A mixed lot of jobs drawn from a seed, for demonstrations and load.

use std::time::{Duration, SystemTime};

use crate::{
    job::{FakeJob, Kind},
    seeded::Seeded,
};

/// How many of a hundred jobs are videos, and how many fail.
const VIDEOS: u32 = 30;
const FAILING: u32 = 12;

/// The oldest job was submitted at most this long before now.
const OLDEST: u32 = 30 * 60 * 1000;

/// Draws one job: images settle after one to six lookups, videos after three to twelve.
pub(crate) fn draw(seeded: &mut Seeded, now: SystemTime) -> FakeJob {
    let age = Duration::from_millis(u64::from(seeded.below(OLDEST)));
    let is_video = seeded.percent(VIDEOS);
    let job = if is_video {
        let tenths = 20 + seeded.below(1200);
        let job = FakeJob::new(Kind::Video {
            seconds: f64::from(tenths) / 10.0,
        });
        job.after_polls(seeded.below(4), 2 + seeded.below(7))
    } else {
        FakeJob::image().after_polls(seeded.below(3), seeded.below(4))
    };
    let job = job.created_at(now.checked_sub(age).unwrap_or(now));
    if seeded.percent(FAILING) {
        job.failing()
    } else {
        job
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;
    use crate::job::JobState;

    #[test]
    fn a_population_is_mixed() {
        let now = UNIX_EPOCH + Duration::from_secs(1_000_000);
        let mut seeded = Seeded::new(0);
        let jobs: Vec<FakeJob> = (0..1000).map(|_| draw(&mut seeded, now)).collect();
        let videos = jobs.iter().filter(|job| job.kind != Kind::Image).count();
        let failing = jobs
            .iter()
            .filter(|job| job.outcome == JobState::Failed)
            .count();
        assert!((250..350).contains(&videos), "{videos}");
        assert!((80..160).contains(&failing), "{failing}");
        assert!(jobs.iter().all(|job| job.created_at <= Some(now)));
    }
}
