//! A job that a submit made.

use std::{fmt, sync::Arc};

use crate::{
    model::ResultId,
    wait::{Ticket, Wait},
};

use super::{accepted::Accepted, submitter::Submitter, token::SubmitToken};

/// A job that the API accepted. It is paid for.
///
/// ```
/// # use akool_faceswap_mock::FakeAkool;
/// # use akool_faceswap::Client;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let fake = FakeAkool::start()?;
/// # let client = Client::builder().base_url(fake.url()).api_key(fake.api_key()).build()?;
/// let swap = client.swap().original("https://example.com/film.mp4");
/// let job = swap.new_face("https://example.com/me.jpg").submit().await?;
/// let ticket = serde_json::to_string(&job.ticket())?; // store it
/// let done = job.wait().await?;
/// assert_eq!(done.id(), job.id());
/// # Ok(())
/// # }
/// ```
///
/// Store its [`ticket`](Self::ticket) first: with it any process can wait for the job. Dropping this value does not
/// stop the job.
#[derive(Clone)]
#[must_use = "the job is paid for: store its ticket, or wait for it"]
pub struct SubmittedJob {
    submitter: Arc<Submitter>,
    accepted: Accepted,
}

impl SubmittedJob {
    pub(super) fn new(submitter: Arc<Submitter>, accepted: Accepted) -> Self {
        Self {
            submitter,
            accepted,
        }
    }

    /// The job's id, by which its result is looked up: `_id`.
    pub fn id(&self) -> &ResultId {
        &self.accepted.id
    }

    /// The vendor's other id of the job, for people: `job_id`. Results cannot be looked up by it.
    pub fn job_id(&self) -> Option<&str> {
        self.accepted.job_id.as_deref()
    }

    /// The token of the submit that made it, which its callback URL carries.
    pub fn token(&self) -> &SubmitToken {
        &self.accepted.token
    }

    /// A wait to be stored, with the defaults of [`Client::wait`](crate::Client::wait). It is valid at
    /// once, in any process.
    pub fn ticket(&self) -> Ticket {
        Ticket::new(self.id().clone(), self.submitter.api.clock.now())
    }

    /// Waits until the job has succeeded, and returns the download of its result.
    ///
    /// ```
    /// # use akool_faceswap_mock::FakeAkool;
    /// # use akool_faceswap::Client;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let fake = FakeAkool::start()?;
    /// # let client = Client::builder().base_url(fake.url()).api_key(fake.api_key()).build()?;
    /// # let results = tempfile::tempdir()?;
    /// # let results = results.path();
    /// let swap = client.swap().original("https://example.com/film.mp4");
    /// let job = swap.new_face("https://example.com/me.jpg").submit().await?;
    /// let file = job.download().await?.save_in(results).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`wait`](Self::wait).
    ///
    /// # Cancel safety
    ///
    /// Dropping the future ends the wait; the job continues.
    #[cfg(feature = "download")]
    pub async fn download(&self) -> Result<crate::download::Download, crate::wait::WaitError> {
        let job = self.wait().await?;
        Ok(self.submitter.download(&job))
    }

    /// Waits until the job ends: see [`Client::wait`](crate::Client::wait).
    pub fn wait(&self) -> Wait {
        self.submitter.wait(self.id())
    }
}

impl fmt::Debug for SubmittedJob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SubmittedJob")
            .field("id", self.id())
            .field("job_id", &self.job_id())
            .field("token", self.token())
            .finish_non_exhaustive()
    }
}
