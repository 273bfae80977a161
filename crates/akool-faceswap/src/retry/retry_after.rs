//! The `Retry-After` header: the delay that the server asks for, as seconds or as an HTTP date.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, header::RETRY_AFTER};

use crate::clock;

/// The delay that the header asks for; a date in the past is no delay.
///
/// A date is compared with that of the answer itself, or with `now`, the local time, if the answer has
/// none: a local clock that is a week behind would wait for a week.
///
/// `None` if there is no such header or it is neither a number of seconds nor an HTTP date
/// (RFC 9110, section 10.2.3).
pub(crate) fn parse(headers: &HeaderMap, now: impl FnOnce() -> SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // A number that is too large means a very long time, not none.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    let now = clock::date(headers).unwrap_or_else(now);
    Some(date.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn a_date_is_compared_with_the_answers_own() {
        let mut headers = HeaderMap::new();
        let date = |text| HeaderValue::from_static(text);
        headers.insert(RETRY_AFTER, date("Mon, 23 Nov 2026 10:01:30 GMT"));
        headers.insert("date", date("Mon, 23 Nov 2026 10:01:00 GMT"));
        for local in [
            "Mon, 16 Nov 2026 10:00:00 GMT",
            "Mon, 30 Nov 2026 10:00:00 GMT",
        ] {
            let now = httpdate::parse_http_date(local).unwrap();
            assert_eq!(
                parse(&headers, || now),
                Some(Duration::from_secs(30)),
                "{local}"
            );
        }
    }

    #[test]
    fn both_forms_are_read_and_nothing_else() {
        let now = httpdate::parse_http_date("Mon, 23 Nov 2026 10:00:00 GMT").unwrap();
        let of = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, HeaderValue::from_str(text).unwrap());
            parse(&headers, || now).map(|delay| delay.as_secs())
        };
        assert_eq!(of("0"), Some(0));
        assert_eq!(of(" 120 "), Some(120));
        assert_eq!(of("99999999999999999999999"), Some(u64::MAX));
        assert_eq!(of("Mon, 23 Nov 2026 10:01:30 GMT"), Some(90));
        assert_eq!(of("Monday, 23-Nov-26 10:01:30 GMT"), Some(90));
        assert_eq!(of("Mon Nov 23 10:01:30 2026"), Some(90));
        assert_eq!(of("Mon, 23 Nov 2026 09:00:00 GMT"), Some(0));
        for text in ["", "soon", "-5", "1.5", "2026-11-23T10:01:30Z"] {
            assert_eq!(of(text), None, "{text}");
        }
        assert_eq!(parse(&HeaderMap::new(), || now), None);
    }
}
