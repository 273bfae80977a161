//! What the API's things are: ids, statuses, jobs, business codes, faces and the media that show them.
//!
//! No input or output happens here, and nothing in here knows how an answer was fetched.

mod analysis;
mod boxes;
mod business_code;
mod detection;
mod face;
mod id;
mod ids;
mod into_ids;
mod invalid_ids;
mod job;
mod landmarks;
pub(crate) mod lenient;
mod media_url;
pub(crate) mod query;
mod status;

pub use analysis::{Analysis, Appearance, Person};
pub use boxes::{InvalidBox, XyWh, XyXy};
pub use business_code::{BusinessClass, BusinessCode};
pub(crate) use detection::UnreadableFaces;
pub use detection::{Frame, Picture, Video};
pub use face::{CROP_LIFETIME, Face, FaceError, FaceImage, Faces};
pub(crate) use face::{Detection, Input};
pub use id::{InvalidId, ResultId};
pub use ids::ResultIds;
pub use into_ids::IntoResultIds;
pub use invalid_ids::InvalidIds;
pub use job::{Job, Media, Note, RESULT_LIFETIME};
pub use landmarks::{InvalidLandmarks, Landmarks};
pub use media_url::{InvalidMediaUrl, MediaUrl};
pub use status::{JobStatus, UnknownStatus};
