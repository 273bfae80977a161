//! A job to track, with its options.

use std::time::Duration;

use akool_faceswap::{ResultId, Ticket, wait::PollPolicy};
use serde_json::{Map, Value};

use crate::time::whole_ms;

/// A job to track: its id, the caller's tag, and how to wait for it.
///
/// Made from a [`ResultId`] or from a [`Ticket`], which resumes a wait that began elsewhere.
///
/// ```
/// use std::time::Duration;
/// use akool_faceswap::ResultId;
/// use akool_faceswap_fleet::Tracking;
///
/// let id: ResultId = "667d228400000000000a0001".parse()?;
/// let tracking = Tracking::new(id).tag("order 17").timeout(Duration::from_secs(3600));
/// # Ok::<(), akool_faceswap::error::InvalidId>(())
/// ```
#[derive(Clone, Debug)]
pub struct Tracking {
    pub(crate) id: ResultId,
    pub(crate) tag: Option<String>,
    /// Fields of a stored ticket, and `timeout_ms`; absent fields mean the defaults.
    pub(crate) terms: Map<String, Value>,
}

impl Tracking {
    /// A job with the default terms: 4 h, [`PollPolicy::new`], missing for 2 min at most.
    pub fn new(id: ResultId) -> Self {
        Self {
            id,
            tag: None,
            terms: Map::new(),
        }
    }

    /// A text of your own that comes back with the outcome, such as the key of an order.
    #[must_use]
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tag = Some(tag.into());
        self
    }

    /// How long the fleet waits, counted from now by the database's clock. Default: 4 h.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.terms.remove("deadline_unix_ms");
        self.set("timeout_ms", whole_ms(timeout).into())
    }

    /// When the job is looked up. Default: [`PollPolicy::new`].
    #[must_use]
    pub fn poll_policy(self, policy: PollPolicy) -> Self {
        let schedule = serde_json::to_value(policy).unwrap_or_default();
        self.set("schedule", schedule)
    }

    /// How long the API may answer without the job. Default: 2 min.
    #[must_use]
    pub fn missing_grace(self, grace: Duration) -> Self {
        self.set("missing_grace_ms", whole_ms(grace).into())
    }

    fn set(mut self, field: &str, value: Value) -> Self {
        self.terms.insert(field.to_owned(), value);
        self
    }
}

impl From<ResultId> for Tracking {
    fn from(id: ResultId) -> Self {
        Self::new(id)
    }
}

impl From<&ResultId> for Tracking {
    fn from(id: &ResultId) -> Self {
        Self::new(id.clone())
    }
}

impl From<Ticket> for Tracking {
    fn from(ticket: Ticket) -> Self {
        let mut tracking = Self::new(ticket.id().clone());
        if let Ok(Value::Object(fields)) = serde_json::to_value(&ticket) {
            tracking.terms = fields;
        }
        tracking
    }
}
