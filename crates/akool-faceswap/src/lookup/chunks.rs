//! Which ids go into which request, and what a refused request is cut into.
//!
//! The API refuses a whole request because of one id (business code 1003), because of too many ids (the same
//! code), or because the line is too long (HTTP 414; some gateways answer 413 or 431). A wrong id must cost
//! only itself, and a limit must be discovered only once. So a refused request is cut in two until the cause is
//! known:
//!
//! - Both halves are accepted: the request was too large. Its size is remembered by all clones, the
//!   rest of the list is cut by it, and the exact limit is searched for while that saves requests.
//! - A request of this size was accepted before: one of its ids is wrong. If the first half is accepted, the
//!   wrong id is in the second, which need not be sent as a whole.
//! - While the cause is unknown, no new chunk is sent.
//!
//! An answer may also omit rows silently. If an answer lacks ids, those ids alone are requested again, unless a
//! longer answer has shown that this one was not cut off. If any of them is found, the server caps its answers,
//! and the cap is remembered like any other limit.
//!
//! **Bound.** If a limit is unknown, a lookup sends at most twice the requests of a client that was configured
//! with it, and two more; afterwards the limit is known. Each wrong id costs at most `2 log2(m) + 2` further
//! requests, where `m` is the most ids of a request. Requests in flight at the first refusal are added once.
//!
//! Nothing here sends or waits: [`Chunks::next`] says what to send, [`Chunks::answered`] takes the
//! answer.

use crate::{
    limits::request_size::{KnownSizes, RequestSize},
    model::ResultId,
};

/// An answer with fewer rows than this was not cut off: nobody caps answers at so few.
const SMALLEST_CAP: usize = 10;

/// The ids of one request, as positions in the list.
#[derive(Debug)]
pub(super) struct Chunk {
    pub(super) positions: Vec<usize>,
    size: RequestSize,
    /// The refused request that it is a part of.
    parent: Option<usize>,
    /// For a check of an incomplete answer: how many ids that answer was about, and how many it had.
    check: Option<(usize, usize)>,
}

/// What to do next.
#[derive(Debug)]
pub(super) enum Next {
    /// Send a request for this chunk.
    Send(Chunk),
    /// Wait for an answer.
    Wait,
    /// Every id has been answered.
    Done,
}

/// What became of a request.
#[derive(Debug)]
pub(super) enum Reply {
    /// There is an answer, without these of the ids.
    Accepted { missing: Vec<usize> },
    /// Refused because of an id, or of their number.
    Refused,
    /// Refused because its line is too long.
    LineTooLong,
    /// Failed for another reason, which splitting does not change.
    Failed,
}

/// A request that was refused, and whose parts are asked for.
#[derive(Debug)]
struct Split {
    size: RequestSize,
    parent: Option<usize>,
    /// Parts without a final answer.
    open: usize,
    /// Whether all parts so far were accepted.
    all_accepted: bool,
    /// Whether an id is known to be the reason.
    is_explained: bool,
    /// The second half, while the first is in flight and may show that the second has the wrong id.
    second: Option<Chunk>,
}

/// Cuts a list of ids into requests.
#[derive(Debug)]
pub(super) struct Chunks<'a> {
    ids: &'a [ResultId],
    configured: RequestSize,
    known: &'a KnownSizes,
    /// Up to where the list has been cut.
    cut: usize,
    /// Parts of refused requests, the next one last.
    parts: Vec<Chunk>,
    splits: Vec<Split>,
    /// Splits whose cause is unknown: an id or the size.
    doubtful: Vec<usize>,
    in_flight: usize,
}

impl<'a> Chunks<'a> {
    pub(super) fn new(ids: &'a [ResultId], configured: RequestSize, known: &'a KnownSizes) -> Self {
        Self {
            ids,
            configured,
            known,
            cut: 0,
            parts: Vec::new(),
            splits: Vec::new(),
            doubtful: Vec::new(),
            in_flight: 0,
        }
    }

    /// What to send next, if anything.
    pub(super) fn next(&mut self) -> Next {
        let chunk = if let Some(part) = self.parts.pop() {
            self.fit(part)
        } else if self.cut < self.ids.len() && !self.is_in_doubt() {
            let left = self.ids.len() - self.cut;
            let limit = self.known.next(self.configured, left);
            let size = self.fitting(self.cut..self.ids.len(), limit);
            let end = self.cut + size.ids;
            let positions = (self.cut..end).collect();
            self.cut = end;
            Chunk {
                positions,
                size,
                parent: None,
                check: None,
            }
        } else if self.in_flight > 0 {
            return Next::Wait;
        } else {
            return Next::Done;
        };
        self.in_flight += 1;
        Next::Send(chunk)
    }

    /// Whether there is nothing left to send before the next answer.
    pub(super) fn is_all_sent(&self) -> bool {
        self.parts.is_empty() && self.cut == self.ids.len()
    }

