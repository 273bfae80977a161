//! The API's data: ids, statuses, jobs, business codes, faces and the media that show them.
//!
//! No I/O happens here, and nothing here knows how an answer was fetched.

#[cfg(feature = "detect")]
mod analysis;
#[cfg(feature = "detect")]
mod boxes;
mod business_code;
#[cfg(feature = "detect")]
mod detection;
#[cfg(feature = "detect")]
mod face;
mod id;
mod ids;
mod into_ids;
mod invalid_ids;
mod job;
#[cfg(feature = "detect")]
mod landmarks;
pub(crate) mod lenient;
#[cfg(feature = "detect")]
mod media_url;
pub(crate) mod query;
mod status;

pub use business_code::{BusinessClass, BusinessCode};
pub use id::{InvalidId, ResultId};
pub use ids::ResultIds;
pub use into_ids::{IntoResultId, IntoResultIds};
pub use invalid_ids::InvalidIds;
pub(crate) use job::ErrorSummary;
pub use job::{Job, JobSummary, Media, Note, RESULT_LIFETIME};
pub use status::{JobStatus, UnknownStatus, UnknownStatusName};

#[cfg(feature = "submit")]
pub(crate) use face::Detection;
#[cfg(feature = "detect")]
pub use {
    analysis::{Analysis, Appearance, Person},
    boxes::{InvalidBox, XyWh, XyXy},
    detection::{Frame, Picture, Video},
    face::{CROP_LIFETIME, Face, FaceError, FaceImage, Faces},
    landmarks::{InvalidLandmarks, Landmarks},
    media_url::{InvalidMediaUrl, MediaUrl},
};
#[cfg(feature = "detect")]
pub(crate) use {detection::UnreadableFaces, face::Input};
