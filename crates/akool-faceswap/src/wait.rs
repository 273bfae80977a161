//! Waiting until jobs end: one poller for all waits of a client.
//!
//! A job tells nobody that it has ended, so somebody has to ask. Every program that asks for each job
//! by itself makes as many requests as it has jobs, over and over; the API takes a hundred ids in one.
//! So all waits of a client share one poller, which merges what is due and looks it up together. An id
//! that a thousand tasks wait for is one id on the wire.
//!
//! What is waited for, and every rule of when and why, is in [`tracker`], which does nothing by
//! itself; [`poller`] is the one task that sends and waits. The other rooms are what callers hold:
//! [`waiting`] for one job, [`completions`] and [`all`] for many, [`answer`] for a single look,
//! [`ticket`] for a wait put away.

mod all;
mod completions;
mod delivery;
mod error;
mod lookup_one;
mod observation;
mod options;
mod poll_policy;
mod poller;
mod progress;
mod ticket;
mod time;
mod tracker;
mod waiting;

use std::{future::IntoFuture, sync::Arc};

use crate::model::ResultId;

pub use all::{WaitAll, WaitAny, WaitResults};
pub use completions::{AsCompleted, Completions};
pub use error::{WaitError, WaitErrorKind};
pub use lookup_one::LookupOne;
use options::{Options, options};
pub use poll_policy::PollPolicy;
pub(crate) use poller::Poller;
pub use progress::{GroupProgress, Progress};
pub use ticket::{Next, Ticket};
pub use waiting::{Change, Changes, WaitHandle, Waiting};

/// A wait for one job that has not begun: await it, or set options and [`start`](Self::start) it.
///
/// Made by [`Client::wait`] and [`Client::resume`].
#[must_use = "a wait does nothing until it is awaited or started"]
#[derive(Debug)]
pub struct Wait {
    poller: Arc<Poller>,
    what: What,
    options: Options,
}

#[derive(Debug)]
enum What {
    Id(ResultId),
    Ticket(Ticket),
}

impl Wait {
    pub(crate) fn for_id(poller: Arc<Poller>, id: ResultId) -> Self {
        Self {
            poller,
            what: What::Id(id),
            options: Options::default(),
        }
    }

    pub(crate) fn resumed(poller: Arc<Poller>, ticket: Ticket) -> Self {
        Self {
            poller,
            what: What::Ticket(ticket),
            options: Options::default(),
        }
    }

    /// Begins the wait now, and hands out what it can be asked through while it is under way.
    pub fn start(self) -> Waiting {
        let Self {
            poller,
            what,
            options,
        } = self;
        let now = poller.time_source.now();
        let (id, start) = match what {
            What::Id(id) => (id, options.start(&now)),
            What::Ticket(ticket) => {
                let start = options.resume(&ticket, &now);
                (ticket.id, start)
            }
        };
        Waiting::begin(poller, id, &start)
    }
}

options!(Wait);

impl IntoFuture for Wait {
    type Output = <Waiting as Future>::Output;
    type IntoFuture = Waiting;

    fn into_future(self) -> Waiting {
        self.start()
    }
}

#[cfg(test)]
mod tests;
