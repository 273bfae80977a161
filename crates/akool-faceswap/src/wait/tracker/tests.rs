//! What the tracker decides without a poller: which ids ride along, how far it searches, when it frees memory.

use std::{
    collections::BTreeMap,
    task::{Context, Poll, Waker},
    time::SystemTime,
};

use proptest::prelude::*;

use crate::wait::tracker::*;
use crate::{
    clock::Clock,
    limits::request_size::RequestSize,
    lookup::Outcome,
    model::ResultIds,
    wait::{Next, PollPolicy, observation::Retry, time::TimeSource},
};

const SECOND: Duration = Duration::from_secs(1);

/// More than any request line of these tests needs.
const ROOM: usize = 10_000;

fn limit(ids: usize, bytes: usize) -> RequestSize {
    RequestSize { ids, bytes }
}

/// A tracker with its current time.
struct Bench {
    tracker: Tracker,
    begun: Now,
    now: Now,
    effects: Effects,
}

impl Bench {
    fn new() -> Self {
        let now = TimeSource::new(Clock::standing_at(SystemTime::UNIX_EPOCH)).now();
        Self {
            tracker: Tracker::new(10_000, fastrand::Rng::with_seed(7), Order::default()),
            begun: now,
            now,
            effects: Effects::default(),
        }
    }

    fn at(&mut self, seconds: u32) {
        self.now.timestamp = self.begun.timestamp.plus(seconds * SECOND);
    }

    fn pass(&mut self, time: Duration) {
        self.now.timestamp = self.now.timestamp.plus(time);
        self.now.wall += time;
    }

    /// Waits for an id with this interval; returns the key.
    fn wait(&mut self, id: &str, every: Duration) -> Key {
        let options = WaitOptions {
            schedule: PollPolicy::fixed(every),
            missing_grace: Duration::MAX,
        };
        let start = Start::new(Arc::new(options), self.now.timestamp, Timestamp::NEVER);
        let id = ResultId::new(id).unwrap();
        let receiver = Receiver::One(Arc::new(Oneshot::new()));
        let key = self
            .tracker
            .wait(&id, &start, receiver, &self.now, &mut self.effects);
        key.unwrap()
    }

