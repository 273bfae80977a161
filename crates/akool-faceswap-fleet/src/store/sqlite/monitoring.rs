//! Figures, heartbeats and cleaning up, as statements inside a transaction.

use std::time::Duration;

use rusqlite::{OptionalExtension as _, Result, Transaction, params};
use serde_json::Value;

use super::{SqliteStore, now};
use crate::{
    lane::Lane,
    stats::{Stats, WorkerStatus},
    store::{Answer, Monitoring, WORKERS},
};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

impl Monitoring for SqliteStore {
    fn stats<'a>(&'a self, lane: &'a Lane) -> Answer<'a, Stats> {
        let lane = lane.to_string();
        Box::pin(self.read(move |transaction| stats(transaction, &lane)))
    }

    fn workers<'a>(&'a self, lane: &'a Lane) -> Answer<'a, Vec<WorkerStatus>> {
        let lane = lane.to_string();
        Box::pin(self.read(move |transaction| {
            let mut select = transaction.prepare(
                "select name, ?2 - seen_at, counters from akool_faceswap_worker where lane = ?1 \
                 order by seen_at desc limit ?3",
            )?;
            let found = select.query_map(params![lane, now(transaction)?, WORKERS], |row| {
                let counters: String = row.get(2)?;
                Ok(WorkerStatus::new(row.get(0)?, row.get(1)?, &counters))
            })?;
            found.collect()
        }))
    }

    fn beat<'a>(&'a self, lane: &'a Lane, worker: &'a str, counters: &'a Value) -> Answer<'a, ()> {
        let (lane, worker, counters) = (lane.to_string(), worker.to_owned(), counters.to_string());
        Box::pin(self.write(move |transaction| {
            let now = now(transaction)?;
            transaction.execute(
                "insert or replace into akool_faceswap_worker values (?1, ?2, ?3, ?4)",
                params![lane, worker, now, counters],
            )?;
            Ok(())
        }))
    }

    fn sweep<'a>(&'a self, lane: &'a Lane) -> Answer<'a, Option<u64>> {
        let lane = lane.to_string();
        Box::pin(self.write(move |transaction| sweep(transaction, &lane).map(Some)))
    }
}

fn stats(transaction: &Transaction<'_>, lane: &str) -> Result<Stats> {
    let now = now(transaction)?;
    let number = |number: i64| u64::try_from(number).unwrap_or(0);
    let millis = |ms: i64| Duration::from_millis(number(ms));
    let mut stats = transaction.query_row(
        "select count(*), count(*) filter (where due_at <= ?2 and leased_until > ?2 is not true), \
         count(*) filter (where leased_until > ?2), count(*) filter (where leased_until <= ?2), \
         coalesce(?2 - min(due_at) filter (where leased_until > ?2 is not true), 0) \
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

fn sweep(transaction: &Transaction<'_>, lane: &str) -> Result<u64> {
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
