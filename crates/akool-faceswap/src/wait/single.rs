//! A wait for one job: a future that starts when it is first polled.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use crate::model::{Job, ResultId};
use crate::wait::{
    Changes, Progress, Ticket, WaitError, WaitErrorKind, WaitHandle,
    delivery::Oneshot,
    options::{Options, Start, setters},
    poller::Poller,
    time::Now,
    tracker::{self, Receiver, Settled},
};

/// A wait for one job: a future of the job at success.
///
/// Made by [`Client::wait`](crate::client::Client::wait) and
/// [`Client::resume`](crate::client::Client::resume). It starts when it is first polled, or when
/// [`start`](Self::start) is called. Set options before that; later they have no effect.
///
/// ```
/// # use akool_faceswap_mock::{FakeAkool, FakeJob};
/// # use akool_faceswap::{Client, ResultId};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let fake = FakeAkool::start()?;
/// # let client = Client::builder().base_url(fake.url()).api_key(fake.api_key()).build()?;
/// # let id: ResultId = fake.add_job(FakeJob::image()).to_string().parse()?;
/// let task = tokio::spawn(client.wait(id));
/// println!("{}", task.await??.status());
/// # Ok(())
/// # }
/// ```
///
/// # Cancel safety
///
/// A started wait continues between polls, and its outcome is kept until it is taken. Dropping it
/// ends the wait: the job is no longer looked up, unless others wait for it. The job itself is not
/// touched. Take a [`ticket`](Self::ticket) first to resume the wait later.
#[must_use = "a wait does nothing until it is awaited or started, and ends when it is dropped"]
pub struct Wait {
    poller: Arc<Poller>,
    id: ResultId,
    slot: Arc<Oneshot<Settled>>,
    /// `None` once it has started.
    unstarted: Option<Box<Unstarted>>,
}

struct Unstarted {
    ticket: Option<Ticket>,
    options: Options,
}

impl Unstarted {
    fn initial_state(&self, now: &Now) -> Start {
        match &self.ticket {
            None => self.options.start(now),
            Some(ticket) => self.options.resume(ticket, now),
        }
    }
}

impl Wait {
    pub(crate) fn for_id(poller: Arc<Poller>, id: ResultId) -> Self {
        Self::new(poller, id, None)
    }

    pub(crate) fn resumed(poller: Arc<Poller>, ticket: Ticket) -> Self {
        Self::new(poller, ticket.id.clone(), Some(ticket))
    }

    fn new(poller: Arc<Poller>, id: ResultId, ticket: Option<Ticket>) -> Self {
        Self {
            poller,
            id,
            slot: Arc::new(Oneshot::new()),
            unstarted: Some(Box::new(Unstarted {
                ticket,
                options: Options::default(),
            })),
        }
    }

    /// Starts the wait now instead of at the first poll.
    pub fn start(mut self) -> Self {
        self.begin();
        self
    }

    /// The options; `None` once the wait has started.
    fn options(&mut self) -> Option<&mut Options> {
        let unstarted = self.unstarted.as_deref_mut()?;
        Some(&mut unstarted.options)
    }

    fn begin(&mut self) {
        let Some(unstarted) = self.unstarted.take() else {
            return;
        };
        let slot = &self.slot;
        self.poller.track(|tracker, now, effects| {
            let start = unstarted.initial_state(now);
            let receiver = Receiver::One(slot.clone());
            if slot.is_start_cancelled() {
                let kind = WaitErrorKind::Cancelled;
                tracker::refuse(kind, &self.id, &start, &receiver, now, effects);
            } else if let Some(key) = tracker.wait(&self.id, &start, receiver, now, effects) {
                slot.set_key(key);
            }
        });
        // Without a runtime the first poll starts the poller, or ends the wait.
        let _ = self.poller.ensure();
        self.poller.wake();
    }

    /// The job that is waited for.
    pub fn id(&self) -> &ResultId {
        &self.id
    }

    /// What is known about the job; `None` before the wait has started and once there is an outcome.
    pub fn progress(&self) -> Option<Progress> {
        self.handle().progress()
    }

    /// A ticket to resume the wait with, in this process or another; `None` once there is an
    /// outcome.
    pub fn ticket(&self) -> Option<Ticket> {
        match &self.unstarted {
            None => self.handle().ticket(),
            Some(unstarted) => Some(self.poller.track(|_, now, _| {
                let start = unstarted.initial_state(now);
                Ticket::from_state(self.id.clone(), &start.state, start.span(), None, now)
            })),
        }
    }

    /// A handle for other tasks, to watch the wait and to cancel it. It does not keep the wait alive.
    pub fn handle(&self) -> WaitHandle {
        WaitHandle::new(self.poller.clone(), self.id.clone(), self.slot.clone())
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
    /// let mut changes = wait.changes();
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
    /// Changes that come faster than they are taken are merged into one, so the stream never lags.
    pub fn changes(self) -> Changes {
        Changes::new(self)
    }

    /// Ready with the number of changes once it differs from `seen`, or with the outcome.
    pub(super) fn poll_change(
        &mut self,
        seen: u32,
        context: &Context<'_>,
    ) -> Poll<Result<u32, Settled>> {
        self.begin();
        let polled = self.slot.poll_change(seen, context);
        if polled.is_pending() {
            self.ensure_polled();
        }
        polled
    }

    /// Starts the poller if it is not running; without a runtime the wait ends.
    fn ensure_polled(&self) {
        if let Err(error) = self.poller.ensure()
            && let Some(key) = self.slot.key()
        {
            self.poller
                .track(|tracker, now, effects| tracker.fail(key, &error, now, effects));
        }
    }
}

setters!(Wait);

impl Future for Wait {
    type Output = Result<Job, WaitError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.begin();
        if let Poll::Ready(outcome) = self.slot.poll_outcome(context) {
            return Poll::Ready(outcome.map(Arc::unwrap_or_clone));
        }
        self.ensure_polled();
        Poll::Pending
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        if let Some(key) = self.slot.key() {
            self.poller.track(|tracker, _, _| tracker.withdraw(key));
            self.poller.wake();
        }
    }
}

impl fmt::Debug for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wait")
            .field("id", &self.id)
            .field("has_started", &self.unstarted.is_none())
            .finish_non_exhaustive()
    }
}