    /// Takes a batch, and answers at once without any of its ids; returns the ids.
    fn look_up(&mut self, max_ids: usize, max_bytes: usize) -> Vec<String> {
        let Some(batch) = self
            .tracker
            .take_batch(&self.now, limit(max_ids, max_bytes))
        else {
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
    // The search gives a line up at the eighth id that may not ride along.
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
fn the_memory_of_many_jobs_is_freed_once_none_is_left() {
    for (jobs, is_freed) in [(1_024, false), (1_025, true)] {
        let mut bench = Bench::new();
        let keys: Vec<Key> = (0..jobs)
            .map(|n| bench.wait(&format!("a{n}"), SECOND))
            .collect();
        bench.tracker.jobs.shrink_to_fit();
        for key in &keys[1..] {
            bench.tracker.withdraw(*key);
        }
        bench.tracker.release_memory();
        assert_eq!(bench.tracker.jobs.capacity(), jobs, "one is left");
        bench.tracker.withdraw(keys[0]);
        bench.tracker.release_memory();
        assert_eq!(bench.tracker.jobs.capacity() == 0, is_freed, "{jobs}");
    }
}

/// How a job that never ends looks.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Missing,
    Image,
    Video,
}

impl Kind {
    fn outcome(self, id: &ResultId) -> Outcome {
        let image = match self {
            Self::Missing => return Outcome::Missing,
            Self::Image => 1,
            Self::Video => 0,
        };
        let row = serde_json::json!({"_id": id.as_str(), "faceswap_status": 2, "image": image});
        Outcome::Found(serde_json::from_value(row).unwrap())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// The bound on the delay that the order by worth may add. When an id becomes due, some others have been
    /// due for longer. A tenth of each request is for those, so the number of ids ahead bounds the number of
    /// requests until the id is sent, whatever becomes due later and however likely its end.
    #[test]
    fn a_tenth_of_each_request_is_for_the_ids_due_the_longest(
        jobs in prop::collection::vec((prop_oneof![Just(Kind::Missing), Just(Kind::Image), Just(Kind::Video)], 1u64..40), 1..100),
        max_ids in 1usize..40,
        pauses in prop::collection::vec((0u64..1500, 0usize..100, any::<bool>()), 1..80),
    ) {
        let mut bench = Bench::new();
        for (n, (_, every)) in jobs.iter().enumerate() {
            bench.wait(&format!("a{n}"), Duration::from_secs(*every));
        }
        let places = max_ids.div_ceil(10);
        // For each id that is due, within how many requests it must be sent.
        let mut within: BTreeMap<Key, usize> = BTreeMap::new();
        for (pause, hinted, is_hinted) in pauses {
            bench.pass(Duration::from_millis(pause));
            if is_hinted {
                let hinted = ResultId::new(format!("a{hinted}")).unwrap();
                bench.tracker.hint(&hinted, &bench.now);
            }
            let mut due: Vec<(Timestamp, Key)> = bench.tracker.jobs.iter()
                .map(|(key, job)| (job.due, key))
                .filter(|(due, _)| *due <= bench.now.timestamp)
                .collect();
            due.sort_unstable();
            for (at, key) in &due {
                let before = due.partition_point(|(due, _)| due <= at) - 1;
                within.entry(*key).or_insert(before / places + 1);
            }
            let Some(batch) = bench.tracker.take_batch(&bench.now, limit(max_ids, ROOM)) else {
                prop_assert!(due.is_empty());
                continue;
            };
            for job in &batch.jobs {
                within.remove(job);
            }
            for (key, left) in &mut within {
                *left -= 1;
                prop_assert!(*left > 0, "{key:?} of {} due", due.len());
            }
            let kind = |id: &ResultId| jobs[id.as_str()[1..].parse::<usize>().unwrap()].0;
            let outcomes = batch.ids.iter().map(|id| kind(id).outcome(id)).collect();
            let retry = |_: &Error, _| Retry::After(Duration::ZERO);
            bench.tracker.answered(batch, outcomes, retry, &bench.now, &mut bench.effects);
        }
    }
}

/// What a lookup returns about the one job of `tickets_and_tracker_agree`.
#[derive(Clone, Copy, Debug)]
enum Said {
    Status(i64),
    Missing,
    Http(u16, Option<u64>),
    Refused,
}

impl Said {
    fn outcome(self, id: &ResultId) -> Outcome {
        match self {
            Self::Status(status) => {
                let row = serde_json::json!({
                    "_id": id.as_str(), "faceswap_status": status, "url": "https://cdn.example/a",
                });
                Outcome::Found(serde_json::from_value(row).unwrap())
            }
            Self::Missing => Outcome::Missing,
            Self::Http(status, retry_after) => Outcome::Failed(
                Error::new(ErrorKind::Http, "an HTTP error")
                    .with_http_status(http::StatusCode::from_u16(status).unwrap())
                    .with_retry_after(retry_after.map(Duration::from_secs)),
            ),
            Self::Refused => Outcome::Failed(Error::new(ErrorKind::InvalidInput, "refused")),
        }
    }
}

fn said() -> impl Strategy<Value = Said> {
    prop_oneof![
        8 => prop_oneof![Just(1), Just(2), Just(9)].prop_map(Said::Status),
        1 => prop_oneof![Just(3), Just(4)].prop_map(Said::Status),
        6 => Just(Said::Missing),
        4 => (prop_oneof![Just(503), Just(404), Just(500)], prop::option::of(0u64..90))
            .prop_map(|(status, delay)| Said::Http(status, delay)),
        1 => Just(Said::Refused),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// A wait in memory and a wait that a program stores and observes itself end in the same way, after the
    /// same lookups at the same times.
    #[test]
    fn tickets_and_tracker_agree(
        said in prop::collection::vec((said(), 0u64..3000), 1..40),
        grace in 0u64..200,
        timeout in prop::option::of(1u64..2000),
        shortest in 1u64..30,
    ) {
        let mut bench = Bench::new();
        let id = ResultId::new("a").unwrap();
        let policy = PollPolicy::new()
            .min_interval(Duration::from_secs(shortest))
            .max_interval(Duration::from_secs(30));
        let deadline = timeout.map(|timeout| bench.now.wall + Duration::from_secs(timeout));
        let mut ticket = Ticket::new(id.clone(), bench.now.wall)
            .with_poll_policy(policy.clone())
            .with_missing_grace(Duration::from_secs(grace))
            .with_deadline(deadline);
        let options = WaitOptions { schedule: policy, missing_grace: Duration::from_secs(grace) };
        let deadline = timeout.map_or(Timestamp::NEVER, |timeout| {
            bench.now.timestamp.plus(Duration::from_secs(timeout))
        });
        let start = Start::new(Arc::new(options), bench.now.timestamp, deadline);
        let slot = Arc::new(Oneshot::new());
        let receiver = Receiver::One(slot.clone());
        let key = bench.tracker.wait(&id, &start, receiver, &bench.now, &mut bench.effects).unwrap();
        let mut rng = fastrand::Rng::with_seed(7);
        bench.pass(COALESCE_WINDOW);
        for (said, late) in said {
            bench.tracker.expire(&bench.now, &mut bench.effects);
            if let Poll::Ready(outcome) = slot.poll_outcome(&Context::from_waker(Waker::noop())) {
                // The last look has failed for too long; a ticket ends with the next failure.
                prop_assert_eq!(outcome.unwrap_err().kind(), WaitErrorKind::DeadlinePassed);
                prop_assert!(ticket.next_poll() >= ticket.deadline().unwrap());
                return Ok(());
            }
            let Some(batch) = bench.tracker.take_batch(&bench.now, limit(100, ROOM)) else {
                prop_assert!(false, "nothing is due");
                return Ok(());
            };
            let retry = |error: &Error, _| Retry::BySchedule(
                error.retry_after().unwrap_or_default().min(Duration::from_secs(60)),
            );
            let outcome = said.outcome(&id);
            let next = ticket.observe(&outcome, bench.now.wall, rng.f64());
            // A stored ticket is read back unchanged.
            let stored = serde_json::to_string(&ticket).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Ticket>(&stored).unwrap(), &ticket);
            bench.tracker.answered(batch, vec![outcome], retry, &bench.now, &mut bench.effects);
            let settled = slot.poll_outcome(&Context::from_waker(Waker::noop()));
            match (next, settled) {
                (Next::Again { after, .. }, Poll::Pending) => {
                    let tracked = bench.tracker.ticket(key, &bench.now).unwrap();
                    let known = Ticket { late_since: None, ..ticket.clone() };
                    prop_assert_eq!(&tracked, &known);
                    let due = bench.tracker.next_wake(true);
                    let wake = due.min(bench.now.timestamp.plus(after));
                    prop_assert!(bench.now.timestamp.plus(after).since(wake) < Duration::from_millis(1) || due >= start.deadline);
                    // A ticket counts in whole milliseconds.
                    let after = u64::try_from(after.as_millis()).unwrap() + 1;
                    bench.pass(Duration::from_millis(after + late));
                }
                (Next::Settled(one), Poll::Ready(other)) => {
                    let other = other.map(Arc::unwrap_or_clone);
                    prop_assert_eq!(format!("{one:?}"), format!("{other:?}"));
                    let tickets = [one, other].map(|end| end.err().and_then(WaitError::into_ticket));
                    prop_assert_eq!(&tickets[0], &tickets[1]);
                    return Ok(());
                }
                (next, settled) => prop_assert!(false, "{next:?}, {settled:?}"),
            }
        }
    }
}

/// One of ten places is for what has been due the longest.
#[test]
fn what_has_most_likely_ended_goes_first() {
    let mut bench = Bench::new();
    for n in 0..20 {
        bench.wait(&format!("missing{n}"), 10 * SECOND);
    }
    bench.at(1);
    assert_eq!(bench.look_up(100, ROOM).len(), 20);
    // Those are due again after about 10 s, these at once.
    bench.at(13);
    for n in 0..20 {
        bench.wait(&format!("new{n}"), 10 * SECOND);
    }
    bench.at(25);
    let asked = bench.look_up(10, ROOM);
    let missing = asked.iter().filter(|id| id.starts_with("missing"));
    assert_eq!((asked.len(), missing.count()), (10, 1), "{asked:?}");
}
