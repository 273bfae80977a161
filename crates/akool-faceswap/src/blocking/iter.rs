//! A stream as a blocking iterator.

use std::fmt;

use futures_core::Stream;
use futures_util::StreamExt as _;

use super::thread::Thread;

/// The items of an asynchronous stream; `next` blocks until there is one.
///
/// Made by [`Client::wait_each`](super::Client::wait_each) and its siblings. The stream's work continues between calls:
/// waits are polled while you work on an earlier item.
///
/// It keeps the client's thread alive. Dropping it drops the stream, and never blocks.
#[must_use = "dropping it drops the stream: pending waits end"]
pub struct Iter<S> {
    thread: Thread,
    /// `None` only during a call, and after a panic of the stream.
    stream: Option<S>,
}

impl<S> Iter<S> {
    pub(super) fn new(thread: Thread, stream: S) -> Self {
        Self {
            thread,
            stream: Some(stream),
        }
    }

    /// The stream, to ask it for more: how many outcomes are left, the progress of all waits, the tickets to resume
    /// them with.
    ///
    /// `None` only if the stream has panicked.
    pub fn get_ref(&self) -> Option<&S> {
        self.stream.as_ref()
    }
}

impl<S> Iterator for Iter<S>
where
    S: Stream + Unpin + Send + 'static,
    S::Item: Send + 'static,
{
    type Item = S::Item;

    fn next(&mut self) -> Option<S::Item> {
        let mut stream = self.stream.take()?;
        let (stream, item) = self.thread.block_on(async move {
            let item = stream.next().await;
            (stream, item)
        });
        self.stream = Some(stream);
        item
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.stream.as_ref().map_or((0, Some(0)), Stream::size_hint)
    }
}

impl<S: fmt::Debug> fmt::Debug for Iter<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Iter").field(&self.stream).finish()
    }
}
