//! What workers do, as statements inside a transaction.

use std::time::Duration;

use rusqlite::{OptionalExtension as _, Result, Transaction, params};

use super::{BETWEEN_HINTS_MS, SqliteStore, jobs, now};
use crate::{
    account::Account,
    error::{Error, ErrorKind},
    lane::Lane,
    store::{Answer, Budget, Claim, ClaimedJob, Leases, Settlement, Slot, Start, Upcoming},
    time::whole_ms,
};

/// How far ahead of its time a job may share a request.
const RIDE_ALONG_MS: i64 = 15_000;

impl Leases for SqliteStore {
    fn enter<'a>(&'a self, lane: &'a Lane, account: &'a Account, budget: Budget) -> Answer<'a, ()> {
        let (name, account) = (lane.to_string(), account.as_bytes().to_vec());
        Box::pin(async move {
            let known = self
                .write(move |transaction| {
                    jobs::open_lane(transaction, &name)?;
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

    fn slot<'a>(&'a self, lane: &'a Lane, _ids: u32) -> Answer<'a, Slot> {
        let lane = lane.to_string();
        Box::pin(async move {
            let name = lane.clone();
            // Without the write lock, as long as nothing is due.
            let waiting = self
                .read(move |transaction| wait_until_due(transaction, &name))
                .await?;
            match waiting {
                Some(waiting) => Ok(waiting),
                None => {
                    self.write(move |transaction| slot(transaction, &lane))
                        .await
                }
            }
        })
    }

    fn charge<'a>(&'a self, lane: &'a Lane, requests: i32) -> Answer<'a, ()> {
        let lane = lane.to_string();
        Box::pin(self.write(move |transaction| {
            let now = now(transaction)? * 1000;
            transaction.execute(
                "update akool_faceswap_lane set tat_us = case when ?2 > 0 then max(tat_us, ?3) \
                 else tat_us end + ?2 * interval_us where name = ?1",
                params![lane, requests, now],
            )?;
            Ok(())
        }))
    }

    fn claim<'a>(
        &'a self,
        lane: &'a Lane,
        _start: Start,
        max: u32,
        lease: Duration,
    ) -> Answer<'a, Claim> {
        let lane = lane.to_string();
        Box::pin(self.write(move |transaction| claim(transaction, &lane, max, whole_ms(lease))))
    }

    fn again<'a>(
        &'a self,
        lane: &'a Lane,
        token: &'a str,
        jobs: &'a [Upcoming],
    ) -> Answer<'a, u64> {
        let (lane, token, jobs) = (lane.to_string(), token.to_owned(), jobs.to_vec());
        Box::pin(self.write(move |transaction| again(transaction, &lane, &token, &jobs)))
    }

    fn settle<'a>(
        &'a self,
        lane: &'a Lane,
        token: &'a str,
        jobs: &'a [Settlement],
        _notify: bool,
    ) -> Answer<'a, u64> {
        let (lane, token, jobs) = (lane.to_string(), token.to_owned(), jobs.to_vec());
        Box::pin(self.write(move |transaction| settle(transaction, &lane, &token, &jobs)))
    }

    fn hold<'a>(&'a self, lane: &'a Lane, time: Duration) -> Answer<'a, ()> {
        let lane = lane.to_string();
        Box::pin(self.write(move |transaction| {
            let until = now(transaction)?.saturating_add(whole_ms(time));
            transaction.execute(
                "update akool_faceswap_lane set held_until = max(coalesce(held_until, 0), ?2) \
                 where name = ?1",
                params![lane, until],
            )?;
            Ok(())
        }))
    }
}

/// How long to wait; `None` if a job is due that no worker holds.
fn wait_until_due(transaction: &Transaction<'_>, lane: &str) -> Result<Option<Slot>> {
    let now = now(transaction)?;
    let due: Option<i64> = transaction
        .query_row(
            "select due_at from akool_faceswap_pending where lane = ?1 \
             and (leased_until is null or leased_until <= ?2) order by due_at limit 1",
            params![lane, now],
            |row| row.get(0),
        )
        .optional()?;
    if due.is_some_and(|due| due <= now) {
        return Ok(None);
    }
    // All that are due are leased; one of the leases may end before the next job is due.
    let lease_end: Option<i64> = transaction.query_row(
        "select min(leased_until) from akool_faceswap_pending where lane = ?1 and due_at <= ?3 \
         and leased_until > ?2",
        params![lane, now, now + RIDE_ALONG_MS],
        |row| row.get(0),
    )?;
    let next = due.into_iter().chain(lease_end).min();
    Ok(Some(next.map_or(Slot::Idle, |next| wait_ms(next - now))))
}

fn wait_ms(ms: i64) -> Slot {
    Slot::Wait(Duration::from_millis(u64::try_from(ms).unwrap_or(0)))
}

fn slot(transaction: &Transaction<'_>, lane: &str) -> Result<Slot> {
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
    Ok(Slot::Granted(Start::default()))
}

fn claim(transaction: &Transaction<'_>, lane: &str, max: u32, lease_ms: i64) -> Result<Claim> {
    let now = now(transaction)?;
    let token: String =
        transaction.query_row("select lower(hex(randomblob(16)))", [], |row| row.get(0))?;
    let mut select = transaction.prepare(
        "select * from (select id, due_at, early_at, status, begun_at, changed_at, missing_since, \
         deadline, polls, faults, terms, lease is not null as was_leased \
         from akool_faceswap_pending where lane = ?1 and due_at <= ?2 \
         and (leased_until is null or leased_until <= ?3) order by due_at limit 20 * ?4) \
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
        "update akool_faceswap_pending set leased_until = ?3, lease = ?4, looked_up_at = ?5, \
         hinted = 0 where lane = ?1 and id = ?2",
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

fn again(transaction: &Transaction<'_>, lane: &str, token: &str, jobs: &[Upcoming]) -> Result<u64> {
    let now = now(transaction)?;
    let mut update = transaction.prepare(
        "update akool_faceswap_pending set \
         due_at = iif(hinted, max(?4, looked_up_at + ?11), ?4 + ?5), \
         early_at = iif(hinted, max(?4, looked_up_at + ?11), ?4 + ?12), \
         lease = null, leased_until = null, hinted = 0, status = ?6, changed_at = ?7, missing_since = ?8, polls = ?9, \
         faults = ?10, terms = ?13 where lane = ?1 and id = ?2 and lease = ?3",
    )?;
    let mut written = 0;
    for job in jobs {
        written += update.execute(params![
            lane,
            job.id,
            token,
            now,
            whole_ms(job.after),
            job.status,
            job.changed_at_ms,
            job.missing_since_ms,
            job.polls,
            job.faults,
            BETWEEN_HINTS_MS,
            whole_ms(job.earliest),
            job.terms,
        ])?;
    }
    Ok(written as u64)
}

fn settle(
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
