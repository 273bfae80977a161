//! The serialised form of a ticket, with a version so that a later release knows what it reads.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

use crate::model::{JobStatus, ResultId};
use crate::wait::{PollPolicy, Ticket, options::WaitOptions, poll_policy::millis};

/// The version of the form that this release writes and reads.
const VERSION: u32 = 1;

/// A serialised ticket.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub(super) struct Form {
    version: u32,
    id: ResultId,
    status: Option<i64>,
    begun_unix_ms: i64,
    changed_unix_ms: i64,
    missing_since_unix_ms: Option<i64>,
    deadline_unix_ms: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next_poll_unix_ms: Option<i64>,
    #[serde(with = "millis")]
    #[cfg_attr(feature = "schemars", schemars(with = "u64"))]
    missing_grace_ms: Duration,
    schedule: PollPolicy,
    polls: u32,
    #[serde(default, skip_serializing_if = "is_zero")]
    failures: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    without_url_since_unix_ms: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rejected_since_unix_ms: Option<i64>,
    #[serde(default, skip_serializing_if = "is_zero")]
    rejections: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    late_since_unix_ms: Option<i64>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands out references"
)]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// The ticket has a version that this release does not read.
#[derive(Debug)]
pub(super) struct OtherVersion(u32);

impl fmt::Display for OtherVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the ticket has version {}, and this release of akool-faceswap reads version {VERSION}: \
             resume it with the release that wrote it, or start a new wait for its id",
            self.0
        )
    }
}

impl TryFrom<Form> for Ticket {
    type Error = OtherVersion;

    fn try_from(form: Form) -> Result<Self, Self::Error> {
        if form.version != VERSION {
            return Err(OtherVersion(form.version));
        }
        Ok(Self {
            id: form.id,
            status: form.status.map(JobStatus::from_code),
            begun: form.begun_unix_ms,
            changed: form.changed_unix_ms,
            missing_since: form.missing_since_unix_ms,
            deadline: form.deadline_unix_ms,
            next_poll: form.next_poll_unix_ms,
            options: WaitOptions {
                schedule: form.schedule,
                missing_grace: form.missing_grace_ms,
            },
            polls: form.polls,
            failures: form.failures,
            without_url_since: form.without_url_since_unix_ms,
            rejected_since: form.rejected_since_unix_ms,
            rejections: form.rejections,
            late_since: form.late_since_unix_ms,
        })
    }
}

impl From<Ticket> for Form {
    fn from(ticket: Ticket) -> Self {
        Self {
            version: VERSION,
            id: ticket.id,
            status: ticket.status.and_then(JobStatus::code),
            begun_unix_ms: ticket.begun,
            changed_unix_ms: ticket.changed,
            missing_since_unix_ms: ticket.missing_since,
            deadline_unix_ms: ticket.deadline,
            next_poll_unix_ms: ticket.next_poll,
            missing_grace_ms: ticket.options.missing_grace,
            schedule: ticket.options.schedule,
            polls: ticket.polls,
            failures: ticket.failures,
            without_url_since_unix_ms: ticket.without_url_since,
            rejected_since_unix_ms: ticket.rejected_since,
            rejections: ticket.rejections,
            late_since_unix_ms: ticket.late_since,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wait::ticket::tests::ticket;

    /// Every later version must read what this version writes.
    #[test]
    fn the_serialised_form_stays_the_same() {
        let text = r#"{"version":1,"id":"667d228400000000000a0001","status":2,"begun_unix_ms":1719476868006,"changed_unix_ms":1719476869000,"missing_since_unix_ms":null,"deadline_unix_ms":1719487668006,"missing_grace_ms":120000,"schedule":{"first_after_ms":0,"shortest_ms":2000,"growth_percent":10},"polls":7}"#;
        assert_eq!(serde_json::to_string(&ticket()).unwrap(), text);
        assert_eq!(serde_json::from_str::<Ticket>(text).unwrap(), ticket());
    }

    #[test]
    fn a_ticket_of_another_version_is_refused_with_the_reason() {
        let text = serde_json::to_string(&ticket()).unwrap();
        let later = text.replace("\"version\":1", "\"version\":2");
        let error = serde_json::from_str::<Ticket>(&later).unwrap_err();
        assert!(error.to_string().contains("version 2"), "{error}");
        let job_id = text.replace("667d228400000000000a0001", "20240627082748003-5746");
        let error = serde_json::from_str::<Ticket>(&job_id).unwrap_err();
        assert!(error.to_string().contains("job_id"), "{error}");
    }
}
