//! The account, and deleting results.

use crate::{
    account::{self, Credit},
    client::Client,
    delete::{self, Deletion},
    error::Error,
    model::{IntoResultIds, ResultId},
};

impl Client {
    /// The credit of the account, with every digit.
    ///
    /// ```
    /// # use akool_faceswap_mock::FakeAkool;
    /// # use akool_faceswap::Client;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let fake = FakeAkool::start()?;
    /// # let client = Client::builder().base_url(fake.url()).api_key(fake.api_key()).build()?;
    /// println!("{} credits", client.credit().await?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// The number is for the whole account, and every job of the account changes it. Two readings say neither what a
    /// job cost nor whether it exists.
    ///
    /// # Errors
    ///
    /// If the request fails.
    pub async fn credit(&self) -> Result<Credit, Error> {
        account::credit(&self.api).await
    }

    /// Deletes results, for good.
    ///
    /// ```
    /// # use akool_faceswap_mock::{FakeAkool, FakeJob};
    /// # use akool_faceswap::Client;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let fake = FakeAkool::start()?;
    /// # let id = fake.add_job(FakeJob::image()).to_string();
    /// # let client = Client::builder().base_url(fake.url()).api_key(fake.api_key()).build()?;
    /// let deletion = client.delete(&id).await?;
    /// for (ids, error) in deletion.failed() {
    ///     println!("{} ids may still be there: {error}", ids.len());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Waits for deleted jobs end at once, with [`Deleted`](crate::wait::WaitErrorKind::Deleted). An id that the API
    /// does not know makes its request fail, unless that request was retried: then the first attempt has deleted it. An
    /// empty list gives an empty result, and nothing is sent.
    ///
    /// # Errors
    ///
    /// If ids were given and no request succeeded; the error is then that of the first request. Otherwise failed
    /// requests are in [`Deletion::failed`].
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses the outcomes; ids that were already sent may be deleted. Deleting them again does no
    /// harm.
    pub async fn delete(&self, ids: impl IntoResultIds) -> Result<Deletion, Error> {
        let end_waits = |ids: &[ResultId]| {
            #[cfg(feature = "wait")]
            self.poller.end_deleted(ids);
            #[cfg(not(feature = "wait"))]
            let _ = ids;
        };
        delete::delete(&self.api, ids.into_result_ids()?, end_waits).await
    }
}
