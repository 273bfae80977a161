//! The changes of one job as a stream.

use std::{
    future::poll_fn,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use futures_core::Stream;

use crate::model::Job;
use crate::wait::{Progress, Wait, WaitError, WaitHandle};

/// One item of a [`Changes`] stream.
#[derive(Clone, Debug)]
#[non_exhaustive]
// Whether the difference counts as large depends on the features of serde_json.
#[allow(
    clippy::large_enum_variant,
    reason = "it is created once for a change and matched at once"
)]
pub enum Change {
    /// The status changed, the job went missing or came back, or lookups began to fail or to
    /// succeed again.
    Progress(Progress),
    /// The wait ended; the stream ends with it.
    Settled(Result<Job, WaitError>),
}

/// The changes of one job, each as soon as it is seen; made by [`Wait::changes`].
///
/// # Cancel safety
///
/// `next` is cancel-safe: no change is lost. Dropping the stream ends the wait.
#[must_use = "streams do nothing unless polled"]
#[derive(Debug)]
pub struct Changes {
    wait: Wait,
    seen: u32,
    has_ended: bool,
}

impl Changes {
    pub(super) fn new(wait: Wait) -> Self {
        Self {
            wait,
            seen: 0,
            has_ended: false,
        }
    }

    /// The next change, or `None` after the outcome.
    pub async fn next(&mut self) -> Option<Change> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// A handle for other tasks.
    pub fn handle(&self) -> WaitHandle {
        self.wait.handle()
    }
}

impl Stream for Changes {
    type Item = Change;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Change>> {
        if self.has_ended {
            return Poll::Ready(None);
        }
        loop {
            let seen = self.seen;
            match ready!(self.wait.poll_change(seen, context)) {
                Err(outcome) => {
                    self.has_ended = true;
                    let outcome = outcome.map(Arc::unwrap_or_clone);
                    return Poll::Ready(Some(Change::Settled(outcome)));
                }
                Ok(changes) => {
                    self.seen = changes;
                    if let Some(progress) = self.wait.progress() {
                        return Poll::Ready(Some(Change::Progress(progress)));
                    }
                    // The wait has ended meanwhile, so the next poll returns its outcome.
                }
            }
        }
    }
}
