//! Standard output, whose reader may go away at any time.
//!
//! In `akool-faceswap results … | head -1` the reader has seen enough. That is not an error, and
//! nothing is printed about it. Any other failure to write is one.

use std::io::{self, BufWriter, ErrorKind, StdoutLock, Write};

use anstream::AutoStream;

use super::{terminal_safe::shown_lines, wrap::wrapped};
use crate::problem::Problem;

/// The locked standard output.
pub(crate) struct Stdout {
    lock: StdoutLock<'static>,
}

/// Whether somebody still reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub(crate) enum Reader {
    Listening,
    Gone,
}

impl Stdout {
    pub(crate) fn lock() -> Self {
        Self {
            lock: io::stdout().lock(),
        }
    }

    /// Writes what `write` writes, byte for byte: for machines.
    pub(crate) fn emit(
        &mut self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<Reader, Problem> {
        let mut out = BufWriter::new(&mut self.lock);
        outcome(write(&mut out).and_then(|()| out.flush()))
    }

    /// As [`emit`](Self::emit), for people: with colours if they are enabled, and with lines that fit the terminal.
    pub(crate) fn emit_styled(
        &mut self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<Reader, Problem> {
        let mut text = Vec::new();
        let written = write(&mut text);
        let text = String::from_utf8_lossy(&text);
        let text = shown_lines(&text);
        let text = wrapped(&text, self.width());
        let mut out = BufWriter::new(AutoStream::auto(&mut self.lock));
        outcome(
            written
                .and_then(|()| out.write_all(text.as_bytes()))
                .and_then(|()| out.flush()),
        )
    }

    /// The columns of the terminal. `None`: it is not a terminal, and lines may have any length.
    pub(crate) fn width(&self) -> Option<usize> {
        let (width, _) = terminal_size::terminal_size_of(&self.lock)?;
        Some(width.0.into())
    }
}

fn outcome(written: io::Result<()>) -> Result<Reader, Problem> {
    match written {
        Ok(()) => Ok(Reader::Listening),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(Reader::Gone),
        Err(error) => Err(Problem::failure(
            format!("cannot write to standard output: {error}"),
            "check the disk or program that the output goes to, and run the command again",
        )),
    }
}
