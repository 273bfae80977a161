//! What workers do, through the SQL functions.

use std::time::{Duration, SystemTime};

use tokio_postgres::types::Type;

use super::{
    PostgresStore,
    rows::{claimed, first, get},
};
use crate::{
    account::Account,
    lane::Lane,
    store::{Answer, Budget, Claim, Leases, Settlement, Slot, Start, Upcoming},
    time::{system_time, unix_ms, whole_ms},
};

impl Leases for PostgresStore {
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

    fn slot<'a>(&'a self, lane: &'a Lane, ids: u32) -> Answer<'a, Slot> {
        Box::pin(async move {
            let ids = i32::try_from(ids).unwrap_or(i32::MAX);
            let rows = self
                .query(
                    "select granted, wait_ms, due_from from akool_faceswap.slot($1, 1, $2)",
                    &[(&lane.as_str(), Type::TEXT), (&ids, Type::INT4)],
                )
                .await?;
            let row = first(&rows)?;
            let granted: i32 = get(row, "granted")?;
            let wait: Option<i64> = get(row, "wait_ms")?;
            Ok(match wait {
                _ if granted > 0 => Slot::Granted(Start(get(row, "due_from")?)),
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

    fn claim<'a>(
        &'a self,
        lane: &'a Lane,
        start: Start,
        max: u32,
        lease: Duration,
    ) -> Answer<'a, Claim> {
        Box::pin(async move {
            let (max, lease) = (i32::try_from(max).unwrap_or(i32::MAX), whole_ms(lease));
            let rows = self
                .query(
                    "select * from akool_faceswap.claim($1, $2, $3, $4)",
                    &[
                        (&lane.as_str(), Type::TEXT),
                        (&max, Type::INT4),
                        (&lease, Type::INT8),
                        (&start.0, Type::TIMESTAMPTZ),
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
}
