//! Submitting a swap: sent once, never bought twice.
//!
//! A swap is described with [`SwapRequest`], checked and written as a body, and becomes a
//! [`PendingSubmit`]: the intent, which can be stored before any money moves. Sending it ends in one
//! of three ways: a [`SubmittedJob`], a refusal that cost nothing, or an unknown outcome.
//!
//! # What does not compile
//!
//! These swaps compile:
//!
//! ```
//! # use akool_faceswap::{Client, model::{Face, Picture}, submit::V3Model};
//! # fn swaps(client: &Client, photo: &Picture, me: Face) -> Result<(), akool_faceswap::Error> {
//! let film = client.swap().original("https://example.com/film.mp4").new_face(&me);
//! let team = client.swap().original(photo).replace(photo.leftmost()?, me);
//! let older = team.image_v3(V3Model::HdOptimized);
//! # Ok(())
//! # }
//! ```
//!
//! These do not. A swap without an original, and one without a choice of faces:
//!
//! ```compile_fail,E0599
//! # use akool_faceswap::Client;
//! # fn swaps(client: &Client) {
//! let swap = client.swap().submit();
//! # }
//! ```
//! ```compile_fail,E0599
//! # use akool_faceswap::Client;
//! # fn swaps(client: &Client) {
//! let swap = client.swap().original("https://example.com/film.mp4").submit();
//! # }
//! ```
//!
//! A new face in the place of an original one, and a whole picture in the place of a detected face:
//!
//! ```compile_fail,E0277
//! # use akool_faceswap::{Client, model::{Face, Picture}, submit::NewFace};
//! # fn swaps(client: &Client, photo: &Picture, left: Face, me: NewFace) {
//! let swap = client.swap().original(photo).replace(me, left);
//! # }
//! ```
//! ```compile_fail,E0277
//! # use akool_faceswap::{Client, model::{Face, Picture}};
//! # fn swaps(client: &Client, photo: &Picture, left: Face) {
//! let swap = client.swap().original(photo).replace(left, "https://example.com/me.jpg");
//! # }
//! ```
//!
//! An option or an endpoint that the swap does not have:
//!
//! ```compile_fail,E0599
//! # use akool_faceswap::Client;
//! # fn swaps(client: &Client) {
//! let swap = client.swap().original("https://example.com/a.jpg").new_face("https://example.com/me.jpg");
//! let swap = swap.pro().style("realistic");
//! # }
//! ```
//! ```compile_fail,E0599
//! # use akool_faceswap::{Client, submit::V3Model};
//! # fn swaps(client: &Client) {
//! let swap = client.swap().original("https://example.com/a.mp4").new_face("https://example.com/me.jpg");
//! let swap = swap.video_v3(V3Model::Classic);
//! # }
//! ```
//! ```compile_fail,E0599
//! # use akool_faceswap::{model::Face, submit::{Pairs, SwapRequest, V3Model}};
//! # fn swaps(swap: SwapRequest<Pairs>) {
//! let swap = swap.image_v3(V3Model::Classic).enhance(true);
//! # }
//! ```
//!
//! A field that other products or other people's clients have:
//!
//! ```compile_fail,E0599
//! # use akool_faceswap::Client;
//! # fn swaps(client: &Client) {
//! let swap = client.swap().original("https://example.com/a.jpg").new_face("https://example.com/me.jpg");
//! let swap = swap.blend_ratio(0.5);
//! # }
//! ```
//!
//! A box or points in another form than the API's, and all faces of a video as one list:
//!
//! ```compile_fail,E0308
//! # use akool_faceswap::model::{FaceImage, Landmarks, MediaUrl, XyWh};
//! # fn image(url: MediaUrl, landmarks: Landmarks, region: XyWh) {
//! let image = FaceImage::stored_picture(url, landmarks, region);
//! # }
//! ```
//! ```compile_fail,E0277
//! # use akool_faceswap::model::Landmarks;
//! let landmarks = Landmarks::from("1,2:3,4:5,6:7,8");
//! ```
//! ```compile_fail,E0599
//! # use akool_faceswap::model::Video;
//! # fn all(video: &Video) {
//! let faces = video.faces();
//! # }
//! ```
//!
//! Sending a pending submit twice:
//!
//! ```compile_fail,E0382
//! # use akool_faceswap::{Client, submit::PendingSubmit};
//! # async fn twice(client: &Client, pending: PendingSubmit) {
//! let first = client.send(pending).await;
//! let second = client.send(pending).await;
//! # }
//! ```

mod accepted;
mod body;
mod draft;
mod error;
mod face;
mod invalid;
mod job;
mod operation;
mod options;
mod original;
mod pending;
mod request;
mod submits;
mod submitter;
mod swap_all;
mod swap_error;
mod text_url;
mod token;

pub use error::{SubmitError, SubmitErrorKind, SubmitPhase};
pub use face::{NewFace, NewFaceSource, OriginalFace};
pub use job::SubmittedJob;
pub use options::{Endpoint, Style, V3Model};
pub use original::Original;
pub use pending::PendingSubmit;
pub use request::{OneFace, Pairs, Pro, Swap, SwapOf, SwapRequest, V3};
pub(crate) use submitter::Submitter;
pub use swap_all::SwapAll;
pub use swap_error::SwapError;
pub use token::{InvalidSubmitToken, SubmitToken};
#[cfg(test)]
mod tests;
