//! An accepted submit, and the job that it made.

use crate::model::ResultId;

use super::token::SubmitToken;

/// What the API answered to an accepted submit.
#[derive(Clone, Debug)]
pub(super) struct Accepted {
    pub(super) id: ResultId,
    pub(super) job_id: Option<Box<str>>,
    pub(super) token: SubmitToken,
}
