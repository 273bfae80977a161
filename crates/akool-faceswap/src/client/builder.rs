//! The settings of a client.

mod build;

use std::{
    env, fmt,
    num::{NonZeroU32, NonZeroUsize},
    sync::Arc,
};

#[cfg(doc)]
use crate::client::Client;
#[cfg(feature = "semver-exempt")]
use crate::transport::http_client::Configure;
use crate::{
    auth::{AnyProvider, TokenProvider},
    clock::Clock,
    error::{Error, ErrorKind},
    limits::{Limits, Timeout},
    metrics::Metrics,
    retry::RetryPolicy,
    transport::{
        backend::{HttpBackend, ReqwestBackend},
        base_url,
    },
};

/// The settings of a [`Client`]; made by [`Client::builder`].
///
/// ```
/// use std::time::Duration;
/// use akool_faceswap::Client;
///
/// let client = Client::builder()
///     .api_key("key-from-the-vendors-console")
///     .attempt_timeout(Duration::from_secs(10))
///     .build()?;
/// # Ok::<(), akool_faceswap::Error>(())
/// ```
#[must_use = "a builder does nothing until build is called"]
pub struct ClientBuilder {
    base_url: String,
    allow_insecure_http: bool,
    api_key: Option<String>,
    bearer_token: Option<String>,
    client_credentials: Option<(String, String)>,
    token_provider: Option<Box<dyn AnyProvider>>,
    limits: Limits,
    retry: RetryPolicy,
    jitter_seed: Option<u64>,
    #[cfg(feature = "wait")]
    pub(crate) order: crate::wait::Order,
    root_certificates: Vec<Vec<u8>>,
    proxy: Option<String>,
    #[cfg(feature = "semver-exempt")]
    configure: Option<Configure>,
    metrics: Option<Arc<dyn Metrics>>,
    pub(crate) backend: Box<dyn HttpBackend>,
    pub(crate) clock: Clock,
}

impl ClientBuilder {
    pub(super) fn new() -> Self {
        Self {
            base_url: base_url::PRODUCTION.to_owned(),
            allow_insecure_http: false,
            api_key: None,
            bearer_token: None,
            client_credentials: None,
            token_provider: None,
            limits: Limits::default(),
            retry: RetryPolicy::default(),
            jitter_seed: None,
            #[cfg(feature = "wait")]
            order: crate::wait::Order::default(),
            root_certificates: Vec::new(),
            proxy: None,
            #[cfg(feature = "semver-exempt")]
            configure: None,
            metrics: None,
            backend: Box::new(ReqwestBackend),
            clock: Clock::system(),
        }
    }

    /// A builder with the settings of the environment; see [`Client::from_env`].
    ///
    /// # Errors
    ///
    /// If the environment has no credentials, or a variable is not UTF-8.
    pub fn from_env() -> Result<Self, Error> {
        Self::from_variables(|name| env::var(name))
    }

    fn from_variables(
        variable: impl Fn(&str) -> Result<String, env::VarError>,
    ) -> Result<Self, Error> {
        let read = |name: &str| match variable(name) {
            Ok(value) => Ok(Some(value).filter(|value| !value.trim().is_empty())),
            Err(env::VarError::NotPresent) => Ok(None),
            // The value is not shown: it may be the key.
            Err(env::VarError::NotUnicode(_)) => Err(Error::new(
                ErrorKind::Configuration,
                format!("the environment variable {name} is not UTF-8"),
            )),
        };
        let builder = if let Some(key) = read("AKOOL_API_KEY")? {
            Self::new().api_key(key)
        } else if let (Some(id), Some(secret)) =
            (read("AKOOL_CLIENT_ID")?, read("AKOOL_CLIENT_SECRET")?)
        {
            Self::new().client_credentials(id, secret)
        } else {
            return Err(Error::new(
                ErrorKind::Configuration,
                "the environment variable AKOOL_API_KEY is not set",
            ));
        };
        Ok(match read("AKOOL_API_HOST")? {
            Some(host) => builder.base_url(host),
            None => builder,
        })
    }

