//! Figures, heartbeats and cleaning up, through the SQL functions.

use std::time::Duration;

use serde_json::Value;
use tokio_postgres::types::Type;

use super::{
    PostgresStore, fault,
    rows::{first, get},
};
use crate::{
    error::Error,
    lane::Lane,
    stats::{Stats, WorkerStatus},
    store::{Answer, Monitoring, WORKERS},
};

impl Monitoring for PostgresStore {
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

    fn workers<'a>(&'a self, lane: &'a Lane) -> Answer<'a, Vec<WorkerStatus>> {
        Box::pin(async move {
            let most = i32::try_from(WORKERS).unwrap_or(i32::MAX);
            let rows = self
                .query(
                    "select * from akool_faceswap.workers($1, $2)",
                    &[(&lane.as_str(), Type::TEXT), (&most, Type::INT4)],
                )
                .await?;
            let status = |row| {
                let (name, seen) = (get(row, "name")?, get::<i64>(row, "seen_ms")?);
                Ok(WorkerStatus::new(name, seen, get(row, "counters")?))
            };
            rows.iter().map(status).collect()
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
}
