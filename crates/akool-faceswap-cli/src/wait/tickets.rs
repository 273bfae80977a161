//! The file of `--tickets`: what is still waited for and what has settled, through any crash.
//!
//! It is JSON lines. A run begins by writing everything anew, beside the file and then in its place
//! in one step; from then on it adds a line for each job that settles. Each line is with the
//! operating system before anything else is done, so a killed process loses none; the beginning and
//! the end of a run are written through to the disk as well. After a power cut the last lines may be
//! gone: those jobs are waited for and told once more.
//!
//! There is neither a URL nor a credential in it. `FILE.lock` beside it is what two runs cannot hold
//! at once; the lock is the operating system's, so it ends with the process, and the empty file
//! stays.

use std::{
    collections::HashSet,
    fmt,
    fs::File,
    io::{self, BufWriter, ErrorKind, Read as _, Write as _},
    iter,
    path::{Path, PathBuf},
};

use akool_faceswap::{ResultId, Ticket};
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use super::settlement::End;
use crate::{output::write_line, problem::Problem};

/// The form that this version of the command writes.
const VERSION: u32 = 1;

/// As many tickets as the library waits for at once take a third of this.
const MAX_BYTES: u64 = 256 * 1024 * 1024;

/// One line; `T` is a ticket, or a reference to one that is written.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line<T> {
    /// The first one.
    AkoolFaceswapTickets {
        version: u32,
    },
    Waiting(T),
    Settled(Settled),
    Saved(Saved),
}

/// A job that there is nothing more to wait for.
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

/// What a file says.
#[derive(Debug, Default)]
struct Content {
    waiting: Vec<Ticket>,
    settled: Vec<Settled>,
    saved: Vec<Saved>,
}

/// The file, held by this run alone.
pub(crate) struct TicketFile {
    path: PathBuf,
    /// Appended to; `None` until the file was written in this run.
    journal: Option<File>,
    content: Content,
    _lock: File,
}

impl TicketFile {
    /// Takes the file at `path` for this run, and reads it if it is there.
    pub(crate) fn open(path: &Path) -> Result<Self, Problem> {
        let lock = lock(path)?;
        let content = match read(path) {
            Ok(content) => content,
            Err(error) if error.kind() == ErrorKind::NotFound => Content::default(),
            Err(error) => {
                return Err(Problem::usage(
                    format!("cannot read tickets from {}: {error}", path.display()),
                    "name the file of an earlier `wait --tickets`, or one that is not there yet; \
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

    /// The waits that the file had when it was opened, which are not settled.
    pub(crate) fn take_waiting(&mut self) -> Vec<Ticket> {
        std::mem::take(&mut self.content.waiting)
    }

    pub(crate) fn settled(&self) -> &[Settled] {
        &self.content.settled
    }

    pub(crate) fn saved(&self) -> &[Saved] {
        &self.content.saved
    }

    /// Writes everything anew: what is settled, and `waiting`.
    pub(crate) fn rewrite(&mut self, waiting: &[Ticket]) -> Result<(), Problem> {
        self.try_rewrite(waiting)
            .map_err(|error| unwritable(&self.path, &error))
    }

    fn try_rewrite(&mut self, waiting: &[Ticket]) -> io::Result<()> {
        let directory = directory_of(&self.path);
        let mut file = NamedTempFile::new_in(directory)?;
        let mut out = BufWriter::new(&mut file);
        let head = Line::AkoolFaceswapTickets { version: VERSION };
        let waiting = waiting.iter().map(Line::Waiting);
        let settled = self.content.settled.iter().cloned().map(Line::Settled);
        let saved = self.content.saved.iter().cloned().map(Line::Saved);
        let lines = iter::once(head).chain(waiting).chain(settled).chain(saved);
        for line in lines {
            write_line(&mut out, &line)?;
        }
        out.flush()?;
        drop(out);
        file.as_file().sync_all()?;
        // Where the old one is open it cannot be replaced on every system.
        self.journal = None;
        self.journal = Some(file.persist(&self.path)?);
        sync_directory(directory)
    }

    /// Adds that a job has settled.
    pub(crate) fn settle(&mut self, settled: Settled) -> Result<(), Problem> {
        self.add(&Line::Settled(settled.clone()))?;
        self.content.settled.push(settled);
        Ok(())
    }

    /// Adds that a result is on the disk.
    pub(crate) fn save(&mut self, saved: Saved) -> Result<(), Problem> {
        self.add(&Line::Saved(saved.clone()))?;
        self.content.saved.push(saved);
        Ok(())
    }

    fn add(&mut self, line: &Line<Ticket>) -> Result<(), Problem> {
        let mut text = Vec::new();
        write_line(&mut text, line)
            .and_then(|()| match &mut self.journal {
                // In one piece: half a line is what a reader passes over.
                Some(journal) => journal.write_all(&text),
                None => Ok(()),
            })
            .map_err(|error| unwritable(&self.path, &error))
    }
}

impl fmt::Display for TicketFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())
    }
}

fn lock(path: &Path) -> Result<File, Problem> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    if name.is_empty() {
        return Err(Problem::usage(
            format!("{} is no name of a file", path.display()),
            "name a file, in a directory that is there",
        ));
    }
    name.push(".lock");
    let lock_path = path.with_file_name(name);
    let lock = File::options()
        .create(true)
        .write(true)
        .truncate(false)
        .open(&lock_path)
        .map_err(|error| unwritable(&lock_path, &error))?;
    match fs4::FileExt::try_lock(&lock) {
        Ok(()) => Ok(lock),
        Err(fs4::TryLockError::WouldBlock) => Err(Problem::usage(
            format!("another run waits with {}", path.display()),
            "let it come to its end or stop it; for other jobs name another file",
        )),
        Err(fs4::TryLockError::Error(error)) => Err(unwritable(&lock_path, &error)),
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
    for (line, number) in text.split_inclusive(|byte| *byte == b'\n').zip(1_usize..) {
        // A process that was killed while it wrote leaves half a line at most, the last one. Only
        // the first line cannot be such, since a file comes into being whole.
        if has_head && !line.ends_with(b"\n") {
            break;
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
            Err(error) if has_head => return Err(format!("line {number}: {error}")),
            _ => return Err("it is no file of tickets".to_owned()),
        }
    }
    // A result may have been saved in several places, one after the other.
    let mut saved = HashSet::new();
    content.saved.reverse();
    content.saved.retain(|one| saved.insert(one.id.clone()));
    let mut known = HashSet::new();
    content
        .settled
        .retain(|settled| known.insert(settled.id.clone()));
    content
        .waiting
        .retain(|ticket| known.insert(ticket.id().clone()));
    Ok(content)
}

fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// So that the new name of a file outlives a power cut; not every system has that.
fn sync_directory(directory: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(directory)?.sync_all()?;
    }
    Ok(())
}

fn unwritable(path: &Path, error: &io::Error) -> Problem {
    Problem::failure(
        format!("cannot write {}: {error}", path.display()),
        "name a file in a directory that is there, may be written and has room, and run the \
         command again",
    )
}

#[cfg(test)]
mod tests;
