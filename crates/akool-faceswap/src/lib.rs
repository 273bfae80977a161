//! Ask the AKOOL Face Swap API what became of any number of jobs.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod code;
mod id;
mod status;

pub use code::{BusinessClass, BusinessCode, UnknownCode};
pub use id::{InvalidId, InvalidIds, ResultId, ResultIds};
pub use status::{FaceswapStatus, UnknownStatus};
