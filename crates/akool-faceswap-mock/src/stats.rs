//! All counters of a fake, to print at the end of a run.

use std::fmt;

/// The counters of a [`FakeAkool`](crate::FakeAkool); from
/// [`FakeAkool::stats`](crate::FakeAkool::stats).
///
/// The text form has one counter per line.
///
/// ```
/// use akool_faceswap_mock::FakeAkool;
///
/// # fn main() -> std::io::Result<()> {
/// let fake = FakeAkool::start()?;
/// let stats = fake.stats();
/// assert_eq!(stats.requests(), 0);
/// assert!(stats.to_string().starts_with("requests                 0\n"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stats {
    pub(crate) requests: u64,
    pub(crate) ids_asked: u64,
    pub(crate) max_ids_per_request: usize,
    pub(crate) longest_request_line: usize,
    pub(crate) max_concurrent_requests: usize,
    pub(crate) faults_given: u64,
    pub(crate) asked_after_terminal: u64,
    pub(crate) downloads: u64,
    pub(crate) downloads_with_credentials: u64,
}

impl Stats {
    /// Requests to the API, answered or not; downloads are counted separately.
    pub fn requests(&self) -> u64 {
        self.requests
    }

    /// Ids in all requests, including repeated ones.
    pub fn ids_asked(&self) -> u64 {
        self.ids_asked
    }

    /// The most ids in one request.
    pub fn max_ids_per_request(&self) -> usize {
        self.max_ids_per_request
    }

    /// The longest request line in bytes, without its line end.
    pub fn longest_request_line(&self) -> usize {
        self.longest_request_line
    }

    /// The most requests that were in flight at one time.
    pub fn max_concurrent_requests(&self) -> usize {
        self.max_concurrent_requests
    }

    /// Requests, downloads and connections that got a fault or a delay.
    pub fn faults_given(&self) -> u64 {
        self.faults_given
    }

    /// How often an id was looked up after its end had been reported; see
    /// [`FakeAkool::assert_no_id_asked_after_terminal`](crate::FakeAkool::assert_no_id_asked_after_terminal).
    pub fn asked_after_terminal(&self) -> u64 {
        self.asked_after_terminal
    }

    /// Downloads of result files, answered or not.
    pub fn downloads(&self) -> u64 {
        self.downloads
    }

    /// Downloads that carried `x-api-key` or `Authorization`, which is a mistake.
    pub fn downloads_with_credentials(&self) -> u64 {
        self.downloads_with_credentials
    }
}

impl fmt::Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = |name: &str, count: u64| writeln!(f, "{name:<24} {count}");
        line("requests", self.requests)?;
        line("ids requested", self.ids_asked)?;
        line("most ids in a request", self.max_ids_per_request as u64)?;
        line("longest request line", self.longest_request_line as u64)?;
        line("most requests at once", self.max_concurrent_requests as u64)?;
        line("faults given", self.faults_given)?;
        line("looked up after the end", self.asked_after_terminal)?;
        line("downloads", self.downloads)?;
        write!(
            f,
            "{:<24} {}",
            "  with credentials", self.downloads_with_credentials
        )
    }
}
