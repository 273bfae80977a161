//! How much is told on standard error: what happened, why (`-v`), and the course of it (`-vv`).

use std::{borrow::Cow, io};

use akool_faceswap::Error;
use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    fmt::{self, format::FmtSpan},
    layer::SubscriberExt as _,
    util::SubscriberInitExt as _,
};

use crate::output::shown;

/// A chain of causes that is longer is a fault of its own.
const MOST_CAUSES: usize = 16;

/// How much is told; each level tells what the one before does, and more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verbosity {
    Normal,
    /// With the causes of errors.
    Causes,
    /// With a line for each call and each attempt of the library.
    Spans,
}

impl Verbosity {
    /// Of the number of times that `-v` was given.
    pub(crate) fn of(count: u8) -> Self {
        match count {
            0 => Self::Normal,
            1 => Self::Causes,
            _ => Self::Spans,
        }
    }

    /// Lets the library's spans be told, if they are to be.
    ///
    /// Of the libraries underneath nothing is told: their spans may hold what ours never do.
    pub(crate) fn start(self) {
        if self < Self::Spans {
            return;
        }
        let told = fmt::layer()
            .with_writer(io::stderr)
            .with_ansi(false)
            .with_target(false)
            .with_span_events(FmtSpan::CLOSE)
            // It would panic where nobody listens any more.
            .log_internal_errors(false);
        let ours = Targets::new().with_target("akool_faceswap", LevelFilter::DEBUG);
        // There can be no other in this process.
        let _ = tracing_subscriber::registry()
            .with(told)
            .with(ours)
            .try_init();
    }
}

/// What happened and the root cause, in one line.
pub(crate) fn reason(error: &Error) -> Cow<'_, str> {
    let mut cause = std::error::Error::source(error);
    while let Some(deeper) = cause.and_then(std::error::Error::source) {
        cause = Some(deeper);
    }
    cause.map_or(shown(error.message()), |cause| {
        shown(&format!("{}: {cause}", error.message()))
            .into_owned()
            .into()
    })
}

/// What is behind `error`, from near to far, one line each.
pub(crate) fn causes(error: &Error) -> Vec<String> {
    let place = error
        .json_path()
        .filter(|path| *path != "$")
        .map(|path| format!("at {path}"));
    let answer = error
        .body_snippet()
        .filter(|snippet| !snippet.is_empty())
        .map(|snippet| format!("the answer begins: {}", shown(snippet)));
    let mut causes: Vec<String> = place.into_iter().chain(answer).collect();
    let mut next = std::error::Error::source(error);
    while let Some(cause) = next
        && causes.len() < MOST_CAUSES
    {
        // A cause may be no more than a wrapping of the next one.
        let text = shown(&cause.to_string()).into_owned();
        if causes.last() != Some(&text) {
            causes.push(text);
        }
        next = cause.source();
    }
    causes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_is_more() {
        assert!(Verbosity::of(0) < Verbosity::of(1));
        assert!(Verbosity::of(1) < Verbosity::of(2));
        assert_eq!(Verbosity::of(2), Verbosity::of(u8::MAX));
    }
}
