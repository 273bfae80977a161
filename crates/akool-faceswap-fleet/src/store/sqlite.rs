//! The store for many processes of one machine: a SQLite file on a local disk.
//!
//! Write-ahead log, one writer at a time: `begin immediate` is the row lock of PostgreSQL. Who waits for
//! an outcome looks every 100 ms. A file on a network share is not safe, and not supported.

mod rows;

use std::{
    fmt,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use akool_faceswap::ResultId;
use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior, params};
use serde_json::Value;

use super::{
    Answer, Budget, Claim, Hints, Peeked, SCHEMA_VERSION, Settlement, Slot, Store, Upcoming,
    check_version, sealed,
};
use crate::{
    account::Account,
    error::{Error, ErrorKind},
    lane::Lane,
    outcome::Outcome,
    stats::Stats,
    submission::{SubmissionState, UnknownSubmission},
    time::{system_time, whole_ms},
    tracking::Tracking,
};

/// How often somebody who waits looks.
const POLL: Duration = Duration::from_millis(100);

/// How long a process waits for its turn to write.
const BUSY: Duration = Duration::from_secs(10);

/// How far ahead of its time a job may share a request.
const RIDE_ALONG_MS: i64 = 15_000;

/// A hint has a job looked up this long after its last lookup at the soonest.
const BETWEEN_HINTS_MS: i64 = 500;

/// Takes up to `max` outcomes inside your own transaction on the same file, the oldest first: they are
/// gone if and only if it commits, so what you write beside them is written exactly once.
///
/// # Errors
///
/// If SQLite refuses it.
pub fn take(transaction: &Transaction<'_>, lane: &Lane, max: u32) -> Result<Vec<Outcome>, Error> {
    rows::take(transaction, lane.as_str(), max).map_err(error)
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
    rows::track(transaction, lane.as_str(), &jobs).map_err(error)
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

    /// Brings the file to this release's version; returns that which it has then.
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
            // Survives a crash of the process and of the machine; a power cut costs the last commits
            // with NORMAL, and an outcome must not be lost.
            connection.pragma_update(None, "synchronous", "full")?;
            Ok(connection)
        });
        let connection = opening.await.map_err(gone)?.map_err(error)?;
        Ok(Self {
            connection: Arc::new(Mutex::new(connection)),
        })
    }

    /// Runs a transaction that holds the only right to write.
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

fn gone(error: tokio::task::JoinError) -> Error {
    Error::new(ErrorKind::Connection, "the thread of the database is gone").with_source(error)
}

fn error(source: rusqlite::Error) -> Error {
    use rusqlite::ErrorCode;
    let missing = matches!(&source, rusqlite::Error::SqliteFailure(_, Some(text)) if text.contains("no such table"))
        || matches!(&source, rusqlite::Error::SqlInputError { msg, .. } if msg.contains("no such table"));
    let (kind, message) = match source.sqlite_error_code() {
        _ if missing => (ErrorKind::Schema, "the file has no tables of the fleet"),
        Some(ErrorCode::DiskFull) => (ErrorKind::Resources, "the disk of the database is full"),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::OutOfMemory) => {
            (ErrorKind::Resources, "the database is busy")
        }
        Some(ErrorCode::ReadOnly) => (ErrorKind::ReadOnly, "the database's file takes no writes"),
        Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen) => {
            (ErrorKind::Connection, "the database's file cannot be read")
        }
        _ => (ErrorKind::Database, "the database refused it"),
    };
    Error::new(kind, message).with_source(source)
}

impl sealed::Sealed for SqliteStore {}

