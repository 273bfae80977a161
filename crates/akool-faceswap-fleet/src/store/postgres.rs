//! The store for many machines: PostgreSQL 13 or later, through the SQL functions of the schema
//! `akool_faceswap`.
//!
//! Each call is one statement without a transaction around it, so connections are shared and a pooler in
//! transaction mode is no problem. [`track`] and [`take`] are for a transaction of the caller's.

mod connection;
mod fault;
mod migrate;
mod rows;
#[cfg(feature = "tls")]
mod tls;
mod transaction;

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, SystemTime},
};

use akool_faceswap::ResultId;
use serde_json::Value;
use tokio_postgres::{
    Row,
    types::{ToSql, Type},
};

use super::{Answer, Budget, Claim, Hints, Peeked, Settlement, Slot, Store, Upcoming, sealed};
use crate::{
    account::Account,
    error::Error,
    lane::Lane,
    outcome::Outcome,
    stats::Stats,
    submission::{SubmissionState, UnknownSubmission},
    time::{system_time, unix_ms, whole_ms},
    tracking::Tracking,
};
use connection::Connections;
pub use migrate::MIGRATIONS;
use rows::{claimed, first, get, outcome, texts};
use transaction::take_of;
pub use transaction::{take, track};

type Param<'a> = (&'a (dyn ToSql + Sync), Type);

/// How often somebody who waits looks, beside the notifications.
const POLL: Duration = Duration::from_secs(2);

/// The fleet's rows in PostgreSQL.
#[derive(Debug)]
pub struct PostgresStore {
    connections: Vec<Connections>,
    next: AtomicUsize,
}

impl PostgresStore {
    /// Connects, and checks the schema's version.
    pub(crate) async fn connect(url: &str) -> Result<Self, Error> {
        let config = connection::config(url)?;
        let store = Self {
            connections: (0..2).map(|_| Connections::new(config.clone())).collect(),
            next: AtomicUsize::new(0),
        };
        store.link().client().await?;
        Ok(store)
    }

    /// Brings the schema to this release's version; returns that which it has then.
    pub(crate) async fn migrate(url: &str) -> Result<i32, Error> {
        migrate::migrate(connection::config(url)?).await
    }

    fn link(&self) -> &Connections {
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        &self.connections[turn % self.connections.len()]
    }

    async fn query(&self, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>, Error> {
        self.link()
            .run(async |client| client.query_typed(sql, params).await)
            .await
    }

    /// A function of a lane, and at most some ids, that returns a number or nothing.
    async fn call(&self, sql: &str, params: &[Param<'_>]) -> Result<u64, Error> {
        let rows = self.query(sql, params).await?;
        let count: Option<i64> = first(&rows)?.try_get(0).map_err(fault::error)?;
        Ok(u64::try_from(count.unwrap_or(0)).unwrap_or(0))
    }
}

impl sealed::Sealed for PostgresStore {}

impl Store for PostgresStore {
    fn track<'a>(&'a self, lane: &'a Lane, jobs: &'a [Tracking]) -> Answer<'a, u64> {
        Box::pin(async move {
            let client = self.link().client().await?;
            let client: &tokio_postgres::Client = &client;
            self.link()
                .within(track(client, lane, jobs.iter().cloned()))
                .await
        })
    }

