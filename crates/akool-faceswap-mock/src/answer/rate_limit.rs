//! A real rate limit: a number of requests in each window of the fake's time.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{Response, StatusCode, header::RETRY_AFTER};

use crate::envelope;

/// A limit; a window starts with the first request after the previous window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RateLimit {
    pub(crate) most: u32,
    pub(crate) window: Duration,
    pub(crate) refusal: Refusal,
}

/// How a request beyond the limit is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The vendor's code 1005, in HTTP 200.
    Business,
    /// HTTP 429 with `Retry-After`, as from a gateway in front of the API.
    Http,
}

/// The requests of the current window.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Window {
    began: Option<SystemTime>,
    passed: u32,
}

impl Window {
    /// The refusal of a request at `now`, if the limit is reached; else counts it.
    pub(crate) fn refuse(&mut self, limit: RateLimit, now: SystemTime) -> Option<Response<Bytes>> {
        let age = self.began.and_then(|began| now.duration_since(began).ok());
        let left = match age {
            Some(age) if age < limit.window => limit.window.saturating_sub(age),
            // The window is over or never started, or the clock was set back.
            _ => {
                *self = Self {
                    began: Some(now),
                    passed: 0,
                };
                limit.window
            }
        };
        if self.passed < limit.most {
            self.passed += 1;
            return None;
        }
        Some(match limit.refusal {
            Refusal::Business => envelope::refusal(StatusCode::OK, envelope::TOO_FREQUENT),
            Refusal::Http => {
                let mut response = envelope::html(StatusCode::TOO_MANY_REQUESTS);
                let seconds = whole_seconds(left);
                response.headers_mut().insert(RETRY_AFTER, seconds.into());
                response
            }
        })
    }
}

/// Rounded up, so that the wait is never too short.
pub(crate) fn whole_seconds(time: Duration) -> u64 {
    time.as_secs()
        .saturating_add(u64::from(time.subsec_nanos() > 0))
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    #[test]
    fn a_window_is_full_until_it_has_passed() {
        let limit = RateLimit {
            most: 2,
            window: Duration::from_secs(10),
            refusal: Refusal::Http,
        };
        let mut window = Window::default();
        let mut refused = |millis| {
            window
                .refuse(limit, UNIX_EPOCH + Duration::from_millis(millis))
                .map(|response| response.headers()[RETRY_AFTER].clone())
        };
        assert_eq!(refused(1_000), None);
        assert_eq!(refused(5_000), None);
        assert_eq!(refused(5_500).unwrap(), "6");
        assert_eq!(refused(10_999).unwrap(), "1");
        assert_eq!(refused(11_000), None);
        assert_eq!(refused(11_000), None);
        assert!(refused(11_000).is_some());
    }

    #[test]
    fn a_limit_of_zero_refuses_everything() {
        let limit = RateLimit {
            most: 0,
            window: Duration::from_secs(1),
            refusal: Refusal::Business,
        };
        let refusal = Window::default().refuse(limit, UNIX_EPOCH).unwrap();
        assert_eq!(refusal.status(), 200);
        assert!(refusal.body().starts_with(br#"{"code":1005,"#));
    }
}
