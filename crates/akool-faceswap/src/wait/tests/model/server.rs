//! The server: a few jobs that live their own lives, and answers that fail as planned.

use std::{
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use proptest::prelude::*;
use tokio::time::Instant;

use crate::{
    model::ResultId,
    testing::scripted::{Reply, Scripted, Seen},
};

/// A point in time, counted from the start of the case.
pub(super) type At = Duration;

pub(super) const JOBS: usize = 5;

/// The attempt timeout: it ends a request that hangs.
pub(super) const ATTEMPT: Duration = Duration::from_secs(5);

/// The longest latency of a healthy server, in milliseconds.
const LATENCY_MS: u64 = 300;

/// How long a request may be held by the throttle.
const HELD: Duration = Duration::from_secs(120);

/// The state of a job, as the server reports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Missing,
    Queued,
    Processing,
    /// An unknown status.
    Odd,
    /// Success without a URL.
    WithoutUrl,
    Success,
    Failed,
    /// Every request with its id is answered 1003.
    Refused,
}

impl State {
    pub(super) fn status(self) -> Option<i64> {
        match self {
            Self::Missing | Self::Refused => None,
            Self::Queued => Some(1),
            Self::Processing => Some(2),
            Self::Success | Self::WithoutUrl => Some(3),
            Self::Failed => Some(4),
            Self::Odd => Some(9),
        }
    }
}

/// The states of a job, each with the time at which it begins; the first begins at 0.
#[derive(Clone, Debug)]
pub(super) struct Life(Vec<(At, State)>);

impl Life {
    fn at(&self, at: At) -> State {
        let begun = self.0.iter().rev().find(|(from, _)| *from <= at);
        begun.unwrap().1
    }

    /// When the last state begins, and what it is.
    pub(super) fn end(&self) -> (At, State) {
        *self.0.last().unwrap()
    }
}

pub(super) fn lives() -> impl Strategy<Value = Vec<Life>> {
    let passing = prop_oneof![
        2 => Just(State::Queued),
        2 => Just(State::Processing),
        1 => Just(State::Missing),
        1 => Just(State::Odd),
        1 => Just(State::WithoutUrl),
    ];
    let last = prop_oneof![
        6 => Just(State::Success),
        2 => Just(State::Failed),
        2 => Just(State::Missing),
        1 => Just(State::Refused),
        1 => Just(State::WithoutUrl),
        1 => Just(State::Processing),
        1 => Just(State::Odd),
    ];
    let life =
        (prop::collection::vec((0u64..20_000, passing), 0..4), last).prop_map(|(phases, last)| {
            let mut from = Duration::ZERO;
            let mut states = Vec::new();
            for (millis, state) in phases {
                states.push((from, state));
                from += Duration::from_millis(millis);
            }
            states.push((from, last));
            Life(states)
        });
    prop::collection::vec(life, JOBS)
}

/// What is wrong with an answer.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fault {
    Unavailable(Option<u64>),
    TooMany(Option<u64>),
    Business(i64),
    Garbage,
    Reset,
    NotConnected,
    Hang,
}

/// How one request is answered.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    fault: Option<Fault>,
    delay: Duration,
    reversed: bool,
    repeated: bool,
    foreign: bool,
}

/// How the first requests are answered; all later ones are answered without faults.
pub(super) fn plans() -> impl Strategy<Value = Vec<Plan>> {
    let seconds = || prop::option::of(0u64..20);
    let fault = prop_oneof![
        3 => seconds().prop_map(Fault::Unavailable),
        2 => seconds().prop_map(Fault::TooMany),
        1 => Just(Fault::Business(1005)),
        1 => Just(Fault::Business(2001)),
        1 => Just(Fault::Business(1101)),
        1 => Just(Fault::Garbage),
        1 => Just(Fault::Reset),
        1 => Just(Fault::NotConnected),
        1 => Just(Fault::Hang),
    ];
    let delay = prop_oneof![4 => 0..=LATENCY_MS, 1 => 0u64..4000];
    let plan = (
        prop::option::weighted(0.3, fault),
        delay,
        any::<[bool; 3]>(),
    )
        .prop_map(|(fault, delay, [reversed, repeated, foreign])| Plan {
            fault,
            delay: Duration::from_millis(delay),
            reversed,
            repeated,
            foreign,
        });
    prop::collection::vec(plan, 0..40)
}

