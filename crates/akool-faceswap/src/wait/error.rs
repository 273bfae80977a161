//! How a wait ends without a result.

use std::{error::Error as StdError, fmt, time::Duration};

use serde::{Serialize, Serializer};

use crate::wait::{Progress, Ticket};
use crate::{
    error::{Error, ErrorKind, WaitErrorKind},
    model::{BusinessClass, BusinessCode, ErrorSummary, Job, JobSummary, ResultId},
};

/// A wait that ended without a result: why, what was last known, and a ticket to resume it with.
///
/// ```
/// # use akool_faceswap_mock::{FakeAkool, FakeJob};
/// use std::time::Duration;
/// use akool_faceswap::{Client, wait::WaitErrorKind};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let fake = FakeAkool::start()?;
/// # let id: akool_faceswap::ResultId = fake.add_job(FakeJob::image().failing()).to_string().parse()?;
/// # let client = Client::builder().base_url(fake.url()).api_key(fake.api_key()).build()?;
/// match client.wait(id).timeout(Duration::from_secs(600)).await {
///     Ok(job) => println!("{:?}", job.result_url()),
///     Err(error) => match error.kind() {
///         // The job was accepted and is paid for: resume the wait, do not submit it again.
///         WaitErrorKind::DeadlinePassed => println!("later: {:?}", error.ticket()),
///         WaitErrorKind::JobFailed => println!("{:?}", error.job().and_then(|job| job.failure_reason())),
///         _ => println!("{error}"),
///     },
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct WaitError(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: WaitErrorKind,
    progress: Progress,
    ticket: Option<Ticket>,
    job: Option<Job>,
    error: Option<Error>,
}

impl WaitError {
    pub(super) fn job_failed(job: Job, progress: Progress) -> Self {
        Self(Box::new(Inner {
            kind: WaitErrorKind::JobFailed,
            progress,
            ticket: None,
            job: Some(job),
            error: None,
        }))
    }

    pub(super) fn unsettled(
        kind: WaitErrorKind,
        progress: Progress,
        ticket: Ticket,
        error: Option<Error>,
    ) -> Self {
        let error = error.or_else(|| progress.last_error.clone());
        Self(Box::new(Inner {
            kind,
            progress,
            ticket: (kind != WaitErrorKind::Deleted).then_some(ticket),
            job: None,
            error,
        }))
    }

    /// Why the wait ended.
    pub fn kind(&self) -> WaitErrorKind {
        self.0.kind
    }

    /// The job that was waited for.
    pub fn id(&self) -> &ResultId {
        self.0.progress.id()
    }

    /// What was known at the end.
    pub fn progress(&self) -> &Progress {
        &self.0.progress
    }

    /// The job as the API last returned it; only if the job itself failed.
    pub fn job(&self) -> Option<&Job> {
        self.0.job.as_ref()
    }

    /// What to resume the wait with; `None` if the job itself failed or was deleted.
    pub fn ticket(&self) -> Option<&Ticket> {
        self.0.ticket.as_ref()
    }

    /// The same, without a copy.
    pub fn into_ticket(self) -> Option<Ticket> {
        self.0.ticket
    }

    /// The error that ended the wait; at a deadline, the error of the last lookup if it failed.
    pub fn error(&self) -> Option<&Error> {
        self.0.error.as_ref()
    }

    /// What to do, in a few words.
    pub fn advice(&self) -> &'static str {
        match self.kind() {
            WaitErrorKind::JobFailed => "submit it again if the input is good",
            WaitErrorKind::Missing => {
                "check the id and the account; a deleted job does not come back"
            }
            WaitErrorKind::Deleted => "a deleted job does not come back",
            WaitErrorKind::NoResultUrl => {
                "resume its ticket later; if the URL is still missing then, ask the vendor about the job"
            }
            WaitErrorKind::DeadlinePassed | WaitErrorKind::ShutDown | WaitErrorKind::Cancelled => {
                "resume its ticket; do not submit the job again"
            }
            WaitErrorKind::Fault => self.error().map_or(
                "fix the cause of the error, then resume its ticket",
                Error::advice,
            ),
            WaitErrorKind::TooManyIds => {
                "resume its ticket once other waits have ended, or raise max_tracked_ids"
            }
        }
    }
}

