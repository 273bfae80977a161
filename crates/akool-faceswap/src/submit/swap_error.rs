//! Why submitting and waiting in one call returned no result.

use std::{error::Error as StdError, fmt};

use crate::wait::{Ticket, WaitError};

use super::SubmitError;

/// Why [`submit_and_wait`](super::SwapRequest::submit_and_wait) returned no result.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum SwapError {
    /// No job is known; see [`SubmitError::may_be_billed`].
    Submit(SubmitError),
    /// The job was accepted and is paid for; the wait for it ended without a result.
    Wait(WaitError),
}

impl SwapError {
    /// Whether a job may exist that costs credits.
    pub fn may_be_billed(&self) -> bool {
        match self {
            Self::Submit(error) => error.may_be_billed(),
            Self::Wait(_) => true,
        }
    }

    /// What to resume, if the job was accepted and may still end.
    pub fn ticket(&self) -> Option<&Ticket> {
        match self {
            Self::Submit(_) => None,
            Self::Wait(error) => error.ticket(),
        }
    }
}

impl fmt::Display for SwapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Submit(error) => error.fmt(f),
            Self::Wait(error) => error.fmt(f),
        }
    }
}

impl StdError for SwapError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Submit(error) => error.source(),
            Self::Wait(error) => error.source(),
        }
    }
}
