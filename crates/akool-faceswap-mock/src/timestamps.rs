//! Times in the vendor's formats: RFC 3339 with milliseconds, and the timestamp in a `job_id`.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The last second of the year 9999, the end of RFC 3339.
const LAST: Duration = Duration::from_secs(253_402_300_799);

/// `2024-06-27T08:27:48.006Z`; times out of range become the nearest one in range.
pub(crate) fn rfc3339(time: SystemTime) -> String {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let writable = UNIX_EPOCH + since.min(LAST);
    humantime::format_rfc3339_millis(writable).to_string()
}

/// `yyyyMMddHHmmssSSS` in UTC.
pub(crate) fn job_id_stamp(time: SystemTime) -> String {
    let mut stamp = rfc3339(time);
    stamp.retain(|c| c.is_ascii_digit());
    stamp
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_the_forms_of_a_real_answer() {
        let time = UNIX_EPOCH + Duration::from_millis(1_719_476_868_006);
        assert_eq!(rfc3339(time), "2024-06-27T08:27:48.006Z");
        assert_eq!(job_id_stamp(time), "20240627082748006");
    }

    #[test]
    fn times_out_of_range_become_the_nearest() {
        let before = UNIX_EPOCH - Duration::from_secs(1);
        assert_eq!(rfc3339(before), "1970-01-01T00:00:00.000Z");
        let after = UNIX_EPOCH + LAST + LAST;
        assert_eq!(rfc3339(after), "9999-12-31T23:59:59.000Z");
    }
}
