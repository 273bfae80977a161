use proptest::prelude::*;

use super::*;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn an_interval_grows_with_the_time_since_the_last_change_up_to_a_ceiling() {
    let schedule = PollPolicy::new();
    for (unchanged, expected) in [(0, 2), (10, 2), (20, 2), (40, 4), (300, 30), (10_800, 30)] {
        assert_eq!(
            schedule.interval(unchanged * SECOND, Load::jobs(1)),
            expected * SECOND,
            "{unchanged}"
        );
    }
}

#[test]
fn the_longest_interval_follows_from_what_a_lookup_costs() {
    let longest = |tracked, minutes: u32| {
        let interval = PollPolicy::new().interval(minutes * 60 * SECOND, Load::jobs(tracked));
        interval.as_millis()
    };
    assert_eq!(
        [1, 10, 100].map(|jobs| longest(jobs, 10)),
        [30_000, 9_486, 3_000]
    );
    assert_eq!(
        [1_000, 100_000].map(|jobs| longest(jobs, 10)),
        [5_393, 6_389]
    );
    assert_eq!(
        [15, 30, 600].map(|age| longest(100, age)),
        [3_000, 6_000, 30_000]
    );
    let fixed = PollPolicy::new().max_interval(20 * SECOND);
    assert_eq!(fixed.interval(900 * SECOND, Load::jobs(100)), 20 * SECOND);
}

#[test]
fn the_law_of_ends_decides_how_often_a_lookup_is_worth_its_price() {
    let longest = |jobs, hazard, age: u32| {
        let load = Load {
            jobs,
            law: Some((hazard, age * SECOND)),
        };
        PollPolicy::new().interval(age * SECOND, load).as_millis()
    };
    // The likelier the end, the shorter the interval: √(2 · 0.25 / h).
    assert_eq!(
        [0.03, 0.05].map(|hazard| longest(1_000, hazard, 100)),
        [4_082, 3_162]
    );
    assert_eq!(
        [0.001, 0.0, f32::NAN].map(|hazard| longest(1_000, hazard, 100)),
        [5_000; 3]
    );
    // Many thousand jobs are looked up less often.
    assert_eq!(
        [1_000, 10_000, 1_000_000].map(|jobs| longest(jobs, 0.001, 100)),
        [5_000, 7_062, 7_900]
    );
    // In a request for fewer jobs each costs more, but a single job is still polled every 30 s.
    assert_eq!(
        [1, 10, 100].map(|jobs| longest(jobs, 0.001, 900)),
        [30_000, 12_273, 5_000]
    );
    assert_eq!(
        [1, 10, 100].map(|jobs| longest(jobs, 0.001, 30)),
        [3_000, 9_486, 5_000]
    );
    assert_eq!(
        [900, 1_800, 9_000].map(|age| longest(100, 0.001, age)),
        [5_000, 10_000, 22_360]
    );
    let load = Load {
        jobs: 100,
        law: Some((1.0, SECOND)),
    };
    assert_eq!(
        PollPolicy::fixed(20 * SECOND).interval(SECOND, load),
        20 * SECOND
    );
}

#[test]
fn invalid_settings_are_clamped_to_valid_ones() {
    let hot = PollPolicy::fixed(Duration::ZERO);
    assert_eq!(hot.interval(SECOND, Load::jobs(1)), FLOOR);
    let crossed = PollPolicy::new()
        .min_interval(5 * SECOND)
        .max_interval(SECOND);
    assert_eq!(crossed.interval(1000 * SECOND, Load::jobs(1)), 5 * SECOND);
    let steady = PollPolicy::new().growth_percent(0);
    assert_eq!(steady.interval(1000 * SECOND, Load::jobs(1)), 2 * SECOND);
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
        min_interval: u64, max_interval: Option<u64>, growth_percent: u32, unchanged: u64, jobs: usize,
        law: Option<(f32, u64)>, jitter: f64,
    ) {
        let mut schedule = PollPolicy::new()
            .min_interval(Duration::from_micros(min_interval))
            .growth_percent(growth_percent);
        if let Some(longest) = max_interval {
            schedule = schedule.max_interval(Duration::from_micros(longest));
        }
        let law = law.map(|(hazard, age)| (hazard, Duration::from_micros(age)));
        let interval = schedule.interval(Duration::from_micros(unchanged), Load { jobs, law });
        prop_assert!(interval >= FLOOR);
        let moved = jittered(interval, jitter);
        prop_assert!(moved >= FLOOR / 10 * 9);
    }

    #[test]
    fn it_survives_serialisation(first: u32, min_interval: u32, growth: u32, max_interval: u32) {
        let schedule = PollPolicy::new()
            .initial_delay(Duration::from_millis(first.into()))
            .min_interval(Duration::from_millis(min_interval.into()))
            .growth_percent(growth)
            .max_interval(Duration::from_millis(max_interval.into()));
        let text = serde_json::to_string(&schedule).unwrap();
        prop_assert_eq!(serde_json::from_str::<PollPolicy>(&text).unwrap(), schedule);
    }
}
