//! Whether a failed attempt is retried, and when: the one place that decides.

use std::time::Duration;

use tokio::time::Instant;

use crate::{
    error::{Error, ErrorKind},
    limits::deadline::Deadline,
    retry::{Jitter, RetryPolicy, budget::Budget, throttle::Throttle},
};

/// What a decision depends on besides the error.
pub(crate) struct Rules<'a> {
    pub(crate) policy: &'a RetryPolicy,
    pub(crate) jitter: &'a Jitter,
    /// Pays for the retry; `None` if it is already paid for.
    pub(crate) budget: Option<&'a Budget>,
    /// Holds rate limited requests back, so that no delay is added here; `None` if the request does not go to
    /// the API.
    pub(crate) throttle: Option<&'a Throttle>,
    pub(crate) deadline: Option<&'a Deadline>,
    /// Whether the request may be retried after the server may have processed it.
    pub(crate) is_idempotent: bool,
}

/// What happens after a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Another attempt after this delay.
    Retry(Duration),
    GiveUp(GiveUp),
}

/// Why there is no other attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GiveUp {
    /// Retrying does not help.
    Permanent,
    /// The server may have processed the request, which must not happen twice.
    MayHaveHappened,
    /// The policy allows no more attempts.
    Attempts,
    /// The next attempt would begin after the deadline.
    Deadline,
    /// The retry budget of all clones is used up.
    Budget,
}

impl GiveUp {
    /// A name for logs.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Permanent => "permanent",
            Self::MayHaveHappened => "may_have_happened",
            Self::Attempts => "attempts",
            Self::Deadline => "deadline",
            Self::Budget => "budget",
        }
    }
}

impl Rules<'_> {
    /// Decides after `attempts` attempts, the last of which failed with `error`.
    pub(crate) fn decide(&self, error: &Error, attempts: u32) -> Decision {
        if !error.is_retryable() {
            return Decision::GiveUp(GiveUp::Permanent);
        }
        // A rate limit is a refusal: nothing was done.
        let may_have_happened = error.may_have_reached_server() && !error.is_rate_limit();
        if !self.is_idempotent && may_have_happened {
            return Decision::GiveUp(GiveUp::MayHaveHappened);
        }
        if !self.policy.allows_another(attempts) {
            return Decision::GiveUp(GiveUp::Attempts);
        }
        // A rate limit throttles the whole client, so no further delay is added.
        let delay = if self.throttle.is_some() && error.is_rate_limit() {
            Duration::ZERO
        } else {
            self.policy
                .delay(attempts, error.retry_after(), self.jitter)
        };
        if !self.is_in_time(delay) {
            return Decision::GiveUp(GiveUp::Deadline);
        }
        // Paid last, so that nothing is paid for an attempt that is not made.
        let is_paid = self
            .budget
            .is_none_or(|budget| budget.withdraw(error.kind() == ErrorKind::Timeout));
        if is_paid {
            Decision::Retry(delay)
        } else {
            Decision::GiveUp(GiveUp::Budget)
        }
    }

    /// Whether the next attempt can begin before the deadline.
    fn is_in_time(&self, delay: Duration) -> bool {
        // A delay that no clock can express never ends.
        let Some(next) = Instant::now().checked_add(delay) else {
            return false;
        };
        let held = self.throttle.and_then(Throttle::held_until);
        let next = held.map_or(next, |until| until.max(next));
        self.deadline.is_none_or(|deadline| deadline.allows(next))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Timeout;

    const SECOND: Duration = Duration::from_secs(1);

    struct World {
        policy: RetryPolicy,
        jitter: Jitter,
        budget: Budget,
        throttle: Throttle,
        deadline: Deadline,
    }

    impl World {
        fn new(deadline: impl Into<Timeout>) -> Self {
            Self {
                policy: RetryPolicy::new(),
                jitter: Jitter::new(Some(1)),
                budget: Budget::new(),
                throttle: Throttle::default(),
                deadline: Deadline::after(deadline.into()),
            }
        }

        fn rules(&self) -> Rules<'_> {
            Rules {
                policy: &self.policy,
                jitter: &self.jitter,
                budget: Some(&self.budget),
                throttle: Some(&self.throttle),
                deadline: Some(&self.deadline),
                is_idempotent: true,
            }
        }
    }

    fn broken() -> Error {
        Error::new(ErrorKind::Transport, "").with_reached(true)
    }

    fn rate_limit() -> Error {
        Error::new(ErrorKind::Http, "")
            .with_http_status(http::StatusCode::TOO_MANY_REQUESTS)
            .with_reached(true)
    }

    #[tokio::test(start_paused = true)]
    async fn each_rule_gives_up_for_its_own_reason() {
        let world = World::new(60 * SECOND);
        let rules = world.rules();
        let give_up = Decision::GiveUp;
        let permanent = Error::new(ErrorKind::Redirect, "");
        assert_eq!(rules.decide(&permanent, 1), give_up(GiveUp::Permanent));
        assert_eq!(rules.decide(&broken(), 4), give_up(GiveUp::Attempts));
        assert!(matches!(rules.decide(&broken(), 3), Decision::Retry(_)));
        let late = broken().with_retry_after(Some(60 * SECOND));
        assert_eq!(rules.decide(&late, 1), give_up(GiveUp::Deadline));
        while world.budget.withdraw(false) {}
        assert_eq!(rules.decide(&broken(), 1), give_up(GiveUp::Budget));
        let paid = Rules {
            budget: None,
            ..world.rules()
        };
        assert!(matches!(paid.decide(&broken(), 1), Decision::Retry(_)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_is_not_idempotent_is_retried_only_if_nothing_was_done() {
        let world = World::new(Timeout::Disabled);
        let rules = Rules {
            is_idempotent: false,
            ..world.rules()
        };
        let unsent = Error::new(ErrorKind::Connect, "");
        assert!(matches!(rules.decide(&unsent, 1), Decision::Retry(_)));
        let expected = Decision::GiveUp(GiveUp::MayHaveHappened);
        assert_eq!(rules.decide(&broken(), 1), expected);
        let refused = rules.decide(&rate_limit(), 1);
        assert!(matches!(refused, Decision::Retry(_)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_rate_limit_leaves_the_delay_to_the_throttle() {
        let world = World::new(10 * SECOND);
        let asked = rate_limit().with_retry_after(Some(5 * SECOND));
        assert_eq!(
            world.rules().decide(&asked, 1),
            Decision::Retry(Duration::ZERO)
        );
        let elsewhere = Rules {
            throttle: None,
            ..world.rules()
        };
        assert_eq!(elsewhere.decide(&asked, 1), Decision::Retry(5 * SECOND));
        // Held back until after the deadline.
        world.throttle.engage(Some(20 * SECOND), &world.jitter);
        assert_eq!(
            world.rules().decide(&asked, 1),
            Decision::GiveUp(GiveUp::Deadline)
        );
    }
}
