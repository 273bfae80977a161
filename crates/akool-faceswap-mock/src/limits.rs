//! The limit that several kinds of answers share.

use std::time::Duration;

/// The longest [delay](crate::Answer::delayed) of an answer, the longest that
/// [paused responses](crate::FakeAkool::pause_responses) are held back, and the longest that a
/// [`WireScript`](crate::WireScript) plays.
pub const MAX_DELAY: Duration = Duration::from_secs(300);
