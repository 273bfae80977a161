//! Times in two forms: exact for machines, in words for people.

use std::{
    fmt::Write as _,
    time::{Duration, SystemTime},
};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// RFC 3339 in UTC with milliseconds. `None` for a time without such a form: the API may report the
/// last day of the year 9999, which expires in the year 10000.
pub(crate) fn rfc3339(time: SystemTime) -> Option<String> {
    time.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    let mut text = String::new();
    write!(text, "{}", humantime::format_rfc3339_millis(time)).ok()?;
    Some(text)
}

/// `in 6 d 3 h`, `5 min ago` or `just now`.
///
/// A time to come has two units, since you may have to hurry; a past one has one.
pub(super) fn relative(time: SystemTime, now: SystemTime) -> String {
    match time.duration_since(now) {
        Ok(left) if left.is_zero() => "just now".to_owned(),
        Ok(left) => format!("in {}", in_words(left)),
        Err(past) => match in_one_unit(past.duration()) {
            Some(past) => format!("{past} ago"),
            None => "just now".to_owned(),
        },
    }
}

/// `6 d 3 h`: the two largest units.
pub(crate) fn in_words(duration: Duration) -> String {
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

/// `2 d`, `23 h` or `5 min`; `None` for less than a minute.
fn in_one_unit(duration: Duration) -> Option<String> {
    let seconds = duration.as_secs();
    match (seconds / DAY, seconds / HOUR, seconds / MINUTE) {
        (0, 0, 0) => None,
        (0, 0, minutes) => Some(format!("{minutes} min")),
        (0, hours, _) => Some(format!("{hours} h")),
        (days, _, _) => Some(format!("{days} d")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn the_exact_form_is_rfc_3339_with_milliseconds() {
        let time = at(1_719_476_868) + Duration::from_millis(6);
        assert_eq!(rfc3339(time).unwrap(), "2024-06-27T08:27:48.006Z");
    }

    #[test]
    fn a_time_without_an_exact_form_is_none() {
        for time in [
            SystemTime::UNIX_EPOCH - Duration::from_secs(1),
            at(253_402_300_800),
        ] {
            assert_eq!(rfc3339(time), None);
        }
    }

    #[test]
    fn a_time_to_come_has_two_units() {
        for (seconds, words) in [
            (0, "just now"),
            (1, "in under 1 min"),
            (59, "in under 1 min"),
            (60, "in 1 min"),
            (3_600, "in 1 h 0 min"),
            (86_399, "in 23 h 59 min"),
            (6 * 86_400 + 3 * 3_600, "in 6 d 3 h"),
        ] {
            assert_eq!(relative(at(seconds), at(0)), words);
        }
    }

    #[test]
    fn a_past_time_has_one_unit() {
        for (seconds, words) in [
            (59, "just now"),
            (60, "1 min ago"),
            (3_599, "59 min ago"),
            (3_600, "1 h ago"),
            (86_399, "23 h ago"),
            (2 * 86_400 + 86_399, "2 d ago"),
            (900 * 86_400, "900 d ago"),
        ] {
            assert_eq!(relative(at(0), at(seconds)), words);
        }
    }
}
