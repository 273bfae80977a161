//! The fake without a server: it answers requests in the caller's runtime.
//!
//! There is no socket, so a paused tokio clock never jumps ahead of an answer, and it moves the
//! fake and its client together.

use std::{
    collections::VecDeque,
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response, header::CONTENT_LENGTH};
use hyper::body::{Body, Frame};
use tokio::time::Sleep;

use crate::{
    answer::body_fault::BodyFault,
    service::{Answered, Service},
};

/// The future of an answer; see [`FakeAkool::handler`](crate::FakeAkool::handler).
pub type Handling = Pin<Box<dyn Future<Output = io::Result<Response<FakeBody>>> + Send>>;

/// Answers a request as a connection to the fake's server would.
pub(crate) async fn answer<B>(
    service: Arc<Service>,
    request: Request<B>,
) -> io::Result<Response<FakeBody>>
where
    B: Body<Data = Bytes> + Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    if service.is_refusing() {
        return Err(io::ErrorKind::ConnectionRefused.into());
    }
    if let Some(script) = service.on_connect().await {
        return Err(script.play_in_process().await);
    }
    let (head, body) = request.into_parts();
    match service.answer(&head, body).await {
        Answered::Response(response) => Ok(response.map(FakeBody::whole)),
        Answered::Wire(script) => Err(script.play_in_process().await),
        Answered::BodyFault(fault, response) => Ok(FakeBody::broken(fault, response)),
    }
}

/// The body of an in-process answer: whole, or damaged by a fault.
#[derive(Debug)]
pub struct FakeBody {
    parts: VecDeque<Bytes>,
    end: End,
    /// Comes before each part.
    pause: Duration,
    sleep: Option<Pin<Box<Sleep>>>,
}

#[derive(Debug)]
enum End {
    Whole,
    Broken(io::ErrorKind),
    Endless(Bytes),
}

impl FakeBody {
    fn whole(body: Bytes) -> Self {
        Self {
            parts: (!body.is_empty()).then_some(body).into_iter().collect(),
            end: End::Whole,
            pause: Duration::ZERO,
            sleep: None,
        }
    }

    fn broken(fault: BodyFault, response: Response<Bytes>) -> Response<Self> {
        let (mut head, body) = response.into_parts();
        let length = body.len().max(1);
        let half = body.slice(..body.len() / 2);
        let cut = |kind| Self {
            end: End::Broken(kind),
            ..Self::whole(half.clone())
        };
        head.headers.remove(CONTENT_LENGTH);
        let announces_length = !matches!(fault, BodyFault::ChunkCut | BodyFault::Endless);
        let body = match fault {
            BodyFault::Truncated | BodyFault::ChunkCut => cut(io::ErrorKind::UnexpectedEof),
            BodyFault::ResetInBody => cut(io::ErrorKind::ConnectionReset),
            BodyFault::Endless => Self {
                end: End::Endless(Bytes::from_static(&[b' '; 1024])),
                ..Self::whole(body)
            },
            BodyFault::Slow { bytes, every } => {
                let piece = usize::try_from(bytes).unwrap_or(usize::MAX).max(1);
                let starts = (0..body.len()).step_by(piece);
                Self {
                    parts: starts
                        .map(|start| body.slice(start..body.len().min(start.saturating_add(piece))))
                        .collect(),
                    pause: every,
                    ..Self::whole(Bytes::new())
                }
            }
        };
        if announces_length {
            head.headers.insert(CONTENT_LENGTH, length.into());
        }
        Response::from_parts(head, body)
    }
}

impl Body for FakeBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if self.parts.is_empty() {
            return Poll::Ready(match &self.end {
                End::Whole => None,
                End::Broken(kind) => {
                    let kind = *kind;
                    self.end = End::Whole;
                    Some(Err(kind.into()))
                }
                End::Endless(filler) => Some(Ok(Frame::data(filler.clone()))),
            });
        }
        if !self.pause.is_zero() {
            let pause = self.pause;
            let sleep = self
                .sleep
                .get_or_insert_with(|| Box::pin(tokio::time::sleep(pause)));
            ready!(sleep.as_mut().poll(context));
            self.sleep = None;
        }
        Poll::Ready(self.parts.pop_front().map(|part| Ok(Frame::data(part))))
    }
}
