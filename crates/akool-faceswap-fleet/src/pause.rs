//! How long to pause: after errors of the database, and after rate limits of the API.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

const FIRST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(5);

/// The first pause after a rate limit without Retry-After; doubled by each further one.
const FIRST_HOLD: Duration = Duration::from_secs(1);
const LONGEST_HOLD: Duration = Duration::from_secs(30);
/// The longest pause that the API may ask for.
const LONGEST_ASKED: Duration = Duration::from_secs(300);

/// Half fixed, half random: never too soon, never in step with other workers.
pub(crate) fn jittered(pause: Duration) -> Duration {
    pause / 2 + (pause / 2).mul_f64(fastrand::f64())
}

/// Pauses between attempts at the database: from 100 ms to 5 s.
#[derive(Debug, Default)]
pub(crate) struct Pauses(u32);

impl Pauses {
    pub(crate) fn next(&mut self) -> Duration {
        let pause = FIRST.saturating_mul(1 << self.0.min(10)).min(LONGEST);
        self.0 = self.0.saturating_add(1);
        jittered(pause)
    }
}

/// How long the lane is held after a rate limit, by the number of rate limits in a row.
#[derive(Debug, Default)]
pub(crate) struct Holds(Mutex<(u32, Option<Instant>)>);

impl Holds {
    /// Records a rate limit, with the pause that the API asked for, if any; returns the pause.
    pub(crate) fn engage(&self, asked: Option<Duration>) -> Duration {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (in_a_row, until) = &mut *state;
        let now = Instant::now();
        // Requests that were in flight together meet the same limit together.
        if until.is_none_or(|until| until <= now) {
            *in_a_row = in_a_row.saturating_add(1);
        }
        let doublings = in_a_row.saturating_sub(1).min(10);
        let own = jittered(FIRST_HOLD.saturating_mul(1 << doublings).min(LONGEST_HOLD));
        let hold = own.max(asked.unwrap_or_default().min(LONGEST_ASKED));
        *until = Some(now + hold);
        hold
    }

    /// Records a request that succeeded.
    pub(crate) fn release(&self) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.1.is_some_and(|until| until <= Instant::now()) {
            *state = (0, None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_a_ceiling() {
        let mut pauses = Pauses::default();
        for most in [100, 200, 400, 800, 1600, 3200, 5000, 5000] {
            let pause = pauses.next();
            let most = Duration::from_millis(most);
            assert!(pause >= most / 2 && pause <= most, "{pause:?} of {most:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn one_rate_limit_counts_once_however_many_requests_meet_it() {
        let holds = Holds::default();
        for _ in 0..5 {
            assert!(holds.engage(None) <= FIRST_HOLD);
        }
        tokio::time::advance(Duration::from_secs(2)).await;
        assert!(holds.engage(None) >= FIRST_HOLD);
        assert_eq!(
            holds.engage(Some(Duration::from_secs(20))),
            Duration::from_secs(20)
        );
        assert_eq!(holds.engage(Some(Duration::MAX)), LONGEST_ASKED);
        tokio::time::advance(Duration::from_secs(301)).await;
        holds.release();
        assert!(holds.engage(None) <= FIRST_HOLD);
    }
}
