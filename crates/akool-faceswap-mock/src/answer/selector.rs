//! Which requests get a scripted answer, and how often.

use crate::rng::Rng;

/// A share of all requests, in millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Share(u32);

impl Share {
    const ALL: u32 = 1_000_000;

    /// Clamped to between none and all of the requests.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped before; NaN becomes 0"
    )]
    pub(crate) fn from_percent(percent: f64) -> Self {
        Self((percent.clamp(0.0, 100.0) * 10_000.0).round() as u32)
    }

    pub(crate) fn millionths(self) -> u32 {
        self.0
    }
}

/// Which of the matching requests get the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sampling {
    All,
    /// Every nth; never 0.
    Every(u32),
    Share(Share),
}

/// The kind of events that an answer applies to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Requests to the API.
    Api,
    /// Only lookups of results.
    Lookups,
    /// Only submissions.
    Submits,
    /// Downloads of result files.
    Files,
    /// New connections, before any request.
    Connections,
}

/// The requests that get an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Selector {
    pub(crate) id: Option<String>,
    pub(crate) scope: Scope,
    pub(crate) sampling: Sampling,
    /// `None`: every time.
    pub(crate) times: Option<u32>,
}

impl Selector {
    /// All requests to the API.
    pub(crate) fn all(times: Option<u32>) -> Self {
        Self {
            id: None,
            scope: Scope::Api,
            sampling: Sampling::All,
            times,
        }
    }

    /// Whether a request matches.
    pub(crate) fn matches(&self, request: RequestContext<'_>) -> bool {
        let is_in_scope = self.scope == request.scope
            || self.scope == Scope::Api && matches!(request.scope, Scope::Lookups | Scope::Submits);
        is_in_scope && self.id.as_ref().is_none_or(|id| request.ids.contains(id))
    }

    /// Whether the `seen`th (from 1) matching request gets the answer.
    pub(crate) fn samples(&self, seen: u64, rng: &mut Rng) -> bool {
        match self.sampling {
            Sampling::All => true,
            Sampling::Every(every) => seen.is_multiple_of(u64::from(every.max(1))),
            Sampling::Share(share) => rng.below(Share::ALL) < share.millionths(),
        }
    }
}

/// The properties of a request that a selector checks.
#[derive(Clone, Copy)]
pub(crate) struct RequestContext<'a> {
    pub(crate) ids: &'a [String],
    pub(crate) scope: Scope,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_bounded() {
        for (percent, millionths) in [
            (5.0, 50_000),
            (0.000_1, 1),
            (100.0, 1_000_000),
            (1e9, 1_000_000),
            (-1.0, 0),
            (f64::NAN, 0),
        ] {
            assert_eq!(Share::from_percent(percent).millionths(), millionths);
        }
    }

    #[test]
    fn every_third_request_is_picked() {
        let selector = Selector {
            sampling: Sampling::Every(3),
            ..Selector::all(None)
        };
        let mut rng = Rng::new(0);
        let picked: Vec<u64> = (1..=9)
            .filter(|&seen| selector.samples(seen, &mut rng))
            .collect();
        assert_eq!(picked, [3, 6, 9]);
    }

    #[test]
    fn a_share_is_about_right_and_the_same_for_the_same_seed() {
        let selector = Selector {
            sampling: Sampling::Share(Share::from_percent(5.0)),
            ..Selector::all(None)
        };
        let count = |seed| {
            let mut rng = Rng::new(seed);
            (0..10_000)
                .filter(|&n| selector.samples(n, &mut rng))
                .count()
        };
        assert!((400..600).contains(&count(1)), "{}", count(1));
        assert_eq!(count(1), count(1));
    }
}
