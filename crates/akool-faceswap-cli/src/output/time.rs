//! Times in the two forms that are shown: exact, and as a person says them.

use std::{
    fmt::Write as _,
    time::{Duration, SystemTime},
};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// RFC 3339 in UTC with milliseconds, or `None` for a time that has no such form: the API may say
/// the last day of the year 9999, and its expiry is in the year 10000.
pub(super) fn rfc3339(time: SystemTime) -> Option<String> {
    time.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    let mut text = String::new();
    write!(text, "{}", humantime::format_rfc3339_millis(time)).ok()?;
    Some(text)
}

/// `2024-06-27 08:27:48`, in UTC.
pub(super) fn to_the_second(time: SystemTime) -> Option<String> {
    Some(rfc3339(time)?.get(..19)?.replacen('T', " ", 1))
}

/// `6 d 3 h`, in the two largest units that say something.
pub(super) fn in_words(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (days, hours) = (seconds / DAY, seconds % DAY / HOUR);
    let minutes = seconds % HOUR / MINUTE;
    match (days, hours, minutes) {
        (0, 0, 0) => "under 1 min".to_owned(),
        (0, 0, _) => format!("{minutes} min"),
        (0, _, _) => format!("{hours} h {minutes} min"),
        (_, _, _) => format!("{days} d {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn a_time_has_two_forms() {
        let time = at(1_719_476_868) + Duration::from_millis(6);
        assert_eq!(rfc3339(time).unwrap(), "2024-06-27T08:27:48.006Z");
        assert_eq!(to_the_second(time).unwrap(), "2024-06-27 08:27:48");
    }

    #[test]
    fn a_time_that_cannot_be_written_is_none() {
        for time in [
            SystemTime::UNIX_EPOCH - Duration::from_secs(1),
            at(253_402_300_800),
        ] {
            assert_eq!(rfc3339(time), None);
            assert_eq!(to_the_second(time), None);
        }
    }

    #[test]
    fn durations_are_said_in_two_units() {
        for (seconds, words) in [
            (0, "under 1 min"),
            (59, "under 1 min"),
            (60, "1 min"),
            (3_600, "1 h 0 min"),
            (86_399, "23 h 59 min"),
            (6 * 86_400 + 3 * 3_600, "6 d 3 h"),
        ] {
            assert_eq!(in_words(Duration::from_secs(seconds)), words);
        }
    }
}
