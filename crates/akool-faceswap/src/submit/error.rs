//! Why a submit returned no job, and whether one may be billed anyway.

use std::{
    error::Error as StdError,
    fmt,
    time::{Duration, SystemTime},
};

use bytes::Bytes;

use crate::{
    error::{Error, ErrorKind},
    model::{BusinessClass, BusinessCode},
};

use super::token::SubmitToken;

/// How a submit that returned no job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SubmitErrorKind {
    /// No server has the whole request: nothing is billed.
    NotSent,
    /// The API or a server in front of it refused the request: nothing is billed.
    Refused,
    /// The request was sent, wholly or in part, and nothing says what became of it. A job may exist
    /// and be paid for.
    Unknown,
    /// The API accepted the job but sent no `_id`. It is paid for; use [`SubmitError::job_id`] and
    /// [`SubmitError::body`] to find it.
    AcceptedWithoutId,
}

impl SubmitErrorKind {
    /// A name for machines, such as `not_sent`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotSent => "not_sent",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
            Self::AcceptedWithoutId => "accepted_without_id",
        }
    }

    /// What an error of the exchange says about the job.
    ///
    /// Only the codes and statuses listed here are certain. The lists are short on purpose: with any other, a job may
    /// exist.
    pub(super) fn of(error: &Error) -> Self {
        if !error.may_have_reached_server() {
            return Self::NotSent;
        }
        let is_refused = match error.kind() {
            ErrorKind::Api => {
                error.business_code().is_some_and(is_refusal) || error.http_status() == Some(429)
            }
            ErrorKind::Http => matches!(
                error.http_status(),
                Some(400 | 401 | 403 | 404 | 413 | 415 | 422 | 429)
            ),
            _ => false,
        };
        if is_refused {
            Self::Refused
        } else {
            Self::Unknown
        }
    }
}

/// Codes that say that no job was made.
fn is_refusal(code: BusinessCode) -> bool {
    matches!(
        code.code(),
        1003 | 1005 | 1006 | 1007 | 1101..=1104 | 1109 | 1200 | 1204 | 1207..=1210 | 1213 | 1221
    )
}

impl fmt::Display for SubmitErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How far a submit with an unknown outcome got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SubmitPhase {
    /// The request was handed to the connection, wholly or in part; no answer came.
    Sent,
    /// An answer began and broke off.
    Answering,
    /// An answer came, and it does not say whether there is a job.
    Answered,
    /// An earlier process prepared it; it is unknown whether it was sent.
    Stored,
}

impl SubmitPhase {
    /// A name for machines, such as `sent`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Answering => "answering",
            Self::Answered => "answered",
            Self::Stored => "stored",
        }
    }

    fn of(error: &Error) -> Self {
        match (error.kind(), error.http_status()) {
            (ErrorKind::Timeout | ErrorKind::Transport, None) => Self::Sent,
            (ErrorKind::Timeout | ErrorKind::Transport, Some(_)) => Self::Answering,
            _ => Self::Answered,
        }
    }
}

impl fmt::Display for SubmitPhase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a submit returned no job, whether anything may be billed, and what to do.
///
/// Ask [`may_be_billed`](Self::may_be_billed) before anything else. `true` means that a job may
/// exist, and submitting again may buy a second one; this library never does that on its own.
///
/// ```
/// # use akool_faceswap_mock::FakeAkool;
/// # use akool_faceswap::Client;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let fake = FakeAkool::start()?;
/// # let client = Client::builder().base_url(fake.url()).api_key(fake.api_key()).build()?;
/// let swap = client.swap().original("https://example.com/film.mp4");
/// match swap.new_face("https://example.com/me.jpg").submit().await {
///     Ok(job) => println!("accepted: {}", job.id()),
///     Err(error) if error.may_be_billed() => println!("find out before anything else: {error}"),
///     Err(error) => println!("nothing is billed: {error}"),
/// }
/// # Ok(())
/// # }
/// ```
///
/// Its `Display` output is one line: what happened, when, and to which submit. The exchange's own
/// error is its `source()`. Cloning is cheap.
#[derive(Clone)]
pub struct SubmitError(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: SubmitErrorKind,
    token: Option<SubmitToken>,
    error: Option<Error>,
    phase: Option<SubmitPhase>,
    window: Option<(SystemTime, SystemTime)>,
    host: Box<str>,
    job_id: Option<Box<str>>,
    body: Bytes,
    is_repeat: bool,
}

