//! What other programs do on the same server: a plain discrete simulation, without a client.
//!
//! The simulation favours them. They may have any number of requests in flight, at no cost; they start spread
//! over their first interval, not in step; they give a missing job up after the same grace as the SDK, and
//! nothing else ends a wait. They retry failed requests at their next turn.

use crate::{
    figures::{Figures, Lags},
    population::{End, Micros, SECOND},
    world::{Verdict, World},
};

/// How long a request without an answer takes, and how long a job may be missing: the SDK's defaults.
const ATTEMPT_TIMEOUT: Micros = 30 * SECOND;
const MISSING_GRACE: Micros = 120 * SECOND;

/// When a program polls, counted from the last answer.
#[derive(Clone, Copy, Debug)]
pub struct Peer {
    pub name: &'static str,
    /// The pauses, of which the last repeats.
    pauses: &'static [Micros],
    /// How many jobs share a request.
    batch: usize,
}

pub const PEERS: [Peer; 3] = [
    Peer {
        name: "one-per-job",
        pauses: &[5 * SECOND],
        batch: 1,
    },
    Peer {
        name: "vendor-cli",
        pauses: &[
            2 * SECOND,
            3 * SECOND,
            5 * SECOND,
            8 * SECOND,
            13 * SECOND,
            21 * SECOND,
        ],
        batch: 1,
    },
    Peer {
        name: "batched",
        pauses: &[5 * SECOND],
        batch: 100,
    },
];

/// Events by the millisecond, in a ring that is longer than the time until any event.
#[derive(Debug)]
struct Wheel {
    slots: Vec<Vec<(Micros, u32)>>,
    at: Micros,
    pending: usize,
}

const SLOT: Micros = 1000;
const SLOTS: usize = 1 << 16;

impl Wheel {
    fn new() -> Self {
        Self {
            slots: vec![Vec::new(); SLOTS],
            at: 0,
            pending: 0,
        }
    }

    fn push(&mut self, at: Micros, what: u32) {
        assert!(
            at / SLOT < self.at + SLOTS as u64,
            "an event is too far ahead"
        );
        let slot = (at / SLOT).max(self.at) as usize % SLOTS;
        self.slots[slot].push((at, what));
        self.pending += 1;
    }

    /// All events of the next millisecond that has any.
    fn pop(&mut self) -> Option<Vec<(Micros, u32)>> {
        if self.pending == 0 {
            return None;
        }
        loop {
            let slot = self.at as usize % SLOTS;
            let events = std::mem::take(&mut self.slots[slot]);
            self.at += 1;
            if !events.is_empty() {
                self.pending -= events.len();
                return Some(events);
            }
        }
    }
}

/// A loop that polls one job, or a hundred.
#[derive(Clone, Debug, Default)]
struct Asker {
    turns: u8,
    open: Vec<u32>,
}

pub fn run(peer: Peer, mut world: World, arriving: u64) -> Figures {
    let lives = world.lives.clone();
    let mut missing_since: Vec<Micros> = vec![0; lives.len()];
    let numbers: Vec<u32> = (0..lives.len() as u32).collect();
    let mut askers: Vec<Asker> = numbers
        .chunks(peer.batch)
        .map(|jobs| Asker {
            turns: 0,
            open: jobs.to_vec(),
        })
        .collect();
    let mut wheel = Wheel::new();
    let mut rng = fastrand::Rng::with_seed(11);
    // Those that begin later wait outside the wheel, in order.
    let mut later: Vec<(Micros, u32)> = (0..)
        .zip(&askers)
        .map(|(n, asker)| {
            let last = asker.open.last().map_or(0, |job| *job as usize);
            (lives[last].submitted + rng.u64(0..peer.pauses[0]), n)
        })
        .collect();
    later.sort_unstable_by(|a, b| b.cmp(a));
    let (mut lags, mut end) = (Lags::default(), 0);
    loop {
        while let Some((at, asker)) =
            later.pop_if(|(at, _)| wheel.pending == 0 || *at / SLOT < wheel.at + SLOTS as u64 / 2)
        {
            if wheel.pending == 0 {
                wheel.at = wheel.at.max(at / SLOT);
            }
            wheel.push(at, asker);
        }
        let Some(events) = wheel.pop() else { break };
        for (now, number) in events {
            let asker = &mut askers[number as usize];
            let (verdict, latency) = world.request(now, asker.open.len());
            let mut back = now + latency;
            match verdict {
                Verdict::Silent => back = now + ATTEMPT_TIMEOUT,
                Verdict::Answered => asker.open.retain(|job| {
                    let job = *job as usize;
                    let life = &lives[job];
                    let status = life.status(now + latency / 2);
                    let is_over = match status {
                        Some(status) => status > 2,
                        None if missing_since[job] == 0 => {
                            missing_since[job] = back;
                            false
                        }
                        None => back - missing_since[job] >= MISSING_GRACE,
                    };
                    if is_over && life.end != End::Missing {
                        lags.push(life, back);
                    }
                    !is_over
                }),
                Verdict::Limited | Verdict::Unavailable | Verdict::Broken => {}
            }
            end = end.max(back);
            if !asker.open.is_empty() {
                let turn = usize::from(asker.turns).min(peer.pauses.len() - 1);
                asker.turns = asker.turns.saturating_add(1);
                wheel.push(back + peer.pauses[turn], number);
            }
        }
    }
    Figures::new(peer.name, &world, lags, arriving, end)
}
