//! Submits with calls that block.

use super::Client;
use crate::submit::{PendingSubmit, SubmitError, SubmittedJob, Swap, SwapRequest};

impl Client {
    /// Describes a face swap, for [`submit`](Self::submit); or, once it is
    /// [prepared](SwapRequest::prepare), for [`send`](Self::send).
    pub fn swap(&self) -> Swap {
        self.client.swap()
    }

    /// Submits a swap, once. It costs credits.
    ///
    /// ```
    /// # use akool_faceswap_mock::FakeAkool;
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let fake = FakeAkool::start()?;
    /// # let client = akool_faceswap::Client::builder()
    /// #     .base_url(fake.url()).api_key(fake.api_key()).build_blocking()?;
    /// # let store = |ticket: &akool_faceswap::Ticket| serde_json::to_string(ticket).map(drop);
    /// let swap = client
    ///     .swap()
    ///     .original("https://example.com/film.mp4")
    ///     .new_face("https://example.com/me.jpg");
    /// let ticket = client.submit(swap)?.ticket();
    /// store(&ticket)?;
    /// let done = client.resume(ticket)?;
    /// # fake.assert_jobs_created(1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`SwapRequest::submit`]: ask [`may_be_billed`](SubmitError::may_be_billed) first.
    pub fn submit<K: 'static>(&self, swap: SwapRequest<K>) -> Result<SubmittedJob, SubmitError> {
        self.thread.block_on(swap.submit())
    }

    /// Sends a prepared submit, once; see [`Client::send`](crate::Client::send).
    ///
    /// # Errors
    ///
    /// As [`submit`](Self::submit).
    pub fn send(&self, pending: PendingSubmit) -> Result<SubmittedJob, SubmitError> {
        self.block_on(|client| async move { client.send(pending).await })
    }
}
