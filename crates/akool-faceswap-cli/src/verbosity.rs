//! How much is printed on standard error: what happened, why (`-v`), and each request (`-vv`).

use std::{
    borrow::Cow,
    io::{self, Write},
};

use akool_faceswap::Error;
use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    fmt::{self, format::FmtSpan},
    layer::SubscriberExt as _,
    util::SubscriberInitExt as _,
};

use crate::{output::shown, problem::write_causes};

/// More causes of one error are not printed.
const MOST_CAUSES: usize = 16;

/// How much is printed; each level adds to the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verbosity {
    Normal,
    /// With the causes of errors.
    Causes,
    /// With a line for each call and each attempt of the library.
    Spans,
}

impl Verbosity {
    /// Writes the causes of `error`, at the level for it.
    pub(crate) fn write_causes_of(
        self,
        out: &mut (impl Write + ?Sized),
        error: Option<&Error>,
    ) -> io::Result<()> {
        match error {
            Some(error) if self >= Self::Causes => write_causes(out, &causes(error)),
            _ => Ok(()),
        }
    }

    /// The level for the number of `-v` options.
    pub(crate) fn of(count: u8) -> Self {
        match count {
            0 => Self::Normal,
            1 => Self::Causes,
            _ => Self::Spans,
        }
    }

    /// Prints the library's spans from now on, at the level for it.
    ///
    /// Spans of other libraries are left out: they may contain data that ours never do.
    pub(crate) fn start(self) {
        if self < Self::Spans {
            return;
        }
        let printed = fmt::layer()
            .with_writer(io::stderr)
            .with_ansi(false)
            .with_target(false)
            .with_span_events(FmtSpan::CLOSE)
            // It would panic if standard error is closed.
            .log_internal_errors(false);
        let ours = Targets::new().with_target("akool_faceswap", LevelFilter::DEBUG);
        // This process has no other subscriber.
        let _ = tracing_subscriber::registry()
            .with(printed)
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

/// The causes of `error`, the nearest first, one line each.
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
        // A cause may only wrap the next one.
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
    fn more_options_mean_more_output() {
        assert!(Verbosity::of(0) < Verbosity::of(1));
        assert!(Verbosity::of(1) < Verbosity::of(2));
        assert_eq!(Verbosity::of(2), Verbosity::of(u8::MAX));
    }
}
