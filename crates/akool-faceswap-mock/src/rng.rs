//! Seeded random numbers that are the same on every platform.
//!
//! PCG's output is documented to be portable. It may change only with a new minor version of its
//! crate, which a test here would notice. The draws are implemented here, because those of general
//! random libraries change more often.

use rand_pcg::{
    Pcg64Mcg,
    rand_core::{Rng as _, SeedableRng as _},
};

/// A seeded random number generator.
#[derive(Clone)]
pub(crate) struct Rng(Pcg64Mcg);

impl Rng {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Pcg64Mcg::seed_from_u64(seed))
    }

    /// An independent generator, so that draws for one purpose do not shift those for another.
    pub(crate) fn split(&mut self) -> Self {
        Self::new(self.0.next_u64())
    }

    pub(crate) fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number from 0 up to, not including, `end`; 0 if `end` is 0.
    pub(crate) fn below(&mut self, end: u32) -> u32 {
        // The high half of a 32 by 32 bit product is always below `end`.
        let product = u64::from(self.0.next_u32()) * u64::from(end);
        u32::try_from(product >> 32).unwrap_or(0)
    }

    /// True in `percent` of a hundred draws.
    pub(crate) fn percent(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let end = u32::try_from(last + 1).unwrap_or(u32::MAX);
            items.swap(last, self.below(end) as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_stay_below_their_end() {
        let mut rng = Rng::new(1);
        let draws: Vec<u32> = (0..1000).map(|_| rng.below(7)).collect();
        assert!((0..7).all(|n| draws.contains(&n)));
        assert!(draws.iter().all(|&n| n < 7));
        assert_eq!(rng.below(0), 0);
    }

    #[test]
    fn a_shuffle_keeps_every_item() {
        let mut items: Vec<u32> = (0..50).collect();
        Rng::new(3).shuffle(&mut items);
        assert_ne!(items, (0..50).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..50).collect::<Vec<_>>());
    }

    /// Do not update these numbers: people note seeds down.
    #[test]
    fn a_seed_means_the_same_in_every_release() {
        let mut rng = Rng::new(7);
        let draws: Vec<u32> = (0..6).map(|_| rng.below(1000)).collect();
        assert_eq!(draws, [579, 117, 406, 384, 561, 331]);
    }
}
