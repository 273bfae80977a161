//! What programs do with jobs, as statements inside a transaction.

use std::time::Duration;

use akool_faceswap::ResultId;
use rusqlite::{OptionalExtension as _, Result, Row, Transaction, params};
use serde_json::Value;

use super::{BETWEEN_HINTS_MS, SqliteStore, now};
use crate::{
    lane::Lane,
    outcome::{Outcome, OutcomeRow},
    store::{Answer, Hints, Jobs, Peeked, rest},
    time::system_time,
    tracking::Tracking,
};

/// How often a waiter polls.
const POLL: Duration = Duration::from_millis(100);

impl Jobs for SqliteStore {
    fn track<'a>(&'a self, lane: &'a Lane, jobs: &'a [Tracking]) -> Answer<'a, u64> {
        let (lane, jobs) = (lane.to_string(), jobs.to_vec());
        Box::pin(self.write(move |transaction| track(transaction, &lane, &jobs)))
    }

    fn untrack<'a>(&'a self, lane: &'a Lane, ids: &'a [ResultId]) -> Answer<'a, u64> {
        let (lane, ids) = (lane.to_string(), ids.to_vec());
        Box::pin(self.write(move |transaction| untrack(transaction, &lane, &ids)))
    }

    fn take<'a>(
        &'a self,
        lane: &'a Lane,
        max: u32,
        ids: Option<&'a [ResultId]>,
    ) -> Answer<'a, Vec<Outcome>> {
        let (lane, ids) = (lane.to_string(), ids.map(<[ResultId]>::to_vec));
        Box::pin(self.write(move |transaction| match ids {
            None => take(transaction, &lane, max),
            Some(ids) => take_of(transaction, &lane, &ids, max),
        }))
    }

    fn peek<'a>(
        &'a self,
        lane: &'a Lane,
        ids: &'a [ResultId],
    ) -> Answer<'a, Vec<(String, Peeked)>> {
        let (lane, ids) = (lane.to_string(), ids.to_vec());
        Box::pin(self.read(move |transaction| peek(transaction, &lane, &ids)))
    }

    fn hint<'a>(&'a self, lane: &'a Lane, ids: &'a [ResultId]) -> Answer<'a, u64> {
        let (lane, ids) = (lane.to_string(), ids.to_vec());
        Box::pin(self.write(move |transaction| hint(transaction, &lane, &ids)))
    }

    fn listen<'a>(&'a self, _lane: &'a Lane) -> Answer<'a, Option<Hints>> {
        Box::pin(async { Ok(None) })
    }

    fn poll_interval(&self) -> Duration {
        POLL
    }
}

pub(super) fn open_lane(transaction: &Transaction<'_>, lane: &str) -> Result<()> {
    transaction.execute(
        "insert or ignore into akool_faceswap_lane (name) values (?1)",
        [lane],
    )?;
    Ok(())
}

pub(super) fn track(transaction: &Transaction<'_>, lane: &str, jobs: &[Tracking]) -> Result<u64> {
    let now = now(transaction)?;
    open_lane(transaction, lane)?;
    let mut insert = transaction.prepare(
        "insert or ignore into akool_faceswap_pending (lane, id, due_at, early_at, status, begun_at, \
         changed_at, missing_since, deadline, polls, faults, terms, tag) \
         select ?1, ?2, ?3, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12 \
         where not exists (select 1 from akool_faceswap_outcome where lane = ?1 and id = ?2)",
    )?;
    let mut added = 0;
    for job in jobs {
        let time = |field: &str| job.terms.get(field).and_then(Value::as_i64);
        // A time in the future was written by a clock that is ahead.
        let past = |field: &str| time(field).map(|at| at.min(now));
        let first = job
            .terms
            .get("schedule")
            .and_then(|schedule| schedule.get("first_after_ms"));
        let due = now.saturating_add(first.and_then(Value::as_i64).unwrap_or(0));
        let deadline = match job.terms.get("deadline_unix_ms") {
            Some(deadline) => deadline.as_i64(),
            None => Some(now.saturating_add(time("timeout_ms").unwrap_or(4 * 60 * 60 * 1000))),
        };
        let begun = past("begun_unix_ms").unwrap_or(now);
        let changed = past("changed_unix_ms").unwrap_or(now);
        added += insert.execute(params![
            lane,
            job.id.as_str(),
            due,
            time("status"),
            begun,
            changed,
            past("missing_since_unix_ms"),
            deadline,
            time("polls").unwrap_or(0),
            time("failures").unwrap_or(0),
            rest(job.terms.clone()),
            job.tag,
        ])?;
    }
    Ok(added as u64)
}