/// The same predicates as those of [`Error`].
impl WaitError {
    /// Whether waiting again may bring the result: see [`Error::is_retryable`].
    pub fn is_retryable(&self) -> bool {
        self.as_error().is_retryable()
    }

    /// Whether the input is invalid: see [`Error::is_invalid_input`].
    pub fn is_invalid_input(&self) -> bool {
        self.as_error().is_invalid_input()
    }

    /// Whether the credentials or the account were refused: see [`Error::is_auth`].
    pub fn is_auth(&self) -> bool {
        self.as_error().is_auth()
    }

    /// Whether the account needs credit or another plan: see [`Error::is_billing`].
    pub fn is_billing(&self) -> bool {
        self.as_error().is_billing()
    }

    /// Whether the server asked the client to slow down: see [`Error::is_rate_limit`].
    pub fn is_rate_limit(&self) -> bool {
        self.as_error().is_rate_limit()
    }

    /// The same as an [`Error`], without its source.
    fn as_error(&self) -> Error {
        let cause = self.error().filter(|_| self.kind() == WaitErrorKind::Fault);
        let kind = match self.kind() {
            WaitErrorKind::JobFailed => ErrorKind::JobFailed,
            WaitErrorKind::Missing | WaitErrorKind::Deleted => ErrorKind::Missing,
            WaitErrorKind::NoResultUrl => ErrorKind::NoResult,
            WaitErrorKind::DeadlinePassed => ErrorKind::Timeout,
            WaitErrorKind::ShutDown | WaitErrorKind::Cancelled => ErrorKind::ShutDown,
            WaitErrorKind::TooManyIds => ErrorKind::TooManyIds,
            WaitErrorKind::Fault => cause.map_or(ErrorKind::Transport, Error::kind),
        };
        let error = Error::new(kind, "the wait ended without a result")
            .with_ids(std::slice::from_ref(self.id()))
            .with_advice(self.advice());
        match cause {
            Some(cause) => error.with_answer_of(cause),
            None => error,
        }
    }
}

impl WaitError {
    pub(super) fn summary(&self) -> JobSummary {
        let summary = match (self.job(), self.kind()) {
            (Some(job), _) => job.summary(),
            (None, WaitErrorKind::Missing) => JobSummary::without_job(Some(self.id()), "missing"),
            (None, _) => JobSummary::without_job(Some(self.id()), "error")
                .with_status(self.progress().status()),
        };
        summary.with_error(ErrorSummary {
            kind: self.kind().as_str(),
            code: self
                .error()
                .and_then(Error::business_code)
                .map(BusinessCode::code),
            http_status: self.error().and_then(Error::http_status),
            message: self.to_string(),
        })
    }
}

/// As a [`JobSummary`], with the last known status.
impl Serialize for WaitError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.summary().serialize(serializer)
    }
}

/// The source is the `WaitError`: with `downcast_ref::<WaitError>()` you get its ticket.
impl From<WaitError> for Error {
    fn from(error: WaitError) -> Self {
        error.as_error().with_source(error)
    }
}

