//! Standard output, whose reader may go away at any time.
//!
//! In `akool-faceswap results … | head -1` the reader has seen enough: that is no error, and
//! nothing is said about it. Any other failure to write is one.

use std::io::{self, BufWriter, ErrorKind, StdoutLock, Write};

use crate::problem::Problem;

/// The locked standard output.
pub(crate) struct Stdout {
    writer: BufWriter<StdoutLock<'static>>,
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
            writer: BufWriter::new(io::stdout().lock()),
        }
    }

    /// Writes what `write` writes, at once.
    pub(crate) fn emit(
        &mut self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<Reader, Problem> {
        let written = write(&mut self.writer).and_then(|()| self.writer.flush());
        match written {
            Ok(()) => Ok(Reader::Listening),
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(Reader::Gone),
            Err(error) => Err(Problem::failure(
                format!("cannot write to standard output: {error}"),
                "check the disk or program that the output goes to, and run the command again",
            )),
        }
    }
}
