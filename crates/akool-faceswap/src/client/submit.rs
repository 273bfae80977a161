//! Swaps: building, sending, and outcomes of dropped submits.

use crate::{
    client::Client,
    submit::{PendingSubmit, SubmitError, SubmittedJob, Swap, SwapAll},
};

impl Client {
    /// Describes a face swap, which costs credits once it is submitted.
    ///
    /// ```
    /// # use akool_faceswap_mock::FakeAkool;
    /// # use akool_faceswap::Client;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let fake = FakeAkool::start()?;
    /// # let client = Client::builder().base_url(fake.url()).api_key(fake.api_key()).build()?;
    /// # let store = |ticket: akool_faceswap::Ticket| serde_json::to_string(&ticket).map(drop);
    /// # let results = tempfile::tempdir()?;
    /// # let results = results.path();
    /// let job = client
    ///     .swap()
    ///     .original("https://example.com/film.mp4") // the picture or video to change
    ///     .new_face("https://example.com/me.jpg")   // the face to put in
    ///     .submit()                                 // sent once; costs credits
    ///     .await?;
    /// store(job.ticket())?;                         // any process can resume from here
    /// let done = job.wait().await?;
    /// let file = client.download(&done).save_in(results).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// An incomplete swap does not compile, and an invalid one is refused before anything is sent: see
    /// [`SwapRequest`](crate::submit::SwapRequest).
    pub fn swap(&self) -> Swap {
        Swap::new(self.submitter.clone())
    }

    /// Sends a submit that was [prepared](crate::submit::SwapRequest::prepare), once.
    ///
    /// The rules of [`submit`](crate::submit::SwapRequest::submit) apply. A pending submit that was read back may have
    /// been sent before, so it ends with an unknown outcome and is not sent: see
    /// [`PendingSubmit::allow_second_purchase`].
    ///
    /// # Errors
    ///
    /// [`SubmitError`]; ask [`may_be_billed`](SubmitError::may_be_billed) first.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future after its first poll does not stop the submit; its outcome goes to the
    /// next submit of the same content, or to [`unclaimed_submits`](Self::unclaimed_submits).
    pub async fn send(&self, pending: PendingSubmit) -> Result<SubmittedJob, SubmitError> {
        self.submitter.start(pending).await
    }

    /// Sends many prepared submits, a few at a time, and hands out each outcome as it comes.
    ///
    /// 4 of them are in flight at a time, or [`max_concurrent_requests`] if you set it; a rate limit
    /// slows them down together with everything else that the client sends. Pending submits are taken
    /// from the iterator one by one.
    ///
    /// ```
    /// # use akool_faceswap_mock::FakeAkool;
    /// # use akool_faceswap::Client;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let fake = FakeAkool::start()?;
    /// # let client = Client::builder().base_url(fake.url()).api_key(fake.api_key()).build()?;
    /// let me = "https://example.com/me.jpg";
    /// let pending = ["https://example.com/1.jpg", "https://example.com/2.jpg"]
    ///     .map(|original| client.swap().original(original).new_face(me).prepare())
    ///     .into_iter()
    ///     .collect::<Result<Vec<_>, _>>()?;
    /// // Here they can be stored, each with its token.
    /// let mut outcomes = client.swap_all(pending);
    /// while let Some(outcome) = outcomes.next().await {
    ///     match outcome {
    ///         Ok(job) => println!("{}: {}", job.token(), job.id()),
    ///         Err(error) => println!("{error}"),
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// [`max_concurrent_requests`]: crate::client::ClientBuilder::max_concurrent_requests
    pub fn swap_all<I>(&self, pending: I) -> SwapAll<I::IntoIter>
    where
        I: IntoIterator<Item = PendingSubmit>,
    {
        let limit = self.api.limits.max_other_requests.get();
        SwapAll::new(self.submitter.clone(), pending.into_iter(), limit)
    }

    /// The outcomes of all submits whose futures were dropped, except those that were taken since.
    ///
    /// It waits for those that are still in flight: call it before a program exits. Up to 10,000
    /// outcomes are kept, and beyond that nothing is sent until they are taken.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing; the next call returns the outcomes.
    pub async fn unclaimed_submits(&self) -> Vec<Result<SubmittedJob, SubmitError>> {
        self.submitter.unclaimed().await
    }
}
