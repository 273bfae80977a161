//! How large a lookup request may be, as the server's answers have shown.
//!
//! The API documents no limit on the ids of one request, so the client begins with its own settings. What an
//! answer shows is remembered for all clones, so a limit is discovered once and not in every chunk.

use std::sync::{Mutex, PoisonError};

use crate::model::{ResultId, query::encoded_len};

/// The bytes of a comma between two ids in a request line.
const COMMA: usize = "%2C".len();

/// The size of a request: its ids, and the bytes that they take in the request line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RequestSize {
    pub(crate) ids: usize,
    pub(crate) bytes: usize,
}

impl RequestSize {
    /// A request without ids.
    pub(crate) const EMPTY: Self = Self { ids: 0, bytes: 0 };

    /// With one more id, if that is within `limit`; a request has at least one id.
    pub(crate) fn with(self, id: &ResultId, limit: Self) -> Option<Self> {
        let is_first = self.ids == 0;
        let comma = if is_first { 0 } else { COMMA };
        let size = Self {
            ids: self.ids + 1,
            bytes: self.bytes + comma + encoded_len(id.as_str()),
        };
        let fits = size.ids <= limit.ids && size.bytes <= limit.bytes;
        (fits || is_first).then_some(size)
    }
}

/// A search is worth its cost only while it may save more requests than this.
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
        // The server accepts more than it used to.
        self.refused = self.refused.filter(|refused| *refused > size);
    }

    fn refuse(&mut self, size: usize) {
        let size = size.max(2);
        self.refused = Some(self.refused.map_or(size, |refused| refused.min(size)));
        self.accepted = self.accepted.min(size - 1);
    }

    /// The size to use, up to `configured`; halfway to the refused size if `search` is set.
    fn size(&self, configured: usize, search: bool, step: usize) -> usize {
        let Some(refused) = self.refused else {
            return configured;
        };
        // If half of the refused size is accepted, at most twice as many requests as needed are sent.
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
    /// The size of the next request, within `configured`, when `left` ids are still to be requested.
    pub(crate) fn next(&self, configured: RequestSize, left: usize) -> RequestSize {
        let known = self.lock();
        let safe = known.ids.accepted.clamp(1, configured.ids);
        let search = left / safe > WORTHWHILE;
        RequestSize {
            ids: known.ids.size(configured.ids, search, 1),
            bytes: known.bytes.size(configured.bytes, search, BYTES_OF_AN_ID),
        }
    }

    /// The size to use without a list to search with.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn size(ids: usize, bytes: usize) -> RequestSize {
        RequestSize { ids, bytes }
    }

    #[test]
    fn a_request_has_at_least_one_id_and_no_more_than_fit() {
        let id = |text| ResultId::new(text).unwrap();
        // A comma takes three bytes, and so does an escaped character.
        let one = RequestSize::EMPTY.with(&id("ab"), size(2, 8)).unwrap();
        assert_eq!(one, size(1, 2));
        assert_eq!(one.with(&id("c:"), size(2, 9)), Some(size(2, 9)));
        assert_eq!(one.with(&id("c:"), size(2, 8)), None);
        assert_eq!(one.with(&id("c"), size(1, 100)), None);
        let long = RequestSize::EMPTY.with(&id("abc"), size(0, 2));
        assert_eq!(long, Some(size(1, 3)));
    }

    #[test]
    fn the_configured_size_is_used_until_a_refusal_and_half_of_it_then() {
        let (range, refused) = (Range::default(), |refused| Range {
            accepted: 0,
            refused: Some(refused),
        });
        assert_eq!(range.size(100, true, 1), 100);
        assert_eq!(refused(60).size(100, false, 1), 30);
        assert_eq!(refused(60).size(20, false, 1), 20);
        // Halfway, while the gap is larger than the step.
        assert_eq!(refused(60).size(100, true, 1), 45);
        let near = Range {
            accepted: 33,
            refused: Some(60),
        };
        assert_eq!(
            (near.size(100, true, 27), near.size(100, true, 26)),
            (33, 46)
        );
    }

    #[test]
    fn what_was_refused_and_accepted_later_is_accepted() {
        let mut range = Range::default();
        range.accept(10);
        range.refuse(20);
        assert_eq!((range.accepted, range.refused), (10, Some(20)));
        range.accept(20);
        assert_eq!((range.accepted, range.refused), (20, None));
        range.refuse(20);
        assert_eq!((range.accepted, range.refused), (19, Some(20)));
        range.refuse(30);
        assert_eq!(range.refused, Some(20));
    }

    #[test]
    fn a_size_was_accepted_if_no_dimension_of_it_is_larger() {
        let known = KnownSizes::default();
        known.accept_ids(10);
        known.accept_bytes(100);
        for (ids, bytes, expected) in [(10, 100, true), (11, 100, false), (10, 101, false)] {
            assert_eq!(
                known.was_accepted(size(ids, bytes)),
                expected,
                "{ids} {bytes}"
            );
        }
    }

    #[test]
    fn a_limit_is_searched_for_while_that_may_save_requests() {
        let known = KnownSizes::default();
        known.accept_ids(10);
        known.refuse_ids(20);
        for (left, ids) in [(29, 10), (30, 15)] {
            assert_eq!(known.next(size(100, 9), left), size(ids, 9), "{left}");
        }
    }

    #[test]
    fn answers_with_few_rows_cap_the_ids_of_a_request() {
        let known = KnownSizes::default();
        known.accept_ids(100);
        known.cap_rows(40);
        assert_eq!(known.settled(size(100, 9)), size(40, 9));
        known.note_rows(7);
        assert!(known.is_shorter_than_others(6) && !known.is_shorter_than_others(7));
    }
}
