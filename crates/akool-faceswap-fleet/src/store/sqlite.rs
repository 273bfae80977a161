//! The store for many processes of one machine: a SQLite file on a local disk.
//!
//! Write-ahead log, one writer at a time: `begin immediate` is the row lock of PostgreSQL. A waiter
//! polls every 100 ms. A file on a network share is not safe, and not supported.

mod jobs;
mod journal;
mod leases;
mod monitoring;

use std::{
    fmt,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::{SCHEMA_VERSION, check_version, sealed};
use crate::{
    error::{Error, ErrorKind},
    lane::Lane,
    outcome::Outcome,
    tracking::Tracking,
};

/// How long a process waits for its turn to write.
const BUSY: Duration = Duration::from_secs(10);

/// The least time from a lookup of a job to one that a hint causes.
const BETWEEN_HINTS_MS: i64 = 500;

/// Takes up to `max` outcomes inside your own transaction on the same file, the oldest first: they are
/// deleted if and only if it commits, so what you write with them is written exactly once.
///
/// # Errors
///
/// If SQLite refuses it.
pub fn take(transaction: &Transaction<'_>, lane: &Lane, max: u32) -> Result<Vec<Outcome>, Error> {
    jobs::take(transaction, lane.as_str(), max).map_err(error)
}

/// Tracks jobs inside your own transaction on the same file: they are tracked if and only if it commits.
///
/// Returns how many were not tracked yet.
///
/// # Errors
///
/// If SQLite refuses it.
pub fn track(
    transaction: &Transaction<'_>,
    lane: &Lane,
    jobs: impl IntoIterator<Item = impl Into<Tracking>>,
) -> Result<u64, Error> {
    let jobs: Vec<Tracking> = jobs.into_iter().map(Into::into).collect();
    jobs::track(transaction, lane.as_str(), &jobs).map_err(error)
}

/// The fleet's rows in a SQLite file.
pub struct SqliteStore {
    connection: Arc<Mutex<Connection>>,
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SqliteStore")
    }
}

impl SqliteStore {
    /// Opens the file, and checks the schema's version.
    pub(crate) async fn connect(path: &str) -> Result<Self, Error> {
        let store = Self::open(path).await?;
        store
            .write(|transaction| {
                transaction.query_row("select v from akool_faceswap_version", [], |row| row.get(0))
            })
            .await
            .and_then(check_version)?;
        Ok(store)
    }

    /// Brings the file to this release's version; returns the version that it then has.
    pub(crate) async fn migrate(path: &str) -> Result<i32, Error> {
        let store = Self::open(path).await?;
        store
            .write(|transaction| {
                let exists: bool = transaction.query_row(
                    "select exists (select 1 from sqlite_master where name = 'akool_faceswap_version')",
                    [],
                    |row| row.get(0),
                )?;
                if !exists {
                    transaction
                        .execute_batch(include_str!("../../migrations/sqlite/0002_tables.sql"))?;
                }
                let version: i32 =
                    transaction.query_row("select v from akool_faceswap_version", [], |row| row.get(0))?;
                Ok(version.max(SCHEMA_VERSION))
            })
            .await
    }

    async fn open(path: &str) -> Result<Self, Error> {
        let path = path.to_owned();
        let opening = tokio::task::spawn_blocking(move || {
            let connection = Connection::open(Path::new(&path))?;
            connection.busy_timeout(BUSY)?;
            connection.pragma_update(None, "journal_mode", "wal")?;
            // With NORMAL a power cut could lose the last commits, and an outcome must not be lost.
            connection.pragma_update(None, "synchronous", "full")?;
            Ok(connection)
        });
        let connection = opening.await.map_err(gone)?.map_err(error)?;
        Ok(Self {
            connection: Arc::new(Mutex::new(connection)),
        })
    }

    /// Runs a transaction that holds the write lock.
    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        let connection = self.connection.clone();
        let running = tokio::task::spawn_blocking(move || {
            let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let done = work(&transaction)?;
            transaction.commit()?;
            Ok(done)
        });
        running.await.map_err(gone)?.map_err(error)
    }

    /// Runs a transaction that only reads.
    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        let connection = self.connection.clone();
        let running = tokio::task::spawn_blocking(move || {
            let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            let transaction = connection.transaction()?;
            work(&transaction)
        });
        running.await.map_err(gone)?.map_err(error)
    }
}

/// The database's clock.
fn now(transaction: &Transaction<'_>) -> rusqlite::Result<i64> {
    transaction.query_row(
        "select cast(unixepoch('subsec') * 1000 as integer)",
        [],
        |row| row.get(0),
    )
}

fn gone(error: tokio::task::JoinError) -> Error {
    Error::new(ErrorKind::Connection, "the thread of the database is gone").with_source(error)
}

fn error(source: rusqlite::Error) -> Error {
    use rusqlite::ErrorCode;
    let missing = matches!(&source, rusqlite::Error::SqliteFailure(_, Some(text)) if text.contains("no such table"))
        || matches!(&source, rusqlite::Error::SqlInputError { msg, .. } if msg.contains("no such table"));
    let (kind, message) = match source.sqlite_error_code() {
        _ if missing => (ErrorKind::Schema, "the file lacks the tables of the fleet"),
        Some(ErrorCode::DiskFull) => (ErrorKind::Resources, "the disk of the database is full"),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::OutOfMemory) => {
            (ErrorKind::Resources, "the database is busy")
        }
        Some(ErrorCode::ReadOnly) => (ErrorKind::ReadOnly, "the database's file is read-only"),
        Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen) => {
            (ErrorKind::Connection, "the database's file cannot be read")
        }
        _ => (ErrorKind::Database, "the database refused it"),
    };
    Error::new(kind, message).with_source(source)
}

impl sealed::Sealed for SqliteStore {}
