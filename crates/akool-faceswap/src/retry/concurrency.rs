//! How many lookups may be in flight at once: a limit that adapts to the server.
//!
//! Additive increase and multiplicative decrease (AIMD), as TCP does it, because it needs no model of the
//! server and lets clients that share an account converge to equal shares. The limit starts small, and grows
//! while it holds requests back and answers stay as fast as they were. A rate limit halves it. A ceiling just
//! below its last value is remembered: the limit returns to it, but exceeds it only from time to time, so that
//! few requests are refused.
//!
//! A single 503 says nothing about the load; when most answers are 503, it is treated as a rate limit.
//!
//! The same latencies show when a lookup of a wait hangs: the ids of a request that is never answered are
//! requested again after seconds, not after the whole attempt timeout.

use std::time::Duration;

use tokio::time::Instant;

/// The limit at first.
const INITIAL: f64 = 4.0;

/// How long the limit stays at its ceiling before it is raised for a test.
const PROBE_INTERVAL: Duration = Duration::from_secs(30);

/// A refusal lowers the ceiling to this share of the limit.
const LOWER: f64 = 0.9;

/// Refusals within this time count as one: their requests were in flight together.
const ONE_REFUSAL: Duration = Duration::from_secs(1);

/// Answers within this many seconds are fast, whatever the fastest was: between one and forty milliseconds the
/// difference is a delayed acknowledgement or a larger answer, not load.
const QUICK: f64 = 0.025;

/// Answers that take this many times the best latency stop the growth ...
const SLOW: f64 = 2.0;

/// ... and those that take this many times the best latency halve the limit.
const VERY_SLOW: f64 = 6.0;

/// From this share of 503 answers on, they count as a rate limit.
const MOSTLY: f64 = 0.5;

/// A lookup of a wait is given up after this many times the recent latency ...
const PATIENCE: f64 = 8.0;

/// ... but not before.
const SHORTEST_TIMEOUT: Duration = Duration::from_secs(3);

/// The weight of one answer in the moving averages.
const WEIGHT: f64 = 0.1;

#[derive(Debug)]
pub(crate) struct Concurrency {
    limit: f64,
    max: f64,
    /// From here on, the limit grows only once in every [`PROBE_INTERVAL`].
    ceiling: f64,
    changed: Option<Instant>,
    refused: Option<Instant>,
    /// The best latency so far and the recent average, in seconds.
    best: f64,
    latency: f64,
    unavailable: f64,
    timeouts: u32,
}

impl Concurrency {
    pub(crate) fn new(max: usize) -> Self {
        let max = f64::from(u32::try_from(max).unwrap_or(u32::MAX)).max(1.0);
        Self {
            limit: INITIAL.min(max),
            max,
            ceiling: f64::INFINITY,
            changed: None,
            refused: None,
            best: f64::INFINITY,
            latency: 0.0,
            unavailable: 0.0,
            timeouts: 0,
        }
    }

