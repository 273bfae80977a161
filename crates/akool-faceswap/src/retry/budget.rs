//! How much repeating all clones of a client may do together.
//!
//! When a server fails for everyone, every caller repeating its request multiplies the load just
//! when it hurts. So repetitions are paid from one purse, which successes fill again: while most
//! requests succeed it is never empty, and when most fail it soon is.

use std::sync::atomic::{AtomicU32, Ordering};

/// What a full purse holds: a hundred repetitions.
const CAPACITY: u32 = 500;
/// What a repetition costs.
const COST: u32 = 5;
/// What a repetition after a timeout costs: it kept the server busy for longest.
const TIMEOUT_COST: u32 = 10;
/// What a successful request pays in.
const REFUND: u32 = 1;

#[derive(Debug)]
pub(crate) struct Budget(AtomicU32);

impl Budget {
    pub(crate) fn new() -> Self {
        Self(AtomicU32::new(CAPACITY))
    }

    /// Pays for one repetition; `false` if the purse does not hold enough.
    pub(crate) fn withdraw(&self, after_timeout: bool) -> bool {
        let cost = if after_timeout { TIMEOUT_COST } else { COST };
        self.0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |held| {
                held.checked_sub(cost)
            })
            .is_ok()
    }

    /// Pays in for a successful request.
    pub(crate) fn refund(&self) {
        let _ = self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |held| {
                (held < CAPACITY).then(|| (held + REFUND).min(CAPACITY))
            });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_full_purse_pays_for_a_hundred_repetitions_or_fifty_after_timeouts() {
        for (after_timeout, expected) in [(false, 100), (true, 50)] {
            let budget = Budget::new();
            let paid = (0..1000).filter(|_| budget.withdraw(after_timeout)).count();
            assert_eq!(paid, expected);
        }
    }

    #[test]
    fn five_successes_pay_for_one_repetition() {
        let budget = Budget::new();
        while budget.withdraw(false) {}
        for _ in 0..4 {
            budget.refund();
            assert!(!budget.withdraw(false));
        }
        budget.refund();
        assert!(budget.withdraw(false));
    }

    proptest! {
        #[test]
        fn it_never_holds_more_than_it_can(steps in prop::collection::vec(0u8..3, 0..2000)) {
            let budget = Budget::new();
            for step in steps {
                match step {
                    0 => { budget.withdraw(false); }
                    1 => { budget.withdraw(true); }
                    _ => budget.refund(),
                }
                prop_assert!(budget.0.load(Ordering::Relaxed) <= CAPACITY);
            }
        }
    }
}
