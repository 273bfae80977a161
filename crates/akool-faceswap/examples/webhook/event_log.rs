//! The keys of all events that were delivered, on disk: one line each.
//!
//! It takes the place of a table with a unique column.

use std::{
    collections::HashSet,
    fs::File,
    io::{self, Seek as _, Write as _},
    path::Path,
};

pub(crate) struct EventLog {
    file: File,
    keys: HashSet<String>,
}

impl EventLog {
    /// Opens the log of an earlier process, or creates one.
    ///
    /// A process that dies while it writes leaves a line without an end. That line is cut off: its
    /// delivery was not answered with 200, so it will be repeated.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let mut file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        let text = io::read_to_string(&file)?;
        let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
        file.set_len(whole.len() as u64)?;
        file.seek(io::SeekFrom::End(0))?;
        let keys = whole.lines().map(str::to_owned).collect();
        Ok(Self { file, keys })
    }

    /// Stores `key` durably; `false` if it was stored before.
    pub(crate) fn record(&mut self, key: &str) -> io::Result<bool> {
        if self.keys.contains(key) {
            return Ok(false);
        }
        self.file.write_all(format!("{key}\n").as_bytes())?;
        self.file.sync_data()?;
        self.keys.insert(key.to_owned());
        Ok(true)
    }
}
