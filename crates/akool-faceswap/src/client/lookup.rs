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
    /// Ids can be given as whatever you have them in: see [`IntoResultIds`]. The list is cut into
    /// requests of at most 100 ids, of which a few are in flight at a time. Transient errors are
    /// retried. Each id has one outcome of its own: found, missing, or failed. An empty list gives empty
    /// results without a request.
    ///
    /// A wrong id costs itself alone: a request that the API refuses as a whole is split until the wrong
    /// id is found. A server that takes fewer ids, or a shorter request line, costs the clones of a
    /// client at most twice the requests once; then the limit is known.
    ///
    /// Options for this call alone can be set before it is awaited: see [`Lookup`].
    ///
    /// # Errors
    ///
    /// If a text is not an id (no request is made; the error names each), or if no id at all was
    /// answered; the error is then that of the first ids, such as refused credentials. If any id was
    /// answered, the failed ones are in [`Results::failed`](crate::lookup::Results::failed) instead.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future ends its requests and loses what they would have brought, nothing else:
    /// a lookup changes nothing on the server.
    pub fn lookup(&self, ids: impl IntoResultIds) -> Lookup {
        Lookup::new(self.api.clone(), ids)
    }
}
