//! The record of received requests, without their secrets, and counters over all of them.
//!
//! Only the newest requests are kept in detail, so a test with a hundred thousand jobs needs no
//! more memory than a small one.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use http::{HeaderMap, Method, Uri};

use crate::credentials::CredentialKind;

/// The most requests that [`FakeAkool::requests`](crate::FakeAkool::requests) keeps, and the most
/// downloads that [`FakeAkool::downloads`](crate::FakeAkool::downloads) keeps.
pub const MAX_RECORDED_REQUESTS: usize = 10_000;

/// The most bytes of paths, ids and header names that each of these two lists keeps.
pub const MAX_RECORDED_BYTES: usize = 64 * 1024 * 1024;

/// A request that a [`FakeAkool`](crate::FakeAkool) received, without header values.
///
/// ```
/// use akool_faceswap_mock::{CredentialKind, FakeAkool};
///
/// # fn main() -> std::io::Result<()> {
/// let fake = FakeAkool::start()?;
/// // Here your service runs. Then:
/// for request in fake.requests() {
///     println!("{} {} about {} ids", request.method(), request.path(), request.ids().len());
///     assert_eq!(request.credential(), CredentialKind::ApiKey);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedRequest {
    method: String,
    path: String,
    ids: Vec<String>,
    header_names: Vec<String>,
    target_len: usize,
    credential: CredentialKind,
    received_at: Instant,
}

impl RecordedRequest {
    pub(crate) fn new(method: &Method, uri: &Uri, headers: &HeaderMap, ids: Vec<String>) -> Self {
        Self {
            method: method.to_string(),
            path: uri.path().to_owned(),
            ids,
            header_names: headers.keys().map(ToString::to_string).collect(),
            target_len: uri
                .path_and_query()
                .map_or(0, |target| target.as_str().len()),
            credential: CredentialKind::of(headers),
            received_at: Instant::now(),
        }
    }

    /// The method, in upper case.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The path as sent, including a path prefix, without the query.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The requested ids, percent-decoded, in the order in which they were sent.
    pub fn ids(&self) -> &[String] {
        &self.ids
    }

    /// The names of the headers, in lower case, each once; never their values.
    pub fn header_names(&self) -> &[String] {
        &self.header_names
    }

    /// The length in bytes of path and query as sent, percent-encoded.
    pub fn target_len(&self) -> usize {
        self.target_len
    }

    /// The length in bytes of `METHOD TARGET HTTP/1.1`, which servers limit.
    pub fn request_line_len(&self) -> usize {
        self.method.len() + 1 + self.target_len + " HTTP/1.1".len()
    }

    /// Which credential headers it carried, valid or not.
    pub fn credential(&self) -> CredentialKind {
        self.credential
    }

    /// When it was received, by the machine's clock and not the fake's; for checking request rates.
    pub fn received_at(&self) -> Instant {
        self.received_at
    }

    fn bytes(&self) -> usize {
        let texts = self.ids.iter().chain(&self.header_names);
        let of_texts: usize = texts.map(|text| text.len() + size_of::<String>()).sum();
        size_of::<Self>() + self.path.len() + of_texts
    }
}

/// Counters over all requests.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counters {
    pub(crate) requests: u64,
    pub(crate) ids: u64,
    pub(crate) not_recorded: u64,
    pub(crate) in_flight: usize,
    pub(crate) most_in_flight: usize,
    pub(crate) most_ids: usize,
    pub(crate) longest_line: usize,
    pub(crate) downloads: u64,
    pub(crate) downloads_with_credentials: u64,
}

#[derive(Default)]
pub(crate) struct Recorder(Mutex<Record>);

#[derive(Default)]
struct Record {
    counters: Counters,
    requests: Newest,
    downloads: Newest,
}

/// The newest requests, up to the limits.
#[derive(Default)]
struct Newest {
    requests: VecDeque<RecordedRequest>,
    bytes: usize,
}

impl Newest {
    /// Keeps a request; returns how many of the oldest ones were dropped for it.
    fn keep(&mut self, request: RecordedRequest) -> u64 {
        self.bytes += request.bytes();
        self.requests.push_back(request);
        let mut dropped = 0;
        while self.requests.len() > MAX_RECORDED_REQUESTS || self.bytes > MAX_RECORDED_BYTES {
            let Some(oldest) = self.requests.pop_front() else {
                break;
            };
            self.bytes -= oldest.bytes();
            dropped += 1;
        }
        dropped
    }
}

