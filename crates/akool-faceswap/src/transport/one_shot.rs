//! A request body that is sent once, and says whether it was handed over.
//!
//! A server can only have a request whose body was polled. hyper polls it before it writes any part of a
//! request over HTTP/1.1, and after the headers at most over HTTP/2. So a request whose body was never polled
//! reached no server, however the exchange ended. Nothing else distinguishes, for example, a timeout during a
//! DNS lookup from one of a silent server. A body that cannot be cloned is also never resent by a layer below.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

/// Whether a body was handed to a connection.
#[derive(Clone, Debug, Default)]
pub(crate) struct HandedOver(Arc<AtomicBool>);

impl HandedOver {
    /// `false` is certain: no server has the request.
    pub(crate) fn get(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    /// Makes the body of `request` one that is sent once, and that this watches.
    ///
    /// A request without a body counts as handed over, since no body would be polled.
    pub(crate) fn watch(&self, request: &mut reqwest::Request) {
        let bytes = request
            .body()
            .and_then(reqwest::Body::as_bytes)
            .filter(|bytes| !bytes.is_empty())
            .map(Bytes::copy_from_slice);
        match bytes {
            None => self.0.store(true, Ordering::Release),
            Some(bytes) => {
                *request.body_mut() = Some(reqwest::Body::wrap(OneShot {
                    bytes: Some(bytes),
                    handed_over: self.clone(),
                }));
            }
        }
    }
}

struct OneShot {
    bytes: Option<Bytes>,
    handed_over: HandedOver,
}

impl Body for OneShot {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.handed_over.0.store(true, Ordering::Release);
        Poll::Ready(self.bytes.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(body: &'static str) -> reqwest::Request {
        let url = "http://127.0.0.1:9/".parse().unwrap();
        let mut request = reqwest::Request::new(http::Method::POST, url);
        *request.body_mut() = Some(body.into());
        request
    }

    #[tokio::test]
    async fn a_body_is_handed_over_when_it_is_asked_for_and_not_before() {
        let mut request = request("{}");
        let handed_over = HandedOver::default();
        handed_over.watch(&mut request);
        assert!(!handed_over.get());
        // It has no copy that could be sent again.
        assert!(request.try_clone().is_none());
        let mut body = request.body_mut().take().unwrap();
        assert_eq!(body.size_hint().exact(), Some(2));
        let frame = std::future::poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await;
        assert_eq!(frame.unwrap().unwrap().into_data().unwrap(), "{}");
        assert!(handed_over.get() && body.is_end_stream());
    }

    #[test]
    fn a_request_without_a_body_is_never_surely_unsent() {
        let url = "http://127.0.0.1:9/".parse().unwrap();
        for mut request in [request(""), reqwest::Request::new(http::Method::POST, url)] {
            let handed_over = HandedOver::default();
            handed_over.watch(&mut request);
            assert!(handed_over.get());
        }
    }
}
