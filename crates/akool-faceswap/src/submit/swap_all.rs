//! Many swaps, a few of them in flight at a time.

use std::{
    fmt,
    future::poll_fn,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use futures_core::Stream;
use futures_util::{StreamExt as _, stream::FuturesUnordered};

use super::{PendingSubmit, SubmitError, SubmittedJob, Submitter};

type Sending = Pin<Box<dyn Future<Output = Result<SubmittedJob, SubmitError>> + Send>>;

/// Submits that are sent as their outcomes are taken; made by [`Client::swap_all`](crate::Client::swap_all).
///
/// It is a [`Stream`] of outcomes in the order in which they come. Each has its token, by
/// [`SubmittedJob::token`] or [`SubmitError::token`].
///
/// Nothing is lost when it is dropped: submits that were sent continue, and their outcomes go to
/// [`Client::unclaimed_submits`](crate::Client::unclaimed_submits); pending submits that were not sent are still in the
/// iterator, which [`into_rest`](Self::into_rest) returns.
#[must_use = "nothing is submitted until outcomes are taken"]
pub struct SwapAll<I> {
    submitter: Arc<Submitter>,
    rest: I,
    is_exhausted: bool,
    limit: usize,
    sending: FuturesUnordered<Sending>,
}

impl<I: Iterator<Item = PendingSubmit>> SwapAll<I> {
    pub(crate) fn new(submitter: Arc<Submitter>, rest: I, limit: usize) -> Self {
        Self {
            submitter,
            rest,
            is_exhausted: false,
            limit: limit.max(1),
            sending: FuturesUnordered::new(),
        }
    }

    /// The next outcome; `None` after the last.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing; the outcome comes with the next call.
    pub async fn next(&mut self) -> Option<Result<SubmittedJob, SubmitError>> {
        poll_fn(|context| self.poll(context)).await
    }

    /// The pending submits that were not sent.
    pub fn into_rest(self) -> I {
        self.rest
    }

    fn poll(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<SubmittedJob, SubmitError>>> {
        while !self.is_exhausted && self.sending.len() < self.limit {
            match self.rest.next() {
                None => self.is_exhausted = true,
                // It begins here and not when it is polled, so that no submit is dropped unsent.
                Some(pending) => self.sending.push(Box::pin(self.submitter.start(pending))),
            }
        }
        self.sending.poll_next_unpin(context)
    }
}

impl<I: Iterator<Item = PendingSubmit> + Unpin> Stream for SwapAll<I> {
    type Item = Result<SubmittedJob, SubmitError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll(context)
    }
}

impl<I> fmt::Debug for SwapAll<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SwapAll")
            .field("sending", &self.sending.len())
            .finish_non_exhaustive()
    }
}
