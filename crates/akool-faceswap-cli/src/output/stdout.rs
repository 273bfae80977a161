//! Standard output, whose reader may go away at any time.
//!
//! In `akool-faceswap results … | head -1` the reader has seen enough: that is no error, and
//! nothing is said about it. Any other failure to write is one.

use std::io::{self, BufWriter, ErrorKind, StdoutLock, Write};

use anstream::AutoStream;

use crate::problem::Problem;

/// The locked standard output.
pub(crate) struct Stdout {
    lock: StdoutLock<'static>,
}

/// Whether anybody still reads.
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

    /// Writes what `write` writes, at once, byte for byte: for machines.
    pub(crate) fn emit(
        &mut self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<Reader, Problem> {
        let mut out = BufWriter::new(&mut self.lock);
        outcome(write(&mut out).and_then(|()| out.flush()))
    }

    /// As [`emit`](Self::emit), for people: without colours where they are not wanted.
    pub(crate) fn emit_styled(
        &mut self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<Reader, Problem> {
        let mut out = BufWriter::new(AutoStream::auto(&mut self.lock));
        outcome(write(&mut out).and_then(|()| out.flush()))
    }

    /// The columns of the terminal; `None` if it is none or does not say, and lines may have any
    /// length.
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
