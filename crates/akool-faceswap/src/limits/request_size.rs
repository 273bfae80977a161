//! How large a lookup request may be, as the server's answers have shown.
//!
//! The API documents no limit on the ids of one request, so the client begins with its own settings.
//! What an answer shows is remembered for all clones: a limit is paid for once, not in every chunk.

use std::sync::{Mutex, PoisonError};

/// The size of a request: its ids, and the bytes that they take in the request line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RequestSize {
    pub(crate) ids: usize,
    pub(crate) bytes: usize,
}

/// A search is worth its requests only while it may save more of them than this.
const WORTHWHILE: usize = 2;

/// Two limits in bytes that are closer than an id are the same limit.
const BYTES_OF_AN_ID: usize = 27;

/// What all clones of a client know about the size of a request.
#[derive(Debug, Default)]
pub(crate) struct KnownSizes(Mutex<Bounds>);

#[derive(Clone, Copy, Debug, Default)]
struct Bounds {
    ids: Range,
    bytes: Range,
    /// The most rows of an answer so far.
    most_rows: usize,
}

/// Between the largest size that was accepted and the smallest that is known to be refused.
#[derive(Clone, Copy, Debug, Default)]
struct Range {
    accepted: usize,
    refused: Option<usize>,
}

impl Range {
    fn accept(&mut self, size: usize) {
        self.accepted = self.accepted.max(size);
        // The server takes more than it used to.
        self.refused = self.refused.filter(|refused| *refused > size);
    }

    fn refuse(&mut self, size: usize) {
        let size = size.max(2);
        self.refused = Some(self.refused.map_or(size, |refused| refused.min(size)));
        self.accepted = self.accepted.min(size - 1);
    }

    /// The size to use, up to `configured`; halfway to the limit where `search` says so.
    fn size(&self, configured: usize, search: bool, step: usize) -> usize {
        let Some(refused) = self.refused else {
            return configured;
        };
        // Half of what is refused is at most twice as many requests as needed, if it is accepted.
        let safe = self.accepted.max(refused / 2).max(1);
        let size = if search && refused - safe > step {
            safe.midpoint(refused)
        } else {
            safe
        };
        size.min(configured)
    }
}

impl KnownSizes {
    /// The size of the next request, within `configured`, where `left` ids are still to be asked for.
    pub(crate) fn next(&self, configured: RequestSize, left: usize) -> RequestSize {
        let known = self.lock();
        let safe = known.ids.accepted.clamp(1, configured.ids);
        let search = left / safe > WORTHWHILE;
        RequestSize {
            ids: known.ids.size(configured.ids, search, 1),
            bytes: known.bytes.size(configured.bytes, search, BYTES_OF_AN_ID),
        }
    }

    /// The size that is used where there is no list to search with.
    pub(crate) fn settled(&self, configured: RequestSize) -> RequestSize {
        let known = self.lock();
        RequestSize {
            ids: known.ids.size(configured.ids, false, 1),
            bytes: known.bytes.size(configured.bytes, false, 1),
        }
    }

    /// Whether a request of this size was accepted before, so that only an id can be wrong with it.
    pub(crate) fn was_accepted(&self, size: RequestSize) -> bool {
        let known = self.lock();
        size.ids <= known.ids.accepted && size.bytes <= known.bytes.accepted
    }

    /// Notes that a request with this many ids was answered in full.
    pub(crate) fn accept_ids(&self, ids: usize) {
        self.lock().ids.accept(ids);
    }

    /// Notes that a request line with this many bytes of ids was accepted.
    pub(crate) fn accept_bytes(&self, bytes: usize) {
        self.lock().bytes.accept(bytes);
    }

    /// Notes that a request with this number of ids is refused, whatever they are.
    pub(crate) fn refuse_ids(&self, ids: usize) {
        self.lock().ids.refuse(ids);
    }

    /// Notes that a request line with this many bytes of ids is refused.
    pub(crate) fn refuse_bytes(&self, bytes: usize) {
        self.lock().bytes.refuse(bytes);
    }

    /// Whether an answer with this many rows cannot have been cut off, because a longer one has come.
    pub(crate) fn is_shorter_than_others(&self, rows: usize) -> bool {
        rows < self.lock().most_rows
    }

    /// Notes that an answer had this many rows.
    pub(crate) fn note_rows(&self, rows: usize) {
        let mut known = self.lock();
        known.most_rows = known.most_rows.max(rows);
    }

    /// Notes that the server answers with at most this many rows.
    pub(crate) fn cap_rows(&self, rows: usize) {
        self.lock().ids.refuse(rows.saturating_add(1));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Bounds> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
