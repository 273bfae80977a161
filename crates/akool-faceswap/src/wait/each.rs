//! Waits for many jobs, as a stream of outcomes in the order in which the jobs end.

use std::{
    fmt,
    future::poll_fn,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use futures_core::Stream;

use crate::model::{Job, ResultId, ResultIds};
use crate::wait::{
    GroupProgress, Ticket, WaitError,
    delivery::Queue,
    options::{Options, Start, setters},
    poller::Poller,
    time::Now,
    tracker::{Key, Receiver, Settled},
};

/// Waits for many jobs: a stream of their outcomes, each as soon as its job has ended.
///
/// Made by [`Client::wait_each`](crate::client::Client::wait_each) and
/// [`Client::resume_each`](crate::client::Client::resume_each). The stream ends after the last
/// outcome. The waits start when it is first polled, or when [`start`](Self::start) is called. Set
/// options before that; later they have no effect.
///
/// # Cancel safety
///
/// Started waits continue between polls, and outcomes are kept until they are taken: `next` is
/// cancel-safe, and no outcome is lost. Dropping the stream ends all its waits; take the
/// [`tickets`](Self::tickets) first to resume them later.
#[must_use = "streams do nothing unless polled, and the waits end when this is dropped"]
pub struct WaitEach {
    poller: Arc<Poller>,
    group: Arc<Queue<Settled>>,
    /// The key of each wait in the order of the list; [`Key::NONE`] once its outcome is taken.
    keys: Vec<Key>,
    undelivered: usize,
    /// `None` once the waits have started.
    unstarted: Option<Box<Unstarted>>,
}

struct Unstarted {
    jobs: Jobs,
    options: Options,
}

enum Jobs {
    Ids(ResultIds),
    Tickets(Vec<Ticket>),
}

impl Unstarted {
    fn initial_states<'a>(
        &'a self,
        now: &'a Now,
    ) -> Box<dyn Iterator<Item = (ResultId, Start)> + 'a> {
        match &self.jobs {
            Jobs::Ids(ids) => {
                let start = self.options.start(now);
                Box::new(ids.iter().map(move |id| (id.clone(), start.clone())))
            }
            Jobs::Tickets(tickets) => Box::new(
                tickets
                    .iter()
                    .map(|ticket| (ticket.id.clone(), self.options.resume(ticket, now))),
            ),
        }
    }
}

impl WaitEach {
    pub(crate) fn for_ids(poller: Arc<Poller>, ids: ResultIds) -> Self {
        let number = ids.len();
        Self::new(poller, number, Jobs::Ids(ids))
    }

    pub(crate) fn resumed(poller: Arc<Poller>, tickets: Vec<Ticket>) -> Self {
        let number = tickets.len();
        Self::new(poller, number, Jobs::Tickets(tickets))
    }

    fn new(poller: Arc<Poller>, undelivered: usize, jobs: Jobs) -> Self {
        Self {
            poller,
            group: Arc::new(Queue::new()),
            keys: Vec::new(),
            undelivered,
            unstarted: Some(Box::new(Unstarted {
                jobs,
                options: Options::default(),
            })),
        }
    }

    /// The options; `None` once the waits have started.
    pub(super) fn options(&mut self) -> Option<&mut Options> {
        let unstarted = self.unstarted.as_deref_mut()?;
        Some(&mut unstarted.options)
    }

    /// Starts all the waits now instead of at the first poll.
    pub fn start(mut self) -> Self {
        self.begin();
        self
    }

    pub(super) fn begin(&mut self) {
        let Some(unstarted) = self.unstarted.take() else {
            return;
        };
        let group = &self.group;
        self.keys = self.poller.track(|tracker, now, effects| {
            (0..)
                .zip(unstarted.initial_states(now))
                .map(|(number, (id, start))| {
                    let receiver = Receiver::Many(group.clone(), number);
                    tracker
                        .wait(&id, &start, receiver, now, effects)
                        .unwrap_or(Key::NONE)
                })
                .collect()
        });
        // Without a runtime the first poll starts the poller, or ends the waits.
        let _ = self.poller.ensure();
        self.poller.wake();
    }

