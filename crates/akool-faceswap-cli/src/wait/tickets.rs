//! The file of `--tickets`: the jobs that are still waited for and those that have settled, through any crash.
//!
//! It is JSON lines. A run starts by writing a new file, which replaces the old one in one step; from then on it adds a
//! line for each job that settles. Each line is handed to the operating system before anything else is done, so a
//! killed process loses none; the rewrites at the start and the end of a run are also synced to the disk. A power cut
//! may lose the last lines: those jobs are waited for and printed once more.
//!
//! `swap` writes a [`Submit`] here before it sends it, and its outcome afterwards.
//!
//! It contains no URL and no credential. Only one run can lock `FILE.lock` beside it; the lock is the
//! operating system's, so it ends with the process, and the empty file stays. Links are followed, and
//! the mode of a file that exists is kept.

mod place;

use std::{
    collections::HashSet,
    fmt,
    fs::File,
    io::{self, BufWriter, ErrorKind, Read as _, Write as _},
    iter,
    path::{Path, PathBuf},
};

use akool_faceswap::{ResultId, Ticket, submit::SubmitToken};
use serde::{Deserialize, Serialize};

use super::settlement::End;
use crate::{
    output::{shown_path, style, tell, write_line},
    problem::Problem,
};

/// The format that this version of the command writes.
const VERSION: u32 = 1;

/// The tickets of as many jobs as the library waits for at once take a third of this.
const MAX_BYTES: u64 = 256 * 1024 * 1024;

/// One line; `T` is a ticket, or a reference to one that is written.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line<T> {
    /// The first line.
    AkoolFaceswapTickets {
        version: u32,
    },
    Waiting(T),
    Settled(Settled),
    Saved(Saved),
    Submit(Submit),
}

/// A submit; of several lines with one token the last one counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Submit {
    pub(crate) token: SubmitToken,
    /// A digest of the swap: the same swap has the same digest.
    pub(crate) swap: String,
    pub(crate) prepared_at_unix_ms: u64,
    pub(crate) outcome: SubmitOutcome,
    /// The job, if one is known.
    pub(crate) id: Option<ResultId>,
}

/// What is known about a submit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SubmitOutcome {
    /// It was about to be sent, and it is unknown whether it was.
    Intended,
    Accepted,
    /// No job was made.
    Refused,
    /// It was sent, and a job may exist.
    Unknown,
}

/// A job that has settled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Settled {
    pub(crate) id: ResultId,
    pub(crate) outcome: End,
}

/// Where the result of a job is on the disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Saved {
    pub(crate) id: ResultId,
    pub(crate) path: String,
}

/// What a file contains.
#[derive(Debug, Default)]
struct Content {
    waiting: Vec<Ticket>,
    settled: Vec<Settled>,
    saved: Vec<Saved>,
    submits: Vec<Submit>,
}

/// The file, locked by this run.
pub(crate) struct TicketFile {
    path: PathBuf,
    /// Appended to. `None` until this run has rewritten the file.
    journal: Option<File>,
    content: Content,
    _lock: File,
}

impl TicketFile {
    /// Locks the file at `path` for this run, and reads it if it exists.
    pub(crate) fn open(path: &Path) -> Result<Self, Problem> {
        let path = &*place::behind_links(path)?;
        let lock = place::lock(path)?;
        let content = match read(path) {
            Ok(content) => content,
            Err(error) if error.kind() == ErrorKind::NotFound => Content::default(),
            Err(error) => {
                return Err(Problem::usage(
                    format!("cannot read tickets from {}: {error}", path.display()),
                    "name the file of an earlier `wait --tickets`, or one that does not exist yet; \
                     nothing was changed",
                ));
            }
        };
        Ok(Self {
            path: path.to_owned(),
            journal: None,
            content,
            _lock: lock,
        })
    }

    /// The waits in the file that have not settled.
    pub(crate) fn take_waiting(&mut self) -> Vec<Ticket> {
        std::mem::take(&mut self.content.waiting)
    }

    /// The wait for one job that the file had when it was opened; the others stay in the file.
    pub(crate) fn take_waiting_for(&mut self, id: &ResultId) -> Option<Ticket> {
        let waiting = &mut self.content.waiting;
        let at = waiting.iter().position(|ticket| ticket.id() == id)?;
        Some(waiting.remove(at))
    }

    pub(crate) fn submits(&self) -> &[Submit] {
        &self.content.submits
    }

    /// Warns about submits whose outcome is unknown.
    pub(crate) fn warn_of_unknown_submits(&self) {
        let is_unknown = |submit: &&Submit| match submit.outcome {
            SubmitOutcome::Intended | SubmitOutcome::Unknown => true,
            SubmitOutcome::Accepted => submit.id.is_none(),
            SubmitOutcome::Refused => false,
        };
        let unknown = self.submits().iter().filter(is_unknown).count();
        if unknown > 0 {
            let (doubtful, plural) = (style::DOUBTFUL, if unknown == 1 { "" } else { "s" });
            tell(|out| {
                writeln!(
                    out,
                    "{doubtful}warning:{doubtful:#} {self} has {unknown} submit{plural} that may \
                     have made a job whose id is unknown; look for it in AKOOL's console"
                )
            });
        }
    }

    pub(crate) fn settled(&self) -> &[Settled] {
        &self.content.settled
    }

    pub(crate) fn saved(&self) -> &[Saved] {
        &self.content.saved
    }

    /// Rewrites the file: settled jobs, tickets that were not taken, and `waiting`.
    pub(crate) fn rewrite(&mut self, waiting: &[Ticket]) -> Result<(), Problem> {
        self.try_rewrite(waiting)
            .map_err(|error| unwritable(&self.path, &error))
    }

