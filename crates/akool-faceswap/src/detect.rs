//! Finding faces: in pictures, videos, and frames of videos.
//!
//! Detections are not known to cost anything and change nothing, so they are retried like lookups. Crops of faces are
//! always requested: they are the only way to name a face of a video, or of a picture that has no URL, and the API
//! keeps them for seven days.

mod answer;
mod operation;
mod picture_file;

use std::{
    future::{Future, IntoFuture},
    path::Path,
    pin::Pin,
    sync::Arc,
    time::Duration,
};

use akool_faceswap_raw::types::{AnalyzeFramesRequest, UnifiedFaceDetectionRequest};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};

use crate::{
    api::{Api, options::CallOptions},
    error::{Error, ErrorKind},
    limits::Timeout,
    model::{
        Analysis, FaceError, Input, InvalidMediaUrl, MediaUrl, Picture, UnreadableFaces, Video,
    },
};

use operation::{AnalyzeFrames, DetectFaces};

/// The largest picture that is sent as bytes: 20 MiB, a limit of this library; none is documented.
pub const MAX_PICTURE_BYTES: usize = 20 * 1024 * 1024;

/// The most frames that one analysis takes: a limit of this library; none is documented.
pub const MAX_FRAMES: usize = 100;

/// The least time for one attempt: up to 100 frames are fetched and examined.
const LEAST_TIME: Duration = Duration::from_secs(120);

/// How much wider than a face its crop is, as the vendor advises for swapping.
const EXPAND_RATIO: f64 = 0.5;

impl From<FaceError> for Error {
    fn from(error: FaceError) -> Self {
        Self::new(ErrorKind::FaceCount, error.to_string()).with_advice(error.advice())
    }
}

/// Detects the faces of the picture at `url`.
pub(crate) async fn picture(api: &Arc<Api>, url: &str) -> Result<Picture, Error> {
    let url = checked("url", url)?;
    let request = UnifiedFaceDetectionRequest {
        url: Some(url.as_str().to_owned()),
        ..crops()
    };
    send_picture(api, request, Input::Picture(url)).await
}

/// Detects the faces of a picture on this machine.
pub(crate) async fn picture_file(api: &Arc<Api>, path: &Path) -> Result<Picture, Error> {
    let bytes = picture_file::read(path.to_owned()).await?;
    picture_bytes(api, &bytes, &picture_file::label(path)).await
}

/// Detects the faces of a picture in memory, which errors call `label`.
pub(crate) async fn picture_bytes(
    api: &Arc<Api>,
    bytes: &[u8],
    label: &str,
) -> Result<Picture, Error> {
    let problem = if bytes.is_empty() {
        "is empty"
    } else if bytes.len() > MAX_PICTURE_BYTES {
        "has more than 20 MiB"
    } else {
        let request = UnifiedFaceDetectionRequest {
            img: Some(BASE64.encode(bytes)),
            ..crops()
        };
        let label = label.into();
        return send_picture(api, request, Input::Bytes { label }).await;
    };
    Err(invalid(format!("{label} {problem}")))
}

async fn send_picture(
    api: &Arc<Api>,
    request: UnifiedFaceDetectionRequest,
    input: Input,
) -> Result<Picture, Error> {
    let label = input.label();
    let faces_obj = api.call(&DetectFaces(request), &options(api)).await?;
    Picture::from_answer(input, api.clock.now(), &faces_obj)
        .map_err(|problem| unreadable(&label, problem))
}