fn outcome(row: &Row<'_>) -> Result<Option<Outcome>> {
    Ok(OutcomeRow {
        seq: row.get("seq")?,
        id: row.get("id")?,
        tag: row.get("tag")?,
        kind: row.get("kind")?,
        job: row.get("job")?,
        error: row.get("error")?,
        ticket: row.get("ticket")?,
        settled_at: system_time(row.get("settled_at")?),
    }
    .read())
}

pub(super) fn take(transaction: &Transaction<'_>, lane: &str, max: u32) -> Result<Vec<Outcome>> {
    let mut select = transaction
        .prepare("select id from akool_faceswap_outcome where lane = ?1 order by seq limit ?2")?;
    let ids = select.query_map(params![lane, max], |row| row.get(0))?;
    let ids: Vec<String> = ids.collect::<Result<_>>()?;
    remove(transaction, lane, ids.iter().map(String::as_str))
}

fn take_of(
    transaction: &Transaction<'_>,
    lane: &str,
    ids: &[ResultId],
    max: u32,
) -> Result<Vec<Outcome>> {
    let max = usize::try_from(max).unwrap_or(usize::MAX);
    remove(
        transaction,
        lane,
        ids.iter().map(ResultId::as_str).take(max),
    )
}

fn remove<'a>(
    transaction: &Transaction<'_>,
    lane: &str,
    ids: impl Iterator<Item = &'a str>,
) -> Result<Vec<Outcome>> {
    let mut delete = transaction
        .prepare("delete from akool_faceswap_outcome where lane = ?1 and id = ?2 returning *")?;
    let mut taken = Vec::new();
    for id in ids {
        let removed = delete.query_row(params![lane, id], outcome).optional()?;
        taken.extend(removed.flatten());
    }
    Ok(taken)
}

fn peek(
    transaction: &Transaction<'_>,
    lane: &str,
    ids: &[ResultId],
) -> Result<Vec<(String, Peeked)>> {
    let mut settled =
        transaction.prepare("select * from akool_faceswap_outcome where lane = ?1 and id = ?2")?;
    let mut pending = transaction.prepare(
        "select exists (select 1 from akool_faceswap_pending where lane = ?1 and id = ?2)",
    )?;
    let mut peeked = Vec::with_capacity(ids.len());
    for id in ids {
        let keys = params![lane, id.as_str()];
        let what = match settled.query_row(keys, outcome).optional()?.flatten() {
            Some(outcome) => Peeked::Settled(Box::new(outcome)),
            None if pending.query_row(keys, |row| row.get(0))? => Peeked::Pending,
            None => Peeked::Absent,
        };
        peeked.push((id.to_string(), what));
    }
    Ok(peeked)
}

fn untrack(transaction: &Transaction<'_>, lane: &str, ids: &[ResultId]) -> Result<u64> {
    let mut delete =
        transaction.prepare("delete from akool_faceswap_pending where lane = ?1 and id = ?2")?;
    let mut removed = 0;
    for id in ids {
        removed += delete.execute(params![lane, id.as_str()])?;
    }
    Ok(removed as u64)
}

pub(super) fn hint(transaction: &Transaction<'_>, lane: &str, ids: &[ResultId]) -> Result<u64> {
    let now = now(transaction)?;
    let mut update = transaction.prepare(
        "update akool_faceswap_pending set hinted = lease is not null, \
         due_at = iif(lease is not null, due_at, \
             min(due_at, max(?3, coalesce(looked_up_at, 0) + ?4))), \
         early_at = iif(lease is not null, early_at, \
             min(early_at, max(?3, coalesce(looked_up_at, 0) + ?4))) \
         where lane = ?1 and id = ?2",
    )?;
    let mut hinted = 0;
    for id in ids {
        hinted += update.execute(params![lane, id.as_str(), now, BETWEEN_HINTS_MS])?;
    }
    Ok(hinted as u64)
}
