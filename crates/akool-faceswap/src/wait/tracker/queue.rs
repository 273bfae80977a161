//! The queue of due jobs, in lines: a line has jobs that look the same and were equally old when last seen.
//!
//! Within a line, the job that is due first is the most likely to have ended. So comparing the first job of
//! each line finds the one that is most worth a lookup.

use std::collections::BTreeSet;

use crate::wait::tracker::{
    Key, Timestamp,
    law::{AGES, KINDS, Seen},
};

const LINES: usize = 1 + KINDS * AGES;

/// One of the lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line(u8);

impl Line {
    /// Jobs that are needed now: for a single answer, a hint, a last look or a retry.
    pub(super) const URGENT: Self = Self(0);

    /// The line of jobs that look like this and were this old.
    pub(super) fn new(seen: Seen, step: usize) -> Self {
        let line = 1 + seen as usize * AGES + step.min(AGES - 1);
        // There are fewer lines than u8 can count.
        Self(u8::try_from(line).unwrap_or(0))
    }

    pub(super) fn all() -> impl Iterator<Item = Self> {
        (0..LINES).filter_map(|line| u8::try_from(line).ok().map(Self))
    }
}

#[derive(Debug)]
pub(super) struct DueQueue {
    lines: Vec<BTreeSet<(Timestamp, Key)>>,
    /// When the first job of each line is due, stored contiguously because these times are compared often.
    firsts: [Timestamp; LINES],
}

impl DueQueue {
    pub(super) fn new() -> Self {
        Self {
            lines: vec![BTreeSet::new(); LINES],
            firsts: [Timestamp::NEVER; LINES],
        }
    }

    pub(super) fn insert(&mut self, line: Line, due: Timestamp, job: Key) {
        let n = usize::from(line.0);
        self.lines[n].insert((due, job));
        self.firsts[n] = self.firsts[n].min(due);
    }

    pub(super) fn remove(&mut self, line: Line, due: Timestamp, job: Key) {
        let n = usize::from(line.0);
        self.lines[n].remove(&(due, job));
        if due <= self.firsts[n] {
            self.firsts[n] = self.first(line).map_or(Timestamp::NEVER, |(due, _)| due);
        }
    }

    /// The first of a line, and when it is due.
    pub(super) fn first(&self, line: Line) -> Option<(Timestamp, Key)> {
        self.lines[usize::from(line.0)].first().copied()
    }

    /// When the first of a line is due.
    pub(super) fn first_due(&self, line: Line) -> Timestamp {
        self.firsts[usize::from(line.0)]
    }

    /// The line whose first has been due the longest.
    pub(super) fn oldest(&self) -> Line {
        Line::all()
            .min_by_key(|line| self.first_due(*line))
            .unwrap_or(Line::URGENT)
    }

    /// A line, in the order of its times.
    pub(super) fn line(&self, line: Line) -> impl Iterator<Item = (Timestamp, Key)> {
        self.lines[usize::from(line.0)].iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_and_age_has_a_line_of_its_own() {
        let first = Line::new(Seen::Nothing, 0);
        let last = Line::new(Seen::Other, AGES - 1);
        assert_eq!((first, usize::from(last.0)), (Line(1), LINES - 1));
        assert_eq!(Line::new(Seen::Other, AGES + 5), last);
        assert_ne!(Line::new(Seen::Image, 3), Line::new(Seen::Video, 3));
        assert_eq!(Line::all().count(), LINES);
    }
}
