//! A wait for one job that is under way: a future, a stream of changes, and handles to it.

use std::{
    fmt,
    future::{Future, poll_fn},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use futures_core::Stream;

use crate::model::{Job, ResultId};
use crate::wait::{
    Progress, Ticket, WaitError,
    delivery::Oneshot,
    options::Start,
    poller::Poller,
    tracker::{Receiver, Settled, WaiterKind},
};

/// A wait for one job that is under way: await it, or turn it into a stream of
/// [`changes`](Self::changes).
///
/// Made by [`Wait::start`](super::Wait::start).
///
/// # Cancel safety
///
/// The wait goes on between polls, and the outcome is kept until it is taken. Dropping it ends the
/// wait: nobody asks for the job any more, unless others wait for it. It changes nothing else; take a
/// [`ticket`](Self::ticket) first to go on later.
#[must_use = "dropping it ends the wait"]
pub struct Waiting {
    poller: Arc<Poller>,
    id: ResultId,
    slot: Arc<Oneshot<Settled>>,
    key: Option<usize>,
}

impl Waiting {
    pub(super) fn begin(poller: Arc<Poller>, id: ResultId, start: &Start) -> Self {
        let slot = Arc::new(Oneshot::new());
        let receiver = Receiver::One(slot.clone());
        let key =
            poller.track(|tracker, now, effects| tracker.wait(&id, start, receiver, now, effects));
        // Where there is no runtime yet, the first poll starts the poller or says so.
        let _ = poller.ensure();
        poller.wake();
        Self {
            poller,
            id,
            slot,
            key,
        }
    }

    /// The job that is waited for.
    pub fn id(&self) -> &ResultId {
        &self.id
    }

    /// What is known of the job; `None` once there is an outcome, which says more.
    pub fn progress(&self) -> Option<Progress> {
        self.handle().progress()
    }

    /// The wait, put away for another process; `None` once there is an outcome.
    pub fn ticket(&self) -> Option<Ticket> {
        self.handle().ticket()
    }

    /// A handle for other tasks: it can be asked, and does not keep the wait going.
    pub fn handle(&self) -> WaitHandle {
        WaitHandle {
            poller: self.poller.clone(),
            id: self.id.clone(),
            slot: self.slot.clone(),
            key: self.key,
        }
    }

    /// Every change of the job as soon as it is seen, and then the outcome.
    ///
    /// ```
    /// # use akool_faceswap_mock::{FakeAkool, FakeJob};
    /// use akool_faceswap::{Client, wait::Change};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let fake = FakeAkool::start()?;
    /// # let id: akool_faceswap::ResultId = fake.add_job(FakeJob::image().after_polls(1, 1)).to_string().parse()?;
    /// # let client = Client::builder().base_url(fake.url()).api_key(fake.api_key()).build()?;
    /// # let wait = client.wait(&id).poll_policy(akool_faceswap::wait::PollPolicy::fixed(std::time::Duration::ZERO));
    /// # if false {
    /// let wait = client.wait(&id);
    /// # }
    /// let mut changes = wait.start().changes();
    /// while let Some(change) = changes.next().await {
    ///     match change {
    ///         Change::Progress(progress) => println!("{:?}", progress.status()),
    ///         Change::Settled(outcome) => println!("{:?}", outcome?.result_url().is_some()),
    ///         _ => {}
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Changes that come faster than they are taken become one: the stream is never behind.
    pub fn changes(self) -> Changes {
        Changes {
            waiting: self,
            seen: 0,
            has_ended: false,
        }
    }

    /// Starts the poller where it is not running; without a runtime the wait ends.
    fn ensure_polled(&self) {
        if let Err(error) = self.poller.ensure()
            && let Some(key) = self.key
        {
            self.poller.track(|tracker, now, effects| {
                let is_mine = |kind: &WaiterKind| kind.is_for(&self.slot);
                tracker.fail(key, is_mine, &error, now, effects);
            });
        }
    }
}

impl Future for Waiting {
    type Output = Result<Job, WaitError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if let Poll::Ready(outcome) = self.slot.poll_outcome(context) {
            return Poll::Ready(outcome.map(Arc::unwrap_or_clone));
        }
        self.ensure_polled();
        Poll::Pending
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(key) = self.key {
            self.poller.track(|tracker, _, _| {
                tracker.withdraw(key, |kind| kind.is_for(&self.slot));
            });
            self.poller.wake();
        }
    }
}

impl fmt::Debug for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waiting")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// One thing that a [`Changes`] stream tells.
#[derive(Clone, Debug)]
#[non_exhaustive]
// Whether the difference counts as large depends on the features of serde_json.
#[allow(
    clippy::large_enum_variant,
    reason = "it is made once for a change and taken apart at once"
)]
pub enum Change {
    /// The status changed, the job went missing or came back, or lookups began to fail or to
    /// succeed again.
    Progress(Progress),
    /// The wait ended; the stream ends with it.
    Settled(Result<Job, WaitError>),
}

/// The changes of one job, each as soon as it is seen; from [`Waiting::changes`].
///
/// # Cancel safety
///
/// Taking the next change may be given up and begun again; none is lost. Dropping the stream ends the
/// wait.
#[must_use = "streams do nothing unless polled"]
#[derive(Debug)]
pub struct Changes {
    waiting: Waiting,
    seen: u32,
    has_ended: bool,
}

impl Changes {
    /// The next change, or `None` after the outcome.
    pub async fn next(&mut self) -> Option<Change> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// A handle for other tasks.
    pub fn handle(&self) -> WaitHandle {
        self.waiting.handle()
    }
}

impl Stream for Changes {
    type Item = Change;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Change>> {
        if self.has_ended {
            return Poll::Ready(None);
        }
        loop {
            let polled = self.waiting.slot.poll_change(self.seen, context);
            if polled.is_pending() {
                self.waiting.ensure_polled();
            }
            match ready!(polled) {
                Err(outcome) => {
                    self.has_ended = true;
                    let outcome = outcome.map(Arc::unwrap_or_clone);
                    return Poll::Ready(Some(Change::Settled(outcome)));
                }
                Ok(changes) => {
                    self.seen = changes;
                    if let Some(progress) = self.waiting.progress() {
                        return Poll::Ready(Some(Change::Progress(progress)));
                    }
                    // It ended since: the outcome is there.
                }
            }
        }
    }
}

/// A way to ask about a wait from another task; from [`Waiting::handle`].
#[derive(Clone)]
pub struct WaitHandle {
    poller: Arc<Poller>,
    id: ResultId,
    slot: Arc<Oneshot<Settled>>,
    key: Option<usize>,
}

impl WaitHandle {
    /// The job that is waited for.
    pub fn id(&self) -> &ResultId {
        &self.id
    }

    /// What is known of the job; `None` once the wait has ended.
    pub fn progress(&self) -> Option<Progress> {
        let key = self.key?;
        self.poller
            .track(|tracker, now, _| tracker.progress(key, |kind| kind.is_for(&self.slot), now))
    }

    /// The wait, put away for another process; `None` once it has ended.
    pub fn ticket(&self) -> Option<Ticket> {
        let key = self.key?;
        self.poller
            .track(|tracker, now, _| tracker.ticket(key, |kind| kind.is_for(&self.slot), now))
    }
}

impl fmt::Debug for WaitHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitHandle")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
