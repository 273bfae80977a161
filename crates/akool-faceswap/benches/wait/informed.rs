//! What is possible with knowledge of the law of ends, but not of the ends.
//!
//! This strategy knows the population from which the jobs are drawn, and learns about a job what an answer
//! shows: its kind, and whether it is queued. It has the same server, limit, faults and timeout. It sends a
//! request as soon as the lag that the request is expected to end is worth its price. First come the jobs whose
//! chance of having ended, times the time since they were seen, is the greatest: of five orders that were
//! tried, this one had the smallest 95th percentile of the lag. The difference to the oracle is chance. The
//! difference to the client is learning, and what a client does for other reasons: intervals, jitter, fairness,
//! and finding the limit.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
};

use crate::{
    figures::{Figures, Lags},
    population::{self, Life, Micros, SECOND},
    world::{Verdict, World},
};

const BATCH: usize = 100;

/// Without a limit it decides this often.
const TICK: Micros = SECOND / 50;

/// Chances are computed this often: they change little meanwhile.
const REFRESH: Micros = SECOND / 5;

/// It gives a request up after this time, as the client does.
const PATIENCE: Micros = 3 * SECOND;

/// A job that was not in an answer is looked up once more, after the grace period.
const MISSING_GRACE: Micros = 120 * SECOND;

/// What is known about a job, apart from the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Known {
    Nothing,
    Queued { is_video: bool },
    Processing { is_video: bool },
}

/// Jobs that were seen at the same age and looked the same, and the law of their ends.
#[derive(Debug)]
struct Class {
    jobs: Vec<usize>,
    /// The ages at which they end, and the sums of their weights and of weight times age.
    ends: Vec<f64>,
    weights: Vec<f64>,
    moments: Vec<f64>,
}

impl Class {
    fn new(known: Known, seen: f64, laws: &[Vec<(f64, f64)>; 2]) -> Self {
        // The part of a life in the queue is drawn from this range.
        let (least, most) = population::QUEUED;
        let still_queued = |end: f64| ((most - seen / end) / (most - least)).clamp(0.0, 1.0);
        let share = population::VIDEO_PERCENT / 100.0;
        let mut ends: Vec<(f64, f64)> = [(&laws[0], false, 1.0 - share), (&laws[1], true, share)]
            .into_iter()
            .flat_map(|(law, is_video, share)| law.iter().map(move |end| (*end, is_video, share)))
            .map(|((end, weight), of_video, share)| {
                let fits = match known {
                    Known::Nothing => share,
                    Known::Queued { is_video } if is_video == of_video => still_queued(end),
                    Known::Processing { is_video } if is_video == of_video => {
                        1.0 - still_queued(end)
                    }
                    Known::Queued { .. } | Known::Processing { .. } => 0.0,
                };
                (end, weight * fits)
            })
            .collect();
        ends.retain(|(end, weight)| *end > seen && *weight > 0.0);
        ends.sort_by(|a, b| a.0.total_cmp(&b.0));
        let total = ends.iter().map(|(_, weight)| weight).sum::<f64>();
        let sums = |of: fn(&(f64, f64)) -> f64| {
            ends.iter()
                .scan(0.0, |sum, end| {
                    *sum += of(end) / total;
                    Some(*sum)
                })
                .collect()
        };
        Self {
            jobs: Vec::new(),
            weights: sums(|end| end.1),
            moments: sums(|end| end.0 * end.1),
            ends: ends.iter().map(|(end, _)| *end).collect(),
        }
    }

    /// The chance that one of them has ended by this age, and how long ago on average, times the chance.
    fn gain(&self, age: f64) -> (f64, f64) {
        let ended = self.ends.partition_point(|end| *end <= age);
        let Some(last) = ended.checked_sub(1) else {
            return (0.0, 0.0);
        };
        let chance = self.weights[last];
        (chance, chance * age - self.moments[last])
    }
}

/// What is known, and at which age in seconds.
type Key = (Known, u64);

/// The jobs that are not known to have ended.
struct Waiting {
    world: World,
    lives: Vec<Life>,
    laws: [Vec<(f64, f64)>; 2],
    classes: BTreeMap<Key, Class>,
    /// The classes by worth: the chance of having ended times the time since they were seen; with the lag that
    /// one lookup of a job is expected to end.
    order: Vec<(f64, f64, Key)>,
    missing: BinaryHeap<Reverse<(Micros, usize)>>,
    missing_since: Vec<Micros>,
    /// When each answer arrives, and what is known then about its jobs.
    back: BinaryHeap<Reverse<(Micros, usize)>>,
    answers: Vec<Vec<(usize, Key)>>,
    /// When a request that failed is retried.
    again: Micros,
    open: usize,
    lags: Lags,
    last: Micros,
}

