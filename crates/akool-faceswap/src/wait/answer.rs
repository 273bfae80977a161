//! One answer about one id, shared with everybody who asks at about the same time.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use super::{
    moment::Moment,
    poller,
    slot::Slot,
    tracker::{Answer, Purpose},
};
use crate::{Client, Error, Job, ResultId, client::Shared};

/// A lookup of one id that shares its request with others; from [`Client::result`].
///
/// # Cancel safety
///
/// Dropping it takes this caller's interest back and nothing else: whoever asked for the same id, or
/// shares the request, gets the answer all the same, from the same request.
#[must_use = "a lookup does nothing until it is awaited"]
pub struct SharedLookup {
    shared: Arc<Shared>,
    id: ResultId,
    asked: Option<Asked>,
}

struct Asked {
    slot: Arc<Slot<Answer>>,
    key: Option<usize>,
}

impl SharedLookup {
    pub(crate) fn new(client: &Client, id: ResultId) -> Self {
        Self {
            shared: client.shared().clone(),
            id,
            asked: None,
        }
    }

    fn ask(shared: &Arc<Shared>, id: &ResultId) -> Asked {
        let slot = Arc::new(Slot::new());
        let limit = shared.limits.operation_timeout.duration();
        let key = shared.track(|tracker, now, effects| {
            let deadline = limit.map_or(Moment::NEVER, |limit| now.moment.plus(limit));
            tracker.ask(id, deadline, slot.clone(), now, effects)
        });
        shared.wake_poller();
        Asked { slot, key }
    }
}

impl Future for SharedLookup {
    type Output = Result<Option<Job>, Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { shared, id, asked } = self.get_mut();
        let Asked { slot, key } = asked.get_or_insert_with(|| Self::ask(shared, id));
        if let Poll::Ready(answer) = slot.poll_outcome(context) {
            return Poll::Ready(answer.map(|job| job.map(Arc::unwrap_or_clone)));
        }
        if let Err(error) = poller::ensure(shared)
            && let Some(key) = *key
        {
            shared.track(|tracker, now, effects| {
                let is_mine = |purpose: &Purpose| purpose.is_answer_for(slot);
                tracker.fail(key, is_mine, &error, now, effects);
            });
        }
        Poll::Pending
    }
}

impl Drop for SharedLookup {
    fn drop(&mut self) {
        if let Some(Asked {
            slot,
            key: Some(key),
        }) = &self.asked
        {
            self.shared.track(|tracker, _, _| {
                tracker.withdraw(*key, |purpose| purpose.is_answer_for(slot));
            });
            self.shared.wake_poller();
        }
    }
}

impl fmt::Debug for SharedLookup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedLookup")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
