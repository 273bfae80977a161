//! Waiting for all of many jobs, or for the first of them.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use serde::{Serialize, Serializer};

use crate::model::{Job, ResultId, ResultIds};
use crate::wait::{
    Ticket, WaitEach, WaitError,
    options::{Options, setters},
};

/// A wait for all of many jobs: a future of [`WaitResults`].
///
/// Made by [`Client::wait_all`](crate::client::Client::wait_all). It starts when it is first polled,
/// or when [`start`](Self::start) is called. Set options before that; later they have no effect.
///
/// # Cancel safety
///
/// Dropping it ends the waits and loses the outcomes so far. To keep them, use
/// [`Client::wait_each`](crate::client::Client::wait_each), which hands each out as it comes.
#[must_use = "a wait does nothing until it is awaited or started, and ends when it is dropped"]
#[derive(Debug)]
pub struct WaitAll {
    ids: ResultIds,
    waits: WaitEach,
    outcomes: Vec<Option<Result<Job, WaitError>>>,
}

impl WaitAll {
    pub(crate) fn new(ids: ResultIds, waits: WaitEach) -> Self {
        Self {
            ids,
            waits,
            outcomes: Vec::new(),
        }
    }

    fn options(&mut self) -> Option<&mut Options> {
        self.waits.options()
    }

    /// Starts all the waits now instead of at the first poll.
    pub fn start(mut self) -> Self {
        self.waits.begin();
        self
    }
}

setters!(WaitAll);

impl Future for WaitAll {
    type Output = WaitResults;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<WaitResults> {
        let Self {
            ids,
            waits,
            outcomes,
        } = self.get_mut();
        outcomes.resize_with(ids.len(), || None);
        loop {
            match waits.poll_numbered(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Some((number, outcome))) => outcomes[number] = Some(outcome),
                Poll::Ready(None) => {
                    return Poll::Ready(WaitResults {
                        // Each number has come exactly once.
                        outcomes: std::mem::take(outcomes).into_iter().flatten().collect(),
                        ids: std::mem::take(ids),
                    });
                }
            }
        }
    }
}

/// The outcomes of many waits, in the order of the ids that were given.
#[derive(Clone)]
pub struct WaitResults {
    ids: ResultIds,
    outcomes: Vec<Result<Job, WaitError>>,
}

impl WaitResults {
    /// The jobs that succeeded.
    pub fn succeeded(&self) -> impl Iterator<Item = &Job> {
        self.outcomes
            .iter()
            .filter_map(|outcome| outcome.as_ref().ok())
    }

    /// Why each of the others has no result.
    pub fn errors(&self) -> impl Iterator<Item = &WaitError> {
        self.outcomes
            .iter()
            .filter_map(|outcome| outcome.as_ref().err())
    }

    /// The tickets to resume with, one for every job that may still end.
    pub fn tickets(&self) -> impl Iterator<Item = &Ticket> {
        self.errors().filter_map(WaitError::ticket)
    }

    /// Every id with its outcome, in the order of the list that was given.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&ResultId, &Result<Job, WaitError>)> {
        self.ids.iter().zip(&self.outcomes)
    }

    /// The number of ids.
    pub fn len(&self) -> usize {
        self.outcomes.len()
    }

    /// Whether there was no id.
    pub fn is_empty(&self) -> bool {
        self.outcomes.is_empty()
    }
}

impl<'a> IntoIterator for &'a WaitResults {
    type Item = (&'a ResultId, &'a Result<Job, WaitError>);
    type IntoIter = std::iter::Zip<
        std::slice::Iter<'a, ResultId>,
        std::slice::Iter<'a, Result<Job, WaitError>>,
    >;

    fn into_iter(self) -> Self::IntoIter {
        self.ids.iter().zip(&self.outcomes)
    }
}

impl IntoIterator for WaitResults {
    type Item = (ResultId, Result<Job, WaitError>);
    type IntoIter =
        std::iter::Zip<std::vec::IntoIter<ResultId>, std::vec::IntoIter<Result<Job, WaitError>>>;

    fn into_iter(self) -> Self::IntoIter {
        self.ids.into_iter().zip(self.outcomes)
    }
}

/// A list with a [`JobSummary`](crate::model::JobSummary) for each id, in the order of the list that was
/// given.
impl Serialize for WaitResults {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let summaries = self.outcomes.iter().map(|outcome| match outcome {
            Ok(job) => job.summary(),
            Err(error) => error.summary(),
        });
        serializer.collect_seq(summaries)
    }
}

impl fmt::Debug for WaitResults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitResults")
            .field("succeeded", &self.succeeded().count())
            .field("errors", &self.errors().count())
            .finish_non_exhaustive()
    }
}

/// A wait for the first of many jobs: a future of its outcome.
///
/// Made by [`Client::wait_any`](crate::client::Client::wait_any). It starts when it is first polled,
/// or when [`start`](Self::start) is called. Set options before that; later they have no effect.
#[must_use = "a wait does nothing until it is awaited or started, and ends when it is dropped"]
#[derive(Debug)]
pub struct WaitAny(WaitEach);

impl WaitAny {
    pub(crate) fn new(waits: WaitEach) -> Self {
        Self(waits)
    }

    fn options(&mut self) -> Option<&mut Options> {
        self.0.options()
    }

    /// Starts all the waits now instead of at the first poll.
    pub fn start(mut self) -> Self {
        self.0.begin();
        self
    }
}

setters!(WaitAny);

impl Future for WaitAny {
    type Output = Option<Result<Job, WaitError>>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.poll_numbered(context).map(|first| {
            self.0.withdraw();
            first.map(|(_, outcome)| outcome)
        })
    }
}
