//! The limit that several kinds of answers share.

use std::time::Duration;

/// The longest [delay](crate::Answer::delayed) of an answer, and the longest time that any answer
/// takes in all.
pub const MAX_DELAY: Duration = Duration::from_secs(300);
