//! How likely it is that a job has ended since it was last seen, learned from the jobs that ended before.
//!
//! The law of ends is a hazard rate: ends per second, by what was last seen of a job and by its age on a
//! logarithmic scale. The estimate is the number of ends divided by the time observed (Nelson and Aalen). Old
//! observations are halved from time to time, so that the law follows when jobs become slower or faster. Its
//! size is fixed.
//!
//! An end is seen some time after it happened. If that time spans several ages, the end is divided among them
//! in proportion to the law so far (the self-consistent estimate for interval-censored data).

use std::time::Duration;

use crate::model::{JobStatus, Media};
use crate::wait::observation::Observation;

/// The number of age steps: each is a factor of √2, from 1 s to about three hours.
pub(super) const AGES: usize = 28;

/// The number of variants of [`Seen`].
pub(super) const KINDS: usize = 8;

/// How many ends the prior counts as.
const PRIOR_ENDS: f32 = 2.0;

/// The most ends and seconds in a cell; beyond that, both are halved.
const MOST_ENDS: f32 = 128.0;
const MOST_SECONDS: f32 = 5e6;

/// What was last seen of a job: jobs that look the same share a law.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    Nothing,
    Missing,
    QueuedImage,
    QueuedVideo,
    Queued,
    Image,
    Video,
    Other,
}

impl Seen {
    /// What an answer shows; `None` if it says nothing about the job.
    pub(super) fn of(observation: &Observation) -> Option<Self> {
        let job = match observation {
            Observation::Found(job) => job,
            Observation::Missing => return Some(Self::Missing),
            Observation::Failed { .. } => return None,
        };
        let is_queued = job.status() == JobStatus::InQueue;
        Some(match (job.media(), is_queued) {
            (Some(Media::Image), true) => Self::QueuedImage,
            (Some(Media::Video), true) => Self::QueuedVideo,
            (None, true) => Self::Queued,
            (Some(Media::Image), false) => Self::Image,
            (Some(Media::Video), false) => Self::Video,
            (None, false) => Self::Other,
        })
    }

    /// Ends per second at an age of 20 s and less, before anything is learned.
    fn prior(self) -> f32 {
        match self {
            Self::Missing => 0.005,
            Self::QueuedImage | Self::QueuedVideo | Self::Queued => 0.025,
            Self::Nothing | Self::Image | Self::Video | Self::Other => 0.035,
        }
    }
}

const ALL: [Seen; KINDS] = [
    Seen::Nothing,
    Seen::Missing,
    Seen::QueuedImage,
    Seen::QueuedVideo,
    Seen::Queued,
    Seen::Image,
    Seen::Video,
    Seen::Other,
];

/// What was observed at one age of one kind.
#[derive(Clone, Copy, Debug)]
struct Cell {
    ends: f32,
    seconds: f32,
}

#[derive(Debug)]
pub(super) struct Law {
    cells: [[Cell; AGES]; KINDS],
    /// The sum of the hazard from 0 to the beginning of each age.
    sums: [[f32; AGES]; KINDS],
    is_stale: bool,
}

/// The age in steps of √2.
pub(super) fn step(age: Duration) -> usize {
    step_of(age.as_secs_f32())
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "logarithms of seconds are small, and casts saturate"
)]
fn step_of(seconds: f32) -> usize {
    // A logarithm below 0 becomes 0.
    ((2.0 * seconds.log2()) as usize).min(AGES - 1)
}

/// Where a step begins, in seconds; the last has no end.
fn begin(step: usize) -> f32 {
    match u8::try_from(step) {
        Ok(0) => 0.0,
        Ok(step) if usize::from(step) < AGES => (f32::from(step) / 2.0).exp2(),
        _ => f32::INFINITY,
    }
}

impl Law {
    pub(super) fn new() -> Self {
        let cell = |seen: Seen, step: usize| {
            let hazard = seen.prior() * 20.0 / (begin(step) + 20.0);
            Cell {
                ends: PRIOR_ENDS,
                seconds: PRIOR_ENDS / hazard,
            }
        };
        Self {
            cells: ALL.map(|seen| std::array::from_fn(|step| cell(seen, step))),
            sums: [[0.0; AGES]; KINDS],
            is_stale: true,
        }
    }

