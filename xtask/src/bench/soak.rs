//! `cargo xtask soak`: waits come and go under faults for a set time, and nothing is lost.

use std::io;

use serde::Deserialize;

use super::{
    program::{self, say},
    report::{self, Section, thousands},
};
use crate::{problem::Problem, tree::Tree};

#[derive(Debug, Deserialize)]
struct Report {
    begun: u64,
    settled: u64,
    timed_out: u64,
    shut_down: u64,
    dropped: u64,
    resumed: u64,
    lookups: u64,
    hints: u64,
    requests: u64,
    faulty_requests: u64,
    live_bytes_after_warm_up: f64,
    live_bytes_at_end: f64,
    live_bytes_left: f64,
    resident_bytes_after_warm_up: f64,
    resident_bytes_at_end: f64,
    violations: u64,
    problems: Vec<String>,
}

/// Runs the soak, and writes its figures to `BENCHMARKS.md` if all was as it has to be.
///
/// # Errors
///
/// If the program does not build, or anything was lost, doubled, asked for in vain or left behind.
pub fn soak(tree: &Tree, seconds: u32, progress: &mut dyn io::Write) -> Result<(), Problem> {
    let program = program::build(tree, "soak", Some("testing"), progress)?;
    say(progress, &format!("soaking for {seconds} s"));
    let output = program::start(&program, &[&seconds.to_string()])?;
    let said = program::printed(&output);
    let Ok(report) = serde_json::from_str::<Report>(&said) else {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(Problem::new(format!("the soak did not end well:\n{said}")));
    };
    if !output.status.success() || !report.problems.is_empty() || report.violations > 0 {
        return Err(Problem::new(format!(
            "the soak found {} violations:\n{}",
            report.violations,
            report.problems.join("\n")
        )));
    }
    let circumstances = format!("{} {}", report::circumstances()?, report::load());
    report::replace(tree, &section(&report, seconds, &circumstances))
}

fn section(report: &Report, seconds: u32, circumstances: &str) -> Section {
    let megabytes = |bytes: f64| bytes / 1e6;
    let body = format!(
        "`cargo xtask soak --seconds {seconds}`: {circumstances}\n\n\
         1,024 tasks on two threads wait in eleven ways, drawn by chance, on an in-process server \
         of which 8 % of the answers go wrong (503, broken and refused connections, half an answer, \
         none, rate limits). Every outcome is held against the job's true end, every request against \
         who wants its ids at that moment.\n\n\
         - {} waits begun, {} of them resumed from tickets: {} settled, {} past their deadline, {} shut \
         down, {} dropped; each ended exactly once. {} single lookups, {} hints.\n\
         - {} requests, {} of them faulty; none for an id that nobody waited for beyond the one \
         under way.\n\
         - Live memory {:.2} MB after the warm-up, {:.2} MB at the end, and {:.0} bytes once all clients \
         were gone; resident {:.1} MB and {:.1} MB. No task was left.",
        thousands(report.begun),
        thousands(report.resumed),
        thousands(report.settled),
        thousands(report.timed_out),
        thousands(report.shut_down),
        thousands(report.dropped),
        thousands(report.lookups),
        thousands(report.hints),
        thousands(report.requests),
        thousands(report.faulty_requests),
        megabytes(report.live_bytes_after_warm_up),
        megabytes(report.live_bytes_at_end),
        report.live_bytes_left,
        megabytes(report.resident_bytes_after_warm_up),
        megabytes(report.resident_bytes_at_end),
    );
    Section {
        title: "Soak",
        body,
    }
}
