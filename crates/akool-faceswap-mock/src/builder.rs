//! The settings of a fake, and how to start it.

use std::{
    fmt, io,
    net::{Ipv4Addr, TcpListener},
    sync::{Arc, Mutex},
};

use http::{StatusCode, uri::PathAndQuery};
use tokio::sync::watch;

use crate::{
    answer::script::Script,
    clock::Clock,
    credentials::{self, Credentials},
    delivery::Deliveries,
    endpoint::account::Account,
    fake::FakeAkool,
    record::Recorder,
    rng::Rng,
    server::Server,
    service::Service,
    store::{JobStore, RowOrder},
    webhook::WebhookSigner,
};

/// The limit of nginx by default.
const DEFAULT_MAX_REQUEST_LINE: usize = 8 * 1024;

/// Settings for a [`FakeAkool`]; made by [`FakeAkool::builder`].
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use akool_faceswap_mock::{Clock, FakeAkool};
///
/// # fn main() -> std::io::Result<()> {
/// let fake = FakeAkool::builder()
///     .path_prefix("/proxy/akool")
///     .seed(7)
///     .clock(Clock::manual(SystemTime::UNIX_EPOCH + Duration::from_secs(1_719_476_868)))
///     .start()?;
/// assert!(fake.url().ends_with("/proxy/akool"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "nothing runs until `start`"]
pub struct FakeAkoolBuilder {
    path_prefix: String,
    port: u16,
    api_key: String,
    bearer_token: String,
    seed: u64,
    clock: Option<Clock>,
    row_order: RowOrder,
    auth_failure_status: StatusCode,
    max_request_line: usize,
    client_id: String,
    client_secret: String,
}

impl FakeAkoolBuilder {
    pub(crate) fn new() -> Self {
        Self {
            path_prefix: String::new(),
            port: 0,
            api_key: "fake-akool-api-key".to_owned(),
            bearer_token: "fake-akool-bearer-token".to_owned(),
            seed: 0,
            clock: None,
            row_order: RowOrder::default(),
            auth_failure_status: StatusCode::OK,
            max_request_line: DEFAULT_MAX_REQUEST_LINE,
            client_id: "fake-akool-client-id".to_owned(),
            client_secret: "fake-akool-client-secret-32bytes".to_owned(),
        }
    }

