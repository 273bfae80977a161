//! What programs do with jobs, through the SQL functions.

use std::time::Duration;

use akool_faceswap::ResultId;
use tokio_postgres::types::Type;

use super::{
    PostgresStore,
    rows::{get, outcome, texts},
    transaction::{take_of, track},
};
use crate::{
    lane::Lane,
    outcome::Outcome,
    store::{Answer, Hints, Jobs, Peeked},
    tracking::Tracking,
};

/// How often a waiter polls, besides the notifications.
const POLL: Duration = Duration::from_secs(2);

impl Jobs for PostgresStore {
    fn track<'a>(&'a self, lane: &'a Lane, jobs: &'a [Tracking]) -> Answer<'a, u64> {
        Box::pin(async move {
            let link = self.link();
            let client = link.client().await?;
            link.within(track(&*client, lane, jobs.iter().cloned()))
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

    fn take<'a>(
        &'a self,
        lane: &'a Lane,
        max: u32,
        ids: Option<&'a [ResultId]>,
    ) -> Answer<'a, Vec<Outcome>> {
        Box::pin(async move {
            let link = self.link();
            let client = link.client().await?;
            link.within(take_of(&*client, lane, max, ids)).await
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

    fn listen<'a>(&'a self, lane: &'a Lane) -> Answer<'a, Option<Hints>> {
        Box::pin(async move { self.link().listen(lane).await.map(Some) })
    }

    fn poll_interval(&self) -> Duration {
        POLL
    }
}
