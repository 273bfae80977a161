//! What the API's things are: ids, statuses, jobs, business codes.
//!
//! No input or output happens here, and nothing in here knows how an answer was fetched.

mod business_code;
mod id;
mod ids;
mod invalid_ids;
mod job;
pub(crate) mod lenient;
pub(crate) mod query;
mod status;

pub use business_code::{BusinessClass, BusinessCode, UnknownCode};
pub use id::{InvalidId, ResultId};
pub use ids::ResultIds;
pub use invalid_ids::InvalidIds;
pub use job::{Job, Media, Note, RESULT_LIFETIME};
pub use status::{JobStatus, UnknownStatus};