    /// The port on 127.0.0.1; default: 0, any free port.
    ///
    /// Prefer the default and [`FakeAkool::url`].
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// A path in front of the API's own, as behind a proxy; default: none.
    ///
    /// Leading and trailing slashes are ignored. Requests without the prefix get HTTP 404.
    pub fn path_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.path_prefix = prefix.into();
        self
    }

    /// The API key to accept in `x-api-key`; default: `fake-akool-api-key`.
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.api_key = key.into();
        self
    }

    /// The token to accept in `Authorization: Bearer`; default: `fake-akool-bearer-token`.
    pub fn bearer_token(mut self, token: impl Into<String>) -> Self {
        self.bearer_token = token.into();
        self
    }

    /// The client id and secret that sign and encrypt webhooks; default: `fake-akool-client-id` and
    /// `fake-akool-client-secret-32bytes`.
    ///
    /// `getToken` accepts the secret, too: at the vendor it is the same value as the API key. AES
    /// needs an id of at least 16 bytes and a secret of 16, 24 or 32.
    pub fn client_credentials(
        mut self,
        client_id: impl Into<String>,
        client_secret: impl Into<String>,
    ) -> Self {
        self.client_id = client_id.into();
        self.client_secret = client_secret.into();
        self
    }

    /// The seed of everything random: ids, populations, the order of rows; default: 0.
    ///
    /// The same seed gives the same results on every platform. Ids and times also depend on the
    /// clock, so they are repeatable only with a [manual one](Clock::manual).
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The clock for jobs that advance by time; default: [`Clock::wall`], and [`Clock::tokio`] for
    /// an [in-process](Self::in_process) fake.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = Some(clock);
        self
    }

    /// The order of the rows in an answer; default: [`RowOrder::Shuffled`].
    pub fn row_order(mut self, order: RowOrder) -> Self {
        self.row_order = order;
        self
    }

    /// The HTTP status of the codes 1101 and 1102; default: 200, like the vendor.
    pub fn auth_failure_status(mut self, status: StatusCode) -> Self {
        self.auth_failure_status = status;
        self
    }

    /// The longest request line in bytes, without its line end; a longer one gets HTTP 414 without
    /// an envelope. Default: 8192, as in nginx. The server itself refuses targets of more than
    /// 65,534 bytes, without recording the request.
    pub fn max_request_line(mut self, bytes: usize) -> Self {
        self.max_request_line = bytes;
        self
    }

    /// Starts the fake on 127.0.0.1.
    ///
    /// It runs on its own thread until the [`FakeAkool`] is dropped.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::InvalidInput`] if the prefix is not a path, a credential is not valid in a
    /// header, or AES cannot use the client credentials; otherwise the system's error, if the port
    /// is taken or no port or thread is left.
    pub fn start(self) -> io::Result<FakeAkool> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, self.port))?;
        let origin = format!("http://{}", listener.local_addr()?);
        let (service, population) = self.service(&origin, Clock::wall)?;
        let server = Server::start(listener, Arc::clone(&service))?;
        Ok(FakeAkool::new(service, population, Some(server)))
    }

    /// Makes a fake that answers in the caller's runtime, without a socket; see
    /// [`FakeAkool::in_process`].
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::InvalidInput`], as [`start`](Self::start).
    #[cfg(feature = "in-process")]
    pub fn in_process(self) -> io::Result<FakeAkool> {
        let clock = || Clock::tokio(std::time::SystemTime::now());
        let (service, population) = self.service("http://127.0.0.1", clock)?;
        Ok(FakeAkool::new(service, population, None))
    }

    /// The fake without its server, and the random numbers for its populations.
    fn service(
        self,
        origin: &str,
        clock: impl FnOnce() -> Clock,
    ) -> io::Result<(Arc<Service>, Rng)> {
        let prefix = normal_prefix(&self.path_prefix)?;
        credentials::check("API key", &self.api_key)?;
        credentials::check("bearer token", &self.bearer_token)?;
        let signer = WebhookSigner::new(self.client_id, self.client_secret.clone())?;
        let mut rng = Rng::new(self.seed);
        // Keep this order: a seed must mean the same in every release.
        let [store, population, script, nonces] = std::array::from_fn(|_| rng.split());
        let service = Arc::new(Service {
            base_url: format!("{origin}{prefix}"),
            path_prefix: prefix,
            credentials: Mutex::new(Credentials {
                api_key: self.api_key,
                bearer_token: self.bearer_token,
                client_secret: self.client_secret,
            }),
            auth_failure_status: self.auth_failure_status,
            max_request_line: self.max_request_line,
            clock: self.clock.unwrap_or_else(clock),
            jobs: Mutex::new(JobStore::new(store, self.row_order)),
            script: Mutex::new(Script::new(script)),
            account: Mutex::new(Account::new()),
            scenes: Mutex::default(),
            recorder: Recorder::default(),
            deliveries: Deliveries::new(signer, nonces),
            changes: watch::Sender::new(()),
            refusals: Arc::default(),
            holds: watch::Sender::new(0),
        });
        Ok((service, population))
    }
}

/// Shows no credentials.
impl fmt::Debug for FakeAkoolBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakeAkoolBuilder")
            .field("port", &self.port)
            .field("path_prefix", &self.path_prefix)
            .field("seed", &self.seed)
            .field("clock", &self.clock)
            .field("row_order", &self.row_order)
            .field("auth_failure_status", &self.auth_failure_status)
            .field("max_request_line", &self.max_request_line)
            .finish_non_exhaustive()
    }
}

/// With a leading slash and no trailing one, or empty.
fn normal_prefix(prefix: &str) -> io::Result<String> {
    let trimmed = prefix.trim_matches('/');
    if trimmed.is_empty() {
        return Ok(String::new());
    }
    let normal = format!("/{trimmed}");
    let is_path = PathAndQuery::try_from(normal.as_str()).is_ok_and(|path| path.path() == normal);
    if is_path {
        Ok(normal)
    } else {
        Err(invalid(format!(
            "the path prefix {prefix:?} is not a URL path: percent-encode it, and remove query and \
             fragment"
        )))
    }
}

fn invalid(message: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_normalized_or_refused() {
        for (given, normal) in [
            ("", ""),
            ("/", ""),
            ("proxy", "/proxy"),
            ("/proxy/akool/", "/proxy/akool"),
            ("/a%20b", "/a%20b"),
        ] {
            assert_eq!(normal_prefix(given).unwrap(), normal);
        }
        for given in ["/a?b", "/a#b", "/a b"] {
            let error = normal_prefix(given).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidInput, "{given}");
        }
    }

    #[test]
    fn credentials_that_cannot_be_sent_are_refused_without_showing_them() {
        for value in ["", " planted", "planted\n", "planted\u{0}"] {
            let error = FakeAkool::builder().api_key(value).start().unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
            assert!(!error.to_string().contains("planted"));
        }
        assert!(FakeAkool::builder().bearer_token("").start().is_err());
    }
}
