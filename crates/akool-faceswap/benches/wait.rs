//! What waiting for many jobs costs and how late it reports their ends, compared with other strategies.
//!
//! `cargo xtask bench wait` runs this program and writes `BENCHMARKS.md`. Each run of the program takes one of
//! these forms, and prints a line of JSON:
//!
//! ```text
//! wait ours JOBS LIMIT ARRIVING SETTINGS    the real client on a simulated server, in simulated
//!                                           time; LIMIT requests a second (0: no limit), all jobs
//!                                           submitted evenly within ARRIVING seconds
//! wait fifo JOBS LIMIT ARRIVING SETTINGS    the same, but the job that has been due the longest goes first
//! wait PEER JOBS LIMIT ARRIVING             one-per-job, vendor-cli or batched, without a client
//! wait oracle JOBS LIMIT ARRIVING           a strategy that knows when each job ends
//! wait law JOBS LIMIT PRICE                 a strategy that knows the law of ends; a request is worth
//!                                           PRICE seconds of lag
//! wait kinds JOBS LIMIT PRICE               a strategy that also knows which jobs are videos
//! wait memory WAY JOBS                      bytes for each wait; WAY is group or handles
//! wait live JOBS SETTINGS                   the real client against the fake over loopback
//! ```
//!
//! `SETTINGS` is empty for the defaults; `REQUESTS` is the most requests in flight. After it, you can give a
//! poll policy as `SHORTEST_MS GROWTH_PERCENT LONGEST_MS`.
#![allow(missing_docs, unreachable_pub)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "figures for people, of thousands and millions"
)]

#[path = "wait/figures.rs"]
mod figures;
#[path = "wait/informed.rs"]
mod informed;
#[path = "wait/live.rs"]
mod live;
#[path = "wait/memory.rs"]
mod memory;
#[path = "wait/oracle.rs"]
mod oracle;
#[path = "wait/ours.rs"]
mod ours;
#[path = "wait/peers.rs"]
mod peers;
#[path = "wait/population.rs"]
mod population;
#[path = "wait/world.rs"]
mod world;

use std::{alloc::System, env, time::Duration};

use cap::Cap;

use crate::{figures::Figures, ours::Settings, peers::PEERS, world::World};

/// Counts the allocated bytes.
#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

const SEED: u64 = 20_261_123;

/// Of a hundred jobs, only five are later than the 95th percentile, so one population says little. For fewer
/// than 10,000 jobs, populations are drawn until they have 10,000 jobs together, but at most this many.
const MOST_POPULATIONS: u64 = 40;

fn main() {
    // `cargo test` and `cargo bench` pass flags of their own, and no work.
    let words: Vec<String> = env::args()
        .skip(1)
        .filter(|word| !word.starts_with("--"))
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["memory", way, jobs] => memory::run(way, number(jobs)),
        ["live", jobs, ref settings @ ..] => live::run(number(jobs), Settings::parse(settings)),
        [
            order @ ("ours" | "fifo"),
            jobs,
            limit,
            arriving,
            ref settings @ ..,
        ] => {
            let settings = Settings {
                first_in_first_out: order == "fifo",
                ..Settings::parse(settings)
            };
            simulate(jobs, limit, arriving, |world| {
                ours::run(world, settings, number(arriving))
            });
        }
        [name @ ("law" | "kinds"), jobs, limit, price] => {
            simulate(jobs, limit, "0", |world| {
                informed::run(world, number(price), name == "kinds")
            });
        }
        ["oracle", jobs, limit, arriving] => {
            simulate(jobs, limit, arriving, |world| {
                oracle::run(world, number(arriving))
            });
        }
        [name, jobs, limit, arriving] => {
            let peer = PEERS.into_iter().find(|peer| peer.name == name).unwrap();
            simulate(jobs, limit, arriving, |world| {
                peers::run(peer, world, number(arriving))
            });
        }
        _ => println!("nothing to do; run `cargo xtask bench wait`"),
    }
}

fn number<T: std::str::FromStr<Err: std::fmt::Debug>>(word: &str) -> T {
    word.parse().unwrap()
}

/// Runs a strategy on enough populations for reliable figures, and prints these.
fn simulate(jobs: &str, limit: &str, arriving: &str, run: impl Fn(World) -> Figures) {
    let (jobs, limit): (usize, u64) = (number(jobs), number(limit));
    let arriving = Duration::from_secs(number(arriving));
    let populations = (10_000 / jobs as u64).clamp(1, MOST_POPULATIONS);
    let figures = (SEED..SEED + populations).map(|seed| {
        let lives = population::draw(jobs, arriving, seed);
        run(World::new(lives, (limit > 0).then_some(limit), true, seed))
    });
    figures::print(&figures.reduce(Figures::and).unwrap());
}