impl Store for SqliteStore {
    fn track<'a>(&'a self, lane: &'a Lane, jobs: &'a [Tracking]) -> Answer<'a, u64> {
        let (lane, jobs) = (lane.to_string(), jobs.to_vec());
        Box::pin(self.write(move |transaction| rows::track(transaction, &lane, &jobs)))
    }

    fn untrack<'a>(&'a self, lane: &'a Lane, ids: &'a [ResultId]) -> Answer<'a, u64> {
        let (lane, ids) = (lane.to_string(), ids.to_vec());
        Box::pin(self.write(move |transaction| {
            let mut delete = transaction
                .prepare("delete from akool_faceswap_pending where lane = ?1 and id = ?2")?;
            let mut removed = 0;
            for id in &ids {
                removed += delete.execute(params![lane, id.as_str()])?;
            }
            Ok(removed as u64)
        }))
    }

    fn enter<'a>(&'a self, lane: &'a Lane, account: &'a Account, budget: Budget) -> Answer<'a, ()> {
        let (name, account) = (lane.to_string(), account.as_bytes().to_vec());
        Box::pin(async move {
            let known = self
                .write(move |transaction| {
                    rows::open_lane(transaction, &name)?;
                    let interval = i64::try_from(budget.interval.as_micros()).unwrap_or(i64::MAX);
                    transaction.query_row(
                        "update akool_faceswap_lane set account = coalesce(account, ?2), \
                         interval_us = ?3, burst = ?4 where name = ?1 returning account = ?2",
                        params![name, account, interval, budget.burst.max(1)],
                        |row| row.get::<_, bool>(0),
                    )
                })
                .await?;
            if known {
                return Ok(());
            }
            Err(Error::new(
                ErrorKind::Account,
                format!("the lane '{lane}' belongs to another account"),
            ))
        })
    }

    fn forget_account<'a>(&'a self, lane: &'a Lane) -> Answer<'a, ()> {
        let lane = lane.to_string();
        Box::pin(self.write(move |transaction| {
            transaction.execute(
                "update akool_faceswap_lane set account = null where name = ?1",
                [lane],
            )?;
            Ok(())
        }))
    }

    fn slot<'a>(&'a self, lane: &'a Lane) -> Answer<'a, Slot> {
        let lane = lane.to_string();
        Box::pin(async move {
            let name = lane.clone();
            // Without the right to write, as long as nothing is due.
            let waiting = self
                .read(move |transaction| rows::wait_until_due(transaction, &name))
                .await?;
            match waiting {
                Some(waiting) => Ok(waiting),
                None => {
                    self.write(move |transaction| rows::slot(transaction, &lane))
                        .await
                }
            }
        })
    }

    fn charge<'a>(&'a self, lane: &'a Lane, requests: i32) -> Answer<'a, ()> {
        let lane = lane.to_string();
        Box::pin(self.write(move |transaction| {
            let now = rows::now(transaction)? * 1000;
            transaction.execute(
                "update akool_faceswap_lane set tat_us = case when ?2 > 0 then max(tat_us, ?3) \
                 else tat_us end + ?2 * interval_us where name = ?1",
                params![lane, requests, now],
            )?;
            Ok(())
        }))
    }

    fn claim<'a>(&'a self, lane: &'a Lane, max: u32, lease: Duration) -> Answer<'a, Claim> {
        let lane = lane.to_string();
        Box::pin(
            self.write(move |transaction| rows::claim(transaction, &lane, max, whole_ms(lease))),
        )
    }

    fn again<'a>(
        &'a self,
        lane: &'a Lane,
        token: &'a str,
        jobs: &'a [Upcoming],
    ) -> Answer<'a, u64> {
        let (lane, token, jobs) = (lane.to_string(), token.to_owned(), jobs.to_vec());
        Box::pin(self.write(move |transaction| rows::again(transaction, &lane, &token, &jobs)))
    }

    fn settle<'a>(
        &'a self,
        lane: &'a Lane,
        token: &'a str,
        jobs: &'a [Settlement],
        _notify: bool,
    ) -> Answer<'a, u64> {
        let (lane, token, jobs) = (lane.to_string(), token.to_owned(), jobs.to_vec());
        Box::pin(self.write(move |transaction| rows::settle(transaction, &lane, &token, &jobs)))
    }

    fn take<'a>(
        &'a self,
        lane: &'a Lane,
        max: u32,
        ids: Option<&'a [ResultId]>,
    ) -> Answer<'a, Vec<Outcome>> {
        let (lane, ids) = (lane.to_string(), ids.map(<[ResultId]>::to_vec));
        Box::pin(self.write(move |transaction| match ids {
            None => rows::take(transaction, &lane, max),
            Some(ids) => rows::take_of(transaction, &lane, &ids, max),
        }))
    }

    fn peek<'a>(
        &'a self,
        lane: &'a Lane,
        ids: &'a [ResultId],
    ) -> Answer<'a, Vec<(String, Peeked)>> {
        let (lane, ids) = (lane.to_string(), ids.to_vec());
        Box::pin(self.read(move |transaction| rows::peek(transaction, &lane, &ids)))
    }

    fn hold<'a>(&'a self, lane: &'a Lane, time: Duration) -> Answer<'a, ()> {
        let lane = lane.to_string();
        Box::pin(self.write(move |transaction| {
            let until = rows::now(transaction)?.saturating_add(whole_ms(time));
            transaction.execute(
                "update akool_faceswap_lane set held_until = max(coalesce(held_until, 0), ?2) \
                 where name = ?1",
                params![lane, until],
            )?;
            Ok(())
        }))
    }

    fn hint<'a>(&'a self, lane: &'a Lane, ids: &'a [ResultId]) -> Answer<'a, u64> {
        let (lane, ids) = (lane.to_string(), ids.to_vec());
        Box::pin(self.write(move |transaction| {
            let now = rows::now(transaction)?;
            let mut update = transaction.prepare(
                "update akool_faceswap_pending set hinted = lease is not null, \
                 due_at = iif(lease is not null, due_at, \
                     min(due_at, max(?3, coalesce(looked_up_at, 0) + ?4))), \
                 early_at = iif(lease is not null, early_at, \
                     min(early_at, max(?3, coalesce(looked_up_at, 0) + ?4))) \
                 where lane = ?1 and id = ?2",
            )?;
            let mut hinted = 0;
            for id in &ids {
                hinted += update.execute(params![lane, id.as_str(), now, BETWEEN_HINTS_MS])?;
            }
            Ok(hinted as u64)
        }))
    }

    fn stats<'a>(&'a self, lane: &'a Lane) -> Answer<'a, Stats> {
        let lane = lane.to_string();
        Box::pin(self.read(move |transaction| rows::stats(transaction, &lane)))
    }

    fn beat<'a>(&'a self, lane: &'a Lane, worker: &'a str, counters: &'a Value) -> Answer<'a, ()> {
        let (lane, worker, counters) = (lane.to_string(), worker.to_owned(), counters.to_string());
        Box::pin(self.write(move |transaction| {
            let now = rows::now(transaction)?;
            transaction.execute(
                "insert or replace into akool_faceswap_worker values (?1, ?2, ?3, ?4)",
                params![lane, worker, now, counters],
            )?;
            Ok(())
        }))
    }

    fn sweep<'a>(&'a self, lane: &'a Lane) -> Answer<'a, Option<u64>> {
        let lane = lane.to_string();
        Box::pin(self.write(move |transaction| rows::sweep(transaction, &lane).map(Some)))
    }

    fn listen<'a>(&'a self, _lane: &'a Lane) -> Answer<'a, Option<Hints>> {
        Box::pin(async { Ok(None) })
    }

    fn intend<'a>(
        &'a self,
        lane: &'a Lane,
        token: &'a str,
        digest: Option<&'a str>,
        tag: Option<&'a str>,
    ) -> Answer<'a, bool> {
        let (lane, token) = (lane.to_string(), token.to_owned());
        let (digest, tag) = (digest.map(str::to_owned), tag.map(str::to_owned));
        Box::pin(self.write(move |transaction| {
            let now = rows::now(transaction)?;
            let written = transaction.execute(
                "insert or ignore into akool_faceswap_submission \
                 values (?1, ?2, 'intended', ?3, ?4, null, ?5, ?5)",
                params![token, lane, digest, tag, now],
            )?;
            Ok(written == 1)
        }))
    }

    fn settle_submission<'a>(
        &'a self,
        lane: &'a Lane,
        token: &'a str,
        state: SubmissionState,
        id: Option<&'a ResultId>,
    ) -> Answer<'a, bool> {
        let (lane, token, id) = (lane.to_string(), token.to_owned(), id.cloned());
        Box::pin(self.write(move |transaction| {
            rows::settle_submission(transaction, &lane, &token, state, id.as_ref())
        }))
    }

    fn resolve<'a>(
        &'a self,
        lane: &'a Lane,
        token: &'a str,
        id: &'a ResultId,
    ) -> Answer<'a, Option<SubmissionState>> {
        let (lane, token, id) = (lane.to_string(), token.to_owned(), id.clone());
        Box::pin(self.write(move |transaction| {
            let before: Option<String> = transaction
                .query_row(
                    "select state from akool_faceswap_submission where token = ?1 and lane = ?2",
                    params![token, lane],
                    |row| row.get(0),
                )
                .optional()?;
            let accepted = SubmissionState::Accepted;
            if before.is_some() {
                rows::settle_submission(transaction, &lane, &token, accepted, Some(&id))?;
            }
            Ok(before.as_deref().and_then(SubmissionState::from_name))
        }))
    }

    fn unknown_submissions<'a>(
        &'a self,
        lane: &'a Lane,
        older: Duration,
    ) -> Answer<'a, Vec<UnknownSubmission>> {
        let lane = lane.to_string();
        Box::pin(self.read(move |transaction| {
            let before = rows::now(transaction)?.saturating_sub(whole_ms(older));
            let mut select = transaction.prepare(
                "select token, state, digest, tag, created_at from akool_faceswap_submission \
                 where lane = ?1 and (state = 'unknown' or state = 'intended' and created_at < ?2) \
                 order by created_at limit 100",
            )?;
            let found = select.query_map(params![lane, before], |row| {
                let state: String = row.get("state")?;
                Ok(UnknownSubmission {
                    token: row.get("token")?,
                    state: SubmissionState::from_name(&state).unwrap_or(SubmissionState::Unknown),
                    digest: row.get("digest")?,
                    tag: row.get("tag")?,
                    created_at: system_time(row.get("created_at")?),
                })
            })?;
            found.collect()
        }))
    }

    fn poll_interval(&self) -> Duration {
        POLL
    }
}
