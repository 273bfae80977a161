//! How many retries all clones of a client may make together.
//!
//! When a server fails for everyone, retries multiply the load just when it hurts. So all retries are
//! paid from one budget, which successes refill: while most requests succeed it is never empty, and
//! when most fail it soon is.

use std::sync::atomic::{AtomicU32, Ordering};

/// A full budget: a hundred retries.
const CAPACITY: u32 = 500;
/// The cost of a retry.
const COST: u32 = 5;
/// The cost of a retry after a timeout, which keeps a server busy the longest.
const TIMEOUT_COST: u32 = 10;
/// What a successful request refunds.
const REFUND: u32 = 1;

#[derive(Debug)]
pub(crate) struct Budget(AtomicU32);

impl Budget {
    pub(crate) fn new() -> Self {
        Self(AtomicU32::new(CAPACITY))
    }

    /// Pays for one retry; `false` if there is not enough left.
    pub(crate) fn withdraw(&self, after_timeout: bool) -> bool {
        let cost = if after_timeout { TIMEOUT_COST } else { COST };
        self.0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |held| {
                held.checked_sub(cost)
            })
            .is_ok()
    }

    /// How many retries it pays for now.
    pub(crate) fn retries_left(&self) -> u32 {
        self.0.load(Ordering::Relaxed) / COST
    }

    /// Refunds a little for a successful request.
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
    fn a_full_budget_pays_for_100_retries_or_50_after_timeouts() {
        for (after_timeout, expected) in [(false, 100), (true, 50)] {
            let budget = Budget::new();
            let paid = (0..1000).filter(|_| budget.withdraw(after_timeout)).count();
            assert_eq!(paid, expected);
        }
    }

    #[test]
    fn five_successes_pay_for_one_retry() {
        let budget = Budget::new();
        while budget.withdraw(false) {}
        for _ in 0..4 {
            budget.refund();
            assert!(!budget.withdraw(false));
        }
        budget.refund();
        assert_eq!(budget.retries_left(), 1);
        assert!(budget.withdraw(false));
        assert_eq!(budget.retries_left(), 0);
    }

    proptest! {
        #[test]
        fn it_never_exceeds_its_capacity(steps in prop::collection::vec(0u8..3, 0..2000)) {
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
