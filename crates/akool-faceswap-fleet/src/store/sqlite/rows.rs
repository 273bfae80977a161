//! The statements, inside a transaction; what the SQL functions are in PostgreSQL.

use std::time::Duration;

use akool_faceswap::ResultId;
use rusqlite::{OptionalExtension as _, Result, Row, Transaction, params};
use serde_json::Value;

use super::{BETWEEN_HINTS_MS, Claim, Peeked, RIDE_ALONG_MS, Settlement, Slot, Upcoming};
use crate::{
    outcome::{Outcome, OutcomeRow},
    stats::Stats,
    store::{ClaimedJob, rest},
    submission::SubmissionState,
    time::system_time,
    tracking::Tracking,
};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// The database's clock.
pub(super) fn now(transaction: &Transaction<'_>) -> Result<i64> {
    transaction.query_row(
        "select cast(unixepoch('subsec') * 1000 as integer)",
        [],
        |row| row.get(0),
    )
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
        // A clock that is ahead wrote what is in the future.
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

/// What a slot's answer is as long as nothing is due.
pub(super) fn wait_until_due(transaction: &Transaction<'_>, lane: &str) -> Result<Option<Slot>> {
    let due: Option<i64> = transaction.query_row(
        "select min(due_at) from akool_faceswap_pending where lane = ?1",
        [lane],
        |row| row.get(0),
    )?;
    let now = now(transaction)?;
    Ok(match due {
        None => Some(Slot::Idle),
        Some(due) if due > now => Some(wait_ms(due - now)),
        Some(_) => None,
    })
}

fn wait_ms(ms: i64) -> Slot {
    Slot::Wait(Duration::from_millis(u64::try_from(ms).unwrap_or(0)))
}

pub(super) fn slot(transaction: &Transaction<'_>, lane: &str) -> Result<Slot> {
    let now = now(transaction)?;
    let row = transaction
        .query_row(
            "select interval_us, burst, tat_us, held_until from akool_faceswap_lane where name = ?1",
            [lane],
            |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?,
                    row.get::<_, Option<i64>>(3)?))
            },
        )
        .optional()?;
    let Some((interval, burst, tat, held_until)) = row else {
        return Ok(Slot::Idle);
    };
    if let Some(held) = held_until.filter(|held| *held > now) {
        return Ok(wait_ms(held - now));
    }
    let tolerance = (burst - 1).saturating_mul(interval);
    let base = tat.max(now * 1000);
    let over = base - now * 1000 - tolerance;
    if over > 0 {
        return Ok(wait_ms(over / 1000 + 1));
    }
    transaction.execute(
        "update akool_faceswap_lane set tat_us = ?2 where name = ?1",
        params![lane, base.saturating_add(interval)],
    )?;
    Ok(Slot::Granted)
}

pub(super) fn claim(
    transaction: &Transaction<'_>,
    lane: &str,
    max: u32,
    lease_ms: i64,
) -> Result<Claim> {
    let now = now(transaction)?;
    let token: String =
        transaction.query_row("select lower(hex(randomblob(16)))", [], |row| row.get(0))?;
    let mut select = transaction.prepare(
        "select * from (select id, due_at, early_at, status, begun_at, changed_at, missing_since, \
         deadline, polls, faults, terms, lease is not null as was_leased \
         from akool_faceswap_pending where lane = ?1 and due_at <= ?2 order by due_at limit 20 * ?4) \
         where early_at <= ?3 limit ?4",
    )?;
    let found = select.query_map(params![lane, now + RIDE_ALONG_MS, now, max], |row| {
        Ok(ClaimedJob {
            id: row.get("id")?,
            due_at_ms: row.get("due_at")?,
            status: row.get("status")?,
            begun_at_ms: row.get("begun_at")?,
            changed_at_ms: row.get("changed_at")?,
            missing_since_ms: row.get("missing_since")?,
            deadline_ms: row.get("deadline")?,
            polls: row.get("polls")?,
            faults: row.get("faults")?,
            terms: row.get("terms")?,
            was_leased: row.get("was_leased")?,
        })
    })?;
    let jobs: Vec<ClaimedJob> = found.collect::<Result<_>>()?;
    let mut update = transaction.prepare(
        "update akool_faceswap_pending set due_at = ?3, early_at = ?3, lease = ?4, \
         looked_up_at = ?5, hinted = 0 where lane = ?1 and id = ?2",
    )?;
    for job in &jobs {
        update.execute(params![
            lane,
            job.id,
            now.saturating_add(lease_ms),
            token,
            now
        ])?;
    }
    Ok(Claim {
        token,
        claimed_at_ms: now,
        jobs,
    })
}

pub(super) fn again(
    transaction: &Transaction<'_>,
    lane: &str,
    token: &str,
    jobs: &[Upcoming],
) -> Result<u64> {
    let now = now(transaction)?;
    let mut update = transaction.prepare(
        "update akool_faceswap_pending set \
         due_at = iif(hinted, max(?4, looked_up_at + ?11), ?4 + ?5), \
         early_at = iif(hinted, max(?4, looked_up_at + ?11), ?4 + ?12), \
         lease = null, hinted = 0, status = ?6, changed_at = ?7, missing_since = ?8, polls = ?9, \
         faults = ?10, terms = ?13 where lane = ?1 and id = ?2 and lease = ?3",
    )?;
    let mut written = 0;
    for job in jobs {
        written += update.execute(params![
            lane,
            job.id,
            token,
            now,
            crate::time::whole_ms(job.after),
            job.status,
            job.changed_at_ms,
            job.missing_since_ms,
            job.polls,
            job.faults,
            BETWEEN_HINTS_MS,
            crate::time::whole_ms(job.earliest),
            job.terms,
        ])?;
    }
    Ok(written as u64)
}