    /// Ends per second of jobs of this age that look like this.
    pub(super) fn hazard(&self, seen: Seen, age: Duration) -> f32 {
        self.cells[seen as usize][step(age)].hazard()
    }

    /// Brings the sums up to date; [`chance`](Self::chance) needs them.
    pub(super) fn refresh(&mut self) {
        if !std::mem::take(&mut self.is_stale) {
            return;
        }
        for (sums, cells) in self.sums.iter_mut().zip(&self.cells) {
            let mut sum = 0.0;
            for (step, (at, cell)) in sums.iter_mut().zip(cells).enumerate() {
                *at = sum;
                sum += cell.hazard() * (begin(step + 1) - begin(step));
            }
        }
    }

    /// The chance that a job which looked like this at the age `from` has ended by the age `to`.
    pub(super) fn chance(&self, seen: Seen, from: Duration, to: Duration) -> f32 {
        let sum = |age: Duration| {
            let seconds = age.as_secs_f32();
            let step = step_of(seconds);
            let cell = &self.cells[seen as usize][step];
            self.sums[seen as usize][step] + cell.hazard() * (seconds - begin(step))
        };
        1.0 - (sum(from) - sum(to)).min(0.0).exp()
    }

    /// Records whether a job that looked like this at the age `from` had ended at the age `to`.
    pub(super) fn learn(&mut self, seen: Seen, from: Duration, to: Duration, has_ended: bool) {
        self.is_stale = true;
        let (from, to) = (from.as_secs_f32(), to.as_secs_f32().max(from.as_secs_f32()));
        let (first, last) = (step_of(from), step_of(to));
        let cells = &mut self.cells[seen as usize];
        let seconds_in = |step: usize| to.min(begin(step + 1)) - from.max(begin(step));
        let mut parts = [0.0; AGES];
        let mut alive = 1.0;
        if has_ended {
            for step in first..=last {
                let survives = (-cells[step].hazard() * seconds_in(step)).exp();
                parts[step] = alive * (1.0 - survives);
                alive *= survives;
            }
        }
        // The parts are normalised by the chance of having ended at all.
        let ended = 1.0 - alive;
        let mut left = 1.0;
        for step in first..=last {
            let cell = &mut cells[step];
            let seconds = seconds_in(step);
            if has_ended {
                let part = if ended > 0.0 {
                    parts[step] / ended
                } else {
                    // Both lookups were sent at the same time.
                    f32::from(step == last)
                };
                cell.ends += part;
                cell.seconds += seconds * (left - part / 2.0).max(0.0);
                left -= part;
            } else {
                cell.seconds += seconds;
            }
            if cell.ends > MOST_ENDS || cell.seconds > MOST_SECONDS {
                cell.ends /= 2.0;
                cell.seconds /= 2.0;
            }
        }
    }
}