    fn try_rewrite(&mut self, waiting: &[Ticket]) -> io::Result<()> {
        let (new_path, file) = place::create_new(&self.path)?;
        // Some systems cannot replace a file that is open.
        self.journal = None;
        let written = self
            .write_all(&file, waiting)
            .and_then(|()| place::rename(&new_path, &self.path));
        if let Err(error) = written {
            // The new file may have filled the disk.
            let _ = place::remove(&new_path);
            return Err(error);
        }
        self.journal = Some(file);
        Ok(())
    }

    fn write_all(&self, file: &File, waiting: &[Ticket]) -> io::Result<()> {
        let mut out = BufWriter::new(file);
        let head = Line::AkoolFaceswapTickets { version: VERSION };
        let waiting = self.content.waiting.iter().chain(waiting);
        let waiting = waiting.map(Line::Waiting);
        let submits = self.content.submits.iter().cloned().map(Line::Submit);
        let settled = self.content.settled.iter().cloned().map(Line::Settled);
        let saved = self.content.saved.iter().cloned().map(Line::Saved);
        let lines = iter::once(head)
            .chain(submits)
            .chain(waiting)
            .chain(settled)
            .chain(saved);
        for line in lines {
            write_line(&mut out, &line)?;
        }
        out.flush()?;
        file.sync_all()
    }

    /// Records a submit or its outcome, and syncs it to the disk.
    pub(crate) fn submit(&mut self, submit: Submit) -> Result<(), Problem> {
        self.add(&Line::Submit(submit.clone()))?;
        self.sync()?;
        self.content
            .submits
            .retain(|known| known.token != submit.token);
        self.content.submits.push(submit);
        Ok(())
    }

    /// Adds a wait, and syncs it to the disk.
    pub(crate) fn wait_for(&mut self, ticket: &Ticket) -> Result<(), Problem> {
        self.add(&Line::Waiting(ticket.clone()))?;
        self.sync()
    }

    fn sync(&self) -> Result<(), Problem> {
        let synced = self.journal.as_ref().map_or(Ok(()), File::sync_all);
        synced.map_err(|error| unwritable(&self.path, &error))
    }

    /// Records that a job has settled.
    pub(crate) fn settle(&mut self, settled: Settled) -> Result<(), Problem> {
        self.add(&Line::Settled(settled.clone()))?;
        self.content.settled.push(settled);
        Ok(())
    }

    /// Records that a result is on the disk.
    pub(crate) fn save(&mut self, saved: Saved) -> Result<(), Problem> {
        self.add(&Line::Saved(saved.clone()))?;
        self.content.saved.push(saved);
        Ok(())
    }

    fn add(&mut self, line: &Line<Ticket>) -> Result<(), Problem> {
        let mut text = Vec::new();
        write_line(&mut text, line)
            .and_then(|()| match &mut self.journal {
                // In one write: readers skip an incomplete line.
                Some(journal) => journal.write_all(&text),
                None => Ok(()),
            })
            .map_err(|error| unwritable(&self.path, &error))
    }
}

impl fmt::Display for TicketFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&shown_path(&self.path))
    }
}

fn read(path: &Path) -> io::Result<Content> {
    let mut text = Vec::new();
    File::open(path)?
        .take(MAX_BYTES + 1)
        .read_to_end(&mut text)?;
    if text.len() as u64 > MAX_BYTES {
        let most = MAX_BYTES >> 20;
        return Err(io::Error::other(format!("it has more than {most} MiB")));
    }
    parse(&text).map_err(io::Error::other)
}

fn parse(text: &[u8]) -> Result<Content, String> {
    let mut content = Content::default();
    let mut has_head = false;
    // Editors add a byte order mark at the start, and empty lines.
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    for (line, number) in text.split_inclusive(|byte| *byte == b'\n').zip(1_usize..) {
        // A process that was killed while it wrote leaves at most one incomplete line, the last one.
        // It is never the first, since a file is created complete.
        if has_head && !line.ends_with(b"\n") {
            break;
        }
        if has_head && line.trim_ascii().is_empty() {
            continue;
        }
        match serde_json::from_slice(line) {
            Ok(Line::AkoolFaceswapTickets { version: VERSION }) if !has_head => has_head = true,
            Ok(Line::AkoolFaceswapTickets { version }) if !has_head => {
                return Err(format!(
                    "it has version {version}, and this release reads version {VERSION}"
                ));
            }
            Ok(Line::Waiting(ticket)) if has_head => content.waiting.push(ticket),
            Ok(Line::Settled(settled)) if has_head => content.settled.push(settled),
            Ok(Line::Saved(saved)) if has_head => content.saved.push(saved),
            Ok(Line::Submit(submit)) if has_head => content.submits.push(submit),
            Err(error) if has_head => return Err(format!("line {number}: {error}")),
            _ => return Err("it is not a tickets file".to_owned()),
        }
    }
    // A result may have been saved in several places in turn.
    let mut saved = HashSet::new();
    content.saved.reverse();
    content.saved.retain(|one| saved.insert(one.id.clone()));
    let mut submits = HashSet::new();
    content.submits.reverse();
    content
        .submits
        .retain(|submit| submits.insert(submit.token.clone()));
    content.submits.reverse();
    let mut known = HashSet::new();
    content
        .settled
        .retain(|settled| known.insert(settled.id.clone()));
    content
        .waiting
        .retain(|ticket| known.insert(ticket.id().clone()));
    Ok(content)
}

fn unwritable(path: &Path, error: &io::Error) -> Problem {
    Problem::failure(
        format!("cannot write {}: {error}", path.display()),
        "name a file in a directory that exists, is writable and has free space, and run the \
         command again",
    )
}

#[cfg(test)]
mod tests;
