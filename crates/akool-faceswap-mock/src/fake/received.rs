//! What a fake has received: requests, downloads and counters.

use crate::{fake::FakeAkool, record::RecordedRequest, stats::Stats, store::AskedAfterTerminal};

/// # Received requests
impl FakeAkool {
    /// The requests to the API or to unknown paths, oldest first.
    ///
    /// Only the newest [`MAX_RECORDED_REQUESTS`](crate::MAX_RECORDED_REQUESTS) are kept, with at
    /// most [`MAX_RECORDED_BYTES`](crate::MAX_RECORDED_BYTES) of text;
    /// [`requests_not_recorded`](Self::requests_not_recorded) counts the others. The counters below
    /// cover all requests.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.service.recorder.requests()
    }

    /// The downloads of result files, oldest first; bounded in the same way.
    ///
    /// ```
    /// use akool_faceswap_mock::FakeAkool;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let fake = FakeAkool::start()?;
    /// // Here your service resumes a download. Then:
    /// let resumed = fake.downloads().iter().any(|download| {
    ///     download.header_names().iter().any(|name| name == "range")
    /// });
    /// # assert!(!resumed);
    /// # Ok(())
    /// # }
    /// ```
    pub fn downloads(&self) -> Vec<RecordedRequest> {
        self.service.recorder.downloads()
    }

    /// How many downloads of result files were requested, answered or not.
    pub fn download_count(&self) -> u64 {
        self.service.recorder.counters().downloads
    }

    /// All counters.
    pub fn stats(&self) -> Stats {
        let counters = self.service.recorder.counters();
        Stats {
            requests: counters.requests,
            ids_asked: counters.ids,
            max_ids_per_request: counters.most_ids,
            longest_request_line: counters.longest_line,
            max_concurrent_requests: counters.most_in_flight,
            faults_given: self.service.script().given(),
            asked_after_terminal: self.asked_after_terminal().times,
            downloads: counters.downloads,
            downloads_with_credentials: counters.downloads_with_credentials,
        }
    }

    pub(crate) fn asked_after_terminal(&self) -> AskedAfterTerminal {
        self.service.jobs().asked_after_terminal().clone()
    }

    /// How many requests were received, answered or not, without downloads.
    pub fn request_count(&self) -> u64 {
        self.service.recorder.counters().requests
    }

    /// How many requests were dropped from [`requests`](Self::requests) because the list was full.
    pub fn requests_not_recorded(&self) -> u64 {
        self.service.recorder.counters().not_recorded
    }

    /// How many requests are in flight: received and not answered yet.
    pub fn requests_in_flight(&self) -> usize {
        self.service.recorder.counters().in_flight
    }

    /// The most requests that were in flight at one time.
    pub fn max_concurrent_requests(&self) -> usize {
        self.service.recorder.counters().most_in_flight
    }

    /// The most ids in one request.
    pub fn max_ids_per_request(&self) -> usize {
        self.service.recorder.counters().most_ids
    }

    /// The longest request line in bytes, without its line end.
    pub fn longest_request_line(&self) -> usize {
        self.service.recorder.counters().longest_line
    }
}
