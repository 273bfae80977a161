//! How long a download waits for a file that its host does not have yet.
//!
//! The API returns the URL of a job before the file behind it exists. So if a host answers 403, 404, 202 or 425
//! for a young job, or with an empty file, the file may still come.
//!
//! Source: two independent clients saw 403 right after a submit, for URLs that led to a file later.

use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use crate::{
    download::timeouts::Patience,
    error::{Error, ErrorKind},
};

/// No job takes longer, so the file of an older job will not appear any more. Source: the API's answer to a
/// submit names three hours.
const LONGEST_JOB: Duration = Duration::from_secs(4 * 60 * 60);

/// How long a download waits in total.
const FILE_GRACE: Duration = Duration::from_secs(30);

/// The first delay before the host is asked again.
const FIRST_DELAY: Duration = Duration::from_secs(1);

/// What to do if the file has not appeared.
pub(super) const ADVICE: &str = "the job is young, and its file may appear later: look it up and download it \
    again in a few minutes; do not submit it again";

/// Whether the file of a job that was created at this time may still appear.
pub(super) fn may_come(error: &Error, created: Option<SystemTime>, now: SystemTime) -> bool {
    let is_absent = matches!(
        (error.kind(), error.http_status()),
        (ErrorKind::Expired, Some(401 | 403 | 404 | 410))
            | (ErrorKind::UnexpectedContent, Some(202 | 204))
            | (ErrorKind::Http, Some(425))
    ) || (error.kind() == ErrorKind::UnexpectedContent && error.is_cut());
    let is_young = created.is_some_and(|created| {
        now.duration_since(created)
            .map_or(true, |age| age < LONGEST_JOB)
    });
    is_absent && is_young
}

/// The delay before the next request, after `attempts` of them; `None` once the time to wait is used up.
pub(super) fn next_look(error: &Error, attempts: u32, patience: &Patience) -> Option<Duration> {
    let doubled = FIRST_DELAY.saturating_mul(1 << attempts.clamp(1, 4) >> 1);
    let delay = error.retry_after().unwrap_or(doubled).max(FIRST_DELAY);
    let is_in_time = Instant::now()
        .checked_add(delay)
        .is_some_and(|next| patience.deadline().allows(next));
    let is_patient = patience.elapsed().saturating_add(delay) <= FILE_GRACE;
    (is_in_time && is_patient).then_some(delay)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_of_a_young_job_may_come_if_it_is_not_there() {
        let now = SystemTime::UNIX_EPOCH + 3 * LONGEST_JOB;
        let error = |kind, status| {
            let status = http::StatusCode::from_u16(status).unwrap();
            Error::new(kind, "").with_http_status(status)
        };
        let absent = error(ErrorKind::Expired, 404);
        let second = Duration::from_secs(1);
        for (created, expected) in [
            (Some(now), true),
            (Some(now + second), true),
            (Some(now - LONGEST_JOB + second), true),
            (Some(now - LONGEST_JOB), false),
            (None, false),
        ] {
            assert_eq!(may_come(&absent, created, now), expected, "{created:?}");
        }
        for (kind, status, expected) in [
            (ErrorKind::UnexpectedContent, 202, true),
            (ErrorKind::UnexpectedContent, 200, false),
            (ErrorKind::Http, 404, false),
            (ErrorKind::Http, 425, true),
            (ErrorKind::Expired, 500, false),
        ] {
            assert_eq!(
                may_come(&error(kind, status), Some(now), now),
                expected,
                "{kind} {status}"
            );
        }
    }
}
