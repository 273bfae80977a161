//! The pure parts of the simulation in `benches/wait`: what is measured with must be right, too.

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "shares of thousands"
)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(dead_code, unreachable_pub, reason = "the rest is for the benchmark")]

#[path = "../benches/wait/figures.rs"]
mod figures;
#[path = "../benches/wait/population.rs"]
mod population;
#[path = "../benches/wait/world.rs"]
mod world;

use std::time::Duration;

use figures::percentile;
use population::{End, FAILED_PERCENT, Life, MISSING_PERCENT, SECOND, VIDEO_PERCENT, draw};
use world::{Verdict, World};

const JOBS: usize = 100_000;

fn percent(lives: &[Life], is_one: impl Fn(&Life) -> bool) -> f64 {
    100.0 * lives.iter().filter(|life| is_one(life)).count() as f64 / lives.len() as f64
}

fn median_seconds(lives: &[Life], is_video: bool) -> f64 {
    let mut seconds: Vec<f64> = lives
        .iter()
        .filter(|life| life.is_video == is_video)
        .map(|life| (life.ended - life.submitted) as f64 / SECOND as f64)
        .collect();
    percentile(&mut seconds, 50.0)
}

#[test]
fn a_population_has_the_shares_and_times_that_it_says() {
    let lives = draw(JOBS, Duration::ZERO, 1);
    let near = |seen: f64, said: f64, by: f64| assert!((seen - said).abs() < by, "{seen} {said}");
    near(percent(&lives, |life| life.is_video), VIDEO_PERCENT, 0.5);
    near(
        percent(&lives, |life| life.end == End::Failed),
        FAILED_PERCENT,
        0.3,
    );
    near(
        percent(&lives, |life| life.end == End::Missing),
        MISSING_PERCENT,
        0.1,
    );
    near(median_seconds(&lives, false), 40.0, 1.0);
    near(median_seconds(&lives, true), 900.0, 30.0);
    let longest = lives.iter().map(|life| life.ended).max().unwrap();
    assert_eq!(longest, 3 * 3600 * SECOND);
    assert!(lives.iter().all(|life| life.processing < life.ended));
}

#[test]
fn the_same_seed_draws_the_same_jobs_in_the_order_of_their_submission() {
    let hour = Duration::from_secs(3600);
    let ends = |seed| -> Vec<u64> {
        draw(500, hour, seed)
            .iter()
            .map(|life| life.ended)
            .collect()
    };
    assert_eq!(ends(1), ends(1));
    assert_ne!(ends(1), ends(2));
    let lives = draw(500, hour, 1);
    assert!(lives.is_sorted_by_key(|life| life.submitted));
    assert!(lives.last().unwrap().submitted > 3590 * SECOND);
}

#[test]
fn a_life_goes_from_queued_over_processing_to_its_end() {
    let mut life = Life {
        is_video: false,
        end: End::Failed,
        submitted: 0,
        processing: 10,
        ended: 20,
    };
    let seen = |life: &Life| [0, 9, 10, 19, 20].map(|at| life.status(at));
    assert_eq!(seen(&life), [Some(1), Some(1), Some(2), Some(2), Some(4)]);
    life.end = End::Missing;
    assert_eq!(seen(&life), [None; 5]);
}

#[test]
fn a_percentile_is_one_of_the_values() {
    let mut values: Vec<f64> = (1..=100).rev().map(f64::from).collect();
    for (percent, expected) in [(50.0, 50.0), (95.0, 95.0), (100.0, 100.0), (0.0, 1.0)] {
        assert!((percentile(&mut values, percent) - expected).abs() < f64::EPSILON);
    }
    assert!(percentile(&mut [], 95.0).abs() < f64::EPSILON);
}

#[test]
fn the_limit_lets_through_what_it_says_and_one_in_twenty_requests_fails() {
    let mut world = World::new(Vec::new(), Some(50), true, 1);
    let mut passed = 0;
    for n in 0..100_000 {
        // A thousand a second.
        let (verdict, latency) = world.request(n * 1000, 1);
        passed += u64::from(verdict != Verdict::Limited);
        assert!((100_000..200_000).contains(&latency));
    }
    assert_eq!((world.requests, world.peak), (100_000, 1000));
    assert!((5049..=5051).contains(&passed), "{passed}");
    assert_eq!(world.limited, 100_000 - passed);

    let mut world = World::new(Vec::new(), None, true, 1);
    let good = (0..100_000)
        .filter(|n| world.request(n * 1000, 1).0 == Verdict::Answered)
        .count();
    assert!((94_700..95_300).contains(&good), "{good}");
}