/// Waits for jobs that are all submitted at once; a request is worth `price` seconds of lag. With
/// `knows_kinds`, it is known from the start which jobs are videos.
pub fn run(world: World, price: f64, knows_kinds: bool) -> Figures {
    let lives = world.lives.clone();
    let mut waiting = Waiting {
        laws: [false, true].map(population::law),
        classes: BTreeMap::new(),
        order: Vec::new(),
        missing: BinaryHeap::new(),
        missing_since: vec![0; lives.len()],
        back: BinaryHeap::new(),
        answers: Vec::new(),
        again: Micros::MAX,
        open: lives.len(),
        lags: Lags::default(),
        last: 0,
        lives,
        world,
    };
    for job in 0..waiting.lives.len() {
        let is_video = waiting.lives[job].is_video;
        let known = if knows_kinds {
            Known::Queued { is_video }
        } else {
            Known::Nothing
        };
        waiting.put(job, (known, 0));
    }
    let limit = waiting.world.limit();
    let pace = limit.map_or(TICK, |limit| SECOND / limit + 1);
    let (mut now, mut sorted) = (0, None);
    while waiting.open > 0 {
        while let Some(answer) = pop_if_due(&mut waiting.back, now) {
            for (job, key) in std::mem::take(&mut waiting.answers[answer]) {
                waiting.put(job, key);
            }
        }
        if sorted.is_none_or(|sorted| sorted + REFRESH <= now) {
            sorted = Some(now);
            waiting.sort(now);
        }
        while let Some(batch) = waiting.take_batch(price, now) {
            waiting.send(batch, now);
            if limit.is_some() {
                break;
            }
        }
        now += pace;
    }
    let name = if knows_kinds { "kinds" } else { "law" };
    Figures::new(name, &waiting.world, waiting.lags, 0, waiting.last)
}

impl Waiting {
    fn put(&mut self, job: usize, key: Key) {
        let new = || Class::new(key.0, key.1 as f64, &self.laws);
        self.classes.entry(key).or_insert_with(new).jobs.push(job);
    }

    fn sort(&mut self, now: Micros) {
        self.classes.retain(|_, class| !class.jobs.is_empty());
        let order = self.classes.iter().map(|(key, class)| {
            let (chance, gain) = class.gain(seconds(now));
            (chance * (seconds(now) - key.1 as f64), gain, *key)
        });
        self.order = order.collect();
        self.order.sort_by(|a, b| a.0.total_cmp(&b.0));
    }

    /// The ids of the next request, if it is worth its price.
    fn take_batch(&mut self, price: f64, now: Micros) -> Option<Vec<(usize, Key)>> {
        let mut batch: Vec<(usize, Key)> = Vec::new();
        while batch.len() < BATCH
            && let Some(job) = pop_if_due(&mut self.missing, now)
        {
            batch.push((job, (Known::Nothing, 0)));
        }
        let (mut worth, mut room) = (0.0, BATCH - batch.len());
        for (_, gain, key) in self.order.iter().rev() {
            let taken = self.classes[key].jobs.len().min(room);
            worth += gain * taken as f64;
            room -= taken;
            if room == 0 {
                break;
            }
        }
        if worth < price && batch.is_empty() && self.again > now {
            return None;
        }
        while batch.len() < BATCH
            && let Some((_, _, key)) = self.order.last().copied()
        {
            match self
                .classes
                .get_mut(&key)
                .and_then(|class| class.jobs.pop())
            {
                Some(job) => batch.push((job, key)),
                None => drop(self.order.pop()),
            }
        }
        self.again = Micros::MAX;
        (!batch.is_empty()).then_some(batch)
    }

    fn send(&mut self, batch: Vec<(usize, Key)>, now: Micros) {
        let (verdict, latency) = self.world.request(now, batch.len());
        let arrives = match verdict {
            Verdict::Silent => now + PATIENCE,
            _ => now + latency,
        };
        if verdict != Verdict::Answered {
            self.again = arrives + TICK;
        }
        let mut open = Vec::new();
        for (job, key) in batch {
            let (life, at) = (&self.lives[job], now + latency / 2);
            let is_video = life.is_video;
            let known = match life.status(at) {
                _ if verdict != Verdict::Answered => {
                    if self.missing_since[job] > 0 {
                        self.missing.push(Reverse((arrives, job)));
                    } else {
                        open.push((job, key));
                    }
                    continue;
                }
                None if self.missing_since[job] == 0 => {
                    self.missing_since[job] = arrives;
                    self.missing.push(Reverse((arrives + MISSING_GRACE, job)));
                    continue;
                }
                Some(1) => Known::Queued { is_video },
                Some(2) => Known::Processing { is_video },
                over => {
                    if over.is_some() {
                        self.lags.push(life, arrives);
                    }
                    self.last = self.last.max(arrives);
                    self.open -= 1;
                    continue;
                }
            };
            // Whole seconds are exact enough.
            open.push((job, (known, at / SECOND)));
        }
        self.back.push(Reverse((arrives, self.answers.len())));
        self.answers.push(open);
    }
}

fn seconds(at: Micros) -> f64 {
    at as f64 / SECOND as f64
}

fn pop_if_due(queue: &mut BinaryHeap<Reverse<(Micros, usize)>>, now: Micros) -> Option<usize> {
    let Reverse((at, _)) = queue.peek()?;
    if *at > now {
        return None;
    }
    queue.pop().map(|Reverse((_, what))| what)
}
