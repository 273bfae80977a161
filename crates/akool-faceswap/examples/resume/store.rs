//! What outlives the process: the tickets of all waits, and a journal of how each ended.
//!
//! The tickets are written once, before the first outcome can come. From then on the journal alone
//! grows, a line for each outcome, so that what is left to wait for is always the tickets without
//! those in the journal.

use std::{
    collections::HashSet,
    fs::{self, File},
    io::{self, Seek as _, Write as _},
    path::{Path, PathBuf},
};

use akool_faceswap::{ResultId, Ticket};

pub(crate) struct Store {
    tickets: PathBuf,
    journal: File,
    settled: HashSet<String>,
}

impl Store {
    /// Opens what an earlier process left in `folder`, or begins anew.
    ///
    /// A process that dies in the middle of a line leaves a line without an end. It is cut off: what
    /// was not written whole has not happened, and is asked for again.
    pub(crate) fn open(folder: &Path) -> io::Result<Self> {
        let mut journal = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(folder.join("journal"))?;
        let text = io::read_to_string(&journal)?;
        let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
        journal.set_len(whole.len() as u64)?;
        journal.seek(io::SeekFrom::End(0))?;
        let id = |line: &str| line.split(' ').next().map(str::to_owned);
        Ok(Self {
            tickets: folder.join("tickets.json"),
            journal,
            settled: whole.lines().filter_map(id).collect(),
        })
    }

    /// The waits that have not ended, or `None` if none was ever begun.
    pub(crate) fn left(&self) -> io::Result<Option<Vec<Ticket>>> {
        let text = match fs::read(&self.tickets) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            text => text?,
        };
        let mut tickets: Vec<Ticket> = serde_json::from_slice(&text)?;
        tickets.retain(|ticket| !self.settled.contains(ticket.id().as_str()));
        Ok(Some(tickets))
    }

    /// Keeps the tickets: all of them or, if the process dies on the way, none.
    pub(crate) fn begin(&self, tickets: &[Ticket]) -> io::Result<()> {
        let beside = self.tickets.with_extension("new");
        let mut file = File::create(&beside)?;
        file.write_all(&serde_json::to_vec(tickets)?)?;
        file.sync_all()?;
        fs::rename(beside, &self.tickets)
    }

    /// Writes down how a wait ended. What happens because of it happens after this, or is written in
    /// the same transaction where the journal is a database.
    pub(crate) fn settle(&mut self, id: &ResultId, how: &str) -> io::Result<()> {
        self.journal.write_all(format!("{id} {how}\n").as_bytes())?;
        self.journal.sync_data()
    }
}
