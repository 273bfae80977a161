//! The replay window: how old a delivery may be.

use std::time::{Duration, SystemTime};

use super::{WebhookError, WebhookErrorKind};

/// How far AKOOL's clock may be ahead of this machine's.
const MAX_CLOCK_SKEW: Duration = Duration::from_secs(5 * 60);

/// From here on a number means milliseconds: as seconds it would be the year 5138, as
/// milliseconds it is March 1973.
const FIRST_MILLISECONDS: u64 = 100_000_000_000;

/// When a delivery was signed: Unix time in seconds or in milliseconds.
pub(super) fn parse_timestamp(text: &str) -> Result<SystemTime, WebhookError> {
    let since_epoch = whole_number(text).map(|number| {
        if number < FIRST_MILLISECONDS {
            Duration::from_secs(number)
        } else {
            Duration::from_millis(number)
        }
    });
    since_epoch
        .and_then(|since| SystemTime::UNIX_EPOCH.checked_add(since))
        .ok_or_else(|| {
            WebhookError::new(
                WebhookErrorKind::Malformed,
                "the webhook's `timestamp` is not a Unix time in seconds or milliseconds",
            )
        })
}

/// The number before a decimal point.
fn whole_number(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    (digits(whole) && digits(fraction)).then(|| whole.parse().ok())?
}

/// Refuses a delivery that was signed more than `window` before `now`, or well after it.
pub(super) fn check(
    timestamp: SystemTime,
    now: SystemTime,
    window: Duration,
) -> Result<(), WebhookError> {
    let outside = |message| {
        Err(WebhookError::new(
            WebhookErrorKind::OutsideReplayWindow,
            message,
        ))
    };
    match now.duration_since(timestamp) {
        Ok(age) if age > window => outside(format!(
            "the webhook was signed {} s ago; the replay window is {} s",
            age.as_secs(),
            window.as_secs()
        )),
        Err(ahead) if ahead.duration() > MAX_CLOCK_SKEW => outside(format!(
            "the webhook's timestamp is {} s in the future",
            ahead.duration().as_secs()
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(milliseconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_millis(milliseconds)
    }

    #[test]
    fn seconds_and_milliseconds_are_both_understood() {
        for (text, expected) in [
            ("0", 0),
            ("1719476900", 1_719_476_900_000),
            ("1719476900.9", 1_719_476_900_000),
            ("1719476900123", 1_719_476_900_123),
            ("99999999999", 99_999_999_999_000),
            ("100000000000", 100_000_000_000),
        ] {
            assert_eq!(parse_timestamp(text).unwrap(), at(expected), "{text}");
        }
    }

    #[test]
    fn any_other_text_is_refused() {
        for text in [
            "",
            ".",
            "-1",
            "+1",
            "1e9",
            " 1",
            "1.x",
            "99999999999999999999",
        ] {
            let error = parse_timestamp(text).unwrap_err();
            assert_eq!(error.kind(), WebhookErrorKind::Malformed, "{text}");
        }
    }

    #[test]
    fn the_window_is_inclusive_on_both_sides() {
        let (hour, signed) = (Duration::from_secs(3600), at(1_719_476_900_123));
        let checked = |now| check(signed, now, hour).map_err(|error| error.to_string());
        let millisecond = Duration::from_millis(1);
        assert_eq!(checked(signed + hour), Ok(()));
        let late = checked(signed + hour + millisecond).unwrap_err();
        assert_eq!(
            late,
            "the webhook was signed 3600 s ago; the replay window is 3600 s"
        );
        assert_eq!(checked(signed - MAX_CLOCK_SKEW), Ok(()));
        let early = checked(signed - MAX_CLOCK_SKEW - millisecond).unwrap_err();
        assert_eq!(early, "the webhook's timestamp is 300 s in the future");
    }
}