impl SubmitError {
    /// What `error` says about a submit that was in flight during `window`.
    pub(super) fn of(
        error: Error,
        token: SubmitToken,
        window: (SystemTime, SystemTime),
        host: &str,
    ) -> Self {
        let kind = SubmitErrorKind::of(&error);
        let is_unknown = kind == SubmitErrorKind::Unknown;
        Self(Box::new(Inner {
            kind,
            token: Some(token),
            phase: is_unknown.then(|| SubmitPhase::of(&error)),
            window: is_unknown.then_some(window),
            error: Some(error),
            host: host.into(),
            job_id: None,
            body: Bytes::new(),
            is_repeat: false,
        }))
    }

    /// Refused by this library itself.
    pub(super) fn not_sent(error: Error, token: Option<SubmitToken>) -> Self {
        Self(Box::new(Inner {
            kind: SubmitErrorKind::NotSent,
            token,
            error: Some(error),
            phase: None,
            window: None,
            host: "".into(),
            job_id: None,
            body: Bytes::new(),
            is_repeat: false,
        }))
    }

    /// Prepared by another process, which may have sent it.
    pub(super) fn stored(token: SubmitToken, prepared_at: SystemTime, now: SystemTime) -> Self {
        let mut error = Self::not_sent(Error::new(ErrorKind::InvalidInput, ""), Some(token));
        error.0.kind = SubmitErrorKind::Unknown;
        error.0.error = None;
        error.0.phase = Some(SubmitPhase::Stored);
        error.0.window = Some((prepared_at, now));
        error
    }

    pub(super) fn accepted_without_id(
        token: SubmitToken,
        window: (SystemTime, SystemTime),
        host: &str,
        job_id: Option<&str>,
        body: Bytes,
    ) -> Self {
        Self(Box::new(Inner {
            kind: SubmitErrorKind::AcceptedWithoutId,
            token: Some(token),
            error: None,
            phase: None,
            window: Some(window),
            host: host.into(),
            job_id: job_id.map(Into::into),
            body,
            is_repeat: false,
        }))
    }

    /// The same, for a later submit of the same content that was not sent because of it.
    pub(super) fn again(mut self) -> Self {
        self.0.is_repeat = true;
        self
    }

    /// How the submit ended.
    pub fn kind(&self) -> SubmitErrorKind {
        self.0.kind
    }

    /// Whether a job may exist that costs credits: the outcome is unknown, or the job was accepted
    /// and only its `_id` is missing.
    pub fn may_be_billed(&self) -> bool {
        matches!(
            self.0.kind,
            SubmitErrorKind::Unknown | SubmitErrorKind::AcceptedWithoutId
        )
    }

    /// Whether the same submit can be made again later without buying anything twice, and may then succeed without any
    /// change.
    ///
    /// It was already retried as often as the client's [`RetryPolicy`](crate::RetryPolicy) allows.
    pub fn is_retryable(&self) -> bool {
        !self.may_be_billed() && self.0.error.as_ref().is_some_and(Error::is_retryable)
    }

    /// Whether this submit was not sent at all, because an earlier submit of the same content has an unknown outcome;
    /// the error is that of the earlier one.
    pub fn is_repeat(&self) -> bool {
        self.0.is_repeat
    }

    /// The submit's token, which its callback URL carries; `None` if it was refused before it had
    /// one.
    pub fn token(&self) -> Option<&SubmitToken> {
        self.0.token.as_ref()
    }

    /// The underlying error, with HTTP status and business code; `None` if no request failed.
    pub fn error(&self) -> Option<&Error> {
        self.0.error.as_ref()
    }

    /// The code that the API answered, if it answered one.
    pub fn business_code(&self) -> Option<BusinessCode> {
        self.error().and_then(Error::business_code)
    }

    /// The class of that code.
    pub fn business_class(&self) -> Option<BusinessClass> {
        self.business_code().map(BusinessCode::class)
    }

    /// How far it got; only if the outcome is unknown.
    pub fn phase(&self) -> Option<SubmitPhase> {
        self.0.phase
    }

