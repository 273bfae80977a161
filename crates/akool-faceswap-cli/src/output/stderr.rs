//! Standard error: everything but the results.

use std::{
    io::{self, Write},
    sync::atomic::{AtomicBool, Ordering},
};

use anstream::AutoStream;

use super::{terminal_safe::shown_lines, wrap::wrapped};

/// Whether `--quiet` was given.
static IS_QUIET: AtomicBool = AtomicBool::new(false);

/// Silences [`remark`] for the whole program.
pub(crate) fn be_quiet() {
    IS_QUIET.store(true, Ordering::Relaxed);
}

pub(crate) fn is_quiet() -> bool {
    IS_QUIET.load(Ordering::Relaxed)
}

/// Prints what `write` writes, with colours if they are enabled: errors, warnings, questions.
pub(crate) fn tell(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
    let mut text = Vec::new();
    // Writing to memory cannot fail.
    let _ = write(&mut text);
    let width = terminal_size::terminal_size_of(io::stderr()).map(|(width, _)| width.0.into());
    let text = String::from_utf8_lossy(&text);
    let mut stderr = AutoStream::auto(io::stderr().lock());
    // If standard error is closed, nothing can be reported.
    let _ = stderr
        .write_all(wrapped(&shown_lines(&text), width).as_bytes())
        .and_then(|()| stderr.flush());
}

/// As [`tell`], for what `--quiet` silences: progress, counts, hints.
pub(crate) fn remark(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
    if !is_quiet() {
        tell(write);
    }
}
