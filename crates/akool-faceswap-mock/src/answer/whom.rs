//! Which requests a scripted answer is for, and how often it is given.

use crate::seeded::Seeded;

/// A share of all requests, in millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Share(u32);

impl Share {
    const ALL: u32 = 1_000_000;

    /// At most all.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped before; a float that is none becomes 0"
    )]
    pub(crate) fn of_percent(percent: f64) -> Self {
        Self((percent.clamp(0.0, 100.0) * 10_000.0).round() as u32)
    }

    pub(crate) fn millionths(self) -> u32 {
        self.0
    }
}

/// Which of the requests that fit get the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pick {
    All,
    /// The nth, the 2nth and so on; never 0.
    Every(u32),
    Share(Share),
}

/// What an answer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Requests to the API.
    Api,
    /// Downloads of result files.
    Files,
    /// New connections, before any request.
    Connections,
}

/// To whom, and how often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Whom {
    pub(crate) id: Option<String>,
    pub(crate) place: Place,
    pub(crate) pick: Pick,
    /// None: without end.
    pub(crate) times: Option<u32>,
}

impl Whom {
    /// All requests to the API, so many times.
    pub(crate) fn all(times: Option<u32>) -> Self {
        Self {
            id: None,
            place: Place::Api,
            pick: Pick::All,
            times,
        }
    }

    /// Whether a request may get the answer at all.
    pub(crate) fn fits(&self, request: Asked<'_>) -> bool {
        self.place == request.place && self.id.as_ref().is_none_or(|id| request.ids.contains(id))
    }

    /// Whether the request is picked, which is the `met`th (from 1) of those that fit.
    pub(crate) fn picks(&self, met: u64, seeded: &mut Seeded) -> bool {
        match self.pick {
            Pick::All => true,
            Pick::Every(every) => met.is_multiple_of(u64::from(every.max(1))),
            Pick::Share(share) => seeded.below(Share::ALL) < share.millionths(),
        }
    }
}

/// What a request is about.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) ids: &'a [String],
    pub(crate) place: Place,
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
            assert_eq!(Share::of_percent(percent).millionths(), millionths);
        }
    }

    #[test]
    fn every_third_is_every_third() {
        let whom = Whom {
            pick: Pick::Every(3),
            ..Whom::all(None)
        };
        let mut seeded = Seeded::new(0);
        let picked: Vec<u64> = (1..=9)
            .filter(|&met| whom.picks(met, &mut seeded))
            .collect();
        assert_eq!(picked, [3, 6, 9]);
    }

    #[test]
    fn a_share_is_about_that_share_and_repeats_with_its_seed() {
        let whom = Whom {
            pick: Pick::Share(Share::of_percent(5.0)),
            ..Whom::all(None)
        };
        let count = |seed| {
            let mut seeded = Seeded::new(seed);
            (0..10_000).filter(|&n| whom.picks(n, &mut seeded)).count()
        };
        assert!((400..600).contains(&count(1)), "{}", count(1));
        assert_eq!(count(1), count(1));
    }
}
