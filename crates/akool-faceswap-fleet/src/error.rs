//! Errors of the fleet: what failed, and what to do.

use std::{error::Error as StdError, fmt};

type Source = Box<dyn StdError + Send + Sync>;

/// The category of an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The database cannot be reached, or the connection was lost.
    Connection,
    /// The database accepts no writes: a standby, or a failover in progress.
    ReadOnly,
    /// The database is out of disk, memory or connections, or two transactions collided.
    Resources,
    /// The schema is missing, or has another version than this release can work with.
    Schema,
    /// The lane belongs to another account.
    Account,
    /// A lane, an id, a URL or a setting is invalid.
    InvalidInput,
    /// The job is not tracked, or its outcome has been taken.
    NotTracked,
    /// The API refuses this worker's credentials, its account or its settings.
    Api,
    /// Anything else that the database refused.
    Database,
}

/// An error of the fleet.
///
/// ```
/// use akool_faceswap_fleet::{ErrorKind, Fleet};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let error = Fleet::connect("mysql://localhost/jobs").await.unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::InvalidInput);
/// assert!(!error.is_transient());
/// # }
/// ```
///
/// `Display` says what happened, `source()` has the database's message, and [`advice`](Self::advice) says what
/// to do. No password, key or result URL appears in them.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: ErrorKind,
    message: String,
    advice: Option<String>,
    source: Option<Source>,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            advice: None,
            source: None,
        }))
    }

    pub(crate) fn with_source(mut self, source: impl Into<Source>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    pub(crate) fn with_advice(mut self, advice: impl Into<String>) -> Self {
        self.0.advice = Some(advice.into());
        self
    }

    /// The category.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Whether the same call may succeed later without any change by the caller. A worker retries these
    /// errors itself.
    pub fn is_transient(&self) -> bool {
        matches!(
            self.kind(),
            ErrorKind::Connection | ErrorKind::ReadOnly | ErrorKind::Resources
        )
    }

    /// What to do.
    pub fn advice(&self) -> &str {
        if let Some(advice) = &self.0.advice {
            return advice;
        }
        match self.kind() {
            ErrorKind::Connection => "check the database's address and whether it runs",
            ErrorKind::ReadOnly => "connect to the primary; name all hosts in the URL",
            ErrorKind::Resources => "free disk, memory or connections of the database",
            ErrorKind::Schema => "run `migrate` with the newest release that is deployed",
            ErrorKind::Account => {
                "use another lane; after a change of the key, call forget_account first"
            }
            ErrorKind::InvalidInput => "correct what the message names",
            ErrorKind::NotTracked => {
                "track the id first; do not take outcomes that others wait for"
            }
            ErrorKind::Api => "correct the key or the settings, then start the worker again",
            ErrorKind::Database => "see the database's message",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}