    /// The API key, which the vendor recommends. Give exactly one kind of credentials.
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.api_key = Some(key.into());
        self
    }

    /// A bearer token that you already have. Give exactly one kind of credentials.
    pub fn bearer_token(mut self, token: impl Into<String>) -> Self {
        self.bearer_token = Some(token.into());
        self
    }

    /// The client id and secret, for which the API issues a token (`getToken`).
    ///
    /// The token is fetched by the first request and again if it is refused, as with a
    /// [`token_provider`](Self::token_provider). Give exactly one kind of credentials.
    pub fn client_credentials(mut self, id: impl Into<String>, secret: impl Into<String>) -> Self {
        self.client_credentials = Some((id.into(), secret.into()));
        self
    }

    /// Where bearer tokens come from: an async function or closure, or a type of your own. Give exactly
    /// one kind of credentials.
    pub fn token_provider(mut self, provider: impl TokenProvider) -> Self {
        self.token_provider = Some(Box::new(provider));
        self
    }

    /// Where the API is. Default: `https://openapi.akool.com`.
    ///
    /// `http://` is accepted for this machine only, because it would send the credentials in the clear; see [`allow_insecure_http`](Self::allow_insecure_http).
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// Accepts a base URL with `http://` for any host. Default: for this machine only.
    pub fn allow_insecure_http(mut self) -> Self {
        self.allow_insecure_http = true;
        self
    }

    /// The time limit for connecting. Default: 10 s.
    pub fn connect_timeout(mut self, limit: impl Into<Timeout>) -> Self {
        self.limits.connect_timeout = limit.into();
        self
    }

    /// The time limit for one attempt at one request, connecting and reading the answer included.
    /// Default: 30 s.
    pub fn attempt_timeout(mut self, limit: impl Into<Timeout>) -> Self {
        self.limits.attempt_timeout = limit.into();
        self
    }

    /// The time limit for one call of this library: all its requests, their retries and the delays
    /// between them. Default: 5 min.
    ///
    /// When it passes, the ids without an answer fail with a timeout; the others keep their answers.
    pub fn operation_timeout(mut self, limit: impl Into<Timeout>) -> Self {
        self.limits.operation_timeout = limit.into();
        self
    }

    /// The largest response that is read, in bytes. Default: 8 MiB; 100 jobs take about 40 KiB.
    pub fn max_response_bytes(mut self, bytes: usize) -> Self {
        self.limits.max_response_bytes = bytes;
        self
    }

    /// The most lookups in flight at once over all clones, and the most other requests; further ones
    /// queue. Default: 64 lookups and 4 others. 0 is taken as 1.
    ///
    /// Lookups start with 4 at once. The number grows while it holds requests back and answers stay
    /// quick, and halves when the server refuses requests because there are too many (AIMD), so it need
    /// not be set for speed. All other requests have a pool of their own, so that a submit never queues
    /// behind a large lookup.
    pub fn max_concurrent_requests(mut self, requests: usize) -> Self {
        self.limits.max_concurrent_requests = at_least_one(requests);
        self.limits.max_other_requests = at_least_one(requests);
        self
    }

    /// The most requests a second for lookups, over all clones, retries included. Each has up to 100 ids.
    /// Default: no limit; the client adapts to what the API accepts (see
    /// [`max_concurrent_requests`](Self::max_concurrent_requests)). 0 is taken as 1.
    ///
    /// Set it if other programs share the account's rate limit. Waits are then reported later, and jobs that have most
    /// likely ended are polled first. Requests are evenly spaced, so no second has more. Polls of waits and calls of
    /// [`Client::lookup`] take turns in order of arrival, and the time that they queue counts as part of their
    /// operation timeout. Other requests are not counted.
    ///
    /// ```
    /// # use akool_faceswap_mock::FakeAkool;
    /// use std::time::{Duration, Instant};
    /// use akool_faceswap::{Client, ResultIds};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let fake = FakeAkool::start()?;
    /// # let builder = Client::builder().base_url(fake.url()).api_key(fake.api_key());
    /// let client = builder.max_lookups_per_second(20).build()?;
    /// // Three requests for 250 ids: the last goes out a tenth of a second after the first.
    /// let ids: ResultIds = (0..250).map(|n| format!("{n:024x}").parse()).collect::<Result<_, _>>()?;
    /// let begun = Instant::now();
    /// client.lookup(ids).await?;
    /// assert!(begun.elapsed() >= Duration::from_millis(100));
    /// # Ok(())
    /// # }
    /// ```
    pub fn max_lookups_per_second(mut self, requests: u32) -> Self {
        self.limits.max_lookups_per_second =
            Some(NonZeroU32::new(requests).unwrap_or(NonZeroU32::MIN));
        self
    }

    /// The most files that are downloaded at once, over all clones; further ones queue. Default: 4. 0
    /// is taken as 1.
    #[cfg(feature = "download")]
    pub fn max_concurrent_downloads(mut self, files: usize) -> Self {
        self.limits.max_concurrent_downloads = at_least_one(files);
        self
    }

    /// The most ids in one request. Default: 100; the vendor documents no limit. 0 is taken as 1.
    pub fn max_ids_per_request(mut self, ids: usize) -> Self {
        self.limits.max_ids_per_request = at_least_one(ids);
        self
    }

    /// The longest request line, in bytes. Default: 4096, enough for 149 ids of 24 characters.
    ///
    /// A default nginx refuses more than 8 KiB with HTTP 414.
    pub fn max_request_line_bytes(mut self, bytes: usize) -> Self {
        self.limits.max_request_line_bytes = bytes;
        self
    }

    /// How often requests are retried, and how far apart.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Another certificate authority to trust, in PEM form, in addition to those of the platform.
    ///
    /// For a proxy or a test server of your own; downloads trust it, too. PEM text with several
    /// certificates adds all of them.
    pub fn root_certificate_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.root_certificates.push(pem.into());
        self
    }

    /// A proxy for all requests, downloads included, such as `http://proxy.example:3128`; it may contain a user name
    /// and password. Default: the proxies of the environment (`HTTPS_PROXY` and others).
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = Some(url.into());
        self
    }

    /// Changes settings of the [`reqwest::ClientBuilder`] underneath: a proxy, a resolver, a
    /// connection pool. They apply to requests to the API. A [`Download`](crate::download::Download) goes to other
    /// hosts; its proxy comes from [`proxy`](Self::proxy) or the environment.
    ///
    /// The settings that protect credentials and ids are applied afterwards and cannot be undone: no redirects, no
    /// referer, and the TLS backend with its certificates (for these see
    /// [`root_certificate_pem`](Self::root_certificate_pem)). Do not set `authorization` or `x-api-key` as a default
    /// header: it would be sent beside the client's own.
    ///
    /// Needs the feature `semver-exempt`: a new major version of `reqwest` changes this without a new
    /// major version of this library.
    ///
    /// ```
    /// # use akool_faceswap::Client;
    /// use std::time::Duration;
    ///
    /// let client = Client::builder()
    ///     .api_key("k")
    ///     .configure_reqwest(|reqwest| reqwest.tcp_keepalive(Duration::from_secs(30)))
    ///     .build()?;
    /// # Ok::<(), akool_faceswap::Error>(())
    /// ```
    #[cfg(feature = "semver-exempt")]
    pub fn configure_reqwest(
        mut self,
        configure: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + 'static,
    ) -> Self {
        self.configure = Some(Box::new(configure));
        self
    }

    /// The most ids that all clones track at a time, however many tasks wait for each.
    /// Default: 200,000. A wait for one more ends at once with
    /// [`TooManyIds`](crate::wait::WaitErrorKind::TooManyIds) and a ticket; the others continue.
    ///
    /// A job that is waited for takes 430 bytes in a group and 630 with a
    /// [`Wait`](crate::wait::Wait) of its own, measured with ids of 24 characters: 200,000 take up
    /// to 126 MB.
    #[cfg(feature = "wait")]
    pub fn max_tracked_ids(mut self, ids: usize) -> Self {
        self.limits.max_tracked_ids = ids;
        self
    }

    /// Receives counts and durations; without it nothing is measured.
    pub fn metrics(mut self, metrics: impl Metrics) -> Self {
        self.metrics = Some(Arc::new(metrics));
        self
    }

    /// A seed for the jitter of delays, which makes them reproducible in tests.
    pub fn jitter_seed(mut self, seed: u64) -> Self {
        self.jitter_seed = Some(seed);
        self
    }
}

fn at_least_one(number: usize) -> NonZeroUsize {
    NonZeroUsize::new(number).unwrap_or(NonZeroUsize::MIN)
}

/// Shows which credentials are set, not what they are.
impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("has_api_key", &self.api_key.is_some())
            .field("has_bearer_token", &self.bearer_token.is_some())
            .field("limits", &self.limits)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
