//! Answers whose bodies come piece by piece, with an end or without.

use std::{
    collections::VecDeque,
    convert::Infallible,
    io,
    pin::Pin,
    task::{Context, Poll},
    time::SystemTime,
};

use bytes::Bytes;
use http::{Request, Response, response};
use http_body::{Body, Frame};

use crate::{
    client::{Client, ClientBuilder},
    testing::RequestBody,
};

/// A body of these pieces.
#[derive(Clone)]
pub(crate) struct Pieces {
    pieces: VecDeque<Bytes>,
    has_end: bool,
}

impl Pieces {
    pub(crate) fn new(pieces: &[&[u8]]) -> Self {
        let pieces = pieces.iter().map(|piece| Bytes::copy_from_slice(piece));
        Self {
            pieces: pieces.collect(),
            has_end: true,
        }
    }

    /// After the last piece there is silence.
    pub(crate) fn without_end(mut self) -> Self {
        self.has_end = false;
        self
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match self.pieces.pop_front() {
            Some(piece) => Poll::Ready(Some(Ok(Frame::data(piece)))),
            None if self.has_end => Poll::Ready(None),
            None => Poll::Pending,
        }
    }
}

/// A client that gets this answer to every request.
pub(crate) fn client(
    head: fn() -> response::Builder,
    body: Pieces,
    settings: impl FnOnce(ClientBuilder) -> ClientBuilder,
) -> Client {
    let answer = move |_: Request<RequestBody>| {
        let response: Response<Pieces> = head().body(body.clone()).unwrap();
        async { io::Result::Ok(response) }
    };
    let builder = Client::builder()
        .base_url("http://127.0.0.1:9")
        .api_key("k")
        .in_process(answer, SystemTime::now);
    settings(builder).build().unwrap()
}
