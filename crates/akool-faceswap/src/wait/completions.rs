//! Many waits that are under way, as a stream of outcomes in the order in which jobs end.

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
    GroupProgress, Options, Ticket, WaitError,
    delivery::Queue,
    options,
    poller::Poller,
    tracker::{Receiver, Settled, WaiterKind},
};

/// Stands where a wait has ended.
const ENDED: usize = usize::MAX;

/// Waits for many jobs that have not begun: set options and [`start`](Self::start) them.
///
/// Made by [`Client::wait_each`] and [`Client::resume_each`].
#[must_use = "waits do nothing until they are started"]
#[derive(Debug)]
pub struct AsCompleted {
    poller: Arc<Poller>,
    what: What,
    options: Options,
}

#[derive(Debug)]
enum What {
    Ids(ResultIds),
    Tickets(Vec<Ticket>),
}

impl AsCompleted {
    pub(crate) fn ids(poller: Arc<Poller>, ids: ResultIds) -> Self {
        Self {
            poller,
            what: What::Ids(ids),
            options: Options::default(),
        }
    }

    pub(crate) fn tickets(poller: Arc<Poller>, tickets: Vec<Ticket>) -> Self {
        Self {
            poller,
            what: What::Tickets(tickets),
            options: Options::default(),
        }
    }

    pub(super) fn with_options(self, options: Options) -> Self {
        Self { options, ..self }
    }

    /// Begins all the waits now.
    pub fn start(self) -> Completions {
        let Self {
            poller,
            what,
            options,
        } = self;
        let group = Arc::new(Queue::new());
        let now = poller.time_source.now();
        let keys = match what {
            What::Ids(ids) => {
                let start = options.start(&now);
                let starts = ids.iter().map(|id| (id.clone(), start.clone()));
                begin(&poller, &group, starts)
            }
            What::Tickets(tickets) => {
                let starts = tickets.into_iter().map(|ticket| {
                    let start = options.resume(&ticket, &now);
                    (ticket.id, start)
                });
                begin(&poller, &group, starts)
            }
        };
        let _ = poller.ensure();
        poller.wake();
        Completions {
            undelivered: keys.len(),
            poller,
            group,
            keys,
        }
    }
}

options!(AsCompleted);

/// The key of each wait, in the order given.
fn begin(
    poller: &Poller,
    group: &Arc<Queue<Settled>>,
    starts: impl Iterator<Item = (ResultId, options::Start)>,
) -> Vec<usize> {
    poller.track(|tracker, now, effects| {
        (0..)
            .zip(starts)
            .map(|(number, (id, start))| {
                let receiver = Receiver::Many(group.clone(), number);
                tracker
                    .wait(&id, &start, receiver, now, effects)
                    .unwrap_or(ENDED)
            })
            .collect()
    })
}

/// The outcomes of many waits, each as soon as its job has ended; a stream that ends after the last.
///
/// Made by [`AsCompleted::start`].
///
/// # Cancel safety
///
/// The waits go on between polls, and outcomes are kept until they are taken: taking the next one may
/// be given up and begun again, and none is lost. Dropping the stream ends all its waits; take the
/// [`tickets`](Self::tickets) first to go on later.
#[must_use = "dropping it ends the waits"]
pub struct Completions {
    poller: Arc<Poller>,
    group: Arc<Queue<Settled>>,
    keys: Vec<usize>,
    undelivered: usize,
}

impl Completions {
    /// The next outcome, or `None` after the last.
    ///
    /// Each is the job at success, or the reason why there is no result; both know their id.
    pub async fn next(&mut self) -> Option<Result<Job, WaitError>> {
        poll_fn(|context| self.poll_numbered(context))
            .await
            .map(|(_, outcome)| outcome)
    }

    /// How many outcomes have not been taken yet.
    pub fn remaining(&self) -> usize {
        self.undelivered
    }

    /// What is known of all of them. It goes through every pending wait: for 100,000 of them that
    /// takes some milliseconds.
    pub fn progress(&self) -> GroupProgress {
        self.poller.track(|tracker, now, _| {
            let mut progress = GroupProgress {
                total: self.keys.len(),
                ..GroupProgress::default()
            };
            let mut pending = 0;
            for (key, is_mine) in self.pending() {
                if let Some(one) = tracker.progress(key, is_mine, now) {
                    pending += 1;
                    progress.count(&one);
                }
            }
            progress.settled = progress.total - pending;
            progress
        })
    }

    /// Every wait whose outcome has not been taken yet, put away for another process.
    pub fn tickets(&self) -> Vec<Ticket> {
        self.poller.track(|tracker, now, _| {
            let mut tickets: Vec<Ticket> = self
                .pending()
                .filter_map(|(key, is_mine)| tracker.ticket(key, is_mine, now))
                .collect();
            tickets.extend(self.group.undelivered());
            tickets
        })
    }

    fn pending(&self) -> impl Iterator<Item = (usize, impl FnOnce(&WaiterKind) -> bool)> {
        (0..)
            .zip(&self.keys)
            .filter(|(_, key)| **key != ENDED)
            .map(|(number, key)| {
                let group = &self.group;
                (*key, move |kind: &WaiterKind| {
                    kind.is_for_group(group, number)
                })
            })
    }

    /// The next outcome with its number in the list that was given.
    pub(super) fn poll_numbered(
        &mut self,
        context: &Context<'_>,
    ) -> Poll<Option<(usize, Result<Job, WaitError>)>> {
        if self.undelivered == 0 {
            return Poll::Ready(None);
        }
        if let Poll::Ready((number, outcome)) = self.group.poll_next(context) {
            self.undelivered -= 1;
            let number = number as usize;
            self.keys[number] = ENDED;
            let outcome = outcome.map(Arc::unwrap_or_clone);
            return Poll::Ready(Some((number, outcome)));
        }
        if let Err(error) = self.poller.ensure() {
            self.poller.track(|tracker, now, effects| {
                for (key, is_mine) in self.pending() {
                    tracker.fail(key, is_mine, &error, now, effects);
                }
            });
        }
        Poll::Pending
    }
}

impl Stream for Completions {
    type Item = Result<Job, WaitError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_numbered(context)
            .map(|next| next.map(|(_, outcome)| outcome))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.undelivered, Some(self.undelivered))
    }
}

impl Drop for Completions {
    fn drop(&mut self) {
        if self.undelivered == 0 {
            return;
        }
        self.poller.track(|tracker, _, _| {
            for (key, is_mine) in self.pending() {
                tracker.withdraw(key, is_mine);
            }
        });
        self.poller.wake();
    }
}

impl fmt::Debug for Completions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Completions")
            .field("total", &self.keys.len())
            .field("undelivered", &self.undelivered)
            .finish_non_exhaustive()
    }
}
