//! The client: what its clones share, and the calls that it offers.

mod account;
mod builder;
#[cfg(feature = "detect")]
mod detect;
#[cfg(feature = "download")]
mod download;
mod lookup;
mod stats;
#[cfg(feature = "submit")]
mod submit;
mod time;
#[cfg(feature = "wait")]
mod wait;
#[cfg(all(feature = "wait", feature = "webhook"))]
mod webhook;

use std::{fmt, sync::Arc};

#[cfg(feature = "download")]
use crate::download::Downloader;
#[cfg(feature = "submit")]
use crate::submit::Submitter;
#[cfg(feature = "wait")]
use crate::wait::Poller;
use crate::{api::Api, error::Error};

pub use builder::ClientBuilder;

/// A client of the AKOOL Face Swap API.
///
/// ```
/// # use akool_faceswap_mock::{FakeAkool, FakeJob};
/// use akool_faceswap::{Client, ResultIds};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let fake = FakeAkool::start()?;
/// # let id = fake.add_job(FakeJob::image());
/// # let client = Client::builder().base_url(fake.url()).api_key(fake.api_key()).build()?;
/// # if false {
/// let client = Client::from_env()?;
/// # }
/// # let text = id.to_string();
/// let ids: ResultIds = text.parse()?;
/// let results = client.lookup(ids).await?;
/// for job in results.found() {
///     println!("{}: {}", job.id(), job.status());
/// }
/// # assert_eq!(results.found().count(), 1);
/// # Ok(())
/// # }
/// ```
///
/// Cloning is cheap, and clones share everything: connections, limits, the retry budget and the
/// throttle of rate limits. Make one client per program and clone it.
///
/// It needs a tokio runtime with I/O and time enabled.
#[derive(Clone)]
pub struct Client {
    api: Arc<Api>,
    #[cfg(feature = "wait")]
    poller: Arc<Poller>,
    #[cfg(feature = "download")]
    downloader: Arc<Downloader>,
    #[cfg(feature = "submit")]
    submitter: Arc<Submitter>,
}

impl Client {
    /// A builder with the defaults.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::new()
    }

    /// A client with the settings of the environment.
    ///
    /// `AKOOL_API_KEY` is the API key. If it is not set, a token is fetched with `AKOOL_CLIENT_ID` and
    /// `AKOOL_CLIENT_SECRET`. `AKOOL_API_HOST`, if set, is the base URL, with or without
    /// `https://`; the default is `https://openapi.akool.com`.
    ///
    /// # Errors
    ///
    /// If there are no credentials, or a setting is invalid:
    /// [`ErrorKind::Configuration`](crate::error::ErrorKind::Configuration).
    pub fn from_env() -> Result<Self, Error> {
        ClientBuilder::from_env()?.build()
    }

    /// The generated client underneath, for endpoints that this library does not cover.
    ///
    /// Its requests carry this client's credentials, go to its origin only, and keep its limits of
    /// time and size. They are not retried, and a business code other than 1000 is not an error: check
    /// `code`.
    ///
    /// Needs the feature `semver-exempt`: the generated client may change without a new major version
    /// of this library.
    ///
    /// ```
    /// # use akool_faceswap_mock::{FakeAkool, FakeJob};
    /// # use akool_faceswap::Client;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let fake = FakeAkool::start()?;
    /// # let id = fake.add_job(FakeJob::image());
    /// # let client = Client::builder().base_url(fake.url()).api_key(fake.api_key()).build()?;
    /// let answer = client.raw().list_results_by_ids(&id.parse()?).await?;
    /// assert_eq!(answer.code, 1000);
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "semver-exempt")]
    pub fn raw(&self) -> akool_faceswap_raw::Client {
        self.api.raw_client()
    }

    /// Explains a TLS error in plain words, such as which host the certificate is for; `None` if the error did not come
    /// from TLS, or there is no plainer description.
    ///
    /// Use it for errors of the HTTP client underneath. This library's own errors have this text in their source.
    ///
    /// Needs the feature `semver-exempt`.
    ///
    /// ```
    /// use akool_faceswap::Client;
    ///
    /// let other = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
    /// assert_eq!(Client::tls_fault(&other), None);
    /// ```
    #[cfg(feature = "semver-exempt")]
    pub fn tls_fault(error: &(dyn std::error::Error + 'static)) -> Option<String> {
        crate::transport::tls_fault::of(error).map(|fault| fault.what)
    }

    #[cfg(test)]
    pub(crate) fn api(&self) -> &Arc<Api> {
        &self.api
    }

    #[cfg(test)]
    pub(crate) fn poller(&self) -> &Poller {
        &self.poller
    }
}

/// Shows the base URL and no secret.
impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.api.channel.base_url)
            .field("credentials", &self.api.credentials)
            .finish_non_exhaustive()
    }
}

#[cfg(all(feature = "semver-exempt", feature = "_rustls"))]
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_of_tls_is_said_in_plain_words() {
        let expired = rustls::Error::InvalidCertificate(rustls::CertificateError::Expired);
        let said = Client::tls_fault(&expired);
        assert_eq!(said.as_deref(), Some("the certificate has expired"));
        let other = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
        assert_eq!(Client::tls_fault(&other), None);
    }
}