impl fmt::Display for WaitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let progress = self.progress();
        let waited = Whole(progress.waited());
        write!(f, "job {}: ", self.id())?;
        match self.kind() {
            // The reason is the vendor's text and not shown here: it could hold a URL.
            WaitErrorKind::JobFailed => write!(f, "failed, seen after {waited}")?,
            WaitErrorKind::Missing => {
                let missing = Whole(progress.missing_for().unwrap_or_default());
                write!(f, "missing from the API's answers for {missing}")?;
            }
            WaitErrorKind::Deleted => write!(f, "deleted after {waited}")?,
            WaitErrorKind::NoResultUrl => {
                f.write_str("succeeded, but the API returned no result URL")?;
            }
            WaitErrorKind::DeadlinePassed => write!(f, "not settled within {waited}")?,
            WaitErrorKind::ShutDown => write!(f, "the client was shut down after {waited}")?,
            WaitErrorKind::Cancelled => write!(f, "the wait was cancelled after {waited}")?,
            WaitErrorKind::Fault => write!(f, "the wait ended after {waited}")?,
            WaitErrorKind::TooManyIds => {
                f.write_str("the client already waits for too many ids")?;
            }
        }
        if self.kind() != WaitErrorKind::JobFailed
            && let Some(status) = progress.status()
        {
            write!(f, ", last seen {}", status.as_str())?;
        }
        Ok(())
    }
}

/// A duration for people: in whole seconds, or in milliseconds if it is below one second.
struct Whole(Duration);

impl fmt::Display for Whole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < Duration::from_secs(1) {
            write!(f, "{} ms", self.0.as_millis())
        } else {
            humantime::format_duration(Duration::from_secs(self.0.as_secs())).fmt(f)
        }
    }
}

impl fmt::Debug for WaitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}; to do: {}. ", self.advice())?;
        f.debug_struct("WaitError")
            .field("kind", &self.0.kind)
            .field("progress", &self.0.progress)
            .field("job", &self.0.job)
            .field("error", &self.0.error)
            .finish_non_exhaustive()
    }
}

impl StdError for WaitError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.error.as_ref().map(|error| error as _)
    }
}

/// How likely a failed lookup is to succeed later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hope {
    /// The error is transient.
    Good,
    /// Transient once there have been answers; before the first, the settings are wrong.
    LittleAtFirst,
    /// Time rarely cures it: the wait ends once it has lasted for minutes.
    Little,
    /// Only a person can cure it: the wait ends at once.
    None,
}

pub(super) fn hope(error: &Error) -> Hope {
    // A request for several ids that was refused because of one says nothing about the others.
    let is_about_this_id = error.ids().len() <= 1;
    if error.is_auth()
        || error.is_billing()
        || error.is_invalid_input() && is_about_this_id
        || matches!(error.kind(), ErrorKind::Configuration | ErrorKind::Redirect)
        || error
            .business_code()
            .is_some_and(|code| code.class() == BusinessClass::Permission)
    {
        return Hope::None;
    }
    match error.kind() {
        // HTML in place of the API, or 400, 403, 404 and the like: mostly a wrong base URL or a proxy.
        ErrorKind::Decode => Hope::Little,
        ErrorKind::Http if !error.is_retryable() => Hope::Little,
        // The server's certificate was rejected, or the server demands one from the client.
        ErrorKind::Connect | ErrorKind::Transport if has_cause(error, "certificate") => {
            Hope::Little
        }
        ErrorKind::Connect if has_cause(error, "dns error") => Hope::LittleAtFirst,
        _ => Hope::Good,
    }
}

