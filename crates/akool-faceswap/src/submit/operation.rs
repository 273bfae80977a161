//! The four submit endpoints as one operation.

use akool_faceswap_raw::{
    Client,
    types::{
        ImageFaceswapPlusRequest, ImageFaceswapProRequest, ImageFaceswapRequest,
        VideoFaceswapRequest,
    },
};
use bytes::Bytes;
use serde_json::{Map, Value};

use crate::{
    error::{Error, ErrorKind},
    model::ResultId,
    transport::{
        exchange::RawResponse,
        operation::{Generated, Operation},
    },
};

use super::options::Endpoint;

/// One submit, with the body as the generated type of its endpoint.
#[cfg_attr(test, derive(serde::Serialize), serde(untagged))]
pub(super) enum Submit {
    Plus(ImageFaceswapPlusRequest),
    Pro(ImageFaceswapProRequest),
    ImageV3(ImageFaceswapRequest),
    VideoV3(VideoFaceswapRequest),
}

impl Submit {
    /// Fails if `body` does not fit the endpoint, which can happen only to a stored submit that was changed.
    pub(super) fn new(endpoint: Endpoint, body: Map<String, Value>) -> Result<Self, Error> {
        let body = Value::Object(body);
        match endpoint {
            Endpoint::Plus => serde_json::from_value(body).map(Self::Plus),
            Endpoint::Pro => serde_json::from_value(body).map(Self::Pro),
            Endpoint::ImageV3 => serde_json::from_value(body).map(Self::ImageV3),
            Endpoint::VideoV3 => serde_json::from_value(body).map(Self::VideoV3),
        }
        .map_err(|_| {
            let message = format!("the pending submit's body does not fit the endpoint {endpoint}");
            Error::new(ErrorKind::InvalidInput, message)
        })
    }
}

/// What the API answered.
#[derive(Debug)]
pub(super) enum Answer {
    Accepted {
        id: ResultId,
        job_id: Option<Box<str>>,
    },
    /// Accepted, but the answer has no usable `_id`.
    WithoutId {
        job_id: Option<Box<str>>,
        body: Bytes,
    },
}

impl Operation for Submit {
    const NAME: &'static str = "submit";
    const NOUN: &'static str = "the submit";
    const IDEMPOTENT: bool = false;
    type Typed = ();
    type Output = Answer;

    async fn send(&self, client: &Client) -> Generated<()> {
        // The generated type does not read the answer: one odd field would make it fail as a whole, and an accepted job
        // would be lost with it.
        match self {
            Self::Plus(body) => client.submit_face_swap_plus(body).await?.map(|_| ()),
            Self::Pro(body) => client.submit_face_swap_pro(body).await?.map(|_| ()),
            Self::ImageV3(body) => client.submit_image_face_swap(body).await?.map(|_| ()),
            Self::VideoV3(body) => client.submit_video_face_swap(body).await?.map(|_| ()),
        }
    }

    fn read(&self, _: Option<()>, response: &RawResponse) -> Result<Answer, Error> {
        let data = response.envelope()?.data;
        let data: Option<Value> = data.and_then(|data| serde_json::from_str(data.get()).ok());
        let field = |name: &str| match data.as_ref()?.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        let job_id = field("job_id").map(String::into_boxed_str);
        // Only a text can be the `_id`: a number may have lost digits on its way here.
        let id = data.as_ref().and_then(|data| data.get("_id")?.as_str());
        Ok(match id.and_then(|id| ResultId::new(id).ok()) {
            Some(id) => Answer::Accepted { id, job_id },
            None => Answer::WithoutId {
                job_id,
                body: response.body.clone(),
            },
        })
    }
}
