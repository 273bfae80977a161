//! A handle to a wait, for other tasks.

use std::{fmt, sync::Arc};

use crate::model::ResultId;
use crate::wait::{Progress, Ticket, delivery::Oneshot, poller::Poller, tracker::Settled};

/// A handle to one wait, for other tasks; made by [`Wait::handle`](super::Wait::handle).
///
/// It shows the progress of the wait and can cancel it. It does not keep the wait alive.
#[derive(Clone)]
pub struct WaitHandle {
    poller: Arc<Poller>,
    id: ResultId,
    slot: Arc<Oneshot<Settled>>,
}

impl WaitHandle {
    pub(super) fn new(poller: Arc<Poller>, id: ResultId, slot: Arc<Oneshot<Settled>>) -> Self {
        Self { poller, id, slot }
    }

    /// The job that is waited for.
    pub fn id(&self) -> &ResultId {
        &self.id
    }

    /// What is known about the job; `None` before the wait has started and after it has ended.
    pub fn progress(&self) -> Option<Progress> {
        let key = self.slot.key()?;
        self.poller
            .track(|tracker, now, _| tracker.progress(key, now))
    }

    /// A ticket to resume the wait with; `None` before the wait has started and after it has ended.
    pub fn ticket(&self) -> Option<Ticket> {
        let key = self.slot.key()?;
        self.poller
            .track(|tracker, now, _| tracker.ticket(key, now))
    }

    /// Ends the wait with [`Cancelled`](super::WaitErrorKind::Cancelled) and a ticket; the job is not touched.
    /// A wait that has not started yet ends when it starts; a wait that has ended is not affected.
    pub fn cancel(&self) {
        self.poller
            .track(|tracker, now, effects| match self.slot.key() {
                Some(key) => tracker.cancel(key, now, effects),
                None => self.slot.cancel_start(),
            });
        self.poller.wake();
    }
}

impl fmt::Debug for WaitHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitHandle")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
