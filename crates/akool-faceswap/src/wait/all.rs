//! Waiting for all of many jobs, or for the first of them.

use std::{
    fmt,
    future::{Future, IntoFuture, poll_fn},
    pin::Pin,
};

use crate::model::{Job, ResultId, ResultIds};
use crate::wait::{AsCompleted, Options, Ticket, WaitError, options};

/// A wait for all of many jobs that has not begun: await it, or set options first.
///
/// Made by [`Client::wait_all`](crate::client::Client::wait_all).
#[must_use = "waits do nothing until they are awaited"]
#[derive(Debug)]
pub struct WaitAll {
    ids: ResultIds,
    what: AsCompleted,
    options: Options,
}

impl WaitAll {
    pub(crate) fn new(ids: ResultIds, what: AsCompleted) -> Self {
        Self {
            ids,
            what,
            options: Options::default(),
        }
    }
}

options!(WaitAll);

impl IntoFuture for WaitAll {
    type Output = WaitResults;
    type IntoFuture = Pin<Box<dyn Future<Output = WaitResults> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { ids, what, options } = self;
        let mut ended = what.with_options(options).start();
        Box::pin(async move {
            let mut outcomes: Vec<Option<Result<Job, WaitError>>> = Vec::new();
            outcomes.resize_with(ids.len(), || None);
            while let Some((number, outcome)) =
                poll_fn(|context| ended.poll_numbered(context)).await
            {
                outcomes[number] = Some(outcome);
            }
            WaitResults {
                // Each number comes exactly once.
                outcomes: outcomes.into_iter().flatten().collect(),
                ids,
            }
        })
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

    /// What to go on with, for every job that may still end.
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

impl IntoIterator for WaitResults {
    type Item = (ResultId, Result<Job, WaitError>);
    type IntoIter =
        std::iter::Zip<std::vec::IntoIter<ResultId>, std::vec::IntoIter<Result<Job, WaitError>>>;

    fn into_iter(self) -> Self::IntoIter {
        self.ids.into_iter().zip(self.outcomes)
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

/// A wait for the first of many jobs that has not begun: await it, or set options first.
///
/// Made by [`Client::wait_any`](crate::client::Client::wait_any).
#[must_use = "waits do nothing until they are awaited"]
#[derive(Debug)]
pub struct WaitAny {
    what: AsCompleted,
    options: Options,
}

impl WaitAny {
    pub(crate) fn new(what: AsCompleted) -> Self {
        Self {
            what,
            options: Options::default(),
        }
    }
}

options!(WaitAny);

impl IntoFuture for WaitAny {
    type Output = Option<Result<Job, WaitError>>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        let mut ended = self.what.with_options(self.options).start();
        Box::pin(async move { ended.next().await })
    }
}
