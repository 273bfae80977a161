//! What stopped a command: what happened, and what to do, a line each. With `-v` the causes are
//! between them.

use std::io::{self, Write};

use crate::{
    exit::Exit,
    output::{shown, style, tell},
    verbosity::Verbosity,
};

/// Why a command could not do its work.
#[derive(Debug)]
pub(crate) struct Problem {
    exit: Exit,
    what: Vec<String>,
    causes: Vec<String>,
    help: String,
}

impl Problem {
    /// The arguments, ids or settings cannot work.
    pub(crate) fn usage(what: impl Into<String>, help: impl Into<String>) -> Self {
        Self::new(Exit::Usage, vec![what.into()], help)
    }

    /// Several of the ids cannot work.
    pub(crate) fn usages(what: Vec<String>, help: impl Into<String>) -> Self {
        Self::new(Exit::Usage, what, help)
    }

    /// It was attempted and failed.
    pub(crate) fn failure(what: impl Into<String>, help: impl Into<String>) -> Self {
        Self::new(Exit::Failure, vec![what.into()], help)
    }

    fn new(exit: Exit, what: Vec<String>, help: impl Into<String>) -> Self {
        Self {
            exit,
            what,
            causes: Vec::new(),
            help: help.into(),
        }
    }

    /// With its causes, the nearest first.
    pub(crate) fn because(self, causes: Vec<String>) -> Self {
        Self { causes, ..self }
    }

    /// What happened, in one line.
    pub(crate) fn message(&self) -> String {
        self.what.join("; ")
    }

    /// What to do.
    pub(crate) fn help(&self) -> &str {
        &self.help
    }

    pub(crate) fn exit(&self) -> Exit {
        self.exit
    }

    /// Prints it on standard error.
    pub(crate) fn report(&self, verbosity: Verbosity) {
        tell(|out| self.write_to(out, verbosity));
    }

    pub(crate) fn write_to(
        &self,
        out: &mut (impl Write + ?Sized),
        verbosity: Verbosity,
    ) -> io::Result<()> {
        let (bad, good) = (style::BAD, style::HELP);
        for what in &self.what {
            // One line each, even if the name of a file has line breaks.
            writeln!(out, "{bad}error:{bad:#} {}", shown(what))?;
        }
        if verbosity >= Verbosity::Causes {
            write_causes(out, &self.causes)?;
        }
        writeln!(out, "{good}help:{good:#} {}", self.help)
    }
}

/// One line for each cause.
pub(crate) fn write_causes(out: &mut (impl Write + ?Sized), causes: &[String]) -> io::Result<()> {
    let heading = style::HEADING;
    causes
        .iter()
        .try_for_each(|cause| writeln!(out, "{heading}cause:{heading:#} {cause}"))
}