/// How a request was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// The state of each requested job.
    States(Vec<State>),
    /// 1003, because of one of the jobs.
    Refused,
    /// 1101.
    Unauthorized,
    /// A transient error.
    Nothing,
}

#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) sent: At,
    pub(super) answered: At,
    pub(super) jobs: Vec<usize>,
    pub(super) said: Said,
    /// Whether it engaged the client's throttle.
    is_rate_limit: bool,
    /// Whether a healthy server would have given this answer within this time.
    pub(super) is_well: bool,
    /// Whether it is a piece of a refused request.
    pub(super) is_piece: bool,
    receipt: Arc<AtomicBool>,
}

impl Entry {
    /// Whether the client took the answer; it gives up a request that takes too long.
    pub(super) fn is_heard(&self) -> bool {
        self.receipt.load(Ordering::Relaxed)
    }

    pub(super) fn state(&self, job: usize) -> Option<State> {
        let place = self.jobs.iter().position(|asked| *asked == job)?;
        match &self.said {
            Said::States(states) => Some(states[place]),
            _ => None,
        }
    }
}

/// All requests and answers, and which jobs are waited for.
pub(super) struct World {
    begun: Instant,
    pub(super) lives: Vec<Life>,
    plans: Vec<Plan>,
    max_ids: usize,
    pub(super) log: Vec<Entry>,
    wanted: [usize; JOBS],
    /// When a wait for a job ended.
    pub(super) released: Vec<(usize, At)>,
    /// When a wait for a job was put away, and when it was resumed.
    pub(super) away: Vec<(usize, At, At)>,
    pub(super) violations: Vec<String>,
}

impl World {
    pub(super) fn now(&self) -> At {
        self.begun.elapsed()
    }

    pub(super) fn want(&mut self, job: usize) {
        self.wanted[job] += 1;
    }

    pub(super) fn release(&mut self, job: usize) {
        self.wanted[job] -= 1;
        let now = self.now();
        self.released.push((job, now));
    }

    pub(super) fn is_wanted(&self, job: usize) -> bool {
        self.wanted[job] > 0
    }

    pub(super) fn number_wanted(&self) -> usize {
        self.wanted.iter().filter(|times| **times > 0).count()
    }

    fn check_request(&mut self, jobs: &[usize], now: At) {
        let mut distinct = jobs.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        if distinct.len() != jobs.len() || jobs.is_empty() || jobs.len() > self.max_ids {
            self.violations
                .push(format!("{now:?}: a request for {jobs:?}"));
        }
        // A request that the throttle held back is still sent, even if its wait ended meanwhile.
        let was_held = |job: usize| {
            self.log
                .iter()
                .filter(|entry| entry.is_rate_limit && entry.answered + HELD > now)
                .any(|entry| {
                    self.released
                        .iter()
                        .any(|(released, at)| *released == job && *at >= entry.answered)
                })
        };
        // A request that was refused is sent again in pieces, even if nobody waits any more.
        if !self.is_piece(jobs, now)
            && jobs
                .iter()
                .any(|job| !self.is_wanted(*job) && !was_held(*job))
        {
            self.violations.push(format!(
                "{now:?}: {jobs:?} are requested, but {:?} are waited for",
                self.wanted
            ));
        }
    }

    fn is_piece(&self, jobs: &[usize], now: At) -> bool {
        self.log.iter().any(|entry| {
            entry.said == Said::Refused
                && entry.jobs.len() > jobs.len()
                && entry.answered + HELD > now
                && jobs.iter().all(|job| entry.jobs.contains(job))
        })
    }

