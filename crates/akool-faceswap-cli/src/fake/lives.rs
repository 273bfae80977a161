//! Made-up jobs that all settle within a given time, the same for the same seed.
//!
//! The ids follow from the seed too, so that a list of them is still valid after a restart. Their
//! first eight digits, in the vendor's ids the second of creation, are therefore always the same.

use std::time::Duration;

use akool_faceswap_mock::FakeJob;
use rand_pcg::{
    Pcg64Mcg,
    rand_core::{Rng as _, SeedableRng as _},
};

/// An endless series of jobs; images end in the first half of the time, videos later.
pub(crate) struct Lives {
    source: Pcg64Mcg,
    within: Duration,
    process: u64,
    number: u32,
}

/// One job, and what kind it is.
pub(crate) struct Life {
    pub(crate) job: FakeJob,
    pub(crate) is_video: bool,
}

impl Lives {
    /// All jobs have settled `within` this time after they were added.
    pub(crate) fn new(seed: u64, within: Duration) -> Self {
        let mut source = Pcg64Mcg::seed_from_u64(seed);
        let process = source.next_u64() >> 24;
        Self {
            source,
            within,
            process,
            number: 0,
        }
    }

    /// From 0 up to, not including, `end`.
    fn below(&mut self, end: u32) -> u32 {
        // Portable: integers alone.
        let product = u64::from(self.source.next_u32()) * u64::from(end);
        u32::try_from(product >> 32).unwrap_or(0)
    }
}

impl Iterator for Lives {
    type Item = Life;

    fn next(&mut self) -> Option<Life> {
        let is_video = self.below(10) < 3;
        let part = if is_video {
            300 + self.below(690)
        } else {
            50 + self.below(450)
        };
        let whole = self.within / 1000 * part;
        let queued = whole / 1000 * (100 + self.below(400));
        let job = if is_video {
            FakeJob::video()
        } else {
            FakeJob::image()
        };
        let job = job
            .after(queued, whole.saturating_sub(queued))
            .with_id(format!("667d2284{:010x}{:06x}", self.process, self.number));
        self.number = (self.number + 1) & 0x00ff_ffff;
        let is_failing = self.below(100) < 3;
        let job = if is_failing { job.failing() } else { job };
        Some(Life { job, is_video })
    }
}
