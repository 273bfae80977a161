//! A day, `YYYY-MM-DD` (UTC): when a page was fetched.

use std::{fmt, fmt::Write as _, str::FromStr, time::SystemTime};

use serde::{Deserialize, Serialize};

use crate::problem::Problem;

/// A day of the calendar, in UTC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(String);

impl Day {
    /// The day that a time falls on.
    ///
    /// # Errors
    ///
    /// If the time is before 1970 or after 9999.
    pub fn of(time: SystemTime) -> Result<Self, Problem> {
        let mut text = String::new();
        // The formatter refuses a later time by an error and an earlier one by a panic.
        if time < SystemTime::UNIX_EPOCH
            || write!(text, "{}", humantime::format_rfc3339_seconds(time)).is_err()
        {
            return Err(Problem::new("the clock is set before 1970 or after 9999"));
        }
        text.truncate("YYYY-MM-DD".len());
        Ok(Self(text))
    }
}

impl FromStr for Day {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        humantime::parse_rfc3339(&format!("{text}T00:00:00Z"))
            .map(|_| Self(text.to_owned()))
            .map_err(|_| format!("`{text}` is not a day of the form YYYY-MM-DD"))
    }
}

impl TryFrom<String> for Day {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.0
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_time_falls_on_a_day() {
        let leap = SystemTime::UNIX_EPOCH + Duration::from_secs(1_709_251_199);
        let day = |time| Day::of(time).unwrap().to_string();
        assert_eq!(day(leap), "2024-02-29");
        assert_eq!(day(leap + Duration::from_secs(1)), "2024-03-01");
        assert!(Day::of(SystemTime::UNIX_EPOCH - Duration::from_secs(1)).is_err());
        assert!(Day::of(leap + Duration::from_secs(1 << 40)).is_err());
    }

    #[test]
    fn other_texts_are_no_days() {
        assert_eq!(
            "2024-02-29".parse::<Day>().unwrap().to_string(),
            "2024-02-29"
        );
        for text in [
            "",
            "2024-2-9",
            "2024-13-01",
            "2024-02-29T",
            "24-02-29",
            "2023-02-30",
        ] {
            assert!(text.parse::<Day>().is_err(), "{text}");
        }
    }
}