    /// The next outcome, or `None` after the last.
    ///
    /// Each is the job at success, or the reason why there is no result. Both have the id.
    pub async fn next(&mut self) -> Option<Result<Job, WaitError>> {
        poll_fn(|context| self.poll_numbered(context))
            .await
            .map(|(_, outcome)| outcome)
    }

    /// How many outcomes have not been taken yet.
    pub fn remaining(&self) -> usize {
        self.undelivered
    }

    /// What is known about all the jobs. It visits every pending wait, which takes a few milliseconds for
    /// 100,000.
    pub fn progress(&self) -> GroupProgress {
        if self.unstarted.is_some() {
            return GroupProgress {
                total: self.undelivered,
                unseen: self.undelivered,
                ..GroupProgress::default()
            };
        }
        self.poller.track(|tracker, now, _| {
            let mut progress = GroupProgress {
                total: self.keys.len(),
                ..GroupProgress::default()
            };
            let mut pending = 0;
            for key in &self.keys {
                if let Some(one) = tracker.progress(*key, now) {
                    pending += 1;
                    progress.count(&one);
                }
            }
            progress.settled = progress.total - pending;
            progress
        })
    }

    /// A ticket for every wait whose outcome has not been taken yet, to resume it in this process or
    /// another.
    pub fn tickets(&self) -> Vec<Ticket> {
        self.poller.track(|tracker, now, _| {
            if let Some(unstarted) = &self.unstarted {
                let starts = unstarted.initial_states(now);
                return starts
                    .map(|(id, start)| {
                        Ticket::from_state(id, &start.state, start.span(), None, now)
                    })
                    .collect();
            }
            let mut tickets: Vec<Ticket> = self
                .keys
                .iter()
                .filter_map(|key| tracker.ticket(*key, now))
                .collect();
            tickets.extend(self.group.undelivered());
            tickets
        })
    }

    /// The next outcome with its number in the list.
    pub(super) fn poll_numbered(
        &mut self,
        context: &Context<'_>,
    ) -> Poll<Option<(usize, Result<Job, WaitError>)>> {
        self.begin();
        if self.undelivered == 0 {
            return Poll::Ready(None);
        }
        if let Poll::Ready((number, outcome)) = self.group.poll_next(context) {
            self.undelivered -= 1;
            let number = number as usize;
            self.keys[number] = Key::NONE;
            let outcome = outcome.map(Arc::unwrap_or_clone);
            return Poll::Ready(Some((number, outcome)));
        }
        if let Err(error) = self.poller.ensure() {
            self.poller.track(|tracker, now, effects| {
                for key in &self.keys {
                    tracker.fail(*key, &error, now, effects);
                }
            });
        }
        Poll::Pending
    }

    /// Ends all waits that have not ended.
    pub(super) fn withdraw(&mut self) {
        self.unstarted = None;
        if std::mem::take(&mut self.undelivered) == 0 {
            return;
        }
        let keys = std::mem::take(&mut self.keys);
        self.poller.track(|tracker, _, _| {
            for key in keys {
                tracker.withdraw(key);
            }
        });
        self.poller.wake();
    }
}

setters!(WaitEach);

impl Stream for WaitEach {
    type Item = Result<Job, WaitError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_numbered(context)
            .map(|next| next.map(|(_, outcome)| outcome))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.undelivered, Some(self.undelivered))
    }
}

impl Drop for WaitEach {
    fn drop(&mut self) {
        self.withdraw();
    }
}

impl fmt::Debug for WaitEach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitEach")
            .field("remaining", &self.undelivered)
            .field("has_started", &self.unstarted.is_none())
            .finish_non_exhaustive()
    }
}
