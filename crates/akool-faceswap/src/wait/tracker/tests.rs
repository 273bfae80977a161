//! What the tracker decides by itself, without a poller: who rides along, how far it looks, what it
//! gives back.

use std::time::SystemTime;

use crate::wait::tracker::*;
use crate::{
    clock::Clock,
    lookup::Outcome,
    model::ResultIds,
    wait::{PollPolicy, time::Timeline},
};

const SECOND: Duration = Duration::from_secs(1);

/// More than any request line of these tests needs.
const ROOM: usize = 10_000;

/// A tracker, with the time at which it is.
struct Bench {
    tracker: Tracker,
    begun: Now,
    now: Now,
    effects: Effects,
}

impl Bench {
    fn new() -> Self {
        let now = Timeline::new(Clock::standing_at(SystemTime::UNIX_EPOCH)).now();
        Self {
            tracker: Tracker::new(10_000, fastrand::Rng::with_seed(7)),
            begun: now,
            now,
            effects: Effects::default(),
        }
    }

    fn at(&mut self, seconds: u32) {
        self.now.moment = self.begun.moment.plus(seconds * SECOND);
    }

    /// Waits for an id that is looked up every so often; its key.
    fn wait(&mut self, id: &str, every: Duration) -> usize {
        let terms = Terms {
            schedule: PollPolicy::fixed(every),
            missing_grace: Duration::MAX,
        };
        let start = Start::new(Arc::new(terms), self.now.moment, Moment::NEVER);
        let id = ResultId::new(id).unwrap();
        let sink = Sink::One(Arc::new(Slot::new()));
        let key = self
            .tracker
            .wait(&id, &start, sink, &self.now, &mut self.effects);
        key.unwrap()
    }

    /// What goes out now, answered at once by an answer without any of it.
    fn look_up(&mut self, max_ids: usize, max_bytes: usize) -> Vec<String> {
        let Some(batch) = self.tracker.take_batch(&self.now, max_ids, max_bytes) else {
            return Vec::new();
        };
        let ids: ResultIds = batch.ids.clone();
        let outcomes = ids.iter().map(|_| Outcome::Missing).collect();
        let retry = |_: &Error, _| Retry::After(Duration::ZERO);
        self.tracker
            .answered(batch, outcomes, retry, &self.now, &mut self.effects);
        ids.iter().map(ToString::to_string).collect()
    }
}

#[test]
fn an_id_rides_along_once_half_of_its_interval_has_passed() {
    let mut bench = Bench::new();
    bench.wait("often", 10 * SECOND);
    bench.wait("seldom", 100 * SECOND);
    bench.at(1);
    assert_eq!(bench.look_up(100, ROOM), ["often", "seldom"]);
    for (at, expected) in [
        (2, &[][..]),
        (14, &["often"]),
        (40, &["often"]),
        (65, &["often", "seldom"]),
        (80, &["often"]),
    ] {
        bench.at(at);
        assert_eq!(bench.look_up(100, ROOM), expected, "{at}");
    }
}

#[test]
fn the_search_for_ids_that_ride_along_has_an_end() {
    // Eight may be passed over for a request of two ids.
    for (others, expected) in [(7, &["due", "rides"][..]), (8, &["due"])] {
        let mut bench = Bench::new();
        bench.wait("rides", 100 * SECOND);
        bench.at(1);
        assert_eq!(bench.look_up(2, ROOM), ["rides"]);
        bench.at(55);
        for n in 0..others {
            bench.wait(&format!("a{n}"), 10 * SECOND);
        }
        bench.at(56);
        assert_eq!(bench.look_up(others, ROOM).len(), others);
        bench.wait("due", SECOND);
        bench.at(57);
        assert_eq!(bench.look_up(2, ROOM), expected, "{others}");
    }
}

#[test]
fn a_batch_fits_its_request_line_and_has_one_id_at_least() {
    // Two bytes for an id, three for a comma.
    for (max_bytes, expected) in [(1, 1), (2, 1), (6, 1), (7, 2), (11, 2), (12, 3), (13, 3)] {
        let mut bench = Bench::new();
        for n in 0..5 {
            bench.wait(&format!("a{n}"), SECOND);
        }
        bench.at(1);
        assert_eq!(bench.look_up(100, max_bytes).len(), expected, "{max_bytes}");
    }
}

#[test]
fn the_memory_of_very_many_jobs_is_given_back_once_there_is_none() {
    for (jobs, is_given_back) in [(1_024, false), (1_025, true)] {
        let mut bench = Bench::new();
        let keys: Vec<usize> = (0..jobs)
            .map(|n| bench.wait(&format!("a{n}"), SECOND))
            .collect();
        bench.tracker.jobs.shrink_to_fit();
        for key in &keys[1..] {
            bench.tracker.withdraw(*key, |_| true);
        }
        bench.tracker.release_memory();
        assert_eq!(bench.tracker.jobs.capacity(), jobs, "one is left");
        bench.tracker.withdraw(keys[0], |_| true);
        bench.tracker.release_memory();
        assert_eq!(bench.tracker.jobs.capacity() == 0, is_given_back, "{jobs}");
    }
}
