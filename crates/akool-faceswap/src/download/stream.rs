//! A file as a stream of bytes.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};

use crate::download::transfer::{Event, FileFacts, Transfer};
use crate::error::Error;

/// The bytes of a result, from first to last; made by [`Download::stream`](super::Download::stream).
///
/// It ends after the last byte, or with one error. If the connection breaks, the rest is requested, as often as
/// the [`RetryPolicy`](crate::retry::RetryPolicy) allows, provided that the host sent a validator (see
/// [`Download`](super::Download)). An error means that the bytes so far are not the whole file.
///
/// It counts as one of the client's concurrent downloads (4 by default) until it ends or is dropped. Dropping
/// it ends the download.
#[must_use = "a stream does nothing until it is polled"]
pub struct DownloadStream {
    facts: FileFacts,
    events: Pin<Box<dyn Stream<Item = Result<Event, Error>> + Send>>,
}

impl DownloadStream {
    pub(super) fn new(facts: FileFacts, transfer: Transfer) -> Self {
        Self {
            facts,
            events: Box::pin(transfer.events().fuse()),
        }
    }

    /// The media type, such as `video/mp4`: from the first bytes if their kind is known, otherwise from the
    /// header.
    pub fn content_type(&self) -> &str {
        self.facts.media_type.as_str()
    }

    /// What the host's header called the file, if its bytes are something else.
    pub fn mislabeled_as(&self) -> Option<&str> {
        self.facts.declared_type.as_deref()
    }

    /// The length of the whole file in bytes, if its host stated it.
    pub fn content_length(&self) -> Option<u64> {
        self.facts.total
    }
}

impl Stream for DownloadStream {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            return match self.events.as_mut().poll_next(context) {
                Poll::Pending => Poll::Pending,
                Poll::Ready(None) => Poll::Ready(None),
                Poll::Ready(Some(Err(error))) => Poll::Ready(Some(Err(error))),
                Poll::Ready(Some(Ok(Event::Bytes(bytes)))) => Poll::Ready(Some(Ok(bytes))),
                // Handled before the stream was handed out; a stream never starts over.
                Poll::Ready(Some(Ok(Event::Begin(_)))) => continue,
            };
        }
    }
}

impl fmt::Debug for DownloadStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DownloadStream")
            .field("content_type", &self.content_type())
            .field("content_length", &self.content_length())
            .finish_non_exhaustive()
    }
}
