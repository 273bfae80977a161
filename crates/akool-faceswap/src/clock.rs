//! The time of day, passed in, so that tests can set it; and how it differs from the API's.
//!
//! Durations are measured with tokio's clock, which tests pause. HTTP dates and tickets need the time
//! of day. What the API dated, such as the creation of a job, is compared with the API's own time,
//! because a local clock that is days ahead would call every result deleted.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use http::{HeaderMap, header};

/// A difference up to this is ignored: a date has whole seconds, and an answer takes its time.
const SMALLEST_SKEW: Duration = Duration::from_secs(60);

/// A difference above this is worth a line in the log.
const LARGE_SKEW: Duration = Duration::from_secs(5 * 60);

/// 2020 to 2099, in seconds of Unix time: a date outside is a server's mistake.
const PLAUSIBLE: std::ops::Range<u64> = 1_577_836_800..4_102_444_800;

/// No answer has had a date yet.
const UNKNOWN: i64 = i64::MIN;

#[derive(Clone)]
pub(crate) struct Clock {
    local: Arc<dyn Fn() -> SystemTime + Send + Sync>,
    /// How many seconds the API's clock is ahead of the local one, or [`UNKNOWN`].
    skew: Arc<AtomicI64>,
}

impl Clock {
    pub(crate) fn system() -> Self {
        Self::new(SystemTime::now)
    }

    #[cfg(test)]
    pub(crate) fn standing_at(time: SystemTime) -> Self {
        Self::of(move || time)
    }

    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn of(now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self::new(now)
    }

    fn new(now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self {
            local: Arc::new(now),
            skew: Arc::new(AtomicI64::new(UNKNOWN)),
        }
    }

    /// The time of day on this machine.
    pub(crate) fn now(&self) -> SystemTime {
        (self.local)()
    }

    /// The time of day at the API, once an answer has had a date.
    pub(crate) fn server_now(&self) -> Option<SystemTime> {
        let now = self.now();
        match self.skew.load(Ordering::Relaxed) {
            UNKNOWN => None,
            0 => Some(now),
            ahead @ 1.. => now.checked_add(Duration::from_secs(ahead.unsigned_abs())),
            behind => now.checked_sub(Duration::from_secs(behind.unsigned_abs())),
        }
    }

    /// Takes the date of an answer that came just now and is certainly the API's.
    pub(crate) fn observe(&self, server: SystemTime) {
        let now = self.now();
        let (skew, server_is_ahead) = match server.duration_since(now) {
            Ok(ahead) => (ahead, true),
            Err(behind) => (behind.duration(), false),
        };
        let seconds = match i64::try_from(skew.as_secs()) {
            Ok(_) if skew <= SMALLEST_SKEW => 0,
            Ok(seconds) if server_is_ahead => seconds,
            Ok(seconds) => -seconds,
            Err(_) => return,
        };
        let before = self.skew.swap(seconds, Ordering::Relaxed);
        if becomes_large(before, seconds) {
            let direction = if server_is_ahead {
                "behind"
            } else {
                "ahead of"
            };
            tracing::warn!(
                clock.skew_seconds = -seconds,
                "the clock of this machine is {} s {direction} the API's",
                seconds.unsigned_abs()
            );
        }
    }
}

/// Whether a skew is worth a line, and the one before was not.
fn becomes_large(before: i64, now: i64) -> bool {
    let is_large = |seconds: i64| seconds.unsigned_abs() > LARGE_SKEW.as_secs();
    is_large(now) && (before == UNKNOWN || !is_large(before))
}

/// When an answer was made, by its server's clock. `None` for a copy from a cache, and for a date that
/// no working server has.
pub(crate) fn date(headers: &HeaderMap) -> Option<SystemTime> {
    if headers.contains_key(header::AGE) {
        return None;
    }
    let date = headers.get(header::DATE)?.to_str().ok()?;
    let date = httpdate::parse_http_date(date).ok()?;
    let seconds = date.duration_since(UNIX_EPOCH).ok()?.as_secs();
    PLAUSIBLE.contains(&seconds).then_some(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: SystemTime = UNIX_EPOCH;

    fn seconds(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    #[test]
    fn the_servers_time_is_unknown_until_an_answer_has_a_date() {
        let now = NOW + seconds(1_800_000_000);
        let clock = Clock::standing_at(now);
        assert_eq!(clock.server_now(), None);
        for (server, expected) in [
            (now + seconds(61), now + seconds(61)),
            (now + seconds(60), now),
            (now - seconds(60), now),
            (now - seconds(61), now - seconds(61)),
            (now - seconds(691_200), now - seconds(691_200)),
            (now, now),
        ] {
            // Clones share it.
            clock.clone().observe(server);
            assert_eq!(clock.server_now(), Some(expected));
        }
    }

    #[test]
    fn a_large_skew_is_told_once() {
        for (before, now, expected) in [
            (UNKNOWN, 0, false),
            (UNKNOWN, 300, false),
            (UNKNOWN, 301, true),
            (0, -301, true),
            (300, 301, true),
            (301, 400, false),
            (400, 300, false),
        ] {
            assert_eq!(becomes_large(before, now), expected, "{before} {now}");
        }
    }

    #[test]
    fn a_local_clock_without_a_battery_is_understood() {
        let clock = Clock::standing_at(NOW);
        let server = NOW + seconds(1_800_000_000);
        clock.observe(server);
        assert_eq!(clock.server_now(), Some(server));
    }

    #[test]
    fn a_date_that_says_nothing_is_ignored() {
        let of = |lines: &[(&'static str, &str)]| {
            let lines = lines.iter().map(|(name, value)| {
                let name = http::HeaderName::from_static(name);
                (name, value.parse().unwrap())
            });
            date(&lines.collect())
        };
        let good = ("date", "Mon, 23 Nov 2026 10:00:00 GMT");
        assert_eq!(of(&[good]), Some(NOW + seconds(1_795_428_000)));
        assert_eq!(of(&[good, ("age", "3")]), None);
        for text in [
            "",
            "soon",
            "Thu, 01 Jan 1970 00:00:00 GMT",
            "Tue, 31 Dec 2019 23:59:59 GMT",
            "Fri, 01 Jan 2100 00:00:00 GMT",
            "Fri, 31 Dec 9999 23:59:59 GMT",
        ] {
            assert_eq!(of(&[("date", text)]), None, "{text}");
        }
        assert!(of(&[("date", "Wed, 01 Jan 2020 00:00:00 GMT")]).is_some());
    }
}
