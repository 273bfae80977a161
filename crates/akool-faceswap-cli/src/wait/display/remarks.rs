//! Progress lines for a log: when something has changed, and not too often.

use std::time::{Duration, Instant};

use akool_faceswap::ResultId;

use super::Situation;
use crate::wait::settlement::whole;

/// Decides when a line is due.
#[derive(Debug)]
pub(crate) struct Remarks {
    between: Duration,
    /// When the last line was written, and what it said.
    last: Option<(Instant, Said)>,
}

/// The content whose change makes a new line worthwhile; elapsed time alone does not.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Said {
    settled: usize,
    pending: String,
    last_error: Option<String>,
}

impl Remarks {
    pub(super) fn new(between: Duration) -> Self {
        Self {
            between,
            last: None,
        }
    }

    /// The line that is due at `now`, if any.
    pub(super) fn next(&mut self, now: Instant, situation: &Situation) -> Option<String> {
        let progress = situation.progress;
        if progress.unseen() == progress.total() && progress.last_error().is_none() {
            // Before the first answer nothing is known.
            return None;
        }
        let said = Said {
            settled: situation.settled(),
            pending: situation.pending(),
            last_error: situation.last_error(),
        };
        self.line(now, said, situation.total(), progress.oldest())
    }

    fn line(
        &mut self,
        now: Instant,
        said: Said,
        total: usize,
        oldest: Option<(&ResultId, Duration)>,
    ) -> Option<String> {
        if let Some((at, last)) = &self.last
            && (*last == said || now.duration_since(*at) < self.between)
        {
            return None;
        }
        if said.pending.is_empty() {
            return None;
        }
        let mut line = format!("{} of {total} settled; {}", said.settled, said.pending);
        if let Some((id, waited)) = oldest {
            line = format!("{line}; oldest {id}, waited {}", whole(waited));
        }
        if let Some(error) = &said.last_error {
            line = format!("{line}; {error}");
        }
        self.last = Some((now, said));
        Some(line)
    }
}

#[cfg(test)]
mod tests {
    use akool_faceswap::wait::GroupProgress;

    use super::*;
    use crate::wait::tally::Tally;

    fn line(remarks: &mut Remarks, now: Instant, pending: &str) -> Option<String> {
        let said = Said {
            settled: 0,
            pending: pending.to_owned(),
            last_error: None,
        };
        remarks.line(now, said, 3, None)
    }

    #[test]
    fn a_line_comes_with_a_change_and_at_most_every_ten_seconds() {
        let mut remarks = Remarks::new(Duration::from_secs(10));
        let start = Instant::now();
        let after = |seconds| start + Duration::from_secs(seconds);
        assert_eq!(
            line(&mut remarks, after(1), "3 in queue").unwrap(),
            "0 of 3 settled; 3 in queue"
        );
        let next = "2 in queue, 1 processing";
        assert_eq!(line(&mut remarks, after(2), next), None);
        assert_eq!(
            line(&mut remarks, after(11), next).unwrap(),
            "0 of 3 settled; 2 in queue, 1 processing"
        );
        assert_eq!(line(&mut remarks, after(60), next), None);
    }

    #[test]
    fn before_the_first_answer_there_is_no_line() {
        let situation = Situation {
            progress: &GroupProgress::default(),
            tally: &Tally::default(),
            downloading: 0,
        };
        let mut remarks = Remarks::new(Duration::ZERO);
        assert_eq!(remarks.next(Instant::now(), &situation), None);
    }
}
