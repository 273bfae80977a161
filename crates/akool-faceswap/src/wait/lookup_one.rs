//! A lookup of one id, shared by all callers that ask for it at about the same time.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use crate::wait::{
    delivery::Oneshot,
    poller::Poller,
    time::Timestamp,
    tracker::{Answer, Key},
};
use crate::{
    error::Error,
    model::{InvalidId, Job, ResultId},
};

/// A lookup of one id that shares its request with others; from [`Client::lookup_one`](crate::Client::lookup_one).
///
/// # Cancel safety
///
/// Dropping it withdraws only this caller: others that asked for the same id, or share the request, still get
/// the answer, from the same request.
#[must_use = "a lookup does nothing until it is awaited"]
pub struct LookupOne {
    poller: Arc<Poller>,
    state: State,
}

enum State {
    Refused(InvalidId),
    New(ResultId),
    Asked(Asked),
}

struct Asked {
    id: ResultId,
    slot: Arc<Oneshot<Answer>>,
    key: Option<Key>,
}

impl LookupOne {
    pub(crate) fn new(poller: Arc<Poller>, id: Result<ResultId, InvalidId>) -> Self {
        Self {
            poller,
            state: id.map_or_else(State::Refused, State::New),
        }
    }

    fn ask(poller: &Poller, id: ResultId) -> Asked {
        let slot = Arc::new(Oneshot::new());
        let limit = poller.api.limits.operation_timeout.duration();
        let key = poller.track(|tracker, now, effects| {
            let deadline = limit.map_or(Timestamp::NEVER, |limit| now.timestamp.plus(limit));
            tracker.ask(&id, deadline, slot.clone(), now, effects)
        });
        poller.wake();
        Asked { id, slot, key }
    }
}

impl Future for LookupOne {
    type Output = Result<Option<Job>, Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { poller, state } = self.get_mut();
        if let State::New(id) = state {
            *state = State::Asked(Self::ask(poller, id.clone()));
        }
        let Asked { slot, key, .. } = match state {
            State::Asked(asked) => asked,
            State::New(_) => return Poll::Pending,
            State::Refused(invalid) => return Poll::Ready(Err(invalid.clone().into())),
        };
        if let Poll::Ready(answer) = slot.poll_outcome(context) {
            return Poll::Ready(answer.map(|job| job.map(Arc::unwrap_or_clone)));
        }
        if let Err(error) = poller.ensure()
            && let Some(key) = *key
        {
            poller.track(|tracker, now, effects| {
                tracker.fail(key, &error, now, effects);
            });
        }
        Poll::Pending
    }
}

impl Drop for LookupOne {
    fn drop(&mut self) {
        if let State::Asked(Asked { key: Some(key), .. }) = &self.state {
            self.poller.track(|tracker, _, _| {
                tracker.withdraw(*key);
            });
            self.poller.wake();
        }
    }
}

impl fmt::Debug for LookupOne {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = match &self.state {
            State::Refused(_) => None,
            State::New(id) | State::Asked(Asked { id, .. }) => Some(id),
        };
        f.debug_struct("LookupOne")
            .field("id", &id)
            .finish_non_exhaustive()
    }
}