pub(super) fn settle(
    transaction: &Transaction<'_>,
    lane: &str,
    token: &str,
    jobs: &[Settlement],
) -> Result<u64> {
    let now = now(transaction)?;
    let mut delete = transaction.prepare(
        "delete from akool_faceswap_pending where lane = ?1 and id = ?2 and lease = ?3 returning tag",
    )?;
    let mut insert = transaction.prepare(
        "insert or ignore into akool_faceswap_outcome \
         (lane, id, tag, kind, job, error, ticket, settled_at) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    let mut settled = 0;
    for job in jobs {
        let held: Option<Option<String>> = delete
            .query_row(params![lane, job.id, token], |row| row.get(0))
            .optional()?;
        let Some(tag) = held else { continue };
        insert.execute(params![
            lane,
            job.id,
            tag,
            job.kind.as_str(),
            job.job,
            job.error,
            job.ticket,
            now,
        ])?;
        settled += 1;
    }
    Ok(settled)
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

pub(super) fn take_of(
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

pub(super) fn peek(
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

pub(super) fn stats(transaction: &Transaction<'_>, lane: &str) -> Result<Stats> {
    let now = now(transaction)?;
    let number = |number: i64| u64::try_from(number).unwrap_or(0);
    let millis = |ms: i64| Duration::from_millis(number(ms));
    let mut stats = transaction.query_row(
        "select count(*), count(*) filter (where due_at <= ?2), \
         count(*) filter (where lease is not null and due_at > ?2), \
         count(*) filter (where lease is not null and due_at <= ?2), coalesce(?2 - min(due_at), 0) \
         from akool_faceswap_pending where lane = ?1",
        params![lane, now],
        |row| {
            Ok(Stats {
                tracked: number(row.get(0)?),
                due: number(row.get(1)?),
                leased: number(row.get(2)?),
                expired: number(row.get(3)?),
                lag: millis(row.get(4)?),
                ..Stats::default()
            })
        },
    )?;
    (stats.outcomes, stats.oldest_outcome) = transaction.query_row(
        "select count(*), coalesce(?2 - min(settled_at), 0) from akool_faceswap_outcome where lane = ?1",
        params![lane, now],
        |row| Ok((number(row.get(0)?), millis(row.get(1)?))),
    )?;
    let lane_row = transaction
        .query_row(
            "select coalesce(held_until, 0) - ?2, iif(interval_us > 0, \
             min(1.0, max(0.0, (tat_us - ?2 * 1000) / (1.0 * burst * interval_us))), 0.0) \
             from akool_faceswap_lane where name = ?1",
            params![lane, now],
            |row| Ok((millis(row.get(0)?), row.get(1)?)),
        )
        .optional()?;
    (stats.held, stats.budget_used) = lane_row.unwrap_or_default();
    let count = |sql: &str, since: i64| {
        transaction.query_row(sql, params![lane, now - since], |row| {
            Ok(number(row.get(0)?))
        })
    };
    stats.unknown_submits = count(
        "select count(*) from akool_faceswap_submission where lane = ?1 \
         and (state = 'unknown' or state = 'intended' and created_at < ?2)",
        300_000,
    )?;
    stats.workers = count(
        "select count(*) from akool_faceswap_worker where lane = ?1 and seen_at > ?2",
        30_000,
    )?;
    Ok(stats)
}

pub(super) fn sweep(transaction: &Transaction<'_>, lane: &str) -> Result<u64> {
    let now = now(transaction)?;
    let delete =
        |sql: &str, days: i64| transaction.execute(sql, params![lane, now - days * DAY_MS]);
    delete(
        "delete from akool_faceswap_worker where lane = ?1 and seen_at < ?2",
        1,
    )?;
    delete(
        "delete from akool_faceswap_submission where lane = ?1 and changed_at < ?2 \
         and state in ('accepted', 'refused')",
        30,
    )?;
    let swept = delete(
        "delete from akool_faceswap_outcome where lane = ?1 and settled_at < ?2",
        8,
    )?;
    Ok(swept as u64)
}

pub(super) fn settle_submission(
    transaction: &Transaction<'_>,
    lane: &str,
    token: &str,
    state: SubmissionState,
    id: Option<&ResultId>,
) -> Result<bool> {
    let now = now(transaction)?;
    let tag: Option<Option<String>> = transaction
        .query_row(
            "update akool_faceswap_submission set state = ?3, id = ?4, changed_at = ?5 \
             where token = ?1 and lane = ?2 and state <> 'accepted' returning tag",
            params![token, lane, state.as_str(), id.map(ResultId::as_str), now],
            |row| row.get(0),
        )
        .optional()?;
    let Some(tag) = tag else { return Ok(false) };
    if let Some(id) = id {
        let mut tracking = Tracking::new(id.clone());
        tracking.tag = tag;
        track(transaction, lane, &[tracking])?;
    }
    Ok(true)
}
