//! What is possible at best: an oracle knows when each job ends and looks it up at that moment, in full
//! requests.
//!
//! It has the same server, limit and faults. It never looks a job up too early, never exceeds the limit, and
//! retries failed requests at once. No client can have less lag, except with more requests.

use std::collections::VecDeque;

use crate::{
    figures::{Figures, Lags},
    population::{End, Micros, SECOND},
    world::{Verdict, World},
};

const BATCH: usize = 100;

/// Without a limit, jobs that end within this time share a request.
const GATHERING: Micros = SECOND / 50;

pub fn run(mut world: World, arriving: u64) -> Figures {
    let lives = world.lives.clone();
    let mut ends: Vec<(Micros, usize)> = (0..lives.len())
        .filter(|job| lives[*job].end != End::Missing)
        .map(|job| (lives[job].ended, job))
        .collect();
    ends.sort_unstable();
    let pace = world.limit().map_or(GATHERING, |limit| SECOND / limit + 1);
    let mut ended = ends.into_iter().peekable();
    let mut open: VecDeque<usize> = VecDeque::new();
    let (mut lags, mut now, mut last) = (Lags::default(), 0, 0);
    while let Some(next) = ended
        .peek()
        .map(|(end, _)| *end)
        .or((!open.is_empty()).then_some(now))
    {
        now = if open.is_empty() { next.max(now) } else { now };
        // The server answers with its state halfway through the latency, so every job that has ended by now is
        // seen.
        while let Some((_, job)) = ended.next_if(|(end, _)| *end <= now) {
            open.push_back(job);
        }
        let batch: Vec<usize> = open.drain(..open.len().min(BATCH)).collect();
        if !batch.is_empty() {
            let (verdict, latency) = world.request(now, batch.len());
            if verdict == Verdict::Answered {
                last = now + latency;
                for job in batch {
                    lags.push(&lives[job], last);
                }
            } else {
                open.extend(batch);
            }
        }
        now += pace;
    }
    Figures::new("oracle", &world, lags, arriving, last)
}
