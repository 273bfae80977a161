//! A caller: the future or stream that it holds, and what it was promised with it.

use std::{
    future::Future as _,
    pin::Pin,
    task::{Context, Poll},
};

use crate::wait::tests::model::{
    Stored,
    promise::Promise,
    server::{At, Server, World, number},
};
use crate::{
    error::Error,
    model::Job,
    wait::{Change, Changes, LookupOne, Wait, WaitAll, WaitAny, WaitEach, WaitError},
};

type Settled = Result<Job, WaitError>;

pub(super) enum Held {
    One(Wait),
    Changes(Changes),
    Completed(WaitEach),
    All(WaitAll),
    Any(WaitAny),
    Look(LookupOne),
}

/// Something that a held future or stream yielded.
enum Came {
    Settled(Settled),
    Looked(Result<Option<Job>, Error>),
    /// Nothing more will come.
    End,
}

pub(super) struct Caller {
    /// `None` after the end.
    held: Option<Held>,
    /// The promises that are not kept yet.
    open: Vec<Promise>,
    /// For how many more steps it does not poll.
    pub(super) patience: usize,
    begun: At,
    polled_from: Option<At>,
    had_no_room: bool,
}

impl Caller {
    pub(super) fn new(
        held: Held,
        open: Vec<Promise>,
        patience: usize,
        max_tracked: usize,
        server: &Server,
    ) -> Self {
        let mut world = server.world();
        for promise in &open {
            world.want(promise.job);
        }
        Self {
            held: Some(held),
            open,
            patience,
            begun: world.now(),
            polled_from: None,
            had_no_room: world.number_wanted() > max_tracked,
        }
    }

    pub(super) fn is_over(&self) -> bool {
        self.held.is_none()
    }

    /// Whether it certainly still waits for the job: it would have taken an outcome.
    pub(super) fn looks_for(&self, job: usize) -> bool {
        self.polled_from.is_some()
            && self.patience == 0
            && self.open.iter().any(|promise| promise.job == job)
            // `All` and `Any` do not hand outcomes out one by one.
            && matches!(self.held, Some(Held::One(_) | Held::Changes(_) | Held::Completed(_) | Held::Look(_)))
    }

    /// By when it must have ended, if that is known.
    pub(super) fn due(&self, world: &World) -> Option<At> {
        let mut due = self.open.iter().map(|promise| promise.due(world));
        match self.held {
            // A single wait that never ends keeps all of them open.
            Some(Held::All(_)) => due.try_fold(At::ZERO, |last, due| Some(last.max(due?))),
            Some(Held::Any(_)) => due.flatten().min(),
            _ => due.flatten().max(),
        }
    }

    /// Polls what it holds, and compares what that yields with the promises.
    pub(super) fn look(
        &mut self,
        server: &Server,
        shut_down: Option<At>,
        context: &mut Context<'_>,
    ) -> Vec<Stored> {
        let mut tickets = Vec::new();
        if self.patience > 0 {
            return tickets;
        }
        let now = server.world().now();
        let polled_from = *self.polled_from.get_or_insert(now);
        while let Some(held) = &mut self.held {
            let Poll::Ready(came) = held.poll(context) else {
                break;
            };
            let (is_all, is_any) = (matches!(held, Held::All(_)), matches!(held, Held::Any(_)));
            for came in came {
                match came {
                    Came::End => {
                        self.held = None;
                    }
                    Came::Looked(answer) => {
                        self.held = None;
                        let Some(promise) = self.settle(None, server) else {
                            continue;
                        };
                        let mut world = server.world();
                        let verdict = promise.check_look(&answer, now, self.had_no_room, &world);
                        if let Err(why) = verdict {
                            let text = format!("{now:?}: {answer:?} of {promise:?}: {why}");
                            world.violations.push(text);
                        }
                    }
                    Came::Settled(outcome) => {
                        let id = outcome.as_ref().map_or_else(WaitError::id, Job::id);
                        let job = number(id.as_str());
                        let Some(mut promise) = self.settle(Some(job), server) else {
                            continue;
                        };
                        // The time of the end is unknown if nobody polled, and for each single wait of `All`.
                        promise.is_blurred |= is_all || polled_from != self.begun;
                        if is_any {
                            // The other waits are given up.
                            self.release(server);
                        }
                        let mut world = server.world();
                        // `All` hands its outcomes out with the last of them.
                        let polled_from = if is_all { now } else { polled_from };
                        let mut verdict =
                            promise.check(&outcome, now, polled_from, shut_down, &world);
                        if let Err(error) = &outcome
                            && error.kind() == crate::wait::WaitErrorKind::TooManyIds
                            && !self.had_no_room
                        {
                            verdict = Err("there was room".into());
                        }
                        if let Err(why) = verdict {
                            let text = format!("{now:?}: {outcome:?} of {promise:?}: {why}");
                            world.violations.push(text);
                        }
                        if let Err(error) = outcome
                            && let Some(ticket) = error.into_ticket()
                            && !is_all
                            && !is_any
                            && polled_from == self.begun
                        {
                            tickets.push(Stored {
                                json: serde_json::to_string(&ticket).unwrap(),
                                promise,
                                since: now,
                            });
                        }
                    }
                }
            }
        }
        if self.held.is_none() {
            self.close(server);
        }
        tickets
    }

