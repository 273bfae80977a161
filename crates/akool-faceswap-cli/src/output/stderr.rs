//! Standard error: everything that a person should know beside what was asked for.

use std::io::{self, BufWriter, Write};

use anstream::AutoStream;

/// Writes what `write` writes, coloured if standard error is to be.
pub(crate) fn tell(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
    let mut stderr = BufWriter::new(AutoStream::auto(io::stderr().lock()));
    // Where nobody listens there is nobody to tell.
    let _ = write(&mut stderr).and_then(|()| stderr.flush());
}