    /// The period in which a job may have been created, by the clock of this machine: look for it in the vendor's
    /// console.
    pub fn window(&self) -> Option<(SystemTime, SystemTime)> {
        self.0.window
    }

    /// The host that the request was meant for; empty if it never got that far.
    pub fn host(&self) -> &str {
        &self.0.host
    }

    /// The job's `job_id`, if the answer had one without an `_id`. You cannot look results up by it, but the vendor
    /// can.
    pub fn job_id(&self) -> Option<&str> {
        self.0.job_id.as_deref()
    }

    /// The whole answer, if the job was accepted without an `_id`. It may contain links to a person's face.
    pub fn body(&self) -> &[u8] {
        &self.0.body
    }

    /// What to do, in a few words.
    pub fn advice(&self) -> &'static str {
        match (self.0.kind, self.0.phase) {
            (SubmitErrorKind::NotSent | SubmitErrorKind::Refused, _) => {
                self.error().map_or("", Error::advice)
            }
            (SubmitErrorKind::Unknown, Some(SubmitPhase::Stored)) => {
                "look for its callback or ask the process that prepared it; only if it was surely \
                 never sent, allow a second purchase"
            }
            (SubmitErrorKind::Unknown, _) => {
                "wait for a callback with its token, or look for the job in the vendor's console; \
                 only allow_second_purchase sends it again, and may buy a second job"
            }
            (SubmitErrorKind::AcceptedWithoutId, _) => {
                "do not submit it again: it is paid for; wait for its callback, or give the vendor \
                 its job_id"
            }
        }
    }
}

impl fmt::Display for SubmitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { kind, host, .. } = &*self.0;
        if self.0.is_repeat {
            f.write_str("not sent, because of an earlier submit of the same swap: ")?;
        }
        match (kind, self.0.phase) {
            (SubmitErrorKind::NotSent, _) => f.write_str("the swap was not submitted")?,
            (SubmitErrorKind::Refused, _) => write!(f, "{host} refused the swap")?,
            (SubmitErrorKind::Unknown, Some(SubmitPhase::Stored)) => f.write_str(
                "this submit was prepared by another process, and whether it was sent is not known",
            )?,
            (SubmitErrorKind::Unknown, phase) => {
                let how_far = match phase {
                    Some(SubmitPhase::Sent) => "the request was sent and not answered",
                    Some(SubmitPhase::Answering) => "the answer broke off",
                    _ => "the answer does not say",
                };
                write!(f, "whether {host} made a job is unknown: {how_far}")?;
            }
            (SubmitErrorKind::AcceptedWithoutId, _) => {
                write!(f, "{host} accepted the swap without an _id")?;
                if let Some(job_id) = self.job_id().and_then(shown) {
                    write!(f, " (job_id {job_id})")?;
                }
            }
        }
        if let Some((begin, end)) = self.0.window {
            let second = |time: SystemTime| {
                let of_unix = time
                    .duration_since(SystemTime::UNIX_EPOCH)
                    .unwrap_or_default();
                // The latest second that humantime can format.
                let seconds = Duration::from_secs(of_unix.as_secs().min(253_402_300_799));
                humantime::format_rfc3339_seconds(SystemTime::UNIX_EPOCH + seconds)
            };
            write!(f, ", between {} and {}", second(begin), second(end))?;
        }
        if let Some(token) = &self.0.token {
            write!(f, " (submit {token})")?;
        }
        Ok(())
    }
}

/// The `job_id`, if it is safe to show.
fn shown(job_id: &str) -> Option<&str> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (job_id.len() <= 64 && job_id.bytes().all(is_plain)).then_some(job_id)
}

impl fmt::Debug for SubmitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        f.debug_struct("SubmitError")
            .field("kind", &inner.kind)
            .field("token", &inner.token)
            .field("phase", &inner.phase)
            .field("window", &inner.window)
            .field("host", &inner.host)
            .field("body_bytes", &inner.body.len())
            .field("is_repeat", &inner.is_repeat)
            .field("error", &inner.error)
            .finish_non_exhaustive()
    }
}

impl StdError for SubmitError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0
            .error
            .as_ref()
            .map(|error| error as &(dyn StdError + 'static))
    }
}

#[cfg(test)]
mod tests;