    fn untrack<'a>(&'a self, lane: &'a Lane, ids: &'a [ResultId]) -> Answer<'a, u64> {
        Box::pin(async move {
            let (lane, ids) = (lane.as_str(), texts(ids));
            self.call(
                "select akool_faceswap.untrack($1, $2)",
                &[(&lane, Type::TEXT), (&ids, Type::TEXT_ARRAY)],
            )
            .await
        })
    }

    fn enter<'a>(&'a self, lane: &'a Lane, account: &'a Account, budget: Budget) -> Answer<'a, ()> {
        Box::pin(async move {
            let (lane, account) = (lane.as_str(), account.as_bytes());
            let interval = i64::try_from(budget.interval.as_micros()).unwrap_or(i64::MAX);
            let burst = i32::try_from(budget.burst.max(1)).unwrap_or(i32::MAX);
            self.query(
                "select akool_faceswap.enter($1, $2, $3, $4)",
                &[
                    (&lane, Type::TEXT),
                    (&account, Type::BYTEA),
                    (&interval, Type::INT8),
                    (&burst, Type::INT4),
                ],
            )
            .await?;
            Ok(())
        })
    }

    fn forget_account<'a>(&'a self, lane: &'a Lane) -> Answer<'a, ()> {
        Box::pin(async move {
            let sql = "select akool_faceswap.forget_account($1)";
            self.query(sql, &[(&lane.as_str(), Type::TEXT)]).await?;
            Ok(())
        })
    }

    fn slot<'a>(&'a self, lane: &'a Lane) -> Answer<'a, Slot> {
        Box::pin(async move {
            let sql = "select granted, wait_ms from akool_faceswap.slot($1)";
            let rows = self.query(sql, &[(&lane.as_str(), Type::TEXT)]).await?;
            let row = first(&rows)?;
            let granted: i32 = get(row, "granted")?;
            let wait: Option<i64> = get(row, "wait_ms")?;
            Ok(match wait {
                _ if granted > 0 => Slot::Granted,
                Some(wait) => Slot::Wait(Duration::from_millis(u64::try_from(wait).unwrap_or(0))),
                None => Slot::Idle,
            })
        })
    }

    fn charge<'a>(&'a self, lane: &'a Lane, requests: i32) -> Answer<'a, ()> {
        Box::pin(async move {
            self.query(
                "select akool_faceswap.charge($1, $2)",
                &[(&lane.as_str(), Type::TEXT), (&requests, Type::INT4)],
            )
            .await?;
            Ok(())
        })
    }

    fn claim<'a>(&'a self, lane: &'a Lane, max: u32, lease: Duration) -> Answer<'a, Claim> {
        Box::pin(async move {
            let (max, lease) = (i32::try_from(max).unwrap_or(i32::MAX), whole_ms(lease));
            let rows = self
                .query(
                    "select * from akool_faceswap.claim($1, $2, $3)",
                    &[
                        (&lane.as_str(), Type::TEXT),
                        (&max, Type::INT4),
                        (&lease, Type::INT8),
                    ],
                )
                .await?;
            let mut claim = Claim {
                token: String::new(),
                claimed_at_ms: 0,
                jobs: Vec::with_capacity(rows.len()),
            };
            if let Some(row) = rows.first() {
                claim.token = get(row, "token")?;
                claim.claimed_at_ms = unix_ms(get(row, "claimed_at")?);
            }
            for row in &rows {
                claim.jobs.push(claimed(row)?);
            }
            Ok(claim)
        })
    }

    fn again<'a>(
        &'a self,
        lane: &'a Lane,
        token: &'a str,
        jobs: &'a [Upcoming],
    ) -> Answer<'a, u64> {
        Box::pin(async move {
            let ids: Vec<&str> = jobs.iter().map(|job| job.id.as_str()).collect();
            let after: Vec<i64> = jobs.iter().map(|job| whole_ms(job.after)).collect();
            let early: Vec<i64> = jobs.iter().map(|job| whole_ms(job.earliest)).collect();
            let small = |number: i64| i32::try_from(number).unwrap_or(i32::MAX);
            let status: Vec<Option<i32>> = jobs.iter().map(|job| job.status.map(small)).collect();
            let changed: Vec<SystemTime> = jobs
                .iter()
                .map(|job| system_time(job.changed_at_ms))
                .collect();
            let missing: Vec<Option<SystemTime>> = jobs
                .iter()
                .map(|job| job.missing_since_ms.map(system_time))
                .collect();
            let polls: Vec<i32> = jobs.iter().map(|job| small(job.polls.into())).collect();
            let faults: Vec<i32> = jobs.iter().map(|job| small(job.faults.into())).collect();
            let terms: Vec<Option<&str>> = jobs.iter().map(|job| job.terms.as_deref()).collect();
            self.call(
                "select akool_faceswap.again($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
                &[
                    (&lane.as_str(), Type::TEXT),
                    (&token, Type::TEXT),
                    (&ids, Type::TEXT_ARRAY),
                    (&after, Type::INT8_ARRAY),
                    (&early, Type::INT8_ARRAY),
                    (&status, Type::INT4_ARRAY),
                    (&changed, Type::TIMESTAMPTZ_ARRAY),
                    (&missing, Type::TIMESTAMPTZ_ARRAY),
                    (&polls, Type::INT4_ARRAY),
                    (&faults, Type::INT4_ARRAY),
                    (&terms, Type::TEXT_ARRAY),
                ],
            )
            .await
        })
    }

    fn settle<'a>(
        &'a self,
        lane: &'a Lane,
        token: &'a str,
        jobs: &'a [Settlement],
        notify: bool,
    ) -> Answer<'a, u64> {
        Box::pin(async move {
            let ids: Vec<&str> = jobs.iter().map(|job| job.id.as_str()).collect();
            let kinds: Vec<&str> = jobs.iter().map(|job| job.kind.as_str()).collect();
            let rows: Vec<Option<&str>> = jobs.iter().map(|job| job.job.as_deref()).collect();
            let errors: Vec<Option<&str>> = jobs.iter().map(|job| job.error.as_deref()).collect();
            let tickets: Vec<Option<&str>> = jobs.iter().map(|job| job.ticket.as_deref()).collect();
            self.call(
                "select akool_faceswap.settle($1, $2, $3, $4, $5, $6, $7, $8)",
                &[
                    (&lane.as_str(), Type::TEXT),
                    (&token, Type::TEXT),
                    (&ids, Type::TEXT_ARRAY),
                    (&kinds, Type::TEXT_ARRAY),
                    (&rows, Type::TEXT_ARRAY),
                    (&errors, Type::TEXT_ARRAY),
                    (&tickets, Type::TEXT_ARRAY),
                    (&notify, Type::BOOL),
                ],
            )
            .await
        })
    }

    fn take<'a>(
        &'a self,
        lane: &'a Lane,
        max: u32,
        ids: Option<&'a [ResultId]>,
    ) -> Answer<'a, Vec<Outcome>> {
        Box::pin(async move {
            let client = self.link().client().await?;
            let client: &tokio_postgres::Client = &client;
            self.link().within(take_of(client, lane, max, ids)).await
        })
    }

    fn peek<'a>(
        &'a self,
        lane: &'a Lane,
        ids: &'a [ResultId],
    ) -> Answer<'a, Vec<(String, Peeked)>> {
        Box::pin(async move {
            let ids = texts(ids);
            let rows = self
                .query(
                    "select * from akool_faceswap.peek($1, $2)",
                    &[(&lane.as_str(), Type::TEXT), (&ids, Type::TEXT_ARRAY)],
                )
                .await?;
            let mut peeked = Vec::with_capacity(rows.len());
            for row in &rows {
                let state: &str = get(row, "state")?;
                let what = match state {
                    "pending" => Peeked::Pending,
                    "absent" => Peeked::Absent,
                    _ => match outcome(row)? {
                        Some(outcome) => Peeked::Settled(Box::new(outcome)),
                        None => Peeked::Absent,
                    },
                };
                peeked.push((get(row, "id")?, what));
            }
            Ok(peeked)
        })
    }

    fn hold<'a>(&'a self, lane: &'a Lane, time: Duration) -> Answer<'a, ()> {
        Box::pin(async move {
            self.query(
                "select akool_faceswap.hold($1, $2)",
                &[(&lane.as_str(), Type::TEXT), (&whole_ms(time), Type::INT8)],
            )
            .await?;
            Ok(())
        })
    }

    fn hint<'a>(&'a self, lane: &'a Lane, ids: &'a [ResultId]) -> Answer<'a, u64> {
        Box::pin(async move {
            self.call(
                "select akool_faceswap.hint($1, $2)",
                &[
                    (&lane.as_str(), Type::TEXT),
                    (&texts(ids), Type::TEXT_ARRAY),
                ],
            )
            .await
        })
    }

    fn stats<'a>(&'a self, lane: &'a Lane) -> Answer<'a, Stats> {
        Box::pin(async move {
            let sql = "select * from akool_faceswap.stats($1)";
            let rows = self.query(sql, &[(&lane.as_str(), Type::TEXT)]).await?;
            let row = first(&rows)?;
            let number = |column: &str| -> Result<u64, Error> {
                Ok(u64::try_from(get::<i64>(row, column)?).unwrap_or(0))
            };
            let millis = |column: &str| number(column).map(Duration::from_millis);
            Ok(Stats {
                tracked: number("tracked")?,
                due: number("due")?,
                leased: number("leased")?,
                expired: number("expired")?,
                lag: millis("lag_ms")?,
                outcomes: number("outcomes")?,
                oldest_outcome: millis("oldest_outcome_ms")?,
                held: millis("held_ms")?,
                budget_used: get(row, "budget_used")?,
                unknown_submits: number("unknown_submits")?,
                workers: number("workers")?,
            })
        })
    }

    fn beat<'a>(&'a self, lane: &'a Lane, worker: &'a str, counters: &'a Value) -> Answer<'a, ()> {
        Box::pin(async move {
            self.query(
                "select akool_faceswap.beat($1, $2, $3::text::jsonb)",
                &[
                    (&lane.as_str(), Type::TEXT),
                    (&worker, Type::TEXT),
                    (&counters.to_string(), Type::TEXT),
                ],
            )
            .await?;
            Ok(())
        })
    }

    fn sweep<'a>(&'a self, lane: &'a Lane) -> Answer<'a, Option<u64>> {
        Box::pin(async move {
            let sql = "select akool_faceswap.sweep($1)";
            let rows = self.query(sql, &[(&lane.as_str(), Type::TEXT)]).await?;
            let swept: Option<i64> = first(&rows)?.try_get(0).map_err(fault::error)?;
            Ok(swept.and_then(|swept| u64::try_from(swept).ok()))
        })
    }

    fn listen<'a>(&'a self, lane: &'a Lane) -> Answer<'a, Option<Hints>> {
        Box::pin(async move { self.link().listen(lane).await.map(Some) })
    }

    fn intend<'a>(
        &'a self,
        lane: &'a Lane,
        token: &'a str,
        digest: Option<&'a str>,
        tag: Option<&'a str>,
    ) -> Answer<'a, bool> {
        Box::pin(async move {
            let rows = self
                .query(
                    "select akool_faceswap.intend($1, $2, $3, $4)",
                    &[
                        (&lane.as_str(), Type::TEXT),
                        (&token, Type::TEXT),
                        (&digest, Type::TEXT),
                        (&tag, Type::TEXT),
                    ],
                )
                .await?;
            first(&rows)?.try_get(0).map_err(fault::error)
        })
    }

    fn settle_submission<'a>(
        &'a self,
        lane: &'a Lane,
        token: &'a str,
        state: SubmissionState,
        id: Option<&'a ResultId>,
    ) -> Answer<'a, bool> {
        Box::pin(async move {
            let rows = self
                .query(
                    "select akool_faceswap.settle_submission($1, $2, $3, $4)",
                    &[
                        (&lane.as_str(), Type::TEXT),
                        (&token, Type::TEXT),
                        (&state.as_str(), Type::TEXT),
                        (&id.map(ResultId::as_str), Type::TEXT),
                    ],
                )
                .await?;
            first(&rows)?.try_get(0).map_err(fault::error)
        })
    }

    fn resolve<'a>(
        &'a self,
        lane: &'a Lane,
        token: &'a str,
        id: &'a ResultId,
    ) -> Answer<'a, Option<SubmissionState>> {
        Box::pin(async move {
            let rows = self
                .query(
                    "select akool_faceswap.resolve($1, $2, $3)",
                    &[
                        (&lane.as_str(), Type::TEXT),
                        (&token, Type::TEXT),
                        (&id.as_str(), Type::TEXT),
                    ],
                )
                .await?;
            let before: Option<&str> = first(&rows)?.try_get(0).map_err(fault::error)?;
            Ok(before.and_then(SubmissionState::from_name))
        })
    }

    fn unknown_submissions<'a>(
        &'a self,
        lane: &'a Lane,
        older: Duration,
    ) -> Answer<'a, Vec<UnknownSubmission>> {
        Box::pin(async move {
            let rows = self
                .query(
                    "select * from akool_faceswap.unknown_submissions($1, $2)",
                    &[(&lane.as_str(), Type::TEXT), (&whole_ms(older), Type::INT8)],
                )
                .await?;
            let mut found = Vec::with_capacity(rows.len());
            for row in &rows {
                found.push(UnknownSubmission {
                    token: get(row, "token")?,
                    state: SubmissionState::from_name(get(row, "state")?)
                        .unwrap_or(SubmissionState::Unknown),
                    digest: get(row, "digest")?,
                    tag: get(row, "tag")?,
                    created_at: get(row, "created_at")?,
                });
            }
            Ok(found)
        })
    }

    fn poll_interval(&self) -> Duration {
        POLL
    }
}