    pub(crate) fn limit(&self) -> usize {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is between 1 and the greatest u32"
        )]
        let limit = self.limit.round() as usize;
        limit.max(1)
    }

    /// Records an answer after `latency`. `is_saturated` says whether all permits were in use.
    pub(crate) fn succeeded(&mut self, latency: Duration, is_saturated: bool, now: Instant) {
        let latency = latency.as_secs_f64().max(QUICK);
        self.unavailable -= WEIGHT * self.unavailable;
        self.timeouts = 0;
        self.best = self.best.min(latency);
        if self.latency == 0.0 {
            self.latency = latency;
        }
        self.latency += WEIGHT * (latency - self.latency);
        if self.latency > VERY_SLOW * self.best {
            self.latency = self.best;
            // Permanent slowness is not a sign of load.
            self.best *= SLOW;
            self.refused(now);
            return;
        }
        if !is_saturated || self.latency > SLOW * self.best {
            return;
        }
        if self.ceiling.is_infinite() {
            // Nothing is known yet: double with each round trip.
            self.limit += 1.0;
        } else if self.limit < self.ceiling {
            self.limit += 1.0 / self.limit;
        } else if self.changed.is_none_or(|at| at + PROBE_INTERVAL <= now) {
            self.limit += 1.0;
            self.ceiling = self.limit;
            self.changed = Some(now);
        }
        self.limit = self.limit.min(self.max);
    }

    /// How long a lookup that is retried anyway may take, judged by earlier lookups; `None` before the first
    /// answer. It doubles with each timeout in a row, so that a slow server can answer in the end.
    pub(crate) fn timeout(&self) -> Option<Duration> {
        if self.latency == 0.0 {
            return None;
        }
        let usual = Duration::from_secs_f64(PATIENCE * self.latency).max(SHORTEST_TIMEOUT);
        Some(usual.saturating_mul(1 << self.timeouts.min(10)))
    }

    /// Records a request that got no answer in time.
    pub(crate) fn timed_out(&mut self) {
        self.timeouts = self.timeouts.saturating_add(1);
    }

    /// Records that the server refused a request because there were too many.
    pub(crate) fn refused(&mut self, now: Instant) {
        if self.refused.is_some_and(|at| now < at + ONE_REFUSAL) {
            return;
        }
        self.refused = Some(now);
        self.changed = Some(now);
        // By a share and not by one, so that of two clients the larger gives way to the smaller.
        self.ceiling = (self.limit - 1.0).min(LOWER * self.limit).max(1.0);
        self.limit = (self.limit / 2.0).max(1.0);
    }

    /// Records that the server was not available.
    pub(crate) fn unavailable(&mut self, now: Instant) {
        self.unavailable += WEIGHT * (1.0 - self.unavailable);
        if self.unavailable > MOSTLY {
            self.unavailable = 0.0;
            self.refused(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LATENCY: Duration = Duration::from_millis(150);

    /// Runs clients for `seconds` against a server that accepts `rate` requests a second, all with as many
    /// requests in flight as their limits allow. Returns the rate of each at the end, and the share of refused
    /// requests.
    fn run(clients: &mut [Concurrency], rate: f64, seconds: u32) -> (Vec<f64>, f64) {
        let begun = Instant::now();
        let (mut tokens, mut sent, mut refused) = (rate, 0.0, 0.0);
        let mut answered = vec![0.0; clients.len()];
        let rounds = seconds * 1000 / 150;
        let mut held = vec![begun; clients.len()];
        for round in 0..rounds {
            let now = begun + LATENCY * round;
            tokens = (tokens + rate * 0.15).min(rate);
            let number = clients.len();
            for turn in 0..number {
                // Takes turns, so that no client is always first.
                let n = (turn + round as usize) % number;
                let client = &mut clients[n];
                if held[n] > now {
                    continue;
                }
                for _ in 0..client.limit() {
                    sent += 1.0;
                    if tokens >= 1.0 {
                        tokens -= 1.0;
                        client.succeeded(LATENCY, true, now);
                        if round > rounds / 2 {
                            answered[n] += 2.0 / f64::from(seconds);
                        }
                    } else {
                        refused += 1.0;
                        client.refused(now);
                        // As the throttle does.
                        held[n] = now + Duration::from_secs(1);
                    }
                }
            }
        }
        (answered, refused / sent)
    }

    #[test]
    fn it_converges_below_a_limit_and_stays() {
        for rate in [10.0, 50.0, 200.0] {
            let mut client = [Concurrency::new(64)];
            let (rates, refused) = run(&mut client, rate, 3600);
            assert!(rates[0] > 0.6 * rate, "{} of {rate}", rates[0]);
            assert!(refused < 0.01, "{refused} of {rate}");
        }
    }

    #[test]
    fn two_clients_share_a_limit_fairly() {
        let mut clients = [Concurrency::new(64), Concurrency::new(64)];
        // The second begins with more than its share.
        clients[1].limit = 40.0;
        let (rates, refused) = run(&mut clients, 100.0, 3600);
        let share = rates[0] / (rates[0] + rates[1]);
        assert!((0.3..0.7).contains(&share), "{rates:?}");
        assert!(refused < 0.01, "{refused}");
    }

    #[test]
    fn it_grows_only_while_it_holds_requests_back_and_answers_are_quick() {
        let now = Instant::now();
        let mut idle = Concurrency::new(64);
        let mut free = Concurrency::new(64);
        let mut bounded = Concurrency::new(3);
        let mut slow = Concurrency::new(64);
        for n in 0..1000 {
            idle.succeeded(LATENCY, false, now);
            free.succeeded(LATENCY, true, now);
            bounded.succeeded(LATENCY, true, now);
            slow.succeeded(if n < 10 { LATENCY } else { 3 * LATENCY }, true, now);
        }
        assert_eq!((idle.limit(), free.limit(), bounded.limit()), (4, 64, 3));
        assert!(slow.limit() < 32, "{}", slow.limit());
    }

    /// <https://github.com/Netflix/concurrency-limits/issues/34>
    #[test]
    fn answers_within_milliseconds_are_no_sign_of_load() {
        let now = Instant::now();
        let mut client = Concurrency::new(64);
        for n in 0..1000 {
            let latency = if n % 4 == 0 { 1 } else { 44 };
            client.succeeded(Duration::from_millis(latency), true, now);
            assert!(client.limit() >= 4, "{} after {n}", client.limit());
        }
        assert_eq!(client.limit(), 64);
    }

    #[test]
    fn the_timeout_of_a_lookup_follows_from_the_usual_latency() {
        let mut client = Concurrency::new(4);
        assert_eq!(client.timeout(), None);
        client.succeeded(LATENCY, false, Instant::now());
        assert_eq!(client.timeout(), Some(SHORTEST_TIMEOUT));
        client.timed_out();
        client.timed_out();
        assert_eq!(client.timeout(), Some(4 * SHORTEST_TIMEOUT));
        let mut slow = Concurrency::new(4);
        slow.succeeded(Duration::from_secs(2), false, Instant::now());
        assert_eq!(slow.timeout(), Some(Duration::from_secs(16)));
    }

    #[test]
    fn a_few_503_change_nothing_and_many_halve_it() {
        let now = Instant::now();
        let mut client = Concurrency::new(64);
        for n in 0..1000 {
            if n % 20 == 0 {
                client.unavailable(now);
            } else {
                client.succeeded(LATENCY, true, now);
            }
        }
        assert_eq!(client.limit(), 64);
        for _ in 0..20 {
            client.unavailable(now);
        }
        assert_eq!(client.limit(), 32);
    }

    #[test]
    fn slow_answers_stop_the_growth_and_very_slow_ones_halve_it() {
        let now = Instant::now();
        let mut client = Concurrency::new(64);
        client.succeeded(LATENCY, true, now);
        assert_eq!(client.limit(), 5);
        // The mean is 0.34 s, more than twice the best.
        client.succeeded(Duration::from_secs(2), true, now);
        assert_eq!(client.limit(), 5);
        // 1.3 s, more than six times the best.
        client.succeeded(Duration::from_secs(10), true, now);
        assert_eq!(client.limit(), 3);
        // Permanent slowness is not a sign of load.
        client.succeeded(2 * LATENCY, true, now);
        client.succeeded(2 * LATENCY, true, now);
        client.succeeded(2 * LATENCY, true, now);
        assert_eq!(client.limit(), 4);
    }

    #[test]
    fn after_a_refusal_it_grows_quickly_to_nine_tenths_of_what_was_refused() {
        let now = Instant::now();
        let mut client = Concurrency::new(64);
        for _ in 0..60 {
            client.succeeded(LATENCY, true, now);
        }
        assert_eq!(client.limit(), 64);
        client.refused(now);
        // It was in flight together with the first.
        client.refused(now);
        assert_eq!(client.limit(), 32);
        for _ in 0..10_000 {
            client.succeeded(LATENCY, true, now);
        }
        assert_eq!(client.limit(), 58);
        // From there on once in 30 s.
        for (seconds, limit) in [(29, 58), (30, 59), (59, 59), (60, 60)] {
            client.succeeded(LATENCY, true, now + Duration::from_secs(seconds));
            assert_eq!(client.limit(), limit, "{seconds} s");
        }
    }

    #[test]
    fn what_counts_is_which_part_of_the_answers_is_503() {
        let now = Instant::now();
        for (unavailable_of_three, limit) in [(1, 4), (2, 2)] {
            let mut client = Concurrency::new(4);
            for n in 0..60 {
                if n % 3 < unavailable_of_three {
                    client.unavailable(now);
                } else {
                    client.succeeded(LATENCY, false, now);
                }
            }
            assert_eq!(client.limit(), limit, "{unavailable_of_three} of 3");
        }
    }
}