/// Whether the text of a cause contains these words: the TLS backends share no typed error.
fn has_cause(error: &Error, words: &str) -> bool {
    let mut cause = error.source();
    while let Some(this) = cause {
        if this.to_string().to_ascii_lowercase().contains(words) {
            return true;
        }
        cause = this.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::BusinessCode, wait::Ticket};

    const TICKET: &str = r#"{"version":1,"id":"a","status":2,"begun_unix_ms":1,"changed_unix_ms":1,"missing_since_unix_ms":null,"deadline_unix_ms":9,"missing_grace_ms":120000,"schedule":{"first_after_ms":0,"shortest_ms":2000,"growth_percent":10,"longest_ms":30000},"polls":7}"#;

    fn ended(kind: WaitErrorKind, error: Option<Error>) -> WaitError {
        let ticket: Ticket = serde_json::from_str(TICKET).unwrap();
        let progress = Progress {
            id: ticket.id.clone(),
            status: None,
            waited: Duration::from_secs(1),
            unchanged_for: Duration::ZERO,
            missing_for: None,
            polls: 1,
            next_poll_in: None,
            last_error: None,
        };
        WaitError::unsettled(kind, progress, ticket, error)
    }

    #[test]
    fn as_an_error_it_keeps_its_meaning_its_id_and_its_ticket() {
        let refused = Error::new(ErrorKind::Api, "AKOOL answered 1101")
            .with_business_code(BusinessCode::TOKEN_INVALID);
        let wait = ended(WaitErrorKind::Fault, Some(refused));
        assert!(wait.is_auth() && !wait.is_retryable());
        let error = Error::from(wait.clone());
        assert_eq!(error.kind(), ErrorKind::Api);
        assert!(error.is_auth() && error.advice() == wait.advice());
        assert_eq!(error.ids(), [wait.id().clone()]);
        let source = StdError::source(&error).unwrap();
        let kept = source.downcast_ref::<WaitError>().unwrap();
        assert_eq!(kept.ticket(), wait.ticket());
    }

    #[test]
    fn its_predicates_are_those_of_the_error_that_ended_it() {
        for code in [1005, 1006, 1015, 1101, 1104, 1200, 1226] {
            let cause =
                Error::new(ErrorKind::Api, "").with_business_code(BusinessCode::from_code(code));
            let wait = ended(WaitErrorKind::Fault, Some(cause.clone()));
            assert_eq!(
                (
                    wait.is_invalid_input(),
                    wait.is_auth(),
                    wait.is_billing(),
                    wait.is_rate_limit()
                ),
                (
                    cause.is_invalid_input(),
                    cause.is_auth(),
                    cause.is_billing(),
                    cause.is_rate_limit()
                ),
                "{code}"
            );
        }
    }

    #[test]
    fn each_kind_has_advice() {
        use WaitErrorKind::{
            Deleted, Fault, JobFailed, Missing, NoResultUrl, ShutDown, TooManyIds,
        };
        let advice = |kind| ended(kind, None).advice();
        for (kind, expected) in [
            (JobFailed, "submit it again"),
            (Missing, "check the id"),
            (Deleted, "does not come back"),
            (NoResultUrl, "ask the vendor"),
            (ShutDown, "do not submit the job again"),
            (Fault, "fix the cause of the error"),
            (TooManyIds, "max_tracked_ids"),
        ] {
            assert!(advice(kind).contains(expected), "{kind}");
        }
    }

    #[test]
    fn a_name_that_is_not_found_may_be_found_a_moment_later() {
        let error = |cause: &'static str| {
            hope(&Error::new(ErrorKind::Connect, "").with_source(std::io::Error::other(cause)))
        };
        assert!(matches!(
            error("a DNS error: not found"),
            Hope::LittleAtFirst
        ));
        assert!(matches!(error("invalid peer certificate"), Hope::Little));
        assert!(matches!(error("refused"), Hope::Good));
    }

    #[test]
    fn a_deadline_is_a_timeout_whatever_failed_before() {
        let refused =
            Error::new(ErrorKind::Api, "").with_business_code(BusinessCode::TOKEN_INVALID);
        let wait = ended(WaitErrorKind::DeadlinePassed, Some(refused));
        assert!(wait.is_retryable() && !wait.is_auth());
        assert_eq!(Error::from(wait).kind(), ErrorKind::Timeout);
    }

    #[test]
    fn text_is_in_display_or_in_the_source_and_advice_in_neither() {
        let wait = ended(
            WaitErrorKind::Fault,
            Some(Error::new(ErrorKind::Redirect, "CAUSE")),
        );
        let line = wait.to_string();
        assert!(
            !line.contains("CAUSE") && !line.contains(wait.advice()),
            "{line}"
        );
        assert!(format!("{wait:?}").starts_with(&format!("{line}; to do: {}. ", wait.advice())));
    }
}
