//! The one error of this library, for the person on call.
//!
//! It says what happened, to which ids, what has already been done and what to do now. Programs query its
//! category through methods, so that kinds can be added. It contains no key, token or URL: texts from the
//! server are shortened, and anything that looks like one is removed.

mod kind;
mod meaning;
mod snippet;
mod wait_kind;

use std::{error::Error as StdError, fmt, sync::Arc, time::Duration};

use http::StatusCode;
use serde::{Serialize, Serializer};

use crate::model::{ErrorSummary, ResultId};

pub use crate::model::{BusinessClass, BusinessCode, InvalidId, InvalidIds};
pub use kind::ErrorKind;

/// Any error from code that a program passes in, such as a token provider.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

pub(crate) use snippet::Snippet;
pub use wait_kind::WaitErrorKind;

/// What went wrong, with what is needed to act on it.
///
/// Its `Display` output is one line for a log or a terminal: what happened, to which ids, and after
/// how many attempts. The cause, if there is one, is the [`source`](std::error::Error::source), and
/// what to do is [`advice`](Self::advice); `Debug` output begins with the line and the advice, so a
/// `main` that returns the error prints something useful. No output contains credentials or URLs.
/// Cloning is cheap.
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
    /// What to do, if the kind alone says too little.
    advice: Option<&'static str>,
    http_status: Option<StatusCode>,
    business_code: Option<BusinessCode>,
    json_path: Option<&'static str>,
    snippet: Option<Snippet>,
    retry_after: Option<Duration>,
    ids: Arc<[ResultId]>,
    attempts: u32,
    elapsed: Duration,
    may_have_reached_server: bool,
    /// Whether the answer ends too early.
    is_cut: bool,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Arc::new(Inner {
            kind,
            message: message.into(),
            advice: None,
            http_status: None,
            business_code: None,
            json_path: None,
            snippet: None,
            retry_after: None,
            ids: Arc::from([]),
            attempts: 0,
            elapsed: Duration::ZERO,
            may_have_reached_server: false,
            is_cut: false,
            source: None,
        }))
    }

    fn with(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }

    pub(crate) fn with_advice(self, advice: &'static str) -> Self {
        self.with(|inner| inner.advice = Some(advice))
    }

    /// Whether it says more than its kind about what to do.
    #[cfg(feature = "download")]
    pub(crate) fn has_own_advice(&self) -> bool {
        self.0.advice.is_some()
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

    pub(crate) fn with_ids(self, ids: impl Into<Arc<[ResultId]>>) -> Self {
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

    /// Whether the answer ends too early, or is empty.
    #[cfg(feature = "download")]
    pub(crate) fn is_cut(&self) -> bool {
        self.0.is_cut
    }

    pub(crate) fn with_cut(self, is_cut: bool) -> Self {
        self.with(|inner| inner.is_cut = is_cut)
    }

    /// Takes over what the predicates use from another error: status, code and delay.
    pub(crate) fn with_answer_of(self, other: &Self) -> Self {
        self.with(|inner| {
            inner.http_status = other.0.http_status;
            inner.business_code = other.0.business_code;
            inner.retry_after = other.0.retry_after;
            inner.may_have_reached_server = other.0.may_have_reached_server;
        })
    }

    pub(crate) fn with_source(self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.with(|inner| inner.source = Some(Arc::new(source)))
    }

    /// The category of the error.
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

    /// What happened, without ids and attempts.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Where in the body decoding failed, as a JSON path.
    pub fn json_path(&self) -> Option<&str> {
        self.0.json_path
    }

    /// The beginning of the answer's body, at most 256 characters, with everything that looks like a
    /// URL or a secret removed.
    pub fn body_snippet(&self) -> Option<&str> {
        self.0.snippet.as_ref().map(Snippet::as_str)
    }

    /// The ids that the failed request was about.
    pub fn ids(&self) -> &[ResultId] {
        &self.0.ids
    }

    /// How many times the request was sent; 0 if it was not sent.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// How long the operation took, including the delays between attempts.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed
    }

    /// Whether the server may have seen the request.
    ///
    /// `false` is certain: the request was not sent, or no connection was made.
    pub fn may_have_reached_server(&self) -> bool {
        self.0.may_have_reached_server
    }

    /// How long the server asked to wait, if it did.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }
}

impl Error {
    pub(crate) fn summary(&self) -> ErrorSummary {
        ErrorSummary {
            kind: self.kind().as_str(),
            code: self.business_code().map(BusinessCode::code),
            http_status: self.http_status(),
            message: self.to_string(),
        }
    }
}

/// As an object with `kind`, `code` (the business code), `http_status` and `message`, the `Display`
/// line.
impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.summary().serialize(serializer)
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
        Ok(())
    }
}

/// The `Display` line, what to do, and then the fields: what `fn main() -> Result<(), Error>` prints.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        write!(f, "{self}; to do: {}. ", self.advice())?;
        f.debug_struct("Error")
            .field("kind", &inner.kind)
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
        Self::new(ErrorKind::InvalidInput, error.to_string())
    }
}

impl From<InvalidId> for Error {
    fn from(error: InvalidId) -> Self {
        Self::new(ErrorKind::InvalidInput, error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_is_small() {
        assert!(size_of::<Result<()>>() <= 16);
        assert!(size_of::<Result<crate::model::ResultIds>>() < 128);
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
            .with_ids(ids.as_slice())
            .with_attempts(4, Duration::from_millis(2345));
        assert_eq!(
            error.to_string(),
            "AKOOL answered HTTP 503, asked to wait 7 s, for 4 ids (a, b, c, …), \
             after 4 attempts in 2.3 s"
        );
        let debug = format!("{error:?}");
        let begin = format!("{error}; to do: try again later. Error {{ kind: Http, ");
        assert!(debug.starts_with(&begin), "{debug}");
    }
}
