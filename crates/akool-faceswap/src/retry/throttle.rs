//! Slows a whole client down after a rate limit.
//!
//! 1005 and HTTP 429 are about the account, not about one request: if the other tasks continued, each
//! would run into the same limit and prolong it. So one such answer holds every request of the client
//! back, the next one for longer, until requests succeed again.
//!
//! It also paces lookups if a pace is set: at most that many a second, evenly spaced.

use std::{
    num::NonZeroU32,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use crate::retry::Jitter;

/// The first pause, if the server does not say how long; doubled by each further rate limit.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause that the throttle chooses itself.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Replaces a delay that no clock can express.
const LONGEST_DELAY: Duration = Duration::from_secs(365 * 24 * 60 * 60);

#[derive(Debug, Default)]
pub(crate) struct Throttle {
    state: Mutex<State>,
    /// The least time between two lookups, if there is a pace.
    pace: Option<Duration>,
    /// Held by the lookup that is sent next: first come, first served.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct State {
    until: Option<Instant>,
    rate_limits_in_a_row: u32,
    /// When the pace allows the next lookup.
    next_lookup: Option<Instant>,
}

impl Throttle {
    /// With at most this many lookups a second.
    pub(crate) fn new(lookups_per_second: Option<NonZeroU32>) -> Self {
        Self {
            pace: lookups_per_second.map(|most| Duration::from_secs(1) / most.get()),
            ..Self::default()
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Holds the client back after a rate limit; `asked` is what the server asked for.
    pub(crate) fn engage(&self, asked: Option<Duration>, jitter: &Jitter) {
        let now = Instant::now();
        let mut state = self.lock();
        // Requests that were in flight together hit the same limit together: that is one rate limit,
        // not several in a row.
        let is_new = state.until.is_none_or(|until| until <= now);
        if is_new {
            state.rate_limits_in_a_row = state.rate_limits_in_a_row.saturating_add(1);
        }
        let doublings = state.rate_limits_in_a_row.saturating_sub(1).min(31);
        let own = FIRST_PAUSE
            .saturating_mul(1 << doublings)
            .min(LONGEST_PAUSE);
        // Half fixed, half drawn: never too soon, never in step with other clients.
        let own = own / 2 + jitter.up_to(own / 2);
        let pause = asked.unwrap_or_default().max(own);
        let until = now
            .checked_add(pause)
            .unwrap_or_else(|| now + LONGEST_DELAY);
        if state.until.is_none_or(|held| held < until) && (is_new || asked.is_some()) {
            state.until = Some(until);
        }
    }

    /// Records a success, which resets the throttle once its pause is over.
    pub(crate) fn release(&self) {
        let mut state = self.lock();
        if state.until.is_none_or(|until| until <= Instant::now()) {
            state.until = None;
            state.rate_limits_in_a_row = 0;
        }
    }

    /// Until when requests are held back, if they are.
    pub(crate) fn held_until(&self) -> Option<Instant> {
        let state = self.lock();
        state.until.filter(|until| *until > Instant::now())
    }

    /// Whether lookups are kept to a pace.
    pub(crate) fn has_pace(&self) -> bool {
        self.pace.is_some()
    }

    /// Until when lookups are held back, by a rate limit or by the pace.
    pub(crate) fn lookups_held_until(&self) -> Option<Instant> {
        let state = self.lock();
        state
            .until
            .max(state.next_lookup)
            .filter(|until| *until > Instant::now())
    }

    /// Waits for a lookup's turn. Cancel-safe: a dropped future takes no turn.
    pub(crate) async fn wait_for_lookup(&self) {
        let Some(pace) = self.pace else {
            return self.wait().await;
        };
        let _turn = self.turn.lock().await;
        while let Some(until) = self.lookups_held_until() {
            tokio::time::sleep_until(until).await;
        }
        self.lock().next_lookup = Some(Instant::now() + pace);
    }

    /// Waits until requests may go out. Cancel-safe: it holds nothing.
    pub(crate) async fn wait(&self) {
        // The throttle may be engaged again while this sleeps.
        while let Some(until) = self.held_until() {
            tokio::time::sleep_until(until).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held_for(throttle: &Throttle) -> Duration {
        throttle
            .held_until()
            .map_or(Duration::ZERO, |until| until - Instant::now())
    }

    fn jitter() -> Jitter {
        Jitter::new(Some(3))
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_doubles_until_a_request_gets_through() {
        let throttle = Throttle::default();
        for expected in [1, 2, 4, 8, 16, 30, 30] {
            throttle.engage(None, &jitter());
            let held = held_for(&throttle).as_secs_f64();
            let expected = f64::from(expected);
            assert!(
                (expected / 2.0..=expected).contains(&held),
                "{held} of {expected}"
            );
            throttle.wait().await;
            assert_eq!(held_for(&throttle), Duration::ZERO);
        }
        throttle.release();
        throttle.engage(None, &jitter());
        assert!(held_for(&throttle) <= FIRST_PAUSE);
    }

    #[tokio::test(start_paused = true)]
    async fn the_servers_own_delay_is_kept() {
        let throttle = Throttle::default();
        throttle.engage(Some(Duration::from_secs(17)), &jitter());
        assert_eq!(held_for(&throttle), Duration::from_secs(17));
        // A shorter one heard later does not shorten it.
        throttle.engage(Some(Duration::from_secs(2)), &jitter());
        assert_eq!(held_for(&throttle), Duration::from_secs(17));
        throttle.engage(Some(Duration::from_secs(20)), &jitter());
        assert_eq!(held_for(&throttle), Duration::from_secs(20));
    }

    #[tokio::test(start_paused = true)]
    async fn lookups_keep_to_a_pace_in_the_order_in_which_they_came() {
        let begun = Instant::now();
        let throttle = Throttle::new(NonZeroU32::new(4));
        let sent = Mutex::new(Vec::new());
        let lookups = (0..6).map(|n| {
            let (throttle, sent) = (&throttle, &sent);
            async move {
                throttle.wait_for_lookup().await;
                sent.lock().unwrap().push((n, begun.elapsed().as_millis()));
            }
        });
        // One that gives up takes no turn.
        let dropped = tokio::time::timeout(Duration::from_millis(300), async {
            throttle.wait_for_lookup().await;
            throttle.wait_for_lookup().await;
            throttle.wait_for_lookup().await;
        });
        assert!(dropped.await.is_err());
        futures_util::future::join_all(lookups).await;
        let expected = [500, 750, 1_000, 1_250, 1_500, 1_750];
        assert_eq!(
            *sent.lock().unwrap(),
            (0..6).zip(expected).collect::<Vec<_>>()
        );
        // A rate limit holds back longer, and none of those held back goes out at once with another.
        throttle.engage(Some(Duration::from_secs(10)), &jitter());
        throttle.wait_for_lookup().await;
        throttle.wait_for_lookup().await;
        assert_eq!(begun.elapsed(), Duration::from_secs(12));
    }

    #[tokio::test(start_paused = true)]
    async fn an_endless_delay_is_cut_to_a_year() {
        let throttle = Throttle::default();
        throttle.engage(Some(Duration::MAX), &jitter());
        assert_eq!(held_for(&throttle), Duration::from_secs(31_536_000));
    }

    #[tokio::test(start_paused = true)]
    async fn answers_to_requests_that_were_in_flight_count_once() {
        let throttle = Throttle::default();
        for _ in 0..10 {
            throttle.engage(None, &jitter());
        }
        assert!(held_for(&throttle) <= FIRST_PAUSE);
    }

    #[tokio::test(start_paused = true)]
    async fn a_success_that_was_in_flight_does_not_release_it() {
        let throttle = Throttle::default();
        throttle.engage(Some(Duration::from_secs(5)), &jitter());
        throttle.release();
        assert_eq!(held_for(&throttle), Duration::from_secs(5));
    }

    #[tokio::test(start_paused = true)]
    async fn waiting_lasts_as_long_as_the_throttle_holds() {
        let throttle = Throttle::default();
        let begun = Instant::now();
        throttle.engage(Some(Duration::from_secs(5)), &jitter());
        let extend = async {
            tokio::time::sleep(Duration::from_secs(3)).await;
            throttle.engage(Some(Duration::from_secs(6)), &jitter());
        };
        tokio::join!(throttle.wait(), extend);
        assert_eq!(begun.elapsed(), Duration::from_secs(9));
    }
}
