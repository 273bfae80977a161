//! How all waits together ended, and the exit code for it.

use std::fmt;

use super::settlement::{End, Fate, Settlement};
use crate::{exit::Exit, output::write_amounts};

/// How many jobs ended in which way, in this run and those before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) success: usize,
    pub(crate) failed: usize,
    pub(crate) missing: usize,
    pub(crate) late: usize,
    pub(crate) faults: usize,
    /// Of those settled, how many had settled in earlier runs.
    pub(crate) earlier: usize,
    /// Whether the API said anything about any job.
    is_anything_known: bool,
}

impl Tally {
    /// Counts what an earlier run had settled.
    pub(crate) fn count_earlier(&mut self, end: End) {
        self.earlier += 1;
        self.is_anything_known = true;
        self.count(Fate::Settled(end));
    }

    pub(crate) fn count_settlement(&mut self, settlement: &Settlement) {
        self.is_anything_known |= settlement.is_anything_known();
        self.count(settlement.fate());
    }

    fn count(&mut self, fate: Fate) {
        *match fate {
            Fate::Settled(End::Success) => &mut self.success,
            Fate::Settled(End::Failed) => &mut self.failed,
            Fate::Settled(End::Missing) => &mut self.missing,
            Fate::Late => &mut self.late,
            Fate::Fault => &mut self.faults,
        } += 1;
    }

    pub(crate) fn settled(&self) -> usize {
        self.success + self.failed + self.missing
    }

    /// All that have ended.
    pub(crate) fn all(&self) -> usize {
        self.settled() + self.late + self.faults
    }

    /// Whether waits have ended, and the API said nothing about any of their jobs.
    pub(crate) fn is_nothing_known(&self) -> bool {
        self.late + self.faults > 0 && !self.is_anything_known
    }

    /// The code, from the most to the least urgent: no job could be looked up; running again resumes; some jobs have no
    /// result.
    pub(crate) fn exit(&self) -> Exit {
        if self.is_nothing_known() {
            Exit::Failure
        } else if self.late > 0 {
            Exit::DeadlinePassed
        } else if self.failed + self.missing + self.faults > 0 {
            Exit::Incomplete
        } else {
            Exit::Complete
        }
    }
}

/// `248 success, 2 failed`; zero counts are omitted.
impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ends = [
            (self.success, "success"),
            (self.failed, "failed"),
            (self.missing, "missing"),
            (self.late, "not settled in time"),
            (self.faults, "lookup failed"),
        ];
        if !write_amounts(f, "", ends)? {
            f.write_str("none settled yet")?;
        }
        if self.earlier > 0 {
            write!(f, " ({} of them settled in earlier runs)", self.earlier)?;
        }
        Ok(())
    }
}

/// `1 job`, `500 jobs`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Jobs(pub(crate) usize);

impl fmt::Display for Jobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.0 == 1 { "" } else { "s" };
        write!(f, "{} job{plural}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(success: usize, failed: usize, missing: usize, late: usize, faults: usize) -> Tally {
        Tally {
            success,
            failed,
            missing,
            late,
            faults,
            earlier: 0,
            is_anything_known: success + failed + missing > 0,
        }
    }

    #[test]
    fn the_most_urgent_code_wins() {
        for (tally, code) in [
            (tally(1, 0, 0, 0, 0), 0),
            (tally(0, 0, 0, 0, 0), 0),
            (tally(0, 0, 0, 1, 1), 1),
            (tally(1, 1, 0, 0, 0), 3),
            (tally(1, 0, 1, 0, 0), 3),
            (tally(1, 0, 0, 0, 1), 3),
            (tally(1, 0, 0, 1, 0), 4),
            (tally(1, 1, 1, 1, 1), 4),
        ] {
            assert_eq!(tally.exit().code(), code, "{tally:?}");
        }
        let seen = Tally {
            is_anything_known: true,
            ..tally(0, 0, 0, 1, 0)
        };
        assert_eq!(seen.exit(), Exit::DeadlinePassed);
    }

    #[test]
    fn earlier_runs_count() {
        let mut tally = Tally::default();
        assert_eq!(tally.to_string(), "none settled yet");
        tally.count_earlier(End::Success);
        tally.count_earlier(End::Failed);
        assert_eq!(
            tally.to_string(),
            "1 success, 1 failed (2 of them settled in earlier runs)"
        );
        assert_eq!(tally.exit(), Exit::Incomplete);
    }
}
