//! Progress lines for a log: when something has changed, and not too often.

use std::time::{Duration, Instant};

use super::Situation;
use crate::wait::settlement::whole;

/// Decides when a line is due.
#[derive(Debug)]
pub(crate) struct Remarks {
    between: Duration,
    /// When the last line was written, and what it said.
    last: Option<(Instant, Said)>,
}

/// What makes a new line worthwhile; how long anything has taken does not.
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
        if progress.unseen == progress.total && progress.last_error.is_none() {
            // Before the first answer nothing is known.
            return None;
        }
        let said = Said {
            settled: situation.settled(),
            pending: situation.pending(),
            last_error: situation.last_error(),
        };
        if let Some((at, last)) = &self.last
            && (*last == said || now.duration_since(*at) < self.between)
        {
            return None;
        }
        if said.pending.is_empty() {
            return None;
        }
        let mut line = format!(
            "{} of {} settled; {}",
            said.settled,
            situation.total(),
            said.pending
        );
        if let Some((id, waited)) = &progress.oldest {
            line = format!("{line}; oldest {id}, waited {}", whole(*waited));
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

    fn line(
        remarks: &mut Remarks,
        now: Instant,
        in_queue: usize,
        processing: usize,
    ) -> Option<String> {
        let mut progress = GroupProgress::default();
        progress.total = 3;
        progress.unseen = 3 - in_queue - processing;
        progress.in_queue = in_queue;
        progress.processing = processing;
        let situation = Situation {
            progress: &progress,
            tally: &Tally::default(),
            downloading: 0,
        };
        remarks.next(now, &situation)
    }

    #[test]
    fn a_line_comes_with_a_change_and_at_most_every_ten_seconds() {
        let mut remarks = Remarks::new(Duration::from_secs(10));
        let start = Instant::now();
        let after = |seconds| start + Duration::from_secs(seconds);
        assert_eq!(line(&mut remarks, after(0), 0, 0), None);
        assert_eq!(
            line(&mut remarks, after(1), 3, 0).unwrap(),
            "0 of 3 settled; 3 in queue"
        );
        assert_eq!(line(&mut remarks, after(2), 2, 1), None);
        assert_eq!(
            line(&mut remarks, after(11), 2, 1).unwrap(),
            "0 of 3 settled; 2 in queue, 1 processing"
        );
        assert_eq!(line(&mut remarks, after(60), 2, 1), None);
    }
}
