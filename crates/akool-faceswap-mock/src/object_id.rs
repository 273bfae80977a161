//! Ids like the vendor's: 24 hex characters, of which the first eight are the time of creation in
//! seconds (`ObjectId`s of `MongoDB`).

use std::{
    fmt::Write as _,
    time::{SystemTime, UNIX_EPOCH},
};

use crate::rng::Rng;

/// Generates ids as one database process does: seconds, five random bytes of the process, a counter.
pub(crate) struct ObjectIds {
    process: u64,
    counter: u32,
}

impl ObjectIds {
    pub(crate) fn new(mut rng: Rng) -> Self {
        Self {
            process: rng.bits() >> 24,
            counter: rng.below(1 << 24),
        }
    }

    /// The next id; unique among 16,777,216 ids of the same second.
    pub(crate) fn next(&mut self, created_at: SystemTime) -> String {
        let seconds = created_at
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs() & 0xffff_ffff);
        self.counter = (self.counter + 1) & 0x00ff_ffff;
        let mut id = String::with_capacity(24);
        // Writing to a string cannot fail.
        let _ = write!(id, "{seconds:08x}{:010x}{:06x}", self.process, self.counter);
        id
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn an_id_starts_with_its_second_and_is_never_repeated() {
        let mut ids = ObjectIds::new(Rng::new(0));
        let created_at = UNIX_EPOCH + Duration::from_secs(0x667d_2284);
        let made: std::collections::BTreeSet<String> =
            (0..1000).map(|_| ids.next(created_at)).collect();
        assert_eq!(made.len(), 1000);
        for id in &made {
            assert_eq!(id.len(), 24);
            assert!(id.starts_with("667d2284"), "{id}");
            assert!(id.bytes().all(|b| b.is_ascii_hexdigit()), "{id}");
        }
    }
}