    /// Takes the answer to a request. `false` if its ids are asked for again in smaller requests, so
    /// that the answer is not their outcome.
    pub(super) fn answered(&mut self, chunk: Chunk, reply: Reply) -> bool {
        self.in_flight -= 1;
        let size = chunk.size;
        match reply {
            Reply::Accepted { missing } => {
                self.known.accept_bytes(size.bytes);
                let rows = size.ids - missing.len();
                if missing.is_empty() || self.known.is_shorter_than_others(rows) {
                    self.known.accept_ids(size.ids);
                }
                self.release_second(chunk.parent, true);
                self.close(chunk.parent, true);
                self.check_missing(&chunk, missing);
                true
            }
            Reply::Refused if chunk.positions.len() > 1 => {
                self.release_second(chunk.parent, false);
                self.split(chunk);
                false
            }
            Reply::LineTooLong if chunk.positions.len() > 1 => {
                self.release_second(chunk.parent, false);
                self.known.refuse_bytes(size.bytes);
                self.parts.push(chunk);
                false
            }
            Reply::Refused | Reply::LineTooLong | Reply::Failed => {
                self.release_second(chunk.parent, false);
                self.close(chunk.parent, false);
                // What a check could not find out stays as the first answer said.
                chunk.check.is_none()
            }
        }
    }

    /// Cuts a part to the size that is known by now, and puts the rest back.
    fn fit(&mut self, mut part: Chunk) -> Chunk {
        let limit = self.known.next(self.configured, part.size.ids);
        let size = self.fitting(part.positions.iter().copied(), limit);
        if size.ids < part.size.ids {
            let rest = part.positions.split_off(size.ids);
            part.size = size;
            if let Some(parent) = part.parent {
                self.splits[parent].open += 1;
            }
            let rest = self.part(rest, part.parent, part.check);
            self.parts.push(rest);
        }
        part
    }

    /// As many of these ids as fit into one request, at least one.
    fn fitting(
        &self,
        mut positions: impl Iterator<Item = usize>,
        limit: RequestSize,
    ) -> RequestSize {
        let add =
            |size: RequestSize, position: usize| size.with(&self.ids[position], limit).ok_or(size);
        let (Ok(size) | Err(size)) = positions.try_fold(RequestSize::EMPTY, add);
        size
    }

    /// Some of the ids of a request that was answered.
    fn part(
        &self,
        positions: Vec<usize>,
        parent: Option<usize>,
        check: Option<(usize, usize)>,
    ) -> Chunk {
        let no_limit = RequestSize {
            ids: usize::MAX,
            bytes: usize::MAX,
        };
        let size = self.fitting(positions.iter().copied(), no_limit);
        Chunk {
            positions,
            size,
            parent,
            check,
        }
    }

    /// Cuts a refused request in two.
    fn split(&mut self, mut chunk: Chunk) {
        let is_explained = self.known.was_accepted(chunk.size);
        if is_explained && let Some(parent) = chunk.parent {
            self.explain(parent);
        }
        let second = chunk.positions.split_off(chunk.positions.len() / 2);
        let part = |positions| self.part(positions, Some(self.splits.len()), chunk.check);
        let (first, second) = (part(chunk.positions), part(second));
        let mut split = Split {
            size: chunk.size,
            parent: chunk.parent,
            open: 2,
            all_accepted: true,
            is_explained,
            second: None,
        };
        if is_explained {
            split.second = Some(second);
        } else {
            self.parts.push(second);
        }
        self.parts.push(first);
        if !is_explained {
            self.doubtful.push(self.splits.len());
        }
        self.splits.push(split);
    }

    /// Asks for the second half of a split whose first half was answered.
    fn release_second(&mut self, parent: Option<usize>, first_was_accepted: bool) {
        let Some(second) = parent.and_then(|parent| self.splits[parent].second.take()) else {
            return;
        };
        if first_was_accepted && second.positions.len() > 1 {
            // It has the wrong id: as a whole it would only be refused.
            self.split(second);
        } else {
            self.parts.push(second);
        }
    }

    /// Notes that one part of a split has its final answer.
    fn close(&mut self, split: Option<usize>, was_accepted: bool) {
        let (mut next, mut was_accepted) = (split, was_accepted);
        while let Some(index) = next {
            let split = &mut self.splits[index];
            split.open -= 1;
            split.all_accepted &= was_accepted;
            split.is_explained |= !was_accepted;
            if split.open > 0 {
                return;
            }
            if split.all_accepted && !split.is_explained {
                self.known.refuse_ids(split.size.ids);
            }
            was_accepted = split.all_accepted;
            next = split.parent;
        }
    }

    /// Notes that a wrong id is the reason of a refusal, and of those above it.
    fn explain(&mut self, split: usize) {
        let mut next = Some(split);
        while let Some(index) = next {
            self.splits[index].is_explained = true;
            next = self.splits[index].parent;
        }
    }

    /// Whether the cause of a refusal is still unknown; parts of it are then in flight.
    fn is_in_doubt(&mut self) -> bool {
        let (splits, known) = (&self.splits, self.known);
        self.doubtful.retain(|split| {
            let split = &splits[*split];
            split.open > 0 && !split.is_explained && !known.was_accepted(split.size)
        });
        !self.doubtful.is_empty()
    }

    /// Requests again, alone, the ids that the first incomplete answer of its size lacked.
    fn check_missing(&mut self, chunk: &Chunk, missing: Vec<usize>) {
        let asked = chunk.positions.len();
        let found = asked - missing.len();
        let (first_asked, first_found) = match chunk.check {
            Some(first) if found > 0 => {
                self.known.cap_rows(first.1);
                first
            }
            Some((first_asked, _)) => {
                self.known.accept_ids(first_asked);
                return;
            }
            None => (asked, found),
        };
        let is_in_question = found >= SMALLEST_CAP
            && !missing.is_empty()
            && !self.known.is_shorter_than_others(found);
        self.known.note_rows(found);
        if is_in_question {
            let check = self.part(missing, None, Some((first_asked, first_found)));
            self.parts.push(check);
        }
    }
}

#[cfg(test)]
mod tests;
