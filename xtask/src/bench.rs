//! `cargo xtask bench`: long measurements that a person runs, with the newest figures in
//! `BENCHMARKS.md`.
//!
//! Every figure is beside a peer's from the same run; what counts is the ratio.

mod build;
mod client;
mod fleet;
mod program;
mod report;
mod server;
mod wait;

use std::io;

use crate::{problem::Problem, tree::Tree};

/// What to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A lookup against `reqwest` and `serde_json` by hand.
    Client,
    /// What a project pays at build time for depending on the SDK.
    Build,
    /// Waiting for many jobs, simulated and live.
    Wait,
    /// The throughput of a fleet's stores, and the lag of its outcomes.
    Fleet,
}

/// Measures, and writes the figures to `BENCHMARKS.md`.
///
/// # Errors
///
/// If a program that it needs is missing or fails, or the file cannot be written.
pub fn run(tree: &Tree, subject: Subject, progress: &mut dyn io::Write) -> Result<(), Problem> {
    let section = match subject {
        Subject::Client => client::measure(tree, progress)?,
        Subject::Build => build::measure(tree, progress)?,
        Subject::Wait => wait::measure(tree, progress)?,
        Subject::Fleet => fleet::measure(tree, progress)?,
    };
    report::replace(tree, &section)
}
