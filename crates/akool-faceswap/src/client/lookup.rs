//! Looking jobs up: [`Client::lookup`].

use crate::{client::Client, lookup::Lookup, model::IntoResultIds};

impl Client {
    /// Looks up the results of jobs.
    ///
    /// ```
    /// # use akool_faceswap_mock::{FakeAkool, FakeJob};
    /// # use akool_faceswap::Client;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let fake = FakeAkool::start()?;
    /// # let (one, other) = (fake.add_job(FakeJob::image()), fake.add_job(FakeJob::image()));
    /// # let client = Client::builder().base_url(fake.url()).api_key(fake.api_key()).build()?;
    /// let stored: Vec<String> = vec![one, other];
    /// let results = client.lookup(stored).await?;
    /// assert_eq!(results.found().count(), 2);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Pass ids in whatever form you have them: see [`IntoResultIds`]. The list is cut into requests of at most 100
    /// ids, of which a few are in flight at a time. Transient errors are retried. Each id has one outcome of its own:
    /// found, missing, or failed. An empty list gives empty results without a request.
    ///
    /// A wrong id fails alone: a request that the API refuses as a whole is split until the wrong id is found. If a
    /// server accepts fewer ids or a shorter request line, that costs at most twice the requests once; then all clones
    /// of the client know the limit.
    ///
    /// Options for this call alone can be set before it is awaited: see [`Lookup`].
    ///
    /// # Errors
    ///
    /// If a text is not an id (no request is made; the error names each), or if every id failed; the error is then that
    /// of the first ids, such as refused credentials. If any id was answered, the failed ones are in
    /// [`Results::failed`](crate::lookup::Results::failed) instead.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future ends its requests and loses their answers, nothing else: a lookup changes nothing on the
    /// server.
    pub fn lookup(&self, ids: impl IntoResultIds) -> Lookup {
        Lookup::new(self.api.clone(), ids)
    }
}