impl Cell {
    fn hazard(self) -> f32 {
        self.ends / self.seconds
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn seconds(seconds: f32) -> Duration {
        Duration::from_secs_f32(seconds)
    }

    /// Observes jobs that end at `rate`, at intervals of `every` seconds, until they have ended.
    fn observe(law: &mut Law, seen: Seen, rate: f32, every: f32, jobs: usize, draw: u64) {
        let mut rng = fastrand::Rng::with_seed(draw);
        for _ in 0..jobs {
            let end = -(1.0 - rng.f32()).ln() / rate;
            let mut at = 0.0;
            while at < end {
                let next = at + every;
                law.learn(seen, seconds(at), seconds(next), next >= end);
                at = next;
            }
        }
        law.refresh();
    }

    #[test]
    fn it_learns_the_rate_of_each_kind() {
        let mut law = Law::new();
        observe(&mut law, Seen::Image, 0.05, 3.0, 5_000, 1);
        observe(&mut law, Seen::Video, 0.002, 10.0, 2_000, 2);
        for (seen, rate, ages) in [
            (Seen::Image, 0.05, [4.0, 20.0, 40.0]),
            (Seen::Video, 0.002, [30.0, 300.0, 1000.0]),
        ] {
            for age in ages {
                let hazard = law.hazard(seen, seconds(age));
                assert!(
                    (hazard / rate - 1.0).abs() < 0.35,
                    "{seen:?} {age}: {hazard}"
                );
            }
        }
        let chance = law.chance(Seen::Image, seconds(10.0), seconds(30.0));
        assert!((chance - (1.0 - (-1.0f32).exp())).abs() < 0.05, "{chance}");
    }

    #[test]
    fn an_end_that_is_seen_late_is_divided_among_the_ages_before() {
        let mut law = Law::new();
        observe(&mut law, Seen::Nothing, 0.05, 60.0, 20_000, 3);
        let chances =
            [10.0, 20.0, 60.0].map(|to| law.chance(Seen::Nothing, Duration::ZERO, seconds(to)));
        let expected = [10.0f32, 20.0, 60.0].map(|to| 1.0 - (-0.05 * to).exp());
        for (chance, expected) in chances.into_iter().zip(expected) {
            assert!((chance - expected).abs() < 0.12, "{chances:?}");
        }
    }

    #[test]
    fn it_follows_when_jobs_become_slower_or_faster() {
        let mut law = Law::new();
        for (round, rate) in (1..).zip([0.1, 0.01, 0.1]) {
            observe(&mut law, Seen::Image, rate, 2.0, 10_000, round);
            let hazard = law.hazard(Seen::Image, seconds(6.0));
            assert!((0.6..1.6).contains(&(hazard / rate)), "{hazard} of {rate}");
        }
    }

    #[test]
    fn the_prior_chance_grows_with_the_time_and_falls_with_the_age() {
        let mut law = Law::new();
        law.refresh();
        let chance = |from, to| law.chance(Seen::Image, seconds(from), seconds(to));
        assert!(chance(10.0, 12.0) < chance(10.0, 20.0));
        assert!(chance(10.0, 12.0) > chance(1_000.0, 1_002.0));
        assert!(chance(10.0, 10.0).abs() < 1e-6);
        assert!(chance(20.0, 10.0).abs() < 1e-6);
    }

    fn assert_near(value: f32, expected: f32) {
        assert!(
            (value / expected - 1.0).abs() < 1e-4,
            "{value}, expected {expected}"
        );
    }

    #[test]
    fn jobs_are_told_apart_by_their_medium_and_whether_they_wait_in_the_queue() {
        let found = |status: i64, media: serde_json::Value| {
            let mut row = serde_json::json!({"_id": "a", "faceswap_status": status});
            row.as_object_mut()
                .unwrap()
                .append(&mut media.as_object().unwrap().clone());
            let job = serde_json::from_value(row).unwrap();
            Seen::of(&Observation::Found(std::sync::Arc::new(job)))
        };
        for (media, queued, processing) in [
            (
                serde_json::json!({"image": 1}),
                Seen::QueuedImage,
                Seen::Image,
            ),
            (
                serde_json::json!({"video_duration": 5}),
                Seen::QueuedVideo,
                Seen::Video,
            ),
            (serde_json::json!({}), Seen::Queued, Seen::Other),
        ] {
            assert_eq!(found(1, media.clone()), Some(queued));
            assert_eq!(found(2, media), Some(processing));
        }
        assert_eq!(Seen::of(&Observation::Missing), Some(Seen::Missing));
    }

    #[test]
    fn at_first_a_missing_job_is_the_least_likely_to_end_and_one_at_work_the_most() {
        let law = Law::new();
        let hazards = [Seen::Missing, Seen::QueuedVideo, Seen::Image]
            .map(|seen| law.hazard(seen, Duration::ZERO));
        assert!(hazards.is_sorted_by(|a, b| a < b), "{hazards:?}");
        assert!(
            (0.001..0.1).contains(&hazards[0]) && hazards[2] < 0.1,
            "{hazards:?}"
        );
    }

    /// Between 16 s and 32 s there are two ages, with a hazard each.
    #[test]
    fn a_chance_and_what_is_learned_of_an_end_follow_from_the_hazards_of_the_ages() {
        let part = 22.627_417_f32;
        let mut law = Law::new();
        law.refresh();
        let [first, second] = [17.0, 30.0].map(|age| law.hazard(Seen::Image, seconds(age)));
        let [in_first, in_second] = [part - 17.0, 30.0 - part];
        let survives = (-first * in_first).exp();
        let ended = [
            1.0 - survives,
            survives * (1.0 - (-second * in_second).exp()),
        ];
        let chance = law.chance(Seen::Image, seconds(17.0), seconds(30.0));
        assert_near(chance, ended[0] + ended[1]);
        assert_near(
            law.chance(Seen::Image, seconds(17.0), seconds(19.0)),
            1.0 - (-first * 2.0).exp(),
        );

        // One end, shared between both; where it was, the job lived for half of the time.
        law.learn(Seen::Image, seconds(17.0), seconds(30.0), true);
        let shares = ended.map(|part| part / (ended[0] + ended[1]));
        let lived = [1.0 - shares[0] / 2.0, shares[1] / 2.0];
        for (age, hazard, share, time) in [
            (17.0, first, shares[0], in_first * lived[0]),
            (30.0, second, shares[1], in_second * lived[1]),
        ] {
            let expected = (PRIOR_ENDS + share) / (PRIOR_ENDS / hazard + time);
            assert_near(law.hazard(Seen::Image, seconds(age)), expected);
        }
    }

    #[test]
    fn an_end_that_took_no_time_is_an_end() {
        let mut law = Law::new();
        let age = seconds(17.0);
        let before = law.hazard(Seen::Image, age);
        law.learn(Seen::Image, age, age, true);
        assert_near(law.hazard(Seen::Image, age), before * 3.0 / 2.0);
    }

    /// What is remembered counts half from then on.
    #[test]
    fn half_is_forgotten_after_many_ends_and_after_a_long_time() {
        let mut law = Law::new();
        let age = seconds(17.0);
        let unit = law.hazard(Seen::Image, age) / PRIOR_ENDS;
        for end in 1..=128u8 {
            law.learn(Seen::Image, age, age, true);
            // The 127th is the first beyond 128.
            let ends = if end < 128 {
                2.0 + f32::from(end)
            } else {
                131.0
            };
            assert_near(law.hazard(Seen::Image, age), unit * ends);
        }

        let mut law = Law::new();
        let old = seconds(20_000.0);
        let known = PRIOR_ENDS / law.hazard(Seen::Image, old);
        law.learn(Seen::Image, old, seconds(30_000.0), false);
        assert_near(law.hazard(Seen::Image, old), 2.0 / (known + 1e4));
        law.learn(Seen::Image, old, seconds(6_020_000.0), false);
        assert_near(law.hazard(Seen::Image, old), 2.0 / (known + 6_010_000.0));
        law.learn(Seen::Image, old, old, true);
        assert_near(law.hazard(Seen::Image, old), 4.0 / (known + 6_010_000.0));
    }

    proptest! {
        #[test]
        fn after_any_observations_chances_and_rates_are_valid(
            looks in prop::collection::vec((0..KINDS, 0u64..u64::MAX / 2, 0u64..u64::MAX / 2, any::<bool>()), 0..200),
            near in prop::collection::vec((0u64..40_000, 0u64..40_000, any::<bool>()), 0..200),
        ) {
            let mut law = Law::new();
            let near = near.into_iter().map(|(from, to, ended)| (0, from, to, ended));
            for (seen, from, to, ended) in looks.into_iter().chain(near) {
                let [from, to] = [from, to].map(Duration::from_millis);
                law.learn(ALL[seen], from, to, ended);
                law.refresh();
                for seen in ALL {
                    let chance = law.chance(seen, from, to);
                    prop_assert!((0.0..=1.0).contains(&chance), "{chance}");
                    let hazard = law.hazard(seen, from);
                    prop_assert!(hazard > 0.0 && hazard.is_finite(), "{hazard}");
                }
            }
        }
    }
}
