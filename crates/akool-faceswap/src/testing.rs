//! A client without a network, for tests: a function of the same process answers its requests.
//!
//! A paused tokio clock then moves the client exactly, and never jumps ahead of an answer: hours of
//! waiting take milliseconds. The fake of the crate `akool-faceswap-mock` is such a function.
//!
//! ```
//! use std::{io, time::SystemTime};
//! use akool_faceswap::{Client, testing::RequestBody};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let handler = |_: http::Request<RequestBody>| async {
//!     let body = r#"{"code": 1000, "msg": "OK", "data": {"result": []}}"#;
//!     io::Result::Ok(http::Response::new(body.to_owned()))
//! };
//! let client = Client::builder().api_key("any").in_process(handler, SystemTime::now).build()?;
//! let ids = "667d2284dca9e468ba8ead23".parse::<akool_faceswap::ResultIds>()?;
//! assert_eq!(client.lookup(ids).await?.missing().count(), 1);
//! # Ok(())
//! # }
//! ```

#[cfg(test)]
pub(crate) mod pieces;
#[cfg(test)]
pub(crate) mod scripted;
#[cfg(test)]
mod shown;

use std::{
    fmt,
    future::Future,
    io,
    pin::Pin,
    task::{Context, Poll},
    time::SystemTime,
};

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};

use crate::{
    client::ClientBuilder,
    clock::Clock,
    error::BoxError,
    transport::backend::{HttpBackend, ResponseFuture, TransportError},
};

impl ClientBuilder {
    /// Answers every request, downloads included, with `handler` in place of the network, and takes
    /// the time of day from `now`.
    ///
    /// An error of the kind `ConnectionRefused` means that no connection was made; any other kind means that the
    /// connection broke before the answer. See [`testing`](crate::testing) for an example.
    pub fn in_process<H, R, B>(
        mut self,
        handler: H,
        now: impl Fn() -> SystemTime + Send + Sync + 'static,
    ) -> Self
    where
        H: Fn(Request<RequestBody>) -> R + Send + Sync + 'static,
        R: Future<Output = io::Result<Response<B>>> + Send + 'static,
        B: Body<Data = Bytes> + Send + Sync + 'static,
        B::Error: Into<BoxError>,
    {
        self.backend = Box::new(InProcess(handler));
        self.clock = Clock::of(now);
        self
    }

    /// Polls the jobs that have been due the longest first, not those that have most likely ended; for benchmarks.
    #[doc(hidden)]
    #[cfg(feature = "wait")]
    pub fn first_in_first_out(mut self) -> Self {
        self.order = crate::wait::Order::FirstInFirstOut;
        self
    }
}

/// The backend of [`ClientBuilder::in_process`].
pub(crate) struct InProcess<H>(pub(crate) H);

impl<H, R, B> HttpBackend for InProcess<H>
where
    H: Fn(Request<RequestBody>) -> R + Send + Sync,
    R: Future<Output = io::Result<Response<B>>> + Send + 'static,
    B: Body<Data = Bytes> + Send + Sync + 'static,
    B::Error: Into<BoxError>,
{
    fn send<'a>(&'a self, _: &'a reqwest::Client, request: reqwest::Request) -> ResponseFuture<'a> {
        Box::pin(async move {
            let request = Request::try_from(request)?;
            match (self.0)(request.map(RequestBody)).await {
                Ok(response) => Ok(response.map(reqwest::Body::wrap).into()),
                Err(error) => Err(TransportError {
                    is_connect: error.kind() == io::ErrorKind::ConnectionRefused,
                    is_timeout: error.kind() == io::ErrorKind::TimedOut,
                    advice: None,
                    source: error.into(),
                }),
            }
        })
    }
}

/// The body of a request, as [`ClientBuilder::in_process`] hands it over.
pub struct RequestBody(reqwest::Body);

impl Body for RequestBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let frame = Pin::new(&mut self.0).poll_frame(context);
        frame.map(|frame| frame.map(|frame| frame.map_err(Into::into)))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}

impl fmt::Debug for RequestBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestBody").finish_non_exhaustive()
    }
}
