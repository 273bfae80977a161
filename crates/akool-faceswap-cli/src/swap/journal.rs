//! The submit in the tickets file: the intent to send it, and its outcome.
//!
//! Written before the money moves, so that a run that was killed in between leaves a trace. A digest of the arguments
//! identifies the swap, because the file contains no URL.

use std::{fmt, fmt::Write as _, time::SystemTime};

use akool_faceswap::{
    ResultId, Ticket,
    submit::{SubmitError, SubmitErrorKind, SubmitToken},
};
use sha2::{Digest as _, Sha256};

use super::line::Accepted;
use crate::{
    args::SwapArgs,
    problem::Problem,
    wait::{Submit, SubmitOutcome, TicketFile},
};

/// The tickets file, if one was named, and the swap that it is about.
pub(super) struct Journal {
    file: Option<TicketFile>,
    swap: String,
}

/// What an earlier run has done about the same swap.
pub(super) enum Earlier {
    Accepted(Accepted),
    Unknown(Unknown),
}

/// A submit that may have been sent, and whose outcome is not known.
pub(super) struct Unknown(Submit);

impl Journal {
    pub(super) fn open(args: &SwapArgs) -> Result<Self, Problem> {
        let mut file = args.tickets.as_deref().map(TicketFile::open).transpose()?;
        if let Some(file) = &mut file {
            file.rewrite(&[])?;
        }
        let swap = digest(args);
        Ok(Self { file, swap })
    }

    /// What the file says about this swap, the worst first: a job that may exist without an id must be looked for
    /// before anything else.
    pub(super) fn earlier(&self) -> Option<Earlier> {
        let submits = || {
            let all = self.file.iter().flat_map(TicketFile::submits);
            all.filter(|submit| submit.swap == self.swap)
        };
        let unknown = submits().find(|submit| match submit.outcome {
            SubmitOutcome::Intended | SubmitOutcome::Unknown => true,
            SubmitOutcome::Accepted => submit.id.is_none(),
            SubmitOutcome::Refused => false,
        });
        if let Some(submit) = unknown {
            return Some(Earlier::Unknown(Unknown(submit.clone())));
        }
        submits().find_map(|submit| {
            Some(Earlier::Accepted(Accepted {
                id: submit.id.clone()?,
                token: submit.token.clone(),
                job_id: None,
            }))
        })
    }

    pub(super) fn take_ticket(&mut self, id: &ResultId) -> Option<Ticket> {
        self.file.as_mut()?.take_waiting_for(id)
    }

    pub(super) fn into_file(self) -> Option<TicketFile> {
        self.file
    }

    /// Records the intent. Call it before anything is sent.
    pub(super) fn intend(&mut self, token: &SubmitToken, at: SystemTime) -> Result<(), Problem> {
        self.write(token, at, SubmitOutcome::Intended, None)
    }

    pub(super) fn accepted(
        &mut self,
        token: &SubmitToken,
        at: SystemTime,
        ticket: &Ticket,
    ) -> Result<(), Problem> {
        self.write(token, at, SubmitOutcome::Accepted, Some(ticket.id()))?;
        match &mut self.file {
            Some(file) => file.wait_for(ticket),
            None => Ok(()),
        }
    }

    pub(super) fn failed(
        &mut self,
        token: &SubmitToken,
        at: SystemTime,
        error: &SubmitError,
    ) -> Result<(), Problem> {
        let outcome = match error.kind() {
            SubmitErrorKind::NotSent | SubmitErrorKind::Refused => SubmitOutcome::Refused,
            SubmitErrorKind::AcceptedWithoutId => SubmitOutcome::Accepted,
            _ => SubmitOutcome::Unknown,
        };
        self.write(token, at, outcome, None)
    }

    fn write(
        &mut self,
        token: &SubmitToken,
        at: SystemTime,
        outcome: SubmitOutcome,
        id: Option<&ResultId>,
    ) -> Result<(), Problem> {
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        let since = at
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        file.submit(Submit {
            token: token.clone(),
            swap: self.swap.clone(),
            prepared_at_unix_ms: u64::try_from(since.as_millis()).unwrap_or(u64::MAX),
            outcome,
            id: id.cloned(),
        })
    }
}

impl Unknown {
    pub(super) fn token(&self) -> &SubmitToken {
        &self.0.token
    }
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Submit { token, outcome, .. } = &self.0;
        f.write_str(match outcome {
            SubmitOutcome::Accepted => "AKOOL accepted this swap in an earlier run, without an id",
            SubmitOutcome::Unknown => {
                "an earlier run sent this swap and got no answer that says whether a job exists"
            }
            _ => "an earlier run was about to send this swap, and it is unknown whether it did",
        })?;
        write!(f, " (submit {token}); nothing was sent now")
    }
}

/// Identifies the swap that the arguments describe.
fn digest(args: &SwapArgs) -> String {
    let face = args.face.map(|face| format!("{face:?}"));
    let parts = [
        Some(&*args.original),
        Some(&*args.new),
        face.as_deref(),
        args.style.as_deref(),
        args.pro.then_some("pro"),
    ];
    let mut hash = Sha256::new();
    for part in parts {
        // With its length, so that no two lists of parts are one text.
        let part = part.unwrap_or("");
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let mut text = String::new();
    for byte in hash.finalize() {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