/// Finds the persons in a series of pictures.
pub(crate) async fn analyze(
    api: &Arc<Api>,
    urls: Vec<Result<MediaUrl, InvalidMediaUrl>>,
) -> Result<Analysis, Error> {
    if urls.is_empty() {
        return Ok(Analysis::default());
    }
    if urls.len() > MAX_FRAMES {
        return Err(invalid(format!(
            "frame_urls: {} frames; at most {MAX_FRAMES} are analysed at a time",
            urls.len()
        )));
    }
    let mut frames = Vec::with_capacity(urls.len());
    for (n, url) in urls.into_iter().enumerate() {
        frames.push(url.map_err(|reason| invalid(format!("frame_urls[{n}]: {reason}")))?);
    }
    let request = AnalyzeFramesRequest {
        expand_ratio: Some(EXPAND_RATIO),
        frame_urls: frames.iter().map(|url| url.as_str().to_owned()).collect(),
        ..AnalyzeFramesRequest::default()
    };
    let persons = api.call(&AnalyzeFrames(request), &options(api)).await?;
    Analysis::from_answer(frames.into(), api.clock.now(), &persons)
        .ok_or_else(|| undecodable("persons is not a list"))
}

/// A detection of the faces in a video. It starts when you await it; set options first.
///
/// Made by [`Client::detect_video`](crate::Client::detect_video).
#[must_use = "a detection does nothing until it is awaited"]
#[derive(Debug)]
pub struct DetectVideo {
    api: Arc<Api>,
    url: Result<MediaUrl, InvalidMediaUrl>,
    num_frames: Option<u32>,
}

impl DetectVideo {
    pub(crate) fn new(api: Arc<Api>, url: &str) -> Self {
        Self {
            api,
            url: MediaUrl::new(url),
            num_frames: None,
        }
    }

    /// How many frames the detector looks at, spread over the video: 1 to 100. Default: the
    /// vendor's, which is 5.
    ///
    /// The vendor's pages disagree about the most: 100 by the schema, 24 by a later page. It advises
    /// 5 to 10 for short videos and up to 24 for long ones.
    pub fn num_frames(mut self, frames: u32) -> Self {
        self.num_frames = Some(frames);
        self
    }

    async fn run(self) -> Result<Video, Error> {
        let url = self
            .url
            .map_err(|reason| invalid(format!("url: {reason}")))?;
        if let Some(frames) = self.num_frames
            && !(1..=100).contains(&frames)
        {
            return Err(invalid(format!(
                "num_frames: {frames} is not between 1 and 100"
            )));
        }
        let request = UnifiedFaceDetectionRequest {
            url: Some(url.as_str().to_owned()),
            num_frames: self.num_frames.map(i64::from),
            ..crops()
        };
        let label = url.label();
        let options = options(&self.api);
        let faces_obj = self.api.call(&DetectFaces(request), &options).await?;
        Video::from_answer(url, self.api.clock.now(), &faces_obj)
            .map_err(|problem| unreadable(&label, problem))
    }
}

impl IntoFuture for DetectVideo {
    type Output = Result<Video, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

/// A request for crops of all faces.
fn crops() -> UnifiedFaceDetectionRequest {
    UnifiedFaceDetectionRequest {
        return_face_url: Some(true),
        ..UnifiedFaceDetectionRequest::default()
    }
}

fn options(api: &Api) -> CallOptions {
    let attempt_timeout = match api.limits.attempt_timeout {
        Timeout::After(limit) => limit.max(LEAST_TIME).into(),
        Timeout::Disabled => Timeout::Disabled,
    };
    CallOptions {
        attempt_timeout: Some(attempt_timeout),
        ..CallOptions::default()
    }
}

fn checked(field: &str, url: &str) -> Result<MediaUrl, Error> {
    MediaUrl::new(url).map_err(|reason| invalid(format!("{field}: {reason}")))
}

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::InvalidInput, message)
}

fn unreadable(label: &str, problem: UnreadableFaces) -> Error {
    match problem {
        UnreadableFaces::IsVideo(frames) => invalid(format!(
            "{label} is a video: the answer has {frames} frames"
        ))
        .with_reached(true)
        .with_advice("use detect_video for videos"),
        problem => undecodable(&problem.to_string()),
    }
}

fn undecodable(problem: &str) -> Error {
    Error::new(
        ErrorKind::Decode,
        format!("the detector's answer cannot be read: {problem}"),
    )
    .with_reached(true)
}

#[cfg(test)]
mod tests;
