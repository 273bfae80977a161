//! The one error of this library, for the person on call.
//!
//! It says what happened, to which ids, what was done already and what to do now. What kind of
//! thing it is, is asked through methods, so that kinds can be added. It holds no key, no token and
//! no URL: texts that the server sent are cut short and stripped of everything like one.

mod snippet;

use std::{error::Error as StdError, fmt, sync::Arc, time::Duration};

use http::StatusCode;

use crate::{BusinessCode, ResultId, id::InvalidIds};

pub(crate) use snippet::Snippet;

/// What kind of thing an [`Error`] tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// What the caller gave can never work; no request was made.
    InvalidInput,
    /// The client cannot be built from its settings and environment.
    Configuration,
    /// No token could be had from the token provider.
    Credentials,
    /// No connection to the server; it has not seen the request.
    Connect,
    /// A time limit passed.
    Timeout,
    /// The connection broke after it was made.
    Transport,
    /// The answer is larger than the limit.
    ResponseTooLarge,
    /// The server wants to send the request elsewhere, which is refused.
    Redirect,
    /// An HTTP status that is an error, without an envelope in the body.
    Http,
    /// The answer is no envelope of this API.
    Decode,
    /// The API answered with a business code other than 1000.
    Api,
}

impl ErrorKind {
    /// A name for machines, such as `invalid_input`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidInput => "invalid_input",
            Self::Configuration => "configuration",
            Self::Credentials => "credentials",
            Self::Connect => "connect",
            Self::Timeout => "timeout",
            Self::Transport => "transport",
            Self::ResponseTooLarge => "response_too_large",
            Self::Redirect => "redirect",
            Self::Http => "http",
            Self::Decode => "decode",
            Self::Api => "api",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What went wrong, with what is needed to act on it.
///
/// Its `Display` output is one line for a log or a terminal: what happened, to which ids, after how
/// many attempts, and what to do. It never holds credentials or URLs. Cloning is cheap.
///
/// ```
/// use akool_faceswap::{Client, ErrorKind};
///
/// let error = Client::builder().base_url("http://openapi.akool.com").api_key("k").build();
/// let error = error.unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Configuration);
/// assert!(error.to_string().contains("https://"));
/// assert!(!error.is_retryable());
/// ```
#[derive(Clone)]
pub struct Error(Arc<Inner>);

/// The result of most calls of this library.
pub type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    message: String,
    http_status: Option<StatusCode>,
    business_code: Option<BusinessCode>,
    json_path: Option<&'static str>,
    snippet: Option<Snippet>,
    retry_after: Option<Duration>,
    ids: Arc<[ResultId]>,
    attempts: u32,
    elapsed: Duration,
    may_have_reached_server: bool,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Arc::new(Inner {
            kind,
            message: message.into(),
            http_status: None,
            business_code: None,
            json_path: None,
            snippet: None,
            retry_after: None,
            ids: Arc::from([]),
            attempts: 0,
            elapsed: Duration::ZERO,
            may_have_reached_server: false,
            source: None,
        }))
    }

    fn with(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }

    pub(crate) fn with_http_status(self, status: StatusCode) -> Self {
        self.with(|inner| inner.http_status = Some(status))
    }

    pub(crate) fn with_business_code(self, code: BusinessCode) -> Self {
        self.with(|inner| inner.business_code = Some(code))
    }

    pub(crate) fn with_json_path(self, path: &'static str) -> Self {
        self.with(|inner| inner.json_path = Some(path))
    }

    pub(crate) fn with_snippet(self, snippet: Snippet) -> Self {
        self.with(|inner| inner.snippet = Some(snippet))
    }

    pub(crate) fn with_retry_after(self, delay: Option<Duration>) -> Self {
        self.with(|inner| inner.retry_after = delay)
    }

    pub(crate) fn with_ids(self, ids: &[ResultId]) -> Self {
        self.with(|inner| inner.ids = ids.into())
    }

    pub(crate) fn with_attempts(self, attempts: u32, elapsed: Duration) -> Self {
        self.with(|inner| {
            inner.attempts = attempts;
            inner.elapsed = elapsed;
        })
    }

    pub(crate) fn with_reached(self, may_have_reached_server: bool) -> Self {
        self.with(|inner| inner.may_have_reached_server = may_have_reached_server)
    }

    pub(crate) fn with_source(self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.with(|inner| inner.source = Some(Arc::new(source)))
    }

    /// What kind of thing happened.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The HTTP status of the answer, if there was one.
    pub fn http_status(&self) -> Option<u16> {
        self.0.http_status.map(|status| status.as_u16())
    }

    /// The business code of the answer, if it was an envelope with one other than 1000.
    pub fn business_code(&self) -> Option<BusinessCode> {
        self.0.business_code
    }

    /// What happened, without ids, attempts and advice.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Where in the answer's body the fault is, as a JSON path.
    pub fn json_path(&self) -> Option<&str> {
        self.0.json_path
    }

    /// The beginning of the answer's body, at most 256 characters, with everything like a URL or a
    /// secret taken out.
    pub fn body_snippet(&self) -> Option<&str> {
        self.0.snippet.as_ref().map(Snippet::as_str)
    }

    /// The ids that the failed request was about.
    pub fn ids(&self) -> &[ResultId] {
        &self.0.ids
    }

    /// How many times the request was sent; 0 if it never was.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// How long the operation took, waiting between attempts included.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed
    }

    /// Whether the server may have seen the request.
    ///
    /// `false` is certain: the request never left, or no connection was made.
    pub fn may_have_reached_server(&self) -> bool {
        self.0.may_have_reached_server
    }

    /// How long the server asked to wait, if it did.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Whether the same call may succeed later without anybody changing anything.
    ///
    /// Connection faults, time limits, HTTP 408, 429 and 5xx, and the business codes of rate limits
    /// (1005) and server faults (2001). For lookups such a call was repeated already as often as
    /// the client's settings allow.
    ///
    /// # Troubleshooting
    ///
    /// Where this is `true` for minutes on end, look at the network and at the vendor's status; a
    /// shorter interval between calls makes it worse.
    pub fn is_retryable(&self) -> bool {
        match self.kind() {
            ErrorKind::Connect | ErrorKind::Timeout | ErrorKind::Transport => true,
            ErrorKind::Http => self.0.http_status.is_some_and(|status| {
                status.is_server_error()
                    || status == StatusCode::REQUEST_TIMEOUT
                    || status == StatusCode::TOO_MANY_REQUESTS
            }),
            ErrorKind::Api => self
                .business_code()
                .is_some_and(|code| code.is_rate_limit() || code.is_server()),
            _ => false,
        }
    }

    /// Whether the input can never work, whoever asks.
    ///
    /// # Troubleshooting
    ///
    /// Look at the ids: the message names what is wrong with which. An `_id` of a submit answer is
    /// needed, not its `job_id`.
    pub fn is_invalid_input(&self) -> bool {
        self.kind() == ErrorKind::InvalidInput
            || self
                .business_code()
                .is_some_and(BusinessCode::is_invalid_request)
    }

    /// Whether the client's settings or environment are at fault.
    ///
    /// # Troubleshooting
    ///
    /// Set `AKOOL_API_KEY`, or give the builder exactly one kind of credentials; a base URL must
    /// begin with `https://` unless it is on this machine.
    pub fn is_configuration(&self) -> bool {
        self.kind() == ErrorKind::Configuration
    }

    /// Whether the credentials or the account were refused.
    ///
    /// # Troubleshooting
    ///
    /// Compare the key with the one of the vendor's console; a key that was copied with a missing
    /// character, or that belongs to another account, gives 1101. Nothing is repeated until the
    /// credentials change.
    pub fn is_auth(&self) -> bool {
        self.business_code().is_some_and(BusinessCode::is_auth)
            || self.is_http(StatusCode::UNAUTHORIZED)
    }

    /// Whether somebody has to pay, or to change the plan.
    ///
    /// # Troubleshooting
    ///
    /// Look at the credit balance and the subscription in the vendor's console. Jobs that are
    /// already running are not lost.
    pub fn is_billing(&self) -> bool {
        self.business_code().is_some_and(BusinessCode::is_billing)
            || self.is_http(StatusCode::PAYMENT_REQUIRED)
    }

    /// Whether the server asked the whole client to slow down.
    ///
    /// # Troubleshooting
    ///
    /// Ask for many ids in one call in place of one each, share one client among all tasks, and
    /// look for other programs that use the same account.
    pub fn is_rate_limit(&self) -> bool {
        self.business_code()
            .is_some_and(BusinessCode::is_rate_limit)
            || self.is_http(StatusCode::TOO_MANY_REQUESTS)
    }

    /// Whether a time limit passed.
    ///
    /// # Troubleshooting
    ///
    /// The message says which limit. If it is the operation's, attempts before it may have failed
    /// for another reason: see the source.
    pub fn is_timeout(&self) -> bool {
        self.kind() == ErrorKind::Timeout
    }

    /// Whether there was no connection to the server.
    ///
    /// # Troubleshooting
    ///
    /// Look at the base URL, name resolution, proxies, firewalls and certificates; the source says
    /// which of them it was.
    pub fn is_connect(&self) -> bool {
        self.kind() == ErrorKind::Connect
    }

    /// Whether the answer was not one of this API.
    ///
    /// # Troubleshooting
    ///
    /// Often a proxy or a login page answered in place of the API: see
    /// [`body_snippet`](Self::body_snippet).
    pub fn is_decode(&self) -> bool {
        self.kind() == ErrorKind::Decode
    }

    /// Whether the server wanted to send the request elsewhere.
    ///
    /// # Troubleshooting
    ///
    /// Redirects are refused, since the credentials would go along. Set the base URL to where the
    /// API really is; the message names the host.
    pub fn is_redirect(&self) -> bool {
        self.kind() == ErrorKind::Redirect
    }

    fn is_http(&self, status: StatusCode) -> bool {
        self.kind() == ErrorKind::Http && self.0.http_status == Some(status)
    }

    /// What to do, in a few words.
    pub fn advice(&self) -> &'static str {
        if self.is_auth() {
            return "check the API key (AKOOL_API_KEY) against the vendor's console";
        }
        if self.is_billing() {
            return "top up credit or check the subscription in the vendor's console";
        }
        if self.is_rate_limit() {
            return "wait, then ask less often: many ids in one call, one client for all tasks";
        }
        match self.kind() {
            ErrorKind::InvalidInput => "correct the input; no request was made",
            ErrorKind::Configuration => "correct the client's settings; no request was made",
            ErrorKind::Credentials => "see why the token provider fails; no request was made",
            ErrorKind::Connect => "check the base URL, the network, proxies and certificates",
            ErrorKind::Timeout => "try again later, or allow more time",
            ErrorKind::Transport => "try again; if it stays, look at proxies on the way",
            ErrorKind::ResponseTooLarge => "ask for fewer ids in one request, or allow more bytes",
            ErrorKind::Redirect => "set the base URL to where the API is; redirects are refused",
            ErrorKind::Http if self.is_retryable() => "try again later",
            ErrorKind::Http => "check the base URL, and proxies on the way",
            ErrorKind::Decode => "check that the base URL is the API's and not a proxy's",
            ErrorKind::Api if self.is_invalid_input() => "check the ids: `_id`, not `job_id`",
            ErrorKind::Api if self.is_retryable() => "try again later",
            ErrorKind::Api => "look the code up in the vendor's documentation",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 3;
        f.write_str(&self.0.message)?;
        if let Some(path) = self.json_path() {
            write!(f, " at {path}")?;
        }
        if let Some(delay) = self.retry_after() {
            write!(f, ", asked to wait {} s", delay.as_secs())?;
        }
        if !self.0.ids.is_empty() {
            let ids = &self.0.ids;
            let plural = if ids.len() == 1 { "" } else { "s" };
            write!(f, ", for {} id{plural} (", ids.len())?;
            for (n, id) in ids.iter().take(SHOWN).enumerate() {
                let separator = if n == 0 { "" } else { ", " };
                write!(f, "{separator}{id}")?;
            }
            f.write_str(if ids.len() > SHOWN { ", …)" } else { ")" })?;
        }
        if self.0.attempts > 0 {
            let plural = if self.0.attempts == 1 { "" } else { "s" };
            let seconds = self.0.elapsed.as_secs_f64();
            write!(
                f,
                ", after {} attempt{plural} in {seconds:.1} s",
                self.0.attempts
            )?;
        }
        write!(f, ": {}", self.advice())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        f.debug_struct("Error")
            .field("kind", &inner.kind)
            .field("message", &inner.message)
            .field("http_status", &self.http_status())
            .field("business_code", &inner.business_code)
            .field("json_path", &inner.json_path)
            .field("body_snippet", &self.body_snippet())
            .field("retry_after", &inner.retry_after)
            .field("ids", &inner.ids.len())
            .field("attempts", &inner.attempts)
            .field("elapsed", &inner.elapsed)
            .field("may_have_reached_server", &inner.may_have_reached_server)
            .field("source", &inner.source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0
            .source
            .as_deref()
            .map(|source| source as &(dyn StdError + 'static))
    }
}

impl From<InvalidIds> for Error {
    fn from(error: InvalidIds) -> Self {
        Self::new(ErrorKind::InvalidInput, error.to_string()).with_source(error)
    }
}

impl From<crate::InvalidId> for Error {
    fn from(error: crate::InvalidId) -> Self {
        Self::new(ErrorKind::InvalidInput, error.to_string()).with_source(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_is_small() {
        assert!(size_of::<Result<()>>() <= 16);
        assert!(size_of::<Result<crate::ResultIds>>() < 128);
    }

    #[test]
    fn one_line_has_what_a_person_on_call_needs() {
        let ids: Vec<ResultId> = ["a", "b", "c", "d"]
            .into_iter()
            .map(|id| ResultId::new(id).unwrap())
            .collect();
        let error = Error::new(ErrorKind::Http, "AKOOL answered HTTP 503")
            .with_http_status(StatusCode::SERVICE_UNAVAILABLE)
            .with_retry_after(Some(Duration::from_secs(7)))
            .with_ids(&ids)
            .with_attempts(4, Duration::from_millis(2345));
        assert_eq!(
            error.to_string(),
            "AKOOL answered HTTP 503, asked to wait 7 s, for 4 ids (a, b, c, …), \
             after 4 attempts in 2.3 s: try again later"
        );
    }

    #[test]
    fn what_is_retryable_is_exactly_what_the_rules_say() {
        let http = |status: u16| {
            Error::new(ErrorKind::Http, "")
                .with_http_status(StatusCode::from_u16(status).unwrap())
                .is_retryable()
        };
        for status in [408, 429, 500, 502, 503, 504, 599] {
            assert!(http(status), "{status}");
        }
        for status in [400, 401, 402, 403, 404, 409, 413, 414, 422] {
            assert!(!http(status), "{status}");
        }
        let api = |code: i64| {
            Error::new(ErrorKind::Api, "")
                .with_business_code(BusinessCode::from_code(code))
                .is_retryable()
        };
        for code in [1005, 2001] {
            assert!(api(code), "{code}");
        }
        for code in [1003, 1006, 1101, 1102, 1104, 1015, 4242] {
            assert!(!api(code), "{code}");
        }
        for (kind, expected) in [
            (ErrorKind::Connect, true),
            (ErrorKind::Timeout, true),
            (ErrorKind::Transport, true),
            (ErrorKind::InvalidInput, false),
            (ErrorKind::Configuration, false),
            (ErrorKind::Credentials, false),
            (ErrorKind::ResponseTooLarge, false),
            (ErrorKind::Redirect, false),
            (ErrorKind::Decode, false),
        ] {
            assert_eq!(Error::new(kind, "").is_retryable(), expected, "{kind}");
        }
    }

    #[test]
    fn predicates_see_business_codes_and_http_statuses() {
        let api =
            |code| Error::new(ErrorKind::Api, "").with_business_code(BusinessCode::from_code(code));
        let http = |status| {
            Error::new(ErrorKind::Http, "").with_http_status(StatusCode::from_u16(status).unwrap())
        };
        assert!(api(1101).is_auth() && http(401).is_auth() && !http(403).is_auth());
        assert!(api(1104).is_billing() && http(402).is_billing() && !api(1101).is_billing());
        assert!(
            api(1005).is_rate_limit() && http(429).is_rate_limit() && !http(503).is_rate_limit()
        );
        assert!(api(1003).is_invalid_input() && !api(1005).is_invalid_input());
    }

    #[test]
    fn every_kind_has_its_own_name_and_predicate() {
        type Predicate = fn(&Error) -> bool;
        let predicates: [(ErrorKind, Predicate); 7] = [
            (ErrorKind::InvalidInput, Error::is_invalid_input),
            (ErrorKind::Configuration, Error::is_configuration),
            (ErrorKind::Timeout, Error::is_timeout),
            (ErrorKind::Connect, Error::is_connect),
            (ErrorKind::Decode, Error::is_decode),
            (ErrorKind::Redirect, Error::is_redirect),
            (ErrorKind::Transport, Error::is_retryable),
        ];
        for (kind, predicate) in predicates {
            assert!(predicate(&Error::new(kind, "")), "{kind}");
            assert!(
                !predicate(&Error::new(ErrorKind::ResponseTooLarge, "")),
                "{kind}"
            );
        }
    }
}
