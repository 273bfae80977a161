//! What outlives the process: the tickets of all waits, and a journal of how each ended.
//!
//! The tickets are written once, before the first outcome can come. From then on only the journal grows, by a
//! line for each outcome. So the jobs that are left to wait for are always those with a ticket and no line in
//! the journal.

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
    /// Opens what an earlier process left in `folder`, or starts empty.
    ///
    /// A process that dies in the middle of a line leaves a line without an end. That line is cut off: an
    /// outcome that was not completely written did not happen, and is waited for again.
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

    /// The waits that have not ended, or `None` if none was ever started.
    pub(crate) fn left(&self) -> io::Result<Option<Vec<Ticket>>> {
        let text = match fs::read(&self.tickets) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            text => text?,
        };
        let mut tickets: Vec<Ticket> = serde_json::from_slice(&text)?;
        tickets.retain(|ticket| !self.settled.contains(ticket.id().as_str()));
        Ok(Some(tickets))
    }

    /// Stores the tickets: all of them or, if the process dies meanwhile, none.
    pub(crate) fn begin(&self, tickets: &[Ticket]) -> io::Result<()> {
        let beside = self.tickets.with_extension("new");
        let mut file = File::create(&beside)?;
        file.write_all(&serde_json::to_vec(tickets)?)?;
        file.sync_all()?;
        fs::rename(beside, &self.tickets)
    }

    /// Records how a wait ended. Act on an outcome only after this or, if your journal is a database, in the
    /// same transaction.
    pub(crate) fn settle(&mut self, id: &ResultId, how: &str) -> io::Result<()> {
        self.journal.write_all(format!("{id} {how}\n").as_bytes())?;
        self.journal.sync_data()
    }
}
