//! The endpoints of the API: their paths, and which module answers each.

pub(crate) mod account;
pub(crate) mod detect;
pub(crate) mod lookup;
pub(crate) mod scene;
pub(crate) mod submit;

use http::Method;

use self::submit::SubmitEndpoint;

/// One endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Lookup,
    Delete,
    Credit,
    Token,
    Submit(SubmitEndpoint),
    DetectFaces,
    AnalyzeFrames,
}

/// The documented methods and paths. Source: the documents in `openapi/`.
const PATHS: [(Method, &str, Endpoint); 10] = {
    use Endpoint::{AnalyzeFrames, Credit, Delete, DetectFaces, Lookup, Submit, Token};
    use SubmitEndpoint::{ImageV3, Plus, Pro, VideoV3};
    const GET: Method = Method::GET;
    const POST: Method = Method::POST;
    [
        (GET, "/api/open/v3/faceswap/result/listbyids", Lookup),
        (POST, "/api/open/v3/faceswap/result/delbyids", Delete),
        (GET, "/api/open/v3/faceswap/quota/info", Credit),
        (POST, "/api/open/v3/getToken", Token),
        (
            POST,
            "/api/open/v4/faceswap/faceswapPlusByImage",
            Submit(Plus),
        ),
        (POST, "/api/open/v4/faceswap/faceswapByImage", Submit(Pro)),
        (
            POST,
            "/api/open/v3/faceswap/highquality/specifyimage",
            Submit(ImageV3),
        ),
        (
            POST,
            "/api/open/v3/faceswap/highquality/specifyvideo",
            Submit(VideoV3),
        ),
        (POST, "/interface/detect-api/detect_faces", DetectFaces),
        (
            POST,
            "/interface/detect-api/faceswap/analyze_frames",
            AnalyzeFrames,
        ),
    ]
};

impl Endpoint {
    /// The endpoint of this method and path (without a path prefix).
    pub(crate) fn find(method: &Method, path: &str) -> Option<Self> {
        let entry = PATHS
            .iter()
            .find(|(known, its_path, _)| known == method && *its_path == path);
        entry.map(|&(_, _, endpoint)| endpoint)
    }
}
