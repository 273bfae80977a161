//! What stopped a command, told in lines of two kinds: what happened, and what to do.

use std::io::{self, Write};

use crate::{
    exit::Exit,
    output::{style, tell},
};

/// Why a command could not do its work.
#[derive(Debug)]
pub(crate) struct Problem {
    exit: Exit,
    what: Vec<String>,
    help: String,
}

impl Problem {
    /// The arguments, ids or settings cannot work.
    pub(crate) fn usage(what: impl Into<String>, help: impl Into<String>) -> Self {
        Self::new(Exit::Usage, vec![what.into()], help)
    }

    /// Several things in the ids cannot work.
    pub(crate) fn usages(what: Vec<String>, help: impl Into<String>) -> Self {
        Self::new(Exit::Usage, what, help)
    }

    /// It was tried and failed.
    pub(crate) fn failure(what: impl Into<String>, help: impl Into<String>) -> Self {
        Self::new(Exit::NothingLearnt, vec![what.into()], help)
    }

    fn new(exit: Exit, what: Vec<String>, help: impl Into<String>) -> Self {
        Self {
            exit,
            what,
            help: help.into(),
        }
    }

    pub(crate) fn exit(&self) -> Exit {
        self.exit
    }

    /// Tells the person at the terminal.
    pub(crate) fn report(&self) {
        tell(|out| self.write_to(out));
    }

    pub(crate) fn write_to(&self, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
        let (bad, good) = (style::BAD, style::HELP);
        for what in &self.what {
            writeln!(out, "{bad}error:{bad:#} {what}")?;
        }
        writeln!(out, "{good}help:{good:#} {}", self.help)
    }
}
