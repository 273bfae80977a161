//! Submitting a swap: sent once, never bought twice.
//!
//! A swap is described ([`request`](self)), checked and written as a body, and becomes a
//! [`PendingSubmit`]: the intent, which can be stored before any money moves. Sending it ends in one
//! of three ways: a job, a refusal that cost nothing, or an outcome that is not known.

mod accepted;
mod body;
mod draft;
mod error;
mod face;
mod invalid;
mod options;
mod original;
mod pending;
mod submits;
mod text_url;
mod token;

pub use error::{SubmitError, SubmitErrorKind, SubmitPhase};
pub use face::{NewFace, NewFaceSource, OriginalFace};
pub use options::{Endpoint, Style, V3Model};
pub use original::Original;
pub use pending::PendingSubmit;
pub use token::{InvalidSubmitToken, SubmitToken};
