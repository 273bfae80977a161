//! The two detection endpoints.

use akool_faceswap_raw::{
    Client,
    types::{
        AnalyzeFramesRequest, AnalyzeFramesResponse, FaceDetectionResponse,
        UnifiedFaceDetectionRequest,
    },
};
use serde_json::Value;

use crate::{
    error::Error,
    transport::{
        exchange::RawResponse,
        operation::{Generated, Operation},
    },
};

use super::answer;

/// `POST /interface/detect-api/detect_faces`; its output is `faces_obj` as it came.
pub(super) struct DetectFaces(pub(super) UnifiedFaceDetectionRequest);

impl Operation for DetectFaces {
    const NAME: &'static str = "detect_faces";
    const NOUN: &'static str = "the detection";
    const IDEMPOTENT: bool = true;
    type Typed = FaceDetectionResponse;
    type Output = Value;

    async fn send(&self, client: &Client) -> Generated<FaceDetectionResponse> {
        client.detect_faces(&self.0).await
    }

    /// Ignores the generated type, which cannot read an answer with one null among the faces.
    fn read(
        &self,
        _: Option<FaceDetectionResponse>,
        response: &RawResponse,
    ) -> Result<Value, Error> {
        answer::read(&response.body, "faces_obj").found(response)
    }
}

/// `POST /interface/detect-api/faceswap/analyze_frames`; its output is `persons` as it came.
pub(super) struct AnalyzeFrames(pub(super) AnalyzeFramesRequest);

impl Operation for AnalyzeFrames {
    const NAME: &'static str = "analyze_frames";
    const NOUN: &'static str = "the analysis";
    const IDEMPOTENT: bool = true;
    type Typed = AnalyzeFramesResponse;
    type Output = Value;

    fn items(&self) -> usize {
        self.0.frame_urls.len()
    }

    async fn send(&self, client: &Client) -> Generated<AnalyzeFramesResponse> {
        client.analyze_frames(&self.0).await
    }

    /// As for [`DetectFaces`].
    fn read(
        &self,
        _: Option<AnalyzeFramesResponse>,
        response: &RawResponse,
    ) -> Result<Value, Error> {
        answer::read(&response.body, "persons").found(response)
    }
}
