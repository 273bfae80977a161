//! A summary of many outcomes in one line.

use std::fmt;

use akool_faceswap::{JobStatus, lookup::Outcome};

use super::write_amounts;

/// How many ids had which outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) in_queue: usize,
    pub(crate) processing: usize,
    pub(crate) success: usize,
    pub(crate) failed: usize,
    pub(crate) unknown: usize,
    pub(crate) missing: usize,
    pub(crate) errors: usize,
}

impl Counts {
    pub(crate) fn found(&self) -> usize {
        self.in_queue + self.processing + self.success + self.failed + self.unknown
    }

    /// Whether every id was found.
    pub(crate) fn is_complete(&self) -> bool {
        self.missing + self.errors == 0
    }
}

impl<'a> FromIterator<&'a Outcome> for Counts {
    fn from_iter<I: IntoIterator<Item = &'a Outcome>>(outcomes: I) -> Self {
        let mut counts = Self::default();
        for outcome in outcomes {
            *match outcome {
                Outcome::Found(job) => match job.status() {
                    JobStatus::InQueue => &mut counts.in_queue,
                    JobStatus::Processing => &mut counts.processing,
                    JobStatus::Success => &mut counts.success,
                    JobStatus::Failed => &mut counts.failed,
                    _ => &mut counts.unknown,
                },
                Outcome::Missing => &mut counts.missing,
                Outcome::Failed(_) => &mut counts.errors,
            } += 1;
        }
        counts
    }
}

/// `6 ids: 4 found (1 in queue, 3 success), 2 missing`; zero counts are omitted.
impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids = self.found() + self.missing + self.errors;
        let plural = if ids == 1 { "" } else { "s" };
        write!(f, "{ids} id{plural}: {} found", self.found())?;
        let statuses = [
            (self.in_queue, "in queue"),
            (self.processing, "processing"),
            (self.success, "success"),
            (self.failed, "failed"),
            (self.unknown, "of unknown status"),
        ];
        if write_amounts(f, " (", statuses)? {
            f.write_str(")")?;
        }
        if self.missing > 0 {
            write!(f, ", {} missing", self.missing)?;
        }
        if self.errors > 0 {
            write!(f, ", {} failed", self.errors)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_counts_are_omitted() {
        let one = Counts {
            success: 1,
            ..Counts::default()
        };
        assert_eq!(one.to_string(), "1 id: 1 found (1 success)");
        let all = Counts {
            in_queue: 1,
            processing: 2,
            success: 3,
            failed: 4,
            unknown: 5,
            missing: 6,
            errors: 7,
        };
        assert_eq!(
            all.to_string(),
            "28 ids: 15 found (1 in queue, 2 processing, 3 success, 4 failed, \
             5 of unknown status), 6 missing, 7 failed"
        );
        assert!(!all.is_complete());
        let none = Counts {
            missing: 2,
            ..Counts::default()
        };
        assert_eq!(none.to_string(), "2 ids: 0 found, 2 missing");
    }
}
