//! What outlives the process: a journal of intents, tickets, events and ends, one JSON line each.
//!
//! It takes the place of a database with a table of swaps and a table of events.

use std::{
    collections::{BTreeMap, HashSet},
    fmt::Write as _,
    fs::File,
    io::{self, Seek as _, Write as _},
    path::Path,
};

use akool_faceswap::{
    Ticket,
    submit::{PendingSubmit, SubmitToken},
    webhook::WebhookEvent,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Entry {
    /// Before the money moves.
    Intends(SubmitToken, Value),
    Accepted(SubmitToken, Ticket),
    Event(SubmitToken, String),
    Ended(SubmitToken, String),
}

pub(crate) struct Store {
    journal: File,
    swaps: BTreeMap<SubmitToken, State>,
    /// The keys of all events: the unique column of their table.
    events: HashSet<(SubmitToken, String)>,
}

enum State {
    /// Sent, or about to be; whether there is a job is not known.
    Intended,
    Waiting(Box<Ticket>),
    Ended(String),
}

/// What became of an event.
pub(crate) enum Recorded {
    /// No swap of this service.
    UnknownToken,
    /// It was delivered before.
    Again,
    New,
}

impl Store {
    /// Opens the journal of an earlier process, or begins one.
    ///
    /// A process that dies while it writes leaves a line without an end. That line is cut off: what
    /// it says was not acted on yet.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let mut journal = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        let text = io::read_to_string(&journal)?;
        let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
        journal.set_len(whole.len() as u64)?;
        journal.seek(io::SeekFrom::End(0))?;
        let mut store = Self {
            journal,
            swaps: BTreeMap::new(),
            events: HashSet::new(),
        };
        for line in whole.lines() {
            store.apply(serde_json::from_str(line)?);
        }
        Ok(store)
    }

    fn apply(&mut self, entry: Entry) {
        match entry {
            Entry::Intends(token, _) => {
                self.swaps.insert(token, State::Intended);
            }
            Entry::Accepted(token, ticket) => {
                self.swaps.insert(token, State::Waiting(Box::new(ticket)));
            }
            Entry::Event(token, key) => {
                self.events.insert((token, key));
            }
            Entry::Ended(token, end) => {
                self.swaps.insert(token, State::Ended(end));
            }
        }
    }

    /// On disk first, then in memory.
    fn write(&mut self, entry: Entry) -> io::Result<()> {
        let line = format!("{}\n", serde_json::to_string(&entry)?);
        self.journal.write_all(line.as_bytes())?;
        self.journal.sync_data()?;
        self.apply(entry);
        Ok(())
    }

    pub(crate) fn intends(&mut self, pending: &PendingSubmit) -> io::Result<()> {
        self.write(Entry::Intends(
            pending.token().clone(),
            serde_json::to_value(pending)?,
        ))
    }

    /// `false` if this was known, by the submit's answer or by a webhook.
    pub(crate) fn accepted(&mut self, token: &SubmitToken, ticket: &Ticket) -> io::Result<bool> {
        let is_new = matches!(self.swaps.get(token), Some(State::Intended));
        if is_new {
            self.write(Entry::Accepted(token.clone(), ticket.clone()))?;
        }
        Ok(is_new)
    }

    pub(crate) fn ended(&mut self, token: &SubmitToken, end: &str) -> io::Result<()> {
        self.write(Entry::Ended(token.clone(), end.to_owned()))
    }

    pub(crate) fn event(
        &mut self,
        token: &SubmitToken,
        event: &WebhookEvent,
    ) -> io::Result<Recorded> {
        if !self.swaps.contains_key(token) {
            return Ok(Recorded::UnknownToken);
        }
        let key = event.dedup_key();
        if self.events.contains(&(token.clone(), key.clone())) {
            return Ok(Recorded::Again);
        }
        self.write(Entry::Event(token.clone(), key))?;
        Ok(Recorded::New)
    }

    /// The jobs to wait for.
    pub(crate) fn unfinished(&self) -> Vec<(SubmitToken, Ticket)> {
        let waiting = self.swaps.iter().filter_map(|(token, state)| match state {
            State::Waiting(ticket) => Some((token.clone(), Ticket::clone(ticket))),
            State::Intended | State::Ended(_) => None,
        });
        waiting.collect()
    }

    pub(crate) fn page(&self) -> String {
        let mut page = String::new();
        for (token, state) in &self.swaps {
            let state = match state {
                State::Intended => "submitted",
                State::Waiting(_) => "waiting",
                State::Ended(end) => end,
            };
            // Writing to a string cannot fail.
            let _ = writeln!(page, "{token}: {state}");
        }
        page
    }
}