impl Recorder {
    /// Records a request to the API, which is in flight until the returned guard is dropped.
    pub(crate) fn arrived(&self, request: RecordedRequest) -> InFlight<'_> {
        let mut record = self.lock();
        let counters = &mut record.counters;
        counters.requests += 1;
        counters.ids += request.ids.len() as u64;
        counters.in_flight += 1;
        counters.most_in_flight = counters.most_in_flight.max(counters.in_flight);
        counters.most_ids = counters.most_ids.max(request.ids.len());
        counters.longest_line = counters.longest_line.max(request.request_line_len());
        let number = counters.requests;
        record.counters.not_recorded += record.requests.keep(request);
        InFlight {
            recorder: self,
            number,
        }
    }

    /// Records a download.
    pub(crate) fn downloaded(&self, request: RecordedRequest) {
        let mut record = self.lock();
        record.counters.downloads += 1;
        let with_credentials = request.credential != CredentialKind::None;
        record.counters.downloads_with_credentials += u64::from(with_credentials);
        record.downloads.keep(request);
    }

    pub(crate) fn requests(&self) -> Vec<RecordedRequest> {
        self.lock().requests.requests.iter().cloned().collect()
    }

    pub(crate) fn downloads(&self) -> Vec<RecordedRequest> {
        self.lock().downloads.requests.iter().cloned().collect()
    }

    pub(crate) fn counters(&self) -> Counters {
        self.lock().counters
    }

    fn lock(&self) -> MutexGuard<'_, Record> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request that is not answered yet.
pub(crate) struct InFlight<'a> {
    recorder: &'a Recorder,
    /// Counted from 1.
    pub(crate) number: u64,
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.recorder.lock().counters.in_flight -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(ids: usize) -> RecordedRequest {
        let mut headers = HeaderMap::new();
        headers.insert("x-api-key", "planted-secret".parse().unwrap());
        let ids = vec!["667d228400000000000a0001".to_owned(); ids];
        let uri = Uri::from_static("/a?_ids=b%2Cc");
        RecordedRequest::new(&Method::GET, &uri, &headers, ids)
    }

    #[test]
    fn a_request_is_kept_without_its_secrets() {
        let request = request(1);
        assert_eq!(request.header_names(), ["x-api-key"]);
        assert_eq!(request.credential(), CredentialKind::ApiKey);
        assert_eq!(request.target_len(), 13);
        assert_eq!(
            request.request_line_len(),
            "GET /a?_ids=b%2Cc HTTP/1.1".len()
        );
        assert!(!format!("{request:?}").contains("planted"));
    }

    #[test]
    fn the_newest_are_kept_and_counters_cover_all() {
        let recorder = Recorder::default();
        for _ in 0..MAX_RECORDED_REQUESTS {
            drop(recorder.arrived(request(1)));
        }
        let first = recorder.arrived(request(2));
        let second = recorder.arrived(request(3));
        let kept = recorder.requests();
        assert_eq!(kept.len(), MAX_RECORDED_REQUESTS);
        assert_eq!(kept.last().unwrap().ids().len(), 3);
        let counters = recorder.counters();
        assert_eq!(counters.requests, 10_002);
        assert_eq!(counters.not_recorded, 2);
        assert_eq!(counters.ids, 10_005);
        assert_eq!(counters.most_ids, 3);
        assert_eq!(counters.in_flight, 2);
        drop((first, second));
        assert_eq!(recorder.counters().in_flight, 0);
        assert_eq!(recorder.counters().most_in_flight, 2);
    }

    #[test]
    fn downloads_are_kept_in_a_separate_list() {
        let recorder = Recorder::default();
        recorder.downloaded(request(0));
        assert_eq!(recorder.downloads().len(), 1);
        let counters = recorder.counters();
        assert_eq!((counters.downloads, counters.requests), (1, 0));
        assert_eq!(counters.downloads_with_credentials, 1);
    }

    #[test]
    fn huge_requests_do_not_exhaust_memory() {
        let recorder = Recorder::default();
        for _ in 0..30 {
            drop(recorder.arrived(request(100_000)));
        }
        assert!(recorder.counters().not_recorded > 0);
        assert!(recorder.lock().requests.bytes <= MAX_RECORDED_BYTES);
    }
}