    fn answer(&mut self, seen: &Seen) -> Reply {
        let now = self.now();
        let jobs: Vec<usize> = seen.ids.iter().map(|id| number(id)).collect();
        self.check_request(&jobs, now);
        let plan = self.plans.get(seen.n).cloned().unwrap_or(Plan {
            fault: None,
            delay: Duration::from_millis(seen.n as u64 * 37 % LATENCY_MS),
            reversed: false,
            repeated: false,
            foreign: false,
        });
        let states: Vec<State> = jobs.iter().map(|job| self.lives[*job].at(now)).collect();
        let retry_after = |reply: Reply, seconds: Option<u64>| match seconds {
            Some(seconds) => reply.with_header("retry-after", &seconds.to_string()),
            None => reply,
        };
        let mut answered = now + plan.delay;
        let (said, reply) = match plan.fault {
            None if states.contains(&State::Refused) => (Said::Refused, Reply::business(1003)),
            None => (
                Said::States(states.clone()),
                rows(&jobs, &states, &plan, seen.n),
            ),
            Some(Fault::Business(1101)) => (Said::Unauthorized, Reply::business(1101)),
            Some(fault) => {
                let reply = match fault {
                    Fault::Unavailable(seconds) => retry_after(Reply::http(503, ""), seconds),
                    Fault::TooMany(seconds) => retry_after(Reply::http(429, ""), seconds),
                    Fault::Business(code) => Reply::business(code),
                    Fault::Garbage => Reply::http(200, "<html>"),
                    Fault::Reset => Reply::reset(),
                    Fault::NotConnected => Reply::refused(),
                    Fault::Hang => {
                        answered = now + ATTEMPT;
                        Reply::nothing()
                    }
                };
                (Said::Nothing, reply)
            }
        };
        let is_piece = self.is_piece(&jobs, now);
        self.log.push(Entry {
            sent: now,
            answered,
            jobs,
            said,
            is_piece,
            receipt: reply.receipt(),
            is_rate_limit: matches!(plan.fault, Some(Fault::TooMany(_) | Fault::Business(1005))),
            is_well: plan.fault.is_none() && plan.delay.as_millis() <= LATENCY_MS.into(),
        });
        reply.after(plan.delay)
    }
}

fn rows(jobs: &[usize], states: &[State], plan: &Plan, n: usize) -> Reply {
    let row = |id: &str, status: i64, has_url: bool| {
        let url = if has_url { "https://cdn.example/x" } else { "" };
        format!(r#"{{"_id":"{id}","faceswap_status":{status},"url":"{url}"}}"#)
    };
    let mut rows: Vec<String> = Vec::new();
    for (job, state) in jobs.iter().zip(states) {
        let Some(code) = state.status() else {
            continue;
        };
        let id = id(*job);
        let has_url = *state != State::WithoutUrl;
        rows.push(row(id.as_str(), code, has_url));
        if plan.repeated && (job + n).is_multiple_of(2) {
            // Of two rows for one job the one that is further along counts, in either order.
            let is_terminal = code == 3 || code == 4;
            rows.push(row(
                id.as_str(),
                if is_terminal { 2 } else { code },
                has_url,
            ));
        }
    }
    if plan.foreign {
        rows.insert(rows.len() / 2, row("667d2284000000000000beef", 3, true));
    }
    if plan.reversed {
        rows.reverse();
    }
    let rows = rows.join(",");
    Reply::http(
        200,
        &format!(r#"{{"code":1000,"msg":"OK","data":{{"result":[{rows}]}}}}"#),
    )
}

pub(super) fn id(job: usize) -> ResultId {
    super::id(&format!("job{job}"))
}

pub(super) fn number(id: &str) -> usize {
    id.trim_start_matches("job").parse().unwrap()
}

/// The server, and its log.
#[derive(Clone)]
pub(super) struct Server {
    world: Arc<Mutex<World>>,
    pub(super) wire: Scripted,
}

impl Server {
    pub(super) fn new(lives: Vec<Life>, plans: Vec<Plan>, max_ids: usize) -> Self {
        let world = Arc::new(Mutex::new(World {
            begun: Instant::now(),
            lives,
            plans,
            max_ids,
            log: Vec::new(),
            wanted: [0; JOBS],
            released: Vec::new(),
            away: Vec::new(),
            violations: Vec::new(),
        }));
        let wire = Scripted::new({
            let world = world.clone();
            move |seen| world.lock().unwrap().answer(seen)
        });
        Self { world, wire }
    }

    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }
}
