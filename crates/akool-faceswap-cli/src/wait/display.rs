//! Progress while jobs are waited for: bars on a terminal, an occasional line elsewhere.

mod bars;
mod remarks;

use std::{
    io::{self, IsTerminal as _},
    time::{Duration, Instant},
};

use akool_faceswap::wait::GroupProgress;

use self::{bars::Bars, remarks::Remarks};
use super::tally::{Jobs, Tally};
use crate::{
    output::{is_quiet, remark, write_amounts},
    verbosity::reason,
};

/// Progress on standard error.
pub(crate) enum Display {
    Bars(Bars),
    Remarks(Remarks),
}

/// The progress to show.
pub(crate) struct Situation<'a> {
    pub(crate) progress: &'a GroupProgress,
    pub(crate) tally: &'a Tally,
    /// How many files are in flight.
    pub(crate) downloading: usize,
}

impl Display {
    /// Bars if standard error is a terminal; otherwise lines, with at least the time `between` from one to the next.
    pub(crate) fn of_process(between: Duration) -> Self {
        let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        if io::stderr().is_terminal() && !is_dumb && !is_quiet() {
            Self::Bars(Bars::new())
        } else {
            Self::Remarks(Remarks::new(between))
        }
    }

    /// How often to call [`show`](Self::show).
    pub(crate) fn interval(&self) -> Duration {
        match self {
            Self::Bars(_) => Duration::from_millis(200),
            Self::Remarks(_) => Duration::from_secs(1),
        }
    }

    pub(crate) fn show(&mut self, situation: &Situation) {
        match self {
            Self::Bars(bars) => bars.show(situation),
            Self::Remarks(remarks) => {
                if let Some(line) = remarks.next(Instant::now(), situation) {
                    remark(|out| writeln!(out, "{line}"));
                }
            }
        }
    }

    /// Runs `write`, which prints to the terminal, while the bars are hidden.
    pub(crate) fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        match self {
            Self::Bars(bars) => bars.aside(write),
            Self::Remarks(_) => write(),
        }
    }

    /// Removes the bars.
    pub(crate) fn end(&self) {
        if let Self::Bars(bars) = self {
            bars.end();
        }
    }
}

impl Situation<'_> {
    fn total(&self) -> usize {
        self.tally.earlier + self.progress.total()
    }

    fn settled(&self) -> usize {
        self.tally.settled()
    }

    /// `12 in queue, 130 processing`: the jobs that are still waited for.
    fn pending(&self) -> String {
        let progress = self.progress;
        let counts = [
            (progress.unseen(), "not looked up yet"),
            (progress.in_queue(), "in queue"),
            (progress.processing(), "processing"),
            (progress.unknown(), "of unknown status"),
            (progress.missing(), "not known to AKOOL"),
            (self.downloading, "downloading"),
        ];
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = write_amounts(&mut text, "", counts);
        text
    }

    /// Why lookups fail, in one line.
    fn last_error(&self) -> Option<String> {
        let error = self.progress.last_error()?;
        Some(format!(
            "lookups of {} fail and are retried: {}",
            Jobs(self.progress.failing()),
            reason(error)
        ))
    }
}
