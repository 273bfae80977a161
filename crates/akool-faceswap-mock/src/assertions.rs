//! Assertions about everything that the fake has seen.
//!
//! A failed assertion says what was seen, and points to the caller's line.

use crate::{credentials::CredentialKind, fake::FakeAkool};

/// # Assertions
///
/// They cover everything since the start, including requests that are no longer
/// [kept in detail](FakeAkool::requests).
///
/// ```
/// use akool_faceswap_mock::FakeAkool;
///
/// # fn main() -> std::io::Result<()> {
/// let fake = FakeAkool::start()?;
/// // Here your service runs against fake.url() with fake.api_key(). Then:
/// fake.assert_requests_at_most(10);
/// fake.assert_max_ids_per_request(100);
/// fake.assert_max_request_line_bytes(4096);
/// fake.assert_max_concurrent_requests(4);
/// fake.assert_no_id_asked_after_terminal();
/// fake.assert_no_credentials_on_files();
/// # Ok(())
/// # }
/// ```
impl FakeAkool {
    /// Asserts that no request asked for more than `most` ids.
    ///
    /// # Panics
    ///
    /// If one did.
    #[track_caller]
    pub fn assert_max_ids_per_request(&self, most: usize) {
        let seen = self.max_ids_per_request();
        assert!(
            seen <= most,
            "a request asked for {seen} ids, at most {most} were allowed"
        );
    }

    /// Asserts that no request line, without its line end, was longer than `most` bytes.
    ///
    /// # Panics
    ///
    /// If one was.
    #[track_caller]
    pub fn assert_max_request_line_bytes(&self, most: usize) {
        let seen = self.longest_request_line();
        assert!(
            seen <= most,
            "a request line had {seen} bytes, at most {most} were allowed"
        );
    }

    /// Asserts that there were never more than `most` requests in flight at one time.
    ///
    /// # Panics
    ///
    /// If there were.
    #[track_caller]
    pub fn assert_max_concurrent_requests(&self, most: usize) {
        let seen = self.max_concurrent_requests();
        assert!(
            seen <= most,
            "{seen} requests were in flight at one time, at most {most} were allowed"
        );
    }

    /// Asserts that at most `most` requests to the API were received, answered or not, without
    /// downloads.
    ///
    /// # Panics
    ///
    /// If there were more.
    #[track_caller]
    pub fn assert_requests_at_most(&self, most: u64) {
        let seen = self.request_count();
        assert!(
            seen <= most,
            "{seen} requests were received, at most {most} were allowed"
        );
    }

    /// Asserts that submissions have created exactly `count` jobs, whether their answers arrived or
    /// not.
    ///
    /// # Panics
    ///
    /// If there are more or fewer.
    #[track_caller]
    pub fn assert_jobs_created(&self, count: usize) {
        let created = self.jobs_created();
        assert!(
            created == count,
            "submissions created {created} jobs for {} credits, not {count}",
            self.credits_taken()
        );
    }

    /// Asserts that no job was looked up again after an answer had reported its success or failure.
    ///
    /// Answers with a fault report nothing, and requests received before the answer was made do
    /// not count.
    ///
    /// # Panics
    ///
    /// If one was.
    #[track_caller]
    pub fn assert_no_id_asked_after_terminal(&self) {
        let asked = self.asked_after_terminal();
        if let Some(id) = asked.example {
            let times = asked.times;
            assert!(
                times == 0,
                "ids were looked up {times} times after their end had been reported, first {id}"
            );
        }
    }

    /// Asserts that no download carried `x-api-key` or `Authorization`.
    ///
    /// Result files need no credentials, and real ones are on another host.
    ///
    /// # Panics
    ///
    /// If one did.
    #[track_caller]
    pub fn assert_no_credentials_on_files(&self) {
        let stats = self.stats();
        let (downloads, seen) = (stats.downloads(), stats.downloads_with_credentials());
        let sent = self.downloads().into_iter().rev();
        let example = sent
            .map(|download| download.credential())
            .find(|kind| *kind != CredentialKind::None);
        assert!(
            seen == 0,
            "{seen} of {downloads} downloads carried credentials, the newest: {}",
            match example {
                Some(CredentialKind::ApiKey) => "x-api-key",
                Some(CredentialKind::Bearer) => "authorization",
                Some(CredentialKind::Both) => "x-api-key and authorization",
                Some(CredentialKind::None) | None => "no longer kept",
            }
        );
    }
}