    /// Removes the promise of an outcome; there must be one.
    fn settle(&mut self, job: Option<usize>, server: &Server) -> Option<Promise> {
        let is_it = |promise: &Promise| job.is_none_or(|job| promise.job == job);
        let mut world = server.world();
        let Some(place) = self.open.iter().position(is_it) else {
            let now = world.now();
            let text = format!("{now:?}: an outcome of {job:?} that was not waited for");
            world.violations.push(text);
            return None;
        };
        let promise = self.open.swap_remove(place);
        world.release(promise.job);
        Some(promise)
    }

    /// Nothing more will come, so no promise may be open.
    fn close(&mut self, server: &Server) {
        let mut world = server.world();
        for promise in self.open.drain(..) {
            world.release(promise.job);
            let text = format!("no outcome ever came for {promise:?}");
            world.violations.push(text);
        }
    }

    /// At the end of a case: only what nothing can end may still be open.
    pub(super) fn must_be_open(&self, server: &Server) {
        let mut world = server.world();
        let due = self.due(&world);
        if due.is_some_and(|due| due < world.now()) {
            let text = format!("stuck at {:?}: {:?}", world.now(), self.open);
            world.violations.push(text);
        }
    }

    /// Cancels a wait for one job by its handle.
    pub(super) fn cancel(&mut self, server: &Server) {
        let handle = match &self.held {
            Some(Held::One(wait)) => wait.handle(),
            Some(Held::Changes(changes)) => changes.handle(),
            _ => return,
        };
        handle.cancel();
        for promise in &mut self.open {
            promise.cancelled.get_or_insert(server.world().now());
        }
    }

    /// Drops what it holds.
    pub(super) fn give_up(mut self, server: &Server) {
        drop(self.held.take());
        self.release(server);
    }

    fn release(&mut self, server: &Server) {
        let mut world = server.world();
        for promise in self.open.drain(..) {
            world.release(promise.job);
        }
    }

    /// Drops what it holds, and returns its tickets.
    pub(super) fn put_away(mut self, server: &Server) -> Vec<Stored> {
        let tickets = match &self.held {
            Some(Held::One(waiting)) => waiting.ticket().into_iter().collect(),
            Some(Held::Changes(changes)) => changes.handle().ticket().into_iter().collect(),
            Some(Held::Completed(completions)) => {
                let tickets = completions.tickets();
                if tickets.len() != self.open.len() || completions.remaining() != tickets.len() {
                    let text = format!("{} tickets for {:?}", tickets.len(), self.open);
                    server.world().violations.push(text);
                }
                tickets
            }
            _ => Vec::new(),
        };
        drop(self.held.take());
        let since = server.world().now();
        let is_blurred = self.polled_from != Some(self.begun) || self.patience > 0;
        let mut stored = Vec::new();
        for ticket in tickets {
            let job = number(ticket.id().as_str());
            let Some(mut promise) = self.settle(Some(job), server) else {
                continue;
            };
            promise.is_blurred |= is_blurred;
            stored.push(Stored {
                json: serde_json::to_string(&ticket).unwrap(),
                promise,
                since,
            });
        }
        self.give_up(server);
        stored
    }
}

impl Held {
    /// Polls it; after an `End` it must not be polled again.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Vec<Came>> {
        match self {
            Self::One(waiting) => Pin::new(waiting)
                .poll(context)
                .map(|outcome| vec![Came::Settled(outcome), Came::End]),
            Self::Changes(changes) => Pin::new(&mut std::pin::pin!(changes.next()))
                .poll(context)
                .map(|change| match change {
                    Some(Change::Progress(_)) => Vec::new(),
                    Some(Change::Settled(outcome)) => vec![Came::Settled(outcome)],
                    None => vec![Came::End],
                }),
            Self::Completed(completions) => std::pin::pin!(completions.next())
                .poll(context)
                .map(|outcome| vec![outcome.map_or(Came::End, Came::Settled)]),
            Self::All(all) => Pin::new(all).poll(context).map(|results| {
                let outcomes = results.into_iter().map(|(_, outcome)| outcome);
                outcomes.map(Came::Settled).chain([Came::End]).collect()
            }),
            Self::Any(any) => Pin::new(any).poll(context).map(|outcome| {
                let outcome = outcome.map(Came::Settled);
                outcome.into_iter().chain([Came::End]).collect()
            }),
            Self::Look(look) => Pin::new(look)
                .poll(context)
                .map(|answer| vec![Came::Looked(answer)]),
        }
    }
}
